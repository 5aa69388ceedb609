package ogg

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/xiph"
)

// packet is a header packet and where its bytes lie.
type packet struct {
	parts []part
	b     []byte
}

// at returns where n bytes of the packet start in the file.
func (p *packet) at(off, n int) scrub.Range {
	rest := int64(off)
	for _, x := range p.parts {
		if rest < x.len || rest == x.len && x == p.parts[len(p.parts)-1] {
			return scrub.Range{Off: x.off + rest, Len: int64(n)}
		}
		rest -= x.len
	}
	return scrub.Range{}
}

// damaged tells whether a page of the packet has a wrong checksum.
func (p *packet) damaged() bool {
	return slices.ContainsFunc(p.parts, func(x part) bool { return x.page.wrong })
}

// Of comments in damaged pages so many bytes that nothing is known about may go, or one in so many
// of the file; half of that where a file breaks off, since then their lengths speak alone.
const (
	unsure      = 64 << 10
	unsureShare = 100
)

// span is a range of a packet.
type span struct{ off, len int }

// header claims and cleans a header packet.
func (f *file) header(st *stream, i int, p packet) error {
	place, role := st.name+"/header", scrub.Structure
	comments := i == 1 && (st.comment != "" || st.version > 0)
	switch {
	case st.name == unknown.name:
		role = scrub.Payload
	case st.name == "skeleton":
		place = st.name
		f.skeleton(p)
	case st.name == "flac" && i > 0:
		place, role = st.name+"/block", scrub.Describe
		if err := f.block(p, place); err != nil {
			return err
		}
	case i == 0:
		f.identification(st, p, place)
	case comments:
		place, role = st.name+"/comments", scrub.Describe
		if err := f.comments(st, p, len(st.comment), place); err != nil {
			return err
		}
	default:
		place, role = st.name+"/setup", scrub.Payload
		f.told(p.b)
	}
	for _, x := range p.parts {
		f.Claim(x.off, x.len, role, place)
	}
	return nil
}

// spare is where Speex has two numbers that are reserved.
const spare = 72

// identification blanks the text that names a program, and what is too long.
func (f *file) identification(st *stream, p packet, place string) {
	want := bytes.Clone(p.b)
	if st.head > len(want) {
		f.Doubt("%s of %d bytes, expected %d", place, len(want), st.head)
		return
	}
	if st.version > 0 {
		clear(want[st.version : st.version+20])
		f.field(p, want, span{st.version, 20}, scrub.Software, place+"/version")
	}
	if st.name == "speex" {
		clear(want[spare:st.head])
		f.field(p, want, span{spare, st.head - spare}, scrub.Hidden, place+"/reserved")
	}
	if st.head > 0 {
		clear(want[st.head:])
		f.field(p, want, span{st.head, len(want) - st.head}, scrub.Hidden, place+"/rest")
	}
}

// field replaces bytes of a packet by those that are wanted.
func (f *file) field(p packet, want []byte, x span, kind scrub.Kind, place string) {
	if bytes.Equal(p.b[x.off:x.off+x.len], want[x.off:x.off+x.len]) {
		return
	}
	r := p.at(x.off, x.len)
	found := scrub.Finding{Kind: kind, Place: place, Off: r.Off, Len: r.Len}
	sealed := true // none of its bytes is free
	p.pieces(x.off, x.len, func(pg *page, _, at, n int) { sealed = sealed && pg.sealed(at) && pg.sealed(at+n-1) })
	if !sealed {
		f.Doubt("%s stays: one write can't change it and the checksum of its page", place)
		f.Stuck(found)
	} else if f.Found(found) {
		f.change(p, x.off, want[x.off:x.off+x.len], nil, scrub.Repair)
	}
}

// comments cleans a packet that holds a header of comments behind its first bytes.
func (f *file) comments(st *stream, p packet, head int, place string) error {
	body, before := p.b[head:], f.Point()
	l := xiph.Clean(f.Scan, body, func(off, n int) scrub.Range { return p.at(head+off, n) },
		func(off, n int) bool { return f.blank(p, head+off, n) }, place)
	want := bytes.Clone(p.b)
	if l.Lost && len(body) < 8 {
		f.Doubt("%s of %d bytes", place, len(body))
		return nil
	}
	if l.Lost {
		l.Repair(want[head:])
	}
	end := head + l.Size
	framing := 0
	if st.framed && end < len(p.b) {
		framing = 1
	}
	tail := span{end + framing, len(p.b) - end - framing}
	if !f.blank(p, tail.off, tail.len) || framing > 0 && p.b[end]&^1 != 0 {
		r := p.at(end, len(p.b)-end)
		l.Changed = f.Found(scrub.Finding{Kind: scrub.Hidden, Place: place + "/rest", Off: r.Off, Len: r.Len}) || l.Changed
	}
	if framing > 0 {
		want[end] = 1
	}
	if n := f.Unexplained(before); p.damaged() && n > max(unsure, f.Size()/unsureShare) {
		f.Held(before)
		f.Doubt("%s stay (%d bytes), since their pages are damaged", place, len(p.b))
		return nil
	}
	short := append(bytes.Clone(p.b[:head]), l.Bytes(0)...)
	if st.framed {
		short = append(short, 1)
	}
	return f.write(st, p, &l, &layout{want: want, head: head, tail: tail, short: short, place: place})
}

// begun empties the comments in which a stream breaks off, up to where it does, and claims them. It
// tells whether they are surely some.
func (f *file) begun(st *stream) bool {
	n, head, place := length(st.open), len(st.comment), st.name+"/comments"
	if st.packets != 1 || head == 0 || n > maxHeader {
		return false
	}
	b, err := f.joined(st.open, n)
	if err != nil || !bytes.HasPrefix(b, []byte(st.comment)) {
		return false
	}
	body := xiph.Cut(b[head:])
	if body == nil {
		return false
	}
	p, before := packet{st.open, b}, f.Point()
	blank := func(off, n int) bool { return f.blank(p, head+off, n) }
	l := xiph.Clean(f.Scan, body, func(off, n int) scrub.Range { return p.at(head+off, n) }, blank, place)
	if !l.Named(body, blank) || f.Unexplained(before) > unsure/2 {
		f.Reset(before)
		return false
	}
	y := &layout{want: bytes.Clone(b), head: head, place: place}
	free := f.fill(p, &l, y, 0)
	f.change(p, 0, y.want, free, scrub.Destroy)
	for _, x := range p.parts {
		f.Claim(x.off, x.len, scrub.Describe, place)
	}
	return true
}

// layout is how a packet of comments may be written: with all texts where they are, or as
// the shortest one.
type layout struct {
	want  []byte // the packet, with what goes still in it
	head  int    // bytes before the comments
	tail  span   // behind the comments
	short []byte
	place string
}

// write changes a packet of comments in the way that leaves least of what goes.
func (f *file) write(st *stream, p packet, l *xiph.List, y *layout) error {
	pg := p.parts[0].page
	s, err := f.stubFor(st, p)
	if err != nil {
		return err
	}
	rest := span{len(y.short), len(p.b) - len(y.short)}
	fits := rest.len >= 0 && st.name != "flac" && f.front(p, len(y.short))
	first := y.short
	if !fits {
		first = st.empty()
	}
	swap := s != nil && f.front(p, len(first)) && int(pg.head)+len(first) <= s.at-ballast
	switch {
	case !l.Changed && !pg.behind:
		f.change(p, 0, y.want, f.fill(p, l, y, 0), scrub.Destroy)
	case swap:
		want, free := append(bytes.Clone(y.short), make([]byte, max(0, rest.len))...), []span{rest}
		n := int(p.parts[0].len)
		if !fits && (len(p.parts) > 1 || rest.len < 0) {
			free = f.fill(p, l, y, n)
			want = y.want
		}
		if err := f.swap(p, first, want, s); err != nil {
			return err
		}
		f.change(p, n, want[n:], free, scrub.Destroy)
	case fits:
		f.change(p, 0, y.short, nil, scrub.Unlink)
		f.change(p, rest.off, make([]byte, rest.len), []span{rest}, scrub.Destroy)
	default:
		f.change(p, 0, y.want, f.fill(p, l, y, 0), scrub.Destroy)
	}
	return nil
}

// stubFor returns the stub for a packet of comments with which a page begins and which
// lies in more than the sector of its checksum; nil if there is none.
func (f *file) stubFor(st *stream, p packet) (*stub, error) {
	x := p.parts[0]
	at := int(x.off - x.page.off)
	if int64(at) != x.page.head || x.page.wrong || st.name == "flac" || x.page.sealed(at) && x.page.sealed(at+len(p.b)-1) {
		return nil, nil
	}
	return f.stubOf(st, x.page)
}

// fill blanks the comments that go where they are: their lengths stay, so that the list
// can be read after each write. It returns what is filler then. A cover in letters, none
// of which is free, goes if more of it changes than what lies before an offset.
func (f *file) fill(p packet, l *xiph.List, y *layout, most int) []span {
	free := []span{y.tail}
	for i, t := range l.Texts {
		x := span{y.head + t.Off, t.Len}
		text := p.b[x.off : x.off+x.len]
		switch {
		case t.Kept == nil, i == 0 && f.blank(p, x.off, x.len), i > 0 && x.len > 0 && text[0] == xiph.Filler:
		case bytes.Equal(t.Kept, text):
			continue
		case len(t.Kept) == x.len && (most >= x.off+x.len || most > x.off && bytes.Equal(t.Kept[most-x.off:], text[most-x.off:])):
			copy(y.want[x.off:], t.Kept)
			continue
		default:
			r := p.at(x.off, x.len)
			f.Gone(scrub.Finding{Kind: scrub.Cover, Place: y.place, Off: r.Off, Len: r.Len})
		}
		clear(y.want[x.off : x.off+x.len])
		if i > 0 && x.len > 0 {
			y.want[x.off] = xiph.Filler
			x.off, x.len = x.off+1, x.len-1
		}
		free = append(free, x)
	}
	clear(y.want[y.tail.off : y.tail.off+y.tail.len])
	return free
}

// block cleans a metadata block of FLAC in a packet of its own.
func (f *file) block(p packet, place string) error {
	const head, comment, padding = 4, 4, 1
	if len(p.b) < head {
		return nil
	}
	all := span{head, len(p.b) - head}
	kind := p.b[0] & 0x7f
	switch {
	case kind == comment:
		return f.comments(&stream{codec: codec{name: "flac"}}, p, head, place)
	case kind == 3: // SEEKTABLE
		f.points(p.b[head:])
		return nil
	case kind == padding && f.blank(p, all.off, all.len):
		return nil
	}
	r := p.at(0, len(p.b))
	what := map[byte]scrub.Kind{padding: scrub.Hidden, 2: scrub.Software, 5: scrub.ID, 6: scrub.Cover}[kind]
	if what == "" {
		what = scrub.Unknown
	}
	if f.Found(scrub.Finding{Kind: what, Place: place, Off: r.Off, Len: r.Len}) {
		f.change(p, 0, append([]byte{p.b[0]&0x80 | padding}, p.b[1:head]...), nil, scrub.Unlink)
		f.change(p, all.off, make([]byte, all.len), []span{all}, scrub.Destroy)
	}
	return nil
}

// points doubts a seek table whose points are none: samples in their order, and zeros in places
// that are left free.
func (f *file) points(b []byte) {
	const point, free = 18, 1<<64 - 1
	before, ok := uint64(0), len(b)%point == 0
	for ; len(b) >= point; b = b[point:] {
		sample, at := binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
		if sample == free {
			ok = ok && len(bytes.Trim(b[8:point], "\x00")) == 0
			continue
		}
		ok = ok && sample >= before && at < uint64(f.Size())
		before = sample
	}
	if !ok {
		f.Doubt("the points of the seek table are out of order")
	}
}

// skeleton blanks the time in the first packet of a skeleton, and what the messages about
// streams hold beside what they are for (Ogg Skeleton 4.0).
func (f *file) skeleton(p packet) {
	want := bytes.Clone(p.b)
	switch {
	case bytes.HasPrefix(want, []byte("fishead\x00")) && len(want) >= 64:
		clear(want[44:64])
		f.field(p, want, span{44, 20}, scrub.Time, "skeleton/utc")
	case bytes.HasPrefix(want, []byte("fisbone\x00")) && len(want) > 52:
		for at := 52; at < len(want); {
			n := bytes.IndexByte(want[at:], '\n') + 1
			if n == 0 {
				n = len(want) - at
			}
			f.message(p, want, span{at, n})
			at += n
		}
	}
}

// messages are the fields that say how streams belong together.
var messages = []string{"content-type", "role", "language", "altitude", "track order", "track dependencies", "display-hint"}

func (f *file) message(p packet, want []byte, x span) {
	line := bytes.TrimRight(want[x.off:x.off+x.len], "\r\n\x00")
	name, value, _ := bytes.Cut(line, []byte(":"))
	known := false
	for _, m := range messages {
		known = known || string(bytes.ToLower(name)) == m
	}
	if known && len(value) < 64 && len(bytes.Trim(value, " ")) > 0 || len(bytes.Trim(line, " ")) == 0 {
		return
	}
	for i := range line {
		line[i] = ' '
	}
	f.field(p, want, x, scrub.Unknown, "skeleton/message")
}
