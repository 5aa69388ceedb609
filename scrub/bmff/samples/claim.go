package samples

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// Kind is what the samples of a track are.
type Kind struct {
	Clear bool // nothing is encrypted
	Text  bool // subtitles, or it is not known
}

// tableWidths are full boxes of entries behind their count, by how long each is.
var tableWidths = map[string]int64{"stts": 8, "ctts": 8, "stss": 4, "stps": 4, "stsc": 12, "stco": 4, "co64": 8}

// Table claims one table of stbl. What follows its last entry, and what
// no sample can have use of, goes.
func (k Kind) Table(w *box.Walk, t *Tables, g *Groups, b box.Box, place string) error {
	if width, ok := tableWidths[b.Type]; ok {
		c, err := w.Rows(b, 4, width, 0, place)
		if err != nil {
			return err
		}
		return t.unused(w, b, c, place)
	}
	switch b.Type {
	case "stsz":
		return w.Sized(b, 12+4*t.sizes.N, 0, place)
	case "stz2":
		bits := 8 * t.sizes.Width
		if bits == 0 {
			bits = 4
		}
		return w.Sized(b, 12+(t.Count*bits+7)/8, 0, place)
	case "sdtp":
		return ClaimDependencies(w, b, t.Count, place)
	case "cslg":
		return compositionShift(w, b, place)
	}
	return k.Property(w, g, b, place)
}

// ClaimDependencies claims sdtp (8.6.4), where three of the four numbers of a sample are
// never 3.
func ClaimDependencies(w *box.Walk, b box.Box, samples int64, place string) error {
	c := box.Column{Reader: w.Reader, Off: b.Body() + 4, N: min(samples, b.Size()-4), Width: 1}
	for i := range c.N {
		row, err := c.Row(i)
		if err != nil {
			return err
		}
		if v := row[0] & 0x3f; v&(v>>1)&0x15 != 0 {
			return w.Unneeded(b, place)
		}
	}
	return w.Sized(b, 4+samples, 0, place)
}

// compositionShift claims cslg (8.6.1.4): a shift, the least and the greatest of the
// offsets, and where the movie begins and ends.
func compositionShift(w *box.Walk, b box.Box, place string) error {
	return w.FormedBox(b, func(f *box.Fields) {
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
func (t *Tables) unused(w *box.Walk, b box.Box, c box.Column, place string) error {
	if len(w.Distrusts) > 0 {
		return nil
	}
	last := t.Count
	switch b.Type {
	case "stts", "ctts":
		return unusedTimes(w, b, c, last, place)
	case "stsc":
		last = t.Offsets.N
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
			w.Shorten(b, c, i, place)
			return nil
		}
	}
	return nil
}

// unusedTimes is unused for tables that say for how many samples each row is.
func unusedTimes(w *box.Walk, b box.Box, c box.Column, samples int64, place string) error {
	for i := range c.N {
		row, err := c.Row(i)
		if err != nil {
			return err
		}
		n := int64(box.Uint32(row))
		if samples <= 0 && n > 0 {
			w.Shorten(b, c, i, place)
			return nil
		}
		if n == 0 && box.Uint32(row[4:]) != 0 {
			w.Rewrite(c.Off+i*c.Width, make([]byte, c.Width), scrub.Hidden, place+"/unused")
		}
		if n > samples && samples > 0 {
			if i < c.N-1 { // the rows behind it would be for nothing
				w.Distrust("a table is for more samples than there are")
				return nil
			}
			w.Rewrite(c.Off+i*c.Width, box.Bytes32(uint32(samples)), scrub.Hidden, place+"/unused")
			n = samples
		}
		if v := int64(int32(box.Uint32(row[4:]))); n > 0 && max(v, -v) > box.Small {
			w.Doubt("a field has a value that it can't have")
		}
		samples -= n
	}
	return nil
}

// Property claims the boxes that stbl and traf have in common: properties
// of samples that are not their size, place or time.
func (k Kind) Property(w *box.Walk, g *Groups, b box.Box, place string) error {
	switch b.Type {
	case "senc", "saiz", "saio":
		if k.Clear {
			return w.Unneeded(b, place)
		}
		return protectionTable(w, b, place)
	case "sbgp":
		return k.grouping(w, g, b, place)
	case "sgpd":
		return k.groups(w, g, b, place)
	case "subs": // pictures in subtitles
		if k.Text {
			return subsamples(w, b, place)
		}
	}
	return w.Unneeded(b, place)
}

// protectionTable claims where the data of sample encryption is (8.7.8, 8.7.9)
// and the data itself, which only the key can read.
func protectionTable(w *box.Walk, b box.Box, place string) error {
	if b.Type == "senc" {
		w.Keep(b, place)
		return nil
	}
	if b.Type == "saio" {
		c, err := offsetsOf(w, b)
		if err != nil {
			return err
		}
		return w.Sized(b, c.Off+c.N*c.Width-b.Body(), 1, place)
	}
	sizes, err := readAuxiliarySizes(w, b)
	if err != nil {
		return err
	}
	_, flags, err := box.FullHead(w.Scan, b)
	if err != nil {
		return err
	}
	n := 4 + 8*int64(flags&1) + 5
	if sizes.all == 0 {
		n += sizes.each.N
	}
	return w.Sized(b, n, 1, place)
}

// subsamples claims subs (8.7.7).
func subsamples(w *box.Walk, b box.Box, place string) error {
	version, flags, err := box.FullHead(w.Scan, b)
	if err != nil {
		return err
	}
	width := int64(8)
	if version == 1 {
		width = 10
	}
	c, err := w.Column(b, 4, 6)
	if err != nil {
		return err
	}
	at := c.Off
	for range c.N {
		if b.End()-at < 6 {
			return w.Errorf(b.Off, "box \"subs\" ends before its last entry")
		}
		at += 6 + width*int64(box.Uint16(w.Get(at, 6)[4:]))
	}
	if at > b.End() {
		return w.Errorf(b.Off, "box \"subs\" ends before its last entry")
	}
	return w.Sized(b, at-b.Body(), flags, place)
}
