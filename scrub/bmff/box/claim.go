package box

import (
	"slices"

	"untag/scrub"
)

// Keep claims a whole box as structure.
func (w *Walk) Keep(b Box, place string) { w.Claim(b.Off, b.Len, scrub.Structure, place) }

// Drop reports a box as a finding and, if it goes, makes it a free box of zeros. One
// of which nobody knows what it is stays if a medium may need it.
func (w *Walk) Drop(b Box, kind scrub.Kind, place, value string) (goes bool) {
	if kind == scrub.Unknown || w.Careful {
		if vital, err := w.vital(b); vital || err != nil { // what can't be read is found out by whoever reads on
			w.Doubtful(b, place)
			return false
		}
	}
	w.Claim(b.Off, b.Len, scrub.Identify, place)
	f := scrub.Finding{Kind: kind, Place: place, Off: b.Off, Len: b.Len, Value: value}
	if w.stays(b.Off, b.Len, kind) {
		w.Stuck(f)
		return false
	}
	goes = w.Found(f)
	switch {
	case goes && slices.Contains(wholeFilms, b.Type):
		w.Fill(scrub.Unlink, b.Body(), b.Size(), 0)
		w.Put(scrub.Destroy, b.Off+4, FreeType)
	case goes:
		w.Retire(b, scrub.Unlink, scrub.Destroy)
	}
	return goes
}

// Unneeded drops a box that nobody needs.
func (w *Walk) Unneeded(b Box, place string) error {
	w.Drop(b, scrub.Unknown, place, "")
	return nil
}

// Other claims a box that is none of those that stand in its place: padding, or one that
// nobody needs.
func (w *Walk) Other(b Box, place string) error {
	if b.Type == "free" || b.Type == "skip" {
		return w.Filler(b, place)
	}
	return w.Unneeded(b, place)
}

// wholeFilms are boxes that hold whole films. Their name goes last: a free box that holds
// half a film looks like one that took in what follows it.
var wholeFilms = []string{"mpvd", "axte"}

// FreeType is what a box becomes that goes (8.1.2).
var FreeType = []byte("free")

// Retire makes a claimed box a free box of zeros: the type in one phase, the
// body in the next. A torn type is an unknown type of the same length: see [Walk.Torn].
func (w *Walk) Retire(b Box, unlink, destroy scrub.Phase) {
	w.Put(unlink, b.Off+4, FreeType)
	w.Fill(destroy, b.Body(), b.Size(), 0)
}

// Filler claims a box of padding, whose body has to be zero.
func (w *Walk) Filler(b Box, place string) error {
	off, err := w.firstData(b.Body(), b.End())
	if err != nil {
		return err
	}
	holds, err := w.Holds(off, b.End()-off, w.grammar.Apart)
	if err != nil {
		return err
	}
	if holds || w.Careful && w.stays(b.Off, b.Len, scrub.Time) {
		w.Doubtful(b, place)
		return nil
	}
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	return w.Blank(b.Body(), b.Size(), 0, scrub.Hidden, place)
}

// Zero claims a field that has to be zero: as structure if it is, else as a
// finding that is set to zero in place.
func (w *Walk) Zero(off, n int64, kind scrub.Kind, place, value string) error {
	if n <= 0 {
		return nil
	}
	if w.Zeros(off, n) {
		w.Claim(off, n, scrub.Structure, place)
		return nil
	}
	if long, err := w.tooLong(off, n, place); long || err != nil {
		return err
	}
	w.Claim(off, n, scrub.Identify, place)
	f := scrub.Finding{Kind: kind, Place: place, Off: off, Len: n, Value: value}
	switch {
	case w.stays(off, n, kind):
		w.Stuck(f)
	case w.Found(f):
		w.Fill(scrub.Repair, off, n, 0)
	}
	return nil
}

// Terminator is how long the zero word may be that QuickTime ends a container
// with, and what careless writers leave over.
const Terminator = 8

// Rest claims what is left over in a container after its last box. More than a
// terminator that isn't zero is no leftover but damage, and is left alone.
func (w *Walk) Rest(off, end int64, place string) error {
	if end-off > Terminator {
		return w.NoRest(off, end, place)
	}
	return w.Zero(off, end-off, scrub.Hidden, place, "")
}

// NoRest is [Walk.Rest] for a container that no writer leaves anything over in.
func (w *Walk) NoRest(off, end int64, place string) error {
	if !w.Zeros(off, end-off) {
		w.Insist("a box ends in something that is no box")
		w.Claim(off, end-off, scrub.Identify, place)
		return nil
	}
	w.Claim(off, end-off, scrub.Structure, place)
	return nil
}

// RestOfTags is [Walk.Rest] for containers of metadata: an error of the format says that
// the container is to go as a whole, where Rest would only doubt.
func (w *Walk) RestOfTags(off, end int64, place string) error {
	if end-off > Terminator {
		empty := w.Zeros(off, end-off)
		if !empty && w.Careful {
			w.Claim(off, end-off, scrub.Identify, place)
			return nil
		}
		if !empty {
			return w.Errorf(off, "%d bytes that are no box", end-off)
		}
	}
	return w.Zero(off, end-off, scrub.Hidden, place, "")
}

// Inside claims the header of a container that stays, visits its boxes, and
// claims what is left over.
func (w *Walk) Inside(b Box, place string, visit func(Box) error) error {
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	rest, err := w.complete(b, visit)
	if err != nil {
		return err
	}
	return w.Rest(rest, b.End(), place)
}

// Slack claims what follows the last field of a box.
func (w *Walk) Slack(b Box, end int64, place string) error {
	return w.Zero(end, b.End()-end, scrub.Hidden, place+"/slack", "")
}

// Flags claims the header of a full box with version and flags, and clears flags that are not
// defined: nobody reads them. It returns those that are.
func (w *Walk) Flags(b Box, defined uint32, place string) (version byte, flags uint32, err error) {
	return w.FlagsWith(b, defined, 0, place)
}

// FlagsWith is [Walk.Flags] where the caller sets other flags: what clears some keeps those.
func (w *Walk) FlagsWith(b Box, defined, set uint32, place string) (version byte, flags uint32, err error) {
	w.Claim(b.Off, b.Head, scrub.Structure, place)
	if version, flags, err = FullHead(w.Scan, b); err != nil {
		return 0, 0, err
	}
	w.Claim(b.Body(), 4, scrub.Structure, place)
	if flags&^defined != 0 {
		w.Rewrite(b.Body()+1, Bytes32(flags&defined | set)[1:], scrub.Hidden, place+"/flags")
	}
	return version, flags & defined, nil
}

// Rewrite reports claimed structure that says something, and replaces it.
func (w *Walk) Rewrite(off int64, data []byte, kind scrub.Kind, place string) {
	if w.stays(off, int64(len(data)), kind) {
		return
	}
	if w.Found(scrub.Finding{Kind: kind, Place: place, Off: off, Len: int64(len(data))}) {
		w.Put(scrub.Repair, off, data)
	}
}

// Sized claims a full box whose body has n bytes, and what follows them.
func (w *Walk) Sized(b Box, n int64, flags uint32, place string) error {
	n = min(n, b.Size())
	if _, _, err := w.Flags(b, flags, place); err != nil {
		return err
	}
	w.Claim(b.Body()+4, n-4, scrub.Structure, place)
	return w.Slack(b, b.Body()+n, place)
}

// Shape is what a small box that stays may hold: fields of a known length,
// flags that mean something, and reserved bytes, which have to be zero.
type Shape struct {
	Size     [2]int64 // of the body in version 0 and 1
	Full     bool     // version and flags come first
	Flags    uint32   // those that are defined
	Reserved []scrub.Range
}

// FullShape is the shape of a full box whose body has size bytes in both versions.
func FullShape(size int64, flags uint32, reserved ...scrub.Range) Shape {
	return Shape{[2]int64{size, size}, true, flags, reserved}
}

// Shaped claims a box of fixed length: what is more than its fields goes.
func (w *Walk) Shaped(b Box, form Shape, place string) error {
	n, at := form.Size[0], int64(0)
	if form.Full {
		version, _, err := w.Flags(b, form.Flags, place)
		if err != nil {
			return err
		}
		n, at = form.Size[min(version, 1)], 4
	} else {
		w.Claim(b.Off, b.Head, scrub.Structure, place)
	}
	n = min(n, b.Size())
	for _, r := range form.Reserved {
		if r.End() > n {
			break
		}
		w.Claim(b.Body()+at, r.Off-at, scrub.Structure, place)
		if err := w.Zero(b.Body()+r.Off, r.Len, scrub.Hidden, place+"/reserved", ""); err != nil {
			return err
		}
		at = r.End()
	}
	w.Claim(b.Body()+at, n-at, scrub.Structure, place)
	return w.Slack(b, b.Body()+n, place)
}
