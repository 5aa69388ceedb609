package jpeg

import (
	"untag/scrub"
	"untag/scrub/exif"
)

// compact is the Compact of [Format]: blank segments, fill bytes, and what
// stands behind the payload of segments that were shortened. A picture that
// others follow is left as it is, since offsets lead to them.
func compact(s *scrub.Scan) (changes []scrub.Change, err error) {
	p := &parser{Scan: s}
	pic, err := p.walk(0)
	if err != nil || pic.damage != "" || !pic.shown() || pic.end != s.Size() {
		return nil, err
	}
	c := &cleaner{parser: p, pic: pic}
	if err := c.survey(); err != nil {
		return nil, err
	}
	if c.strange != "" {
		return nil, nil
	}
	drop := func(off, n int64) { changes = append(changes, scrub.Change{Off: off, Len: n}) }
	for _, f := range pic.fill {
		drop(f.Off, f.Len)
	}
	for _, j := range pic.junk {
		drop(j.Off, j.Len)
	}
	for _, g := range pic.segments {
		f, ok := c.family[g.off]
		if !ok {
			continue
		}
		n, err := c.needed(g, f)
		if err != nil {
			return nil, err
		}
		switch {
		case n < 0:
			drop(g.off, 4+g.n)
		case n < g.n:
			drop(g.body()+n, g.n-n)
			changes = append(changes, scrub.Change{Off: g.off + 2, Len: 2, Data: []byte{byte((n + 2) >> 8), byte(n + 2)}})
		}
	}
	return changes, nil
}

// needed returns how much of a clean segment's payload says something, -1 if
// none of it does.
func (c *cleaner) needed(g segment, f family) (int64, error) {
	n := g.n
	switch f.place {
	case famJFIF:
		n = jfifLength
	case famAdobe:
		n = adobeLength
	case famJPS:
		n = jpsLength
	case famExif:
		var err error
		if n, err = c.exifLength(g); err != nil {
			return 0, err
		}
	default:
		if c.Zeros(g.body(), g.n) && g.code == blankCode {
			n = -1
		}
		return n, nil
	}
	if n >= g.n {
		return g.n, nil
	}
	if !c.Zeros(g.body()+n, g.n-n) {
		n = g.n
	}
	return n, nil
}

// exifLength returns how much of a payload the block of EXIF takes that a run left.
func (c *cleaner) exifLength(g segment) (int64, error) {
	src, err := c.Piece(scrub.Extents{{Off: g.body() + exifHeader, Len: max(0, g.n-exifHeader)}})
	if err != nil {
		return 0, err
	}
	b, err := exif.Read(src)
	if err != nil {
		return 0, err
	}
	tiff, err := b.Reduce(src, exif.Keep{Goes: func(scrub.Kind) bool { return false }, AppleHDR: true, Color: true})
	if err != nil || tiff == nil {
		return g.n, err
	}
	return exifHeader + int64(len(tiff)), nil
}
