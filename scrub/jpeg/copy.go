package jpeg

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/exif"
)

// The EXIF that stays is written over the EXIF that was. Where a sector ends in
// the middle of it, a run that is interrupted there would leave neither, and the
// orientation would be lost. So a copy is written first, near the end of the
// segment and within one sector; the next run finds it and goes on from it.

// maxCopy is the longest payload that fits into a sector with room to find one.
const maxCopy = 256

// copyAt returns where in a segment the copy of a payload of n bytes is put:
// behind the payload itself, as late as one sector holds it. -1 if nowhere.
func (c *cleaner) copyAt(g segment, n int64) int64 {
	for at := g.end() - n; at >= g.body()+n && at > g.end()-n-2*maxCopy; at-- {
		if c.Atomic(at, n) {
			return at
		}
	}
	return -1
}

// findCopy returns the payload that an interrupted run left a copy of, or nil.
func (c *cleaner) findCopy(g segment) ([]byte, error) {
	from := max(g.body(), g.end()-3*maxCopy)
	tail := c.Get(from, int(g.end()-from))
	at := max(bytes.LastIndex(tail, []byte(exifHead)), bytes.LastIndex(tail, []byte(deadHead)))
	if at < 0 {
		return nil, nil
	}
	block := tail[at+exifHeader:]
	b, err := exif.Read(exif.Memory(block))
	if err != nil {
		return nil, err
	}
	reduced, err := b.Reduce(exif.Memory(block), exif.Keep{Goes: func(scrub.Kind) bool { return false }, AppleHDR: true, Color: true, Told: true})
	n := int64(exifHeader + len(reduced))
	if err != nil || reduced == nil || !bytes.HasPrefix(block, reduced) || c.copyAt(g, n) != from+int64(at) {
		return nil, err
	}
	return slices.Concat(tail[at:at+exifHeader], reduced), nil
}

// replaceSafely is replace with a copy where it takes one.
func (c *cleaner) replaceSafely(g segment, body []byte, copied bool) (changed bool) {
	n := int64(len(body))
	at := int64(-1)
	if n <= maxCopy && (copied || !c.Atomic(g.body(), n)) {
		at = c.copyAt(g, n)
	}
	if at < 0 || !copied && bytes.Equal(c.Get(g.body(), len(body)), body) {
		return c.replace(scrub.Destroy, g, body, scrub.Render)
	}
	c.Claim(g.off, 4, scrub.Structure, famExif)
	c.Claim(g.body(), g.n, scrub.Identify, famExif)
	if !copied {
		c.Put(scrub.Unlink, at, body)
	}
	c.Put(scrub.Destroy, g.body(), body)
	c.Fill(scrub.Destroy, g.body()+n, at-g.body()-n, 0)
	c.Fill(scrub.Destroy, at+n, g.end()-at-n, 0)
	c.Fill(scrub.Repair, at, n, 0)
	return true
}
