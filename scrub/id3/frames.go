package id3

import (
	"bytes"
	"compress/zlib"
	"io"
	"strings"

	"untag/scrub"
	"untag/scrub/tags"
)

// retired is the name of frames that were emptied: experimental ones begin with X.
const retired = "XXXX"

// frame is one frame of a tag.
type frame struct {
	id        string
	off, head int64 // of the header, and how long it is
	size      int64 // of the body
	length    []byte
	flags     uint16
	stays     bool
	zero      bool // the body is nothing but zeros
	cut       bool
}

func (f frame) body() int64 { return f.off + f.head }
func (f frame) end() int64  { return f.body() + f.size }

// frames0 is how many bytes the extended header takes, 0 if there is none.
func (t *tag) frames0() int64 {
	if t.head.flags&extended == 0 || t.head.version < 3 {
		return 0
	}
	b := t.Get(0, int(min(4, t.Size())))
	if len(b) < 4 {
		return 0
	}
	n, ok := synchsafe(b)
	if t.head.version == 3 {
		n += 4
	}
	const longest = 32 // 14 in 2.3 and 15 in 2.4
	if !ok || n < 6 || n > longest || n > t.Size() {
		return 0
	}
	return n
}

// walk reads the headers of all frames. iTunes wrote lengths of 2.4 as plain numbers, others
// those of 2.3 synchsafe: the way that leads to the end is right.
func (t *tag) walk() {
	right := t.head.version == 4
	if t.list(right) || t.head.version == 2 {
		return
	}
	frames, rest := t.frames, t.rest
	if !t.list(!right) {
		t.frames, t.rest = frames, rest
	}
}

// list reads the frames up to padding or the end, and tells whether they lead there.
func (t *tag) list(safe bool) bool {
	t.frames, t.rest = nil, t.frames0()
	for len(t.frames) < maxFrames {
		f, there := t.frameAt(t.rest, safe)
		if !there {
			break
		}
		t.frames, t.rest = append(t.frames, f), f.end()
	}
	return t.blank(t.rest, t.Size()-t.rest)
}

// frameAt reads the header of a frame. One that ends behind the tag is none, unless the
// tag is cut short in it.
func (t *tag) frameAt(off int64, safe bool) (f frame, ok bool) {
	name, head := 4, int64(10)
	if t.head.version == 2 {
		name, head = 3, 6
	}
	if t.Size()-off < head {
		return f, false
	}
	b := t.Get(off, int(head))
	f = frame{id: string(b[:name]), off: off, head: head, length: b[name : 2*name]}
	if name == 4 {
		f.flags = uint16(b[8])<<8 | uint16(b[9])
	}
	if !nameOf(f.id) {
		return f, false
	}
	f.size, ok = plain(f.length), true
	if safe {
		f.size, ok = synchsafe(f.length)
	}
	if left := t.Size() - f.body(); f.size > left {
		known := rules()[f.name()].ID != "" || f.id == retired[:name]
		f.cut = ok && known && t.Size()+int64(len(t.pins)) < t.head.size
		f.size, ok = left, f.cut
	}
	if ok {
		f.zero = t.blank(f.body(), f.size)
	}
	return f, ok
}

// nameOf tells whether id may be the name of a frame. iTunes wrote names of 2.2 into 2.3.
func nameOf(id string) bool {
	for i, c := range []byte(id) {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9' || i == 0) && (i != 3 || c != 0 && c != ' ') {
			return false
		}
	}
	return true
}

// name is the frame's name as tables write it.
func (f frame) name() string { return strings.TrimRight(f.id, "\x00 ") }

// frame claims a frame that stays. One that goes is claimed when it is known whether
// others stay.
func (t *tag) frame(f frame) (stays bool, err error) {
	rule, known := rules()[f.name()]
	found := scrub.Finding{Kind: scrub.Unknown, Place: t.place + "/" + f.name(), Off: f.off, Len: f.end() - f.off}
	if known && rule.Kind != "" {
		found.Kind = rule.Kind
	}
	switch {
	case f.id == retired[:len(f.id)]:
		if !f.zero {
			found.Kind = scrub.Hidden
			t.Found(found)
		}
		return false, nil
	case f.size == 0:
		return false, nil
	}
	c, err := t.content(f)
	if err != nil {
		return false, err
	}
	found.Value = c.value(f)
	before := t.Point()
	reduce := t.hand(f, c, rule, known)
	var v verdict
	if reduce != nil {
		if v, err = reduce(t, c, found.Place); err != nil {
			return false, err
		}
	}
	if v.role == 0 || c.pinned && t.Edited(before) {
		t.Reset(before)
		return t.drop(f, found, rule, v), nil
	}
	if v.kind != "" {
		found.Kind = v.kind
	}
	found.Role = v.role
	if v.role == scrub.Render {
		found.Kind = ""
	} else if t.Found(found) {
		t.Reset(before)
		t.Found(found)
		return false, nil
	}
	t.Claim(f.off, f.head, scrub.Structure, found.Place)
	t.Claim(f.body(), c.start-f.body(), scrub.Structure, found.Place)
	if !v.claimed {
		t.Claim(c.start, f.end()-c.start, v.role, found.Place)
		return true, nil
	}
	at := c.start
	for _, x := range append(c.x, scrub.Range{Off: f.end()}) { // what unsynchronisation inserted
		t.Claim(at, x.Off-at, scrub.Structure, found.Place)
		at = x.End()
	}
	return true, nil
}

// hand returns what looks into a frame, nil if it can't stay.
func (t *tag) hand(f frame, c content, rule tags.Tag, known bool) hand {
	switch {
	case f.cut || t.all || !c.ok || !known || rule.Fate == tags.Go:
		return nil
	case rule.Role != 0:
		return asItIs
	case rule.Fate == tags.Words:
		return words1
	}
	return hands[f.name()]
}

// drop reports a frame that goes, and claims it if the policy has it stay.
func (t *tag) drop(f frame, found scrub.Finding, rule tags.Tag, v verdict) (stays bool) {
	if v.told != "" {
		found.Kind = v.told
	}
	if f.cut || t.all || rule.Fate != tags.Go { // of what people read, in a form that can't stay
		t.Gone(found)
		return false
	}
	if t.Found(found) {
		return false
	}
	t.Claim(f.off, f.head, scrub.Structure, found.Place)
	t.Claim(f.body(), f.size, scrub.Identify, found.Place)
	return true
}

// content is the body of a frame as it is meant: without what flags put before it.
type content struct {
	*scrub.Scan       // of what is meant
	start       int64 // where it starts in the tag
	x           scrub.Extents
	b           []byte
	pinned      bool // unsynchronisation inserted zeros
	packed      bool // b was inflated: there is nothing to edit
	ok          bool // it can be read
}

const maxText = 64 << 10

// content reads the start of a frame's body (2.3, 3.3.1; 2.4-structure, 4.1).
func (t *tag) content(f frame) (c content, err error) {
	skip, sealed, inserted := int64(0), false, false
	low := byte(f.flags)
	switch t.head.version {
	case 3:
		c.packed, sealed = low&0x80 != 0, low&0x40 != 0
		skip = 4*int64(low>>7&1) + int64(low>>5&1)
	case 4:
		c.packed, sealed = low&0x08 != 0, low&0x04 != 0
		skip = int64(low>>6&1) + 4*int64(low&1)
		inserted = low&0x02 != 0 || t.head.flags&unsynchronised != 0
	}
	if sealed || skip > f.size {
		return c, nil
	}
	c.start = f.body() + skip
	x := scrub.Extents{{Off: c.start, Len: f.size - skip}}
	if inserted {
		var pins []int64
		if x, pins = synchronised(t.Scan, c.start, f.size-skip); len(pins) > maxPins {
			return c, nil
		}
		c.pinned = len(pins) > 0
	}
	for _, pin := range t.pins {
		c.pinned = c.pinned || pin >= c.start && pin < f.end()
	}
	c.x = x
	if c.Scan, err = t.Within(x, ""); err != nil {
		return c, err
	}
	if c.packed {
		c.b, c.ok = inflate(c.Scan)
		return c, nil
	}
	c.b, err = c.Bytes(0, int(min(c.Size(), maxText)))
	c.ok = err == nil
	return c, err
}

// inflate returns what the whole of s holds, if that is little.
func inflate(s *scrub.Scan) ([]byte, bool) {
	src := io.NewSectionReader(s, 0, s.Size())
	z, err := zlib.NewReader(src)
	if err != nil {
		return nil, false
	}
	b, err := io.ReadAll(io.LimitReader(z, maxText))
	return bytes.Clone(b), err == nil && len(b) < maxText
}

// value is what a frame says, for the report.
func (c content) value(f frame) string {
	if !c.ok || len(c.b) == 0 || f.id[0] != 'T' && f.id[0] != 'C' {
		return ""
	}
	text, _ := decode(c.b[0], c.b[1:min(len(c.b), 512)])
	return text
}
