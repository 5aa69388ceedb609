package bmff

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// maxCompactTable bounds the chunk offsets that compaction writes anew, in bytes.
const maxCompactTable = 8 << 20

// compaction finds what a clean movie can do without: free boxes, and runs of
// zeros in mdat that no sample covers.
type compaction struct {
	p       *parser
	drops   []scrub.Range
	patches []scrub.Change
	holders []box.Box // boxes whose length says how far what they hold reaches
	tables  int64
	fixed   bool // something holds offsets that are not written anew here
}

// compact is the Compact of [Format]. Fragmented movies are left as they are:
// their indexes hold offsets of many kinds, and little is to be gained.
func compact(s *scrub.Scan) ([]scrub.Change, error) {
	c := &compaction{p: newParser(box.NewWalk(s, &grammar), false)}
	if err := c.p.readMovies(); err != nil {
		return nil, err
	}
	if err := c.p.top(); err != nil {
		return nil, err
	}
	if len(c.p.movies) != 1 || len(c.p.items) > 0 || len(c.p.Distrusts) > 0 || c.p.media.Open {
		return nil, nil
	}
	if err := c.walk(0, s.Size(), ""); err != nil || c.fixed {
		return nil, err
	}
	if err := c.gaps(); err != nil {
		return nil, err
	}
	slices.SortFunc(c.drops, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	moved := shifts(c.drops)
	c.lengths(moved)
	for _, t := range c.p.movies[0].tracks {
		if err := c.offsets(&t.Tables.Offsets, moved); err != nil {
			return nil, err
		}
	}
	if c.fixed {
		return nil, nil
	}
	for _, d := range c.drops {
		c.patches = append(c.patches, scrub.Change{Off: d.Off, Len: d.Len})
	}
	return c.patches, nil
}

// holderTypes are the boxes that free boxes are looked for in.
var holderTypes = map[string]bool{"moov": true, "trak": true, "mdia": true, "minf": true, "stbl": true, "dinf": true, "tref": true, "udta": true, "mvex": true, "edts": true, "gmhd": true, "tapt": true}

// walk notes the free boxes in [off, end) and the boxes that hold them.
func (c *compaction) walk(off, end int64, in string) error {
	_, err := box.Each(c.p.Scan, off, end, func(b box.Box) error {
		switch {
		case b.Type == "free" || b.Type == "skip" || in == "" && (b.Type == "wide" || b.Type == "junk"):
			c.drops = append(c.drops, scrub.Range{Off: b.Off, Len: b.Len})
		case in == "" && (b.Type == "moof" || b.Type == "sidx" || b.Type == "mfra"), b.Type == "saio":
			c.fixed = true
		case b.Type == "mdat":
			c.holders = append(c.holders, b)
		case holderTypes[b.Type]:
			c.holders = append(c.holders, b)
			return c.walk(b.Body(), b.End(), b.Type)
		}
		return nil
	})
	return err
}

// gaps notes what no sample covers. A clean movie has zeros there.
func (c *compaction) gaps() error {
	ok, err := c.p.media.Uncovered(func(off, n int64) {
		c.drops = append(c.drops, scrub.Range{Off: off, Len: n})
	})
	c.fixed = c.fixed || !ok
	return err
}

// lengths writes the lengths of boxes that lose something.
func (c *compaction) lengths(moved shiftTable) {
	for _, b := range c.holders {
		left := b.Len - (moved.before(b.End()) - moved.before(b.Off))
		switch {
		case left == b.Len:
		case b.Head == 16:
			c.patch(b.Off+8, append(box.Bytes32(uint32(left>>32)), box.Bytes32(uint32(left))...))
		default:
			c.patch(b.Off, box.Bytes32(uint32(left)))
		}
	}
}

func (c *compaction) patch(off int64, data []byte) {
	c.patches = append(c.patches, scrub.Change{Off: off, Len: int64(len(data)), Data: data})
}

// offsets writes a table of chunk offsets anew, block by block.
func (c *compaction) offsets(t *box.Column, moved shiftTable) error {
	if c.tables += t.N * t.Width; c.tables > maxCompactTable {
		c.fixed = true
		return nil
	}
	for i := int64(0); i < t.N; {
		n := min(box.ColumnBlock/t.Width, t.N-i)
		block := make([]byte, 0, n*t.Width)
		for j := i; j < i+n; j++ {
			off, err := t.Number(j)
			if err != nil {
				return err
			}
			off -= moved.before(off)
			if t.Width == 8 {
				block = append(block, box.Bytes32(uint32(off>>32))...)
			}
			block = append(block, box.Bytes32(uint32(off))...)
		}
		c.patch(t.Off+i*t.Width, block)
		i += n
	}
	return nil
}

// shift tells how many bytes are dropped up to an offset.
type shift struct{ off, dropped int64 }

type shiftTable []shift

func shifts(drops []scrub.Range) (t shiftTable) {
	var n int64
	for _, d := range drops {
		n += d.Len
		t = append(t, shift{d.End(), n})
	}
	return t
}

func (t shiftTable) before(off int64) int64 {
	i, _ := slices.BinarySearchFunc(t, off, func(s shift, off int64) int {
		if s.off <= off {
			return -1
		}
		return 1
	})
	if i == 0 {
		return 0
	}
	return t[i-1].dropped
}
