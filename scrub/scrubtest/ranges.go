package scrubtest

import (
	"fmt"
	"slices"

	"untag/scrub"
)

// ranges returns where the map has one of the roles, touching spans joined.
func ranges(m []scrub.Span, roles ...scrub.Role) (out []scrub.Range) {
	for s := range scrub.Each(m) {
		if slices.Contains(roles, s.Role) && s.Len > 0 {
			out = join(out, scrub.Range{Off: s.Off, Len: s.Len})
		}
	}
	return out
}

// join appends a range, or makes it one with the last if they touch.
func join(out []scrub.Range, r scrub.Range) []scrub.Range {
	if n := len(out); n > 0 && out[n-1].End() == r.Off {
		out[n-1].Len += r.Len
		return out
	}
	return append(out, r)
}

func payload(p *scrub.Plan) []scrub.Range { return ranges(p.Map, scrub.Payload) }

// moved is the payload of p where it gets to in a file that is written anew as by says.
func moved(p, by *scrub.Plan) (out []scrub.Range) {
	for _, s := range (&scrub.Rewrite{Changes: by.Anew}).Payload(p) {
		out = append(out, scrub.Range{Off: s.Off, Len: s.Len})
	}
	return out
}

func joined(in []scrub.Range) (out []scrub.Range) {
	for _, r := range in {
		out = join(out, r)
	}
	return out
}

// less returns what of the ordered ranges a lies in none of b.
func less(a, b []scrub.Range) (out []scrub.Range) {
	for _, r := range a {
		for len(b) > 0 && b[0].End() <= r.Off {
			b = b[1:]
		}
		for _, x := range b {
			if x.Off >= r.End() {
				break
			}
			if x.Off > r.Off {
				out = append(out, scrub.Range{Off: r.Off, Len: x.Off - r.Off})
			}
			r = scrub.Range{Off: min(x.End(), r.End()), Len: max(0, r.End()-x.End())}
		}
		if r.Len > 0 {
			out = append(out, r)
		}
	}
	return out
}

// differ returns the first offset that is in one list of ranges only, or -1.
// Edits keep offsets, so payload that stays the same stays in the same ranges.
func differ(a, b []scrub.Range) int64 {
	for i := range max(len(a), len(b)) {
		switch {
		case i >= len(a):
			return b[i].Off
		case i >= len(b):
			return a[i].Off
		case a[i].Off != b[i].Off:
			return min(a[i].Off, b[i].Off)
		case a[i].Len != b[i].Len:
			return min(a[i].End(), b[i].End())
		}
	}
	return -1
}

// same returns the first offset at which the payload of a second plan isn't that
// of the first one, or -1. At less than full depth the second plan may look into
// fewer frames than the first one had reason to, and call more of them payload; blanks
// in a text are text.
func (h *Harness) same(first, second []scrub.Range) int64 {
	if h.Options.Depth != scrub.DepthIndex && !h.text {
		return differ(first, second)
	}
	for _, r := range first {
		i := slices.IndexFunc(second, func(s scrub.Range) bool { return s.Off <= r.Off && r.End() <= s.End() })
		if i < 0 {
			return r.Off
		}
		second = second[i:]
	}
	return -1
}

// meeting returns the first offset of [off, off+n) that lies in one of the
// ordered ranges, or -1.
func meeting(in []scrub.Range, off, n int64) int64 {
	i, _ := slices.BinarySearchFunc(in, off, func(r scrub.Range, off int64) int {
		if r.End() <= off {
			return -1
		}
		return 1
	})
	if n > 0 && i < len(in) && in[i].Off < off+n {
		return max(in[i].Off, off)
	}
	return -1
}

// met returns the first offset that an edit replaces in one of the ordered ranges, or -1.
func met(in []scrub.Range, e scrub.Edit) int64 {
	for x := range e.Each(e.Off, e.End()) {
		if d := meeting(in, x.Off, x.Len); d >= 0 {
			return d
		}
	}
	return -1
}

// upTo returns what of the ranges lies below end.
func upTo(in []scrub.Range, end int64) (out []scrub.Range) {
	for _, r := range in {
		if r.Off < end {
			out = append(out, scrub.Range{Off: r.Off, Len: min(r.Len, end-r.Off)})
		}
	}
	return out
}

// tiles returns what is wrong with a plan's map, or "".
func tiles(p *scrub.Plan) (off int64, wrong string) {
	var at int64
	for s := range scrub.Each(p.Map) {
		switch {
		case s.Off != at:
			return at, fmt.Sprintf("the map goes on at 0x%x", s.Off)
		case s.Len <= 0 || s.Len > p.Size-at:
			return at, fmt.Sprintf("span %q takes %d of %d bytes", s.Place, s.Len, p.Size-at)
		case s.Role < scrub.Structure || s.Role > scrub.Filler:
			return at, fmt.Sprintf("span %q has %s", s.Place, s.Role)
		}
		at = s.End()
	}
	if at != p.Size {
		return at, fmt.Sprintf("the map ends, the file has %d bytes", p.Size)
	}
	return -1, ""
}
