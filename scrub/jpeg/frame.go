package jpeg

import "bytes"

// frame is what a frame header says (T.81, B.2.2).
type frame struct {
	progressive   bool
	width, height int
	hMax, vMax    int
	components    []component
}

// component is one colour of a picture.
type component struct {
	id, quantiser byte
	h, v          int
	across, down  int      // blocks, where it stands in a scan of its own
	missing       [64]byte // by coefficient, how many of the lowest bits have not come; all of them is many
	blocks        coefficients
}

// maxBlocks bounds what is kept of a progressive picture, 8 bytes a block.
const maxBlocks = 4 << 20

// readFrame reads the frame header. It is not ok if there is no stepping through.
func (p *parser) readFrame(pic *picture) (f frame, ok bool, err error) {
	g := pic.frames[0]
	b, err := p.Bytes(g.body(), int(g.n))
	if err != nil || len(b) < 9 || len(b) != 6+3*int(b[5]) || b[5] > 4 || b[0] != 8 && b[0] != 12 {
		return f, false, err
	}
	f = frame{progressive: g.code == sof2, width: number(b[3:]), height: number(b[1:])}
	for _, g := range pic.segments {
		switch {
		case g.code == dhp:
			return f, false, nil
		case g.code == dnl && f.height == 0:
			b, err := p.head(g, 2)
			if err != nil {
				return f, false, err
			}
			f.height = number(b)
		}
	}
	for b = b[6:]; len(b) > 0; b = b[3:] {
		c := component{id: b[0], h: int(b[1] >> 4), v: int(b[1] & 15), quantiser: b[2]}
		copy(c.missing[:], bytes.Repeat([]byte{0xFF}, len(c.missing)))
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 {
			return f, false, nil
		}
		f.hMax, f.vMax = max(f.hMax, c.h), max(f.vMax, c.v)
		f.components = append(f.components, c)
	}
	return f, f.lay(), nil
}

// number is the big-endian number in the first two bytes of b.
func number(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	return int(b[0])<<8 | int(b[1])
}

// lay computes how many blocks there are. It is false if that is none, or too
// many to keep account of.
func (f *frame) lay() bool {
	total := 0
	for i := range f.components {
		c := &f.components[i]
		c.across = over(over(f.width*c.h, f.hMax), 8)
		c.down = over(over(f.height*c.v, f.vMax), 8)
		total += c.across * c.down
		if f.progressive && total <= maxBlocks {
			c.blocks = make(coefficients, over(c.across*c.down, pageBlocks))
		}
	}
	return total > 0 && (!f.progressive || total <= maxBlocks)
}

// over divides and rounds up.
func over(n, by int) int { return (n + by - 1) / by }

// whole tells whether all bits of all coefficients were there.
func (f *frame) whole() bool {
	for _, c := range f.components {
		if c.missing != [64]byte{} {
			return false
		}
	}
	return true
}

// scanHeader is what a scan header says (T.81, B.2.3).
type scanHeader struct {
	groups   int
	units    []unit // the blocks of a group
	from, to int    // band of coefficients
	refines  bool
	lowest   byte // how many of the lowest bits come later
}

// unit is one block of a group (T.81, A.2.3).
type unit struct{ component, dc, ac int }

// scan reads the scan header b.
func (f *frame) scan(b []byte) (h scanHeader, ok bool) {
	if len(b) < 6 || len(b) != 4+2*int(b[0]) || b[0] > 4 {
		return h, false
	}
	rest := b[len(b)-3:]
	h.from, h.to, h.refines, h.lowest = int(rest[0]), int(rest[1]), rest[2]>>4 > 0, rest[2]&15
	if !f.progressive {
		h.from, h.to, h.lowest = 0, last, 0
	} else if h.from > h.to || h.to > last || h.from > 0 && b[0] != 1 {
		return h, false
	}
	h.groups = over(f.width, 8*f.hMax) * over(f.height, 8*f.vMax)
	for s := b[1 : len(b)-3]; len(s) > 0; s = s[2:] {
		i := f.find(s[0])
		u := unit{i, int(s[1] >> 4), int(s[1] & 15)}
		if i < 0 || u.dc > 3 || u.ac > 3 {
			return h, false
		}
		c := f.components[i]
		n := c.h * c.v
		if b[0] == 1 {
			h.groups, n = c.across*c.down, 1
		}
		for range n {
			h.units = append(h.units, u)
		}
	}
	return h, true
}

// find returns the index of the component with an identifier, or -1.
func (f *frame) find(id byte) int {
	for i, c := range f.components {
		if c.id == id {
			return i
		}
	}
	return -1
}

// due tells whether a scan holds what none before it held: no decoder draws anything
// twice, or it draws only one of the two.
func (h *scanHeader) due(f *frame) bool {
	for _, u := range h.units {
		for k := h.from; k <= h.to; k++ {
			if left := f.components[u.component].missing[k]; h.refines && left != h.lowest+1 || !h.refines && left != 0xff {
				return false
			}
		}
	}
	return true
}

// done notes that all of a scan was there.
func (h *scanHeader) done(f *frame) {
	for _, u := range h.units {
		for k := h.from; k <= h.to; k++ {
			f.components[u.component].missing[k] = h.lowest
		}
	}
}
