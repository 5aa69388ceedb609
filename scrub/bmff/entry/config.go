package entry

import (
	"cmp"
	"slices"

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
	case "dOps":
		const family, streams = 10, 11
		if head := w.Get(b.Body(), int(min(b.Size(), streams+1))); len(head) > streams && head[family] != 0 {
			t.Codec.Several(int(head[streams]))
		}
		return nil
	case "wave": // QuickTime's
		_, err := box.Each(w.Scan, b.Body(), b.End(), func(in box.Box) error {
			if in.Type != "esds" {
				return nil
			}
			return w.readCodec(t, in)
		})
		return box.IgnoreDamage(err)
	case "esds":
		st, ok, err := w.readStream(b)
		if ok {
			if t.Codec.Kind = st.codec(); t.Codec.Known() && !t.Codec.Signed() {
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

// Config claims a configuration record, with the messages in it.
func Config(w *box.Walk, b box.Box, place string) error { return reader{w}.config(b, place) }

// Colour claims colr (12.1.5).
func Colour(w *box.Walk, b box.Box, place string) error { return reader{w}.colour(b, place) }

// config claims a configuration record, with the messages in it.
func (w reader) config(b box.Box, place string) error {
	pieces, err := w.record(&codec.Stream{}, b)
	if err != nil {
		if !scrub.Refusal(err) {
			return err
		}
		if !w.Zeros(b.Body(), b.Size()) { // GStreamer's av1C, if it was not told
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

// Descriptor takes the first descriptor off b: a tag, a length of up to four
// bytes, and its body (ISO/IEC 14496-1, 8.3.3). The tag is 0 if there is none.
func Descriptor(b []byte) (tag byte, body, rest []byte) {
	n := 0
	for i := 1; i < len(b) && i <= 4; i++ {
		n = n<<7 | int(b[i]&0x7f)
		if b[i]&0x80 != 0 {
			continue
		}
		if n > len(b)-i-1 {
			return 0, nil, nil
		}
		return b[0], b[i+1 : i+1+n], b[i+1+n:]
	}
	return 0, nil, nil
}

// Tags of the descriptors of an elementary stream.
const (
	tagStream   = 3
	tagDecoder  = 4
	tagSpecific = 5
	tagSync     = 6
)

// stream is what esds says, with offsets from the start of its body.
type stream struct {
	object   byte          // objectTypeIndication: which codec
	specific scrub.Range   // what the decoder itself needs
	spare    []scrub.Range // descriptors that no decoder looks at
	end      int64
}

// maxStream is far more than esds takes.
const maxStream = 64 << 10

// readStream reads esds: one ES descriptor after version and flags.
func (w reader) readStream(b box.Box) (st stream, ok bool, err error) {
	if b.Size() > maxStream {
		return st, false, nil
	}
	body, err := w.Bytes(b.Body(), int(b.Size()))
	if err != nil || len(body) < 4 {
		return st, false, err
	}
	tag, d, rest := Descriptor(body[4:])
	if tag != tagStream || len(d) < 3 {
		return st, false, nil
	}
	st.end = int64(len(body) - len(rest))
	at := 3
	if d[2]&0x80 != 0 {
		at += 2
	}
	if d[2]&0x40 != 0 || d[2]&0x20 != 0 && at+2 > len(d) { // a URL in place of the stream
		return st, false, nil
	}
	if d[2]&0x20 != 0 {
		at += 2
	}
	if at > len(d) {
		return st, false, nil
	}
	return st, st.parts(d[at:], st.end-int64(len(d)-at)), nil
}

// parts reads the descriptors inside the ES descriptor; off is where they start.
func (st *stream) parts(d []byte, off int64) bool {
	for len(d) > 0 {
		tag, in, rest := Descriptor(d)
		if tag == 0 {
			return false
		}
		end := off + int64(len(d)-len(rest))
		switch {
		case tag == tagDecoder && len(in) >= 13:
			f := box.NewFields(in)
			decoderFields(f)
			st.object = in[0]
			if f.Bad || !st.decoder(in[13:], end-int64(len(in)-13)) {
				return false
			}
		case tag != tagSync:
			st.spare = append(st.spare, scrub.Range{Off: end - int64(len(in)), Len: int64(len(in))})
		case len(in) > 1: // how packets begin, which those of files don't have
			st.spare = append(st.spare, scrub.Range{Off: end - int64(len(in)) + 1, Len: int64(len(in)) - 1})
		}
		d, off = rest, end
	}
	return true
}

// decoderFields are those of DecoderConfigDescriptor (7.2.6.6): the codec, what it is
// for, the size of a buffer, and two rates.
func decoderFields(f *box.Fields) {
	switch o := f.Take(8); {
	case o >= 0x20 && o <= 0x24, o == 0x40, o >= 0x60 && o <= 0x6e, o >= 0xa0 && o <= 0xb2, o == 0xc0, o == 0xd0, o == 0xd1, o >= 0xdd && o <= 0xe1:
	default:
		f.Bad = true
	}
	f.Among(6, 4, 5, 0x38)
	f.Take(2 + 24)
	f.UpTo(32, box.Small)
	f.UpTo(32, box.Small)
}

// decoder reads the descriptors inside the decoder configuration.
func (st *stream) decoder(d []byte, off int64) bool {
	for len(d) > 0 {
		tag, in, rest := Descriptor(d)
		if tag == 0 {
			return false
		}
		end := off + int64(len(d)-len(rest))
		r := scrub.Range{Off: end - int64(len(in)), Len: int64(len(in))}
		if tag == tagSpecific && st.specific.Len == 0 {
			st.specific = r
		} else {
			st.spare = append(st.spare, r)
		}
		d, off = rest, end
	}
	return true
}

// vorbis is how FFmpeg numbers it.
const vorbis = 0xdd

// codec is that of a stream that is looked into (ISO/IEC 14496-1, table 5).
func (st stream) codec() codec.Kind {
	switch o := st.object; {
	case st.aac():
		return codec.AAC
	case o == 0x69 || o == 0x6b:
		return codec.MP3
	case o == 0x20:
		return codec.MPEG4
	case o >= 0x60 && o <= 0x65 || o == 0x6a:
		return codec.MPEG12
	case o == 0x6c || o == 0x6d:
		return codec.Pictures
	case o == 0x6e:
		return codec.JPEG2000
	case o == 0xa4:
		return codec.Dirac
	case o == 0xdd: // as FFmpeg writes it
		return codec.Vorbis
	}
	return codec.Unknown
}

// streamDescription claims esds: descriptors that no decoder looks at are
// blanked, and user data in what the decoder needs.
func (w reader) streamDescription(b box.Box, place string) error {
	st, ok, err := w.readStream(b)
	if err != nil {
		return err
	}
	if !ok {
		w.Keep(b, place)
		if b.Size() > 4 {
			w.Doubt("the description of a stream can't be read")
		}
		return nil
	}
	if _, _, err := w.Flags(b, 0, place); err != nil {
		return err
	}
	at := int64(4)
	for _, r := range st.looked() {
		w.Claim(b.Body()+at, r.Off-at, scrub.Structure, place)
		at = r.End()
		r.Off += b.Body()
		switch {
		case r.Off-b.Body() != st.specific.Off || st.specific.Len == 0:
			err = w.Zero(r.Off, r.Len, scrub.Unknown, place+"/descriptor", "")
		case st.aac():
			err = w.soundSpecific(r, place)
		case st.codec() == codec.MPEG4 || st.codec() == codec.MPEG12:
			err = w.specific(st.codec(), r, place)
		case st.object == vorbis:
			err = w.specific(codec.Vorbis, r, place)
		default:
			err = w.otherSpecific(st.object, r, place)
		}
		if err != nil {
			return err
		}
	}
	w.Claim(b.Body()+at, st.end-at, scrub.Structure, place)
	return w.Slack(b, b.Body()+st.end, place)
}

// looked returns the parts that are looked into, in order.
func (st stream) looked() []scrub.Range {
	parts := st.spare
	if st.specific.Len > 0 {
		parts = append(parts, st.specific)
	}
	slices.SortFunc(parts, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	return parts
}

// specific claims the headers of a stream of MPEG video.
func (w reader) specific(kind codec.Kind, r scrub.Range, place string) error {
	pieces, err := (&codec.Stream{Kind: kind}).Config(w.Reader, r.Off, r.Len)
	if err != nil {
		return err
	}
	coded.Report(w.Scan, r.Off, r.Len, place, pieces)
	return nil
}

// otherSpecific claims what another decoder needs: the sixteen colours of subtitles
// from DVDs, of three bytes each, are known.
func (w reader) otherSpecific(object byte, r scrub.Range, place string) error {
	const subtitles = 0xe0
	_, ok, err := w.Formed(r.Off, r.Len, func(f *box.Fields) {
		for range 16 {
			f.Among(8, 0)
			f.Take(24)
		}
		f.Bad = f.Bad || object != subtitles || r.Len != 64
	}, place)
	if err == nil && !ok {
		w.Claim(r.Off, r.Len, scrub.Structure, place)
		w.Doubt("the description of a decoder can't be looked into")
	}
	return err
}

// aac tells whether a stream is AAC, of MPEG-4 or MPEG-2 (ISO/IEC 14496-1, table 5).
func (st stream) aac() bool { return st.object == 0x40 || st.object >= 0x66 && st.object <= 0x68 }

// soundSpecific claims an AudioSpecificConfig: FFmpeg puts its name where channels
// are described.
func (w reader) soundSpecific(x scrub.Range, place string) error {
	const short = 5 // writers end it early
	b := w.Get(x.Off, int(x.Len))
	comment, end, ok := codec.SoundConfig(b)
	if !ok {
		w.Claim(x.Off, x.Len, scrub.Structure, place)
		if x.Len > short {
			w.Doubt("the description of a decoder can't be looked into")
		}
		return nil
	}
	text := box.Printable(b[comment.Off:comment.End()])
	w.Claim(x.Off, comment.Off, scrub.Structure, place)
	if err := w.Zero(x.Off+comment.Off, comment.Len, scrub.Software, place+"/comment", text); err != nil {
		return err
	}
	w.Claim(x.Off+comment.End(), end-comment.End(), scrub.Structure, place)
	return w.Zero(x.Off+end, x.Len-end, scrub.Hidden, place+"/slack", "")
}
