package bmff

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// items claims ilst. gone is set for each key whose item does not stay.
func (p *parser) items(m *metadata, b box.Box, place string, gone []bool) (stays bool, err error) {
	for i := range gone {
		gone[i] = true
	}
	p.Claim(b.Off, b.Head, scrub.Structure, place)
	rest, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		if c.Type == "free" || c.Type == "skip" {
			return p.Filler(c, place+"/free")
		}
		stay, err := p.item(m, c, place)
		if i := int(box.Uint32([]byte(c.Type))) - 1; stay && m.handler == "mdta" && i >= 0 && i < len(gone) {
			gone[i] = false
		}
		stays = stays || stay
		return err
	})
	if err != nil {
		return false, err
	}
	return stays, p.RestOfTags(rest, b.End(), place)
}

// item claims one item of ilst.
func (p *parser) item(m *metadata, b box.Box, place string) (stays bool, err error) {
	it, err := p.readItem(b)
	if box.Damaged(err) {
		return !p.Drop(b, scrub.Unknown, place+"/"+b.Name(), ""), nil
	}
	if err != nil {
		return false, err
	}
	name, ok := m.itemName(b, it)
	place += "/" + name
	switch {
	case !ok:
		return !p.Drop(b, scrub.Unknown, place, ""), nil
	case m.handler == "mdta":
		it.verdict = keyVerdict(name)
	default:
		it.verdict = itemVerdict(b.Type, it)
	}
	if it.kind == scrub.Cover && !it.extra && !p.Goes(it.role, it.kind) {
		return p.pictures(b, it, place)
	}
	tells := scrub.Kind("")
	if it.role != 0 {
		tells = it.unfit(p)
	}
	switch {
	case (it.role == 0 || tells != "") && it.gapless():
		p.Claim(b.Off, b.Len, scrub.Identify, place)
		p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.Off, Len: b.Len, Value: it.text()})
		p.Doubt("%s is damaged", place)
		return true, nil
	case tells != "" && b.Type == "\xa9day" && !p.recorder: // the day goes and the year stays
	case tells != "":
		return !p.dropWords(b, tells, place, it.text()), nil
	case name == "com.apple.quicktime.year" && !isYear(it.value):
		it.verdict = verdict{0, scrub.Time}
	}
	return p.judgeItem(b, it, place)
}

// itemName is what an item is called: by its key, or by its type, to which a
// free-form item adds a name of its own. ok is false if there is no such key.
func (m *metadata) itemName(b box.Box, it item) (name string, ok bool) {
	switch {
	case m.handler == "mdta":
		i := int(box.Uint32([]byte(b.Type))) - 1
		if i < 0 || i >= len(m.keys) {
			return b.Name(), false
		}
		return m.keys[i].name, true
	case b.Type == "----":
		return b.Name() + "/" + it.name, true
	}
	return b.Name(), true
}

// judgeItem claims an item whose verdict is known.
func (p *parser) judgeItem(b box.Box, it item, place string) (stays bool, err error) {
	if it.role == 0 {
		return !p.Drop(b, it.kind, place, it.text()), nil
	}
	goes := p.Found(scrub.Finding{Kind: it.kind, Role: it.role, Place: place, Off: b.Off, Len: b.Len, Value: it.text()})
	if goes {
		p.Claim(b.Off, b.Len, scrub.Identify, place)
		p.Retire(b, scrub.Unlink, scrub.Destroy)
		return false, nil
	}
	if b.Type == "\xa9day" && len(it.value) > 4 {
		return p.year(b, it, place)
	}
	p.Claim(b.Off, b.Len, it.role, place)
	return true, p.locales(it, place)
}

// locales clears the country and language of values that stay: where the
// device was bought is no part of a title.
func (p *parser) locales(it item, place string) error {
	for _, d := range it.data {
		off := d.Body() + 4
		empty, err := p.Constant(off, 4, 0)
		if err != nil {
			return err
		}
		if !empty && it.role != scrub.Render {
			p.Rewrite(off, make([]byte, 4), scrub.Place, place+"/locale")
		}
	}
	return nil
}

// year keeps the first four bytes of a date of release and makes the rest of the
// item a free box beside it, or spaces where it is too short for one: readers
// take no other box inside of an item.
func (p *parser) year(b box.Box, it item, place string) (stays bool, err error) {
	d := it.data[0]
	keepEnd := d.Body() + 8 + 4
	left := b.End() - keepEnd
	if len(it.data) != 1 || d.Head != 8 || b.Head != 8 || d.End() != b.End() || !isYear(it.value[:4]) {
		return !p.Drop(b, scrub.Time, place, ""), nil
	}
	if err := p.locales(it, place); err != nil {
		return false, err
	}
	if blank, err := p.Constant(keepEnd, left, ' '); err != nil || blank {
		p.Claim(b.Off, b.Len, scrub.Describe, place)
		return true, err
	}
	p.Found(scrub.Finding{Kind: scrub.Time, Place: place, Off: keepEnd, Len: left, Value: string(it.value[4:min(len(it.value), 32)])})
	if !p.Goes(scrub.Identify, scrub.Time) {
		p.Claim(b.Off, b.Len, scrub.Describe, place)
		return true, nil
	}
	p.Claim(b.Off, d.Off+4-b.Off, scrub.Structure, place)
	p.Claim(d.Off+4, keepEnd-d.Off-4, scrub.Describe, place)
	p.Claim(keepEnd, left, scrub.Identify, place)
	if left < 8 {
		p.Fill(scrub.Destroy, keepEnd, left, ' ')
		return true, nil
	}
	p.Put(scrub.Unlink, keepEnd, append(box.Bytes32(uint32(left)), box.FreeType...))
	p.Fill(scrub.Destroy, keepEnd+8, left-8, 0)
	p.Put(scrub.Destroy, d.Off, box.Bytes32(uint32(d.Len-left)))
	p.Put(scrub.Repair, b.Off, box.Bytes32(uint32(b.Len-left)))
	return true, nil
}

// pictures has the pictures of covr cleaned as media of their own. One that can't
// be cleaned goes.
func (p *parser) pictures(b box.Box, it item, place string) (stays bool, err error) {
	mark := p.Point()
	p.Claim(b.Off, b.Head, scrub.Structure, place)
	rest, err := box.Each(p.Scan, b.Body(), b.End(), func(c box.Box) error {
		p.Claim(c.Off, c.Head, scrub.Structure, place)
		switch c.Type {
		case "data":
			return p.coverPicture(c, place)
		case "name": // of the file that it was; readers of covr know no other box
			return p.Zero(c.Body(), c.Size(), scrub.Comment, place+"/name", "")
		}
		return p.Blank(c.Body(), c.Size(), 0, scrub.Hidden, place)
	})
	if err == nil {
		err = p.RestOfTags(rest, b.End(), place)
	}
	if scrub.Refusal(err) {
		p.Reset(mark)
		return !p.Drop(b, scrub.Unknown, place, "a picture that can't be read"), nil
	}
	if err != nil {
		return false, err
	}
	p.Found(scrub.Finding{Kind: scrub.Cover, Role: scrub.Describe, Place: place, Off: b.Off, Len: b.Len})
	return len(it.data) > 0, nil
}

// coverPicture claims one value of covr.
func (p *parser) coverPicture(d box.Box, place string) error {
	p.Claim(d.Body(), 8, scrub.Structure, place)
	if err := p.locales(item{data: []box.Box{d}}, place); err != nil || d.Size() == 8 {
		return err
	}
	return p.MediumOf(scrub.Describe, scrub.Extents{{Off: d.Body() + 8, Len: d.Size() - 8}}, place)
}
