package asf

import (
	"untag/scrub"
	"untag/scrub/chunk"
)

// cursor goes through the fields of a part and claims them. What would lie behind its
// end makes it fail.
type cursor struct {
	f       *film
	p       chunk.Part
	at, due int64 // the field, and from where on nothing is claimed yet
	stays   bool  // a text does
	failed  bool
	err     error
}

func (f *film) cursor(p chunk.Part, before int64) *cursor {
	c := &cursor{f: f, p: p, at: p.Body(), due: p.Off}
	c.skip(before)
	return c
}

func (c *cursor) ok() bool { return !c.failed && c.err == nil }

func (c *cursor) left() int64 { return c.p.Tail() - c.at }

func (c *cursor) skip(n int64) {
	if n < 0 || n > c.left() {
		c.failed = true
		return
	}
	c.at += n
}

// peek returns n bytes, nil if there are fewer or too many to be a field.
func (c *cursor) peek(n int64) []byte {
	if !c.ok() || n < 0 || n > c.left() || n > maxWords {
		c.failed = true
		return nil
	}
	b, err := c.f.Bytes(c.at, int(n))
	c.err = err
	return b
}

// number reads a field of n bytes, little-endian.
func (c *cursor) number(n int64) (v int64) {
	b := c.peek(n)
	for i := range b {
		v |= int64(b[i]) << (8 * i)
	}
	c.skip(n)
	return v
}

// flush claims the fields up to here as structure.
func (c *cursor) flush(place string) {
	c.f.Claim(c.due, c.at-c.due, scrub.Structure, place)
	c.due = c.at
}

// take claims what precedes the next n bytes, and passes them if they are there.
func (c *cursor) take(n int64, place string) bool {
	if !c.ok() || n < 0 || n > c.left() {
		c.failed = true
		return false
	}
	c.flush(place)
	c.at, c.due = c.at+n, c.at+n
	return true
}

// say is [film.say] for the next n bytes.
func (c *cursor) say(n int64, kind scrub.Kind, role scrub.Role, place string) {
	at := c.at
	if !c.take(n, place) {
		return
	}
	stays, err := c.f.say(at, n, kind, role, place)
	c.stays, c.err = c.stays || stays, err
}

// info claims n bytes that have a meaning if they are no more than most.
func (c *cursor) info(n, most int64, place string) {
	if n <= most {
		c.skip(n)
	} else {
		c.hide(n, place)
	}
}

func (c *cursor) hide(n int64, place string) {
	at := c.at
	if c.take(n, place) {
		c.err = c.f.Hide(at, n, place)
	}
}

// close claims the rest of the part, in which nothing has a meaning.
func (c *cursor) close(place string) error {
	if n := c.left(); c.ok() && c.take(n, place) {
		c.err = c.f.rest(c.at-n, n, place)
	}
	return c.err
}
