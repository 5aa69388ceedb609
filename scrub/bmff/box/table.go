package box

import (
	"math"

	"untag/scrub"
)

// Column is a table of equal entries, read in blocks.
type Column struct {
	Reader *scrub.Reader
	Off    int64 // of the first entry
	N      int64 // entries
	Width  int64 // bytes an entry; 0 means four bits (stz2)
	ahead  int64 // bytes read at once; 0 means ColumnBlock
	block  []byte
	first  int64 // entry that block starts with
}

// A column reads at least ColumnBlock bytes at once. Each read of a table that is
// not in memory waits for the drive, so that a movie of few tracks reads more: the
// columns of all tracks together hold columnRoom.
const (
	ColumnBlock = 12 << 10
	columnRoom  = 4 << 20
	columnMost  = 256 << 10
)

// Fresh is the same table with a block of its own, for another reader, who reads ahead
// bytes at once.
func (c Column) Fresh(ahead int64) Column {
	c.block, c.ahead = nil, ahead
	return c
}

// Row returns the bytes of entry i, which are valid until the next call.
func (c *Column) Row(i int64) ([]byte, error) {
	width := max(c.Width, 1)
	if i < c.first || (i-c.first+1)*width > int64(len(c.block)) {
		count := min(max(c.ahead, ColumnBlock)/width, c.N-i)
		c.block, c.first = c.Reader.Get(c.Off+i*width, int(count*width)), i
	}
	at := (i - c.first) * width
	return c.block[at : at+width], nil
}

// Number returns entry i of a table of numbers.
func (c *Column) Number(i int64) (int64, error) {
	if c.Width == 0 {
		return c.nibble(i)
	}
	b, err := c.Row(i)
	if err != nil {
		return 0, err
	}
	var n uint64
	for _, x := range b {
		n = n<<8 | uint64(x)
	}
	if n > math.MaxInt64 {
		return math.MaxInt64, nil
	}
	return int64(n), nil
}

// nibble reads the four-bit sizes of stz2: the high half first (8.7.3.3).
func (c *Column) nibble(i int64) (int64, error) {
	bytes := Column{Reader: c.Reader, Off: c.Off, N: (c.N + 1) / 2, Width: 1, ahead: c.ahead, block: c.block, first: c.first}
	b, err := bytes.Row(i / 2)
	c.block, c.first = bytes.block, bytes.first
	if err != nil {
		return 0, err
	}
	if i%2 == 0 {
		return int64(b[0] >> 4), nil
	}
	return int64(b[0] & 15), nil
}

// Column makes a column of a full box whose count of entries stands countAt
// bytes into the body. A count that the box has no room for is an error.
func (w *Walk) Column(b Box, countAt, width int64) (Column, error) {
	if b.Size() < countAt+4 {
		return Column{}, w.Errorf(b.Off, "box %q has %d bytes, expected %d or more", b.Name(), b.Len, b.Head+countAt+4)
	}
	c := Column{Reader: w.Reader, Off: b.Body() + countAt + 4, N: int64(Uint32(w.Get(b.Body()+countAt, 4))), Width: width}
	if room := (b.End() - c.Off) / width; c.N > room {
		return Column{}, w.Errorf(b.Off, "box %q says %d entries and has room for %d", b.Name(), c.N, room)
	}
	return c, nil
}

// Rows claims a full box of entries of width bytes behind their count, which stands countAt
// bytes into the body, and what follows the last one.
func (w *Walk) Rows(b Box, countAt, width int64, defined uint32, place string) (Column, error) {
	c, err := w.Column(b, countAt, width)
	if err != nil {
		return c, err
	}
	if _, _, err := w.Flags(b, defined, place); err != nil {
		return c, err
	}
	end := c.Off + c.N*c.Width
	w.Claim(b.Body()+4, end-b.Body()-4, scrub.Structure, place)
	return c, w.Slack(b, end, place)
}

// Shorten leaves the first n rows of a claimed table, since nothing can use the
// others.
func (w *Walk) Shorten(b Box, c Column, n int64, place string) {
	off, length := c.Off+n*c.Width, (c.N-n)*c.Width
	if w.Found(scrub.Finding{Kind: scrub.Hidden, Place: place + "/unused", Off: off, Len: length}) {
		w.Put(scrub.Unlink, c.Off-4, Bytes32(uint32(n)))
		w.Fill(scrub.Destroy, off, length, 0)
	}
}

// AheadOf is how much each column of so many tracks reads at once.
func AheadOf(tracks int) int64 {
	const columns = 3 // of a track, that are read side by side
	return min(columnRoom/int64(columns*max(tracks, 1)), columnMost)
}
