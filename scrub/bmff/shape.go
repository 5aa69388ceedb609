package bmff

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// shapes are boxes of fixed length (ISO/IEC 14496-12, QuickTime File Format).
// Those in sample entries have their own list.
var shapes = map[string]box.Shape{
	"vmhd": box.FullShape(12, 1), "smhd": box.FullShape(8, 0, scrub.Range{Off: 6, Len: 2}),
	"nmhd": box.FullShape(4, 0), "sthd": box.FullShape(4, 0), "gmin": box.FullShape(16, 0, scrub.Range{Off: 14, Len: 2}),
	"clef": box.FullShape(12, 0), "prof": box.FullShape(12, 0), "enof": box.FullShape(12, 0), "txas": {},
	"msrc": box.FullShape(8, 0), "ster": box.FullShape(8, 0), "cstg": box.FullShape(8, 0), "snut": box.FullShape(8, 0),
	"trex": box.FullShape(24, 0), "mehd": {Size: [2]int64{8, 12}, Full: true}, "mfhd": box.FullShape(8, 0), "mfro": box.FullShape(8, 0),
}

// shaped claims a box of the list.
func (p *parser) shaped(b box.Box, place string) error { return p.Shaped(b, shapes[b.Type], place) }

// mediaHeader claims the header of a kind of media. That of picture has a colour,
// which means something only where the picture is blended with what is below.
func (p *parser) mediaHeader(b box.Box, place string) error {
	if err := p.shaped(b, place); err != nil || b.Type != "vmhd" && b.Type != "gmin" || b.Size() < 12 {
		return err
	}
	h, err := p.Bytes(b.Body()+4, 8)
	if err != nil {
		return err
	}
	const copied, dithered = 0, 0x40
	mode, colour := box.Uint16(h), string(h[2:])
	if (mode == copied || mode == dithered) && colour != "\x80\x00\x80\x00\x80\x00" && colour != "\x00\x00\x00\x00\x00\x00" {
		p.Rewrite(b.Body()+6, make([]byte, 6), scrub.Hidden, place+"/opcolor")
	}
	return nil
}

// editList claims elst (8.6.6).
func (p *parser) editList(b box.Box, place string) error {
	edits, _, err := p.edits(b)
	if err != nil {
		return err
	}
	c, err := p.Rows(b, 4, edits.Width, 1, place)
	for i := int64(0); err == nil && i < c.N; i++ {
		if row, failed := c.Row(i); failed != nil {
			err = failed
		} else if rate := row[len(row)-4]; rate != 0 && rate != 0xff {
			p.Doubt("a field has a value that it can't have")
		}
	}
	return err
}
