package raster

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
)

var icoSniff = sniff.Like("\x00\x00\x01\x00?\x00???\x00?\x00?\x00??????\x00\x00", "\x00\x00\x02\x00?\x00???\x00?\x00?\x00??????\x00\x00",
	"\x00\x00\x01\x00?\x00???\xff?\x00?\x00??????\x00\x00")

const (
	icoHead, icoEntry = 6, 16
	maxIcons          = 256
	pngMark           = "\x89PNG\r\n\x1a\n"
)

// ico: a list of pictures, each a bitmap without a file header, or a PNG (Windows: ICONDIR).
func ico(p *picture) error {
	b, err := p.Bytes(0, int(min(icoHead+maxIcons*icoEntry, p.Size())))
	if err != nil {
		return err
	}
	n := 0
	if len(b) >= icoHead {
		n = int(le16(b, 4))
	}
	if n == 0 || n > (len(b)-icoHead)/icoEntry {
		return p.Errorf(4, "a list of %d pictures", n)
	}
	p.Claim(0, icoHead, scrub.Structure, "header")
	spot := chunk.Layout{chunk.UpTo(2, 1), chunk.One(2, 0, 1, 2, 4, 8, 16, 24, 32)}
	if b[2] == 2 {
		spot = chunk.Layout{chunk.UpTo(2, 255), chunk.UpTo(2, 255)} // where a cursor points
	}
	row := append(append(chunk.Layout{chunk.Any(2), chunk.Any(1), chunk.Zero(1)}, spot...), chunk.Any(8))
	if err := p.Record(icoHead, int64(n*icoEntry), row.Many(n), "directory"); err != nil {
		return err
	}
	p.use(0, int64(icoHead+n*icoEntry))
	seen, starts := map[scrub.Range]bool{}, map[int64]bool{p.Size(): true}
	for i := range n {
		starts[le32(b, icoHead+i*icoEntry+12)] = true
	}
	for i := range n {
		e := b[icoHead+i*icoEntry:][:icoEntry]
		r := scrub.Range{Off: le32(e, 12), Len: le32(e, 8)}
		if seen[r] { // two entries for one picture
			continue
		}
		seen[r] = true
		if err := p.icon(r, e, starts[r.End()]); err != nil && (!p.Careful || !scrub.Refusal(err)) {
			return err
		}
	}
	if p.Careful {
		return p.leave(icoHead)
	}
	return p.closeIcons(int64(icoHead + n*icoEntry))
}

// icon claims one picture, of which e is the entry; followed tells whether another one starts
// where it ends. In doubt those are cleaned that are
// media of their own.
func (p *picture) icon(r scrub.Range, e []byte, followed bool) error {
	if r.Len < infoHead || r.Off > p.Size() || r.Len > p.Size()-r.Off {
		return p.Errorf(r.Off, "a picture of %d bytes, %d are left", r.Len, p.Left(r.Off))
	}
	head := p.Get(r.Off, len(pngMark))
	if string(head) == pngMark {
		before := p.Point()
		if err := p.Medium(scrub.Extents{r}, "PNG"); err != nil {
			return err
		}
		if p.Careful && p.meets(r) {
			p.Reset(before)
			return nil
		}
		p.use(r.Off, r.Len)
		return nil
	}
	if p.Careful {
		return nil
	}
	d := &dib{picture: p, at: r.Off, end: r.End(), icon: true}
	if err := d.read(); err != nil {
		return err
	}
	mask := grid{off: d.start + d.need, stride: (d.width + 31) / 32 * 4, height: d.height, bits: d.width, depth: 1}
	rest := d.end - mask.off
	if d.packed != plain && d.packed != bitfields || rest < 0 {
		return d.Errorf(d.at, "pixels of %d bytes, %d are left", d.need, d.end-d.start)
	}
	if rest == 0 && d.depth == 32 && followed { // transparency is in the pixels
		mask.height = 0
	}
	if rest -= mask.size(); rest < 0 {
		return d.Errorf(mask.off, "a mask of %d bytes, %d are left", mask.size(), rest+mask.size())
	}
	if rest > 0 && (int64(e[0]) != d.width&255 || int64(e[1]) != d.height&255 || rest > d.need/surplusShare) {
		return d.Errorf(d.at, "a picture of %d by %d, and %d bytes behind it", d.width, d.height, rest)
	}
	return d.drawn(mask)
}

// drawn claims the bitmap of an icon.
func (d *dib) drawn(mask grid) error {
	if err := d.header(); err != nil {
		return err
	}
	used := &[256]bool{}
	indexed := used
	if d.depth > 8 {
		indexed = nil
	}
	holes, err := d.look(d.grid(d.start), indexed)
	if err != nil {
		return err
	}
	if err := d.paint(used); err != nil {
		return err
	}
	d.use(d.start, d.need+mask.size())
	d.pixels(d.start, d.need, holes, "pixels")
	if holes, err = d.look(mask, nil); err != nil {
		return err
	}
	d.pixels(mask.off, mask.size(), holes, "mask")
	return nil
}

// meets tells whether r shares a byte with what is used.
func (p *picture) meets(r scrub.Range) bool {
	for _, u := range p.used {
		if u.Off < r.End() && r.Off < u.End() {
			return true
		}
	}
	return false
}

// closeIcons claims what lies between the pictures and declares the end. A picture there
// says that the list is damaged.
func (p *picture) closeIcons(list int64) error {
	end := list
	for _, r := range p.used {
		end = max(end, r.End())
	}
	err := p.between(0, end, func(off, n int64) error {
		if why, err := p.drawing(off, n); err != nil || why != "" {
			return p.orWhy(err, off, why)
		}
		b, err := p.Bytes(off, int(min(n, icoEntry)))
		if err != nil {
			return err
		}
		if off == list && len(b) == icoEntry && b[3] == 0 && le32(b, 8) >= infoHead && le32(b, 12) >= list && le32(b, 12)+le32(b, 8) <= p.Size() {
			return p.Errorf(off, "pictures that the list lacks")
		}
		return p.Hide(off, n, "gap")
	})
	if err != nil {
		return err
	}
	p.Scan.End(scrub.End{Off: end, Proof: scrub.Counted, Least: 8, More: p.drawing})
	return nil
}

func (p *picture) orWhy(err error, off int64, why string) error {
	if err != nil {
		return err
	}
	return p.Errorf(off, "%s that the list lacks", why)
}

// drawing tells whether a picture of an icon starts in n bytes at off.
func (p *picture) drawing(off, n int64) (string, error) {
	b, err := p.Bytes(off, int(min(n, 64<<10)))
	if err != nil {
		return "", err
	}
	if bytes.Contains(b, []byte(pngMark)) {
		return "another picture", nil
	}
	for i := range max(0, len(b)-infoHead) {
		if le32(b, i) == infoHead && le16(b, i+12) == 1 && le16(b, i+14) <= 32 {
			return "another picture", nil
		}
	}
	return "", nil
}
