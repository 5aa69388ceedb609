package coded

import "untag/scrub"

// VP8 returns what lies behind the codes of each partition of the key frame of VP8 of n bytes
// at off, one that holds no pixels (RFC 6386): zeros, as encoders flush their last bits, and
// what somebody put there. *left is how many macroblocks may still be followed; ok is false if
// the codes can't be followed to their end.
//
// Encoders end with the lowest number that stands for their codes (libwebp, libvpx, and the one
// of RFC 6386, 7.3), so what a decoder has left of it is zero. If it is not, or if much lies
// behind, one of the codes before may be damaged, and what is behind stays.
func VP8(r *scrub.Reader, off, n int64, left *int64) (behind []Piece, ok bool, err error) {
	const head = 10
	b, err := r.Bytes(off, int(min(n, head)))
	if err != nil {
		return nil, false, err
	}
	first := int64(0)
	if len(b) == head {
		first = int64(b[0])>>5 | int64(b[1])<<3 | int64(b[2])<<11
	}
	if len(b) < head || b[0]&1 != 0 || string(b[3:6]) != "\x9d\x01\x2a" || first > n-head {
		return nil, false, nil
	}
	blocks := func(b []byte) int { return ((int(b[0])|int(b[1])<<8)&0x3fff + 15) >> 4 }
	f := &vp8{width: blocks(b[6:]), height: blocks(b[8:])}
	if *left -= int64(f.width) * int64(f.height); *left < 0 {
		return nil, false, nil
	}
	f.modes = newBools(r, off+head, first)
	f.header()
	if f.modes.bad() || !f.split(off+n) {
		return nil, false, f.modes.err
	}
	f.macroblocks()
	for _, d := range append([]bools{f.modes}, f.coefficients...) {
		if d.bad() {
			return nil, false, d.err
		}
		p, err := d.behind()
		if err != nil {
			return nil, false, err
		}
		if p.Len > 0 {
			behind = append(behind, p)
		}
	}
	return behind, true, nil
}

// vp8 is a key frame of VP8, in macroblocks.
type vp8 struct {
	width, height int
	modes         bools   // the header and the modes of all macroblocks: the first partition
	coefficients  []bools // one for every so many rows of macroblocks
	segments      []int   // probabilities of the segment of each macroblock, nil without a map
	skip          int     // of a macroblock that is not empty, -1 if none is said to be
	chances       [4 * 8 * 3 * 11]byte
	above         []vp8Context
	left          vp8Context
}

// vp8Context is what codes depend on: of the macroblock above or to the left, the modes of the
// subblocks next to it, and which blocks hold coefficients: four of Y, two each of U and V, and Y2.
type vp8Context struct {
	modes [4]byte
	holds [9]byte
}

// header reads the header of the frame (RFC 6386, 9.3 to 9.11 and 19.2).
func (f *vp8) header() {
	d := &f.modes
	d.number(2) // colours
	if d.flag() {
		mapped := d.flag()
		if d.flag() {
			d.number(1)
			d.optional(4, 7+1)
			d.optional(4, 6+1)
		}
		for range 3 {
			if mapped {
				f.segments = append(f.segments, d.or(255))
			}
		}
	}
	d.number(1 + 6 + 3) // the loop filter
	if d.flag() {       // and is adjusted by frames and modes
		if d.flag() {
			d.optional(4+4, 6+1)
		}
	}
	f.coefficients = make([]bools, 1<<d.number(2))
	d.number(7) // quantizers
	d.optional(5, 4+1)
	d.number(1)
	for i, p := range vp8Updates {
		if f.chances[i] = vp8Chances[i]; d.bit(int(p)) == 1 {
			f.chances[i] = byte(d.number(8))
		}
	}
	if f.skip = -1; d.flag() {
		f.skip = d.number(8)
	}
}

// split finds the partitions of coefficients: their lengths but for the last, and they themselves.
func (f *vp8) split(end int64) bool {
	at := f.modes.end
	lengths := 3 * int64(len(f.coefficients)-1)
	if lengths > end-at {
		return false
	}
	b, err := f.modes.r.Bytes(at, int(lengths))
	if f.modes.err = err; err != nil {
		return false
	}
	at += lengths
	for i := range f.coefficients {
		n := end - at
		if len(b) > 0 {
			if n, b = int64(b[0])|int64(b[1])<<8|int64(b[2])<<16, b[3:]; n > end-at {
				return false
			}
		}
		f.coefficients[i] = newBools(f.modes.r, at, n)
		at += n
	}
	return true
}

// macroblocks steps over all of them: over the mode of each and then over its coefficients.
func (f *vp8) macroblocks() {
	f.above = make([]vp8Context, f.width)
	for y := range f.height {
		d := &f.coefficients[y&(len(f.coefficients)-1)]
		f.left = vp8Context{}
		for x := range f.above {
			if f.modes.bad() || d.bad() {
				return
			}
			whole, empty := f.mode(&f.above[x])
			switch held := &f.above[x].holds; {
			case !empty:
				f.residual(d, held, whole)
			case whole:
				*held, f.left.holds = [9]byte{}, [9]byte{}
			default:
				*held, f.left.holds = [9]byte{8: held[8]}, [9]byte{8: f.left.holds[8]}
			}
		}
	}
}

// mode reads how a macroblock is predicted: as a whole or each subblock, and whether it is
// empty of coefficients (RFC 6386, 11.2 to 11.4 and 19.3).
func (f *vp8) mode(above *vp8Context) (whole, empty bool) {
	const dc, tm, v, h = 0, 1, 2, 3
	d := &f.modes
	if s := f.segments; s != nil {
		d.bit(s[1+d.bit(s[0])])
	}
	empty = f.skip >= 0 && d.bit(f.skip) == 1
	if whole = d.bit(145) == 1; whole {
		all := byte(0)
		if d.bit(156) == 0 {
			all = [2]byte{dc, v}[d.bit(163)]
		} else {
			all = [2]byte{h, tm}[d.bit(128)]
		}
		above.modes = [4]byte{all, all, all, all}
		f.left.modes = above.modes
	} else {
		for y := range f.left.modes {
			for x := range above.modes {
				above.modes[x] = f.submode(vp8Submodes[9*(10*int(above.modes[x])+int(f.left.modes[y])):])
				f.left.modes[y] = above.modes[x]
			}
		}
	}
	if d.bit(142) == 1 && d.bit(114) == 1 { // U and V
		d.bit(183)
	}
	return whole, empty
}

// submode reads the mode of a subblock (RFC 6386, 11.2): a tree of which a leaf is less than 1.
func (f *vp8) submode(chances []byte) byte {
	tree := [...]int8{0, 1, -1, 2, -2, 3, 4, 6, -3, 5, -4, -5, -6, 7, -7, 8, -8, -9}
	at := int8(0)
	for {
		if at = tree[2*int(at)+f.modes.bit(int(chances[at]))]; at <= 0 {
			return byte(-at)
		}
	}
}

// residual reads the coefficients of a macroblock (RFC 6386, 13).
func (f *vp8) residual(d *bools, above *[9]byte, whole bool) {
	const yAfterY2, y2, uv, y = 0, 1, 2, 3
	left, kind, from := &f.left.holds, y, 0
	if whole {
		above[8] = f.block(d, y2, int(above[8]+left[8]), 0)
		left[8] = above[8]
		kind, from = yAfterY2, 1
	}
	for _, part := range [...]struct{ at, n, kind, from int }{{0, 4, kind, from}, {4, 2, uv, 0}, {6, 2, uv, 0}} {
		for i := range part.n {
			for k := range part.n {
				a, l := &above[part.at+k], &left[part.at+i]
				*a = f.block(d, part.kind, int(*a+*l), part.from)
				*l = *a
			}
		}
	}
}

// vp8Bands are the bands of coefficients; what is behind the last is in none.
var vp8Bands = [17]byte{0, 1, 2, 3, 6, 4, 5, 6, 6, 6, 6, 6, 6, 6, 6, 7, 0}

// vp8Extra are the probabilities of further bits of large coefficients (RFC 6386, 13.2).
var vp8Extra = [4]string{"\xad\x94\x8c", "\xb0\x9b\x8c\x87", "\xb4\x9d\x8d\x86\x82", "\xfe\xfe\xf3\xe6\xc4\xb1\x99\x8c\x85\x82\x81"}

// block reads the coefficients of a block from one on, and returns 1 if there are any.
func (f *vp8) block(d *bools, kind, context, from int) byte {
	chances := func(i, context int) []byte {
		at := 11 * (3*(8*kind+int(vp8Bands[i])) + context)
		return f.chances[at : at+11]
	}
	p := chances(from, context)
	for i := from; i < 16; i++ {
		if d.bit(int(p[0])) == 0 {
			return byte(min(1, i-from))
		}
		for d.bit(int(p[1])) == 0 {
			if i++; i == 16 {
				return 1
			}
			p = chances(i, 0)
		}
		if context = 1; d.bit(int(p[2])) == 1 {
			context = 2
			d.large(p)
		}
		d.bit(128)
		p = chances(i+1, context)
	}
	return 1
}

// large reads a coefficient that is not 1.
func (d *bools) large(p []byte) {
	switch {
	case d.bit(int(p[3])) == 0:
		if d.bit(int(p[4])) == 1 {
			d.bit(int(p[5]))
		}
	case d.bit(int(p[6])) == 1:
		high := d.bit(int(p[8]))
		extra := vp8Extra[2*high+d.bit(int(p[9+high]))]
		for i := range len(extra) {
			d.bit(int(extra[i]))
		}
	case d.bit(int(p[7])) == 0:
		d.bit(159)
	default:
		d.bit(165)
		d.bit(145)
	}
}
