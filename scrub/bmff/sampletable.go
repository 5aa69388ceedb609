package bmff

import (
	"slices"

	"untag/scrub"
)

// sampleTables claims stbl.
func (p *parser) sampleTables(t *track, b box, place string) error {
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
		return p.sized(b, 4+t.tables.samples, 0, place)
	case "stdp":
		return p.sized(b, 4+2*t.tables.samples, 0, place)
	case "padb":
		return p.sized(b, 8+(t.tables.samples+1)/2, 0, place)
	case "cslg":
		return p.shaped(b, place)
	}
	return p.sampleProperty(t, b, place)
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
		samples -= n
	}
	return nil
}

// sampleProperty claims the boxes that stbl and traf have in common: properties
// of samples that are not their size, place or time.
func (p *parser) sampleProperty(t *track, b box, place string) error {
	clear := t != nil && !t.encrypted
	switch b.typ {
	case "senc", "saiz", "saio":
		if clear {
			p.drop(b, scrub.Unknown, place, "")
			return nil
		}
		return p.protectionTable(b, place)
	case "sbgp", "csgm":
		return p.grouping(b, place)
	case "sgpd":
		return p.groups(b, place)
	case "subs":
		return p.subsamples(b, place)
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

// groupTypes are the groupings of samples that readers know (ISO/IEC 14496-12
// clause 10, -15, 23001-7, 23008-12): what others say is anybody's guess.
var groupTypes = []string{"roll", "prol", "rap ", "tele", "tsas", "stsa", "sync", "tscl", "tsl ", "rash", "alst", "avll", "avss", "seig", "scif", "trif", "nalm", "oinf", "linf",
	"vipr", "mvif", "scnm", "dtrt", "spor", "sulm", "eob ", "opth", "minp", "roll", "pasr", "tran", "eqiv", "refs", "brst", "ldrs", "sap ", "lblc", "aelm"}

// maxGroupEntry is more than any description of a group needs.
const maxGroupEntry = 256

// groupType reads the type of a grouping, and tells whether it is known.
func (p *parser) groupType(b box) (string, bool, error) {
	if b.size() < 12 {
		return "", false, p.s.Errorf(b.off, "box %q has %d bytes, expected 20 or more", b.name(), b.len)
	}
	h, err := p.s.Bytes(b.body()+4, 4)
	return string(h), slices.Contains(groupTypes, string(h)), err
}

// grouping claims sbgp and csgm (8.9.2, 8.9.5).
func (p *parser) grouping(b box, place string) error {
	_, known, err := p.groupType(b)
	if err != nil {
		return err
	}
	if !known {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	if b.typ == "csgm" {
		p.keep(b, place)
		return nil
	}
	version, _, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	form := table{8, 8, 0}
	if version == 1 {
		form.countAt = 12
	}
	_, err = p.rows(b, form, place)
	return err
}

// groups claims sgpd (8.9.3).
func (p *parser) groups(b box, place string) error {
	typ, known, err := p.groupType(b)
	if err != nil {
		return err
	}
	if !known {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	n, ok, err := p.groupsLen(b, typ)
	if err != nil {
		return err
	}
	if !ok {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	return p.sized(b, n, 3, place)
}

// groupEntries are the lengths of entries of version 0, which does not say them.
var groupEntries = map[string]int64{"roll": 2, "prol": 2, "rap ": 1, "sync": 1, "sap ": 1, "tele": 1}

// groupsLen returns how many bytes of the body of sgpd its fields take.
func (p *parser) groupsLen(b box, typ string) (n int64, ok bool, err error) {
	h, err := p.s.Bytes(b.body(), int(min(b.size(), 20)))
	if err != nil {
		return 0, false, err
	}
	each, at := groupEntries[typ], 8
	switch version := h[0]; {
	case version == 0 && each == 0:
		return b.size(), b.size() <= maxGroupEntry, nil
	case version > 0:
		each = int64(be32(h[8:]))
		at = 8 + 4*int(min(version, 2))
	}
	if len(h) < at+4 || each > maxGroupEntry {
		return 0, false, nil
	}
	count := int64(be32(h[at:]))
	n = int64(at) + 4
	if each > 0 {
		return n + count*each, count <= (b.size()-n)/each, nil
	}
	for range count {
		if b.size()-n < 4 {
			return 0, false, nil
		}
		l, err := p.s.Bytes(b.body()+n, 4)
		if err != nil {
			return 0, false, err
		}
		n += 4 + int64(be32(l))
		if be32(l) > maxGroupEntry || n > b.size() {
			return 0, false, nil
		}
	}
	return n, true, nil
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
