package icc

import (
	"cmp"
	"slices"

	"untag/scrub"
)

// cover is a set of bytes: sorted ranges that don't touch.
type cover []scrub.Range

// add puts [off, off+n) into the set.
func (c *cover) add(off, n int64) {
	if n <= 0 {
		return
	}
	r := scrub.Range{Off: off, Len: n}
	i, _ := slices.BinarySearchFunc(*c, off, func(r scrub.Range, off int64) int { return cmp.Compare(r.End(), off) })
	j := i
	for ; j < len(*c) && (*c)[j].Off <= r.End(); j++ {
		end := max(r.End(), (*c)[j].End())
		r.Off = min(r.Off, (*c)[j].Off)
		r.Len = end - r.Off
	}
	*c = slices.Replace(*c, i, j, r)
}

// holes returns the bytes of [off, off+n) that are not in the set, in order.
func (c cover) holes(off, n int64) (out []scrub.Range) {
	end := off + n
	for _, r := range c {
		if r.End() <= off {
			continue
		}
		if off >= end || r.Off >= end {
			break
		}
		if r.Off > off {
			out = append(out, scrub.Range{Off: off, Len: r.Off - off})
		}
		off = r.End()
	}
	if off < end {
		out = append(out, scrub.Range{Off: off, Len: end - off})
	}
	return out
}

// meets tells whether a byte of [off, off+n) is in the set.
func (c cover) meets(off, n int64) bool {
	h := c.holes(off, n)
	return n > 0 && (len(h) != 1 || h[0].Len != n)
}
