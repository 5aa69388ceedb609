package bmff

import (
	"container/heap"
	"slices"

	"untag/scrub"
)

// maxStarts is more than the full indexes of three tracks have together.
const maxStarts = 1 << 18

// offsets is a heap with the lowest one on top.
type offsets []int64

func (o offsets) Len() int           { return len(o) }
func (o offsets) Less(i, j int) bool { return o[i] < o[j] }
func (o offsets) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }
func (o *offsets) Push(x any)        { *o = append(*o, x.(int64)) }
func (o *offsets) Pop() any {
	x := (*o)[len(*o)-1]
	*o = (*o)[:len(*o)-1]
	return x
}

// segmentIndex compares what sidx (8.16.3) says of the segments' sizes with what
// is there: a file that was cut between fragments shows it nowhere else.
func (p *parser) segmentIndex(b box) error {
	const place = "sidx"
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	version, _, err := p.flags(b, 0, place)
	if err != nil {
		return err
	}
	at := int64(24) // of the count, with the fields before it in version 0
	if version > 0 {
		at = 32
	}
	if b.size() < at {
		return p.s.Errorf(b.off, "box \"sidx\" has %d bytes, expected %d or more", b.len, b.head+at)
	}
	h, err := p.s.Bytes(b.body(), int(at))
	if err != nil {
		return err
	}
	p.s.Claim(b.body()+4, at-8, scrub.Structure, place)
	if err := p.zero(b.body()+at-4, 2, scrub.Hidden, place+"/reserved", ""); err != nil {
		return err
	}
	n := min(b.size(), at+12*int64(be16(h[at-2:])))
	p.s.Claim(b.body()+at-2, n-at+2, scrub.Structure, place)
	if err := p.slack(b, b.body()+n, place); err != nil {
		return err
	}
	first := uint64(be32(h[16:]))
	p.indexScale = be32(h[8:])
	if version > 0 {
		first = be64(h[20:])
		p.epoch(be64(h[12:]), p.indexScale, b.body()+12, place+"/earliest_presentation_time")
	}
	if first > uint64(p.s.Left(b.end())) {
		p.insist("the file is shorter than its index says")
		return nil
	}
	end := b.end() + int64(first)
	refs := column{r: p.s.Reader, off: b.body() + at, n: int64(be16(h[at-2:])), width: 12}
	if refs.n != (b.size()-at)/12 {
		p.insist("the segment index has another length than its count says")
		return nil
	}
	for i := range refs.n {
		row, err := refs.row(i)
		if err != nil {
			return err
		}
		heap.Push(&p.starts, end) // there may be an index for each track
		p.lastStart = max(p.lastStart, end)
		end += int64(be32(row) & 0x7fffffff)
	}
	if len(p.starts) > maxStarts {
		return scrub.ErrTooMany
	}
	p.indexed = max(p.indexed, end)
	if end > p.s.Size() {
		p.insist("the file is shorter than its index says")
	}
	return nil
}

// subsegmentIndex claims ssix (8.16.4), which goes if it isn't what it says.
func (p *parser) subsegmentIndex(b box) error {
	const place = "ssix"
	c, err := p.column(b, 4, 4)
	if err != nil {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	at := c.off
	for range c.n {
		if b.end()-at < 4 {
			p.drop(b, scrub.Unknown, place, "")
			return nil
		}
		h, err := p.s.Bytes(at, 4)
		if err != nil {
			return err
		}
		at += 4 + 4*int64(be32(h))
	}
	if at > b.end() {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	return p.sized(b, at-b.body(), 0, place)
}

// randomAccessIndex claims mfra, without which every film plays. One that isn't
// what it says goes.
func (p *parser) randomAccessIndex(b box, place string) error {
	mark := p.s.Point()
	err := p.container(b, place)
	if damaged(err) {
		p.s.Reset(mark)
		p.strangers = append(p.strangers, b)
		return nil
	}
	return err
}

// randomAccess claims tfra (8.8.10).
func (p *parser) randomAccess(b box, place string) error {
	version, _, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	if b.size() < 16 {
		return p.s.Errorf(b.off, "box \"tfra\" has %d bytes, expected 24 or more", b.len)
	}
	h, err := p.s.Bytes(b.body()+8, 4)
	if err != nil {
		return err
	}
	width := int64(8)
	if version == 1 {
		width = 16
	}
	sizes := be32(h)
	width += int64(sizes>>4&3+1) + int64(sizes>>2&3+1) + int64(sizes&3+1)
	c, err := p.column(b, 12, width)
	if err != nil {
		return err
	}
	var last uint64
	for i := range c.n {
		row, err := c.row(i)
		if err != nil {
			return err
		}
		time, at := uint64(be32(row)), int64(be32(row[4:]))
		if version == 1 {
			time, at = be64(row), int64(be64(row[8:]))
		}
		if _, ok := slices.BinarySearch(p.moofs, at); !ok || time < last {
			return p.s.Errorf(b.off, "box \"tfra\" tells of a fragment where none is")
		}
		last = time
	}
	if err := p.sized(b, 16+c.n*width, 0, place); err != nil {
		return err
	}
	if sizes > 63 { // reserved
		p.rewrite(b.body()+8, put32(sizes&63), scrub.Hidden, place+"/reserved")
	}
	return nil
}
