package frames

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/words"
)

// parseLOAS cleans AAC in LATM.
func parseLOAS(s *scrub.Scan) error {
	l := &coded.LATM{}
	frame := func(w *Walk, off int64, b []byte) (claimed bool, err error) {
		clean, parts, why := l.Quiet(b)
		if why != "" {
			w.Doubt("%s", why)
		}
		w.behind(off, b, parts)
		return w.parts(off, b, clean, parts), nil
	}
	return Parse(s, Kind{Head: 3, Len: coded.LOAS, Same: func(a, b []byte) bool { return a[0] == b[0] && a[1]&0xe0 == b[1]&0xe0 }, Frame: frame, Split: true}, 0, nil)
}

// parseADIF cleans AAC behind one header (1.A.2): a number of a right, and comments. Where its
// frames end nothing tells but a decoder.
func parseADIF(s *scrub.Scan) error {
	b, err := s.Bytes(0, int(min(s.Size(), 4<<10)))
	if err != nil {
		return err
	}
	r := coded.NewBits(b)
	r.Skip(32)
	clean := append([]byte(nil), b...)
	var parts []scrub.Range
	if len(b) < 24 {
		return s.Errorf(0, "a header of %d bytes", len(b))
	}
	if r.Flag() {
		parts = coded.ClearBits(clean, parts, r.At(), 72)
		r.Skip(72)
	}
	r.Skip(2)
	constant := !r.Flag()
	r.Skip(23)
	for n := r.Read(4) + 1; n > 0; n-- {
		if constant {
			r.Skip(20)
		}
		r.Skip(10)
		elements := 5*(r.Read(4)+r.Read(4)+r.Read(4)) + 4*(r.Read(2)+r.Read(3)) + 5*r.Read(4)
		for _, mixed := range []string{"4", "4", "3"} {
			r.If(mixed)
		}
		r.Skip(elements)
		r.Skip(-r.At() & 7)
		comment, at := 8*r.Read(8), r.At()
		if r.Skip(comment); r.Failed {
			return s.Errorf(4, "a header longer than the file")
		}
		if text := bytes.Trim(b[at/8:(at+comment)/8], "\x00"); !words.Readable(string(text)) {
			s.Doubt("the header may be damaged")
		} else if comment > 0 {
			parts = coded.ClearBits(clean, parts, at, comment)
		}
	}
	w := &Walk{Scan: s}
	head := int64(r.At()+7) / 8
	if !w.parts(0, b[:head], clean, parts) {
		s.Claim(0, head, scrub.Structure, "head")
	}
	end, err := s.CutMarks(head)
	s.Claim(head, end-head, scrub.Payload, "frames")
	s.Unread()
	return err
}
