package mpegts

import (
	"bytes"
	"fmt"
	"strings"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/coded"
	"untag/scrub/crc"
	"untag/scrub/pes"
	"untag/scrub/tags"
)

// mostKept is how much is kept of coded pictures whose end has not come, for all streams.
const mostKept = 32 << 20

// onlyClock is the type of an entry for the clock of a program: there may be nothing else.
const onlyClock = 0

// declareAll notes the streams of maps that were read.
func (p *parser) declareAll() {
	for _, s := range p.streams {
		p.declare(s)
	}
	p.streams = nil
}

// declare notes a stream that a map names.
func (p *parser) declare(s stream) {
	x := p.pid(s.pid)
	if s.typ == onlyClock {
		if x.fate == stray {
			x.fate, x.kind = gone, scrub.Hidden
		}
		return
	}
	x.entry = s
	if x.fate == tables || x.fate == null || x.fate == looked {
		return
	}
	st, fate, kind := p.judge(s, x)
	if x.declared && x.fate == kept && fate == gone { // by another map
		return
	}
	x.declared, x.fate, x.kind = true, fate, kind
	if fate == looked {
		const most, sound = 64, 64 << 10
		if len(p.tracks) >= most {
			x.fate = kept
			p.S.Doubt("there are more streams of pictures than can be looked into")
			return
		}
		kept := mostKept / most * 4
		if st.Runs() && !st.Coded() {
			kept = sound
		}
		x.track = p.NewTrack(st, fmt.Sprintf("%s/frame", x.place), kept)
		p.tracks = append(p.tracks, x.track)
	}
	if len(x.strays) > 0 && fate != kept {
		p.S.Doubt("a stream begins before the tables tell of it")
	}
	p.strays -= len(x.strays)
	x.strays = nil
}

// registers is for streams whose registration tells how they are coded.
var registers = map[string]codec.Kind{"HEVC": codec.H265, "VC-1": codec.Plain, "VVC ": codec.H266, "drac": codec.Dirac, "Opus": codec.Opus}

// judge tells what becomes of a stream.
func (p *parser) judge(s stream, x *pid) (pes.Stream, fate, scrub.Kind) {
	st, known := codec.Of(codec.Type, string([]byte{s.typ}))
	announced := ""
	private, lines := false, false
	descriptors(s.descriptors, func(tag byte, body []byte) {
		if tag == 5 && len(body) >= 4 {
			announced = string(body[:4])
		}
		private = private || stays(p.names.numbers["private stream"][int(tag)])
		lines = lines || tag == 0x46 || tag == 0x56
	})
	if kind := registers[announced]; kind != codec.Unknown {
		st.Kind, known = kind, true
	}
	t, named := p.names.numbers["stream type "+s.registered][int(s.typ)]
	if !named {
		t, named = p.names.numbers["stream type"][int(s.typ)]
	}
	r, registered := p.names.letters[announced]
	switch {
	case registered && r.Kind != "":
		return nil, gone, r.Kind
	case known && (st.Coded() || st.Signed() || st.Kind == codec.Dirac || s.typ == 0x21 || s.typ == 0x42 || s.typ == 0xea):
		if st.Kind == codec.Plain {
			p.begins(x)
		}
		return &st, looked, ""
	case lines && s.typ == 6:
		return teletext{}, looked, ""
	case announced == "AV01":
		p.S.Doubt("AV1 in a transport stream can't be looked into")
		return nil, kept, ""
	case registered && r.Role == scrub.Payload, private && s.typ == 6, named && stays(t):
		return p.hear(x)
	case named && t.Fate == tags.Hand && x.first == nil:
		x.unsure = true
		return nil, kept, ""
	case named && !sounds(data(x.first)) && !carries(x.first): // private, and says nothing of itself
		return nil, gone, t.Kind
	case named && !sounds(data(x.first)):
		p.S.Doubt("a private stream 0x%02x that is said to be picture or sound can't be looked into", s.typ)
		return nil, kept, ""
	case named, known:
		return p.hear(x)
	}
	p.S.Doubt("a stream of a type that nobody knows: 0x%02x", s.typ)
	return nil, kept, ""
}

// hear is for sound that no type tells: it begins as what it is.
func (p *parser) hear(x *pid) (pes.Stream, fate, scrub.Kind) {
	if st := (&codec.Stream{Kind: soundOf(data(x.first))}); st.Signed() {
		return st, looked, ""
	}
	p.begins(x)
	return nil, kept, ""
}

// begins doubts a stream that begins with text.
func (p *parser) begins(x *pid) {
	const begin, word = 32, 12
	if b := data(x.first); coded.Tells(b[:min(len(b), begin)], word) {
		p.S.Doubt("a stream that can't be looked into begins with text")
	}
}

// data are the data of a packet of an elementary stream.
func data(b []byte) []byte {
	h, ok := pes.ReadHeader(b)
	if !ok {
		return nil
	}
	return b[min(len(b), h.Len):]
}

// table deals with a packet of tables.
func (p *parser) table(x *pid, off int64, t []byte, at int) error {
	atOff := off + int64(at)
	p.Keep(off, 4, scrub.Structure, x.place)
	if t[1]&0x40 != 0 {
		p.Keep(atOff, 1, scrub.Structure, x.place)
	}
	slack := func(off int64, b []byte, started bool) error {
		if pes.Constant(b, stuffing) {
			p.Keep(off, int64(len(b)), scrub.Structure, x.place)
			return nil
		}
		if !x.good || !started && looksLike(b) {
			p.Keep(off, int64(len(b)), scrub.Structure, x.place)
			p.S.Doubt("packets of tables hold something else")
			return nil
		}
		p.Fill(off, b, stuffing, scrub.Hidden, x.place+"/stuffing")
		return nil
	}
	if t[1]&0x40 != 0 && int(t[at])+at+1 <= packet { // what was begun ends before the pointer
		if x.sections.pending() > int(t[at]) {
			p.loose(x)
		}
	}
	return x.sections.add(atOff, t[at:], t[1]&0x40 != 0, p.section(x), slack)
}

// loose deals with a section that did not come to its end.
func (p *parser) loose(x *pid) {
	s := section{b: x.sections.b, x: x.sections.x}
	x.sections.b = nil
	switch {
	case len(s.b) == 0:
	case x.good || x == p.pids[selectionPID]:
		p.put(s, bytes.Repeat([]byte{stuffing}, len(s.b)), scrub.Finding{Kind: scrub.Hidden, Place: x.place + "/stuffing"}, scrub.Destroy)
	default:
		p.keepSection(s, x.place)
	}
}

// looksLike tells whether a sound section may begin in b although its packet doesn't say so.
func looksLike(b []byte) bool {
	for from := range min(len(b), 2) {
		in := b[from:]
		if len(in) < sectionHead {
			return false
		}
		if n := sectionHead + int(in[1]&15)<<8 + int(in[2]); n <= len(in) && n >= 12 && crc.MPEG2(in[:n]) == 0 {
			return true
		}
	}
	return false
}

// expects tells whether the sections of a PID are of a table.
func (p *parser) expects(x *pid, table byte) bool {
	switch x {
	case p.pids[0]:
		return table == tableAssociation
	case p.pids[selectionPID]:
		return table == tableSelection || table == tableMap
	}
	return table == tableMap
}

// section returns what deals with a section of a packet of tables.
func (p *parser) section(x *pid) func(section) error {
	learn := p.learnSection(x)
	return func(s section) error {
		if s.x[0].Off >= -p.surveyed {
			if err := learn(s); err != nil {
				return err
			}
		}
		table := s.b[0]
		expected := p.expects(x, table)
		switch {
		case expected && s.sound() && table == tableAssociation && current(s.b):
			p.keepSection(s, x.place)
		case expected && s.sound() && wellFormed(s.b):
			p.rewrite(x, s)
		case expected && table == tableMap && !s.sound() && p.repair(x, s):
		case expected && s.sound() && table == tableAssociation && x.good, x == p.pids[selectionPID] && !expected:
			p.foreign(x, s)
		case !x.good || expected || damagedTable(s.b):
			p.keepSection(s, x.place)
			p.trouble = true
			p.S.Doubt("a table is damaged")
		case !s.last && blankSection(s.b):
			p.keepSection(s, x.place)
		default:
			p.foreign(x, s)
		}
		return nil
	}
}

// wellFormed tells whether a sound section of a map or of selection information can be read.
func wellFormed(b []byte) bool {
	if b[0] == tableMap {
		_, _, _, ok := programMap(b)
		return ok
	}
	return loops(b)
}

// current tells whether an association of programs counts now, and says what programs there
// are and nothing else.
func current(b []byte) bool {
	ok := b[5]&1 == 1
	for b = b[8 : len(b)-4]; len(b) >= 4; b = b[4:] {
		ok = ok && b[2]&0xe0 == 0xe0
	}
	return ok && len(b) == 0
}

// damagedTable tells whether a section would be sound with the number of another table.
func damagedTable(b []byte) bool {
	b = bytes.Clone(b)
	for _, table := range []byte{tableAssociation, tableMap, tableSelection} {
		if b[0] = table; len(b) >= 12 && crc.MPEG2(b) == 0 {
			return true
		}
	}
	return false
}

func (p *parser) keepSection(s section, place string) {
	for _, r := range s.x {
		p.Keep(r.Off, r.Len, scrub.Structure, place)
	}
}

// blankSection tells whether nothing is in a section but its head.
func blankSection(b []byte) bool { return pes.Constant(b[sectionHead:], stuffing) }

// foreign fills a section of a table that does not belong here.
func (p *parser) foreign(x *pid, s section) {
	b := bytes.Repeat([]byte{stuffing}, len(s.b))
	if !s.last {
		copy(b, s.b[:sectionHead])
	}
	p.put(s, b, scrub.Finding{Kind: scrub.Unknown, Place: x.place + "/section", Value: describe(s.b)}, scrub.Destroy)
}

// put replaces a section.
func (p *parser) put(s section, b []byte, what scrub.Finding, phase scrub.Phase) {
	for i, r := range s.x {
		p.Goes(r.Off, r.Len, what, i == 0, scrub.Edit{Off: r.Off, Len: r.Len, Data: b[:r.Len:r.Len], Phase: phase})
		b = b[r.Len:]
	}
}

// leaves tells whether packets of a PID go by what a map says of it.
func (p *parser) leaves(id int) bool {
	x := p.pids[id]
	return x != nil && x.fate == gone && x.declared && !x.clock && p.S.Goes(scrub.Identify, x.kind)
}

// rewrite takes out of a section what goes. A section that a write could tear is let be,
// unless there is another one to mend it by.
func (p *parser) rewrite(x *pid, s section) {
	leaves := p.leaves
	if !s.last {
		leaves = func(int) bool { return false } // what follows must not move
	}
	var found []tags.Tag
	b := p.names.reduce(s.b, leaves, &found)
	if bytes.Equal(b, s.b) {
		p.keepSection(s, x.place)
		return
	}
	atomic := len(s.x) == 1 && p.S.Atomic(s.x[0].Off, s.x[0].Len)
	if !atomic && p.known[string(s.b)]+p.known[string(b)] < 2 {
		p.keepSection(s, x.place)
		if len(found) > 0 {
			p.S.Doubt("a table that there is once can't be changed safely")
		}
		return
	}
	what := scrub.Finding{Kind: scrub.Unknown, Place: x.place + "/stream"}
	var texts []string
	for _, t := range found {
		what.Kind, what.Place = t.Kind, x.place+"/descriptor"
		if text := describe([]byte(t.Meaning)); text != "" {
			texts = append(texts, text)
		}
	}
	what.Value = strings.Join(texts, ", ")
	if !p.S.Goes(scrub.Identify, what.Kind) {
		p.keepSection(s, x.place)
		return
	}
	b = append(b, bytes.Repeat([]byte{stuffing}, len(s.b)-len(b))...)
	p.put(s, b, what, scrub.Repair)
}

// repair mends a map that is damaged, or that a write has torn, by another copy of it.
func (p *parser) repair(x *pid, s section) bool {
	const version = 6
	if len(s.b) < version {
		return false
	}
	sound := p.newest[int(s.b[3])<<8|int(s.b[4])]
	if sound == nil || sound[5] != s.b[5] || p.programs[int(s.b[3])<<8|int(s.b[4])] == 0 {
		return false
	}
	var found []tags.Tag
	b := p.names.reduce(sound, p.leaves, &found)
	if len(b) > len(s.b) {
		return false
	}
	b = append(b, bytes.Repeat([]byte{stuffing}, len(s.b)-len(b))...)
	p.put(s, b, scrub.Finding{Kind: scrub.Unknown, Place: x.place + "/copy"}, scrub.Repair)
	return true
}
