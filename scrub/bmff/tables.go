package bmff

import (
	"math"
	"slices"

	"untag/scrub"
)

// tables are where the sample tables of a track lie, which are read as streams:
// they have a million entries in a long video.
type tables struct {
	chunkOff  column         // stco, co64: offset of each chunk
	runs      column         // stsc: first chunk, samples per chunk, description
	sizes     column         // stsz, stz2: size of each sample; empty if they are all alike
	constant  uint32         // the size of all samples, 0 if they differ
	samples   int64          // how many there are
	times     column         // stts: how many samples last how long
	lasts     int64          // all of them, once complete was asked
	trouble   string         // what contradicts itself in the descriptions
	perPacket packet         // how QuickTime counts constant-rate sound
	described int64          // how many sample descriptions there are
	seen      map[string]int // how often each of the needed tables is there
	auxiliary map[string]box // senc, saiz, saio: see coverAuxiliary
}

// packet is what a QuickTime sound description says of constant-rate sound:
// frames samples take bytes bytes. Zero frames means that it says nothing.
type packet struct{ frames, bytes int64 }

// column is a table of equal entries, read in blocks.
type column struct {
	r     *scrub.Reader
	off   int64 // of the first entry
	n     int64 // entries
	width int64 // bytes an entry; 0 means four bits (stz2)
	ahead int64 // bytes read at once; 0 means columnBlock
	block []byte
	first int64 // entry that block starts with
}

// A column reads at least columnBlock bytes at once. Each read of a table that is
// not in memory waits for the drive, so that a movie of few tracks reads more: the
// columns of all tracks together hold columnRoom.
const (
	columnBlock = 12 << 10
	columnRoom  = 4 << 20
	columnMost  = 256 << 10
)

// aheadOf is how much each column of so many tracks reads at once.
func aheadOf(tracks int) int64 {
	const columns = 3 // of a track, that are read side by side
	return min(columnRoom/int64(columns*max(tracks, 1)), columnMost)
}

// row returns the bytes of entry i, which are valid until the next call.
func (c *column) row(i int64) ([]byte, error) {
	width := max(c.width, 1)
	if i < c.first || (i-c.first+1)*width > int64(len(c.block)) {
		count := min(max(c.ahead, columnBlock)/width, c.n-i)
		b, err := c.r.Bytes(c.off+i*width, int(count*width))
		if err != nil {
			return nil, err
		}
		c.block, c.first = b, i
	}
	at := (i - c.first) * width
	return c.block[at : at+width], nil
}

// number returns entry i of a table of numbers.
func (c *column) number(i int64) (int64, error) {
	if c.width == 0 {
		return c.nibble(i)
	}
	b, err := c.row(i)
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
func (c *column) nibble(i int64) (int64, error) {
	bytes := column{r: c.r, off: c.off, n: (c.n + 1) / 2, width: 1, ahead: c.ahead, block: c.block, first: c.first}
	b, err := bytes.row(i / 2)
	c.block, c.first = bytes.block, bytes.first
	if err != nil {
		return 0, err
	}
	if i%2 == 0 {
		return int64(b[0] >> 4), nil
	}
	return int64(b[0] & 15), nil
}

// readTables notes the tables of stbl and reads the sample descriptions.
func (p *parser) readTables(b box, t *track) error {
	t.tables.seen, t.tables.auxiliary = map[string]int{}, map[string]box{}
	broken := false
	_, err := p.children(b.body(), b.end(), func(c box) error {
		var err error
		if slices.Contains(needed, c.typ) {
			t.tables.seen[c.typ]++
		}
		switch c.typ {
		case "stts":
			t.tables.times, err = p.column(c, 4, 8)
		case "stco":
			t.tables.chunkOff, err = p.column(c, 4, 4)
		case "co64":
			t.tables.chunkOff, err = p.column(c, 4, 8)
		case "stsc":
			t.tables.runs, err = p.column(c, 4, 12)
		case "stsz", "stz2":
			err = p.readSizes(c, t)
		case "stsd":
			err = p.readDescriptions(c, t)
		case "senc", "saiz", "saio":
			t.tables.auxiliary[c.typ], t.secret = c, true
		case "sgpd":
			typ, err := p.groupType(c)
			t.secret = t.secret || typ == "seig"
			return err
		}
		broken = broken || err != nil
		return err
	})
	if broken { // carefully: what is left of the tables tells nothing
		t.tables = tables{seen: t.tables.seen, trouble: "a sample table of a track can't be read"}
	}
	return err
}

// needed are the tables without which samples can't be found.
var needed = []string{"stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64"}

// complete tells what speaks against the tables of a track, "" if nothing does.
// Only tables that agree with each other prove that they cover all samples.
func (t *tables) complete() (string, error) {
	for _, either := range [][2]string{{"stsd", ""}, {"stts", ""}, {"stsc", ""}, {"stsz", "stz2"}, {"stco", "co64"}} {
		if t.seen[either[0]]+t.seen[either[1]] != 1 {
			return "a track lacks a sample table or has two", nil
		}
	}
	if t.trouble != "" {
		return t.trouble, nil
	}
	if t.described == 0 && t.samples > 0 {
		return "a track does not describe its samples", nil
	}
	var timed int64
	t.lasts = 0
	for i := range t.times.n {
		row, err := t.times.row(i)
		if err != nil {
			return "", err
		}
		timed += int64(be32(row))
		t.lasts = min(1<<40, t.lasts+times(int64(be32(row)), int64(be32(row[4:])), 1<<40))
	}
	if timed != t.samples {
		return "the sample tables of a track do not agree", nil
	}
	return "", nil
}

// column makes a column of a full box whose count of entries stands countAt
// bytes into the body. A count that the box has no room for is an error.
func (p *parser) column(b box, countAt, width int64) (column, error) {
	if b.size() < countAt+4 {
		return column{}, p.s.Errorf(b.off, "box %q has %d bytes, expected %d or more", b.name(), b.len, b.head+countAt+4)
	}
	h, err := p.s.Bytes(b.body()+countAt, 4)
	if err != nil {
		return column{}, err
	}
	c := column{r: p.s.Reader, off: b.body() + countAt + 4, n: int64(be32(h)), width: width}
	if room := (b.end() - c.off) / width; c.n > room {
		return column{}, p.s.Errorf(b.off, "box %q says %d entries and has room for %d", b.name(), c.n, room)
	}
	return c, nil
}

func (p *parser) readSizes(b box, t *track) error {
	if b.size() < 12 {
		return p.s.Errorf(b.off, "box %q has %d bytes, expected 20 or more", b.name(), b.len)
	}
	h, err := p.s.Bytes(b.body()+4, 8)
	if err != nil {
		return err
	}
	t.tables.samples = int64(be32(h[4:]))
	if b.typ == "stsz" {
		if t.tables.constant = be32(h); t.tables.constant != 0 {
			if t.tables.samples > 0 && b.size() >= 12+4*t.tables.samples {
				t.tables.seen["stsz"]++ // one size for all, and a size for each
			}
			return nil
		}
		t.tables.sizes, err = p.column(b, 8, 4)
		return err
	}
	switch h[3] {
	case 4:
		t.tables.sizes = column{r: p.s.Reader, off: b.body() + 12, n: t.tables.samples}
		if (t.tables.samples+1)/2 > b.end()-t.tables.sizes.off {
			return p.s.Errorf(b.off, "box \"stz2\" has no room for %d sizes", t.tables.samples)
		}
	case 8, 16:
		t.tables.sizes, err = p.column(b, 8, int64(h[3])/8)
	default:
		return p.s.Errorf(b.off, "box \"stz2\" has sizes of %d bits", h[3])
	}
	return err
}
