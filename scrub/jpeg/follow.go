package jpeg

import (
	"untag/scrub"
	"untag/scrub/jpeg/entropy"
)

// followLimit is the size in bytes up to which photos are followed by default. It
// takes 5 to 8 ms of computing a megabyte, ten times what all else does.
const followLimit = 1 << 20

// follow finds out what stands behind the last block of each scan. It does
// without where that is known.
func (c *cleaner) follow() error {
	if !c.pic.shown() {
		return nil
	}
	if !huffman(c.pic.frames[0].code) {
		c.Unread()
		return nil
	}
	if !c.pic.fresh || !c.DeepUpTo(followLimit) {
		return nil
	}
	f, ok, err := c.readFrame(c.pic)
	if err != nil {
		return err
	}
	if !ok || len(c.pic.frames) != 1 {
		c.Doubt("the coded picture can't be stepped through")
		return nil
	}
	d := entropy.New(c.Reader, f)
	scans, err := c.scans(d, c.pic)
	if err != nil {
		return err
	}
	c.whole = d.Whole()
	for i := range scans {
		c.judgeScan(&scans[i])
	}
	for _, f := range scans {
		c.settle(f)
	}
	if c.whole && c.strange == "" {
		c.codes = d.All()
	}
	return nil
}

// scans steps through all scans of a picture.
func (p *parser) scans(d *entropy.Decoder, pic *picture) (out []entropy.Scan, err error) {
	for _, g := range pic.segments {
		if g.code != dht && g.code != dri && g.code != sos {
			continue
		}
		b := p.Get(g.body(), int(g.n))
		switch g.code {
		case dht:
			d.Tables(b, g.body())
		case dri:
			d.Interval = number(b)
		case sos:
			f, err := d.Scan(b, pic.scans[len(out)])
			if err != nil {
				return nil, err
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// mostBehind is how many bytes behind the last block are taken for what somebody
// added. More of them, or more than an eighth of the scan, may be picture of
// which the header was damaged, or changed to hide it.
const mostBehind = 4 << 10

// judgeScan notes whether a scan is lost, and with it what is known of all others.
func (c *cleaner) judgeScan(f *entropy.Scan) {
	if f.Lost == "" && (f.Odd || f.Ones && f.Zeros) { // damaged data may well have blocks enough
		f.Lost = "the bits that fill bytes up vary"
	}
	if f.Lost != "" {
		c.whole = false
	}
}

// settle decides what becomes of bytes that are no coded data.
func (c *cleaner) settle(f entropy.Scan) {
	n, gaps := int64(0), []scrub.Range(nil)
	for _, g := range f.Gaps {
		b := c.Get(g.Off, int(min(g.Len, 2)))
		if g.Len == 2 && b[0] == 0xFF && b[1] >= rst0 && b[1] <= rst7 { // a restart marker behind the last block, as some encoders write it
			continue
		}
		if !c.Zeros(g.Off, g.Len) {
			n += g.Len
		}
		gaps = append(gaps, g)
	}
	switch {
	case c.strange != "":
	case f.Lost != "":
		c.Doubt("%s, in the scan at 0x%x", f.Lost, f.Off)
	case n > mostBehind || 8*n > f.Len || n > 0 && !c.whole:
		c.Doubt("%d bytes of the scan at 0x%x are behind the last block", n, f.Off)
		c.whole = false
	default:
		c.gaps = append(c.gaps, gaps...)
	}
}

// complete mends a picture of which nothing but the end mark is missing.
func (c *cleaner) complete() {
	if !c.pic.missing || !c.whole || c.strange != "" || c.pic.segments[len(c.pic.segments)-1].code != sos {
		return
	}
	scan := &c.pic.scans[len(c.pic.scans)-1]
	if n := len(c.gaps); n > 0 && c.gaps[n-1].End() == scan.End() {
		scan.Len -= c.gaps[n-1].Len
		c.gaps = c.gaps[:n-1]
	}
	c.pic.missing, c.pic.damage, c.pic.end = false, "", scan.End()
	c.endless = true
}

// readFrame reads the frame header. It is not ok if there is no stepping through.
func (p *parser) readFrame(pic *picture) (f entropy.Frame, ok bool, err error) {
	g := pic.frames[0]
	b := p.Get(g.body(), int(g.n))
	height := 0
	for _, g := range pic.segments {
		switch {
		case g.code == dhp:
			return f, false, nil
		case g.code == dnl && height == 0:
			d, err := p.head(g, 2)
			if err != nil {
				return f, false, err
			}
			height = number(d)
		}
	}
	f, ok = entropy.ReadFrame(b, progressive(g.code), height)
	return f, ok, nil
}

// number is the big-endian number in the first two bytes of b.
func number(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	return int(b[0])<<8 | int(b[1])
}
