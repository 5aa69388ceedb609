package chunk

import (
	"untag/scrub"
	"untag/scrub/words"
)

// Fields goes through the fields of a part one by one and claims them. What would lie
// behind the end of the part makes it fail, and what comes after that does nothing.
type Fields struct {
	*Walk
	Part
	At    int64 // where the next field is
	Due   int64 // from where on nothing is claimed yet
	Stays bool  // a text does
	Err   error // of reading

	failed bool
}

// Fields returns the fields of a part, n bytes of which have no meaning.
func (w *Walk) Fields(p Part, n int64) *Fields {
	f := &Fields{Walk: w, Part: p, At: p.Body(), Due: p.Off}
	f.Skip(n)
	return f
}

// Sound tells whether all fields so far were there.
func (f *Fields) Sound() bool { return !f.failed && f.Err == nil }

// Left is how many bytes of the part are left.
func (f *Fields) Left() int64 { return f.Tail() - f.At }

// Skip passes n bytes that have a meaning.
func (f *Fields) Skip(n int64) {
	if n < 0 || n > f.Left() {
		f.failed = true
		return
	}
	f.At += n
}

// Peek returns the next n bytes, nil if there are fewer or too many to be a field.
func (f *Fields) Peek(n int64) []byte {
	if !f.Sound() || n < 0 || n > f.Left() || n > 2*maxWords {
		f.failed = true
		return nil
	}
	b, err := f.Bytes(f.At, int(n))
	f.Err = err
	return b
}

// Number reads one of n bytes.
func (f *Fields) Number(n int64) int64 {
	b := f.Peek(n)
	f.Skip(n)
	return f.Dialect.Number(b)
}

// Fit passes the fields of a layout. A value that one can't have is a doubt.
func (f *Fields) Fit(l Layout, place string) {
	b := f.Peek(l.Size())
	f.Skip(l.Size())
	if f.Sound() && !l.fits(f.Dialect, b) {
		f.Doubt("%s has a value that it can't have", place)
	}
}

// Flush claims what was passed as structure.
func (f *Fields) Flush(place string) {
	f.Claim(f.Due, f.At-f.Due, scrub.Structure, place)
	f.Due = f.At
}

// Take claims what was passed, and passes the next n bytes, which are the caller's to
// claim if it returns true.
func (f *Fields) Take(n int64, place string) bool {
	if !f.Sound() || n < 0 || n > f.Left() {
		f.failed = true
		return false
	}
	f.Flush(place)
	f.At, f.Due = f.At+n, f.At+n
	return true
}

// Say is [Walk.Say] for the next n bytes.
func (f *Fields) Say(n int64, kind scrub.Kind, role scrub.Role, place string) {
	if at := f.At; f.Take(n, place) {
		var stays bool
		stays, f.Err = f.Walk.Say(at, n, kind, role, place)
		f.Stays = f.Stays || stays
	}
}

// Blank is [Walk.Hide] for the next n bytes.
func (f *Fields) Blank(n int64, place string) {
	if at := f.At; f.Take(n, place) {
		f.Err = f.Hide(at, n, place)
	}
}

// Close claims the rest of the part, in which nothing has a meaning.
func (f *Fields) Close(place string) error {
	if n := f.Left(); f.Sound() && f.Take(n, place) {
		f.Err = f.Rest(f.At-n, n, place)
	}
	return f.Err
}

// Rest claims n bytes at off in which nothing has a meaning, at the end of a part.
func (w *Walk) Rest(off, n int64, place string) error {
	more, err := w.More(off, n)
	if err != nil {
		return err
	}
	if more != "" {
		w.Distrust("%s is longer than what it counts, and holds %s", place, more)
	}
	return w.Hide(off, n, place+"/rest")
}

// Say claims n bytes at off that are a text, and tells whether it stays: with the role
// Describe, if the policy keeps such words and they are no more than that. One that
// goes becomes zeros.
func (w *Walk) Say(off, n int64, kind scrub.Kind, role scrub.Role, place string) (stays bool, err error) {
	zeros, err := w.Constant(off, n, 0)
	if err != nil || zeros {
		w.Claim(off, n, scrub.Filler, place)
		return false, err
	}
	b := w.Get(off, int(min(n, 2*maxWords)))
	found := scrub.Finding{Kind: kind, Role: role, Place: place, Off: off, Len: n, Value: w.Decode(b)}
	if role == scrub.Describe {
		told := words.Stay([]byte(found.Value), maxWords)
		if n > 2*maxWords {
			told = scrub.Unknown
		}
		if told != "" {
			found.Kind, found.Role = told, scrub.Identify
		}
	}
	w.Claim(off, n, max(found.Role, scrub.Describe), place)
	if !w.Found(found) {
		return true, nil
	}
	w.Fill(scrub.Destroy, off, n, 0)
	return false, nil
}

// Whole claims a part by what do claims of it. If nothing in it stays, it goes as a
// whole, and if it contradicts itself, too, since it is known what it is.
func (w *Walk) Whole(p Part, kind scrub.Kind, place string, do func() (stays, sound bool, err error)) (bool, error) {
	before := w.Point()
	stays, sound, err := do()
	if err != nil {
		return true, err
	}
	if !sound {
		w.Reset(before)
		return w.Drop(p, kind, place, "")
	}
	if stays || !w.Edited(before) {
		return stays, nil
	}
	if vital, err := w.vital(p, p.Body()); vital || err != nil { // its texts went, and it has a wrong length
		return true, err
	}
	w.Retract(before)
	w.retire(p, place)
	return false, nil
}
