package jpeg

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/jpeg/entropy"
)

// A table that no scan refers to, before another one takes its place or the
// picture ends, may hold anything. It stays where it is, with nothing in it.

// table is one of the tables of a DQT or DHT segment, or the number of a DRI.
type table struct {
	code byte
	id   byte // class and number
	off  int64
	b    []byte
}

// tablesOf splits the payload of a segment into its tables.
func tablesOf(g segment, b []byte) (out []table) {
	for off := g.body(); len(b) > 0; {
		n := len(b)
		switch g.code {
		case dqt:
			n = 1 + 64<<(b[0]>>4&1)
		case dht:
			n = entropy.TableLength(b)
		}
		if n > len(b) {
			return out
		}
		t := table{code: g.code, off: off, b: b[:n]}
		switch g.code {
		case dqt:
			t.id = b[0] & 15 // the rest is the precision
		case dht:
			t.id = b[0]
		}
		out = append(out, t)
		b, off = b[n:], off+int64(n)
	}
	return out
}

// usual tells whether a Huffman table is one of those that everybody uses.
func (t table) usual() bool { return entropy.Usual(t.b[1:]) }

// numbers doubts quantisation tables that are words instead of numbers, but for those that go.
func (c *cleaner) numbers() error {
	for _, g := range c.pic.segments {
		if g.code != dqt {
			continue
		}
		for _, t := range tablesOf(g, c.Get(g.body(), int(g.n))) {
			goes := slices.ContainsFunc(c.empty, func(e table) bool { return e.off == t.off })
			if !goes && t.b[0]>>4 == 0 && entropy.Quantiser(t.b[1:]) {
				c.Doubt("%s holds text", markers[t.code])
			}
		}
	}
	return nil
}

// unused finds the tables that no scan refers to.
func (c *cleaner) unused() error {
	if c.pic.damage != "" || c.strange != "" || !huffman(c.pic.frames[0].code) {
		return nil
	}
	f, ok, err := c.readFrame(c.pic)
	if !ok || err != nil {
		return err
	}
	u := usage{Frame: &f, waiting: map[[2]byte]table{}, taken: map[int][]byte{}}
	for _, g := range c.pic.segments {
		if g.code != dht && g.code != dqt && g.code != dri && g.code != sos {
			continue
		}
		b := c.Get(g.body(), int(g.n))
		if g.code == sos {
			u.scan(b)
			continue
		}
		for _, t := range tablesOf(g, b) {
			u.define(t)
		}
	}
	if u.changes {
		c.Doubt("a quantisation table changes after it was used")
	}
	for _, t := range u.waiting {
		u.unused = append(u.unused, t)
	}
	slices.SortFunc(u.unused, func(a, b table) int { return cmp.Compare(a.off, b.off) })
	c.empty = u.unused
	return nil
}

// usage follows which tables the scans of a picture refer to.
type usage struct {
	*entropy.Frame
	waiting map[[2]byte]table // defined and not referred to yet
	taken   map[int][]byte    // the quantisation table of each component that was in a scan
	unused  []table
	changes bool // some decoders take the later one, some the earlier one
}

func (u *usage) define(t table) {
	if t.code == dqt && u.late(t) {
		return
	}
	key := [2]byte{t.code, t.id}
	if old, ok := u.waiting[key]; ok {
		u.unused = append(u.unused, old)
	}
	u.waiting[key] = t
}

// late tells whether a quantisation table comes when all components that it is
// for have one.
func (u *usage) late(t table) bool {
	late := false
	for i, c := range u.Components {
		if c.Quantiser != t.id {
			continue
		}
		b, ok := u.taken[i]
		if !ok {
			return false
		}
		late = true
		u.changes = u.changes || !bytes.Equal(b, t.b)
	}
	return late
}

// scan takes what a scan refers to off the waiting list.
func (u *usage) scan(b []byte) {
	h, ok := u.Header(b)
	if !ok {
		clear(u.waiting)
		return
	}
	delete(u.waiting, [2]byte{dri})
	for _, n := range h.Units {
		id := u.Components[n.Component].Quantiser
		if t, ok := u.waiting[[2]byte{dqt, id}]; ok && u.taken[n.Component] == nil {
			u.taken[n.Component] = t.b
		}
		if !u.Progressive || h.From == 0 && !h.Refines { // a sequential scan is of whole blocks, whatever its header says
			delete(u.waiting, [2]byte{dht, byte(n.DC)})
		}
		if !u.Progressive || h.To > 0 {
			delete(u.waiting, [2]byte{dht, 0x10 | byte(n.AC)})
		}
	}
	for _, n := range h.Units {
		delete(u.waiting, [2]byte{dqt, u.Components[n.Component].Quantiser})
	}
}

// tables claims a segment of tables and empties those that nothing uses.
func (c *cleaner) tables(g segment) error {
	at, place := g.off, placeOf(g.code)
	for _, t := range c.empty {
		if t.off < g.body() || t.off >= g.end() {
			continue
		}
		head := int64(1)
		if t.code == dri {
			head = 0
		}
		c.Claim(at, t.off+head-at, scrub.Structure, place)
		if err := c.emptied(t, t.off+head, int64(len(t.b))-head, place); err != nil {
			return err
		}
		at = t.off + int64(len(t.b))
	}
	c.Claim(at, g.end()-at, scrub.Structure, place)
	if c.pic.damage != "" { // there may be more of the picture
		return nil
	}
	for _, t := range c.codes {
		if t.Off > g.off && t.Off < g.end() {
			c.spareCodes(t, place)
		}
	}
	return nil
}

// emptied claims the n bytes at off that a table may put anything in.
func (c *cleaner) emptied(t table, off, n int64, place string) error {
	switch {
	case t.code == dqt:
		return c.Blank(off, n, 1, scrub.Hidden, place+"/unused")
	case t.code == dri:
		return c.Blank(off, n, 0, scrub.Hidden, place+"/unused")
	case t.usual():
		c.Claim(off, n, scrub.Structure, place)
		return nil
	}
	return c.emptyCodes(t, place+"/unused")
}

// emptyCodes makes all codes of a Huffman table equally long and says zero of
// each. A table of which half the counts were written would break the picture.
func (c *cleaner) emptyCodes(t table, place string) error {
	const counts = 16
	n := len(t.b) - 1 - counts
	want := make([]byte, counts)
	want[15], want[14] = byte(min(n, 255)), byte(max(0, n-255))
	switch at := t.off + 1; {
	case bytes.Equal(t.b[1:1+counts], want):
		c.Claim(at, counts, scrub.Structure, place)
	case c.Atomic(at, counts):
		c.Claim(at, counts, scrub.Identify, place)
		c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: place, Off: at, Len: counts})
		c.Put(scrub.Destroy, at, want)
	default:
		c.Claim(at, counts, scrub.Identify, place)
		c.Doubt("a Huffman table that nothing uses can't be emptied")
	}
	return c.Blank(t.off+1+counts, int64(n), 0, scrub.Hidden, place)
}

// spareCodes says zero of the codes that don't occur.
func (c *cleaner) spareCodes(t *entropy.Table, place string) {
	all := 162 // 10 sizes after each of 16 runs, and two codes without a size
	if t.Class == 0 {
		all = 12
	}
	spare := t.Spare(all)
	if len(spare) == 0 {
		return
	}
	c.Gone(scrub.Finding{Kind: scrub.Hidden, Place: place + "/codes", Off: t.Off, Len: int64(len(t.Symbols)), Value: fmt.Sprintf("%d codes that don't occur", len(spare))})
	for _, i := range spare {
		c.Put(scrub.Destroy, t.Off+int64(i), []byte{0})
	}
}
