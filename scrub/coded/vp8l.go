package coded

import (
	"encoding/hex"

	"untag/scrub"
)

// vp8l steps through the codes of a lossless picture of WebP without making pixels of them, save
// those of a small one that tells which codes are for which part of the picture (RFC 9649, 3).
type vp8l struct {
	r       *scrub.Reader
	at, end int64 // of the bytes that are not read yet
	buf     []byte
	acc     uint64
	have    uint // bits in acc
	bad     bool
	lost    int // how many codes may still be read
	err     error
}

// Bounds of what is followed.
const (
	vp8lCodes  = 1 << 24 // and so many a byte, since some take no bit:
	vp8lEach   = 64
	vp8lGroups = 1 << 12
	vp8lParts  = 1 << 20 // pixels of the small picture
)

// VP8L returns where the codes of the lossless picture of n bytes at off end: of one with its
// own header if width is 0. ok is false if they can't be followed.
func VP8L(r *scrub.Reader, off, n int64, width, height int) (end int64, ok bool, err error) {
	v := &vp8l{r: r, at: off, end: off + n, lost: vp8lCodes + vp8lEach*int(min(n, 1<<30/vp8lEach))}
	if width == 0 {
		v.bad = v.take(8) != 0x2f
		width, height = v.take(14)+1, v.take(14)+1
		v.bad = v.take(4)>>1 != 0 || v.bad
	}
	v.picture(width, height)
	return v.at - int64(len(v.buf)) - int64(v.have/8), !v.bad && v.err == nil, v.err
}

// take reads n bits, at most 24.
func (v *vp8l) take(n int) int {
	for v.have < uint(n) && !v.bad {
		if len(v.buf) == 0 {
			const piece = 4 << 10
			v.buf, v.err = v.r.Bytes(v.at, int(min(piece, v.end-v.at)))
			if v.at += int64(len(v.buf)); len(v.buf) == 0 || v.err != nil {
				v.bad = true
				return 0
			}
		}
		v.acc |= uint64(v.buf[0]) << v.have
		v.buf, v.have = v.buf[1:], v.have+8
	}
	if v.bad {
		return 0
	}
	b := int(v.acc & (1<<n - 1))
	v.acc, v.have = v.acc>>n, v.have-uint(n)
	return b
}

func parts(n, bits int) int { return (n + 1<<bits - 1) >> bits }

// picture steps over the transforms and the picture.
func (v *vp8l) picture(width, height int) {
	const predict, cross, green, index = 0, 1, 2, 3
	for seen := 0; v.take(1) == 1 && !v.bad; {
		kind := v.take(2)
		v.bad = v.bad || seen>>kind&1 == 1
		switch seen |= 1 << kind; kind {
		case predict, cross:
			bits := v.take(3) + 2
			v.colours(parts(width, bits), parts(height, bits), false, false)
		case index:
			n := v.take(8) + 1
			v.colours(n, 1, false, false)
			switch {
			case n <= 2:
				width = parts(width, 3)
			case n <= 4:
				width = parts(width, 2)
			case n <= 16:
				width = parts(width, 1)
			}
		}
	}
	v.colours(width, height, true, false)
}

// colours steps over a picture, and returns its pixels if they are asked for.
func (v *vp8l) colours(width, height int, main, keep bool) (pixels []uint32) {
	cache := 0
	if v.take(1) == 1 {
		cache = v.take(4)
		v.bad = v.bad || cache < 1 || cache > 11
	}
	groups, bits := 1, 0
	var which []uint32
	if main && v.take(1) == 1 {
		bits = v.take(3) + 2
		if parts(width, bits)*parts(height, bits) > vp8lParts {
			v.bad = true
			return nil
		}
		which = v.colours(parts(width, bits), parts(height, bits), false, true)
		for i, c := range which {
			which[i] = c >> 8 & 0xffff
			groups = max(groups, int(which[i])+1)
		}
	}
	if v.bad = v.bad || groups > vp8lGroups; v.bad {
		return nil
	}
	codes := make([][5]prefix, groups)
	for i := range codes {
		for k, n := range [5]int{256 + 24, 256, 256, 256, 40} {
			if k == 0 && cache > 0 {
				n += 1 << cache
			}
			if codes[i][k] = v.prefix(n); v.bad {
				return nil
			}
		}
	}
	w := walk{vp8l: v, width: width, left: width * height, bits: bits, which: which, codes: codes}
	if keep {
		w.pixels, w.recent, w.cache = make([]uint32, 0, width*height), make([]uint32, 1<<cache), cache
	}
	w.run()
	return w.pixels
}

// walk is the way through the codes of one picture.
type walk struct {
	*vp8l
	width, left, bits int
	which             []uint32 // of the groups, a part of the picture each
	codes             [][5]prefix
	x, y              int
	pixels, recent    []uint32 // nil if they are not asked for
	cache             int
}

func (w *walk) run() {
	const colours, lengths = 256, 24
	keep := w.pixels != nil
	for w.left > 0 && !w.bad {
		if w.lost--; w.lost < 0 {
			w.bad = true
			return
		}
		g := &w.codes[0]
		if w.which != nil {
			g = &w.codes[w.which[w.y>>w.bits*parts(w.width, w.bits)+w.x>>w.bits]]
		}
		n, c := 1, w.code(&g[0])
		switch {
		case c < colours:
			argb := uint32(c)<<8 | uint32(w.code(&g[1]))<<16 | uint32(w.code(&g[2])) | uint32(w.code(&g[3]))<<24
			if keep {
				w.put(argb)
			}
		case c < colours+lengths:
			n = w.number(c - colours)
			far := w.number(w.code(&g[4]))
			if n = min(n, w.left); keep {
				w.copy(n, far)
			}
		case keep:
			w.put(w.recent[(c-colours-lengths)&(len(w.recent)-1)])
		}
		w.left -= n
		for w.x += n; w.x >= w.width; w.x -= w.width {
			w.y++
		}
	}
}

func (w *walk) put(argb uint32) {
	if w.pixels = append(w.pixels, argb); w.cache > 0 {
		w.recent[0x1e35a7bd*argb>>(32-w.cache)] = argb
	}
}

// near are the distances that short codes stand for: rows up, and 8 less the columns to the left.
var near, _ = hex.DecodeString("1807171928062729161a262a38053739151b363a252b48044749141c353b464a242c58454b343c035759131d565a232d444c555b333d68026769121e" +
	"666a222e545c434d656b323e78017779535d111f646c424e767a212f757b313f636d525e00747c414f1020626e30737d515f40727e616f50717f6070")

func (w *walk) copy(n, far int) {
	if far <= len(near) {
		d := int(near[far-1])
		far = max(1, d>>4*w.width+8-d&15)
	} else {
		far -= len(near)
	}
	for range n {
		if far > len(w.pixels) {
			w.bad = true
			return
		}
		w.put(w.pixels[len(w.pixels)-far])
	}
}

// number is a length or a distance.
func (v *vp8l) number(code int) int {
	if code < 4 {
		return code + 1
	}
	extra := (code - 2) >> 1
	return (2+code&1)<<extra + v.take(extra) + 1
}

// prefix is a canonical code.
type prefix struct {
	count   [16]uint16 // of symbols, by the length of their codes
	symbols []uint16   // in the order of their codes
	only    bool       // there is one symbol, which takes no bit
}

// code reads a symbol.
func (v *vp8l) code(p *prefix) int {
	if p.only {
		return int(p.symbols[0])
	}
	code, first, at := 0, 0, 0
	for _, count := range p.count[1:] {
		n := int(count)
		if code |= v.take(1); code-first < n {
			return int(p.symbols[at+code-first])
		}
		at, first, code = at+n, (first+n)<<1, code<<1
	}
	v.bad = true
	return 0
}

// prefix reads a code for n symbols.
func (v *vp8l) prefix(n int) prefix {
	lengths := make([]byte, n)
	if v.take(1) == 0 {
		v.lengths(lengths)
		return v.canonical(lengths)
	}
	two, wide := v.take(1), v.take(1)
	all := []int{v.take(1 + 7*wide)}
	if two == 1 {
		all = append(all, v.take(8))
	}
	for _, s := range all {
		if s >= n {
			v.bad = true
			return prefix{}
		}
		lengths[s] = 1
	}
	return v.canonical(lengths)
}

var lengthOrder = [19]byte{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// lengths reads how long the codes of all symbols are.
func (v *vp8l) lengths(to []byte) {
	var of [19]byte
	for i := range v.take(4) + 4 {
		of[lengthOrder[min(i, 18)]] = byte(v.take(3))
	}
	code, most := v.canonical(of[:]), len(to)
	if v.take(1) == 1 {
		most = 2 + v.take(2+2*v.take(3))
	}
	last := byte(8)
	for i := 0; i < len(to) && most > 0 && !v.bad; most-- {
		repeat, value := 1, byte(0)
		switch s := v.code(&code); s {
		case 16:
			repeat, value = 3+v.take(2), last
		case 17:
			repeat = 3 + v.take(3)
		case 18:
			repeat = 11 + v.take(7)
		default:
			if value = byte(s); value > 0 {
				last = value
			}
		}
		if repeat > len(to)-i {
			v.bad = true
			return
		}
		for ; repeat > 0; repeat-- {
			to[i] = value
			i++
		}
	}
}

// canonical makes a code of the lengths of its symbols.
func (v *vp8l) canonical(lengths []byte) (p prefix) {
	for length := byte(1); length < 16; length++ {
		for s, l := range lengths {
			if l == length {
				p.symbols = append(p.symbols, uint16(s))
				p.count[length]++
			}
		}
	}
	left := 1
	for _, n := range p.count[1:] {
		left = left<<1 - int(n)
		v.bad = v.bad || left < 0
	}
	p.only = len(p.symbols) == 1
	v.bad = v.bad || len(p.symbols) == 0 || left > 0 && !p.only
	return p
}
