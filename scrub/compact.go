package scrub

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Compaction is what a clean medium can be written anew without, all offsets
// being those of the medium as it is.
type Compaction struct {
	Drops   []Range // left out; sorted and apart
	Patches []Edit  // changed in what is left, as offsets that the drops move; the phase means nothing
	Size    int64   // length of the medium as it is, in bytes
	Read    int64   // bytes read to find out
}

// NewSize is the length after the drops.
func (c *Compaction) NewSize() int64 {
	n := c.Size
	for _, d := range c.Drops {
		n -= d.Len
	}
	return n
}

// Compact finds what the medium can do without: filler that its format doesn't
// need. It returns nil if there is nothing, or the format has no way of telling.
func (e *Engine) Compact(src io.ReaderAt, size int64, opt Options) (*Compaction, error) {
	m := newMeter(size)
	r := newReader(src, size, m)
	f, tags := e.sniff(r)
	if f == nil || f.Compact == nil || len(tags) > 0 {
		return nil, nil
	}
	s := e.newScan(r, opt)
	s.format = f.Name
	drops, patches, err := f.Compact(s)
	if err = cmp.Or(m.failed, err); err != nil || len(drops) == 0 {
		return nil, err
	}
	slices.SortFunc(drops, func(a, b Range) int { return cmp.Compare(a.Off, b.Off) })
	slices.SortFunc(patches, func(a, b Edit) int { return cmp.Compare(a.Off, b.Off) })
	return &Compaction{Drops: drops, Patches: patches, Size: size, Read: m.read}, nil
}

// Check tells whether the compaction is well-formed and leaves alone what plan,
// made for the same bytes, says is payload or changes what is seen or heard.
func (c *Compaction) Check(plan *Plan) error {
	if c.Size != plan.Size {
		return fmt.Errorf("compaction: of %d bytes, not of %d", c.Size, plan.Size)
	}
	protected := protect(plan.Map)
	var at int64
	for _, d := range c.Drops {
		switch {
		case d.Off < at || d.Len <= 0 || d.Off > c.Size || d.Len > c.Size-d.Off:
			return fmt.Errorf("compaction: ranges overlap or lie outside at 0x%x", d.Off)
		case protected.meets(Edit{Off: d.Off, Len: d.Len}):
			return fmt.Errorf("compaction: drop at 0x%x meets the payload", d.Off)
		}
		at = d.End()
	}
	at = 0
	for _, e := range c.Patches {
		switch {
		case e.Off < at || e.Len <= 0 || e.Off > c.Size || e.Len > c.Size-e.Off:
			return fmt.Errorf("compaction: patches overlap or lie outside at 0x%x", e.Off)
		case e.check() != "":
			return fmt.Errorf("compaction: patch at 0x%x %s", e.Off, e.check())
		case protected.meets(e) || meets(c.Drops, e.Off, e.Len):
			return fmt.Errorf("compaction: patch at 0x%x meets what is kept or dropped as it is", e.Off)
		}
		at = e.End()
	}
	return nil
}
