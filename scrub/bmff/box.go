package bmff

import (
	"fmt"
	"strings"

	"untag/scrub"
)

// box is one box: where it is and what it is called. Sizes have been checked
// against what holds it.
type box struct {
	typ  string // four bytes, not text
	off  int64  // of the header
	head int64  // length of the header: 8, or 16 with a largesize
	len  int64  // of the whole box
	cut  bool   // it says more than there is in what holds it
}

func (b box) body() int64 { return b.off + b.head }
func (b box) end() int64  { return b.off + b.len }
func (b box) size() int64 { return b.len - b.head }

// name is the type as people write it.
func (b box) name() string { return typeName(b.typ) }

func typeName(t string) string {
	var s strings.Builder
	for i := range len(t) {
		switch c := t[i]; {
		case c == 0xa9:
			s.WriteRune('©')
		case c >= 0x20 && c < 0x7f && c != '/':
			s.WriteByte(c)
		default:
			fmt.Fprintf(&s, `\x%02x`, c)
		}
	}
	return s.String()
}

// isBoxType tells whether four bytes can be the type of a box that somebody
// defined: printable, or the © and @ of QuickTime user data.
func isBoxType(t []byte) bool {
	for _, c := range t {
		if c != 0xa9 && (c < 0x20 || c > 0x7e) {
			return false
		}
	}
	return len(t) == 4
}

// readBox reads the header of the box at off, which lies in [off, end).
// A size of 0 reaches to end (ISO/IEC 14496-12, 4.2); 1 has a 64-bit size.
func readBox(s *scrub.Scan, off, end int64) (box, error) {
	if end-off < 8 {
		return box{}, s.Errorf(off, "box header needs 8 bytes, %d are left", end-off)
	}
	h, err := s.Bytes(off, 8)
	if err != nil {
		return box{}, err
	}
	b := box{typ: string(h[4:8]), off: off, head: 8, len: int64(be32(h))}
	switch b.len {
	case 0:
		b.len = end - off
	case 1:
		if end-off < 16 {
			return b, s.Errorf(off, "box %q needs 16 bytes of header, %d are left", b.name(), end-off)
		}
		if h, err = s.Bytes(off+8, 8); err != nil {
			return b, err
		}
		n := be64(h)
		if n > uint64(end-off) {
			return b, s.Errorf(off, "box %q says %d bytes, %d are left", b.name(), n, end-off)
		}
		b.head, b.len = 16, int64(n)
	}
	if b.len < b.head || b.len > end-off {
		return b, s.Errorf(off, "box %q says %d bytes, %d are left", b.name(), b.len, end-off)
	}
	return b, nil
}

// children reads the boxes in [off, end) one by one. QuickTime ends some
// containers with a zero word, and writers leave a few bytes over: the offset
// after the last box is returned as rest.
func children(s *scrub.Scan, off, end int64, visit func(box) error) (rest int64, err error) {
	for end-off >= 8 {
		h, err := s.Bytes(off, 4)
		if err != nil {
			return off, err
		}
		if be32(h) == 0 {
			return off, nil
		}
		b, err := readBox(s, off, end)
		if err != nil {
			return off, err
		}
		if err := visit(b); err != nil {
			return off, err
		}
		off = b.end()
	}
	return off, nil
}

// fullHead reads version and flags of a full box.
func fullHead(s *scrub.Scan, b box) (version byte, flags uint32, err error) {
	if b.size() < 4 {
		return 0, 0, s.Errorf(b.off, "box %q has %d bytes, a full box needs 4", b.name(), b.size())
	}
	h, err := s.Bytes(b.body(), 4)
	if err != nil {
		return 0, 0, err
	}
	return h[0], be32(h) & 0xffffff, nil
}
