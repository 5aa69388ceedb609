package scrub

import (
	"cmp"
	"slices"
)

// Span is a piece of a map: the bytes from Off to End, and what they are for.
type Span struct {
	Off, Len int64
	Role     Role
	Place    string // path in the format's own terms, such as moov/udta/©xyz
}

// End is the offset after the last byte of the span.
func (s Span) End() int64 { return s.Off + s.Len }

// tile sorts claims into a map of [0, size): touching spans without holes or
// overlaps. Bytes that nobody claimed become Identify at place "unclaimed".
// Where claims overlap, what is protected wins, then the earlier one.
// It reports how many bytes were unclaimed and the first offset at which claims
// met of which one isn't protected, or -1.
func tile(claims []Span, size int64) (m []Span, unclaimed, overlap int64) {
	slices.SortStableFunc(claims, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Off, b.Off), cmp.Compare(b.Len, a.Len))
	})
	hard, soft := layer{claims: claims, protected: true}, layer{claims: claims}
	for at := int64(0); at < size; at = m[len(m)-1].End() {
		h, s := hard.from(at), soft.from(at)
		end := size
		if h.Len > 0 {
			if h.Off <= at {
				m = push(m, Span{at, h.End() - at, h.Role, h.Place})
				continue
			}
			end = h.Off
		}
		if s.Len > 0 && s.Off <= at {
			m = push(m, Span{at, min(end, s.End()) - at, s.Role, s.Place})
			continue
		}
		if s.Len > 0 {
			end = min(end, s.Off)
		}
		m = push(m, Span{at, end - at, Identify, "unclaimed"})
		unclaimed += end - at
	}
	return m, unclaimed, firstOverlap(claims)
}

// layer steps through the sorted claims that are protected, or the others.
type layer struct {
	claims    []Span
	protected bool
}

// from returns the first claim of the layer that ends behind at, or none. What
// ends before is not looked at again.
func (l *layer) from(at int64) Span {
	for len(l.claims) > 0 {
		c := l.claims[0]
		if c.Role.protected() == l.protected && c.Len > 0 && c.End() > at {
			return c
		}
		l.claims = l.claims[1:]
	}
	return Span{}
}

// firstOverlap returns where the first of the sorted claims starts that meets an
// earlier one, two protected ones apart, or -1.
func firstOverlap(claims []Span) int64 {
	var all, open int64 // how far all claims reach so far, and those that are not protected
	for _, c := range claims {
		if c.Len <= 0 {
			continue
		}
		if c.Off < open || c.Off < all && !c.Role.protected() {
			return c.Off
		}
		all = max(all, c.End())
		if !c.Role.protected() {
			open = max(open, c.End())
		}
	}
	return -1
}

// push appends s, joined to the last span if it goes on in the same way.
func push(m []Span, s Span) []Span {
	if n := len(m); n > 0 && m[n-1].Role == s.Role && m[n-1].Place == s.Place && m[n-1].End() == s.Off {
		m[n-1].Len += s.Len
		return m
	}
	return append(m, s)
}

// protectedRanges returns the union of the claims that no edit may meet, in order.
func protectedRanges(claims []Span) []Range {
	var out []Range
	for _, c := range claims { // sorted by tile
		if !c.Role.protected() || c.Len <= 0 {
			continue
		}
		if n := len(out); n > 0 && c.Off <= out[n-1].End() {
			out[n-1].Len = max(out[n-1].End(), c.End()) - out[n-1].Off
			continue
		}
		out = append(out, Range{c.Off, c.Len})
	}
	return out
}

// meets tells whether [off, off+n) shares a byte with one of the ordered ranges.
func meets(ranges []Range, off, n int64) bool {
	i, _ := slices.BinarySearchFunc(ranges, off, func(r Range, off int64) int {
		if r.End() <= off {
			return -1
		}
		return 1
	})
	return n > 0 && i < len(ranges) && ranges[i].Off < off+n
}
