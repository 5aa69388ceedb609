package still

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// item is one item (8.11.6).
type item struct {
	id     uint32
	typ    string  // "" if no table says what it is
	entry  box.Box // of its type
	hidden bool
	sealed bool // it is encrypted
	named  bool // a table says where it is

	name, content, coding text          // what is written in its entry
	extents               scrub.Extents // where it lies
	astray                bool          // where it lies is not known
	clipped               bool          // it is said to lie beyond the end

	uses     []use        // its properties
	from, to []*reference // references that it makes, and that name it
	fate     fate
	kind     scrub.Kind // of what goes
	cleared  bool       // it is to be hidden
}

// text is a string of an entry, without the zero at its end.
type text struct {
	scrub.Range
	s string
}

// readInfo reads iinf.
func (p *Pictures) readInfo(b box.Box) error {
	version, _, err := box.FullHead(p.Scan, b)
	if err != nil {
		return err
	}
	count, at, err := p.count(b, version)
	if err != nil {
		return err
	}
	entries := int64(0)
	_, err = p.Children(at, b.End(), func(c box.Box) error {
		if c.Type != "infe" {
			return nil
		}
		entries++
		return p.readEntry(c)
	})
	if entries != count {
		p.Distrust("a table of items says that there are others")
	}
	return err
}

// count reads how many entries iinf has, and where they begin.
func (p *Pictures) count(b box.Box, version byte) (n, at int64, err error) {
	wide := int64(2)
	if version > 0 {
		wide = 4
	}
	if b.Size() < 4+wide {
		return 0, 0, p.Errorf(b.Off, "box %q has %d bytes, expected %d or more", b.Name(), b.Len, b.Head+4+wide)
	}
	h, err := p.Bytes(b.Body()+4, int(wide))
	if err != nil {
		return 0, 0, err
	}
	for _, c := range h {
		n = n<<8 | int64(c)
	}
	return n, b.Body() + 4 + wide, nil
}

// readEntry reads infe.
func (p *Pictures) readEntry(b box.Box) error {
	const most = 64 << 10
	if b.Size() > most {
		return p.Errorf(b.Off, "box \"infe\" has %d bytes, expected %d or fewer", b.Len, most)
	}
	body, err := p.Bytes(b.Body(), int(b.Size()))
	if err != nil {
		return err
	}
	f := box.NewFields(body)
	version := f.Take(8)
	hidden := f.Take(24)&1 == 1
	if version != 2 && version != 3 {
		return p.Unsupportedf(b.Off, "version %d of \"infe\"", version)
	}
	id := number(f, version == 3)
	sealed := f.Take(16) != 0
	kind := string(box.Bytes32(uint32(f.Number(32))))
	it, err := p.add(id)
	switch {
	case err != nil:
		return err
	case f.Bytes() > int64(len(body)):
		return p.Errorf(b.Off, "box \"infe\" has %d bytes, expected 20 or more", b.Len)
	case it.typ != "":
		p.Distrust("two items have the same number")
		return nil
	}
	p.entries[b.Off] = it
	it.typ, it.entry, it.hidden, it.sealed = kind, b, hidden, sealed
	at := f.Bytes()
	for i, s := range []*text{&it.name, &it.content, &it.coding} {
		if i > 0 && (kind != "mime" && kind != "uri " || kind == "uri " && i == 2) {
			break
		}
		s.s = upTo(body[min(at, int64(len(body))):])
		s.Range = scrub.Range{Off: b.Body() + at, Len: int64(len(s.s))}
		at += s.Len + 1
	}
	return nil
}

// upTo is b up to its first zero.
func upTo(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}

// claimInfo claims iinf.
func (p *Pictures) claimInfo(b box.Box, place string) error {
	version, _, err := p.Flags(b, 0, place)
	if err != nil {
		return err
	}
	_, at, err := p.count(b, version)
	if err != nil {
		return err
	}
	p.Claim(b.Body()+4, at-b.Body()-4, scrub.Structure, place)
	rest, err := p.Children(at, b.End(), func(c box.Box) error {
		if c.Type == "infe" {
			return p.claimEntry(c, place+"/infe")
		}
		return p.Other(c, place+"/"+c.Name())
	})
	if err != nil {
		return err
	}
	return p.Rest(rest, b.End(), place)
}

// claimEntry claims infe: names that writers don't give to all their items go.
func (p *Pictures) claimEntry(b box.Box, place string) error {
	it := p.entries[b.Off]
	if it == nil {
		p.Keep(b, place)
		return nil
	}
	hide := uint32(0)
	if it.cleared {
		hide = 1
	}
	if _, _, err := p.FlagsWith(b, 1, hide, place); err != nil {
		return err
	}
	if it.cleared && !it.hidden {
		p.Put(scrub.Unlink, b.Body()+3, []byte{1}) // before nothing tells any more what the item is
	}
	at := b.Body() + 4
	for _, s := range []struct {
		text
		list string
	}{{it.name, "name"}, {it.content, "mime"}, {it.coding, "coding"}} {
		if s.Off == 0 {
			break
		}
		p.Claim(at, s.Off-at, scrub.Structure, place)
		at = s.End()
		if _, known := known()[s.list][s.s]; known || s.s == "" || blank(s.s) {
			p.Claim(s.Off, s.Len, scrub.Structure, place)
			continue
		}
		p.Claim(s.Off, s.Len, scrub.Identify, place)
		if p.Careful {
			p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place + "/" + s.list, Off: s.Off, Len: s.Len, Value: s.s})
			p.Doubt("an item has a name that nobody knows")
		} else if p.Found(scrub.Finding{Kind: scrub.Comment, Place: place + "/" + s.list, Off: s.Off, Len: s.Len, Value: s.s}) {
			p.Fill(scrub.Repair, s.Off, s.Len, ' ')
		}
	}
	end := min(at+1, b.End())
	p.Claim(at, end-at, scrub.Structure, place)
	return p.Slack(b, end, place)
}

func blank(s string) bool { return len(bytes.Trim([]byte(s), " ")) == 0 }
