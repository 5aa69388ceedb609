package asf

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/codec"
)

// mostParts is in how many payloads a frame may lie.
const mostParts = 4 << 10

// frame is one of a stream, as far as its payloads were read.
type frame struct {
	object int
	no     int64
	parts  scrub.Extents
	size   int64
	lost   bool // its start, or a part
}

// frames looks into the coded pictures, which packets hold in parts.
func (w *walker) frames() error {
	all := map[int]*frame{}
	for n, t := range w.streams {
		if t.kind == video && t.codec.Kind != codec.VFW || t.kind == audio && t.codec.Signed() {
			all[n] = &frame{object: -1, no: -1}
		}
	}
	if len(all) == 0 || w.Careful {
		return nil
	}
	err := w.each(func(b []byte, p packet) error {
		for _, l := range p.payloads {
			x := all[l.stream]
			if x == nil || l.packed {
				continue
			}
			if l.object != x.object || l.offset == 0 {
				if err := w.frame(l.stream, x); err != nil {
					return err
				}
				*x = frame{object: l.object, no: x.no + 1}
			}
			x.lost = x.lost || int64(l.offset) != x.size || len(x.parts) >= mostParts
			if !x.lost {
				x.parts = append(x.parts, scrub.Range{Off: w.at + int64(l.media), Len: int64(l.end - l.media)})
				x.size += int64(l.end - l.media)
			}
		}
		return nil
	})
	for n, x := range all {
		if err == nil {
			err = w.frame(n, x)
		}
	}
	slices.SortFunc(w.holes, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	return err
}

// frame looks into one that is whole.
func (w *walker) frame(stream int, x *frame) error {
	if x.lost || x.size == 0 {
		return nil
	}
	found, _, err := w.look.Spread(&w.streams[stream].codec, x.parts, x.no, "Data/frame")
	w.holes = append(w.holes, found...)
	return err
}
