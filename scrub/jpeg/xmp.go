package jpeg

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/gainmap"
	"untag/scrub/xmp"
)

// xmpName is the name space that begins an XMP segment.
const xmpName = "http://ns.adobe.com/xap/1.0/\x00"

const xmpHeader = int64(len(xmpName))

// xmp blanks all of the first packet but what the picture needs; the others go.
// Nothing moves in it, so that an interrupted run leaves what is needed in place.
func (c *cleaner) xmp() error {
	all := c.groups[famXMP]
	if len(all) == 0 {
		return nil
	}
	delete(c.groups, famXMP)
	for i, g := range all {
		x := scrub.Extents{{Off: g.body() + xmpHeader, Len: max(0, g.n-xmpHeader)}}
		r := &xmp.Reduced{}
		if i == 0 {
			r = xmp.Reduce(c.packet, gainmap.XMP(c.hasMap(), c.isMap, c.told, c.moving > 0))
		}
		if !r.Empty() && len(r.Blank) == 0 {
			c.Claim(g.off, 4+g.n, scrub.Render, famXMP)
			continue
		}
		if err := c.reportXMP(x, r); err != nil {
			return err
		}
		if err := c.blankXMP(g, r); err != nil {
			return err
		}
	}
	return nil
}

// blankXMP makes spaces of what does not stay, or fill bytes if nothing does.
func (c *cleaner) blankXMP(g segment, r *xmp.Reduced) error {
	if r.Empty() {
		return c.remove(g)
	}
	at := g.body() + xmpHeader
	c.Claim(g.off, 4+xmpHeader, scrub.Structure, famXMP)
	c.Claim(at, g.n-xmpHeader, scrub.Identify, famXMP)
	for _, b := range r.First {
		c.Fill(scrub.Unlink, at+int64(b.Off), int64(b.End-b.Off), ' ')
	}
	for _, b := range r.Blank {
		c.Fill(scrub.Destroy, at+int64(b.Off), int64(b.End-b.Off), ' ')
	}
	return nil
}

// reportXMP tells what the packet says and does not go on saying.
func (c *cleaner) reportXMP(x scrub.Extents, r *xmp.Reduced) error {
	src, err := c.Piece(x)
	if err != nil {
		return err
	}
	p, err := xmp.Read(bytes.NewReader(src.Get(0, int(src.Size()))))
	if err != nil {
		return err
	}
	p.Report(famXMP, x[0].Off, x[0].Len, c.Gone)
	return nil
}
