// Package box reads and claims boxes, of which ISO base media, QuickTime, HEIF, JPEG 2000
// and JPEG XL are made (ISO/IEC 14496-12, 4.2). What a family of media says of its boxes is a
// [Grammar]; what keeps a wrong length or a damaged name from costing a film is here.
//
// Start with [Parse] and [Walk.Inside].
package box

import (
	"fmt"
	"slices"
	"strings"

	"untag/scrub"
)

// Box is one box: where it is and what it is called. Its length was checked against
// what holds it.
type Box struct {
	Type string // four bytes, not text
	Off  int64  // of the header
	Head int64  // length of the header: 8, or 16 with a largesize
	Len  int64  // of the whole box
	Cut  bool   // it says more than there is in what holds it
}

// TypeName is a type as people write it.
func TypeName(t string) string {
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

// IsType tells whether four bytes can be the type of a box that somebody
// defined: printable, or the © and @ of QuickTime user data.
func IsType(t []byte) bool {
	for _, c := range t {
		if c != 0xa9 && (c < 0x20 || c > 0x7e) {
			return false
		}
	}
	return len(t) == 4
}

// Read reads the header of the box at off, which ends at end at the latest. An error of
// the format comes with as much of the box as was read.
// A size of 0 reaches to end (ISO/IEC 14496-12, 4.2); 1 has a 64-bit size.
func Read(s *scrub.Scan, off, end int64) (Box, error) {
	if end-off < 8 {
		return Box{}, s.Errorf(off, "box header needs 8 bytes, %d are left", end-off)
	}
	h := s.Get(off, 8)
	b := Box{Type: string(h[4:8]), Off: off, Head: 8, Len: int64(Uint32(h))}
	switch b.Len {
	case 0:
		b.Len = end - off
	case 1:
		if end-off < 16 {
			return b, s.Errorf(off, "box %q needs 16 bytes of header, %d are left", b.Name(), end-off)
		}
		n := Uint64(s.Get(off+8, 8))
		if n > uint64(end-off) {
			return b, s.Errorf(off, "box %q says %d bytes, %d are left", b.Name(), n, end-off)
		}
		b.Head, b.Len = 16, int64(n)
	}
	if b.Len < b.Head || b.Len > end-off {
		return b, s.Errorf(off, "box %q says %d bytes, %d are left", b.Name(), b.Len, end-off)
	}
	return b, nil
}

// Each visits the boxes in [off, end). QuickTime ends some
// containers with a zero word, and writers leave a few bytes over: the offset
// after the last box is returned as rest.
func Each(s *scrub.Scan, off, end int64, visit func(Box) error) (rest int64, err error) {
	for end-off >= 8 {
		if Uint32(s.Get(off, 4)) == 0 {
			return off, nil
		}
		b, err := Read(s, off, end)
		if err != nil {
			return off, err
		}
		if err := visit(b); err != nil {
			return off, err
		}
		off = b.End()
	}
	return off, nil
}

// FullHead reads version and flags of a full box (4.2).
func FullHead(s *scrub.Scan, b Box) (version byte, flags uint32, err error) {
	if b.Size() < 4 {
		return 0, 0, s.Errorf(b.Off, "box %q has %d bytes, a full box needs 4", b.Name(), b.Size())
	}
	h := s.Get(b.Body(), 4)
	return h[0], Uint32(h) & 0xffffff, nil
}

// Body is where the body starts, End where the next box does.
func (b Box) Body() int64 { return b.Off + b.Head }
func (b Box) End() int64  { return b.Off + b.Len }

// Size is the length of the body.
func (b Box) Size() int64 { return b.Len - b.Head }

// Name is the type as people write it.
func (b Box) Name() string { return TypeName(b.Type) }

// Uint16, Uint32 and Uint64 read the number that b starts with.
func Uint16(b []byte) uint16 { return uint16(b[0])<<8 | uint16(b[1]) }
func Uint32(b []byte) uint32 { return uint32(Uint16(b))<<16 | uint32(Uint16(b[2:])) }
func Uint64(b []byte) uint64 { return uint64(Uint32(b))<<32 | uint64(Uint32(b[4:])) }

// Bytes32 is how a number is written.
func Bytes32(n uint32) []byte { return []byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)} }

// Has tells whether a list of types, with a bar between them, names one.
func Has(list, typ string) bool { return strings.Contains("|"+list+"|", "|"+typ+"|") }

// ByteAt is b[i], or 0 behind its end.
func ByteAt(b []byte, i int) int {
	if i >= len(b) {
		return 0
	}
	return int(b[i])
}

// Damaged tells whether err says that what was read is no box.
func Damaged(err error) bool { return err != nil && scrub.Refusal(err) }

// IgnoreDamage returns err unless it is [Damaged].
func IgnoreDamage(err error) error {
	if Damaged(err) {
		return nil
	}
	return err
}

// Nearly tells whether a name is one bit from one that is known.
func Nearly(typ string, known []string) bool {
	return slices.ContainsFunc(known, func(k string) bool { return scrub.Near(typ, k) })
}
