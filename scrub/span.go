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

// maxPieces bounds the spans and the edits of one file: more than any camera
// makes, and little enough to stay far below the memory that is promised.
const maxPieces = 1 << 18

// tile sorts claims into a map of [0, size): touching spans without holes or
// overlaps. Bytes that nobody claimed become Identify at place "unclaimed".
// Where claims overlap, what is protected wins, then the earlier one.
// It reports how many bytes were unclaimed and the first offset at which claims
// met of which one isn't protected, or -1.
func tile(claims []Span, size int64) (m []Span, unclaimed, overlap int64) {
	slices.SortStableFunc(claims, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Off, b.Off), cmp.Compare(b.Len, a.Len))
	})
	hard, soft := lay(claims, true), lay(claims, false)
	for at := int64(0); at < size; at = m[len(m)-1].End() {
		hard, soft = from(hard, at), from(soft, at)
		end := size
		if len(hard) > 0 {
			if hard[0].Off <= at {
				m = push(m, hard[0])
				continue
			}
			end = hard[0].Off
		}
		if len(soft) > 0 && soft[0].Off <= at {
			m = push(m, Span{at, min(end, soft[0].End()) - at, soft[0].Role, soft[0].Place})
			continue
		}
		if len(soft) > 0 {
			end = min(end, soft[0].Off)
		}
		m = push(m, Span{at, end - at, Identify, "unclaimed"})
		unclaimed += end - at
	}
	return m, unclaimed, firstOverlap(claims)
}

// lay puts the sorted claims that are protected, or the others, beside each
// other: what an earlier one has taken is cut off a later one.
func lay(claims []Span, protected bool) (out []Span) {
	var at int64
	for _, c := range claims {
		if c.Role.protected() != protected || c.Len <= 0 || c.End() <= at {
			continue
		}
		if c.Off < at {
			c = Span{at, c.End() - at, c.Role, c.Place}
		}
		out = append(out, c)
		at = c.End()
	}
	return out
}

// from drops the spans that end at or before at.
func from(spans []Span, at int64) []Span {
	for len(spans) > 0 && spans[0].End() <= at {
		spans = spans[1:]
	}
	return spans
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
