package bmff

import (
	"container/heap"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/header"
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
func (p *parser) segmentIndex(b box.Box) error {
	const place = "sidx"
	version, _, err := p.Flags(b, 0, place)
	if err != nil {
		return err
	}
	at := int64(24) // of the count, with the fields before it in version 0
	if version > 0 {
		at = 32
	}
	if b.Size() < at {
		return p.Errorf(b.Off, "box \"sidx\" has %d bytes, expected %d or more", b.Len, b.Head+at)
	}
	h := p.Get(b.Body(), int(at))
	p.Claim(b.Body()+4, at-8, scrub.Structure, place)
	if err := p.Zero(b.Body()+at-4, 2, scrub.Hidden, place+"/reserved", ""); err != nil {
		return err
	}
	n := min(b.Size(), at+12*int64(box.Uint16(h[at-2:])))
	p.Claim(b.Body()+at-2, n-at+2, scrub.Structure, place)
	if err := p.Slack(b, b.Body()+n, place); err != nil {
		return err
	}
	first := uint64(box.Uint32(h[16:]))
	p.indexScale = box.Uint32(h[8:])
	if version > 0 {
		first = box.Uint64(h[20:])
		p.epoch(box.Uint64(h[12:]), p.indexScale, b.Body()+12, place+"/earliest_presentation_time")
	}
	if first > uint64(p.Left(b.End())) {
		p.Insist("the file is shorter than its index says")
		return nil
	}
	end := b.End() + int64(first)
	refs := box.Column{Reader: p.Reader, Off: b.Body() + at, N: int64(box.Uint16(h[at-2:])), Width: 12}
	if refs.N != (b.Size()-at)/12 {
		p.Insist("the segment index has another length than its count says")
		return nil
	}
	for i := range refs.N {
		row, err := refs.Row(i)
		if err != nil {
			return err
		}
		heap.Push(&p.starts, end) // there may be an index for each track
		p.lastStart = max(p.lastStart, end)
		end += int64(box.Uint32(row) & 0x7fffffff)
	}
	if len(p.starts) > maxStarts {
		return scrub.ErrTooMany
	}
	p.indexed = max(p.indexed, end)
	if end > p.Size() {
		p.Insist("the file is shorter than its index says")
	}
	return nil
}

// subsegmentIndex claims ssix (8.16.4), which goes if it isn't what it says.
func (p *parser) subsegmentIndex(b box.Box) error {
	const place = "ssix"
	c, err := p.Column(b, 4, 4)
	if err != nil {
		return p.Unneeded(b, place)
	}
	at := c.Off
	for range c.N {
		if b.End()-at < 4 {
			return p.Unneeded(b, place)
		}
		at += 4 + 4*int64(box.Uint32(p.Get(at, 4)))
	}
	if at > b.End() {
		return p.Unneeded(b, place)
	}
	return p.Sized(b, at-b.Body(), 0, place)
}

// randomAccessIndex claims mfra, without which every film plays. One that isn't
// what it says goes.
func (p *parser) randomAccessIndex(b box.Box, place string) error {
	mark := p.Point()
	err := p.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		switch c.Type {
		case "tfra":
			return p.randomAccess(c, at)
		case "mfro":
			return header.Claim(p.Walk, c, at)
		}
		return p.Other(c, at)
	})
	if box.Damaged(err) {
		p.Reset(mark)
		p.strangers = append(p.strangers, b)
		return nil
	}
	return err
}

// randomAccess claims tfra (8.8.10).
func (p *parser) randomAccess(b box.Box, place string) error {
	version, _, err := box.FullHead(p.Scan, b)
	if err != nil {
		return err
	}
	if b.Size() < 16 {
		return p.Errorf(b.Off, "box \"tfra\" has %d bytes, expected 24 or more", b.Len)
	}
	h := p.Get(b.Body()+8, 4)
	width := int64(8)
	if version == 1 {
		width = 16
	}
	sizes := box.Uint32(h)
	width += int64(sizes>>4&3+1) + int64(sizes>>2&3+1) + int64(sizes&3+1)
	c, err := p.Column(b, 12, width)
	if err != nil {
		return err
	}
	var last uint64
	for i := range c.N {
		row, err := c.Row(i)
		if err != nil {
			return err
		}
		time, at := uint64(box.Uint32(row)), int64(box.Uint32(row[4:]))
		if version == 1 {
			time, at = box.Uint64(row), int64(box.Uint64(row[8:]))
		}
		if _, ok := slices.BinarySearch(p.moofs, at); !ok || time < last {
			return p.Errorf(b.Off, "box \"tfra\" tells of a fragment where none is")
		}
		last = time
	}
	if err := p.Sized(b, 16+c.N*width, 0, place); err != nil {
		return err
	}
	if sizes > 63 { // reserved
		p.Rewrite(b.Body()+8, box.Bytes32(sizes&63), scrub.Hidden, place+"/reserved")
	}
	return nil
}
