package raster

import (
	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
)

var pcxSniff = sniff.Like("\n?\x01\x01\x00\x00\x00\x00", "\n?\x01\x02\x00\x00\x00\x00", "\n?\x01\x04\x00\x00\x00\x00", "\n?\x01\x08\x00\x00\x00\x00")

const pcxHead, pcxPalette = 128, 1 + 3*256

// pcx: a header, runs of bytes, perhaps a palette at the end (ZSoft: PCX file format, revision 5).
func pcx(p *picture) error {
	b, err := p.Bytes(0, int(min(pcxHead, p.Size())))
	if err != nil {
		return err
	}
	if len(b) < pcxHead {
		return p.Errorf(0, "a header of %d bytes", len(b))
	}
	depth, planes, row := int64(b[3]), int64(b[65]), le16(b, 66)
	width, height := le16(b, 8)-le16(b, 4)+1, le16(b, 10)-le16(b, 6)+1
	if width < 1 || height < 1 || planes < 1 || planes > 4 || row < (width*depth+7)/8 || row > (width*depth+7)/8+64 {
		return p.Errorf(4, "%d planes of %d by %d in rows of %d bytes", planes, width, height, row)
	}
	few := chunk.Zero(48) // the palette of sixteen colours
	if depth*planes <= 4 {
		few = chunk.Any(48)
	}
	l := chunk.Layout{chunk.One(1, 10), chunk.One(1, 0, 2, 3, 4, 5), chunk.One(1, 1), chunk.One(1, 1, 2, 4, 8), chunk.Any(2), chunk.Any(2), chunk.Any(2), chunk.Any(2),
		chunk.UpTo(2, 1<<14), chunk.UpTo(2, 1<<14), few, chunk.Zero(1), chunk.UpTo(1, 4), chunk.Any(2), chunk.UpTo(2, 2), chunk.UpTo(2, 1<<14), chunk.UpTo(2, 1<<14), chunk.Zero(54)}
	if err := p.Record(0, pcxHead, l, "header"); err != nil {
		return err
	}
	p.use(0, pcxHead)
	if p.Careful {
		return p.leave(pcxHead)
	}
	used, end, err := p.pcxRuns(row * planes * height)
	if err != nil {
		return err
	}
	p.Claim(pcxHead, end-pcxHead, scrub.Payload, "pixels")
	if depth*planes < 8 || planes > 1 {
		p.once(end, row*planes, 0, func(r *reader) int64 { n, _ := r.pcxRun(); return n })
		return nil
	}
	mark, err := p.Bytes(end, int(min(1, p.Left(end))))
	if err != nil {
		return err
	}
	if string(mark) != "\x0c" || p.Left(end) < pcxPalette {
		return p.Errorf(end, "no palette behind the pixels")
	}
	p.Claim(end, 1, scrub.Structure, "palette")
	d := &dib{picture: p, palette: end + 1, colours: 256, entry: 3}
	if err := d.paint(used); err != nil {
		return err
	}
	p.Scan.End(scrub.End{Off: end + pcxPalette, Proof: scrub.Proven, Least: 8})
	return nil
}

// pcxRuns follows the runs of left bytes of pixels.
func (p *picture) pcxRuns(left int64) (used *[256]bool, end int64, err error) {
	used = &[256]bool{}
	r := &reader{picture: p, at: pcxHead, end: p.Size()}
	for left > 0 && r.err == nil {
		n, c := r.pcxRun()
		used[c] = true
		left -= n
	}
	if left < 0 {
		return nil, 0, p.Errorf(r.at, "runs of more pixels than the picture has")
	}
	return used, r.at, r.err
}

// pcxRun is a run of n times c.
func (r *reader) pcxRun() (n int64, c byte) {
	if c = r.next(); c < 0xc0 {
		return 1, c
	}
	return int64(c & 0x3f), r.next()
}
