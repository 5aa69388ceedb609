package samples

// mosaic encodes a JPEG whose 8x8 blocks each have one colour: enough to try
// every arrangement of scans without a transform.
type mosaic struct {
	width, height int // in blocks
	components    int // 1, 3 or 4
	restart       int // blocks between restart markers, 0 for none
	separate      bool
	progressive   bool
	noise         bool // random values, so that the scan is long
}

// encode returns the JPEG from the first table to EOI, without SOI.
func (m mosaic) encode() []byte {
	b := segment(0xdb, append([]byte{0}, filled(64, 8)...))
	b = append(b, m.frame()...)
	b = append(b, segment(0xc4, cat([]byte{0x00}, dcCounts, dcSymbols))...)
	// One AC symbol, end of block, as the one-bit code 0.
	b = append(b, segment(0xc4, cat([]byte{0x10, 1}, zeros(15), []byte{0}))...)
	if m.restart > 0 {
		b = append(b, segment(0xdd, be16(m.restart))...)
	}
	b = append(b, m.scans()...)
	return append(b, 0xff, 0xd9)
}

func (m mosaic) frame() []byte {
	sof := byte(0xc0)
	if m.progressive {
		sof = 0xc2
	}
	p := cat([]byte{8}, be16(8*m.height), be16(8*m.width), []byte{byte(m.components)})
	for c := range m.components {
		p = append(p, byte(c+1), 0x11, 0)
	}
	return segment(sof, p)
}

// scans returns all scans: one, one a component, or the progression of coarse
// DC, AC a component, and fine DC.
func (m mosaic) scans() (b []byte) {
	all := make([]int, m.components)
	for c := range all {
		all[c] = c
	}
	switch {
	case m.progressive:
		b = m.scan(all, 0, 0, 0x01)
		for c := range all {
			b = append(b, m.scan([]int{c}, 1, 63, 0)...)
		}
		return append(b, m.scan(all, 0, 0, 0x10)...)
	case m.separate:
		for c := range all {
			b = append(b, m.scan([]int{c}, 0, 63, 0)...)
		}
		return b
	}
	return m.scan(all, 0, 63, 0)
}

// scan writes one scan over the spectral band [ss, se] with the successive
// approximation in approx.
func (m mosaic) scan(comps []int, ss, se int, approx byte) []byte {
	head := []byte{byte(len(comps))}
	for _, c := range comps {
		head = append(head, byte(c+1), 0)
	}
	out := segment(0xda, append(head, byte(ss), byte(se), approx))
	w := bitWriter{stuff: true}
	pred := make([]int, m.components)
	for i := range m.width * m.height {
		if m.restart > 0 && i > 0 && i%m.restart == 0 {
			w.align(1)
			w.b = append(w.b, 0xff, byte(0xd0+(i/m.restart-1)%8))
			clear(pred)
		}
		for _, c := range comps {
			m.block(&w, c, i, &pred[c], ss, se, approx)
		}
	}
	w.align(1)
	return append(out, w.b...)
}

func (m mosaic) block(w *bitWriter, c, i int, pred *int, ss, se int, approx byte) {
	v := m.value(c, i)
	switch {
	case ss > 0:
		w.bits(0, 1) // end of block
		return
	case approx == 0x10:
		w.bits(v&1, 1)
		return
	}
	v >>= approx & 15
	size, extra := magnitude(v - *pred)
	*pred = v
	w.bits(dcCodes[size].code, dcCodes[size].len)
	w.bits(extra, size)
	if se > 0 {
		w.bits(0, 1)
	}
}

// value is the colour of block i, from -128 to 127.
func (m mosaic) value(c, i int) int {
	if m.noise {
		return int(uint32(i*4+c+1)*2654435761>>13&0xff) - 128
	}
	x, y := i%m.width, i/m.width
	return (x*(37+c*20)+y*(23+c*31))%220 - 110
}

// magnitude is the category of a difference and the bits that follow it (T.81 F.1.2.1).
func magnitude(d int) (size, extra int) {
	a := max(d, -d)
	for a>>size > 0 {
		size++
	}
	if d < 0 {
		d += 1<<size - 1
	}
	return size, d
}

// The typical luminance DC table of T.81, K.3.1.
var (
	dcCounts  = []byte{0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0}
	dcSymbols = []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	dcCodes   = canonical(dcCounts)
)

type huffman struct{ code, len int }

func canonical(counts []byte) (codes []huffman) {
	code := 0
	for i, n := range counts {
		for range n {
			codes = append(codes, huffman{code, i + 1})
			code++
		}
		code <<= 1
	}
	return codes
}

// bitWriter writes bits, first the most significant, with a zero after each
// 0xff if stuff is set.
type bitWriter struct {
	b     []byte
	acc   uint64
	n     int
	stuff bool
}

func (w *bitWriter) bits(v, n int) {
	w.acc = w.acc<<n | uint64(v)&(1<<n-1)
	w.n += n
	for w.n >= 8 {
		w.n -= 8
		c := byte(w.acc >> w.n)
		w.b = append(w.b, c)
		if w.stuff && c == 0xff {
			w.b = append(w.b, 0)
		}
	}
}

// align fills the last byte with the bit.
func (w *bitWriter) align(bit int) {
	for w.n > 0 {
		w.bits(bit, 1)
	}
}

func filled(n int, c byte) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = c
	}
	return b
}
