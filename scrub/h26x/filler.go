package h26x

import (
	"bytes"

	"untag/scrub"
)

// filler looks at a NAL unit of filler data: FF and the trailing bits (H.264
// 7.3.2.7, H.265 7.3.2.8). Other content is hidden there, or an interrupted run
// has left it.
func (w *walk) filler(off, n int64, h header) error {
	from := off + int64(h.size)
	end, err := w.trailing(from, off+n)
	if err != nil {
		return err
	}
	constant, err := w.r.Constant(from, end-from, fill)
	if err != nil {
		return err
	}
	p := Piece{Off: off, Len: n, Padding: true}
	if !constant {
		p.Kind = scrub.Hidden
		p.Edits = w.refill(from, off+n, h)
	}
	return w.add(p)
}

// trailing returns where the trailing bits of a unit begin.
func (w *walk) trailing(from, end int64) (int64, error) {
	const most = 64 // zero bytes after them
	n := min(end-from, most)
	b, err := w.r.Bytes(end-n, int(n))
	if err != nil {
		return 0, err
	}
	b = bytes.TrimRight(b, "\x00")
	if len(b) > 0 && b[len(b)-1] == trailingBits {
		return end - n + int64(len(b)) - 1, nil
	}
	return end, nil
}

// refill blanks a unit of filler data. Before the first slice it becomes one of
// SEI, since filler data may not stand there, but SEI that was made filler may.
func (w *walk) refill(from, end int64, h header) (edits []scrub.Edit) {
	last := end - 1
	if w.video.Parsed {
		edits = append(edits, put(scrub.Repair, h.typeAt, h.as(w.video.Codec, w.video.Codec.fillerType())))
	} else if n := last - from; !w.slices && n >= 2 && n <= scrub.MaxPiece {
		head := fillerMessages(int(n))
		edits = append(edits, put(scrub.Destroy, from, head...))
		from += int64(len(head))
		edits = append(edits, put(scrub.Repair, h.typeAt, h.as(w.video.Codec, w.video.Codec.seiType())))
	}
	if last > from {
		edits = append(edits, scrub.Edit{Off: from, Len: last - from, Fill: fill, Phase: scrub.Destroy})
	}
	return append(edits, put(scrub.Destroy, last, trailingBits))
}
