package bmff

import "untag/scrub"

// groups are how the samples of a track, or of a fragment of it, are grouped (8.9).
type groups struct {
	described  map[string]int64 // how many groups there are of a type, 0 if that can't be read
	assigned   map[string]bool  // types by which samples are grouped
	samples    int64
	outer      *groups // of the track, for those of a fragment
	fragmented bool    // fragments may group their samples by what is described here
}

// groupForms are the descriptions of groups that a player can use, with their length
// (ISO/IEC 14496-12, 10; 14496-15, 8.4; 23001-7, 6).
var groupForms = map[string]struct {
	len  int64
	read form
}{
	"roll": {2, func(f *fields) { f.signed(16, 1<<12) }},
	"prol": {2, func(f *fields) { f.signed(16, 1<<12) }},
	"rap ": {1, func(f *fields) {
		if f.take(1) == 0 {
			f.zero(7)
		} else {
			f.upTo(7, 64)
		}
	}},
	"sync": {1, func(f *fields) { f.zero(2); f.upTo(6, 23) }},
	"seig": {20, func(f *fields) { f.zero(8); f.take(8); f.upTo(8, 1); f.among(8, 0, 8, 16); f.take(128) }},
}

// groupsForm is sgpd of a type (8.9.3).
func groupsForm(typ string, count *int64) form {
	entry := groupForms[typ]
	return func(f *fields) {
		version := f.upTo(8, 2)
		f.zero(22)
		f.take(2)
		f.is(typ)
		each := entry.len
		if version > 0 {
			each = f.among(32, 0, entry.len)
		}
		if version > 1 {
			f.upTo(32, 256)
		}
		*count = f.upTo(32, 256)
		for range min(*count, 256) {
			if each == 0 {
				f.among(32, entry.len)
			}
			entry.read(f)
		}
	}
}

// readGroups notes which groups a stbl or traf box describes and which it uses.
func (p *parser) readGroups(g *groups, b box, samples int64) error {
	g.samples = samples
	g.described, g.assigned = map[string]int64{}, map[string]bool{}
	_, err := children(p.s, b.body(), b.end(), func(c box) error {
		if c.typ != "sgpd" && c.typ != "sbgp" {
			return nil
		}
		h, err := p.s.Bytes(c.body(), int(min(c.size(), mostFields)))
		if err != nil || len(h) < 8 {
			return err
		}
		typ := string(h[4:8])
		_, known := groupForms[typ]
		_, twice := g.described[typ]
		switch {
		case c.typ == "sbgp":
			g.assigned[typ] = true
		case known:
			f, n := newFields(h), int64(0)
			groupsForm(typ, &n)(f)
			if f.bad || f.bytes() > int64(len(h)) || twice {
				n = 0
			}
			g.described[typ] = n
		}
		return nil
	})
	return err
}

// groupType reads the type of a grouping.
func (p *parser) groupType(b box) (string, error) {
	h, err := p.s.Bytes(b.body(), int(min(b.size(), 8)))
	if err != nil || len(h) < 8 {
		return "", err
	}
	return string(h[4:8]), nil
}

// groups claims sgpd.
func (p *parser) groups(t *track, g *groups, b box, place string) error {
	typ, err := p.groupType(b)
	if err != nil {
		return err
	}
	if g.described[typ] == 0 || !g.assigned[typ] && !g.fragmented || typ == "seig" && t != nil && !t.encrypted {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	var n int64
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	end, _, err := p.formed(b.body(), b.size(), groupsForm(typ, &n), place)
	if err != nil {
		return err
	}
	return p.slack(b, end, place)
}

// grouping claims sbgp (8.9.2): runs of samples, and which of the groups that are
// described each belongs to. Groups of the fragment itself count from 0x10001.
func (p *parser) grouping(t *track, g *groups, b box, place string) error {
	typ, err := p.groupType(b)
	if err != nil {
		return err
	}
	outer, inner := g.described[typ], int64(0)
	if g.outer != nil {
		outer, inner = g.outer.described[typ], outer
	}
	h, err := p.s.Bytes(b.body(), int(min(b.size(), 16)))
	if err != nil {
		return err
	}
	form, parameter := table{8, 8, 0}, uint32(0)
	if len(h) >= 12 && h[0] == 1 {
		form.countAt, parameter = 12, be32(h[8:]) // that these types have none of
	}
	c, err := p.column(b, form.countAt, form.width)
	if damaged(err) || outer+inner == 0 || typ == "seig" && t != nil && !t.encrypted {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	left := g.samples
	for i := range c.n {
		row, err := c.row(i)
		if err != nil {
			return err
		}
		index := int64(be32(row[4:]))
		if left -= int64(be32(row)); left < 0 || index > outer && (index <= 0x10000 || index > 0x10000+inner) {
			p.drop(b, scrub.Unknown, place, "")
			return nil
		}
	}
	_, err = p.rows(b, form, place)
	if err == nil && parameter != 0 {
		p.rewrite(b.body()+8, make([]byte, 4), scrub.Hidden, place+"/parameter")
	}
	return err
}
