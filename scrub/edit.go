package scrub

import (
	"cmp"
	"iter"
	"slices"
)

// Phase orders edits. All edits of a phase are on the disk before the next
// begins. The names say what a phase mostly does; what counts is the order, and
// that after each single edit the file still opens and plays the same.
type Phase uint8

const (
	Announce Phase = iota + 1 // say what goes, where half of it would not say so
	Unlink                    // retype, blank an index entry
	Destroy                   // fill what readers no longer look at
	Repair                    // fields, checksums, sizes
	Truncate                  // cut the tail: not an edit, see [Plan.End]
)

var phaseNames = [...]string{Announce: "announce", Unlink: "unlink", Destroy: "destroy", Repair: "repair", Truncate: "truncate"}

func (p Phase) String() string {
	if int(p) < len(phaseNames) && phaseNames[p] != "" {
		return phaseNames[p]
	}
	return "phase?"
}

// Edit replaces Len bytes at Off by as many others.
type Edit struct {
	Off, Len int64
	Data     []byte // the new bytes, Len of them; nil means fill with Fill
	Fill     byte
	Phase    Phase
	Over     *Stripes // if not nil, what is replaced; nothing else is
}

// Stripes are what an edit replaces in each Step bytes of its length, a multiple of Step: a
// film on tape tells the time in hundreds of places of each frame. Offsets are those in the
// Step bytes; the edits are in order, and have no stripes.
type Stripes struct {
	Step  int64
	Parts []Edit
	Mask  Mask // in which of them
}

// End is the offset after the last byte that the edit replaces.
func (e Edit) End() int64 { return e.Off + e.Len }

// Onto performs what of the edit concerns b, the bytes that lie at off.
func (e Edit) Onto(b []byte, off int64) {
	from, to := max(e.Off, off), min(e.End(), off+int64(len(b)))
	if from >= to {
		return
	}
	b = b[from-off : to-off]
	switch {
	case e.Over != nil:
		for x := range e.Each(from, to) {
			x.Onto(b, from)
		}
	case e.Data != nil:
		copy(b, e.Data[from-e.Off:])
	case e.Fill == 0:
		clear(b)
	default:
		for i := range b {
			b[i] = e.Fill
		}
	}
}

// Each yields what the edit does in [from, to), in order: itself, or its parts where they
// lie.
func (e Edit) Each(from, to int64) iter.Seq[Edit] {
	return func(yield func(Edit) bool) {
		if e.Over == nil {
			yield(e)
			return
		}
		from, to := max(from, e.Off), min(to, e.End())
		for at := from - (from-e.Off)%e.Over.Step; at < to; at += e.Over.Step {
			if !e.Over.Mask.Has((at - e.Off) / e.Over.Step) {
				continue
			}
			for _, x := range e.Over.Parts {
				x.Off, x.Phase = at+x.Off, e.Phase
				if x.End() > from && x.Off < to && !yield(x) {
					return
				}
			}
		}
	}
}

// check tells what is wrong with the edit beside where it lies.
func (e Edit) check() string {
	if e.Over == nil {
		if e.Data != nil && int64(len(e.Data)) != e.Len {
			return "changes the length"
		}
		return ""
	}
	var last int64
	step := e.Over.Step
	for _, x := range e.Over.Parts {
		if x.Off < last || x.Len <= 0 || x.Len > step-x.Off || x.Over != nil || x.check() != "" {
			return "has stripes that overlap or lie outside"
		}
		last = x.End()
	}
	if step <= 0 || e.Len%step != 0 || e.Data != nil || !e.Over.Mask.holds(e.Len/step) {
		return "has stripes that do not fill it"
	}
	return ""
}

// pieces is as how many edits the edit counts.
func (e Edit) pieces() int {
	if e.Over == nil {
		return 1
	}
	return 1 + len(e.Over.Parts)
}

// Range is Len bytes at Off.
type Range struct{ Off, Len int64 }

// End is the offset after the last byte of the range.
func (r Range) End() int64 { return r.Off + r.Len }

// sortEdits brings edits into the order in which they are performed.
func sortEdits(edits []Edit) {
	slices.SortStableFunc(edits, func(a, b Edit) int {
		return cmp.Or(cmp.Compare(a.Phase, b.Phase), cmp.Compare(a.Off, b.Off))
	})
}
