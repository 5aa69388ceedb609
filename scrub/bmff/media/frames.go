package media

import (
	"errors"

	"untag/scrub"
	"untag/scrub/bmff/samples"
	"untag/scrub/bmff/text"
	"untag/scrub/codec"
	"untag/scrub/coded"
)

// frame looks into one coded frame and tells whether it holds a message, or the
// filler that an earlier run made of one.
func (d *Data) frame(t *Samples, f samples.Sample) (bool, error) {
	pieces, err := t.Codec.Frame(d.Reader, f.Off, f.Len, f.No)
	if err != nil {
		if scrub.Refusal(err) && !errors.Is(err, scrub.ErrBudget) {
			d.Doubt("coded frames can't be read")
			return false, nil
		}
		return false, err
	}
	for _, x := range pieces {
		if d.cover.Pieces() >= codec.MaxMessages {
			d.Doubt("more coded frames hold messages than can be kept account of")
			break
		}
		if d.cover.Piece(scrub.Range{Off: x.Off, Len: x.Len}) {
			coded.Report(d.Scan, x.Off, x.Len, "mdat/frame", []coded.Piece{x})
		}
	}
	return codec.Tells(pieces), nil
}

// probe looks into the coded frames of each track that stays.
func (d *Data) probe(tracks []*Samples) error {
	for _, t := range tracks {
		var err error
		switch {
		case t.Goes:
		case t.Encrypted:
			d.Doubt("the samples of an encrypted track can't be looked into")
		case t.Codec.Known():
			err = d.probeFrames(t)
		case t.Codec.Kind == codec.Tape && d.Deep():
			err = d.eachSample(t, d.inspect(t))
		case t.Codec.Kind == codec.Tape || t.Codec.Kind == codec.Camera:
			err = d.eachProbe(t, d.inspect(t))
		case t.Pictures():
			err = d.probePictures(t)
		case t.TimedText() && (d.Deep() || t.Recurs):
			err = d.eachSample(t, d.textSample(t))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachSample visits the samples of a track that lie in the file.
func (d *Data) eachSample(t *Samples, visit func(samples.Sample) error) error {
	return t.Tables.Each(d.Walk, &d.Visited, visit)
}

// probeFrames looks into all frames in depth, else into the first and the last
// ones. Encoders write their settings into the first frame alone; where others
// hold something too, or the first one tells the time, all are read.
func (d *Data) probeFrames(t *Samples) error {
	all := d.Deep()
	if !all {
		for _, f := range t.probes {
			tells, err := d.frame(t, f)
			if err != nil {
				return err
			}
			all = all || tells && (f.No > 0 || t.Codec.Timed)
		}
	}
	if !all {
		return nil
	}
	return d.eachSample(t, func(f samples.Sample) error {
		if !d.Deep() && samples.Probed(f.No, t.Tables.Count) {
			return nil
		}
		_, err := d.frame(t, f)
		return err
	})
}

// textSample returns what looks into the samples of a track of timed text.
func (d *Data) textSample(t *Samples) func(samples.Sample) error {
	if t.Damaged || d.Careful {
		return func(samples.Sample) error { return nil }
	}
	return text.Look(d.Walk, &d.cover, t.Recurs)
}

// Looker returns what looks into the samples of a run of so many, nil if nothing has to.
func (d *Data) Looker(t *Samples, count int64) func(samples.Sample) error {
	if t.Goes || t.Encrypted {
		return nil
	}
	var look func(samples.Sample) error
	switch {
	case t.Codec.Known():
		look = func(f samples.Sample) error { _, err := d.frame(t, f); return err }
	case t.Codec.Kind == codec.Pictures && !d.Careful:
		look = d.picture
	case t.Pictures():
		look = d.inspect(t)
	case t.TimedText():
		look = d.textSample(t)
	default:
		return nil
	}
	return func(f samples.Sample) error {
		if d.Deep() || t.Recurs || f.No == 0 || f.No == count-1 {
			return look(f)
		}
		return nil
	}
}
