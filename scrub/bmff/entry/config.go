package entry

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/codec"
	"untag/scrub/coded"
)

// readCodec notes the codec from its configuration record.
func (w reader) readCodec(t *Track, b box.Box) error {
	switch b.Type {
	case "av1C":
		t.Codec.Kind = codec.AV1
		return nil
	case "dvcC", "dvvC":
		t.Codec.Dolby = true
		return nil
	case "esds":
		st, ok, err := w.readStream(b)
		if ok {
			if t.Codec.Kind = st.video(); t.Codec.Known() {
				_, err = t.Codec.Config(w.Reader, b.Body()+st.specific.Off, st.specific.Len)
				err = box.IgnoreDamage(err)
			}
		}
		return err
	}
	if !codec.IsRecord(b.Type) || b.Type == "avcE" || b.Type == "hvcE" {
		return nil
	}
	_, err := w.record(&t.Codec, b)
	return box.IgnoreDamage(err) // config says so
}

// record reads a configuration record, and notes in st what it announces.
func (w reader) record(st *codec.Stream, b box.Box) ([]coded.Piece, error) {
	off, n := b.Body(), b.Size()
	if b.Type == "vvcC" { // a full box
		off, n = off+4, n-4
	}
	return st.Record(b.Type, w.Reader, off, n)
}

// config claims a configuration record, with the messages in it.
func (w reader) config(b box.Box, place string) error {
	pieces, err := w.record(&codec.Stream{}, b)
	if err != nil {
		if !scrub.Refusal(err) {
			return err
		}
		empty, err := w.Constant(b.Body(), b.Size(), 0) // GStreamer's av1C, if it was not told
		if err != nil {
			return err
		}
		if !empty {
			w.Doubt("the configuration of a codec can't be read")
		}
		pieces = nil
	}
	if w.Careful {
		pieces = nil
	}
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	coded.Report(w.Scan, b.Body(), b.Size(), place, pieces)
	return nil
}
