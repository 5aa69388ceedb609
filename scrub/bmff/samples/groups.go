package samples

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// Groups are how the samples of a track, or of a fragment of it, are grouped (8.9).
type Groups struct {
	described  map[string]int64 // how many groups there are of a type, 0 if that can't be read
	assigned   map[string]bool  // types by which samples are grouped
	samples    int64
	Outer      *Groups // of the track, for those of a fragment
	Fragmented bool    // fragments may group their samples by what is described here
}

// groupForms are the descriptions of groups that a player can use, with their length
// (ISO/IEC 14496-12, 10; 14496-15, 8.4; 23001-7, 6).
var groupForms = map[string]struct {
	len  int64
	read box.Form
}{
	"roll": {2, func(f *box.Fields) { f.Signed(16, 1<<12) }},
	"prol": {2, func(f *box.Fields) { f.Signed(16, 1<<12) }},
	"rap ": {1, func(f *box.Fields) {
		if f.Take(1) == 0 {
			f.Zero(7)
		} else {
			f.UpTo(7, 64)
		}
	}},
	"sync": {1, func(f *box.Fields) { f.Zero(2); f.UpTo(6, 23) }},
	"seig": {20, func(f *box.Fields) { f.Zero(8); f.Take(8); f.UpTo(8, 1); f.Among(8, 0, 8, 16); f.Take(128) }},
}

// groupsForm is sgpd of a type (8.9.3).
func groupsForm(typ string, count *int64) box.Form {
	entry := groupForms[typ]
	return func(f *box.Fields) {
		version := f.UpTo(8, 2)
		f.Zero(22)
		f.Take(2)
		f.Is(typ)
		each := entry.len
		if version > 0 {
			each = f.Among(32, 0, entry.len)
		}
		if version > 1 {
			f.UpTo(32, 256)
		}
		*count = f.UpTo(32, 256)
		for range min(*count, 256) {
			if each == 0 {
				f.Among(32, entry.len)
			}
			entry.read(f)
		}
	}
}

// Read notes which groups a stbl or traf box describes and which it uses.
func (g *Groups) Read(w *box.Walk, b box.Box, samples int64) error {
	g.samples = samples
	g.described, g.assigned = map[string]int64{}, map[string]bool{}
	_, err := box.Each(w.Scan, b.Body(), b.End(), func(c box.Box) error {
		if c.Type != "sgpd" && c.Type != "sbgp" {
			return nil
		}
		h := w.Get(c.Body(), int(min(c.Size(), box.MostFields)))
		if len(h) < 8 {
			return nil
		}
		typ := string(h[4:8])
		_, known := groupForms[typ]
		_, twice := g.described[typ]
		switch {
		case c.Type == "sbgp":
			g.assigned[typ] = true
		case known:
			f, n := box.NewFields(h), int64(0)
			groupsForm(typ, &n)(f)
			if f.Bad || f.Bytes() > int64(len(h)) || twice {
				n = 0
			}
			g.described[typ] = n
		}
		return nil
	})
	return err
}

// GroupType reads the type of a grouping.
func GroupType(w *box.Walk, b box.Box) (string, error) {
	h := w.Get(b.Body(), int(min(b.Size(), 8)))
	if len(h) < 8 {
		return "", nil
	}
	return string(h[4:8]), nil
}

// groups claims sgpd (8.9.3).
func (k Kind) groups(w *box.Walk, g *Groups, b box.Box, place string) error {
	typ, err := GroupType(w, b)
	if err != nil {
		return err
	}
	if g.described[typ] == 0 || !g.assigned[typ] && !g.Fragmented || typ == "seig" && k.Clear {
		return w.Unneeded(b, place)
	}
	var n int64
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	end, _, err := w.Formed(b.Body(), b.Size(), groupsForm(typ, &n), place)
	if err != nil {
		return err
	}
	return w.Slack(b, end, place)
}

// grouping claims sbgp (8.9.2): runs of samples, and which of the groups that are
// described each belongs to. Groups of the fragment itself count from 0x10001.
func (k Kind) grouping(w *box.Walk, g *Groups, b box.Box, place string) error {
	typ, err := GroupType(w, b)
	if err != nil {
		return err
	}
	outer, inner := g.described[typ], int64(0)
	if g.Outer != nil {
		outer, inner = g.Outer.described[typ], outer
	}
	h := w.Get(b.Body(), int(min(b.Size(), 16)))
	countAt, parameter := int64(8), uint32(0)
	if len(h) >= 12 && h[0] == 1 {
		countAt, parameter = 12, box.Uint32(h[8:]) // that these types have none of
	}
	c, err := w.Column(b, countAt, 8)
	if box.Damaged(err) || outer+inner == 0 || typ == "seig" && k.Clear {
		return w.Unneeded(b, place)
	}
	left := g.samples
	for i := range c.N {
		row, err := c.Row(i)
		if err != nil {
			return err
		}
		index := int64(box.Uint32(row[4:]))
		if left -= int64(box.Uint32(row)); left < 0 || index > outer && (index <= 0x10000 || index > 0x10000+inner) {
			return w.Unneeded(b, place)
		}
	}
	_, err = w.Rows(b, countAt, 8, 0, place)
	if err == nil && parameter != 0 {
		w.Rewrite(b.Body()+8, make([]byte, 4), scrub.Hidden, place+"/parameter")
	}
	return err
}
