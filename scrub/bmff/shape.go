package bmff

import "untag/scrub"

// shape is what a small box that stays may hold: fields of a known length,
// flags that mean something, and reserved bytes, which have to be zero.
type shape struct {
	size     [2]int64 // of the body in version 0 and 1
	full     bool     // version and flags come first
	flags    uint32   // those that are defined
	reserved []scrub.Range
}

func fullShape(size int64, flags uint32, reserved ...scrub.Range) shape {
	return shape{[2]int64{size, size}, true, flags, reserved}
}

func plainShape(size int64) shape { return shape{size: [2]int64{size, size}} }

// shapes are boxes of fixed length (ISO/IEC 14496-12, QuickTime File Format).
// Those in sample entries have their own list.
var shapes = map[string]shape{
	"vmhd": fullShape(12, 1), "smhd": fullShape(8, 0, scrub.Range{Off: 6, Len: 2}),
	"nmhd": fullShape(4, 0), "sthd": fullShape(4, 0), "gmin": fullShape(16, 0, scrub.Range{Off: 14, Len: 2}),
	"clef": fullShape(12, 0), "prof": fullShape(12, 0), "enof": fullShape(12, 0), "txas": plainShape(0),
	"msrc": fullShape(8, 0), "ster": fullShape(8, 0), "cstg": fullShape(8, 0), "snut": fullShape(8, 0),
	"trex": fullShape(24, 0), "mehd": {[2]int64{8, 12}, true, 0, nil}, "mfhd": fullShape(8, 0), "mfro": fullShape(8, 0),
}

// shaped claims a box of fixed length: what is more than its fields goes.
func (p *parser) shaped(b box, place string) error {
	form := shapes[b.typ]
	n, at := form.size[0], int64(0)
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	if form.full {
		version, _, err := p.flags(b, form.flags, place)
		if err != nil {
			return err
		}
		n, at = form.size[min(version, 1)], 4
	}
	n = min(n, b.size())
	for _, r := range form.reserved {
		if r.End() > n {
			break
		}
		p.s.Claim(b.body()+at, r.Off-at, scrub.Structure, place)
		if err := p.zero(b.body()+r.Off, r.Len, scrub.Hidden, place+"/reserved", ""); err != nil {
			return err
		}
		at = r.End()
	}
	p.s.Claim(b.body()+at, n-at, scrub.Structure, place)
	return p.slack(b, b.body()+n, place)
}

// mediaHeader claims the header of a kind of media. That of picture has a colour,
// which means something only where the picture is blended with what is below.
func (p *parser) mediaHeader(b box, place string) error {
	if err := p.shaped(b, place); err != nil || b.typ != "vmhd" && b.typ != "gmin" || b.size() < 12 {
		return err
	}
	h, err := p.s.Bytes(b.body()+4, 8)
	if err != nil {
		return err
	}
	const copied, dithered = 0, 0x40
	mode, colour := be16(h), string(h[2:])
	if (mode == copied || mode == dithered) && colour != "\x80\x00\x80\x00\x80\x00" && colour != "\x00\x00\x00\x00\x00\x00" {
		p.rewrite(b.body()+6, make([]byte, 6), scrub.Hidden, place+"/opcolor")
	}
	return nil
}

// flags claims version and flags of a full box and clears flags that are not
// defined: nobody reads them.
func (p *parser) flags(b box, defined uint32, place string) (version byte, flags uint32, err error) {
	version, flags, err = fullHead(p.s, b)
	if err != nil {
		return 0, 0, err
	}
	p.s.Claim(b.body(), 4, scrub.Structure, place)
	if flags&^defined != 0 {
		p.rewrite(b.body()+1, put32(flags & defined)[1:], scrub.Hidden, place+"/flags")
	}
	return version, flags & defined, nil
}

// rewrite reports claimed structure that says something, and replaces it.
func (p *parser) rewrite(off int64, data []byte, kind scrub.Kind, place string) {
	if p.stays(off, int64(len(data)), kind) {
		return
	}
	if p.s.Found(scrub.Finding{Kind: kind, Place: place, Off: off, Len: int64(len(data))}) {
		p.s.Put(scrub.Repair, off, data)
	}
}

// slack claims what follows the last field of a box.
func (p *parser) slack(b box, end int64, place string) error {
	return p.zero(end, b.end()-end, scrub.Hidden, place+"/slack", "")
}

// table is where a box keeps a count of entries and how long each is.
type table struct {
	countAt, width int64
	flags          uint32 // that are defined
}

// tables of fixed entries; the count is in four bytes at countAt of the body.
var tableShapes = map[string]table{
	"stts": {4, 8, 0}, "ctts": {4, 8, 0}, "stss": {4, 4, 0}, "stps": {4, 4, 0}, "stsc": {4, 12, 0}, "stco": {4, 4, 0}, "co64": {4, 8, 0},
}

// rows claims a table of fixed entries, and what follows the last one.
func (p *parser) rows(b box, form table, place string) (column, error) {
	c, err := p.column(b, form.countAt, form.width)
	if err != nil {
		return c, err
	}
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	if _, _, err := p.flags(b, form.flags, place); err != nil {
		return c, err
	}
	end := c.off + c.n*c.width
	p.s.Claim(b.body()+4, end-b.body()-4, scrub.Structure, place)
	return c, p.slack(b, end, place)
}

// shorten leaves the first n rows of a claimed table, since nothing can use the
// others.
func (p *parser) shorten(b box, c column, n int64, place string) {
	off, length := c.off+n*c.width, (c.n-n)*c.width
	if p.s.Found(scrub.Finding{Kind: scrub.Hidden, Place: place + "/unused", Off: off, Len: length}) {
		p.s.Put(scrub.Unlink, c.off-4, put32(uint32(n)))
		p.s.Fill(scrub.Destroy, off, length, 0)
	}
}

// editList claims elst (8.6.6).
func (p *parser) editList(b box, place string) error {
	edits, _, err := p.edits(b)
	if err != nil {
		return err
	}
	c, err := p.rows(b, table{4, edits.width, 1}, place)
	for i := int64(0); err == nil && i < c.n; i++ {
		if row, failed := c.row(i); failed != nil {
			err = failed
		} else if rate := row[len(row)-4]; rate != 0 && rate != 0xff {
			p.s.Doubt("a field has a value that it can't have")
		}
	}
	return err
}
