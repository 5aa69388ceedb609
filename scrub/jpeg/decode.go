package jpeg

import (
	"untag/scrub"
)

// decoder steps through the coded blocks of a picture without making pixels of
// them, to find where each scan ends for those who do.
type decoder struct {
	*parser
	frame    frame
	dc, ac   [4]*huffmanTable
	interval int // groups of blocks between restart markers, 0 for none
	bits     bitReader
	all      []*huffmanTable
	work     int64 // groups that are left before it is too much
}

// maxWork bounds the groups of blocks of all scans of a picture: those of a
// progressive one may take no bits.
const maxWork = 256 << 20

// followed is what stepping through a scan finds.
type followed struct {
	scrub.Range
	gaps []scrub.Range // bytes that are no coded data to a decoder
	lost string        // why it ended early

	ones, zeros, odd bool // what bytes that are not full end with
}

// pad notes the bits that fill the last byte.
func (f *followed) pad(b *bitReader) {
	n := b.n & 7
	switch v := b.acc >> (64 - n); {
	case n == 0:
	case v == 0:
		f.zeros = true
	case v == 1<<n-1:
		f.ones = true
	default:
		f.odd = true
	}
}

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
	d := &decoder{parser: c.parser, frame: f, work: maxWork, dc: usualTables(0), ac: usualTables(1)}
	scans, err := d.scans(c.pic)
	if err != nil {
		return err
	}
	c.whole = d.frame.whole()
	for i := range scans {
		c.judgeScan(&scans[i])
	}
	for _, f := range scans {
		if err := c.settle(f); err != nil {
			return err
		}
	}
	if c.whole && c.strange == "" {
		for _, t := range d.all {
			t.count()
		}
		c.codes = d.all
	}
	return nil
}

// scans steps through all scans of a picture.
func (d *decoder) scans(pic *picture) (out []followed, err error) {
	for _, g := range pic.segments {
		if g.code != dht && g.code != dri && g.code != sos {
			continue
		}
		b, err := d.Bytes(g.body(), int(g.n))
		if err != nil {
			return nil, err
		}
		switch g.code {
		case dht:
			d.tables(b, g.body())
		case dri:
			d.interval = number(b)
		case sos:
			f := d.scan(b, pic.scans[len(out)])
			if d.bits.err != nil {
				return nil, d.bits.err
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
func (c *cleaner) judgeScan(f *followed) {
	if f.lost == "" && (f.odd || f.ones && f.zeros) { // damaged data may well have blocks enough
		f.lost = "the bits that fill bytes up vary"
	}
	if f.lost != "" {
		c.whole = false
	}
}

// settle decides what becomes of bytes that are no coded data.
func (c *cleaner) settle(f followed) error {
	n, gaps := int64(0), []scrub.Range(nil)
	for _, g := range f.gaps {
		b, err := c.Bytes(g.Off, int(min(g.Len, 2)))
		if err != nil {
			return err
		}
		if g.Len == 2 && b[0] == 0xFF && b[1] >= rst0 && b[1] <= rst7 { // a restart marker behind the last block, as some encoders write it
			continue
		}
		blank, err := c.Constant(g.Off, g.Len, 0)
		if err != nil {
			return err
		}
		if !blank {
			n += g.Len
		}
		gaps = append(gaps, g)
	}
	switch {
	case c.strange != "":
	case f.lost != "":
		c.Doubt("%s, in the scan at 0x%x", f.lost, f.Off)
	case n > mostBehind || 8*n > f.Len || n > 0 && !c.whole:
		c.Doubt("%d bytes of the scan at 0x%x are behind the last block", n, f.Off)
		c.whole = false
	default:
		c.gaps = append(c.gaps, gaps...)
	}
	return nil
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

// maxTables bounds the tables of a picture, of which each takes 3 to 15 KiB: encoders
// write a few for each of a hundred scans at most.
const maxTables = 1 << 10

// maxGaps bounds the list of bytes that are no coded data: there may be some in
// each interval, and as many intervals as blocks.
const maxGaps = 1 << 14

// tables takes the tables of a segment. If there are too many, no scan that
// follows can be stepped through.
func (d *decoder) tables(b []byte, off int64) {
	for len(b) >= 17 && huffmanLength(b) <= len(b) {
		if len(d.all) == maxTables {
			d.work = 0
			return
		}
		n := huffmanLength(b)
		t := newHuffmanTable(b[1:17], b[17:n])
		if t != nil {
			t.class, t.off = b[0]>>4, off+17
			d.all = append(d.all, t)
		}
		switch id := b[0] & 15; {
		case b[0]>>4 == 0 && id < 4:
			d.dc[id] = t
		case b[0]>>4 == 1 && id < 4:
			d.ac[id] = t
		}
		b, off = b[n:], off+int64(n)
	}
}

// scan steps through the scan with the header b, whose data is r.
func (d *decoder) scan(b []byte, r scrub.Range) (f followed) {
	f.Range = r
	h, ok := d.frame.scan(b)
	next, ok := d.stepper(h, ok, r.Len > shortScan)
	if !ok {
		f.lost = "a scan has no decoder"
		return f
	}
	if !h.due(&d.frame) {
		f.lost = "coefficients were there before"
		return f
	}
	d.bits.start(d.Reader, r)
	for i := range h.groups {
		if len(f.gaps) > maxGaps {
			f.lost = "there are bytes behind the last block of too many intervals"
			return f
		}
		if d.interval > 0 && i > 0 && i%d.interval == 0 {
			if !d.restart(&f, i/d.interval-1) {
				f.lost = "a restart marker is missing"
				return f
			}
			next.restart()
		}
		ok := next.step(&d.bits, i)
		if left := d.bits.left(); left < 0 || !ok && left < 16 { // the bits of a code that is cut short may be no code
			if d.bits.align() < r.End() {
				f.lost = "coded data is missing"
			}
			return f
		}
		if d.work--; !ok || d.work < 0 {
			f.lost = "coded data is damaged"
			return f
		}
	}
	h.done(&d.frame)
	f.pad(&d.bits)
	if at := d.bits.used(); at < r.End() {
		f.gaps = append(f.gaps, scrub.Range{Off: at, Len: r.End() - at})
	}
	return f
}

// restart goes on behind the next restart marker.
func (d *decoder) restart(f *followed, number int) bool {
	f.pad(&d.bits)
	at := d.bits.used()
	if end := d.bits.align(); end > at {
		f.gaps = append(f.gaps, scrub.Range{Off: at, Len: end - at})
	}
	return d.bits.restart(number)
}

// stepper steps over one group of blocks after the other.
type stepper interface {
	step(b *bitReader, group int) bool
	restart()
}

// shortScan is the length of scans, in bytes, through which it takes less time to
// step code by code than to prepare for more.
const shortScan = 8 << 10

// stepper returns the one for a scan, if all tables are there.
func (d *decoder) stepper(h scanHeader, ok, long bool) (stepper, bool) {
	if !ok {
		return nil, false
	}
	if !d.frame.progressive {
		s := sequential{}
		for _, u := range h.units {
			s = append(s, tablePair{d.dc[u.dc], d.ac[u.ac]})
			if d.dc[u.dc] == nil || d.ac[u.ac] == nil {
				return nil, false
			}
			if long {
				d.ac[u.ac].prepare()
			}
		}
		return s, true
	}
	if h.from == 0 && h.refines {
		return levelBits(len(h.units)), true
	}
	if h.from == 0 {
		s := levels{}
		for _, u := range h.units {
			s = append(s, d.dc[u.dc])
			if d.dc[u.dc] == nil {
				return nil, false
			}
		}
		return s, true
	}
	s := &band{from: h.from, to: h.to, refines: h.refines, ac: d.ac[h.units[0].ac], blocks: d.frame.components[h.units[0].component].blocks}
	return s, s.ac != nil
}
