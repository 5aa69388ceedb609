package jpeg

import (
	"bytes"

	"untag/scrub"
)

// proven tells whether a segment that goes is one: in a damaged picture its length
// may be wrong, and picture lie inside of it, unless another marker follows.
func (c *cleaner) proven(g segment) (bool, error) {
	if c.pic.damage == "" || c.Left(g.end()) < 2 {
		return true, nil
	}
	return c.chained(g.end())
}

// broken deals with what lies behind damage: nothing is known of it, so it may
// be picture. What is known is the beginning of a segment that is cut short, and
// the clip of a motion photo, which is a medium of its own.
func (c *cleaner) broken() error {
	if c.pic.damage == "" {
		return nil
	}
	end := c.Size()
	if !c.pic.shown() { // what shows only lacks its end, perhaps, and that is the start of a trailer
		var err error
		if end, err = c.CutMarks(c.pic.end); err != nil {
			return err
		}
	}
	at, err := c.cutSegment(end)
	if err != nil {
		return err
	}
	clip, err := c.clip(at, end)
	if err != nil {
		return err
	}
	c.unsure(at, clip-at, scrub.Payload, "behind damage")
	return nil
}

// cutSegment empties what is left of a segment of metadata that the end of the
// file, or a wrong length, cuts short, up to the first marker of a picture or to
// end. It returns where that is.
func (c *cleaner) cutSegment(end int64) (int64, error) {
	g := c.pic.cut
	if g == nil || g.off != c.pic.end {
		return c.pic.end, nil
	}
	head, err := c.head(*g, longestID)
	if err != nil {
		return 0, err
	}
	f := familyOf(g.code, head)
	if f.id == "" || f.place == famICC || f.place == famMPF {
		return g.off, nil
	}
	from := g.body() + int64(len(f.id))
	if from > end {
		return g.off, nil
	}
	b := c.Get(from, int(min(end-from, 1<<16)))
	n := int64(len(b))
	for i := 0; i+1 < len(b); i++ {
		if b[i] == 0xFF && (isFrame(b[i+1]) || bytes.IndexByte([]byte{soi, dqt, dht, sos, dri}, b[i+1]) >= 0) {
			n = int64(i)
			break
		}
	}
	kind := f.kind
	if kind == "" {
		kind = scrub.Unknown
	}
	c.Claim(g.off, from-g.off, scrub.Structure, f.place)
	return from + n, c.Blank(from, n, 0, kind, f.place)
}

// clip has the clip of a motion photo cleaned that begins somewhere behind off and
// ends at end, and returns where it begins; end if there is none.
func (c *cleaner) clip(off, end int64) (int64, error) {
	for range maxSearch {
		at := c.find(off, "ftyp")
		if at < 0 || at >= end {
			break
		}
		if off = at + 4; at < c.pic.end+4 {
			continue
		}
		err := c.Medium(scrub.Extents{{Off: at - 4, Len: end - at + 4}}, "clip")
		if err == nil || !scrub.Refusal(err) {
			return at - 4, err
		}
	}
	return end, nil
}
