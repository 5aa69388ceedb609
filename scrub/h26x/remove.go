package h26x

import "untag/scrub"

// There are four ways to remove a message. All leave a filler_payload message of
// the same raw length, FF throughout, so that no start code can come about.
//
//   - A message without escapes keeps its size: only its type and body change,
//     each byte for itself.
//   - An escape (00 00 03) stands for two bytes and becomes three, so the size
//     changes. Where the message is alone in its NAL unit, the unit is made one of
//     filler data first, which hides its inside, and one of SEI again last.
//   - Among other messages the body is filled around the escapes, then they are
//     filled, which leaves FF between this message and the next, and then the last
//     byte of the size takes these in. See [cursor.resume].
//   - After a message that ends in 00 00 a type 3 would read as an escape. Type 4
//     with a country code of FF, which is nobody's, takes its place.

// alone removes the only message of a unit.
func (u *unit) alone(m sei, v verdict) Piece {
	if m.simple() {
		return u.among(m, v)[0]
	}
	head := fillerMessages(m.end - u.h.size)
	rest := m.end - u.h.size - len(head)
	edits := []scrub.Edit{
		put(scrub.Unlink, u.h.typeAt, u.h.as(u.codec, u.codec.fillerType())),
		u.put(scrub.Destroy, u.h.size, head...),
	}
	if rest > 0 {
		edits = append(edits, u.fill(scrub.Destroy, m.end-rest, m.end, fill))
	}
	edits = append(edits, put(scrub.Repair, u.h.typeAt, u.h.b))
	return u.piece(m.at, m.end, v, edits...)
}

// among returns the pieces of a message that others may stand next to.
func (u *unit) among(m sei, v verdict) []Piece {
	switch {
	case v.keep > 0:
		return u.cut(m, v)
	case v.stays && v.kind == "" && !v.free:
		return nil
	case v.stays:
		p := u.piece(m.at, m.end, v, v.edits...)
		p.Padding = v.free
		return []Piece{p}
	case v.kind == "":
		return []Piece{u.piece(m.at, m.end, v)}
	case m.simple():
		return []Piece{u.piece(m.at, m.end, v, u.refill(m)...)}
	}
	return []Piece{u.piece(m.at, m.end, v, u.stretch(m)...)}
}

// cut blanks what follows the bytes to keep.
func (u *unit) cut(m sei, v verdict) []Piece {
	from := m.body + v.keep
	switch {
	case from >= m.end:
		return nil
	case v.kind == "":
		return []Piece{u.piece(from, m.end, v)}
	}
	return []Piece{u.piece(from, m.end, v, u.fill(scrub.Destroy, from, m.end-u.tail(m), ' '))}
}

// refill makes filler of a message that keeps its size.
func (u *unit) refill(m sei) (edits []scrub.Edit) {
	if t := fillerFor(m); int(t) != m.typ {
		edits = append(edits, u.put(scrub.Unlink, m.last, t))
	}
	if to := m.end - u.tail(m); to > m.body {
		edits = append(edits, u.fill(scrub.Destroy, m.body, to, fill))
	}
	return edits
}

// fillerFor is the type of filler that can take the place of m.
func fillerFor(m sei) byte {
	if m.zeros >= 2 {
		return typeRegistered
	}
	return typeFiller
}

// stretch makes filler of a message whose size must grow. It returns nil where
// there is no way that is safe at each step.
func (u *unit) stretch(m sei) []scrub.Edit {
	s, ok := u.plan(m)
	if !ok {
		return nil
	}
	var edits []scrub.Edit
	if t := fillerFor(m); int(t) != m.typ {
		edits = append(edits, u.put(scrub.Unlink, m.last, t))
	}
	at := m.body
	for _, h := range s.held {
		if h.at > at {
			edits = append(edits, u.fill(scrub.Unlink, at, h.at, fill))
		}
		edits = append(edits, u.put(scrub.Destroy, h.at, h.data...))
		at = h.at + len(h.data)
	}
	edits = append(edits, u.fill(scrub.Unlink, at, m.end, fill))
	return append(edits, u.put(scrub.Repair, m.body-1, s.size))
}

// stretching is what a message is to be: FF but for what is held back until
// nothing of it counts any more.
type stretching struct {
	held []held
	size byte // last byte of the size, in its old place
}

type held struct {
	at   int
	data []byte
}

// plan finds out how a message can be stretched over its raw bytes.
func (u *unit) plan(m sei) (s stretching, ok bool) {
	grow := m.end - m.body - m.size
	if m.long() || m.bound || m.size == 0 || u.tail(m) > 0 || grow < 1 || grow > mostEscapes {
		return s, false
	}
	escapes := u.escapes(m)
	old := m.body - m.last - 1 // bytes of the size
	room := m.end - m.last - 1 // for size and body
	second := -1               // where the rest begins, as a message of its own
	code, ok := sizeCode(room)
	if !ok {
		if second, code, ok = u.split(m, old, room, grow, escapes); !ok {
			return s, false
		}
	}
	if len(code) < old || len(code) > old && fillerFor(m) != typeFiller {
		return s, false
	}
	more := code[old:] // lies in what was the body
	if len(more) > 0 {
		s.held = append(s.held, held{m.body, more})
	}
	for _, e := range escapes {
		if e < m.body+len(more)+2 || e+3 >= m.end-grow {
			return s, false
		}
		s.held = append(s.held, held{e, []byte{fill, fill, fill}})
	}
	if second >= 0 {
		s.hold(held{second, []byte{typeFiller, byte(m.end - second - 2)}})
	}
	s.size = code[old-1]
	return s, true
}

// hold inserts h in order.
func (s *stretching) hold(h held) {
	i := len(s.held)
	for i > 0 && s.held[i-1].at > h.at {
		i--
	}
	s.held = append(s.held[:i], append([]held{h}, s.held[i:]...)...)
}

// split finds the place of a second message where no size fits. What an
// interrupted run leaves behind the first one must stay FF.
func (u *unit) split(m sei, old, room, grow int, escapes []int) (at int, code []byte, ok bool) {
	for rest := grow + 1; rest < min(grow+32, 255); rest++ {
		at = m.end - rest - 2
		code, ok = sizeCode(room - rest - 2)
		if !ok || len(code) != old || at < m.body+4 {
			continue
		}
		free := true
		for _, e := range escapes {
			free = free && (e+3 < at-1 || e > at+3)
		}
		if free {
			return at, code, true
		}
	}
	return 0, nil, false
}

// escapes returns where 00 00 03 lies in a body.
func (u *unit) escapes(m sei) (at []int) {
	c := u.inside(m)
	for n := 0; ; n = c.escapes {
		if _, ok := c.next(); !ok {
			return at
		}
		if c.escapes > n {
			at = append(at, c.at-4)
		}
	}
}

// sizeCode returns the size of a message whose size and body take n bytes. There
// is none if n is a multiple of 256.
func sizeCode(n int) (code []byte, ok bool) {
	if n <= 0 || n%256 == 0 {
		return nil, false
	}
	for range (n - 1) / 256 {
		code = append(code, fill)
	}
	return append(code, byte((n-1)%256)), true
}

// fillerMessages returns the start of filler messages that take n bytes, 2 at
// least: all that isn't FF.
func fillerMessages(n int) []byte {
	if code, ok := sizeCode(n - 1); ok {
		return append([]byte{typeFiller}, code...)
	}
	return append([]byte{typeFiller, 0}, fillerMessages(n-2)...)
}

func (u *unit) put(phase scrub.Phase, at int, data ...byte) scrub.Edit {
	return put(phase, u.off+int64(at), data...)
}

func (u *unit) fill(phase scrub.Phase, from, to int, b byte) scrub.Edit {
	return scrub.Edit{Off: u.off + int64(from), Len: int64(to - from), Fill: b, Phase: phase}
}

func put(phase scrub.Phase, off int64, data ...byte) scrub.Edit {
	return scrub.Edit{Off: off, Len: int64(len(data)), Data: data, Phase: phase}
}
