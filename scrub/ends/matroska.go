package ends

import (
	"math/bits"

	"untag/scrub"
)

// matroska walks the elements of an EBML document and of its segments (RFC 8794,
// RFC 9559). A segment or cluster of unknown length has no sure end.
func matroska(s *scrub.Scan) (int64, error) {
	const header, segment, void = 0x1a45dfa3, 0x18538067, 0xec
	segments := 0
	off := int64(0)
	for s.Left(off) > 0 {
		e, err := element(s, off)
		if err != nil {
			return 0, err
		}
		if e.id != header && e.id != segment && e.id != void {
			break
		}
		if e.size < 0 || e.size > s.Left(e.data) {
			return 0, s.Errorf(off, "element 0x%x of %d bytes, %d are left", e.id, e.size, s.Left(e.data))
		}
		if off = e.data + e.size; e.id == segment {
			segments++
			if err := children(s, e.data, off); err != nil {
				return 0, err
			}
		}
	}
	if segments == 0 {
		return 0, s.Errorf(off, "no segment")
	}
	return unlessZeros(s, off)
}

// children makes sure that elements fill [off, end).
func children(s *scrub.Scan, off, end int64) error {
	for off < end {
		e, err := element(s, off)
		if err != nil {
			return err
		}
		if e.id == 0 || e.size < 0 || e.data > end || e.size > end-e.data {
			return s.Errorf(off, "element 0x%x of %d bytes, %d are left", e.id, e.size, end-e.data)
		}
		off = e.data + e.size
	}
	return nil
}

// ebml is the head of an element. Its size is -1 if it isn't known, and its id 0
// if there is no element.
type ebml struct {
	id         uint64
	data, size int64
}

func element(s *scrub.Scan, off int64) (ebml, error) {
	b, err := s.Bytes(off, int(min(12, s.Left(off))))
	if err != nil {
		return ebml{}, err
	}
	id, n, _ := vint(b)
	if n == 0 || n > 4 {
		return ebml{size: -1, data: off}, nil
	}
	size, m, all := vint(b[n:])
	e := ebml{id: id, data: off + int64(n+m), size: int64(size &^ (1 << (7 * m)))}
	if m == 0 || all {
		e.size = -1
	}
	return e, nil
}

// vint reads a number of n bytes together with the bit that marks its length. all
// tells whether all other bits are set. n is 0 if b holds none.
func vint(b []byte) (v uint64, n int, all bool) {
	if len(b) == 0 || b[0] == 0 {
		return 0, 0, false
	}
	n = bits.LeadingZeros8(b[0]) + 1
	if n > len(b) {
		return 0, 0, false
	}
	for _, c := range b[:n] {
		v = v<<8 | uint64(c)
	}
	return v, n, v == 1<<(7*n+1)-1
}
