package scrub

import (
	"cmp"
	"slices"
)

// Stroke is a piece of a picture of a map: bytes that follow each other.
type Stroke struct {
	Len  int64
	Role Role  // of most of the bytes
	Goes int64 // how many of them are replaced or cut off
}

// Picture draws the map and what becomes of it with at most most strokes, which are as
// long as the file together. Where there are more, small ones are joined to their
// neighbours, and what goes is still counted. What changes in structure, such as a
// checksum, stays.
func (p *Plan) Picture(most int) (all []Stroke) {
	going := p.going()
	for _, s := range p.Map {
		for at := s.Off; at < s.End(); {
			for len(going) > 0 && going[0].End() <= at {
				going = going[1:]
			}
			part := Stroke{Len: s.End() - at, Role: s.most()}
			if len(going) > 0 && at < going[0].Off {
				part.Len = min(part.Len, going[0].Off-at)
			} else if len(going) > 0 {
				part.Len = min(part.Len, going[0].End()-at)
				if part.Role != Structure || at >= p.End || going[0].dropped {
					part.Goes = int64(float64(part.Len) * going[0].share)
				}
			}
			at += part.Len
			if all = draw(all, part); len(all) > 64*most {
				all = squeeze(all, 16*most)
			}
		}
	}
	return squeeze(all, most)
}

// most is the role of the longest part of the span.
func (s Span) most() Role {
	if s.Over == nil {
		return s.Role
	}
	return slices.MaxFunc(s.Over.Parts, func(a, b Span) int { return cmp.Compare(a.Len, b.Len) }).Role
}

// gone is a range of which a share goes: all of it, but for stripes, and for what becomes shorter.
type gone struct {
	Range
	share   float64
	dropped bool // the file is written anew without it
}

// going is what the plan replaces, drops or cuts off, in order and apart.
func (p *Plan) going() (apart []gone) {
	all := []gone{{Range: Range{p.End, p.Size - p.End}, share: 1}}
	for _, c := range p.Anew {
		if less := c.Len - int64(len(c.Data)); less > 0 {
			all = append(all, gone{Range{c.Off, c.Len}, float64(less) / float64(c.Len), true})
		}
	}
	for _, e := range p.Edits {
		g := gone{Range: Range{e.Off, e.Len}, share: 1}
		if e.Over != nil {
			var n int64
			for _, x := range e.Over.Parts {
				n += x.Len
			}
			g.share = float64(n) / float64(e.Over.Step)
		}
		all = append(all, g)
	}
	slices.SortFunc(all, func(a, b gone) int { return cmp.Compare(a.Off, b.Off) })
	var end int64
	for _, g := range all {
		if from := max(g.Off, end); from < g.End() {
			end = g.End()
			apart = append(apart, gone{Range{from, end - from}, g.share, g.dropped})
		}
	}
	return apart
}

// draw appends a stroke, joined to the last one if it is of the same kind.
func draw(all []Stroke, s Stroke) []Stroke {
	if n := len(all); n > 0 && all[n-1].Role == s.Role && all[n-1].fate() == s.fate() {
		all[n-1] = all[n-1].with(s)
		return all
	}
	return append(all, s)
}

// fate is 0 for what stays, 2 for what goes, and 1 for both.
func (s Stroke) fate() int { return b2i(s.Goes > 0) + b2i(s.Goes == s.Len) }

// with joins what follows.
func (s Stroke) with(next Stroke) Stroke {
	if next.Len > s.Len {
		s.Role = next.Role
	}
	s.Len += next.Len
	s.Goes += next.Goes
	return s
}

// cost is how much less a picture tells in which two strokes are one.
func cost(a, b Stroke) int64 {
	n := min(a.Len, b.Len, 1<<60)
	if a.fate() != b.fate() {
		n *= 4
	}
	return n
}

// squeeze joins pairs of neighbours, those with the smallest part first, until there are
// at most so many strokes.
func squeeze(all []Stroke, most int) []Stroke {
	for len(all) > max(most, 1) {
		costs := make([]int64, len(all)-1)
		for i := range costs {
			costs[i] = cost(all[i], all[i+1])
		}
		slices.Sort(costs)
		left := len(all) - most
		limit, out := costs[left-1], all[:0]
		for i := 0; i < len(all); i++ {
			s := all[i]
			if left > 0 && i+1 < len(all) && cost(s, all[i+1]) <= limit {
				i, left, s = i+1, left-1, s.with(all[i+1])
			}
			out = append(out, s)
		}
		all = out
	}
	return all
}
