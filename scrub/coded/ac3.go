package coded

import (
	"bytes"

	"untag/scrub"
)

// AC3 returns the pieces of n bytes at off, frames of AC-3, E-AC-3 or DTS: their headers, and fields
// between coded sound that begin at any bit, may hold what anybody likes. That can't be removed,
// for checksums cover it. Of the headers those of AC-3 are read.
func AC3(r *scrub.Reader, off, n int64) ([]Piece, error) {
	const most, sentence = 64 << 10, 32
	b, err := r.Bytes(off, int(min(n, most)))
	if err != nil {
		return nil, err
	}
	why := ""
	if bytes.HasPrefix(b, []byte{0x0b, 0x77}) {
		why = header(b)
	}
	if why == "" && tellsBits(b, sentence) {
		why = "text among the coded sound"
	}
	if why == "" {
		return nil, nil
	}
	return []Piece{{Off: off, Len: n, Kind: scrub.Unknown, Value: why}}, nil
}

// header tells what a header of AC-3 (ETSI TS 102 366, 4.3.2) holds that no decoder needs: times,
// and bytes that anybody may add.
func header(b []byte) string {
	const annexD, last, word = 6, 8, 6
	r := NewBits(b)
	r.Skip(40)
	id := r.Read(5)
	r.Skip(3)
	mode := r.Read(3)
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
	if !r.Flag() || r.Failed {
		return ""
	}
	added := 8 * (r.Read(6) + 1)
	if r.At()+added <= 8*len(b) && Tells(fromBit(b, r.At(), added), word) {
		return "headers of AC-3 hold text"
	}
	return ""
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
