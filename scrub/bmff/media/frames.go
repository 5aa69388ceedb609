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
			d.Mangled("coded frames can't be read")
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

// maxPictures is how many frames are cleaned as pictures at the most: some
// minutes of video of the cameras that recorded so.
const maxPictures = 1 << 13

// probePictures has frames of the plain form cleaned as pictures: all in depth,
// or if the first or the last hold something. Decoders look at the segments of
// the other forms (the fields of Motion JPEG A, the strings of Avid), so these
// are only looked at.
func (d *Data) probePictures(t *Samples) error {
	if t.Codec.Kind != codec.Pictures || d.Careful { // a frame of the wrong length is cleaned of the next one
		return d.eachProbe(t, d.inspect(t))
	}
	few := t.Tables.Count <= maxPictures
	all := few && d.Deep()
	if !all {
		before, pieces := d.Point(), d.cover.Pieces()
		if err := d.eachProbe(t, d.picture); err != nil {
			return err
		}
		if !d.Edited(before) {
			return nil
		}
		d.Reset(before)
		d.cover.Forget(pieces)
		all = few
	}
	if !all {
		d.Doubt("the pictures of a video track hold metadata, and are too many")
		return nil
	}
	return d.eachSample(t, d.picture)
}

// eachProbe visits the frames that are looked at in any case.
func (d *Data) eachProbe(t *Samples, visit func(samples.Sample) error) error {
	for _, f := range t.probes {
		if err := visit(f); err != nil {
			return err
		}
	}
	return nil
}

// picture has one frame cleaned as a medium of its own.
func (d *Data) picture(f samples.Sample) error {
	if f.Len == 0 || d.cover.Has(f.Off) {
		return nil
	}
	err := d.Medium(scrub.Extents{{Off: f.Off, Len: f.Len}}, "mdat/picture")
	if scrub.Refusal(err) {
		d.Mangled("pictures of a video track can't be read")
		return nil
	}
	if err == nil {
		d.cover.Piece(scrub.Range{Off: f.Off, Len: f.Len})
	}
	return err
}

// inspect returns what doubts frames that can't be cleaned.
func (d *Data) inspect(t *Samples) func(samples.Sample) error {
	st := t.Codec
	if st.Kind == codec.Pictures {
		st.Kind = codec.Fields
	}
	return func(f samples.Sample) error {
		why, err := st.Inspect(d.Reader, f.Off, f.Len)
		if why != "" {
			d.Doubt("%s", why)
		}
		return err
	}
}
