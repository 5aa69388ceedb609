package bmff

import "untag/scrub"

// items claims ilst. gone is set for each key whose item does not stay.
func (p *parser) items(m *metadata, b box, place string, gone []bool) (stays bool, err error) {
	for i := range gone {
		gone[i] = true
	}
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	rest, err := p.children(b.body(), b.end(), func(c box) error {
		if c.typ == "free" || c.typ == "skip" {
			return p.filler(c, place+"/free")
		}
		stay, err := p.item(m, c, place)
		if i := int(be32([]byte(c.typ))) - 1; stay && m.handler == "mdta" && i >= 0 && i < len(gone) {
			gone[i] = false
		}
		stays = stays || stay
		return err
	})
	if err != nil {
		return false, err
	}
	return stays, p.restOf(rest, b.end(), place)
}

// item claims one item of ilst.
func (p *parser) item(m *metadata, b box, place string) (stays bool, err error) {
	it, err := p.readItem(b)
	if damaged(err) {
		return !p.drop(b, scrub.Unknown, place+"/"+b.name(), ""), nil
	}
	if err != nil {
		return false, err
	}
	name, ok := m.itemName(b, it)
	place += "/" + name
	switch {
	case !ok:
		return !p.drop(b, scrub.Unknown, place, ""), nil
	case m.handler == "mdta":
		it.verdict = keyVerdict(name)
	default:
		it.verdict = itemVerdict(b.typ, it)
	}
	if it.kind == scrub.Cover && !it.extra && !p.s.Goes(it.role, it.kind) {
		return p.pictures(b, it, place)
	}
	tells := scrub.Kind("")
	if it.role != 0 {
		tells = it.unfit(p)
	}
	switch {
	case (it.role == 0 || tells != "") && it.gapless():
		p.s.Claim(b.off, b.len, scrub.Identify, place)
		p.s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.off, Len: b.len, Value: it.text()})
		p.s.Doubt("%s is damaged", place)
		return true, nil
	case tells != "" && b.typ == "\xa9day" && !p.recorder: // the day goes and the year stays
	case tells != "":
		return !p.dropWords(b, tells, place, it.text()), nil
	case name == "com.apple.quicktime.year" && !isYear(it.value):
		it.verdict = verdict{0, scrub.Time}
	}
	return p.judgeItem(b, it, place)
}

// itemName is what an item is called: by its key, or by its type, to which a
// free-form item adds a name of its own. ok is false if there is no such key.
func (m *metadata) itemName(b box, it item) (name string, ok bool) {
	switch {
	case m.handler == "mdta":
		i := int(be32([]byte(b.typ))) - 1
		if i < 0 || i >= len(m.keys) {
			return b.name(), false
		}
		return m.keys[i].name, true
	case b.typ == "----":
		return b.name() + "/" + it.name, true
	}
	return b.name(), true
}

// judgeItem claims an item whose verdict is known.
func (p *parser) judgeItem(b box, it item, place string) (stays bool, err error) {
	if it.role == 0 {
		return !p.drop(b, it.kind, place, it.text()), nil
	}
	goes := p.s.Found(scrub.Finding{Kind: it.kind, Role: it.role, Place: place, Off: b.off, Len: b.len, Value: it.text()})
	if goes {
		p.s.Claim(b.off, b.len, scrub.Identify, place)
		p.retire(b, scrub.Unlink, scrub.Destroy)
		return false, nil
	}
	if b.typ == "\xa9day" && len(it.value) > 4 {
		return p.year(b, it, place)
	}
	p.s.Claim(b.off, b.len, it.role, place)
	return true, p.locales(it, place)
}

// locales clears the country and language of values that stay: where the
// device was bought is no part of a title.
func (p *parser) locales(it item, place string) error {
	for _, d := range it.data {
		off := d.body() + 4
		empty, err := p.s.Constant(off, 4, 0)
		if err != nil {
			return err
		}
		if !empty && it.role != scrub.Render {
			p.rewrite(off, make([]byte, 4), scrub.Place, place+"/locale")
		}
	}
	return nil
}

// year keeps the first four bytes of a date of release and makes the rest of the
// item a free box beside it, or spaces where it is too short for one: readers
// take no other box inside of an item.
func (p *parser) year(b box, it item, place string) (stays bool, err error) {
	d := it.data[0]
	keepEnd := d.body() + 8 + 4
	left := b.end() - keepEnd
	if len(it.data) != 1 || d.head != 8 || b.head != 8 || d.end() != b.end() || !isYear(it.value[:4]) {
		return !p.drop(b, scrub.Time, place, ""), nil
	}
	if err := p.locales(it, place); err != nil {
		return false, err
	}
	if blank, err := p.s.Constant(keepEnd, left, ' '); err != nil || blank {
		p.s.Claim(b.off, b.len, scrub.Describe, place)
		return true, err
	}
	p.s.Found(scrub.Finding{Kind: scrub.Time, Place: place, Off: keepEnd, Len: left, Value: string(it.value[4:min(len(it.value), 32)])})
	if !p.s.Goes(scrub.Identify, scrub.Time) {
		p.s.Claim(b.off, b.len, scrub.Describe, place)
		return true, nil
	}
	p.s.Claim(b.off, d.off+4-b.off, scrub.Structure, place)
	p.s.Claim(d.off+4, keepEnd-d.off-4, scrub.Describe, place)
	p.s.Claim(keepEnd, left, scrub.Identify, place)
	if left < 8 {
		p.s.Fill(scrub.Destroy, keepEnd, left, ' ')
		return true, nil
	}
	p.s.Put(scrub.Unlink, keepEnd, append(put32(uint32(left)), freeType...))
	p.s.Fill(scrub.Destroy, keepEnd+8, left-8, 0)
	p.s.Put(scrub.Destroy, d.off, put32(uint32(d.len-left)))
	p.s.Put(scrub.Repair, b.off, put32(uint32(b.len-left)))
	return true, nil
}

// pictures has the pictures of covr cleaned as media of their own. One that can't
// be cleaned goes.
func (p *parser) pictures(b box, it item, place string) (stays bool, err error) {
	mark := p.s.Point()
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	rest, err := children(p.s, b.body(), b.end(), func(c box) error {
		p.s.Claim(c.off, c.head, scrub.Structure, place)
		switch c.typ {
		case "data":
			return p.coverPicture(c, place)
		case "name": // of the file that it was; readers of covr know no other box
			return p.zero(c.body(), c.size(), scrub.Comment, place+"/name", "")
		}
		return p.s.Blank(c.body(), c.size(), 0, scrub.Hidden, place)
	})
	if err == nil {
		err = p.restOf(rest, b.end(), place)
	}
	if scrub.Refusal(err) {
		p.s.Reset(mark)
		return !p.drop(b, scrub.Unknown, place, "a picture that can't be read"), nil
	}
	if err != nil {
		return false, err
	}
	p.s.Found(scrub.Finding{Kind: scrub.Cover, Role: scrub.Describe, Place: place, Off: b.off, Len: b.len})
	return len(it.data) > 0, nil
}

// coverPicture claims one value of covr.
func (p *parser) coverPicture(d box, place string) error {
	p.s.Claim(d.body(), 8, scrub.Structure, place)
	if err := p.locales(item{data: []box{d}}, place); err != nil || d.size() == 8 {
		return err
	}
	return p.s.MediumOf(scrub.Describe, scrub.Extents{{Off: d.body() + 8, Len: d.size() - 8}}, place)
}
