// Package still reads and claims the items of still pictures in boxes: HEIF, HEIC, AVIF, AVCI
// (ISO/IEC 23008-12; ISO/IEC 14496-12, 8.11; the AV1 Image File Format). An item that goes is
// emptied where it lies: its entries in the tables stay, since other items are named by their
// numbers, and nothing moves.
//
// Start with [Read] and [Pictures.Settle].
package still

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/header"
	"untag/scrub/bmff/media"
)

// Pictures are the items of one meta box.
type Pictures struct {
	*box.Walk
	Box   box.Box
	Idat  scrub.Range // data of items in the box itself (8.11.11)
	Films bool        // there are films beside them
	Clip  bool        // there is the clip of a motion photo that stays
	media *media.Data

	items      []*item         // by their numbers
	entries    map[int64]*item // by where the boxes of their types are
	references []*reference
	properties []*property
	without    []*item           // items that are said to have no property, perhaps beside others
	groups     map[uint32]string // types of those that an item is in
	primary    uint32
	tables     map[string]int      // boxes of each type that were read
	wide       bool                // references have numbers of 32 bits
	mapped     *item               // the gain map that stays
	told       bool                // EXIF tells how the picture is turned
	resolved   int                 // extents that were looked at to find others
	parents    map[uint32][]uint32 // items that the bytes of one are of
	odd        bool                // tiles of a picture are not what they should be
}

// maxItems is more than a picture of 256 by 128 tiles has.
const maxItems = 1 << 15

// IsPictures tells whether a meta box holds items of pictures: by its handler (6.2), or among other
// pictures by its tables. Named is true if the handler says so.
func IsPictures(w *box.Walk, b box.Box, among bool) (is, named bool, err error) {
	const head = 4 + 8 + 4 + 4 + 4
	if b.Size() < head {
		return among, false, nil
	}
	h := w.Get(b.Body(), head)
	if string(h[8:12]) == "hdlr" && string(h[20:24]) == "pict" {
		return true, true, nil
	}
	if !among {
		return false, false, nil
	}
	tables := int64(4)
	if string(h[8:12]) == "hdlr" {
		tables += int64(box.Uint32(h[4:])) // the name in a handler may read like that of a table
	}
	among, err = w.Holds(b.Body()+tables, b.Size()-tables, []string{"iinf", "iloc", "iprp", "pitm", "ipma"})
	return among, false, err
}

// Read reads what the items are, and claims nothing.
func Read(w *box.Walk, b box.Box, d *media.Data) (*Pictures, error) {
	p := &Pictures{Walk: w, Box: b, media: d, tables: map[string]int{}, entries: map[int64]*item{}}
	if b.Size() < 4 {
		return p, w.Errorf(b.Off, "box \"meta\" has %d bytes, expected 12 or more", b.Len)
	}
	readers := map[string]func(box.Box) error{"iinf": p.readInfo, "iref": p.readReferences, "iprp": p.readProperties, "pitm": p.readPrimary, "grpl": p.readGroups}
	var places box.Box
	_, err := w.Children(b.Body()+4, b.End(), func(c box.Box) error {
		p.tables[c.Type]++
		switch c.Type {
		case "iloc":
			places = c
		case "idat":
			p.Idat = scrub.Range{Off: c.Body(), Len: c.Size()}
		}
		if read := readers[c.Type]; read != nil {
			return p.leniently(read(c))
		}
		return nil
	})
	if err == nil && places.Type != "" {
		err = p.leniently(p.readPlaces(places))
	}
	return p, err
}

// leniently distrusts items of which a table is damaged: what the others tell is still of use.
func (p *Pictures) leniently(err error) error {
	if box.Damaged(err) {
		p.Distrust(scrub.Reason(err, "a table of items is damaged"))
		return nil
	}
	return err
}

// item returns the item of that number, nil if there is none.
func (p *Pictures) item(id uint32) *item {
	i, ok := slices.BinarySearchFunc(p.items, id, func(it *item, id uint32) int { return int(int64(it.id) - int64(id)) })
	if !ok {
		return nil
	}
	return p.items[i]
}

// add returns the item of that number, which may be a new one.
func (p *Pictures) add(id uint32) (*item, error) {
	i, ok := slices.BinarySearchFunc(p.items, id, func(it *item, id uint32) int { return int(int64(it.id) - int64(id)) })
	if ok {
		return p.items[i], nil
	}
	if len(p.items) >= maxItems {
		return nil, p.Unsupportedf(p.Box.Off, "more than %d items", maxItems)
	}
	it := &item{id: id}
	p.items = slices.Insert(p.items, i, it)
	return it, nil
}

// Settle claims the box and what its items are made of.
func (p *Pictures) Settle() error {
	p.media.Asked = true
	p.media.Proven = p.proven
	slices.SortFunc(p.media.Bodies, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	p.judge()
	if err := p.claimItems(); err != nil {
		return err
	}
	b := p.Box
	w := p.Walk
	w.Claim(b.Off, b.Head, scrub.Structure, "meta")
	if err := w.Zero(b.Body(), 4, scrub.Hidden, "meta/flags", ""); err != nil {
		return err
	}
	rest, err := w.Children(b.Body()+4, b.End(), func(c box.Box) error {
		return w.Attempt(c, "meta/"+c.Name(), p.child)
	})
	if err != nil {
		return err
	}
	return w.Rest(rest, b.End(), "meta")
}

// child claims a box of meta (8.11.1).
func (p *Pictures) child(b box.Box) error {
	place := "meta/" + b.Name()
	if p.tables[b.Type] > 1 && slices.Contains([]string{"iinf", "iloc", "iref", "iprp", "pitm", "idat", "hdlr"}, b.Type) {
		p.Distrust("a table of items is there twice")
	}
	switch b.Type {
	case "hdlr":
		return p.Handler(b, place)
	case "dinf":
		return header.Claim(p.Walk, b, place)
	case "pitm":
		return p.FormedBox(b, primaryForm, place)
	case "iinf":
		return p.claimInfo(b, place)
	case "iloc":
		return p.claimPlaces(b, place)
	case "iref":
		return p.claimReferences(b, place)
	case "iprp":
		return p.claimProperties(b, place)
	case "grpl":
		return p.claimGroups(b, place)
	case "idat":
		p.Claim(b.Off, b.Head, scrub.Structure, place)
		return nil
	case "ipro":
		p.Doubt("items that are encrypted can't be looked into")
		p.Keep(b, place)
		return nil
	}
	return p.Other(b, place)
}

// primaryForm is pitm (8.11.4).
func primaryForm(f *box.Fields) {
	wide := f.UpTo(8, 1) == 1
	f.Zero(24)
	number(f, wide)
}

// number reads the number of an item.
func number(f *box.Fields, wide bool) uint32 {
	if wide {
		return uint32(f.Number(32))
	}
	return uint32(f.Number(16))
}

func (p *Pictures) readPrimary(b box.Box) error {
	h, err := p.Bytes(b.Body(), int(min(b.Size(), 8)))
	if err == nil {
		f := box.NewFields(h)
		wide := f.UpTo(8, 1) == 1
		f.Zero(24)
		p.primary = number(f, wide)
	}
	return err
}

// readPrimary and the others read fields of a table that is read at once.
func (p *Pictures) fields(b box.Box) (*box.Fields, error) {
	const most = scrub.MaxPiece
	if b.Size() > most {
		return nil, p.Errorf(b.Off, "box %q has %d bytes, expected %d or fewer", b.Name(), b.Len, most)
	}
	body, err := p.Bytes(b.Body(), int(b.Size()))
	if err != nil {
		return nil, err
	}
	return box.NewFields(body), nil
}
