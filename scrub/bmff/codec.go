package bmff

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
func (p *parser) frame(t *track, f samples.Sample) (bool, error) {
	pieces, err := t.Codec.Frame(p.Reader, f.Off, f.Len, f.No)
	if err != nil {
		if scrub.Refusal(err) && !errors.Is(err, scrub.ErrBudget) {
			p.Doubt("coded frames can't be read")
			return false, nil
		}
		return false, err
	}
	for _, x := range pieces {
		if p.cover.Pieces() >= codec.MaxMessages {
			p.Doubt("more coded frames hold messages than can be kept account of")
			break
		}
		if p.cover.Piece(scrub.Range{Off: x.Off, Len: x.Len}) {
			coded.Report(p.Scan, x.Off, x.Len, "mdat/frame", []coded.Piece{x})
		}
	}
	return codec.Tells(pieces), nil
}

// probeMovie looks into the coded frames of each track that stays.
func (p *parser) probeMovie(m *movie) error {
	for _, t := range m.tracks {
		var err error
		switch {
		case t.goes:
		case t.Encrypted:
			p.Doubt("the samples of an encrypted track can't be looked into")
		case t.Codec.Known():
			err = p.probeFrames(t)
		case t.Codec.Kind == codec.Tape && p.Deep():
			err = p.eachSample(t, p.inspect(t))
		case t.Codec.Kind == codec.Tape || t.Codec.Kind == codec.Camera:
			err = p.eachProbe(t, p.inspect(t))
		case t.Pictures():
			err = p.probePictures(t)
		case t.TimedText() && (p.Deep() || t.recurs):
			err = p.eachSample(t, p.textSample(t))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// eachSample visits the samples of a track that lie in the file.
func (p *parser) eachSample(t *track, visit func(samples.Sample) error) error {
	return t.Tables.Each(p.Walk, &p.visited, visit)
}

// probeFrames looks into all frames in depth, else into the first and the last
// ones. Encoders write their settings into the first frame alone; where others
// hold something too, or the first one tells the time, all are read.
func (p *parser) probeFrames(t *track) error {
	all := p.Deep()
	if !all {
		for _, f := range t.probes {
			tells, err := p.frame(t, f)
			if err != nil {
				return err
			}
			all = all || tells && (f.No > 0 || t.Codec.Timed)
		}
	}
	if !all {
		return nil
	}
	return p.eachSample(t, func(f samples.Sample) error {
		if !p.Deep() && samples.Probed(f.No, t.Tables.Count) {
			return nil
		}
		_, err := p.frame(t, f)
		return err
	})
}

// textSample returns what looks into the samples of a track of timed text.
func (p *parser) textSample(t *track) func(samples.Sample) error {
	if t.damaged || p.Careful {
		return func(samples.Sample) error { return nil }
	}
	return text.Look(p.Walk, &p.cover, t.recurs)
}
