package mpegts

import (
	"bytes"
	"math/bits"

	"untag/scrub"
	"untag/scrub/coded"
)

// teletext is a stream of teletext (ETSI EN 300 472), in which one kind of line is not for
// people: packet 8/30, which tells the station and the time of day (EN 300 706, 9.8).
type teletext struct{}

// Starts implements the stream of a track.
func (teletext) Starts([]byte) (frame, picture bool) { return false, false }

// Coded implements the stream of a track.
func (teletext) Coded() bool { return false }

// Runs implements the stream of a track.
func (teletext) Runs() bool { return false }

// Frame returns the packets 8/30 among the data units of n bytes at off, which become lines of
// spaces.
func (teletext) Frame(r *scrub.Reader, off, n, _ int64) (out []coded.Piece, err error) {
	const (
		unit, long  = 46, 44 // with its head, and without
		address, at = 4, 6   // of magazine and row, and where the line begins
		space       = 0x04   // the first bit last, with its parity
		service     = 30
	)
	b, err := r.Bytes(off, int(min(n, scrub.MaxPiece)))
	for i := 1; err == nil && i+unit <= len(b); i += unit {
		u := b[i : i+unit]
		if u[0] != 2 && u[0] != 3 || u[1] != long {
			continue
		}
		low, high := nibble(u[address]), nibble(u[address+1])
		if row := low>>3 | high<<1; low < 0 || high < 0 || low&7 != 0 || row != service {
			continue
		}
		p := coded.Piece{Off: off + int64(i+at), Len: unit - at, Padding: true}
		if len(bytes.Trim(u[at:], string(rune(space)))) > 0 {
			p.Kind, p.Value = scrub.Time, "station and time of day of teletext"
			p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Fill: space, Phase: scrub.Destroy}}
		}
		out = append(out, p)
	}
	return out, err
}

// nibble is what a byte of Hamming 8/4 says whose bits are in the order of the stream (EN 300
// 706, 8.2), -1 if it is damaged.
func nibble(b byte) int {
	b = bits.Reverse8(b)
	n := b>>1&1 | b>>2&2 | b>>3&4 | b>>4&8
	d1, d2, d3, d4 := n&1, n>>1&1, n>>2&1, n>>3&1
	want := 1 ^ d1 ^ d3 ^ d4 | d1<<1 | (1^d1^d2^d4)<<2 | d2<<3 | (1^d1^d2^d3)<<4 | d3<<5 | d4<<7
	if b&0xbf != want {
		return -1
	}
	return int(n)
}
