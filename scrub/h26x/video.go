package h26x

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/coded"
)

// Video is what is known of a track: what its configuration and the parameter sets
// in its frames announce. Frames are to be looked at in their order.
type Video struct {
	Codec      Codec
	LengthSize int  // bytes of the lengths before NAL units
	Dolby      bool // the track is said to be Dolby Vision
	Parsed     bool // FFmpeg divides its packets anew, and takes a new SEI unit for a picture that is missing

	layered   bool // there are sets for more layers or views of H.264
	sequences []*sequence
}

// maxSequences is how many different sequence parameter sets are remembered.
const maxSequences = 32

// sequence is what a sequence parameter set says that others need.
type sequence struct {
	id       int
	profile  int
	chroma   int    // chroma_format_idc
	general  []byte // of H.265: profile, tier and level
	pictures bool   // pic_timing tells of pictures: pic_struct_present_flag, frame_field_info_present_flag
	hrd      hrd
}

// hrd are the hypothetical reference decoder's numbers of bits.
type hrd struct {
	nal, vcl                         int // buffers
	initial, removal, output, offset int // bits
	parts                            bool
}

// learn remembers a set in the place of the one with its number.
func (v *Video) learn(s *sequence) {
	for i, old := range v.sequences {
		if old.id == s.id {
			v.sequences[i] = s
			return
		}
	}
	if len(v.sequences) < maxSequences {
		v.sequences = append(v.sequences, s)
	}
}

// sequence returns the set with the given number, or nil.
func (v *Video) sequence(id int) *sequence {
	for _, s := range v.sequences {
		if s.id == id {
			return s
		}
	}
	return nil
}

const (
	maxSet = 16 << 10 // bytes of the longest parameter set that is read
	junk   = 16       // bytes that are no end of a parameter set
	word   = 8        // letters that are no chance in so few bytes
)

// set looks at a parameter set: behind its stop bit nothing may stand. One that
// goes on past what is known, or has another end, stays with a doubt.
func (w *walk) set(off, n int64, h header) error {
	read := w.video.reader(h.typ)
	if read == nil || n > maxSet {
		return w.add(Piece{Off: off, Len: n, Kind: scrub.Unknown, Value: "a parameter set that is not looked into"})
	}
	raw, err := w.r.Bytes(off, int(n))
	if err != nil {
		return err
	}
	end, ok := w.setEnd(raw, h, read)
	rest := raw[end:]
	switch {
	case !ok:
		return w.add(Piece{Off: off, Len: n, Kind: scrub.Unknown, Value: "a parameter set that can't be read"})
	case len(rest) == 0:
		return nil
	}
	p := Piece{Off: off + int64(end), Len: int64(len(rest)), Padding: true}
	if len(bytes.TrimRight(rest, "\x00")) == 0 {
		return w.add(p)
	}
	p.Kind, p.Value = scrub.Hidden, "bytes behind a parameter set"
	if len(rest) >= junk || coded.Tells(rest, word) { // a few others may be of a set that is damaged
		p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Phase: scrub.Destroy}}
	}
	return w.add(p)
}

// setEnd reads a parameter set and returns where its last byte ends.
func (w *walk) setEnd(raw []byte, h header, read readSet) (end int, ok bool) {
	c := cursor{raw: raw, at: h.size}
	payload := c.rest()
	for _, more := range []bool{true, false} {
		b := coded.NewBits(payload)
		s := read(w.video, b, h, more)
		n, ok := b.Stop()
		if !ok {
			continue
		}
		if s != nil {
			s.general = payload[1:min(13, len(payload))]
			w.video.learn(s)
		}
		c := cursor{raw: raw, at: h.size}
		c.skip(n)
		return c.at, true
	}
	// Those of spatial video for its second view have an extension that isn't as H.265 says.
	const small = 64
	return len(raw), h.layer > 0 && len(raw) <= small && !coded.Tells(raw, word)
}
