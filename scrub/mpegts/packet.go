package mpegts

import (
	"bytes"
	"fmt"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/pes"
)

const (
	selectionPID = 0x1f
	nullPID      = 0x1fff
)

// fate is what becomes of the packets of a PID.
type fate uint8

const (
	stray  fate = iota // no table tells of it
	tables             // program association and maps, selection information
	kept               // sound, subtitles
	looked             // coded pictures
	gone
	null
)

// pid is what is known of the packets of a PID.
type pid struct {
	fate     fate
	place    string
	kind     scrub.Kind
	declared bool // a map names it
	entry    stream
	unsure   bool // its first packet decides
	clock    bool // the clock of a program is in it
	told     bool
	run      scrub.Range // of what goes and was not told of
	value    string
	good     bool // it has had a sound section
	sections assembler
	track    *pes.Track

	packets, starts int
	first           []byte // of the first packet that begins something
	skip            int    // bytes of a header that go on in the next packet
	last            int64  // where the last packet lies
	padding         bool   // the packet of the elementary stream is padding
	count           int    // continuity counter of the last packet, plus one
	strays          []int64
}

func (p *parser) pid(id int) *pid {
	if p.pids[id] == nil {
		x := &pid{place: fmt.Sprintf("PID 0x%04x", id)}
		if t, ok := p.names.numbers["PID"][id]; ok && !stays(t) && t.Kind != "" && id != selectionPID {
			x.fate, x.kind = gone, t.Kind
		}
		p.pids[id] = x
	}
	return p.pids[id]
}

// pidOf is the PID of a packet.
func pidOf(t []byte) int { return int(t[1]&0x1f)<<8 | int(t[2]) }

// bodyOf returns where the body of a packet begins, its length if it has none.
func bodyOf(t []byte) int {
	at := 4
	if t[3]&0x20 != 0 {
		at += 1 + int(t[4])
	}
	if t[3]&0x10 == 0 || at > packet {
		return packet
	}
	return at
}

// packet deals with one packet of size bytes at off.
func (p *parser) packet(off int64, b []byte) error {
	t := b[p.lead : p.lead+packet]
	off += p.lead
	x := p.pid(pidOf(t))
	if (t[1]&0x80 != 0 || t[3]&0x30 == 0) && x.fate != null && x.fate != gone {
		p.S.Doubt("packets are marked as damaged, or of a reserved kind")
		return nil
	}
	if x.unsure && t[1]&0x40 != 0 && bodyOf(t) < packet {
		x.first, x.unsure = bytes.Clone(t[bodyOf(t):]), false
		p.declare(x.entry)
	}
	switch x.fate {
	case null, gone:
		switch {
		case t[1]&0x40 != 0 && !x.declared && misplaced(t[bodyOf(t):]):
			p.trouble = true
			p.S.Doubt("tables or pictures are where they have no place")
		case x.fate == null:
			p.null(off, t)
		default:
			p.remove(x, off, t)
		}
		return nil
	case stray:
		return p.stray(x, off)
	}
	if t[3]&0x20 != 0 {
		used, ok := p.adaptation(off+4, t[4:], t[3]&0x10 == 0)
		if !ok {
			p.S.Doubt("a packet has fields that are longer than it is")
			return nil
		}
		if x.fate == tables {
			p.Keep(off+4, int64(used), scrub.Structure, x.place)
		}
	}
	at := bodyOf(t)
	body := t[at:]
	switch {
	case len(body) == 0:
		return nil
	case t[3]&0xc0 != 0:
		p.sealed = true
		return nil
	case x.fate == tables:
		return p.table(x, off, t, at)
	}
	count := int(t[3]&15) + 1
	again := count == x.count
	jump := x.count != 0 && count != x.count%16+1
	last := x.last
	if x.count, x.last = count, off; again { // decoders pass over it
		return p.repeated(last, off)
	}
	return p.body(x, off+int64(at), body, t[1]&0x40 != 0, jump)
}

// repeated doubts a packet that is to be a copy of the one before, and is none.
func (p *parser) repeated(last, off int64) error {
	a := p.S.Get(last, packet)
	b := p.S.Get(off, packet)
	if !bytes.Equal(a[bodyOf(a):], b[bodyOf(b):]) {
		p.S.Doubt("packets that decoders pass over")
	}
	return nil
}

// misplaced tells whether the body of a packet begins what a film needs: the number of its
// stream is damaged.
func misplaced(b []byte) bool {
	if carries(b) {
		return true
	}
	if len(b) == 0 || 1+int(b[0]) >= len(b) {
		return false
	}
	b = b[1+int(b[0]):]
	return (b[0] == tableAssociation || b[0] == tableMap) && looksLike(b)
}

// emptyPacket is a null packet.
var emptyPacket = append([]byte{syncByte, 0x1f, 0xff, 0x10}, bytes.Repeat([]byte{0xff}, packet-4)...)

// null looks at a null packet. Its counter is free, and its header marks nothing else.
func (p *parser) null(off int64, t []byte) {
	if t[1] == 0x1f && t[3]&0xf0 == 0x10 && bytes.Equal(t[4:], emptyPacket[4:]) {
		p.Null(off, packet, "null")
		return
	}
	x := p.pids[nullPID]
	what := scrub.Finding{Kind: scrub.Hidden, Place: "null", Value: coded.Text(t[4:])}
	p.Away(off, what, !x.told || what.Value != "")
	x.told = true
}

// remove makes a null packet of one that goes. That of a clock keeps it.
func (p *parser) remove(x *pid, off int64, t []byte) {
	at := bodyOf(t)
	if !x.clock || t[3]&0x20 == 0 {
		p.away(x, off, t, nil)
		return
	}
	p.adaptation(off+4, t[4:], t[3]&0x10 == 0)
	switch n := int64(packet - at); {
	case n == 0:
	case pes.Constant(t[at:], 0xff):
		p.Keep(off+int64(at), n, scrub.Structure, x.place)
	default:
		p.away(x, off+int64(at), t[at:], &scrub.Edit{Off: off + int64(at), Len: n, Fill: 0xff, Phase: scrub.Destroy})
	}
}

// away removes bytes of a PID by an edit, or a whole packet, which is told of the first time,
// and of runs of packets.
func (p *parser) away(x *pid, off int64, b []byte, e *scrub.Edit) {
	if x.run.End() != off {
		p.tell(x)
		x.run = scrub.Range{Off: off}
	}
	if !x.told && x.value == "" {
		x.value = describe(b)
	}
	x.run.Len += int64(len(b))
	if what := (scrub.Finding{Kind: x.kind, Place: x.place}); e == nil {
		p.Away(off, what, false)
	} else {
		p.Goes(off, int64(len(b)), what, false, *e)
	}
}

// adaptation looks at an adaptation field (2.4.3.4), which begins with its length: private
// data in it go, and stuffing is constant. alone says that nothing follows it. used are the
// bytes before stuffing if there are no private data.
func (p *parser) adaptation(off int64, b []byte, alone bool) (used int, ok bool) {
	n := int(b[0])
	if n == 0 {
		return 1, true
	}
	if n > packet-5 || alone && n != packet-5 && n != packet-6 {
		return 0, false
	}
	flags, at := b[1], 2
	for _, f := range []struct {
		bit  byte
		long int
	}{{0x10, 6}, {0x08, 6}, {0x04, 1}} { // two clocks, splices
		if flags&f.bit == 0 {
			continue
		}
		if f.long > 1 && at+f.long <= n+1 && !clock(b[at:at+f.long]) && coded.Letters(b[at:at+f.long]) {
			p.S.Doubt("a clock has a value that it can't have")
		}
		at += f.long
	}
	for _, bit := range []byte{0x02, 0x01} { // private data, an extension
		if flags&bit == 0 {
			continue
		}
		if at > n || int(b[at]) > n-at {
			return 0, false
		}
		switch data := b[at+1 : at+1+int(b[at])]; {
		case bit == 0x02 && !accessUnit(data):
			p.Fill(off+int64(at)+1, data, 0xff, scrub.Unknown, "packets/private")
		case bit == 0x01:
			used := extended(data)
			if used > 1 && coded.Letters(data[1:used]) {
				used = 1
			}
			p.Fill(off+int64(at+1+used), data[used:], 0xff, scrub.Hidden, "packets/extension")
		}
		at += 1 + int(b[at])
	}
	if at > n+1 {
		return 0, false
	}
	p.Fill(off+int64(at), b[at:n+1], 0xff, scrub.Hidden, "packets/stuffing")
	if flags&0x02 != 0 {
		return 0, true
	}
	return at, true
}

// clock tells whether b can be one: bits between its two parts are set, or none is, and the second part
// is less than 300 (2.4.3.5).
func clock(b []byte) bool {
	const reserved, most = 0x7e, 300
	return (b[4]&reserved == reserved || b[4]&reserved == 0) && int(b[4]&1)<<8|int(b[5]) < most
}

// extended is how much of an extension of an adaptation field is used: for a window of time, a
// rate, a splice.
func extended(b []byte) int {
	if len(b) == 0 {
		return 0
	}
	n := 1
	for bit, long := range map[byte]int{0x80: 2, 0x40: 3, 0x20: 5} {
		if b[0]&bit != 0 {
			n += long
		}
	}
	return min(n, len(b))
}

// accessUnit tells whether private data are nothing but what helps to find pictures (ETSI TS
// 101 154, D.2.2).
func accessUnit(b []byte) bool {
	const tag, most = 2, 16
	for len(b) > 0 {
		if len(b) < 2 || b[0] != tag || int(b[1]) > min(most, len(b)-2) {
			return false
		}
		b = b[2+int(b[1]):]
	}
	return true
}

// body deals with the body of a packet of a stream: start says that a packet of the
// elementary stream begins in it.
func (p *parser) body(x *pid, off int64, b []byte, start, jump bool) error {
	t := x.track
	if t != nil && jump {
		if err := t.End(); err != nil {
			return err
		}
	}
	if start {
		h, ok := pes.ReadHeader(b)
		if !ok {
			x.skip = packet // of no use to anybody
			return nil
		}
		p.Header(h, off, b)
		x.skip, x.padding = h.Len, h.ID == pes.Padding
		if t != nil {
			if err := t.Begin(); err != nil {
				return err
			}
		}
		if h.Sealed {
			p.sealed, x.skip = true, 1<<30
		}
	}
	skip := min(x.skip, len(b))
	x.skip -= skip
	switch {
	case x.padding:
		p.Fill(off+int64(skip), b[skip:], 0xff, scrub.Hidden, "packets/padding")
		return nil
	case start && (t == nil || t.Whole()):
		p.Told(b[skip:])
	}
	if t == nil {
		return nil
	}
	return t.Add(off+int64(skip), b[skip:])
}
