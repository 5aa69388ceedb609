package jxl

import (
	gobits "math/bits"

	"untag/scrub"
)

// frame is what of the header of a frame tells where it ends, or can hide something.
type frame struct {
	width, height            int64
	kind, passes             int
	upsampled, group         int // how much the pixels are enlarged; the side of a group, 128 shifted
	modular, partial, last   bool
	replaces                 bool // what was shown before
	lasts                    int  // ticks of an animation: of many it is 1
	name, moment, extensions bool
}

// Kinds of frames (18181-1, F.2).
const (
	regular   = 0
	reduced   = 1 // one eighth of the picture's size or less
	reference = 2
	skipped   = 3
)

func (f *frame) shown() bool { return f.kind == regular || f.kind == skipped }

// frame reads the header of a frame (F.2).
func (b *bits) frame(h *header) frame {
	const fromReduced, twoBits = 32, 2
	f := frame{width: h.width, height: h.height, passes: 1, upsampled: 1, group: 1, last: true}
	if b.flag() {
		return f
	}
	f.kind, f.modular = b.take(2), b.flag()
	whole := b.wide()&fromReduced == 0
	if ycc := !h.xyb && b.flag(); ycc && whole {
		b.take(3 * twoBits)
	}
	if whole {
		f.upsampled = 1 << b.take(2)
		b.at += twoBits * h.channels
	}
	if f.modular {
		f.group = b.take(2)
	} else if h.xyb {
		b.take(6)
	}
	if f.kind != reference {
		f.passes = b.passes()
	}
	if f.kind == reduced {
		shift := 3 * (1 + b.take(2))
		f.width, f.height = (f.width-1)>>shift+1, (f.height-1)>>shift+1
	} else {
		b.crop(&f)
	}
	b.blended(&f, h)
	f.name = b.name()
	more := b.filter(f.modular)
	n := b.wide()
	b.extensions(n)
	f.extensions = more || n > 0
	return f
}

// blended reads how a frame is put upon another, when, and what is kept of it.
func (b *bits) blended(f *frame, h *header) {
	f.last = false
	if f.shown() {
		f.replaces = b.blend(h.channels > 0, f.partial)
		for range h.channels {
			if b.blend(true, f.partial); !b.sound() {
				return
			}
		}
		if h.animated {
			f.lasts = b.ticks()
		}
		if h.timed {
			f.moment = b.long()
		}
		f.last = b.flag()
	}
	saved := 0
	if f.kind != reduced && !f.last {
		saved = b.take(2)
	}
	if f.kind == reference || f.shown() && !f.last && (f.lasts == 0 || saved != 0) && f.replaces && !f.partial {
		b.take(1)
	}
}

// ticks is for how long a frame is shown: 1 if the number is a long one.
func (b *bits) ticks() int {
	switch b.take(2) {
	case 0:
		return 0
	case 1:
		return 1
	case 2:
		return b.take(8)
	}
	if b.long() {
		return 1
	}
	return 0
}

// long tells whether a number of 32 bits is other than 0.
func (b *bits) long() bool {
	low, high := b.take(16), b.take(16)
	return low|high != 0
}

// passes reads in how many passes a frame is coded.
func (b *bits) passes() int {
	n := b.choice([4][2]int{{1, 0}, {2, 0}, {3, 0}, {4, 3}})
	if n == 1 {
		return n
	}
	sizes := b.choice([4][2]int{{0, 0}, {1, 0}, {2, 0}, {3, 1}})
	b.at += 2*(n-1) + 2*sizes
	for range sizes {
		b.choice([4][2]int{{0, 0}, {1, 0}, {2, 0}, {0, 3}})
	}
	return n
}

// crop reads where in the picture a frame is.
func (b *bits) crop(f *frame) {
	if !b.flag() {
		return
	}
	number := func() int64 { return int64(b.choice([4][2]int{{0, 8}, {256, 11}, {2304, 14}, {18688, 30}})) }
	signed := func() int64 {
		v := number()
		return v>>1 ^ -(v & 1)
	}
	width, height, left, top := f.width, f.height, int64(0), int64(0)
	if f.shown() {
		left, top = signed(), signed()
	}
	f.width, f.height = number(), number()
	f.partial = f.shown() && (left > 0 || top > 0 || left+f.width < width || top+f.height < height)
}

// blend tells whether pixels replace those before.
func (b *bits) blend(channels, partial bool) (replaces bool) {
	const replace, over, weighted, product = 0, 2, 3, 4
	mode := b.choice([4][2]int{{0, 0}, {1, 0}, {2, 0}, {3, 2}})
	alpha := channels && (mode == over || mode == weighted)
	if alpha {
		b.choice([4][2]int{{0, 0}, {1, 0}, {2, 0}, {3, 3}})
	}
	if alpha || mode == product {
		b.take(1)
	}
	if mode != replace || partial {
		b.take(2)
	}
	b.bad = b.bad || mode > product
	return mode == replace
}

func (b *bits) name() bool {
	n := b.choice([4][2]int{{0, 0}, {0, 4}, {16, 5}, {48, 10}})
	b.at += 8 * n
	return n > 0
}

// filter passes how edges are smoothed, and tells whether there is more (J.2).
func (b *bits) filter(modular bool) (more bool) {
	if b.flag() {
		return false
	}
	numbers := func(n int) {
		if b.flag() {
			b.at += 16 * n
		}
	}
	if b.flag() {
		numbers(6)
	}
	if b.take(2) > 0 {
		if !modular {
			numbers(8)
		}
		numbers(5)
		if modular {
			numbers(3)
			b.at += 16
		} else {
			numbers(4)
		}
	}
	n := b.wide()
	b.extensions(n)
	return n > 0
}

// sections is in how many parts a frame is coded, 0 if they are too many (F.3.1).
func (f *frame) sections() int {
	const most = 1 << 20
	groups := func(side int64) int64 {
		up := side * int64(f.upsampled)
		across, down := (f.width-1)/up+1, (f.height-1)/up+1
		if f.width <= 0 || f.height <= 0 || across > most || down > most {
			return most
		}
		return across * down
	}
	side := int64(128) << f.group
	fine, coarse := groups(side), groups(8*side)
	switch n := 2 + coarse + fine*int64(f.passes); {
	case fine == 1 && f.passes == 1:
		return 1
	case n < most:
		return int(n)
	}
	return 0
}

// sizes reads how long the parts of a frame are together (F.3).
func (b *bits) sizes(sections int) (all int64) {
	if b.flag() {
		b.permutation(sections)
	}
	b.bad = b.bad || b.take(-b.at&7) != 0
	for range sections {
		if !b.sound() {
			return 0
		}
		all += int64(b.choice([4][2]int{{0, 10}, {1024, 14}, {17408, 22}, {4211712, 30}}))
	}
	b.bad = b.bad || b.take(-b.at&7) != 0
	return all
}

// permutation passes in which order the parts of a frame are (F.3.2).
func (b *bits) permutation(sections int) {
	const contexts = 8
	of := func(v uint32) int { return min(gobits.Len32(v), contexts-1) }
	got, ok := numbers(b.entropy(contexts, true), func(before []uint32) int {
		if len(before) == 0 {
			return 1
		}
		return 1 + min(int(before[0]), sections)
	}, func(before []uint32) int {
		switch len(before) {
		case 0:
			return of(uint32(sections))
		case 1:
			return 0
		}
		return of(before[len(before)-1])
	})
	b.bad = b.bad || !ok || got[0] > uint32(sections)
}

// follow reads the header of each frame from off on. What can hide something, and what follows the
// last one, is doubted.
func (h *header) follow(s *scrub.Scan, r *scrub.Reader, off int64, x scrub.Extents) error {
	const mostFrames = 1 << 16
	w := window{r: r}
	for range mostFrames {
		f, end, err := w.frame(h, off)
		if err != nil {
			return err
		}
		if end < 0 || end > r.Size() {
			break
		}
		h.frames, h.moments, h.extensions = h.frames || f.name, h.moments || f.moment, h.extensions || f.extensions
		if off = end; !f.last {
			continue
		}
		for _, more := range x.Slice(off, r.Size()-off) {
			if !s.Zeros(more.Off, more.Len) {
				s.Doubt("%d bytes follow the last frame of the coded picture", r.Size()-off)
			}
		}
		return nil
	}
	s.Doubt("the frames of the coded picture can't be followed to their end")
	return nil
}

// window is a part of a codestream.
type window struct {
	r    *scrub.Reader
	at   int64
	data []byte
}

// frame reads the header of the frame at off, and tells where the frame ends, -1 if it can't be told.
func (w *window) frame(h *header, off int64) (f frame, end int64, err error) {
	for _, n := range []int64{0, 4 << 10, 64 << 10, scrub.MaxPiece} {
		if n > 0 {
			if w.data, err = w.r.Bytes(off, int(min(n, w.r.Size()-off))); err != nil {
				return f, -1, err
			}
			w.at = off
		}
		if off < w.at || off >= w.at+int64(len(w.data)) {
			continue
		}
		b := &bits{data: w.data[off-w.at:]}
		f = b.frame(h)
		sections := f.sections()
		if all := b.sizes(sections); sections > 0 && b.sound() {
			return f, off + int64(b.at/8) + all, nil
		}
	}
	return f, -1, nil
}
