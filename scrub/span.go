package scrub

import (
	"cmp"
	"iter"
	"slices"
)

// Span is a piece of a map: the bytes from Off to End, and what they are for.
type Span struct {
	Off, Len int64
	Role     Role
	Place    string // path in the format's own terms, such as moov/udta/©xyz
	// Over, if not nil, is what the span is over and over; Role is then zero.
	Over *Pattern
}

// Pattern is spans that touch, offsets those in one repetition. What is made of it holds
// it without a rest.
type Pattern struct {
	Parts []Span
	Mask  Mask // in which repetitions they are; those of others are what Rest says
	Rest  Span // its role and place count
}

// Mask is a bit for each repetition, the lowest of a byte first; nil is all of them.
type Mask []byte

// Has tells whether the parts of something are in its repetition i.
func (m Mask) Has(i int64) bool { return m == nil || m[i/8]>>(i%8)&1 == 1 }

// holds tells whether there is a bit for each of n repetitions.
func (m Mask) holds(n int64) bool { return m == nil || int64(len(m)) == (n+7)/8 }

// step is the length of a repetition.
func (p *Pattern) step() int64 { return p.Parts[len(p.Parts)-1].End() }

// Each yields the spans of a map, those that are parts of others where they lie.
func Each(m []Span) iter.Seq[Span] {
	return func(yield func(Span) bool) {
		for _, s := range m {
			if s.Over == nil {
				if !yield(s) {
					return
				}
				continue
			}
			for i, at := int64(0), s.Off; at < s.End(); i, at = i+1, at+s.Over.step() {
				parts := s.Over.Parts
				if !s.Over.Mask.Has(i) {
					parts = []Span{{Len: s.Over.step(), Role: s.Over.Rest.Role, Place: s.Over.Rest.Place}}
				}
				for _, x := range parts {
					x.Off += at
					if !yield(x) {
						return
					}
				}
			}
		}
	}
}

// whole tells whether the parts of a span touch and fill it.
func (s Span) whole() bool {
	var at int64
	for _, x := range s.Over.Parts {
		if x.Off != at || x.Len <= 0 || x.Len > s.Len-at || x.Over != nil || x.Role == 0 {
			return false
		}
		at = x.End()
	}
	return at > 0 && s.Len%at == 0 && s.Role == 0 && s.Over.Mask.holds(s.Len/at) && (s.Over.Mask == nil) == (s.Over.Rest.Role == 0)
}

// become has what is payload be something else.
func (s *Span) become(role Role) {
	if s.Role == Payload {
		s.Role = role
	}
	if s.Over != nil {
		for i := range s.Over.Parts {
			s.Over.Parts[i].become(role)
		}
		s.Over.Rest.become(role)
	}
}

// hard tells whether no other claim may cut the span into pieces.
func (s Span) hard() bool { return s.Role.protected() || s.Over != nil }

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
	m = make([]Span, 0, len(claims)) // and no more, as a rule
	hard, soft := layer{claims: claims, protected: true}, layer{claims: claims}
	for at := int64(0); at < size; at = m[len(m)-1].End() {
		h, s := hard.from(at), soft.from(at)
		end := size
		if h.Len > 0 {
			if h.Off <= at {
				m = push(m, Span{at, h.End() - at, h.Role, h.Place, h.from(at)})
				continue
			}
			end = h.Off
		}
		if s.Len > 0 && s.Off <= at {
			m = push(m, Span{Off: at, Len: min(end, s.End()) - at, Role: s.Role, Place: s.Place})
			continue
		}
		if s.Len > 0 {
			end = min(end, s.Off)
		}
		m = push(m, Span{Off: at, Len: end - at, Role: Identify, Place: "unclaimed"})
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
		if c.hard() == l.protected && c.Len > 0 && c.End() > at {
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
		soft := !c.Role.protected()
		if c.Off < open || c.Off < all && soft {
			return c.Off
		}
		all = max(all, c.End())
		if soft {
			open = max(open, c.End())
		}
	}
	return -1
}

// push appends s, joined to the last span if it goes on in the same way.
func push(m []Span, s Span) []Span {
	if n := len(m); n > 0 && s.Over == nil && m[n-1].Over == nil && m[n-1].Role == s.Role && m[n-1].Place == s.Place && m[n-1].End() == s.Off {
		m[n-1].Len += s.Len
		return m
	}
	return append(m, s)
}

// from is the pattern of a claim of which what lies before an offset was cut off by another
// one: then it counts as protected as a whole.
func (s Span) from(at int64) *Pattern {
	if s.Over != nil && at != s.Off {
		return &Pattern{Parts: []Span{{Len: s.End() - at, Role: Payload, Place: s.Over.Parts[0].Place}}}
	}
	return s.Over
}

// ground is what no edit may meet.
type ground struct {
	ranges []Range // in order
	runs   []Span  // of a pattern, in order
}

// protect returns the union of the claims that no edit may meet.
func protect(claims []Span) (g ground) {
	for _, c := range claims { // sorted by tile
		switch n := len(g.ranges); {
		case c.Over != nil:
			g.runs = append(g.runs, c)
		case !c.Role.protected() || c.Len <= 0:
		case n > 0 && c.Off <= g.ranges[n-1].End():
			g.ranges[n-1].Len = max(g.ranges[n-1].End(), c.End()) - g.ranges[n-1].Off
		default:
			g.ranges = append(g.ranges, Range{c.Off, c.Len})
		}
	}
	return g
}

// meets tells whether an edit shares a byte with what is protected.
func (g ground) meets(e Edit) bool {
	if e.Over == nil {
		return meets(g.ranges, e.Off, e.Len) || slices.ContainsFunc(g.over(e), func(r Span) bool { return r.protects(e.Off, e.Len) })
	}
	i, _ := slices.BinarySearchFunc(g.ranges, e.Off, func(r Range, off int64) int { return -1 + 2*b2i(r.End() > off) })
	for ; i < len(g.ranges) && g.ranges[i].Off < e.End(); i++ {
		for x := range e.Each(g.ranges[i].Off, g.ranges[i].End()) {
			_ = x
			return true
		}
	}
	for _, r := range g.over(e) {
		from, to := max(e.Off, r.Off), min(e.End(), r.End())
		if from -= (from - e.Off) % e.Over.Step; e.Over.Step%r.Over.step() == 0 && r.Over.Mask == nil && e.Over.Mask == nil { // all are like the first
			to = min(to, from+e.Over.Step)
		}
		for x := range e.Each(from, to) {
			if r.protects(x.Off, x.Len) {
				return true
			}
		}
	}
	return false
}

// over returns the runs that share bytes with where an edit lies.
func (g ground) over(e Edit) []Span {
	i, _ := slices.BinarySearchFunc(g.runs, e.Off, func(r Span, off int64) int { return -1 + 2*b2i(r.End() > off) })
	n := i
	for n < len(g.runs) && g.runs[n].Off < e.End() {
		n++
	}
	return g.runs[i:n]
}

func b2i(is bool) int {
	if is {
		return 1
	}
	return 0
}

// protects tells whether n bytes at off share one with a protected part of a run, which
// counts as if it had no end if all repetitions are the same.
func (s Span) protects(off, n int64) bool {
	step := s.Over.step()
	if s.Over.Mask != nil {
		from, to := max(off, s.Off), min(off+n, s.End())
		for i := (from - s.Off) / step; s.Off+i*step < to; i++ {
			at := s.Off + i*step
			if !s.Over.Mask.Has(i) && s.Over.Rest.Role.protected() || s.Over.Mask.Has(i) && slices.ContainsFunc(s.Over.Parts, func(x Span) bool {
				return x.Role.protected() && at+x.Off < to && at+x.End() > from
			}) {
				return true
			}
		}
		return false
	}
	at := ((off-s.Off)%step + step) % step
	for _, x := range s.Over.Parts {
		if x.Role.protected() && (x.Off < at+n && x.End() > at || x.Off+step < at+n || n >= step) {
			return true
		}
	}
	return false
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
