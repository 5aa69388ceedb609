package jpeg

import (
	"bytes"

	"untag/scrub"
)

// fillByte is what removed bytes become: T.81 allows any number of them before
// a marker.
const fillByte = 0xFF

// neutral is the code of a segment that can't become fill bytes: one that
// nobody gives a meaning to.
const neutral = app15

// remove makes fill bytes of a segment: first of its payload, then of its code
// and length. Between the two it is an APPn that says nothing. Where the code
// and length can't be written in one piece, it stays at that.
func (c *cleaner) remove(g segment) error {
	blank, err := c.Constant(g.body(), g.n, fillByte)
	if err != nil {
		return err
	}
	whole := c.Atomic(g.off+1, 3)
	switch {
	case blank && !whole && g.code == neutral:
		c.Claim(g.off, 4, scrub.Structure, "blank")
		c.Claim(g.body(), g.n, scrub.Filler, "blank")
		return nil
	case blank:
		c.Claim(g.off, 4, scrub.Structure, "blank")
		c.Claim(g.body(), g.n, scrub.Filler, "blank")
	default:
		c.Claim(g.off, 4+g.n, scrub.Identify, c.place(g))
		c.Fill(scrub.Destroy, g.body(), g.n, fillByte)
	}
	if whole {
		c.Fill(scrub.Repair, g.off+1, 3, fillByte)
	} else if g.code != neutral {
		c.Put(scrub.Repair, g.off+1, []byte{neutral})
	}
	return nil
}

// place names a segment for the map.
func (c *cleaner) place(g segment) string {
	if f, ok := c.family[g.off]; ok {
		return f.place
	}
	return placeOf(g.code)
}

// shrink gives a segment the payload body, which is no longer than the one it
// has, and turns the rest into fill bytes. Role is that of the body once it is
// in place. It reports whether it changed anything besides the length.
func (c *cleaner) shrink(g segment, body []byte, role scrub.Role) (changed bool, err error) {
	return c.shrinkIn(scrub.Destroy, g, body, role)
}

// shrinkIn is shrink with the new body written in the given phase.
func (c *cleaner) shrinkIn(phase scrub.Phase, g segment, body []byte, role scrub.Role) (changed bool, err error) {
	n := int64(len(body))
	old, err := c.Bytes(g.body(), len(body))
	if err != nil {
		return false, err
	}
	blank, err := c.Constant(g.body()+n, g.n-n, fillByte)
	if err != nil {
		return false, err
	}
	place := c.place(g)
	c.Claim(g.off, 4, scrub.Structure, place)
	if bytes.Equal(old, body) {
		c.Claim(g.body(), n, role, place)
	} else {
		c.Claim(g.body(), n, scrub.Identify, place)
		c.Put(phase, g.body(), body)
		changed = true
	}
	if blank {
		c.Claim(g.body()+n, g.n-n, scrub.Filler, place)
	} else {
		c.Claim(g.body()+n, g.n-n, scrub.Identify, place)
		c.Fill(scrub.Destroy, g.body()+n, g.n-n, fillByte)
		changed = true
	}
	if n < g.n && c.Atomic(g.off+2, 2) {
		c.Put(scrub.Repair, g.off+2, []byte{byte((n + 2) >> 8), byte(n + 2)})
	}
	return changed, nil
}
