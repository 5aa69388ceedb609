package h26x

// cursor reads the payload of a NAL unit: its bytes without the ones that
// prevent the emulation of start codes (H.264 7.3.1: a 03 after 00 00).
type cursor struct {
	raw     []byte
	at      int // next raw byte
	zeros   int // zero bytes before it
	escapes int // emulation prevention bytes passed
}

// next returns the next byte of payload. It fails at the end, and where a start
// code should have been prevented.
func (c *cursor) next() (byte, bool) {
	if c.escaped() {
		c.at++
		c.zeros = 0
		c.escapes++
	}
	if c.at >= len(c.raw) {
		return 0, false
	}
	b := c.raw[c.at]
	if c.zeros >= 2 && b < 3 {
		return 0, false
	}
	c.at++
	c.zeros++
	if b != 0 {
		c.zeros = 0
	}
	return b, true
}

// escaped tells whether the next raw byte is an emulation prevention byte.
func (c *cursor) escaped() bool {
	return c.zeros >= 2 && c.at < len(c.raw) && c.raw[c.at] == 3
}

// skip passes n bytes of payload.
func (c *cursor) skip(n int) bool {
	for ; n > 0; n-- {
		if _, ok := c.next(); !ok {
			return false
		}
	}
	return true
}

// coded reads a number that is the sum of FF bytes and a last one, as the type
// and the size of SEI messages are written (H.264 7.3.2.3.1).
func (c *cursor) coded() (n int, ok bool) {
	for {
		b, ok := c.next()
		if !ok {
			return 0, false
		}
		n += int(b)
		if b != 0xff {
			return n, true
		}
	}
}

// rest returns the payload up to the end, or to where a start code would be.
func (c *cursor) rest() (payload []byte) {
	for {
		b, ok := c.next()
		if !ok {
			return payload
		}
		payload = append(payload, b)
	}
}
