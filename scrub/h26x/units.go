package h26x

import (
	"bytes"

	"untag/scrub"
)

// Units returns the pieces of n bytes at off that hold NAL units behind start codes (H.264
// annex B): one picture or several, as MPEG-2 systems and some AVI files have them. What
// comes before the first start code belongs to a picture before and is passed over.
func (v *Video) Units(r *scrub.Reader, off, n int64) ([]Piece, error) {
	w, err := v.walk(r, off, n)
	if err != nil {
		return nil, err
	}
	const code, windowLen = 3, 64 << 10
	unit := int64(-1) // where the unit begins that is being passed
	end := off        // of its last byte that is not zero
	pass := func(b []byte, at int64) {
		if b = bytes.TrimRight(b, "\x00"); len(b) > 0 {
			end = at + int64(len(b))
		}
	}
	for at, last := off, off+n; at < last; {
		b, err := r.Bytes(at, int(min(last-at, windowLen)))
		if err != nil {
			return nil, err
		}
		i := 0
		for {
			k := bytes.Index(b[i:], []byte{0, 0, 1})
			if k < 0 {
				break
			}
			pass(b[i:i+k], at+int64(i))
			if err := w.next(unit, end, at+int64(i+k)); err != nil {
				return nil, err
			}
			i += k + code
			unit = at + int64(i)
			end = unit
		}
		if at+int64(len(b)) == last {
			pass(b[i:], at+int64(i))
			err := w.next(unit, end, last)
			return w.pieces, err
		}
		more := max(i, len(b)-code+1) // a start code may lie across the end
		pass(b[i:more], at+int64(i))
		at += int64(more)
	}
	return w.pieces, nil
}

// next looks at the unit between two offsets, behind which there are zeros up to a third.
// They are part of a set: what follows its end may have become some of them. A set or a
// message behind slices begins another picture.
func (w *walk) next(from, to, code int64) error {
	if from < 0 || from >= to {
		return nil
	}
	h, err := w.header(from, to-from)
	if err != nil {
		return w.unit(from, to-from)
	}
	_, delimits := w.video.Codec.delimiter(h.typ)
	c := w.video.class(h.typ)
	if w.slices && (delimits || c == set || c == message) {
		w.slices, w.strange = false, nil
	}
	if c == set && code-to > 1 && code-from <= maxSet {
		to = code - 1 // one is of the start code
	}
	return w.unit(from, to-from)
}
