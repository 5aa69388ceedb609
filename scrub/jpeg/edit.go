package jpeg

import (
	"bytes"

	"untag/scrub"
)

// A segment that goes keeps its length, is filled with zeros and becomes an
// APP15. Making fill bytes (FF) of it would be as legal, but takes three bytes
// written at once, and ExifTool warns of each run of them.

// blankCode is that of a segment that says nothing: no program gives a meaning
// to an APP15 of zeros.
const blankCode = app15

// stub is the longest payload that FFmpeg calls invalid in an APPn and not in a COM.
const stub = 3

// remove takes everything out of a segment.
func (c *cleaner) remove(g segment) error { return c.removeEach([]segment{g}) }

func (c *cleaner) removeIn(phase scrub.Phase, g segment) {
	if c.Zeros(g.body(), g.n) {
		c.Claim(g.off, 4, scrub.Structure, "blank")
		c.Claim(g.body(), g.n, scrub.Filler, "blank")
	} else {
		c.Claim(g.off, 4+g.n, scrub.Identify, c.place(g))
		c.Fill(phase, g.body(), g.n, 0)
	}
	if g.code != blankCode && (g.code != com || g.n > stub) {
		c.Put(scrub.Repair, g.off+1, []byte{blankCode})
	}
}

func (c *cleaner) removeEach(segments []segment) error {
	for _, g := range segments {
		c.removeIn(scrub.Destroy, g)
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

// replaceHidden is replace for a segment in which nothing else has a meaning.
func (c *cleaner) replaceHidden(g segment, body []byte) (changed bool) {
	if changed = c.replace(scrub.Destroy, g, body, scrub.Structure); changed {
		c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: c.place(g), Off: g.off, Len: 4 + g.n})
	}
	return changed
}

// replace gives a segment the payload body, which is no longer than the one it
// has, and zeros behind it. Role is that of the body once it is in place. It
// reports whether that changes anything.
func (c *cleaner) replace(phase scrub.Phase, g segment, body []byte, role scrub.Role) (changed bool) {
	n := int64(len(body))
	old := c.Get(g.body(), len(body))
	blank := c.Zeros(g.body()+n, g.n-n)
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
		c.Fill(scrub.Destroy, g.body()+n, g.n-n, 0)
		changed = true
	}
	return changed
}
