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
			if err := w.next(unit, end); err != nil {
				return nil, err
			}
			i += k + code
			unit = at + int64(i)
			end = unit
		}
		if at+int64(len(b)) == last {
			pass(b[i:], at+int64(i))
			err := w.next(unit, end)
			return w.pieces, err
		}
		more := max(i, len(b)-code+1) // a start code may lie across the end
		pass(b[i:more], at+int64(i))
		at += int64(more)
	}
	return w.pieces, nil
}

// next looks at the unit between two offsets. A set or a message behind slices begins
// another picture.
func (w *walk) next(from, to int64) error {
	if from < 0 || from >= to {
		return nil
	}
	if h, err := w.header(from, to-from); err == nil && w.slices {
		_, delimits := w.video.Codec.delimiter(h.typ)
		if c := w.video.class(h.typ); delimits || c == set || c == message {
			w.slices, w.strange = false, nil
		}
	}
	return w.unit(from, to-from)
}
