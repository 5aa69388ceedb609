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
// of different kinds met, or -1.
func tile(claims []Span, size int64) (m []Span, unclaimed, overlap int64) {
	slices.SortStableFunc(claims, func(a, b Span) int {
		return cmp.Or(cmp.Compare(a.Off, b.Off), cmp.Compare(b.Len, a.Len))
	})
	overlap = -1
	var at int64
	for _, c := range claims {
		if c.Len <= 0 {
			continue
		}
		if c.Off > at {
			m = push(m, Span{at, c.Off - at, Identify, "unclaimed"})
			unclaimed += c.Off - at
			at = c.Off
		}
		if c.Off < at {
			last := m[len(m)-1]
			if !(last.Role.protected() && c.Role.protected()) && overlap < 0 {
				overlap = c.Off
			}
			c = Span{at, c.End() - at, c.Role, c.Place}
		}
		if c.Len > 0 {
			m = push(m, c)
			at = c.End()
		}
	}
	if at < size {
		m = push(m, Span{at, size - at, Identify, "unclaimed"})
		unclaimed += size - at
	}
	return m, unclaimed, overlap
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
