package still

import (
	"bytes"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/entry"
)

// property is a box of ipco (8.11.14): what items have, by its place in the list.
type property struct {
	box.Box
	users []*item
	text  string // of auxC: what the picture is for
	marks []mark // where it is said to be essential
}

// use is a property that an item has.
type use struct {
	index     int // from 0
	essential bool
}

// mark is a byte of ipma, whose highest bit says that a property is essential.
type mark struct {
	off  int64
	byte byte
}

// maxProperties is what the numbers in ipma can name.
const maxProperties = 1<<15 - 1

func (p *Pictures) readProperties(b box.Box) error {
	var associations []box.Box
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		switch c.Type {
		case "ipco":
			if len(p.properties) > 0 {
				p.Distrust("a table of items is there twice")
			}
			_, err := p.Children(c.Body(), c.End(), p.readProperty)
			return err
		case "ipma":
			associations = append(associations, c)
		}
		return nil
	})
	if len(p.properties) == 0 {
		p.Distrust("items have no properties")
	}
	for _, c := range associations {
		if err == nil {
			err = p.readAssociations(c)
		}
	}
	return err
}

func (p *Pictures) readProperty(b box.Box) error {
	if len(p.properties) >= maxProperties {
		return p.Unsupportedf(b.Off, "more than %d properties", maxProperties)
	}
	r := &property{Box: b}
	p.properties = append(p.properties, r)
	if b.Type != "auxC" || b.Size() < 5 {
		return nil
	}
	h, err := p.Bytes(b.Body()+4, int(min(b.Size()-4, scrub.MaxValue)))
	r.text = upTo(h)
	return err
}

// associations reads ipma: which items have which properties.
func associations(f *box.Fields, visit func(id uint32, u use, at int)) {
	wide := f.UpTo(8, 1) == 1
	f.Zero(23)
	long := f.Take(1) == 1
	for range f.Number(32) {
		id := number(f, wide)
		for range f.Number(8) {
			at := f.At / 8
			u := use{essential: f.Take(1) == 1}
			if u.index = f.Take(7); long {
				u.index = u.index<<8 | f.Take(8)
			}
			u.index--
			if f.Bytes() > int64(len(f.Data)) {
				f.Bad = true
				return
			}
			visit(id, u, at)
		}
		if f.Bytes() > int64(len(f.Data)) {
			f.Bad = true
			return
		}
	}
}

func (p *Pictures) readAssociations(b box.Box) error {
	f, err := p.fields(b)
	if err != nil {
		return err
	}
	associations(f, func(id uint32, u use, at int) {
		it := p.item(id)
		switch {
		case u.index < 0: // none
			if it != nil {
				p.without = append(p.without, it)
			}
		case u.index >= len(p.properties), it == nil:
			p.Distrust("a property is named that there is not")
		case len(it.uses) > 255, slices.ContainsFunc(it.uses, func(v use) bool { return v.index == u.index }):
			p.Distrust("an item has a property twice")
		default:
			it.uses = append(it.uses, u)
			r := p.properties[u.index]
			if r.users = append(r.users, it); u.essential {
				r.marks = append(r.marks, mark{b.Body() + int64(at), f.Data[at]})
			}
		}
	})
	if f.Bad {
		return p.Errorf(b.Off, "the properties of items can't be read")
	}
	return nil
}

// has returns a property of an item of one of the types, nil if it has none.
func (p *Pictures) has(it *item, types ...string) *property {
	for _, u := range it.uses {
		if r := p.properties[u.index]; slices.Contains(types, r.Type) {
			return r
		}
	}
	return nil
}

// claimProperties claims iprp. What goes of ipma is noted while ipco is claimed.
func (p *Pictures) claimProperties(b box.Box, place string) error {
	return p.Inside(b, place, func(c box.Box) error {
		switch c.Type {
		case "ipco":
			i := 0
			return p.Inside(c, place+"/ipco", func(c box.Box) error {
				i++
				return p.claimProperty(p.properties[i-1], place+"/ipco/"+c.Name())
			})
		case "ipma":
			return p.tableBox(c, func(f *box.Fields) { associations(f, func(uint32, use, int) {}) }, place+"/ipma")
		}
		return p.Other(c, place+"/"+c.Name())
	})
}

// claimProperty claims one property. One that goes becomes a free box, since others are
// known by their places in the list.
func (p *Pictures) claimProperty(r *property, place string) error {
	t, ok := known()["property"][r.Type]
	switch {
	case r.Type == "free" || r.Type == "skip":
		p.unmark(r)
		return p.Filler(r.Box, place)
	case r.Type == "colr" && p.colourless(r):
		t.Kind = scrub.Unknown
	case ok && t.Role != 0 && p.needed(r):
		return p.keepProperty(r, place)
	case ok && t.Role != 0 && p.lost(r):
		p.Doubtful(r.Box, place)
		return nil
	case ok && t.Role != 0 && len(r.users) == 0:
		t.Kind = scrub.Hidden
	case !ok:
		t.Kind = scrub.Unknown
	}
	if ok && t.Role != 0 && p.Careful {
		p.Doubtful(r.Box, place)
		return nil
	}
	if !ok && box.Nearly(r.Type, propertyTypes()) {
		p.Doubtful(r.Box, place)
		return nil
	}
	if r.Type == "uuid" {
		place += "/user type"
	}
	text := ""
	if h, err := p.Bytes(r.Body(), int(min(r.Size(), scrub.MaxValue))); err == nil && t.Kind == scrub.Caption {
		text = words(h)
	}
	if p.Drop(r.Box, t.Kind, place, text) {
		p.unmark(r)
	}
	return nil
}

// colourless tells whether colours are described in a way that nobody knows.
func (p *Pictures) colourless(r *property) bool {
	kinds := []string{"nclx", "nclc", "prof", "rICC"}
	h, err := p.Bytes(r.Body(), int(min(r.Size(), 4)))
	return err == nil && len(h) == 4 && !slices.Contains(kinds, string(h)) && !box.Nearly(string(h), kinds) && !p.Careful
}

// needed tells whether a picture has use of a property.
func (p *Pictures) needed(r *property) bool {
	switch r.Type {
	case "cmin", "cmex": // of stereoscopic pictures; of others they tell which camera it was
		return slices.ContainsFunc(r.users, func(it *item) bool { return p.grouped(it.id, "ster") })
	}
	return len(r.users) > 0
}

// lost tells whether a property that no picture has may be one of a picture that is said to
// have none, or another, but for one bit of its number: one that others have, too, while it has
// none of this type beside that.
func (p *Pictures) lost(r *property) bool {
	number := slices.Index(p.properties, r) + 1
	for bit := 1; bit <= maxProperties && len(r.users) == 0; bit <<= 1 {
		i := (number ^ bit) - 1
		users := p.without
		if i >= len(p.properties) {
			continue
		}
		if i >= 0 {
			if users = p.properties[i].users; len(users) < 2 {
				continue
			}
		}
		for _, it := range users {
			if !slices.ContainsFunc(it.uses, func(u use) bool { return u.index != i && p.properties[u.index].Type == r.Type }) {
				return true
			}
		}
	}
	return false
}

// unmark says of a property that goes that it is not essential: readers refuse pictures
// with an essential one that they don't know.
func (p *Pictures) unmark(r *property) {
	for _, m := range r.marks {
		p.Put(scrub.Announce, m.off, []byte{m.byte &^ 0x80})
	}
}

// configs are the properties without which a decoder can't be set up.
var configs = []string{"hvcC", "lhvC", "av1C", "avcC", "vvcC"}

func (p *Pictures) keepProperty(r *property, place string) error {
	switch {
	case slices.Contains(configs, r.Type):
		return entry.Config(p.Walk, r.Box, place)
	case r.Cut, r.Type == "colr" && p.Careful: // of a wrong length, a profile would take what follows for its tail
		p.Claim(r.Off, r.Len, scrub.Render, place)
		return nil
	case r.Type == "colr":
		return entry.Colour(p.Walk, r.Box, place)
	case r.Type == "auxC":
		return p.auxiliary(r, place)
	}
	read := forms[r.Type]
	if read == nil {
		read = entry.Forms[r.Type]
	}
	if read == nil {
		return p.Opaque(r.Box, place)
	}
	return p.FormedBox(r.Box, read, place)
}

// auxiliary claims auxC (ISO/IEC 23008-12, 6.5.8): what follows the type are messages of
// HEVC that tell more of pictures which don't stay.
func (p *Pictures) auxiliary(r *property, place string) error {
	if _, ok := known()["aux"][r.text]; !ok {
		p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: r.Off, Len: r.Len, Value: box.Printable([]byte(r.text))})
		p.Doubt("a picture is for something that nobody knows")
		p.Keep(r.Box, place)
		return nil
	}
	if _, _, err := p.Flags(r.Box, 0, place); err != nil {
		return err
	}
	end := min(r.Body()+4+int64(len(r.text))+1, r.End())
	p.Claim(r.Body()+4, end-r.Body()-4, scrub.Structure, place)
	return p.Zero(end, r.End()-end, scrub.Hidden, place+"/subtype", "")
}

// words are what people read of texts behind version and flags.
func words(h []byte) string {
	for i, c := range h {
		if c == 0 {
			h[i] = ' '
		}
	}
	return box.Printable(bytes.TrimSpace(h))
}
