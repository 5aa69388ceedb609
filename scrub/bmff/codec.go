package bmff

import (
	"errors"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/samples"
	"untag/scrub/codec"
	"untag/scrub/coded"
)

// readCodec notes the codec from its configuration record.
func (p *parser) readCodec(t *track, b box.Box) error {
	switch b.Type {
	case "av1C":
		t.codec.Kind = codec.AV1
		return nil
	case "dvcC", "dvvC":
		t.codec.Dolby = true
		return nil
	case "esds":
		st, ok, err := p.readStream(b)
		if ok {
			if t.codec.Kind = st.video(); t.codec.Known() {
				_, err = t.codec.Config(p.Reader, b.Body()+st.specific.Off, st.specific.Len)
				err = box.IgnoreDamage(err)
			}
		}
		return err
	}
	if !codec.IsRecord(b.Type) || b.Type == "avcE" || b.Type == "hvcE" {
		return nil
	}
	_, err := p.record(&t.codec, b)
	return box.IgnoreDamage(err) // config says so
}

// record reads a configuration record, and notes in st what it announces.
func (p *parser) record(st *codec.Stream, b box.Box) ([]coded.Piece, error) {
	off, n := b.Body(), b.Size()
	if b.Type == "vvcC" { // a full box
		off, n = off+4, n-4
	}
	return st.Record(b.Type, p.Reader, off, n)
}

// config claims a configuration record, with the messages in it.
func (p *parser) config(b box.Box, place string) error {
	pieces, err := p.record(&codec.Stream{}, b)
	if err != nil {
		if !scrub.Refusal(err) {
			return err
		}
		empty, err := p.Constant(b.Body(), b.Size(), 0) // GStreamer's av1C, if it was not told
		if err != nil {
			return err
		}
		if !empty {
			p.Doubt("the configuration of a codec can't be read")
		}
		pieces = nil
	}
	if p.Careful {
		pieces = nil
	}
	p.Claim(b.Off, b.Head, scrub.Structure, place)
	coded.Report(p.Scan, b.Body(), b.Size(), place, pieces)
	return nil
}

// frame looks into one coded frame and tells whether it holds a message, or the
// filler that an earlier run made of one.
func (p *parser) frame(t *track, f samples.Sample) (bool, error) {
	pieces, err := t.codec.Frame(p.Reader, f.Off, f.Len, f.No)
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
		case t.encrypted:
			p.Doubt("the samples of an encrypted track can't be looked into")
		case t.codec.Known():
			err = p.probeFrames(t)
		case t.codec.Kind == codec.Tape && p.Deep():
			err = p.eachSample(t, p.inspect(t))
		case t.codec.Kind == codec.Tape || t.codec.Kind == codec.Camera:
			err = p.eachProbe(t, p.inspect(t))
		case t.pictures():
			err = p.probePictures(t)
		case t.timedText() && (p.Deep() || t.recurs):
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
	return t.tables.Each(p.Walk, &p.visited, visit)
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
			all = all || tells && (f.No > 0 || t.codec.Timed)
		}
	}
	if !all {
		return nil
	}
	return p.eachSample(t, func(f samples.Sample) error {
		if !p.Deep() && samples.Probed(f.No, t.tables.Count) {
			return nil
		}
		_, err := p.frame(t, f)
		return err
	})
}
