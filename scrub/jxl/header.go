package jxl

import "untag/scrub"

// bits reads the header of a codestream, lowest bit first. Behind its end are zeros.
type bits struct {
	data []byte
	at   int
}

func (b *bits) take(n int) (v int) {
	for i := range n {
		if k := b.at + i; k/8 < len(b.data) {
			v |= int(b.data[k/8]>>(k%8)&1) << i
		}
	}
	b.at += n
	return v
}

func (b *bits) flag() bool { return b.take(1) == 1 }

// choice is one of four numbers, each a number and so many more bits (18181-1, B.2.2).
func (b *bits) choice(of [4][2]int) int {
	c := of[b.take(2)]
	return c[0] + b.take(c[1])
}

func (b *bits) size() {
	side := func(eighths bool) {
		if eighths {
			b.take(5)
		} else {
			b.choice([4][2]int{{1, 9}, {1, 13}, {1, 18}, {1, 30}})
		}
	}
	eighths := b.flag()
	if side(eighths); b.take(3) == 0 {
		side(eighths)
	}
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
	kind := b.choice([4][2]int{{0, 0}, {1, 0}, {2, 4}, {18, 6}})
	b.depth()
	b.choice([4][2]int{{0, 0}, {3, 0}, {4, 0}, {1, 3}})
	name = b.choice([4][2]int{{0, 0}, {0, 4}, {16, 5}, {48, 10}})
	b.take(8 * name)
	switch kind {
	case alpha:
		b.take(1)
	case spot:
		b.take(4 * 16)
	case filter:
		b.choice([4][2]int{{1, 0}, {0, 2}, {3, 4}, {19, 8}})
	}
	return name
}

// look reads the header of the codestream in the ranges x, up to where it tells of a colour
// profile (18181-1, D.2 and D.3), and doubts what can hide something.
func look(s *scrub.Scan, x scrub.Extents) error {
	const most = 16 << 10
	r, err := s.Piece(x)
	if err != nil {
		return err
	}
	data, err := r.Bytes(0, int(min(r.Size(), most)))
	if err != nil {
		return err
	}
	if len(data) < 2 || data[0] != 0xff || data[1] != 0x0a {
		s.Doubt("the picture does not start as one does")
		return nil
	}
	b := &bits{data: data, at: 16}
	b.size()
	if b.flag() { // all as usual
		return nil
	}
	preview, named := false, 0
	if b.flag() {
		b.take(3) // orientation
		if b.flag() {
			b.size()
		}
		if preview = b.flag(); preview {
			b.preview()
		}
		if b.flag() {
			b.animation()
		}
	}
	b.depth()
	b.take(1)
	for range b.choice([4][2]int{{0, 0}, {1, 0}, {2, 4}, {1, 12}}) {
		named += b.channel()
	}
	b.take(1)
	profile := !b.flag() && b.flag()
	for _, hides := range []struct {
		there bool
		what  string
	}{{preview, "a preview"}, {named > 0, "names of channels"}, {profile, "a colour profile"}} {
		if hides.there && s.Goes(scrub.Identify, scrub.Unknown) {
			s.Doubt("the coded picture holds %s, which can't be looked into", hides.what)
		}
	}
	return nil
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

func (b *bits) animation() {
	b.choice([4][2]int{{100, 0}, {1000, 0}, {1, 10}, {1, 30}})
	b.choice([4][2]int{{1, 0}, {1001, 0}, {1, 8}, {1, 10}})
	b.choice([4][2]int{{0, 0}, {0, 3}, {0, 16}, {0, 32}})
	b.take(1)
}
