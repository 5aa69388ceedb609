package scrub

import "math/bits"

// Near tells whether two names differ by one bit: one of them may be the other, damaged.
func Near(a, b string) bool {
	n := 0
	for i := range min(len(a), len(b)) {
		n += bits.OnesCount8(a[i] ^ b[i])
	}
	return n == 1 && len(a) == len(b)
}
