package h26x

import (
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
)

// Types of SEI messages that are looked into. H.264, H.265 and H.266 share the
// numbers (H.274).
const (
	typeFiller       = 3
	typeRegistered   = 4 // user_data_registered_itu_t_t35
	typeUnregistered = 5 // user_data_unregistered
	typeTimeCode     = 136
	typeTiming       = 1
	trailingBits     = 0x80
	fill             = 0xff
	mostEscapes      = 64  // that are taken out of a message one by one
	prefixLen        = 512 // as much of a body as is looked at
)

// unit is an SEI NAL unit in memory.
type unit struct {
	video *Video
	codec Codec
	off   int64
	h     header
	raw   []byte
}

// sei is one message. Its parts are raw offsets: what lies between them may
// hold emulation prevention bytes.
type sei struct {
	at    int // start: the type, or the escape before it
	typ   int
	last  int // last byte of the type
	body  int
	end   int
	size  int  // payloadSize
	zeros int  // zero bytes before the type that would make 00 00 03 of it
	bound bool // type 0 is one of the zero bytes of an escape, or may be
}

// sei looks at an SEI NAL unit.
func (w *walk) sei(off, n int64, h header) error {
	if n > scrub.MaxPiece {
		return w.add(Piece{Off: off, Len: n, Kind: scrub.Unknown, Value: "messages too long to look at"})
	}
	raw, err := w.r.Bytes(off, int(n))
	if err != nil {
		return err
	}
	u := &unit{w.video, w.video.Codec, off, h, raw}
	return w.add(u.pieces()...)
}

// pieces returns the pieces of the unit. They take all of it if no message
// stays. If one can't be removed, none is: what the next plan could do would
// depend on how far this one came.
func (u *unit) pieces() []Piece {
	messages, ok := u.messages()
	if !ok { // one wrong length makes all that follow it wrong
		return []Piece{u.piece(0, len(u.raw), verdict{kind: scrub.Unknown, value: "messages that don't add up"})}
	}
	var out []Piece
	whole := true
	for _, m := range messages {
		v := u.judge(m)
		whole = whole && !v.stays
		if len(messages) == 1 && v.goes() {
			out = append(out, u.alone(m, v))
			continue
		}
		out = append(out, u.among(m, v)...)
	}
	for _, p := range out {
		if p.Kind != "" && len(p.Edits) == 0 {
			value := "a message that can't be removed from among others"
			if p.Value == coded.Opaque {
				value = p.Value
			}
			return []Piece{u.piece(0, len(u.raw), verdict{kind: p.Kind, value: value})}
		}
	}
	if whole && len(out) > 0 {
		return u.widen(out)
	}
	return out
}

// widen makes the pieces begin and end with the unit.
func (u *unit) widen(p []Piece) []Piece {
	p[0].Len += p[0].Off - u.off
	p[0].Off = u.off
	last := &p[len(p)-1]
	last.Len = u.off + int64(len(u.raw)) - last.Off
	return p
}

func (u *unit) piece(from, to int, v verdict, edits ...scrub.Edit) Piece {
	return Piece{Off: u.off + int64(from), Len: int64(to - from), Kind: v.kind, Value: v.value, Edits: edits}
}

// messages returns the messages of the unit. Some writers leave out the trailing
// bits.
func (u *unit) messages() (list []sei, ok bool) {
	end := len(u.raw)
	for end > u.h.size && u.raw[end-1] == 0 {
		end--
	}
	if end > u.h.size && u.raw[end-1] == trailingBits {
		if list, ok = u.messagesTo(end - 1); ok {
			return list, true
		}
	}
	return u.messagesTo(len(u.raw))
}

func (u *unit) messagesTo(end int) (list []sei, ok bool) {
	c := cursor{raw: u.raw[:end], at: u.h.size}
	for c.at < end {
		m, ok := c.message()
		if !ok || len(list) == maxPieces {
			return nil, false
		}
		list = append(list, m)
	}
	return list, len(list) == 1 || !slices.ContainsFunc(list, sei.long)
}

// message reads one message.
func (c *cursor) message() (m sei, ok bool) {
	m.at, m.zeros = c.at, c.zeros
	if c.escaped() {
		m.zeros = 0
	}
	if m.typ, ok = c.coded(); !ok {
		return m, false
	}
	m.last = c.at - 1
	escapes := c.escapes
	if m.size, ok = c.coded(); !ok {
		return m, false
	}
	m.body = c.at
	m.bound = m.typ == 0 && (m.size == 0 || c.escapes > escapes)
	if m.size > len(c.raw)-c.at || !c.skip(m.size) {
		return m, false
	}
	m.end = c.at
	c.resume(&m)
	return m, true
}

// resume adds filler that an interrupted run left behind a message whose
// escapes it had destroyed: no message that is in use begins with FF.
func (c *cursor) resume(m *sei) {
	if m.size == 0 || m.long() || c.raw[m.end-1] != fill {
		return
	}
	if m.typ != typeFiller && !(m.typ == typeRegistered && m.size > 1 && c.raw[m.body] == fill && c.raw[m.body+1] == fill) {
		return
	}
	for c.at < len(c.raw) && c.raw[c.at] == fill {
		c.at++
		c.zeros = 0
	}
	m.end = c.at
}

// long tells that the type takes more than one byte, as no type in use does.
// Next to others such a message could be taken for what [cursor.resume] looks for.
func (m sei) long() bool { return m.typ >= 255 }

// plain tells that the bytes of the body are the bytes of the payload.
func (m sei) plain() bool { return m.end-m.body == m.size }

// simple tells that m can become filler of its size.
func (m sei) simple() bool { return m.plain() && !m.long() && !m.bound }

// tail is how many zero bytes at the end of a message are needed to make an
// escape of what follows it.
func (u *unit) tail(m sei) int {
	zeros := 0
	for zeros < 2 && m.end-zeros > m.body && u.raw[m.end-1-zeros] == 0 {
		zeros++
	}
	next := u.raw[m.end:]
	switch {
	case zeros == 2 && len(next) > 0 && next[0] == 3:
		return 2
	case zeros >= 1 && len(next) > 1 && next[0] == 0 && next[1] == 3:
		return 1
	}
	return 0
}

// constant tells whether raw bytes are all b.
func (u *unit) constant(from, to int, b byte) bool {
	for _, c := range u.raw[from:to] {
		if c != b {
			return false
		}
	}
	return true
}

// inside returns a cursor at the body of m.
func (u *unit) inside(m sei) cursor {
	c := cursor{raw: u.raw[:m.end], at: m.body}
	if u.raw[m.body-1] == 0 { // size 255 is coded FF 00; two zero bytes mean that there is no body
		c.zeros = 1
	}
	return c
}

// prefix returns the start of the body's payload.
func (u *unit) prefix(m sei) []byte { return u.payload(m, prefixLen) }

// payload returns the body's payload, most bytes of it.
func (u *unit) payload(m sei, most int) []byte {
	c := u.inside(m)
	out := make([]byte, 0, min(m.size, most))
	for len(out) < cap(out) {
		b, ok := c.next()
		if !ok {
			break
		}
		out = append(out, b)
	}
	return out
}
