package riff

import (
	"cmp"
	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/id3"
)

// id3 cleans a tag of ID3 that is a chunk. One in which nothing stays goes as a whole.
func (m *medium) id3(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head = 10
	n := id3.Len(w.Get(p.Body(), int(min(p.Size, head))))
	if more, err := w.More(p.Body(), p.Size); err != nil {
		return false, err
	} else if m.Careful || p.Cut || more != "" || n == 0 || n > p.Size {
		return w.Drop(p, scrub.Comment, place, "")
	}
	before := w.Point()
	stays, err := id3.Clean(w.Scan, p.Body(), n, place)
	switch {
	case scrub.Refusal(err):
		w.Reset(before)
		return w.Drop(p, scrub.Comment, place, "")
	case err != nil:
		return false, err
	case !stays:
		w.Retract(before)
		return w.Drop(p, scrub.Comment, place, "")
	}
	return true, cmp.Or(w.Hide(p.Body()+n, p.Size-n, place+"/rest"), claim(w, p, place))
}
