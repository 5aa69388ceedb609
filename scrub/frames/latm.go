package frames

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/words"
)

// latm is what a stream in LOAS said last of how its frames are multiplexed (ISO/IEC 14496-3,
// 1.7.3): one frame of one layer is looked into.
type latm struct {
	known bool
	other bool // data beside the sound follow it
}

func parseLOAS(s *scrub.Scan) error {
	l := &latm{}
	return Parse(s, Kind{Head: 3, Len: loas, Same: func(a, b []byte) bool { return a[0] == b[0] && a[1]&0xe0 == b[1]&0xe0 }, Frame: l.frame, Split: true}, 0, nil)
}

// loas is a frame of AudioSyncStream (1.7.2).
func loas(b []byte) int64 {
	n := binary.BigEndian.Uint16(b[1:]) & 0x1fff
	if b[0] != 0x56 || b[1]&0xe0 != 0xe0 || n == 0 {
		return 0
	}
	return 3 + int64(n)
}

// frame clears what of a frame is no sound.
func (l *latm) frame(w *Walk, off int64, b []byte) (claimed bool, err error) {
	const head, escape = 3, 255
	r := &bits{b: b, at: 8 * head}
	if r.read(1) == 0 {
		l.config(r)
	}
	if !l.known {
		w.Doubt("frames are multiplexed in a way that can't be looked into")
		return false, nil
	}
	size := 0
	for n := escape; n == escape && size < len(b); size += n {
		n = r.read(8)
	}
	if end := r.at + 8*size; end <= 8*len(b) {
		clean, parts := coded.Quiet(b, r.at)
		if l.other {
			parts = coded.ClearBits(clean, parts, end, 8*len(b)-end)
		}
		return w.parts(off, b, clean, parts), nil
	}
	w.Doubt("a frame is longer than its length")
	return false, nil
}

// config reads StreamMuxConfig.
func (l *latm) config(r *bits) {
	const main, ltp, sbr, ps = 1, 4, 5, 29
	*l = latm{}
	if r.read(1) != 0 || r.read(1) != 1 || r.read(6+4+3) != 0 { // version, same timing; more frames, programs, layers
		return
	}
	object := r.read(5)
	rate := func() {
		if r.read(4) == 15 {
			r.read(24)
		}
	}
	rate()
	channels := r.read(4)
	if object == sbr || object == ps {
		rate()
		object = r.read(5)
	}
	r.read(1)
	if object < main || object > ltp || channels == 0 || r.read(2) != 0 || r.read(3) != 0 { // a core, an extension; frames of other lengths
		return
	}
	r.read(8)
	l.known = true
	if l.other = r.read(1) == 1; l.other {
		for r.read(1) == 1 {
			r.read(8)
		}
		r.read(8)
	}
	if r.read(1) == 1 {
		r.read(8)
	}
}

// parseADIF cleans AAC behind one header (1.A.2): a number of a right, and comments. Where its
// frames end nothing tells but a decoder.
func parseADIF(s *scrub.Scan) error {
	b, err := s.Bytes(0, int(min(s.Size(), 4<<10)))
	if err != nil {
		return err
	}
	r := &bits{b: b, at: 32}
	clean := append([]byte(nil), b...)
	var parts []scrub.Range
	if len(b) < 24 {
		return s.Errorf(0, "a header of %d bytes", len(b))
	}
	if r.read(1) == 1 {
		parts = coded.ClearBits(clean, parts, r.at, 72)
		r.read(72)
	}
	r.read(2)
	constant := r.read(1) == 0
	r.read(23)
	for n := r.read(4) + 1; n > 0; n-- {
		if constant {
			r.read(20)
		}
		r.read(10)
		elements := 5*(r.read(4)+r.read(4)+r.read(4)) + 4*(r.read(2)+r.read(3)) + 5*r.read(4)
		for _, mixed := range []int{4, 4, 3} {
			if r.read(1) == 1 {
				r.read(mixed)
			}
		}
		r.read(elements)
		r.at = (r.at + 7) &^ 7
		comment := 8 * r.read(8)
		if r.at+comment > 8*len(b) {
			return s.Errorf(4, "a header longer than the file")
		}
		if text := bytes.Trim(b[r.at/8:(r.at+comment)/8], "\x00"); !words.Readable(string(text)) {
			s.Doubt("the header may be damaged")
		} else if comment > 0 {
			parts = coded.ClearBits(clean, parts, r.at, comment)
		}
		r.at += comment
	}
	w := &Walk{Scan: s}
	head := int64(r.at+7) / 8
	if !w.parts(0, b[:head], clean, parts) {
		s.Claim(0, head, scrub.Structure, "head")
	}
	end, err := s.CutMarks(head)
	s.Claim(head, end-head, scrub.Payload, "frames")
	s.Unread()
	return err
}
