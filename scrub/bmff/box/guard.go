package box

import (
	"bytes"
	"slices"

	"untag/scrub"
)

// MaxSlack is more than anybody leaves behind the fields of a box.
const MaxSlack = 64 << 10

// Holds tells whether n bytes at off hold the header of one of the boxes.
func (w *Walk) Holds(off, n int64, types []string) (bool, error) {
	if n < 8 {
		return false, nil
	}
	b := w.Get(off, int(min(n, MaxSlack)))
	for _, typ := range types {
		for at := 0; ; {
			i := bytes.Index(b[at:], []byte(typ))
			if i < 0 {
				break
			}
			// The length before a type is no text.
			if at += i + 4; at >= 8 && Uint32(b[at-8:]) < 1<<29 && (Uint32(b[at-8:]) >= 8 || Uint32(b[at-8:]) < 2) {
				return true, nil
			}
		}
	}
	return false, nil
}

// tooLong tells whether something that has to be zero is too long to be filled
// or holds a box, which it then leaves alone.
func (w *Walk) tooLong(off, n int64, place string) (bool, error) {
	found, err := w.Holds(off, n, w.grammar.Siblings)
	if err != nil || !found && n <= MaxSlack {
		return false, err
	}
	w.Claim(off, n, scrub.Identify, place)
	w.Doubt("a box has a length that it can't have")
	w.Distrust("a box has a length that it can't have")
	return true, nil
}

// vital tells whether a box that nobody knows may be one that a medium needs: by its
// name, by a name of which one bit is lost, by what it holds, or since nobody knows
// where it ends.
func (w *Walk) vital(b Box) (bool, error) {
	if b.Cut || w.InTags == 0 && !IsType([]byte(b.Type)) || slices.Contains(w.grammar.Vital, b.Type) || Nearly(b.Type, w.grammar.Vital) || Nearly(b.Type, w.grammar.Configs) {
		return true, nil
	}
	off, err := w.firstData(b.Body(), b.End())
	if err != nil {
		return false, err
	}
	types := w.grammar.Siblings
	if b.Type == "meta" || b.Type == "udta" || w.Torn(b, "meta") || w.Torn(b, "udta") {
		types = slices.DeleteFunc(slices.Clone(types), func(typ string) bool { return typ == "hdlr" })
	}
	return w.Holds(off, b.End()-off, types)
}

// Doubtful keeps a box that a medium may need, and stops all that rests on its tables.
func (w *Walk) Doubtful(b Box, place string) {
	w.Claim(b.Off, b.Len, scrub.Identify, place)
	w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.Off, Len: b.Len})
	w.Doubt("a box is where it can't be")
	w.Insist("a box is where it can't be")
}

// firstData returns a little less than where the first byte is that isn't zero, in
// [off, end): a box that one too long takes in follows what that held.
func (w *Walk) firstData(off, end int64) (int64, error) {
	const header = 8
	for at := off; at < end; {
		b := w.Get(at, int(min(end-at, MaxSlack)))
		if i := slices.IndexFunc(b, func(c byte) bool { return c != 0 }); i >= 0 {
			return max(off, at+int64(i)-header), nil
		}
		at += int64(len(b))
	}
	return end, nil
}

// Torn tells whether the type of a box is what is left of typ where a stop tore the
// write of free: at the end of a sector.
func (w *Walk) Torn(b Box, typ string) bool {
	for n := 1; n < len(FreeType); n++ {
		if b.Type == string(FreeType[:n])+typ[n:] && !w.Atomic(b.Off+3+int64(n), 2) {
			return true
		}
	}
	return false
}

// OnlyBoxes tells whether a range is divided into boxes that hold no media.
func (w *Walk) OnlyBoxes(g scrub.Range) (bool, error) {
	for off := g.Off; off < g.End(); {
		b, err := Read(w.Scan, off, g.End())
		if err != nil || !IsType([]byte(b.Type)) || slices.Contains(w.grammar.Vital, b.Type) {
			return false, IgnoreDamage(err)
		}
		off = b.End()
	}
	return true, nil
}
