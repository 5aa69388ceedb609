package entropy

import "bytes"

// Frame is what a frame header says (T.81, B.2.2).
type Frame struct {
	Progressive   bool
	Width, Height int
	Components    []Component
	hMax, vMax    int
}

// Component is one colour of a picture.
type Component struct {
	ID, Quantiser byte
	h, v          int
	across, down  int      // blocks, where it stands in a scan of its own
	missing       [64]byte // by coefficient, how many of the lowest bits have not come; all of them is many
	blocks        coefficients
}

// maxBlocks bounds what is kept of a progressive picture, 8 bytes a block.
const maxBlocks = 4 << 20

// ReadFrame reads the payload of a frame header; height counts where that says 0,
// as it may where DNL follows. It is not ok if there is no stepping through.
func ReadFrame(b []byte, progressive bool, height int) (f Frame, ok bool) {
	if len(b) < 9 || len(b) != 6+3*int(b[5]) || b[5] > 4 || b[0] != 8 && b[0] != 12 {
		return f, false
	}
	f = Frame{Progressive: progressive, Width: number(b[3:]), Height: number(b[1:])}
	if f.Height == 0 {
		f.Height = height
	}
	for b = b[6:]; len(b) > 0; b = b[3:] {
		c := Component{ID: b[0], h: int(b[1] >> 4), v: int(b[1] & 15), Quantiser: b[2]}
		copy(c.missing[:], bytes.Repeat([]byte{0xFF}, len(c.missing)))
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 {
			return f, false
		}
		f.hMax, f.vMax = max(f.hMax, c.h), max(f.vMax, c.v)
		f.Components = append(f.Components, c)
	}
	return f, f.lay()
}

// number is the big-endian number in the first two bytes of b.
func number(b []byte) int { return int(b[0])<<8 | int(b[1]) }

// lay computes how many blocks there are. It is false if that is none, or too
// many to keep account of.
func (f *Frame) lay() bool {
	total := 0
	for i := range f.Components {
		c := &f.Components[i]
		c.across = over(over(f.Width*c.h, f.hMax), 8)
		c.down = over(over(f.Height*c.v, f.vMax), 8)
		total += c.across * c.down
		if f.Progressive && total <= maxBlocks {
			c.blocks = make(coefficients, over(c.across*c.down, pageBlocks))
		}
	}
	return total > 0 && (!f.Progressive || total <= maxBlocks)
}

// over divides and rounds up.
func over(n, by int) int { return (n + by - 1) / by }

// whole tells whether all bits of all coefficients were there.
func (f *Frame) whole() bool {
	for _, c := range f.Components {
		if c.missing != [64]byte{} {
			return false
		}
	}
	return true
}

// Header is what a scan header says (T.81, B.2.3).
type Header struct {
	Groups   int
	Units    []Unit // the blocks of a group
	From, To int    // band of coefficients
	Refines  bool
	Lowest   byte // how many of the lowest bits come later
}

// Unit is one block of a group (T.81, A.2.3).
type Unit struct{ Component, DC, AC int }

// Header reads the payload of a scan header.
func (f *Frame) Header(b []byte) (h Header, ok bool) {
	if len(b) < 6 || len(b) != 4+2*int(b[0]) || b[0] > 4 {
		return h, false
	}
	rest := b[len(b)-3:]
	h.From, h.To, h.Refines, h.Lowest = int(rest[0]), int(rest[1]), rest[2]>>4 > 0, rest[2]&15
	if !f.Progressive {
		h.From, h.To, h.Lowest = 0, last, 0
	} else if h.From > h.To || h.To > last || h.From > 0 && b[0] != 1 {
		return h, false
	}
	h.Groups = over(f.Width, 8*f.hMax) * over(f.Height, 8*f.vMax)
	for s := b[1 : len(b)-3]; len(s) > 0; s = s[2:] {
		i := f.find(s[0])
		u := Unit{i, int(s[1] >> 4), int(s[1] & 15)}
		if i < 0 || u.DC > 3 || u.AC > 3 {
			return h, false
		}
		c := f.Components[i]
		n := c.h * c.v
		if b[0] == 1 {
			h.Groups, n = c.across*c.down, 1
		}
		for range n {
			h.Units = append(h.Units, u)
		}
	}
	return h, true
}

// find returns the index of the component with an identifier, or -1.
func (f *Frame) find(id byte) int {
	for i, c := range f.Components {
		if c.ID == id {
			return i
		}
	}
	return -1
}

// done notes that all of a scan was there.
func (h *Header) done(f *Frame) {
	for _, u := range h.Units {
		for k := h.From; k <= h.To; k++ {
			f.Components[u.Component].missing[k] = h.Lowest
		}
	}
}
