package bmff

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
)

// metadata is a meta box (8.11): handler, keys (QuickTime) and items.
type metadata struct {
	box      box.Box
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
func (p *parser) meta(b box.Box, place string) (stays bool, err error) {
	p.Tags++
	defer func() { p.Tags-- }()
	mark := p.Point()
	m, err := p.readMeta(b)
	if err == nil && !m.listed() {
		return !p.Drop(b, scrub.MakerNote, place, ""), nil
	}
	if err == nil {
		stays, err = p.list(m, place)
	}
	if box.Damaged(err) {
		p.Reset(mark)
		if stays, err = p.rescue(b, place); stays || err != nil {
			return stays, err
		}
		p.Reset(mark)
		return !p.Drop(b, scrub.Unknown, place, ""), nil
	}
	if err != nil || stays || p.Careful {
		return stays, err
	}
	if !p.Edited(mark) {
		p.Found(scrub.Finding{Kind: scrub.Software, Place: place, Off: b.Off, Len: b.Len, Value: "empty, as its writer leaves it"})
	}
	p.collapse(mark, b, place)
	return false, nil
}

// listed tells whether what the box holds is items of a list.
func (m *metadata) listed() bool { return m.handler == "mdta" || m.handler == "mdir" }

// rescue lists a damaged meta box carefully, and tells whether something in it stays.
func (p *parser) rescue(b box.Box, place string) (stays bool, err error) {
	if p.Careful {
		return false, nil
	}
	before := p.Distrusts
	p.Careful = true
	m, err := p.readMeta(b)
	if err == nil && m.listed() {
		stays, err = p.list(m, place)
	}
	p.Careful = false
	switch {
	case stays && err == nil:
		p.Doubt("%s is damaged", place)
		return true, nil
	case box.Damaged(err):
		err = nil
	}
	p.Distrusts = before
	return false, err
}

// list claims what a meta box holds and tells whether something of it stays.
func (p *parser) list(m *metadata, place string) (stays bool, err error) {
	b := m.box
	p.Claim(b.Off, b.Head, scrub.Structure, place)
	if err := p.Zero(b.Body(), m.children-b.Body(), scrub.Hidden, place+"/flags", ""); err != nil {
		return false, err
	}
	gone := make([]bool, len(m.keys))
	rest, err := p.Children(m.children, b.End(), func(c box.Box) error {
		at := place + "/" + c.Name()
		switch c.Type {
		case "hdlr":
			return p.handler(c, at)
		case "keys":
			return nil // after the items are judged
		case "ilst":
			stays, err = p.items(m, c, at, gone)
			return err
		case "free", "skip":
			return p.Filler(c, at)
		}
		p.Drop(c, scrub.Unknown, at, "")
		return nil
	})
	if err == nil {
		err = p.RestOfTags(rest, b.End(), place)
	}
	if err == nil {
		err = p.keys(m, place, gone)
	}
	return stays, err
}

// readMeta finds out whether the box is a full box, as ISO has it, or a plain
// one, as QuickTime has it: the handler comes first in both.
func (p *parser) readMeta(b box.Box) (*metadata, error) {
	m := &metadata{box: b, children: b.Body()}
	h, err := p.Bytes(b.Body(), int(min(b.Size(), 12)))
	if err != nil {
		return nil, err
	}
	if len(h) >= 12 && string(h[8:12]) == "hdlr" {
		m.children += 4
	}
	_, err = p.Children(m.children, b.End(), func(c box.Box) error {
		switch {
		case c.Type == "hdlr" && c.Size() >= 12:
			h, err := p.Bytes(c.Body()+8, 4)
			m.handler = string(h)
			return err
		case c.Type == "keys":
			return p.readKeys(c, m)
		}
		return nil
	})
	return m, err
}

// readKeys reads the table of keys: size, namespace, name.
func (p *parser) readKeys(b box.Box, m *metadata) error {
	_, err := p.Children(b.Body()+8, b.End(), func(c box.Box) error {
		if len(m.keys) == maxItems {
			return p.Errorf(b.Off, "more than %d keys", maxItems)
		}
		name, err := p.Bytes(c.Body(), int(min(c.Size(), scrub.MaxValue)))
		m.keys = append(m.keys, key{c.Off, c.Len, string(name), c.Type != "mdta" && c.Type != "udta"})
		return err
	})
	return err
}

// keys claims the table of keys. Numbers must not change, so the name of a key
// whose item went is overwritten in its place.
func (p *parser) keys(m *metadata, place string, gone []bool) error {
	_, err := p.Children(m.children, m.box.End(), func(c box.Box) error {
		if c.Type != "keys" {
			return nil
		}
		p.Claim(c.Off, c.Head, scrub.Structure, place+"/keys")
		if _, _, err := p.Flags(c, 0, place+"/keys"); err != nil {
			return err
		}
		at, end := c.Body()+4, c.Body()+8
		for i, k := range m.keys {
			if k.off < c.Off || k.off >= c.End() {
				continue
			}
			if end = max(end, k.off+k.len); k.strange {
				p.Rewrite(k.off+4, []byte("mdta"), scrub.Hidden, place+"/keys/namespace")
			}
			if !gone[i] || k.len <= 8 {
				continue
			}
			p.Claim(at, k.off+8-at, scrub.Structure, place+"/keys")
			at = k.off + k.len
			if err := p.blankKey(k, place+"/keys"); err != nil {
				return err
			}
		}
		end = min(end, c.End())
		p.Claim(at, end-at, scrub.Structure, place+"/keys")
		return p.Slack(c, end, place+"/keys")
	})
	return err
}

func (p *parser) blankKey(k key, place string) error {
	off, n := k.off+8, k.len-8
	constant, err := p.Constant(off, n, 'x')
	if err != nil {
		return err
	}
	if constant {
		p.Claim(off, n, scrub.Structure, place)
		return nil
	}
	p.Claim(off, n, scrub.Identify, place)
	p.Fill(scrub.Repair, off, n, 'x')
	return nil
}
