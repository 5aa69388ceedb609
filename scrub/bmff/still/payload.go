package still

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/media"
	"untag/scrub/codec"
	"untag/scrub/cover"
)

// claimItems covers what the items are made of, and looks into it.
func (p *Pictures) claimItems() error {
	coded := p.looked()
	for i, it := range p.items {
		if it.astray || it.fate == store {
			continue
		}
		if it.fate != shown && !p.media.Inside(it.extents) {
			p.Distrust("an item lies outside of the media data")
			p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: it.place(), Off: it.offset(), Len: it.extents.Size()})
			continue
		}
		empty, err := false, error(nil)
		if it.fate != shown || it.hidden && !p.madeOf(it) || it.refers("auxl") || it.refers("thmb") {
			if empty, err = p.empty(it); err != nil {
				return err
			}
		}
		switch {
		case empty && (!it.isXMP() || it.coding.s != "") && it.typ != "unci" && derived[it.typ] == nil: // as an earlier run left it
			if p.unlink(it); it.cleared {
				p.Gone(scrub.Finding{Kind: cmp.Or(it.kind, scrub.Thumbnail), Place: it.place(), Off: it.offset(), Len: it.extents.Size()})
			}
			continue
		case it.fate == goes:
			err = p.remove(it)
		case it.fate == reduced && it.isXMP():
			err = p.xmp(it)
		case it.fate == reduced:
			err = p.exif(it)
		case it.fate == kept:
			p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: it.place(), Off: it.offset(), Len: it.extents.Size()})
			p.Doubt("an item of a kind or use that nobody knows may be a picture")
			err = p.media.CoverItem(&media.Samples{}, it.extents)
		default:
			err = p.shown(it, coded[i])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// offset is where an item begins.
func (it *item) offset() int64 {
	if len(it.extents) == 0 {
		return it.entry.Off
	}
	return it.extents[0].Off
}

// empty tells whether an item is nothing but zeros.
func (p *Pictures) empty(it *item) (bool, error) {
	for _, r := range it.extents {
		if b, err := p.Bytes(r.Off, int(min(r.Len, 16, p.Left(r.Off)))); err != nil || len(bytes.Trim(b, "\x00")) > 0 {
			return false, err
		}
	}
	for _, r := range it.extents {
		if zero, err := p.Constant(r.Off, min(r.Len, p.Left(r.Off)), 0); err != nil || !zero {
			return false, err
		}
	}
	return true, nil
}

// looked tells which of the items are looked into: all coded pictures in depth, else the first and the last.
func (p *Pictures) looked() map[int]bool {
	all, deep, last := map[int]bool{}, p.Deep(), -1
	for i, it := range p.items {
		if it.fate != shown || config(it.typ) == nil && it.typ != "jpeg" && it.typ != "j2k1" {
			continue
		}
		if last < 0 || deep {
			all[i] = true
		}
		last = i
	}
	if last >= 0 {
		all[last] = true
	}
	return all
}

// shown covers a picture that stays.
func (p *Pictures) shown(it *item, look bool) error {
	if read := derived[it.typ]; read != nil {
		return p.derived(it, read)
	}
	t, err := p.samples(it)
	if err != nil {
		return err
	}
	if p.unused(it) {
		p.Stuck(scrub.Finding{Kind: scrub.Hidden, Place: it.place(), Off: it.offset(), Len: it.extents.Size(), Value: "a picture that is not shown"})
		p.Doubt("there is a picture that is not shown")
	}
	switch {
	case it.typ == "unci":
		t.Codec.Kind = codec.Plain
	case t.Codec.Kind == codec.Unknown && !it.sealed:
		p.Doubt("a coded picture can't be looked into")
	case look && !it.sealed && !p.Careful:
		return p.media.CoverPicture(t, it.extents, "mdat/picture")
	}
	return p.media.CoverItem(t, it.extents)
}

// unused tells whether no program shows a picture: it is hidden, and no other is made of it. One flag
// says so, which may be damaged, so that it stays.
func (p *Pictures) unused(it *item) bool {
	return it.hidden && !it.described() && it.id != p.primary && !p.grouped(it.id, "") && !it.refers("auxl") && !it.refers("thmb")
}

// described tells whether an item is named by others that are no mere descriptions of it.
func (it *item) described() bool {
	return slices.ContainsFunc(it.to, func(r *reference) bool { return r.typ != "cdsc" })
}

// derived claims the few bytes of a picture that is made of others.
func (p *Pictures) derived(it *item, read func(*box.Fields, int)) error {
	if len(it.extents) == 0 {
		return nil
	}
	others := 0
	for _, r := range it.from {
		if r.typ == "dimg" {
			others += len(r.ids)
		}
	}
	n := it.extents.Size()
	in, err := p.Within(it.extents, "meta")
	if err != nil {
		return err
	}
	b, err := in.Bytes(0, int(min(n, box.MostFields)))
	if err != nil {
		return err
	}
	f := box.NewFields(b)
	read(f, others)
	k := f.Bytes()
	if f.Bad || k > n {
		p.Mangled("what a picture is made of can't be read")
		return p.media.CoverItem(&media.Samples{}, it.extents)
	}
	fresh, err := p.media.CoverOwn(it.extents)
	if err != nil || !fresh {
		return err
	}
	in.Claim(0, k, scrub.Structure, it.label())
	for i := int64(0); i < k; i++ {
		if f.Data[i] != f.Plain[i] && !p.Careful && in.Found(scrub.Finding{Kind: scrub.Hidden, Place: it.label() + "/reserved", Off: i, Len: 1}) {
			in.Put(scrub.Repair, i, f.Plain[i:i+1])
		}
	}
	if p.Careful {
		in.Claim(k, n-k, scrub.Identify, it.label()+"/slack")
		return nil
	}
	return in.Blank(k, n-k, 0, scrub.Hidden, it.label()+"/slack")
}

// remove has all of an item go.
func (p *Pictures) remove(it *item) error {
	f := scrub.Finding{Kind: it.kind, Place: it.place(), Off: it.offset(), Len: it.extents.Size()}
	if it.kind == scrub.GainMap {
		f.Role = scrub.Render
	}
	sure, err := p.sure(it)
	if err != nil {
		return err
	}
	if !sure {
		p.Stuck(f)
		p.Mangled("an item that should go is not what it is said to be")
		return p.media.CoverItem(&media.Samples{}, it.extents)
	}
	if !p.Found(f) {
		if it.picture() {
			return p.shown(it, true)
		}
		return p.media.CoverItem(&media.Samples{}, it.extents)
	}
	p.unlink(it)
	return p.cover(it)
}

// cover has the bytes of an item go.
func (p *Pictures) cover(it *item) error {
	for _, r := range it.extents {
		if err := p.media.CoverTag(r.Off, min(r.Len, p.Left(r.Off)), it.place()); err != nil {
			return err
		}
	}
	p.media.Asked = true
	return nil
}

// sure tells whether an item that goes is what it is said to be: a coded picture is one from its
// first byte to its last, and what is made of others has the fields of that.
func (p *Pictures) sure(it *item) (bool, error) {
	if p.Careful && (it.kind == scrub.Unknown || it.kind == scrub.Hidden) {
		return false, nil
	}
	if !it.picture() || it.typ == "unci" || it.typ == "j2k1" || derived[it.typ] != nil {
		return true, nil
	}
	t, err := p.samples(it)
	if err != nil {
		return false, err
	}
	whole, err := p.media.WholeItem(t, it.extents)
	if err != nil || whole || len(it.extents) == 0 {
		return whole, err
	}
	const sector = 512 // up to the end of which a run that was stopped has filled it
	first := it.extents[0]
	if it.typ == "jpeg" && bytes.Equal(p.Get(first.Off, int(min(3, p.Left(first.Off)))), []byte("\xff\xd8\xff")) && !p.needs(it.typ) {
		return true, nil // cameras give it a room of a fixed length
	}
	return p.Constant(first.Off, min(first.Len, sector-first.Off%sector, p.Left(first.Off)), 0)
}

// needs tells whether any picture that stays is of a type.
func (p *Pictures) needs(typ string) bool {
	return slices.ContainsFunc(p.items, func(it *item) bool { return it.fate == shown && it.typ == typ })
}

// unlink has programs forget a picture that goes: it is hidden, and belongs to no other one.
func (p *Pictures) unlink(it *item) {
	for _, r := range it.from {
		if r.ok && (r.typ == "auxl" || r.typ == "thmb") {
			r.gone, it.cleared = true, true
		}
	}
}

// printable is a type of four bytes in a place.
func printable(typ string) string { return cmp.Or(box.TypeName(typ), fmt.Sprintf("%x", typ)) }

// near tells whether a type is one bit from another.
func near(typ, other string) bool { return box.Nearly(typ, []string{other}) }

// proven tells whether all coded pictures are whole, each in bytes of its own: see [media.Data.Proven].
func (p *Pictures) proven() (bool, error) {
	var taken cover.Cover[struct{}]
	for _, it := range p.items {
		if it.fate != shown || derived[it.typ] != nil {
			continue
		}
		t, err := p.samples(it)
		if err != nil {
			return false, err
		}
		if whole, err := p.media.WholeItem(t, it.extents); err != nil || !whole {
			return false, err
		}
		for _, r := range it.extents {
			if err := taken.Add(cover.Region[struct{}]{Off: r.Off, Len: r.Len, Stays: true, Last: r.Off}); err != nil {
				return false, err
			}
		}
	}
	taken.Split()
	return !taken.Shared(), nil
}
