// Package crc computes checksums in which the highest bit comes first, and changes bytes
// so that a checksum over them, which may lie in another sector, stays right.
//
// Such a checksum is the remainder of a division of polynomials over GF(2): what is added
// to the bytes adds its own remainder. So the checksum over a long run stays what it is if
// the remainder of the piece that is written stays, whatever stands before and behind the
// piece and whatever the register starts with. Four free bytes in the piece see to that.
package crc

import "encoding/binary"

// Table is a checksum of up to 32 bits, in the upper bits of its register, which isn't
// inverted at the end.
type Table struct {
	ahead [256]uint32
	first [256]byte // the highest byte that leaves a lowest one behind
}

// The checksums that formats take. Some start with another register than 0.
var (
	Ogg    = New(0x04c11db7)   // RFC 3533
	FLAC16 = New(0x8005 << 16) // of frames, RFC 9639 section 9.3
	FLAC8  = New(0x07 << 24)   // of their headers, section 9.1.8
)

// MPEG2 is the checksum of sections and maps of streams; it is 0 over data that their own
// follows (ISO/IEC 13818-1 annex A).
func MPEG2(b []byte) uint32 { return Ogg.Update(^uint32(0), b) }

// New returns the checksum of a polynomial, whose highest term is left out.
func New(poly uint32) *Table {
	t := &Table{}
	for i := range t.ahead {
		r := uint32(i) << 24
		for range 8 {
			r = r<<1 ^ r>>31*poly
		}
		t.ahead[i] = r
		t.first[byte(r)] = byte(i)
	}
	return t
}

// Update returns the register after b.
func (t *Table) Update(r uint32, b []byte) uint32 {
	for _, c := range b {
		r = r<<8 ^ t.ahead[byte(r>>24)^c]
	}
	return r
}

// Zeros returns the register after n zeros.
func (t *Table) Zeros(r uint32, n int) uint32 {
	for range n {
		r = r<<8 ^ t.ahead[r>>24]
	}
	return r
}

// Back returns the register before n zeros after which it is r. The checksum has to be
// one of 32 bits.
func (t *Table) Back(r uint32, n int) uint32 {
	for range n {
		c := t.first[byte(r)]
		r = (r^t.ahead[c])>>8 | uint32(c)<<24
	}
	return r
}

// Settle sets the four bytes of b at an index so that the remainder of b is the one that
// is wanted: that of the bytes in whose place b is written. The checksum has to be one of
// 32 bits.
func (t *Table) Settle(b []byte, at int, want uint32) {
	free := b[at : at+4]
	clear(free)
	binary.BigEndian.PutUint32(free, t.Back(want^t.Update(0, b), len(b)-at))
}
