package samples

// Bits are numbers one behind the other, the lowest bit of each and of each byte first.
type Bits struct {
	B []byte
	n int
}

// Put adds the lowest n bits of v.
func (w *Bits) Put(v, n int) *Bits {
	for i := range n {
		if w.n%8 == 0 {
			w.B = append(w.B, 0)
		}
		w.B[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
	return w
}
