package nut

// cursor reads numbers. What lies behind the end of b makes it bad.
type cursor struct {
	b   []byte
	at  int
	bad bool
}

// number reads one of seven bits a byte, the last of which has no highest bit.
func (c *cursor) number() (v uint64) {
	for range 10 {
		if c.bad || c.at >= len(c.b) {
			break
		}
		d := c.b[c.at]
		c.at++
		if v = v<<7 | uint64(d&0x7f); d < 0x80 {
			return v
		}
	}
	c.bad = true
	return 0
}

// signed reads a number with a sign.
func (c *cursor) signed() int64 {
	v := c.number() + 1
	if v&1 == 1 {
		return -int64(v >> 1)
	}
	return int64(v >> 1)
}

// fixed reads a number of n bytes.
func (c *cursor) fixed(n int) (v uint64) {
	if c.bad || n > len(c.b)-c.at {
		c.bad = true
		return 0
	}
	for _, d := range c.b[c.at : c.at+n] {
		v = v<<8 | uint64(d)
	}
	c.at += n
	return v
}

// blob reads bytes behind their number.
func (c *cursor) blob() []byte {
	n := c.number()
	if c.bad || n > uint64(len(c.b)-c.at) {
		c.bad = true
		return nil
	}
	c.at += int(n)
	return c.b[c.at-int(n) : c.at]
}

// entries reads those of one stream in an index: which of the syncpoints it has a key frame
// behind, in runs or bit by bit, and where.
func (c *cursor) entries(points uint64) {
	for j := uint64(0); j < points && !c.bad; {
		x := c.number()
		var has []bool
		if run := x&1 == 1; run {
			n, key := min(x>>2, points-j), x>>1&1 == 1
			for range n {
				has = append(has, key)
			}
			has = append(has, !key)
		} else {
			for x >>= 1; x > 1; x >>= 1 {
				has = append(has, x&1 == 1)
			}
			if x == 0 {
				c.bad = true
			}
		}
		for _, key := range has {
			if j < points && key && c.number() == 0 {
				c.number()
				c.number()
			}
			j++
		}
		if len(has) == 0 {
			c.bad = true
		}
	}
}
