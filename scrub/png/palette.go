package png

import (
	"bytes"

	"untag/scrub"
)

// indexes learns from the rows of pictures with a palette which of its entries
// they use. It takes what comes out of one stream after the other.
type indexes struct {
	h      header
	used   [256]bool
	bytes  [256]bool // bytes of several pixels that occurred whole
	passes [][2]int64
	row    []byte // the present one, with its filter type in front
	above  []byte
	done   int64 // rows of the present pass
	bad    bool  // it can't be told
}

// maxRow bounds the rows that are looked into, in bytes.
const maxRow = 1 << 20

// start begins a picture of this size.
func (x *indexes) start(width, height int64) {
	x.passes = x.h.passes(width, height)
	x.row, x.above, x.done = x.row[:0], x.above[:0], 0
}

// Write implements [io.Writer].
func (x *indexes) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && len(x.passes) > 0 && !x.bad {
		length := 1 + (x.passes[0][0]*int64(x.h.depth)+7)/8
		if length > maxRow {
			x.bad = true
			break
		}
		take := min(len(p), int(length)-len(x.row))
		x.row, p = append(x.row, p[:take]...), p[take:]
		if int64(len(x.row)) == length {
			x.finish(x.passes[0][0])
		}
	}
	return n, nil
}

// finish takes a row that is complete: its bytes are differences, 9.2.
func (x *indexes) finish(width int64) {
	if x.done == 0 {
		x.above = append(x.above[:0], make([]byte, len(x.row))...)
	}
	row, whole := x.row, int(width*int64(x.h.depth)/8)
	var left, corner byte
	for i := 1; i < len(row); i++ {
		up := x.above[i]
		switch row[0] {
		case 0:
		case 1:
			row[i] += left
		case 2:
			row[i] += up
		case 3:
			row[i] += byte((int(left) + int(up)) / 2)
		case 4:
			row[i] += paeth(left, up, corner)
		default:
			x.bad = true
			return
		}
		if left, corner = row[i], up; i <= whole {
			x.bytes[left] = true
		}
	}
	if over := width * int64(x.h.depth) % 8; over > 0 { // what fills the last byte up is no pixel
		x.pixels(left, over)
	}
	if x.done++; x.done == x.passes[0][1] {
		x.passes, x.done = x.passes[1:], 0
	}
	x.row, x.above = x.above[:0], row
}

// settle says of all entries whether they are used. Where rows are missing,
// decoders show the first.
func (x *indexes) settle() {
	for b, seen := range x.bytes {
		if seen {
			x.pixels(byte(b), 8)
		}
	}
	x.used[0] = true
}

// pixels notes the pixels in the first bits of b.
func (x *indexes) pixels(b byte, bits int64) {
	for n := int64(x.h.depth); bits >= n; bits -= n {
		x.used[b>>(8-n)] = true
		b <<= n
	}
}

func paeth(a, b, c byte) byte {
	p := int(a) + int(b) - int(c)
	pa, pb, pc := abs(p-int(a)), abs(p-int(b)), abs(p-int(c))
	switch {
	case pa <= pb && pa <= pc:
		return a
	case pb <= pc:
		return b
	}
	return c
}

func abs(n int) int { return max(n, -n) }

// unused sets the entries of a palette, or their alphas, to zeros that no pixel
// uses. Entries have size bytes.
func (c *cleaner) unused(k chunk, size int) error {
	body := c.Get(k.data(), int(min(k.n, 3*256)))
	if int64(len(body)) < k.n {
		c.keep(k, scrub.Render)
		return nil
	}
	old := bytes.Clone(body)
	for i := range body {
		if !c.pixel.used[i/size] {
			body[i] = 0
		}
	}
	if bytes.Equal(old, body) {
		c.keep(k, scrub.Render)
		return nil
	}
	from := int64(0)
	for old[from] == body[from] {
		from++
	}
	f := scrub.Finding{Kind: scrub.Hidden, Place: k.typ, Off: k.data() + from, Len: k.n - from, Value: "entries that no pixel uses"}
	n := int64(0) // entries up to the last one in use
	for i := range int(k.n) / size {
		if c.pixel.used[i] {
			n = int64(i) + 1
		}
	}
	n = max(n, c.least)
	fresh := append(bytes.Clone(body[from:]), sum(k.typ, body)...)
	switch {
	case c.Atomic(k.data()+from, int64(len(fresh))):
		c.Claim(k.off, k.end()-k.off, scrub.Structure, k.typ)
		c.Put(scrub.Unlink, k.data()+from, fresh)
	case size == 3 && c.shrinks(k, 3*n):
		c.put(k, k.typ, body[:3*n])
	case c.Anew(k.data()+from, int64(len(fresh)), fresh):
		c.Claim(k.off, k.end()-k.off, scrub.Structure, k.typ)
	default:
		c.Stuck(f)
		c.Doubt("entries of %s at 0x%x that no pixel uses stay: they can't be removed in one write", k.typ, k.off)
		c.keep(k, scrub.Render)
		return nil
	}
	c.Gone(f)
	return nil
}

// shrinks tells whether a palette of n bytes can take the place of a longer one in
// one write.
func (c *cleaner) shrinks(k chunk, n int64) bool {
	rest := k.n - n - frameLen
	return rest >= 4 && c.Atomic(k.off, headLen+n+crcLen+headLen+4)
}
