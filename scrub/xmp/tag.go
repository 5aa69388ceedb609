package xmp

import "bytes"

// finder finds tags in a packet, in linear time: a search that failed once is not
// tried again.
type finder struct {
	b      []byte
	absent [256]bool // a quote that does not occur any more
	ended  bool      // no tag ends any more
}

// tag is one tag of a packet, with the places of its parts.
type tag struct {
	off, end int
	tail     int // length of what ends it: > or />
	name     string
	attrs    []attr
	closing  bool
	empty    bool
}

// attr is one attribute; off and end enclose its name, its value and the quotes.
type attr struct {
	name, value string
	off, end    int
}

// maxTag bounds the name of an element or attribute.
const maxTag = 128

// scan reads the tag, instruction or comment that starts at b[off]. What is
// no tag has no name; ok is false if nothing ends it in time.
func (s *finder) scan(off int) (t tag, ok bool) {
	b := s.b
	t.off = off
	for _, w := range []struct{ start, end string }{{"<!--", "-->"}, {"<?", "?>"}, {"<![CDATA[", "]]>"}, {"<!", ">"}} {
		if bytes.HasPrefix(b[off:], []byte(w.start)) {
			_, rest, _ := bytes.Cut(b[off:], []byte(w.end))
			t.end = len(b) - len(rest)
			return t, true
		}
	}
	if s.ended {
		return t, false
	}
	at := off + 1
	if at < len(b) && b[at] == '/' {
		t.closing = true
		at++
	}
	n := nameLen(b[at:])
	if n == 0 {
		return t, false
	}
	t.name = string(b[at : at+n])
	return s.rest(t, at+n)
}

// rest reads attributes up to the end of the tag. What is none, as an
// interrupted run may leave it, is stepped over.
func (s *finder) rest(t tag, at int) (tag, bool) {
	b := s.b
	for at < len(b) {
		switch c := b[at]; {
		case c == '>':
			t.end, t.tail = at+1, 1
			return t, true
		case c == '/' && at+1 < len(b) && b[at+1] == '>':
			t.end, t.tail, t.empty = at+2, 2, true
			return t, true
		}
		a, ok := s.attr(at)
		if !ok {
			at++
			continue
		}
		t.attrs = append(t.attrs, a)
		at = a.end
	}
	s.ended = true
	return t, false
}

// attr reads name="value" at b[at], which white space must precede and may stand
// around the sign (XML 1.0, 2.3, Eq).
func (s *finder) attr(at int) (a attr, ok bool) {
	b := s.b
	if !space(b[at-1]) {
		return a, false
	}
	n := nameLen(b[at:])
	q := at + n + spaces(b[at+n:])
	if n == 0 || q >= len(b) || b[q] != '=' {
		return a, false
	}
	q += 1 + spaces(b[q+1:])
	if q >= len(b) || b[q] != '"' && b[q] != '\'' {
		return a, false
	}
	if s.absent[b[q]] {
		return a, false
	}
	i := bytes.IndexByte(b[q+1:], b[q])
	if i < 0 {
		s.absent[b[q]] = true
		return a, false
	}
	return attr{string(b[at : at+n]), string(b[q+1 : q+1+i]), at, q + 2 + i}, true
}

func nameLen(b []byte) int {
	n := 0
	for n < len(b) && n < maxTag && nameByte(b[n]) {
		n++
	}
	return n
}

// spaces counts the white space that b begins with, up to what a name may have.
func spaces(b []byte) int {
	n := 0
	for n < len(b) && n < maxTag && space(b[n]) {
		n++
	}
	return n
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == ':' || c == '_' || c == '-' || c == '.'
}

func space(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
