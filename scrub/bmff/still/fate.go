package still

import (
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/media"
	"untag/scrub/codec"
	"untag/scrub/gainmap"
)

// fate is what becomes of an item.
type fate uint8

const (
	undecided fate = iota
	shown          // a picture, or a part of one
	reduced        // metadata, of which what the picture needs stays
	goes           // all of it
	store          // its bytes are those of others
	kept           // nobody knows what it is, and it may be needed
)

// label is what an item is called in meta, and place what it is called in the file.
func (it *item) label() string {
	name := printable(it.typ)
	switch {
	case it.typ == "":
		name = "item"
	case it.isXMP():
		name = "XMP"
	}
	return fmt.Sprintf("%s[%d]", name, it.id)
}

func (it *item) place() string { return "meta/" + it.label() }

func (it *item) isXMP() bool { return it.typ == "mime" && it.content.s == "application/rdf+xml" }

// picture tells whether an item is a picture, or the few bytes of one that is made of others.
func (it *item) picture() bool { return known()["item"][it.typ].Role == scrub.Payload }

// judge decides what becomes of all items.
func (p *Pictures) judge() {
	p.link()
	p.complete()
	for _, it := range p.items {
		p.told = p.told || it.typ == "Exif"
		switch {
		case slices.ContainsFunc(it.to, func(r *reference) bool { return r.typ == "iloc" }):
			it.fate = store
		case it.typ == "Exif", it.isXMP():
			it.fate = reduced
		case it.typ == "":
			it.fate, it.kind = goes, scrub.Hidden
		case it.picture():
			it.fate = shown
		default:
			it.fate, it.kind = goes, known()["item"][it.typ].Kind
			if it.kind == "" {
				it.kind = scrub.Unknown
			}
			if p.maybePicture(it) {
				it.fate = kept
			}
		}
	}
	p.auxiliaries()
}

// complete looks for what speaks against the tables.
func (p *Pictures) complete() {
	for _, typ := range []string{"iinf", "iloc", "iprp"} {
		if p.tables[typ] == 0 {
			p.Distrust("a table of items is missing")
		}
	}
	for id := range p.groups {
		if p.item(id) == nil && !p.Films {
			p.Distrust("a group names an item that there is not")
		}
	}
	if main := p.item(p.primary); p.tables["pitm"] > 0 && (main == nil || !main.picture()) {
		p.Distrust("there is no main picture")
	}
	for _, it := range p.items {
		switch {
		case it.typ != "" && !it.named && it.typ != "iden" && it.typ != "grid" && it.typ != "iovl":
			p.Distrust("it is not known where an item lies")
		case it.astray:
			p.Distrust("an item can't be found")
		case config(it.typ) != nil && it.extents.Size() == 0:
			p.Distrust("a coded picture has no bytes")
		case it.sealed:
			p.Doubt("items that are encrypted can't be looked into")
		case config(it.typ) != nil && p.has(it, config(it.typ)...) == nil:
			p.Distrust("a coded picture without the description of its codec")
		}
	}
}

// maybePicture tells whether an item of a type that nobody knows may be a picture: it has
// what pictures have, or other pictures are made of it, or its type is damaged.
func (p *Pictures) maybePicture(it *item) bool {
	_, named := known()["item"][it.typ]
	return p.has(it, "ispe", "hvcC", "av1C", "avcC", "vvcC", "uncC", "jpgC", "j2kH", "pixi") != nil && !named || p.madeOf(it) ||
		!named && slices.ContainsFunc(itemTypes(), func(t string) bool { return near(it.typ, t) })
}

// madeOf tells whether a picture is made of an item.
func (p *Pictures) madeOf(it *item) bool {
	return slices.ContainsFunc(it.to, func(r *reference) bool {
		return slices.Contains([]string{"dimg", "base", "exbl", "tbas", "prem"}, r.typ)
	})
}

// auxiliaries decides about pictures that belong to others: gain maps and transparency stay,
// depth and the outlines of people go, and so do thumbnails.
func (p *Pictures) auxiliaries() {
	for _, it := range p.items {
		if it.fate != shown {
			continue
		}
		switch r := p.has(it, "auxC"); {
		case p.isMap(it):
			if p.Goes(scrub.Render, scrub.GainMap) {
				p.leave(it, scrub.GainMap)
			} else if p.mapped == nil {
				p.mapped = it
			}
		case r != nil && it.refers("auxl"):
			t, ok := known()["aux"][r.text]
			if !ok {
				it.fate = kept
			} else if t.Role == 0 {
				p.leave(it, t.Kind)
			}
		case it.refers("thmb") && p.smaller(it):
			p.leave(it, scrub.Thumbnail)
		}
	}
	p.follow()
}

// refers tells whether an item makes a reference of that type.
func (it *item) refers(typ string) bool {
	return slices.ContainsFunc(it.from, func(r *reference) bool { return r.typ == typ })
}

// isMap tells whether an item is a gain map: by its type, or since a picture is made with it.
func (p *Pictures) isMap(it *item) bool {
	if r := p.has(it, "auxC"); r != nil && slices.Contains(gainmap.Auxiliary, r.text) {
		return true
	}
	return slices.ContainsFunc(it.to, func(r *reference) bool {
		maker := p.item(r.id)
		return r.typ == "dimg" && maker.typ == "tmap" && len(r.ids) == 2 && r.ids[1] == it.id
	})
}

// leave has a picture go that belongs to another one, if nothing else needs it.
func (p *Pictures) leave(it *item, kind scrub.Kind) {
	role := scrub.Identify
	if kind == scrub.GainMap {
		role = scrub.Render
	}
	if it.id == p.primary || p.madeOf(it) || p.grouped(it.id, "") || !p.Goes(role, kind) {
		return
	}
	it.fate, it.kind = goes, kind
}

// smaller tells whether an item is smaller than what it is the thumbnail of.
func (p *Pictures) smaller(it *item) bool {
	for _, r := range it.from {
		if r.typ != "thmb" || len(r.ids) != 1 {
			continue
		}
		a, b := p.has(it, "ispe"), p.has(p.item(r.ids[0]), "ispe")
		if a == nil || b == nil {
			return false
		}
		small, err := p.Bytes(a.Body(), int(min(a.Size(), 12)))
		large, err2 := p.Bytes(b.Body(), int(min(b.Size(), 12)))
		return err == nil && err2 == nil && len(small) == 12 && len(large) == 12 && area(small) < area(large)
	}
	return false
}

func area(ispe []byte) uint64 {
	var n [2]uint64
	for i, c := range ispe[4:] {
		n[i/4] = n[i/4]<<8 | uint64(c)
	}
	return n[0] * n[1]
}

// follow has go what only pictures that go are made of, or have: tiles, transparency.
func (p *Pictures) follow() {
	const deepest = 8
	again := true
	for range deepest {
		if !again {
			return
		}
		again = false
		for _, it := range p.items {
			if it.fate != shown || it.id == p.primary || p.grouped(it.id, "") {
				continue
			}
			masters := 0
			left := false
			var kind scrub.Kind
			for _, r := range it.to {
				if r.typ == "dimg" || r.typ == "base" {
					masters++
					m := p.item(r.id)
					left = left || m.fate != goes
					kind = m.kind
				}
			}
			for _, r := range it.from {
				if r.typ != "auxl" {
					continue
				}
				for _, id := range r.ids {
					masters++
					m := p.item(id)
					left = left || m.fate != goes
					kind = m.kind
				}
			}
			if masters > 0 && !left {
				it.fate, it.kind, again = goes, kind, true
			}
		}
	}
}

// config is the property without which a decoder can't be set up for an item of a type.
func config(typ string) []string {
	switch typ {
	case "hvc1", "hev1":
		return []string{"hvcC"}
	case "av01":
		return []string{"av1C"}
	case "avc1":
		return []string{"avcC"}
	case "vvc1":
		return []string{"vvcC"}
	case "lhv1":
		return []string{"lhvC", "hvcC"}
	case "unci":
		return []string{"uncC"}
	}
	return nil
}

// samples describes an item as one sample of a track, for what looks into them.
func (p *Pictures) samples(it *item) (*media.Samples, error) {
	t := &media.Samples{}
	switch it.typ {
	case "jpeg":
		t.Codec.Kind = codec.Pictures
	case "j2k1":
		t.Codec.Kind = codec.JPEG2000
	}
	r := p.has(it, config(it.typ)...)
	if r == nil || !slices.Contains(configs, r.Type) {
		return t, nil
	}
	off, n := r.Body(), r.Size()
	if r.Type == "vvcC" { // a full box
		off, n = off+4, n-4
	}
	_, err := t.Codec.Record(r.Type, p.Reader, off, n)
	if scrub.Refusal(err) {
		err = nil // whoever claims it says so
	}
	return t, err
}
