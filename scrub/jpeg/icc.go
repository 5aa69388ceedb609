package jpeg

import (
	"untag/scrub"
	"untag/scrub/icc"
)

// iccHeader is the length of "ICC_PROFILE", a NUL, the number of a chunk and
// the count of chunks (ICC.1:2022, B.4).
const iccHeader = 14

// icc has the profile cleaned as a medium of its own. Chunks that are not all
// there, each once and of the same count, are no profile to libjpeg, but one in
// the order of the file to ImageMagick, which passes over the numbers.
func (c *cleaner) icc() error {
	all := c.groups[famICC]
	if len(all) == 0 {
		return nil
	}
	x, err := c.iccChunks(all)
	if err != nil {
		return err
	}
	numbered := x != nil
	if !numbered {
		x = inOrder(all)
	}
	begins, err := c.iccBegins(x)
	if err != nil {
		return err
	}
	if !numbered && !begins {
		return c.iccGoes(all, "chunks that don't make a profile")
	}
	if !numbered {
		c.Doubt("the chunks of the colour profile are not numbered as they should be")
	}
	err = c.MediumAs("icc", x, famICC)
	switch {
	case err == nil:
		for _, g := range all {
			c.Claim(g.off, 4+min(g.n, iccHeader), scrub.Structure, famICC)
		}
	case !scrub.Refusal(err):
		return err
	case isFormat(err) && !begins:
		return c.iccGoes(all, err.Error())
	default:
		c.Doubt("the colour profile stays as it is: %v", err)
		for _, g := range all {
			c.Claim(g.off, 4+g.n, scrub.Render, famICC)
		}
	}
	delete(c.groups, famICC)
	return nil
}

// iccChunks returns the parts of the profile in the order of their numbers.
func (c *cleaner) iccChunks(all []segment) (scrub.Extents, error) {
	x := make(scrub.Extents, len(all))
	for _, g := range all {
		b, err := c.head(g, iccHeader)
		if err != nil {
			return nil, err
		}
		if len(b) < iccHeader || int(b[13]) != len(all) || b[12] == 0 || int(b[12]) > len(all) || x[b[12]-1].Len > 0 || g.n == iccHeader {
			return nil, nil
		}
		x[b[12]-1] = scrub.Range{Off: g.body() + iccHeader, Len: g.n - iccHeader}
	}
	return x, nil
}

// inOrder returns the parts of the profile in the order of the file.
func inOrder(all []segment) scrub.Extents {
	var x scrub.Extents
	for _, g := range all {
		if g.n > iccHeader {
			x = append(x, scrub.Range{Off: g.body() + iccHeader, Len: g.n - iccHeader})
		}
	}
	return x
}

// iccBegins tells whether the chunks begin like a profile.
func (c *cleaner) iccBegins(x scrub.Extents) (bool, error) {
	r, err := c.Piece(x)
	if err != nil || x.Size() < icc.HeaderLen {
		return false, err
	}
	return icc.Begins(r.Get(0, icc.HeaderLen)), nil
}

func (c *cleaner) iccGoes(all []segment, why string) error {
	c.Gone(scrub.Finding{Kind: scrub.Unknown, Place: famICC, Off: all[0].off, Len: 4 + all[0].n, Value: why})
	return c.removeAll(famICC)
}
