package jxl

import "untag/scrub"

// bits reads a codestream, lowest bit first. Behind its end are zeros.
type bits struct {
	data []byte
	at   int
	bad  bool // what was read can't be
}

// sound tells whether what was read is there.
func (b *bits) sound() bool { return !b.bad && b.at <= 8*len(b.data) }

// peek returns the next n bits, 28 at most.
func (b *bits) peek(n int) (v int) {
	for got := 0; got < n && (b.at+got)/8 < len(b.data); got += 8 - (b.at+got)%8 {
		v |= int(b.data[(b.at+got)/8]) >> ((b.at + got) % 8) << got
	}
	return v & (1<<n - 1)
}

func (b *bits) take(n int) int {
	v := b.peek(n)
	b.at += n
	return v
}

func (b *bits) flag() bool { return b.take(1) == 1 }

// choice is one of four numbers, each a number and so many more bits (18181-1, B.2.2).
func (b *bits) choice(of [4][2]int) int {
	c := of[b.take(2)]
	return c[0] + b.take(c[1])
}

// size reads a width and a height, one of which the other may tell.
func (b *bits) size() (width, height int64) {
	side := func(eighths bool) int64 {
		if eighths {
			return 8 * int64(1+b.take(5))
		}
		return int64(b.choice([4][2]int{{1, 9}, {1, 13}, {1, 18}, {1, 30}}))
	}
	eighths := b.flag()
	height = side(eighths)
	ratio := b.take(3)
	if ratio == 0 {
		return side(eighths), height
	}
	of := [...][2]int64{1: {1, 1}, {12, 10}, {4, 3}, {3, 2}, {16, 9}, {5, 4}, {2, 1}}[ratio]
	return height * of[0] / of[1], height
}

func (b *bits) depth() {
	if b.flag() { // floating point
		b.choice([4][2]int{{32, 0}, {16, 0}, {24, 0}, {1, 6}})
		b.take(4)
		return
	}
	b.choice([4][2]int{{8, 0}, {10, 0}, {12, 0}, {1, 6}})
}

// channel reads what is said of a channel beside the colours, and tells how long its name
// is (18181-1, D.3.6).
func (b *bits) channel() (name int) {
	const alpha, spot, filter = 0, 2, 5
	if b.flag() {
		return 0
	}
	kind := b.enum()
	b.depth()
	b.choice([4][2]int{{0, 0}, {3, 0}, {4, 0}, {1, 3}})
	name = b.choice([4][2]int{{0, 0}, {0, 4}, {16, 5}, {48, 10}})
	b.at += 8 * name
	switch kind {
	case alpha:
		b.take(1)
	case spot:
		b.at += 4 * 16
	case filter:
		b.choice([4][2]int{{1, 0}, {0, 2}, {3, 4}, {19, 8}})
	}
	return name
}

// header is what of the header of a codestream, and of those of frames, can hide something, and how frames are to be read.
type header struct {
	preview, names, extensions, profile bool
	frames, moments                     bool // have names and times
	width, height                       int64
	channels                            int // beside the colours
	xyb, animated, timed                bool
}

// look reads the header of the codestream in the ranges x (18181-1, D.2 and D.3), and the colour
// profile behind it, and doubts what can hide something.
func look(s *scrub.Scan, x scrub.Extents) error {
	const usual = 16 << 10
	r, err := s.Piece(x)
	if err != nil {
		return err
	}
	for _, n := range []int64{usual, scrub.MaxPiece} {
		data, err := r.Bytes(0, int(min(r.Size(), n)))
		if err != nil {
			return err
		}
		b := &bits{data: data}
		if h := b.header(); n == scrub.MaxPiece || b.sound() && !h.profile || r.Size() <= n {
			return h.tell(s, b, r, x)
		}
	}
	return nil
}

// tell doubts what the header tells of. The colour profile is next, and then frames.
func (h *header) tell(s *scrub.Scan, b *bits, r *scrub.Reader, x scrub.Extents) error {
	if len(b.data) < 2 || b.data[0] != 0xff || b.data[1] != 0x0a {
		s.Doubt("the picture does not start as one does")
		return nil
	}
	if !b.sound() {
		s.Doubt("the header of the coded picture is cut short")
		return nil
	}
	known := true
	if h.profile {
		var err error
		if known, err = profile(s, b, x); err != nil {
			return err
		}
	}
	if known && !h.preview {
		if err := h.follow(s, r, int64(b.at+7)/8, x); err != nil {
			return err
		}
	}
	for _, hides := range []struct {
		there bool
		what  string
	}{{h.preview, "a preview"}, {h.names, "names of channels"}, {h.frames, "names of frames"}, {h.moments, "times of frames"}, {h.extensions, "extensions"}, {!known, "a colour profile"}} {
		if hides.there && s.Goes(scrub.Identify, scrub.Unknown) {
			s.Doubt("the coded picture holds %s, which can't be looked into", hides.what)
		}
	}
	return nil
}

// header reads all that stands before a colour profile.
func (b *bits) header() (h header) {
	b.at = 16
	h.width, h.height = b.size()
	ordinary, more := b.flag(), false
	h.xyb = true
	if !ordinary {
		if more = b.flag(); more {
			b.take(3) // orientation
			if b.flag() {
				b.size()
			}
			if h.preview = b.flag(); h.preview {
				b.preview()
			}
			if h.animated = b.flag(); h.animated {
				h.timed = b.animation()
			}
		}
		b.depth()
		b.take(1)
		h.channels = b.choice([4][2]int{{0, 0}, {1, 0}, {2, 4}, {1, 12}})
		for range h.channels {
			h.names = b.channel() > 0 || h.names
		}
		h.xyb = b.flag()
		h.profile = b.colours()
		if more && !b.flag() { // tones
			b.at += 3*16 + 1
		}
		if n := b.wide(); n > 0 {
			h.extensions = true
			b.extensions(n)
		}
	}
	b.transform(h.xyb)
	return h
}

// colours tells whether there is a profile (D.3.5).
func (b *bits) colours() (profile bool) {
	const custom, grey, xyb = 2, 1, 2
	if b.flag() {
		return false
	}
	profile = b.flag()
	space := b.enum()
	if profile {
		return true
	}
	points := func(n int) {
		for range 2 * n {
			b.choice([4][2]int{{0, 19}, {1 << 19, 19}, {1 << 20, 20}, {1 << 21, 21}})
		}
	}
	if space != xyb && b.enum() == custom {
		points(1)
	}
	if space != xyb && space != grey && b.enum() == custom {
		points(3)
	}
	if space != xyb {
		if b.flag() {
			b.take(24)
		} else {
			b.enum()
		}
	}
	b.enum()
	return false
}

func (b *bits) enum() int { return b.choice([4][2]int{{0, 0}, {1, 0}, {2, 4}, {18, 6}}) }

// wide reads a number of up to 64 bits (B.2.5).
func (b *bits) wide() (v uint64) {
	switch b.take(2) {
	case 0:
		return 0
	case 1:
		return 1 + uint64(b.take(4))
	case 2:
		return 17 + uint64(b.take(8))
	}
	v = uint64(b.take(12))
	for shift := 12; b.flag(); shift += 8 {
		if shift == 60 {
			return v | uint64(b.take(4))<<shift
		}
		v |= uint64(b.take(8)) << shift
	}
	return v
}

// extensions passes what newer versions add: a length for each that is there, and they.
func (b *bits) extensions(which uint64) {
	var all uint64
	for ; which > 0; which &= which - 1 {
		n := b.wide()
		if all += min(n, 1<<32); all > uint64(8*len(b.data)) {
			b.bad = true
			return
		}
	}
	b.at += int(all)
}

// transform passes how colours and sizes are transformed (D.3.7).
func (b *bits) transform(xyb bool) {
	if b.flag() {
		return
	}
	if xyb && !b.flag() {
		b.at += 16 * 16
	}
	which := b.take(3)
	for i, n := range []int{15, 55, 210} {
		if which>>i&1 == 1 {
			b.at += 16 * n
		}
	}
}

func (b *bits) preview() {
	side := func(eighths bool) {
		if eighths {
			b.choice([4][2]int{{16, 0}, {32, 0}, {1, 5}, {33, 9}})
		} else {
			b.choice([4][2]int{{1, 6}, {65, 8}, {321, 10}, {1345, 12}})
		}
	}
	eighths := b.flag()
	if side(eighths); b.take(3) == 0 {
		side(eighths)
	}
}

// animation tells whether frames have times of day.
func (b *bits) animation() bool {
	b.choice([4][2]int{{100, 0}, {1000, 0}, {1, 10}, {1, 30}})
	b.choice([4][2]int{{1, 0}, {1001, 0}, {1, 8}, {1, 10}})
	b.choice([4][2]int{{0, 0}, {0, 3}, {0, 16}, {0, 32}})
	return b.flag()
}
