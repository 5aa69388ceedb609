package jxl

import (
	"bytes"
	gobits "math/bits"
	"slices"
)

// packer writes numbers of so many bits, lowest bit first.
type packer struct {
	b []byte
	n int // bits
}

func (w *packer) put(v, n int) *packer {
	for i := range n {
		if w.n/8 == len(w.b) {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
	return w
}

// packed is a profile, coded behind what was written, and read again: its header as it differs
// from what is usual, and bytes.
func (w packer) packed(profile []byte) ([]byte, bool) {
	if len(profile) < headLength || len(profile) > maxProfile {
		return nil, false
	}
	const noTags, insert = 0, 1
	usual := usualHead(int64(len(profile)))
	commands := number([]byte{noTags, insert}, len(profile)-headLength)
	coded := append(number(number(nil, len(profile)), len(commands)), commands...)
	for i, v := range profile[:headLength] {
		expect(usual, profile[:i])
		coded = append(coded, v-usual[i])
	}
	w.b = slices.Clone(w.b)
	from := w.n
	w.bytes(append(coded, profile[headLength:]...))
	b := &bits{data: w.b, at: from}
	again, ok := b.profile()
	return w.b, ok && bytes.Equal(again, profile) && b.at == 8*len(w.b)
}

// number appends a number, seven bits in a byte.
func number(b []byte, n int) []byte {
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

// bytes codes bytes by prefixes of eight bits each (18181-1, annex C).
func (w *packer) bytes(data []byte) {
	w.put(3, 2).put(len(data), 12) // how many, in as many bits as it takes
	for n := len(data) >> 12; n > 0; n >>= 8 {
		w.put(1, 1).put(n, 8)
	}
	w.put(0, 1)
	w.put(0, 1)                                   // no copies
	w.put(1, 1).put(0, 2)                         // one distribution
	w.put(1, 1)                                   // of prefixes
	w.put(8, 4).put(0, 4).put(0, 4)               // numbers below 256 are symbols
	w.put(1, 1).put(7, 4).put(127, 7)             // of which there are 256
	w.put(0, 2).put(0, 2*10).put(1, 2).put(0, 14) // each of eight bits
	for _, v := range data {
		w.put(int(gobits.Reverse8(v)), 8)
	}
}
