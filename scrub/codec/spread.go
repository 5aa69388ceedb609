package codec

import (
	"errors"

	"untag/scrub"
	"untag/scrub/coded"
)

// Spread is [Look.Frame] for frame number no of a stream, which lies in the ranges x of the
// medium, as packets of one length hold it. It claims what it finds and returns where that
// is, in order: all else is payload, and left to the caller.
func (l *Look) Spread(st *Stream, x scrub.Extents, no int64, place string) (found []scrub.Range, tells bool, err error) {
	if st.Kind == Pictures {
		return l.spreadPicture(x, place)
	}
	if done, tells, err := l.Motion(st, x, place); done || err != nil {
		return x, tells, err
	}
	r, err := l.S.Piece(x)
	if err != nil {
		return nil, false, err
	}
	if st.Kind == Fields || st.Kind == Tape || st.Kind == Camera {
		why, err := st.Inspect(r, 0, r.Size())
		if why != "" {
			l.S.Doubt("%s", why)
		}
		return nil, false, err
	}
	pieces, err := st.Frame(r, 0, r.Size(), no)
	if err != nil {
		if !scrub.Refusal(err) || errors.Is(err, scrub.ErrBudget) {
			return nil, false, err
		}
		l.S.Mangled("coded frames can't be read")
		return nil, false, nil
	}
	for _, p := range l.Most(pieces) {
		at := x.Slice(p.Off, p.Len)
		for i, c := range at { // each by itself, so that what holds them may lie in between
			part := coded.Piece{Off: c.Off, Len: c.Len, Kind: p.Kind, Value: p.Value}
			for _, e := range p.Edits {
				part.Edits = append(part.Edits, within(e, x, c)...)
			}
			if i > 0 && len(part.Edits) == 0 {
				part.Kind = ""
			}
			coded.Report(l.S, c.Off, c.Len, place, []coded.Piece{part})
		}
		found = append(found, at...)
	}
	return found, Tells(pieces), nil
}

// within returns what of an edit of what the ranges x hold lies in the range c of the medium.
func within(e scrub.Edit, x scrub.Extents, c scrub.Range) (out []scrub.Edit) {
	done := int64(0)
	for _, r := range x.Slice(e.Off, e.Len) {
		if r.Off >= c.Off && r.End() <= c.End() {
			part := e
			part.Off, part.Len = r.Off, r.Len
			if e.Data != nil {
				part.Data = e.Data[done : done+r.Len]
			}
			out = append(out, part)
		}
		done += r.Len
	}
	return out
}

func (l *Look) spreadPicture(x scrub.Extents, place string) (found []scrub.Range, tells bool, err error) {
	if l.messages += len(x); l.messages > MaxMessages {
		l.S.Doubt("the pictures of a film are too many to be cleaned one by one")
		return nil, false, nil
	}
	before := l.S.Point()
	err = l.S.Medium(x, place)
	if scrub.Refusal(err) {
		l.S.Mangled("pictures of a film can't be read")
		return nil, false, nil
	}
	return x, l.S.Edited(before), err
}

// Motion has a frame of Motion JPEG, which lies in the ranges x of the medium, cleaned as a medium
// of its own, if it is a picture from its first byte to its last: else its length may be wrong.
func (l *Look) Motion(st *Stream, x scrub.Extents, place string) (done, tells bool, err error) {
	if st.Kind != Fields || l.messages+len(x) > MaxMessages/8 {
		return false, false, nil
	}
	r, err := l.S.Piece(x)
	if err != nil {
		return false, false, err
	}
	if whole, err := st.Whole(r, 0, r.Size()); err != nil || !whole {
		return false, false, err
	}
	if done, tells, err = l.MotionPicture(x, place); done {
		l.messages += len(x)
	}
	return done, tells, err
}

// MotionPicture is [Look.Motion] for a frame that the container proves to be whole.
func (l *Look) MotionPicture(x scrub.Extents, place string) (done, tells bool, err error) {
	before := l.S.Point()
	if err = l.S.MediumAs("mjpeg", x, place); scrub.Refusal(err) {
		return false, false, nil
	}
	return err == nil, l.S.Edited(before), err
}
