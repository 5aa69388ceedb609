package bmff

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// sampleTables claims stbl.
func (p *parser) sampleTables(t *track, b box.Box, place string) error {
	if err := p.readGroups(&t.groups, b, t.tables.samples); err != nil {
		return err
	}
	return p.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		switch c.Type {
		case "stsd":
			return p.descriptions(t, c, at)
		case "free", "skip":
			return p.Filler(c, at)
		}
		return p.sampleTable(t, c, at)
	})
}

// sampleTable claims one table of stbl. What follows its last entry, and what
// no sample can have use of, goes.
func (p *parser) sampleTable(t *track, b box.Box, place string) error {
	if width, ok := tableWidths[b.Type]; ok {
		c, err := p.Rows(b, 4, width, 0, place)
		if err != nil {
			return err
		}
		return p.unused(t, b, c, place)
	}
	switch b.Type {
	case "stsz":
		return p.Sized(b, 12+4*t.tables.sizes.N, 0, place)
	case "stz2":
		bits := 8 * t.tables.sizes.Width
		if bits == 0 {
			bits = 4
		}
		return p.Sized(b, 12+(t.tables.samples*bits+7)/8, 0, place)
	case "sdtp":
		return p.dependencies(b, t.tables.samples, place)
	case "cslg":
		return p.compositionShift(b, place)
	}
	return p.sampleProperty(t, &t.groups, b, place)
}

// dependencies claims sdtp (8.6.4), where three of the four numbers of a sample are
// never 3.
func (p *parser) dependencies(b box.Box, samples int64, place string) error {
	c := box.Column{Reader: p.Reader, Off: b.Body() + 4, N: min(samples, b.Size()-4), Width: 1}
	for i := range c.N {
		row, err := c.Row(i)
		if err != nil {
			return err
		}
		if v := row[0] & 0x3f; v&(v>>1)&0x15 != 0 {
			p.Drop(b, scrub.Unknown, place, "")
			return nil
		}
	}
	return p.Sized(b, 4+samples, 0, place)
}

// compositionShift claims cslg (8.6.1.4): a shift, the least and the greatest of the
// offsets, and where the movie begins and ends.
func (p *parser) compositionShift(b box.Box, place string) error {
	return p.FormedBox(b, func(f *box.Fields) {
		n := 32 + 32*int(f.UpTo(8, 1))
		f.Zero(24)
		for range 4 {
			f.Signed(n, box.Small)
		}
		if f.Number(n) > box.Small { // zero says that the end is not known
			f.At -= n
			f.Zero(n)
		}
	}, place)
}

// unused looks for rows that are for no sample, where the tables agree with each
// other. The first row of stsc is in force whatever it says.
func (p *parser) unused(t *track, b box.Box, c box.Column, place string) error {
	if len(p.Distrusts) > 0 {
		return nil
	}
	last := t.tables.samples
	switch b.Type {
	case "stts", "ctts":
		return p.unusedTimes(b, c, last, place)
	case "stsc":
		last = t.tables.chunkOff.N
	case "stss", "stps":
	default:
		return nil
	}
	for i := range c.N {
		row, err := c.Row(i)
		if err != nil {
			return err
		}
		if int64(box.Uint32(row)) > last && (i > 0 || b.Type != "stsc") {
			p.Shorten(b, c, i, place)
			return nil
		}
	}
	return nil
}

// unusedTimes is unused for tables that say for how many samples each row is.
func (p *parser) unusedTimes(b box.Box, c box.Column, samples int64, place string) error {
	for i := range c.N {
		row, err := c.Row(i)
		if err != nil {
			return err
		}
		n := int64(box.Uint32(row))
		if samples <= 0 && n > 0 {
			p.Shorten(b, c, i, place)
			return nil
		}
		if n == 0 && box.Uint32(row[4:]) != 0 {
			p.Rewrite(c.Off+i*c.Width, make([]byte, c.Width), scrub.Hidden, place+"/unused")
		}
		if n > samples && samples > 0 {
			p.Rewrite(c.Off+i*c.Width, box.Bytes32(uint32(samples)), scrub.Hidden, place+"/unused")
			n = samples
		}
		if v := int64(int32(box.Uint32(row[4:]))); n > 0 && max(v, -v) > box.Small {
			p.Doubt("a field has a value that it can't have")
		}
		samples -= n
	}
	return nil
}

// sampleProperty claims the boxes that stbl and traf have in common: properties
// of samples that are not their size, place or time.
func (p *parser) sampleProperty(t *track, g *groups, b box.Box, place string) error {
	clear := t != nil && !t.encrypted
	switch b.Type {
	case "senc", "saiz", "saio":
		if clear {
			p.Drop(b, scrub.Unknown, place, "")
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
	p.Drop(b, scrub.Unknown, place, "")
	return nil
}

// protectionTable claims where the data of sample encryption is (8.7.8, 8.7.9)
// and the data itself, which only the key can read.
func (p *parser) protectionTable(b box.Box, place string) error {
	if b.Type == "senc" {
		p.Keep(b, place)
		return nil
	}
	if b.Type == "saio" {
		c, err := p.offsetsOf(b)
		if err != nil {
			return err
		}
		return p.Sized(b, c.Off+c.N*c.Width-b.Body(), 1, place)
	}
	sizes, err := p.auxiliarySizes(b)
	if err != nil {
		return err
	}
	_, flags, err := box.FullHead(p.Scan, b)
	if err != nil {
		return err
	}
	n := 4 + 8*int64(flags&1) + 5
	if sizes.all == 0 {
		n += sizes.each.N
	}
	return p.Sized(b, n, 1, place)
}

// subsamples claims subs (8.7.7).
func (p *parser) subsamples(b box.Box, place string) error {
	version, flags, err := box.FullHead(p.Scan, b)
	if err != nil {
		return err
	}
	width := int64(8)
	if version == 1 {
		width = 10
	}
	c, err := p.Column(b, 4, 6)
	if err != nil {
		return err
	}
	at := c.Off
	for range c.N {
		if b.End()-at < 6 {
			return p.Errorf(b.Off, "box \"subs\" ends before its last entry")
		}
		h, err := p.Bytes(at, 6)
		if err != nil {
			return err
		}
		at += 6 + width*int64(box.Uint16(h[4:]))
	}
	if at > b.End() {
		return p.Errorf(b.Off, "box \"subs\" ends before its last entry")
	}
	return p.Sized(b, at-b.Body(), flags, place)
}
