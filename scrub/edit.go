package scrub

import (
	"cmp"
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
