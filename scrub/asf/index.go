package asf

import (
	"cmp"
	"encoding/binary"

	"untag/scrub/chunk"
)

// simpleIndex claims a Simple Index (6.1).
func (f *film) simpleIndex(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const before, each = 32, 6
	if p.Size < before {
		return true, f.keep(p, before, place)
	}
	n := each * int64(binary.LittleEndian.Uint32(f.Get(p.Body()+before-4, 4)))
	c := f.Fields(p, 16)
	c.Fit(interval, place)
	c.Skip(4)
	for i := int64(0); i < n && c.Left() >= each && c.Sound(); i += each {
		c.Fit(point, place)
	}
	return true, cmp.Or(c.Err, f.fileID(p.Body(), place), f.keep(p, before+n, place))
}

// index claims an Index (6.2) or a Media Object Index (6.3): an interval, the number of
// specifiers, that of blocks, the specifiers, and blocks of a count, a position for
// each specifier, and as many numbers for each as the block counts.
func (f *film) index(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const before = 10
	if p.Size < before {
		return true, f.keep(p, before, place)
	}
	b := f.Get(p.Body(), before)
	specifiers, blocks := int64(binary.LittleEndian.Uint16(b[4:])), int64(binary.LittleEndian.Uint32(b[6:]))
	n := before + 4*specifiers
	for ; blocks > 0 && n+4 <= p.Size; blocks-- {
		n += 4 + 8*specifiers + 4*specifiers*int64(binary.LittleEndian.Uint32(f.Get(p.Body()+n, 4)))
	}
	if blocks > 0 {
		n = p.Size + 1
	}
	return true, f.keep(p, n, place)
}
