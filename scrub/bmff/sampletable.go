package bmff

import (
	"untag/scrub"
)

// sampleTables claims stbl.
func (p *parser) sampleTables(t *track, b box, place string) error {
	if err := p.readGroups(&t.groups, b, t.tables.samples); err != nil {
		return err
	}
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		switch c.typ {
		case "stsd":
			return p.descriptions(t, c, at)
		case "free", "skip":
			return p.filler(c, at)
		}
		return p.sampleTable(t, c, at)
	})
}

// sampleTable claims one table of stbl. What follows its last entry, and what
// no sample can have use of, goes.
func (p *parser) sampleTable(t *track, b box, place string) error {
	if form, ok := tableShapes[b.typ]; ok {
		c, err := p.rows(b, form, place)
		if err != nil {
			return err
		}
		return p.unused(t, b, c, place)
	}
	switch b.typ {
	case "stsz":
		return p.sized(b, 12+4*t.tables.sizes.n, 0, place)
	case "stz2":
		bits := 8 * t.tables.sizes.width
		if bits == 0 {
			bits = 4
		}
		return p.sized(b, 12+(t.tables.samples*bits+7)/8, 0, place)
	case "sdtp":
		return p.dependencies(b, t.tables.samples, place)
	case "cslg":
		return p.compositionShift(b, place)
	}
	return p.sampleProperty(t, &t.groups, b, place)
}

// dependencies claims sdtp (8.6.4), where three of the four numbers of a sample are
// never 3.
func (p *parser) dependencies(b box, samples int64, place string) error {
	c := column{r: p.s.Reader, off: b.body() + 4, n: min(samples, b.size()-4), width: 1}
	for i := range c.n {
		row, err := c.row(i)
		if err != nil {
			return err
		}
		if v := row[0] & 0x3f; v&(v>>1)&0x15 != 0 {
			p.drop(b, scrub.Unknown, place, "")
			return nil
		}
	}
	return p.sized(b, 4+samples, 0, place)
}

// compositionShift claims cslg (8.6.1.4): a shift, the least and the greatest of the
// offsets, and where the movie begins and ends.
func (p *parser) compositionShift(b box, place string) error {
	return p.readBox(b, func(f *fields) {
		n := 32 + 32*int(f.upTo(8, 1))
		f.zero(24)
		for range 4 {
			f.signed(n, small)
		}
		if f.number(n) > small { // zero says that the end is not known
			f.at -= n
			f.zero(n)
		}
	}, place)
}

// sized claims a full box of n bytes, and what follows them.
func (p *parser) sized(b box, n int64, flags uint32, place string) error {
	n = min(n, b.size())
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	if _, _, err := p.flags(b, flags, place); err != nil {
		return err
	}
	p.s.Claim(b.body()+4, n-4, scrub.Structure, place)
	return p.slack(b, b.body()+n, place)
}

// unused looks for rows that are for no sample, where the tables agree with each
// other. The first row of stsc is in force whatever it says.
func (p *parser) unused(t *track, b box, c column, place string) error {
	if len(p.distrusts) > 0 {
		return nil
	}
	last := t.tables.samples
	switch b.typ {
	case "stts", "ctts":
		return p.unusedTimes(b, c, last, place)
	case "stsc":
		last = t.tables.chunkOff.n
	case "stss", "stps":
	default:
		return nil
	}
	for i := range c.n {
		row, err := c.row(i)
		if err != nil {
			return err
		}
		if int64(be32(row)) > last && (i > 0 || b.typ != "stsc") {
			p.shorten(b, c, i, place)
			return nil
		}
	}
	return nil
}

// unusedTimes is unused for tables that say for how many samples each row is.
func (p *parser) unusedTimes(b box, c column, samples int64, place string) error {
	for i := range c.n {
		row, err := c.row(i)
		if err != nil {
			return err
		}
		n := int64(be32(row))
		if samples <= 0 && n > 0 {
			p.shorten(b, c, i, place)
			return nil
		}
		if n == 0 && be32(row[4:]) != 0 {
			p.rewrite(c.off+i*c.width, make([]byte, c.width), scrub.Hidden, place+"/unused")
		}
		if n > samples && samples > 0 {
			p.rewrite(c.off+i*c.width, put32(uint32(samples)), scrub.Hidden, place+"/unused")
			n = samples
		}
		if v := int64(int32(be32(row[4:]))); n > 0 && max(v, -v) > small {
			p.s.Doubt("a field has a value that it can't have")
		}
		samples -= n
	}
	return nil
}

// sampleProperty claims the boxes that stbl and traf have in common: properties
// of samples that are not their size, place or time.
func (p *parser) sampleProperty(t *track, g *groups, b box, place string) error {
	clear := t != nil && !t.encrypted
	switch b.typ {
	case "senc", "saiz", "saio":
		if clear {
			p.drop(b, scrub.Unknown, place, "")
			return nil
		}
		return p.protectionTable(b, place)
	case "sbgp":
		return p.grouping(t, g, b, place)
	case "sgpd":
		return p.groups(t, g, b, place)
	case "subs": // pictures in subtitles
		if t == nil || isText(t.handler) {
			return p.subsamples(b, place)
		}
	}
	p.drop(b, scrub.Unknown, place, "")
	return nil
}

// protectionTable claims where the data of sample encryption is (8.7.8, 8.7.9)
// and the data itself, which only the key can read.
func (p *parser) protectionTable(b box, place string) error {
	if b.typ == "senc" {
		p.keep(b, place)
		return nil
	}
	if b.typ == "saio" {
		c, err := p.offsetsOf(b)
		if err != nil {
			return err
		}
		return p.sized(b, c.off+c.n*c.width-b.body(), 1, place)
	}
	sizes, err := p.auxiliarySizes(b)
	if err != nil {
		return err
	}
	_, flags, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	n := 4 + 8*int64(flags&1) + 5
	if sizes.all == 0 {
		n += sizes.each.n
	}
	return p.sized(b, n, 1, place)
}

// subsamples claims subs (8.7.7).
func (p *parser) subsamples(b box, place string) error {
	version, flags, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	width := int64(8)
	if version == 1 {
		width = 10
	}
	c, err := p.column(b, 4, 6)
	if err != nil {
		return err
	}
	at := c.off
	for range c.n {
		if b.end()-at < 6 {
			return p.s.Errorf(b.off, "box \"subs\" ends before its last entry")
		}
		h, err := p.s.Bytes(at, 6)
		if err != nil {
			return err
		}
		at += 6 + width*int64(be16(h[4:]))
	}
	if at > b.end() {
		return p.s.Errorf(b.off, "box \"subs\" ends before its last entry")
	}
	return p.sized(b, at-b.body(), flags, place)
}
