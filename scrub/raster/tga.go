package raster

import (
	"bytes"
	"cmp"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
)

// targa is a header of a kind of picture and a depth, with a colour map or none: there is
// no magic.
func targa(kind, palette, depth string) string { return "?" + kind + palette + sniff.Skip(8) + depth }

var tgaSniff = func(head []byte, size int64) bool {
	const bare, map15, map16, map24, map32 = "\x00\x00\x00\x00\x00", "\x00\x00\x00\x01\x0f", "\x00\x00\x00\x01\x10", "\x00\x00\x00\x01\x18", "\x00\x00\x00\x01\x20"
	const few15, few16, few24, few32 = "\x00\x00?\x00\x0f", "\x00\x00?\x00\x10", "\x00\x00?\x00\x18", "\x00\x00?\x00\x20"
	return len(head) >= tgaHead && head[17]&0xc0 == 0 && sniff.Like(targa("\x00\x02", bare, "\x10"), targa("\x00\x02", bare, "\x18"), targa("\x00\x02", bare, "\x20"), targa("\x00\x03", bare, "\x08"), targa("\x00\x03", bare, "\x10"),
		targa("\x00\x0a", bare, "\x10"), targa("\x00\x0a", bare, "\x18"), targa("\x00\x0a", bare, "\x20"), targa("\x00\x0b", bare, "\x08"), targa("\x00\x0b", bare, "\x10"),
		targa("\x01\x01", map24, "\x08"), targa("\x01\x09", map24, "\x08"), targa("\x01\x01", map32, "\x08"), targa("\x01\x01", few24, "\x08"), targa("\x01\x09", few24, "\x08"), targa("\x01\x01", few32, "\x08"), targa("\x01\x09", map32, "\x08"), targa("\x01\x09", few32, "\x08"),
		targa("\x01\x01", map15, "\x08"), targa("\x01\x09", map15, "\x08"), targa("\x01\x01", few15, "\x08"), targa("\x01\x09", few15, "\x08"),
		targa("\x01\x01", map16, "\x08"), targa("\x01\x09", map16, "\x08"), targa("\x01\x01", few16, "\x08"), targa("\x01\x09", few16, "\x08"),
		targa("\x01\x02", map24, "\x18"), targa("\x01\x0a", map24, "\x18"), targa("\x01\x02", map24, "\x20"), targa("\x01\x0a", map24, "\x20"),
		targa("\x01\x02", few24, "\x18"), targa("\x01\x0a", few24, "\x18"), targa("\x01\x02", few24, "\x20"), targa("\x01\x0a", few24, "\x20"))(head, size)
}

const (
	tgaHead, tgaFoot, tgaMore = 18, 26, 495
	tgaMark                   = "TRUEVISION-XFILE.\x00"
)

// extension is what stands in the extension area: texts and moments go, what says how colour
// and transparency are to be read stays (Truevision: TGA file format specification 2.0).
var extension = []struct {
	n     int64
	kind  scrub.Kind // "" stays
	place string
}{
	{2, "", "size"}, {41, scrub.Person, "author"}, {324, scrub.Comment, "comments"}, {12, scrub.Time, "date"}, {41, scrub.ID, "job"}, {6, scrub.Time, "job time"},
	{44, scrub.Software, "software"}, {4, scrub.Hidden, "key colour"}, {4, "", "aspect"}, {4, "", "gamma"}, {4, scrub.Hidden, "colour correction"},
	{4, scrub.Thumbnail, "stamp"}, {4, scrub.Hidden, "scan lines"}, {1, "", "attributes"},
}

// tga: a header, an identification, a colour map, pixels; behind them, if the file is of
// the second version, an extension area, areas of developers and a footer.
func tga(p *picture) error {
	b, err := p.Bytes(0, int(min(tgaHead, p.Size())))
	if err != nil {
		return err
	}
	if len(b) < tgaHead {
		return p.Errorf(0, "a header of %d bytes", len(b))
	}
	colours, pixel, entry := int64(0), (int64(b[16])+7)/8, (int64(b[7])+7)/8
	if b[1] == 1 {
		colours = le16(b, 5) * entry
	}
	l := chunk.Layout{chunk.Any(1), chunk.UpTo(1, 1), chunk.One(1, 1, 2, 3, 9, 10, 11), chunk.UpTo(2, 256), chunk.UpTo(2, 256), chunk.One(1, 0, 15, 16, 24, 32),
		chunk.UpTo(2, 1<<14), chunk.UpTo(2, 1<<14), chunk.Any(2), chunk.Any(2), chunk.One(1, 8, 15, 16, 24, 32), chunk.Flags(1, 0x3f)}
	if err := p.Record(0, tgaHead, l, "header"); err != nil {
		return err
	}
	start := tgaHead + int64(b[0]) + colours
	if start > p.Size() {
		return p.Errorf(0, "pixels at 0x%x, behind the end", start)
	}
	p.use(0, tgaHead)
	if p.Careful {
		return p.leave(tgaHead)
	}
	used := &[256]bool{}
	end := start + le16(b, 12)*le16(b, 14)*pixel
	if b[2] >= 9 {
		if end, err = p.tgaRuns(start, le16(b, 12)*le16(b, 14), pixel, used); err != nil {
			return err
		}
	}
	if end > p.Size() || end == start {
		return p.Errorf(start, "pixels of %d bytes, %d are left", end-start, p.Left(start))
	}
	if _, err := p.Say(tgaHead, int64(b[0]), scrub.Comment, scrub.Identify, "identification"); err != nil {
		return err
	}
	d := &dib{picture: p, palette: start - colours, colours: le16(b, 5), entry: entry, alpha: true}
	switch {
	case b[1] == 0:
	case b[2]&7 != 1: // no pixel uses it
		err = p.Hide(d.palette, colours, "colour map")
	case b[2] == 1:
		err = d.tgaIndexes(grid{off: start, stride: le16(b, 12), height: le16(b, 14), bits: 8 * le16(b, 12), depth: 8}, used)
	default:
		err = d.paint(used)
	}
	if err != nil {
		return err
	}
	p.Claim(start, end-start, scrub.Payload, "pixels")
	return p.tgaRest(end, le16(b, 12)*pixel, le16(b, 14)*pixel, pixel, b[2] >= 9, b[0] > 0 || b[1] > 0)
}

// tgaRuns follows packets of pixels, and notes in used which values those of one byte have.
func (p *picture) tgaRuns(start, left, pixel int64, used *[256]bool) (end int64, err error) {
	r := &reader{picture: p, at: start, end: p.Size()}
	for left > 0 && r.err == nil {
		left -= r.tgaPacket(pixel, used)
	}
	if left < 0 {
		return 0, p.Errorf(r.at, "packets of more pixels than the picture has")
	}
	return r.at, r.err
}

// tgaPacket passes a packet and returns of how many pixels it is.
func (r *reader) tgaPacket(pixel int64, used *[256]bool) int64 {
	c := r.next()
	n := int64(c&0x7f) + 1
	size := n * pixel
	if c&0x80 != 0 {
		size = pixel
	}
	for i := int64(0); i < size && r.err == nil; i++ {
		used[r.next()] = true
	}
	return n
}

// tgaIndexes paints the colour map of pixels that are not packed.
func (d *dib) tgaIndexes(g grid, used *[256]bool) error {
	if !d.Deep() {
		return d.paint(nil)
	}
	if _, err := d.look(g, used); err != nil {
		return err
	}
	return d.paint(used)
}

// tgaRest claims what follows the pixels, up to the footer. Where that, or what it points
// at, does not begin where the pixels end, there may be more of them; so where nothing says so
// and a name or a colour map stands before the pixels, since its length shifts them.
func (p *picture) tgaRest(end, row, column, pixel int64, packed, shifts bool) error {
	const far = 1 << 20
	b, err := p.Bytes(end, int(min(far, p.Left(end))))
	if err != nil {
		return err
	}
	at := bytes.Index(b, []byte(tgaMark)) - 8
	if at < 0 {
		if shifts && p.Left(end) > 0 {
			return p.Errorf(end, "what follows the pixels may be more of them")
		}
		if packed {
			p.once(end, row, 0, func(r *reader) int64 { return r.tgaPacket(pixel, &[256]bool{}) * pixel })
		} else {
			p.once(end, row, column, nil)
		}
		return nil
	}
	foot := end + int64(at)
	more, makers := le32(b, at), le32(b, at+4)
	zero := p.Zeros(end, foot-end)
	if !zero && more != end && makers != end && foot != end {
		return p.Errorf(end, "what stands before the footer may be pixels")
	}
	p.use(0, end)
	if size := more - end; size >= 0 && more <= foot-tgaMore && le16(b, int(size)) == tgaMore {
		p.use(more, tgaMore)
		if err := p.tgaExtension(more); err != nil {
			return err
		}
	} else if err := p.Field(foot, make([]byte, 4), scrub.Hidden, "footer"); err != nil {
		return err
	}
	if err := p.hideBetween(0, foot); err != nil {
		return err
	}
	p.Claim(foot, tgaFoot, scrub.Structure, "footer")
	if err := p.Field(foot+4, make([]byte, 4), scrub.Hidden, "footer"); err != nil {
		return err
	}
	p.Scan.End(scrub.End{Off: foot + tgaFoot, Proof: scrub.Proven, Least: 8})
	return nil
}

func (p *picture) tgaExtension(off int64) error {
	for _, f := range extension {
		b, err := p.Bytes(off, int(min(f.n, 4)))
		if err != nil {
			return err
		}
		const most = 16 // of the upper byte: fractions are of small numbers
		if f.kind == "" && (len(b) < 4 || b[1] <= most && b[3] <= most) {
			p.Claim(off, f.n, scrub.Structure, "extension/"+f.place)
		} else if _, err := p.Say(off, f.n, cmp.Or(f.kind, scrub.Hidden), scrub.Identify, "extension/"+f.place); err != nil {
			return err
		}
		off += f.n
	}
	return nil
}
