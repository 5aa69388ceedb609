package mpegts

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/crc"
	"untag/scrub/tags"
)

// Tables of sections.
const (
	tableAssociation = 0
	tableMap         = 2
	tableSelection   = 0x7f
	stuffing         = 0xff // no section follows in the packet
)

// section is a part of a table, whole.
type section struct {
	b    []byte
	x    scrub.Extents // where it lies
	last bool          // nothing but stuffing follows it in its packet
}

// assembler puts the sections of a PID together (ISO/IEC 13818-1, 2.4.4).
type assembler struct {
	b []byte
	x scrub.Extents
}

// sectionHead is up to the length, sectionMost the longest of all tables.
const (
	sectionHead = 3
	sectionMost = 4096
)

// add takes the body of a packet, which lies at off. It calls each for whole sections, and
// slack for what belongs to none: started says that no section has begun in it.
func (a *assembler) add(off int64, body []byte, pusi bool, each func(section) error, slack func(off int64, b []byte, started bool) error) error {
	at := 0
	if pusi {
		if len(body) == 0 || int(body[0]) >= len(body) {
			a.b = nil
			return slack(off, body, false)
		}
		before := body[1 : 1+int(body[0])]
		if err := a.take(off+1, before, true, each, slack); err != nil {
			return err
		}
		a.b, at = nil, 1+len(before)
	}
	return a.take(off+int64(at), body[at:], !pusi, each, slack)
}

// pending is how many bytes are missing of the section that was begun.
func (a *assembler) pending() int {
	switch {
	case len(a.b) == 0:
		return 0
	case len(a.b) < sectionHead:
		return sectionHead
	}
	return sectionHead + int(binary.BigEndian.Uint16(a.b[1:])&0xfff) - len(a.b)
}

// take takes bytes of sections; with only, no other one begins in them.
func (a *assembler) take(off int64, b []byte, only bool, each func(section) error, slack func(off int64, b []byte, started bool) error) error {
	for len(b) > 0 {
		if a.b == nil && (only || b[0] == stuffing) {
			return slack(off, b, !only)
		}
		if a.b == nil {
			a.x = nil
		}
		need := sectionHead - len(a.b)
		if need <= 0 {
			need = sectionHead + int(binary.BigEndian.Uint16(a.b[1:])&0xfff) - len(a.b)
		}
		n := min(need, len(b))
		if k := len(a.x); k > 0 && a.x[k-1].End() == off {
			a.x[k-1].Len += int64(n)
		} else {
			a.x = append(a.x, scrub.Range{Off: off, Len: int64(n)})
		}
		a.b = append(a.b, b[:n]...)
		off, b = off+int64(n), b[n:]
		if len(a.b) < sectionHead || len(a.b) < sectionHead+int(binary.BigEndian.Uint16(a.b[1:])&0xfff) {
			continue
		}
		s := section{a.b, a.x, !begins(b)}
		a.b = nil
		if err := each(s); err != nil {
			return err
		}
	}
	return nil
}

// begins tells whether among the sections in b one of a map begins, or another one that is
// sound.
func begins(b []byte) bool {
	for len(b) >= sectionHead && b[0] != stuffing {
		if b[0] == tableMap || looksLike(b) {
			return true
		}
		b = b[min(len(b), sectionHead+int(binary.BigEndian.Uint16(b[1:])&0xfff)):]
	}
	return false
}

// sound tells whether a section is as long as its kind and has the right checksum.
func (s section) sound() bool { return len(s.b) >= 12 && crc.MPEG2(s.b) == 0 }

// stream is an entry of a program map.
type stream struct {
	typ         byte
	pid         int
	descriptors []byte
	registered  string // the program's registration
}

// descriptors calls visit for each descriptor in b.
func descriptors(b []byte, visit func(tag byte, body []byte)) bool {
	for len(b) > 0 {
		if len(b) < 2 || int(b[1]) > len(b)-2 {
			return false
		}
		visit(b[0], b[2:2+int(b[1])])
		b = b[2+int(b[1]):]
	}
	return true
}

// programMap reads a program map (2.4.4.8).
func programMap(b []byte) (clock int, registered string, streams []stream, ok bool) {
	const head, sum = 12, 4
	if len(b) < head+sum {
		return 0, "", nil, false
	}
	clock = int(binary.BigEndian.Uint16(b[8:]) & 0x1fff)
	info := int(binary.BigEndian.Uint16(b[10:]) & 0xfff)
	b = b[head : len(b)-sum]
	if info > len(b) {
		return 0, "", nil, false
	}
	ok = descriptors(b[:info], func(tag byte, body []byte) {
		if tag == 5 && len(body) >= 4 {
			registered = string(body[:4])
		}
	})
	for b = b[info:]; len(b) > 0; {
		if len(b) < 5 {
			return 0, "", nil, false
		}
		n := int(binary.BigEndian.Uint16(b[3:]) & 0xfff)
		if n > len(b)-5 {
			return 0, "", nil, false
		}
		streams = append(streams, stream{b[0], int(binary.BigEndian.Uint16(b[1:]) & 0x1fff), b[5 : 5+n], registered})
		ok = ok && descriptors(b[5:5+n], func(byte, []byte) {})
		b = b[5+n:]
	}
	return clock, registered, streams, ok
}

// reduce returns a section of a program map or selection information, whose form is known,
// without what goes: streams whose PID gone says, and the bodies of descriptors. What
// these told is added to found.
func (n names) reduce(b []byte, gone func(pid int) bool, found *[]tags.Tag) []byte {
	const head, sum = 8, 4
	out := bytes.Clone(b[:head])
	in := b[head : len(b)-sum]
	entry, pidAt := 5, 1
	if b[0] == tableMap {
		out, in = append(out, in[:2]...), in[2:] // the PID of the clock
	} else {
		entry, pidAt = 4, -1
	}
	loop := func(prefix int) {
		k := prefix + int(binary.BigEndian.Uint16(in[prefix-2:])&0xfff)
		out = append(out, in[:prefix]...)
		out = append(out, n.cleaned(in[prefix:k], found)...)
		in = in[k:]
	}
	loop(2)
	for len(in) >= entry {
		if pidAt >= 0 && gone(int(binary.BigEndian.Uint16(in[pidAt:])&0x1fff)) {
			in = in[entry+int(binary.BigEndian.Uint16(in[entry-2:])&0xfff):]
			continue
		}
		loop(entry)
	}
	length := len(out) + sum - sectionHead
	out[1], out[2] = out[1]&0xf0|byte(length>>8), byte(length)
	return binary.BigEndian.AppendUint32(out, crc.MPEG2(out))
}

// loops tells whether a section of selection information has its form (EN 300 468, 7.1.2).
func loops(b []byte) bool {
	const head, sum = 8, 4
	if len(b) < head+2+sum {
		return false
	}
	ok := true
	in := b[head : len(b)-sum]
	for prefix := 2; len(in) > 0; prefix = 4 {
		if len(in) < prefix {
			return false
		}
		k := prefix + int(binary.BigEndian.Uint16(in[prefix-2:])&0xfff)
		if k > len(in) {
			return false
		}
		ok = ok && descriptors(in[prefix:k], func(byte, []byte) {})
		in = in[k:]
	}
	return ok
}

// cleaned returns a list of descriptors in which the bodies of those that go are zero.
func (n names) cleaned(list []byte, found *[]tags.Tag) []byte {
	list = bytes.Clone(list)
	descriptors(list, func(tag byte, body []byte) {
		t, known := n.numbers["descriptor"][int(tag)]
		from := 0
		switch {
		case !known:
			t = tags.Tag{Kind: scrub.Unknown, Meaning: "descriptor"}
		case t.Fate == tags.Hand && tag == 5:
			if from = registration(n, body); from == 0 {
				t.Kind = scrub.Unknown
			}
		case t.Fate == tags.Hand: // how a component is shown, and its language
			from = min(len(body), 6)
		case stays(t):
			t.Kind = scrub.Hidden
			if from = min(len(body), int(t.Most)); !fits(tag, body[:from]) {
				from = 0
			}
		}
		if rest := body[from:]; len(bytes.Trim(rest, "\x00")) > 0 {
			t.Meaning = string(bytes.Clone(body))
			*found = append(*found, t)
			clear(rest)
		}
	})
	return list
}

// rows are the descriptors that are lists of so many bytes, each of which begins with the
// three letters of a language.
var rows = map[byte]int{0x0a: 4, 0x46: 5, 0x56: 5, 0x59: 8}

// fits tells whether a descriptor that stays says nothing but what it is for.
func fits(tag byte, b []byte) bool {
	const word, letters = 6, 3
	if n := rows[tag]; n > 0 {
		for ; len(b) >= n; b = b[n:] {
			for _, c := range b[:letters] {
				if c|0x20 < 'a' && c != 0 || c|0x20 > 'z' && c < 0x80 {
					return false
				}
			}
			if tag == 0x0a && b[letters] > 3 && b[letters] < 0x80 {
				return false
			}
		}
		return len(b) == 0
	}
	if tag == 0x86 && (len(b) == 0 || len(b) != 1+6*int(b[0]&31)) {
		return false
	}
	return !coded.Tells(b, word)
}

// registration is how much of a registration stays: its letters, if they are known, and
// what Blu-ray puts behind them.
func registration(n names, body []byte) int {
	const letters, hdmv = 4, 8
	if len(body) < letters {
		return 0
	}
	t, ok := n.letters[string(body[:letters])]
	switch {
	case !ok || t.Kind != "":
		return 0
	case t.ID == "HDMV":
		return min(len(body), hdmv)
	}
	return letters
}
