package ends

import (
	"math/bits"

	"untag/scrub"
)

// Elements of the top level and of a segment, RFC 9559.
const (
	header, segment, void = 0x1a45dfa3, 0x18538067, 0xec
	cluster               = 0x1f43b675
)

// parts are the ids of elements that stand in a segment alone, and of what begins
// another document.
var parts = []string{"\x1f\x43\xb6\x75", "\x1c\x53\xbb\x6b", "\x16\x54\xae\x6b", "\x15\x49\xa9\x66", "\x11\x4d\x9b\x74",
	"\x12\x54\xc3\x67", "\x10\x43\xa7\x70", "\x19\x41\xa4\x69", "\x18\x53\x80\x67", "\x1a\x45\xdf\xa3"}

// matroska walks the elements of an EBML document and of its segments (RFC 8794,
// RFC 9559). A segment of unknown length has no end, nor has one of length 0, which
// mkvmerge leaves when it is killed.
func matroska(s *scrub.Scan) (end scrub.End, err error) {
	segments, clusters := 0, 0
	off := int64(0)
	for s.Left(off) > 0 {
		e, err := element(s, off)
		if err != nil {
			return end, err
		}
		if e.id != header && e.id != segment && e.id != void {
			break
		}
		if e.size < 0 || e.size > s.Left(e.data) || e.id == segment && e.size == 0 {
			return end, s.Errorf(off, "element 0x%x of %d bytes, %d are left", e.id, e.size, s.Left(e.data))
		}
		if off = e.data + e.size; e.id == segment {
			n, err := children(s, e.data, off)
			if err != nil {
				return end, err
			}
			segments, clusters = segments+1, clusters+n
		}
	}
	if segments == 0 {
		return end, s.Errorf(off, "no segment")
	}
	words := holds(s, "elements", parts...)
	end = scrub.End{Off: off}
	if clusters > 0 {
		end.Proof = scrub.Counted
	}
	end.More = func(off, n int64) (string, error) {
		e, err := element(s, off)
		block := e.id == 0xa3 || e.id == 0xa0
		if fill := off + n - e.data; err == nil && e.id != 0 && (e.size == fill || block && e.size >= 0 && e.size < fill) {
			return "an element", nil
		}
		return words(off, n)
	}
	return end, nil
}

// children makes sure that elements fill [off, end), and counts the clusters.
func children(s *scrub.Scan, off, end int64) (clusters int, err error) {
	for off < end {
		e, err := element(s, off)
		if err != nil {
			return 0, err
		}
		if e.id == 0 || e.size < 0 || e.data > end || e.size > end-e.data {
			return 0, s.Errorf(off, "element 0x%x of %d bytes, %d are left", e.id, e.size, end-e.data)
		}
		if off = e.data + e.size; e.id == cluster && e.size > 0 {
			clusters++
		}
	}
	return clusters, nil
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
