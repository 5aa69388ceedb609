package bmff

import "untag/scrub"

// metadata is a meta box (8.11): handler, keys (QuickTime) and items.
type metadata struct {
	box      box
	children int64 // where they start
	handler  string
	keys     []key
}

// key is one entry of keys: items are numbered by it, from 1.
type key struct {
	off, len int64
	name     string
	strange  bool // its namespace is none that is known
}

// maxItems bounds keys and items; iTunes writes some thirty.
const maxItems = 4096

// meta claims a meta box and tells whether something in it stays. It goes as a
// whole if nothing does: readers refuse one without a handler. Of one that is
// damaged the items that can be read stay.
func (p *parser) meta(b box, place string) (stays bool, err error) {
	p.tags++
	defer func() { p.tags-- }()
	mark := p.s.Point()
	m, err := p.readMeta(b)
	if err == nil && !m.listed() {
		return !p.drop(b, scrub.MakerNote, place, ""), nil
	}
	if err == nil {
		stays, err = p.list(m, place)
	}
	if damaged(err) {
		p.s.Reset(mark)
		if stays, err = p.rescue(b, place); stays || err != nil {
			return stays, err
		}
		p.s.Reset(mark)
		return !p.drop(b, scrub.Unknown, place, ""), nil
	}
	if err != nil || stays || p.careful {
		return stays, err
	}
	if !p.s.Edited(mark) {
		p.s.Found(scrub.Finding{Kind: scrub.Software, Place: place, Off: b.off, Len: b.len, Value: "empty, as its writer leaves it"})
	}
	p.collapse(mark, b, place)
	return false, nil
}

// listed tells whether what the box holds is items of a list.
func (m *metadata) listed() bool { return m.handler == "mdta" || m.handler == "mdir" }

// rescue lists a damaged meta box carefully, and tells whether something in it stays.
func (p *parser) rescue(b box, place string) (stays bool, err error) {
	if p.careful {
		return false, nil
	}
	before := p.distrusts
	p.careful = true
	m, err := p.readMeta(b)
	if err == nil && m.listed() {
		stays, err = p.list(m, place)
	}
	p.careful = false
	switch {
	case stays && err == nil:
		p.s.Doubt("%s is damaged", place)
		return true, nil
	case damaged(err):
		err = nil
	}
	p.distrusts = before
	return false, err
}

// list claims what a meta box holds and tells whether something of it stays.
func (p *parser) list(m *metadata, place string) (stays bool, err error) {
	b := m.box
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	if err := p.zero(b.body(), m.children-b.body(), scrub.Hidden, place+"/flags", ""); err != nil {
		return false, err
	}
	gone := make([]bool, len(m.keys))
	rest, err := p.children(m.children, b.end(), func(c box) error {
		at := place + "/" + c.name()
		switch c.typ {
		case "hdlr":
			return p.handler(c, at)
		case "keys":
			return nil // after the items are judged
		case "ilst":
			stays, err = p.items(m, c, at, gone)
			return err
		case "free", "skip":
			return p.filler(c, at)
		}
		p.drop(c, scrub.Unknown, at, "")
		return nil
	})
	if err == nil {
		err = p.restOf(rest, b.end(), place)
	}
	if err == nil {
		err = p.keys(m, place, gone)
	}
	return stays, err
}

// readMeta finds out whether the box is a full box, as ISO has it, or a plain
// one, as QuickTime has it: the handler comes first in both.
func (p *parser) readMeta(b box) (*metadata, error) {
	m := &metadata{box: b, children: b.body()}
	h, err := p.s.Bytes(b.body(), int(min(b.size(), 12)))
	if err != nil {
		return nil, err
	}
	if len(h) >= 12 && string(h[8:12]) == "hdlr" {
		m.children += 4
	}
	_, err = p.children(m.children, b.end(), func(c box) error {
		switch {
		case c.typ == "hdlr" && c.size() >= 12:
			h, err := p.s.Bytes(c.body()+8, 4)
			m.handler = string(h)
			return err
		case c.typ == "keys":
			return p.readKeys(c, m)
		}
		return nil
	})
	return m, err
}

// readKeys reads the table of keys: size, namespace, name.
func (p *parser) readKeys(b box, m *metadata) error {
	_, err := p.children(b.body()+8, b.end(), func(c box) error {
		if len(m.keys) == maxItems {
			return p.s.Errorf(b.off, "more than %d keys", maxItems)
		}
		name, err := p.s.Bytes(c.body(), int(min(c.size(), scrub.MaxValue)))
		m.keys = append(m.keys, key{c.off, c.len, string(name), c.typ != "mdta" && c.typ != "udta"})
		return err
	})
	return err
}

// keys claims the table of keys. Numbers must not change, so the name of a key
// whose item went is overwritten in its place.
func (p *parser) keys(m *metadata, place string, gone []bool) error {
	_, err := p.children(m.children, m.box.end(), func(c box) error {
		if c.typ != "keys" {
			return nil
		}
		p.s.Claim(c.off, c.head, scrub.Structure, place+"/keys")
		if _, _, err := p.flags(c, 0, place+"/keys"); err != nil {
			return err
		}
		at, end := c.body()+4, c.body()+8
		for i, k := range m.keys {
			if k.off < c.off || k.off >= c.end() {
				continue
			}
			if end = max(end, k.off+k.len); k.strange {
				p.rewrite(k.off+4, []byte("mdta"), scrub.Hidden, place+"/keys/namespace")
			}
			if !gone[i] || k.len <= 8 {
				continue
			}
			p.s.Claim(at, k.off+8-at, scrub.Structure, place+"/keys")
			at = k.off + k.len
			if err := p.blankKey(k, place+"/keys"); err != nil {
				return err
			}
		}
		end = min(end, c.end())
		p.s.Claim(at, end-at, scrub.Structure, place+"/keys")
		return p.slack(c, end, place+"/keys")
	})
	return err
}

func (p *parser) blankKey(k key, place string) error {
	off, n := k.off+8, k.len-8
	constant, err := p.s.Constant(off, n, 'x')
	if err != nil {
		return err
	}
	if constant {
		p.s.Claim(off, n, scrub.Structure, place)
		return nil
	}
	p.s.Claim(off, n, scrub.Identify, place)
	p.s.Fill(scrub.Repair, off, n, 'x')
	return nil
}
