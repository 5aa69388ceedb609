package gif

import "untag/scrub"

// codes reads the compressed pixels of a picture out of its sub-blocks (Appendix F).
type codes struct {
	s       *scrub.Scan
	at      int64 // behind the last byte that was taken
	next    int64 // where the next length is
	block   []byte
	bits    uint32
	n       uint // bits that are left of the last byte
	drained bool // all sub-blocks were read
	err     error
}

const (
	widest  = 12 // bits of a code
	maxBits = 8  // of a pixel
)

// take reads a code of some bits, and returns -1 behind the last one.
func (c *codes) take(width uint) int {
	for c.n < width {
		if len(c.block) == 0 && !c.fetch() {
			return -1
		}
		c.bits |= uint32(c.block[0]) << c.n
		c.n, c.at, c.block = c.n+8, c.at+1, c.block[1:]
	}
	v := c.bits & (1<<width - 1)
	c.bits, c.n = c.bits>>width, c.n-width
	return int(v)
}

// fetch reads the next sub-block.
func (c *codes) fetch() bool {
	b, err := c.s.Bytes(c.next, 1)
	if err == nil && b[0] > 0 {
		c.block, err = c.s.Bytes(c.next+1, int(b[0]))
	}
	c.drained, c.err = err == nil && b[0] == 0, err
	if c.drained || err != nil {
		return false
	}
	c.at, c.next = c.next+1, c.next+1+int64(b[0])
	return true
}

// follow goes through the codes up to the end code. It returns how many pixels they are
// of, notes which values these have, and tells whether the end code was there.
//
// What a code stands for is made of what was seen since the table was cleared: so pixels
// have those values that stand alone in some place.
func (c *codes) follow(size uint, used *[256]bool) (pixels int64, ended bool) {
	if size < 1 || size > maxBits {
		return 0, false
	}
	clear := 1 << size
	var length [1 << widest]int64
	width, next, prev := size+1, clear+2, -1
	for {
		code, n := c.take(width), int64(1)
		switch {
		case code == clear:
			width, next, prev = size+1, clear+2, -1
			continue
		case code == clear+1:
			return pixels, true
		case code >= 0 && code < clear:
			used[code] = true
		case code > clear && code < next:
			n = length[code]
		case code == next && prev >= 0:
			n = length[prev] + 1
		default:
			return pixels, false
		}
		if code < clear {
			length[code] = 1
		}
		if prev >= 0 && next < len(length) {
			length[next] = length[prev] + 1
			next++
		}
		if next >= 1<<width && width < widest {
			width++
		}
		prev, pixels = code, pixels+n
	}
}
