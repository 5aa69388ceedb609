package coded

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/crc"
)

// AC3 returns the pieces of n bytes at off, frames of AC-3, E-AC-3 or DTS, of which the first and
// the last may be cut off: their headers, and fields between coded sound that begin at any bit,
// may hold what anybody likes. That can't be removed, for checksums cover it. Of the headers
// those of AC-3 are read.
func AC3(r *scrub.Reader, off, n int64) ([]Piece, error) {
	const sentence = 32
	b, err := r.Bytes(off, int(min(n, mostFrames)))
	if err != nil {
		return nil, err
	}
	why := surround(b)
	if why == "" && tellsBits(b, sentence) {
		why = "text among the coded sound"
	}
	if why == "" {
		return nil, nil
	}
	return []Piece{{Off: off, Len: n, Kind: scrub.Unknown, Value: why}}, nil
}

// surround tells what frames of AC-3 in b hold that no decoder needs, in their headers and
// between them. A frame is one if another follows it, or if it ends as its checksum says.
func surround(b []byte) (why string) {
	size, end := int64(len(b)), int64(0) // of the last frame
	whole := false                       // that one is one
	for at := int64(0); at < size && why == ""; {
		n := AC3Frame(b[at:])
		next := at + n
		sure := n > 0 && (next == size || next < size && AC3Frame(b[next:]) > 0 || next < size && at == end && crc.FLAC16.Update(0, b[at+2:next]) == 0)
		if sure || n > 0 && at == end && (whole || next >= size) {
			why = header(b[at:])
		}
		switch {
		case sure && whole && between(b[end:at]):
			why = "bytes between frames of AC-3"
		case sure:
			at, end, whole = next, next, true
			continue
		case n > 0 && at == end: // cut off
			whole = false
		}
		at++
	}
	if why == "" && whole && between(b[end:]) {
		why = "bytes between frames of AC-3"
	}
	return why
}

// between tells whether bytes behind a frame are anything but zeros, or the start of another.
func between(b []byte) bool {
	const head, sync = 6, 0x0b
	return len(bytes.Trim(b, "\x00")) > 0 && (len(b) >= head || b[0] != sync)
}

// header tells what a header of AC-3 (ETSI TS 102 366, 4.3.2) holds that no decoder needs: times,
// and bytes that anybody may add.
func header(b []byte) string {
	const annexD, last, enhanced = 6, 8, 11
	r := NewBits(b)
	r.Skip(40)
	id := r.Read(5)
	r.Skip(3)
	mode := r.Read(3)
	if id >= enhanced && id <= 16 {
		return enhancedHeader(b)
	}
	if id > last {
		return ""
	}
	if mode&1 != 0 && mode != 1 {
		r.Skip(2)
	}
	if mode&4 != 0 {
		r.Skip(2)
	}
	if mode == 2 {
		r.Skip(2)
	}
	r.Skip(1 + 5)
	for range 1 + (7-mode)/7 { // two programs, if the mode is 0
		r.If("B")
		r.If("B")
		r.If("7")
		r.Skip(5)
	}
	r.at -= 5
	r.Skip(2)
	for range 2 {
		if r.Flag() && r.Read(14) != 0 && id != annexD {
			return "headers of AC-3 hold a time"
		}
	}
	if added(r) {
		return "headers of AC-3 hold text"
	}
	return ""
}

// added tells whether what may be added behind a header is text.
func added(r *Bits) bool {
	return r.Flag() && tellsNext(r, 8*(r.Read(6)+1))
}

// tellsNext tells whether the next n bits are text, and passes them.
func tellsNext(r *Bits, n int) bool {
	const word = 6
	at := r.At()
	r.Skip(n)
	return !r.Failed && Tells(fromBit(r.b, at, n), word)
}

// enhancedHeader is [header] for E-AC-3 (ETSI TS 102 366, E.1.2.2): data of mixing, and bytes that
// anybody may add.
func enhancedHeader(b []byte) string {
	const independent, converted, few = 0, 2, 3
	r := NewBits(b)
	r.Skip(16)
	kind := r.Read(2)
	r.Skip(3 + 11)
	rate, blocks := r.Read(2), r.Read(2)
	if rate == few {
		blocks = 3 // and what was read is half the rate
	}
	mode, low := r.Read(3), r.Flag()
	r.Skip(5)
	for range 1 + (7-mode)/7 { // two programs, if the mode is 0
		r.Skip(5)
		r.If("B")
	}
	if kind == 1 {
		r.If("W")
	}
	text := r.Flag() && mixing(r, kind == independent, mode, blocks, low)
	if r.Flag() { // information
		r.Skip(3 + 2)
		if mode == 2 {
			r.Skip(4)
		}
		if mode >= 6 {
			r.Skip(2)
		}
		for range 1 + (7-mode)/7 {
			r.If("B")
		}
		if rate < few {
			r.Skip(1)
		}
	}
	if kind == independent && blocks != 3 {
		r.Skip(1)
	}
	if kind == converted && (blocks == 3 || r.Flag()) {
		r.Skip(6)
	}
	if text || added(r) {
		return "headers of E-AC-3 hold text"
	}
	return ""
}

// mixing passes the data of mixing of a header of E-AC-3, and tells whether they hold text.
func mixing(r *Bits, independent bool, mode, blocks int, low bool) (text bool) {
	if mode > 2 {
		r.Skip(2)
		if mode&1 != 0 {
			r.Skip(6)
		}
	}
	if mode&4 != 0 {
		r.Skip(6)
	}
	if low {
		r.If("5")
	}
	if !independent {
		return false
	}
	programs := 1 + (7-mode)/7
	for range programs + 1 {
		r.If("6")
	}
	switch r.Read(2) {
	case 1:
		r.Skip(5)
	case 2:
		r.Skip(12)
	case 3:
		text = tellsNext(r, 8*(r.Read(5)+2))
	}
	if mode < 2 {
		for range programs {
			r.If("86")
		}
	}
	if !r.Flag() {
		return text
	}
	if blocks == 0 {
		r.Skip(5)
		return text
	}
	for range []int{1, 2, 3, 6}[blocks] {
		r.If("5")
	}
	return text
}

// tellsBits is [Tells] for text that begins at any bit.
func tellsBits(b []byte, n int) bool {
	for i := n - 1; i < len(b); i += n { // one of these is in each run of n
		for shift := range 8 {
			from, to := i, i // letters have no first bit
			for ; from >= 0 && i-from < n && b[from]&(0x80>>shift) == 0; from-- {
			}
			for ; to < len(b) && to-i < n && b[to]&(0x80>>shift) == 0; to++ {
			}
			if to-from > n && Tells(fromBit(b, 8*(from+1)+shift, 8*(to-from-1)), n) {
				return true
			}
		}
	}
	return false
}

// fromBit returns n bits that begin at a bit of b, or as many as are there, in bytes.
func fromBit(b []byte, at, n int) (out []byte) {
	for ; n >= 8 && at+8 <= 8*len(b); at, n = at+8, n-8 {
		c := b[at/8] << (at % 8)
		if at%8 > 0 {
			c |= b[at/8+1] >> (8 - at%8)
		}
		out = append(out, c)
	}
	return out
}
