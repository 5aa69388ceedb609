package jpeg

import (
	"fmt"
	"slices"

	"untag/scrub/jpeg/entropy"
)

// maxJunk is how many bytes between segments are no reason for doubt.
const maxJunk = 64

// judge looks for signs that the walk may have missed what decoders see: a
// segment of the coding that is longer than what it holds, or bytes between
// segments that may be coded data whose header is damaged. Then nothing that is
// not known to be metadata is changed, and the end is not sure.
func (c *cleaner) judge() error {
	n, behindText := int64(0), true
	for _, r := range c.pic.junk {
		n += r.Len
		behindText = behindText && c.behindText(r)
	}
	if n > maxJunk || !behindText {
		c.strange = fmt.Sprintf("%d bytes between segments may be part of the picture", n)
	}
	if len(c.pic.frames) > 1 && !slices.ContainsFunc(c.pic.segments, func(g segment) bool { return g.code == dhp }) {
		c.strange = "there is more than one frame header"
	}
	for _, g := range c.pic.segments {
		c.exact(g)
	}
	if err := c.once(); err != nil {
		return err
	}
	return c.enough()
}

// behindText tells whether junk stands behind a segment that goes, such as an APPn
// or COM, whose writer may have told a wrong length.
func (c *cleaner) behindText(j junk) bool {
	if j.behind < 0 {
		return true
	}
	g := c.pic.segments[j.behind]
	return g.code == soi || c.removes(g)
}

// exact compares the length of a segment with what it says itself. Decoders
// that are strict refuse a longer one, others pass over what may be anything.
func (c *cleaner) exact(g segment) {
	if g.n < 0 || c.removes(g) {
		return
	}
	b := c.Get(g.body(), int(g.n))
	if n := coded(g.code, b); n >= 0 && n != len(b) {
		c.strange = fmt.Sprintf("%s holds %d bytes where %d are expected, at 0x%x", placeOf(g.code), len(b), n, g.off)
	}
	if g.code == dht && slices.ContainsFunc(tablesOf(g, b), func(t table) bool { return len(t.b) > mostHuffman }) {
		c.strange = fmt.Sprintf("a Huffman table has more codes than there can be, at 0x%x", g.off)
	}
}

// mostHuffman is the length of the longest Huffman table that decoders take.
const mostHuffman = 17 + 256

// coded returns how long the payload of a segment is by what it says itself
// (T.81, B.2.2 to B.2.5), or -1 if that is not known.
func coded(code byte, b []byte) int {
	switch {
	case code == dri:
		return 2
	case code == dnl:
		return 2
	case code == exp:
		return 1
	case code == dac:
		return len(b) &^ 1
	case code == dqt:
		return tables(b, func(b []byte) int { return 1 + 64<<(b[0]>>4&1) })
	case code == dht:
		return tables(b, entropy.TableLength)
	case code == dhp || isFrame(code) && code != sof55:
		return counted(b, 5, 6, 3)
	case code == sos:
		return counted(b, 0, 4, 2)
	}
	return -1
}

// counted is the length of a header of n bytes whose byte at is a count of
// items of the given size.
func counted(b []byte, at, n, size int) int {
	if at >= len(b) {
		return n
	}
	return n + size*int(b[at])
}

// tables adds up tables that stand one behind the other.
func tables(b []byte, length func([]byte) int) int {
	at := 0
	for at < len(b) {
		at += length(b[at:])
	}
	return at
}
