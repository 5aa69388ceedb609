package still

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// reference is one box of iref: what an item has to do with others (8.11.12).
type reference struct {
	box  box.Box
	typ  string
	id   uint32 // of the item that refers
	ids  []uint32
	ok   bool // all of them are there, and it has the length that it needs
	gone bool
}

// maxReferences is more than there are of any picture.
const maxReferences = 1 << 15

// retired is the type of a reference that means nothing. Its body stays: libheif reads it
// whatever the type is, and goes on behind it.
const retired = "free"

func (p *Pictures) readReferences(b box.Box) error {
	version, _, err := box.FullHead(p.Scan, b)
	if err != nil {
		return err
	}
	p.wide = version > 0
	_, err = p.Children(b.Body()+4, b.End(), func(c box.Box) error {
		f, err := p.fields(c)
		if err != nil {
			return err
		}
		r := &reference{box: c, typ: c.Type, id: number(f, p.wide)}
		for range f.Take(16) {
			if f.Bytes() >= int64(len(f.Data)) {
				break
			}
			r.ids = append(r.ids, number(f, p.wide))
		}
		r.ok = f.Bytes() == int64(len(f.Data))
		if p.references = append(p.references, r); len(p.references) > maxReferences {
			return p.Unsupportedf(b.Off, "more than %d references", maxReferences)
		}
		return nil
	})
	return err
}

// link connects items and references of types that mean something.
func (p *Pictures) link() {
	for _, r := range p.references {
		from := p.item(r.id)
		r.ok = r.ok && from != nil && from.typ != ""
		seen := map[uint32]bool{}
		for _, id := range r.ids {
			to := p.item(id)
			r.ok = r.ok && to != nil && to.typ != "" && to != from
			p.odd = p.odd || r.typ == "dimg" && seen[id]
			seen[id] = true
		}
		if _, known := known()["reference"][r.typ]; !known {
			continue
		}
		if !r.ok {
			p.Distrust("an item refers to one that there is not")
			continue
		}
		from.from = append(from.from, r)
		for id := range seen {
			to := p.item(id)
			to.to = append(to.to, r)
		}
	}
}

// claimReferences claims iref.
func (p *Pictures) claimReferences(b box.Box, place string) error {
	if _, _, err := p.Flags(b, 0, place); err != nil {
		return err
	}
	rest, err := p.Children(b.Body()+4, b.End(), func(c box.Box) error { return p.claimReference(c, place+"/"+c.Name()) })
	if err != nil {
		return err
	}
	return p.NoRest(rest, b.End(), place)
}

func (p *Pictures) claimReference(b box.Box, place string) error {
	i, ok := slices.BinarySearchFunc(p.references, b.Off, func(r *reference, off int64) int { return cmp.Compare(r.box.Off, off) })
	if !ok {
		return p.Errorf(b.Off, "a reference that was not read")
	}
	r := p.references[i]
	_, known := known()["reference"][r.typ]
	switch {
	case r.gone:
		p.Keep(b, place)
		p.Put(scrub.Destroy, b.Off+4, []byte(retired))
	case known && r.ok, r.typ == retired && r.ok:
		p.Keep(b, place)
	case known, p.Careful, !r.ok, box.Nearly(r.typ, referenceTypes()):
		p.Doubtful(b, place)
	default:
		p.Keep(b, place)
		p.Rewrite(b.Off+4, []byte(retired), scrub.Unknown, place)
	}
	return nil
}
