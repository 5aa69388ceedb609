package scrub

import (
	"cmp"
	"iter"
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
// neighbours, and what goes is still counted.
func (p *Plan) Picture(most int) []Stroke {
	var all []Stroke
	going := p.going()
	for _, s := range p.Map {
		for part := range going.split(s) {
			all = draw(all, part)
			if len(all) > 64*most {
				all = squeeze(all, 16*most)
			}
		}
	}
	return squeeze(all, most)
}

// draw appends a stroke, joined to the last one if it is of the same kind.
func draw(all []Stroke, s Stroke) []Stroke {
	if n := len(all); n > 0 && all[n-1].Role == s.Role && all[n-1].fate() == s.fate() {
		all[n-1].Len += s.Len
		all[n-1].Goes += s.Goes
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
		limit := costs[left-1]
		out := all[:0]
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

// cost is how much less a picture tells in which two strokes are one.
func cost(a, b Stroke) int64 {
	n := min(a.Len, b.Len)
	if a.fate() != b.fate() {
		n = min(n, 1<<60) * 4
	}
	return n
}

// going is what a plan replaces or cuts off.
type going struct {
	ranges []Range // in order and apart
	end    int64   // all from here on is cut off
	runs   []Edit  // with stripes
}

func (p *Plan) going() *going {
	g := &going{end: p.End}
	for _, e := range p.Edits {
		if e.Over != nil {
			g.runs = append(g.runs, e)
			continue
		}
		g.ranges = append(g.ranges, Range{e.Off, e.Len})
	}
	slices.SortFunc(g.ranges, func(a, b Range) int { return cmp.Compare(a.Off, b.Off) })
	apart := g.ranges[:0]
	for _, r := range g.ranges {
		if n := len(apart); n > 0 && r.Off <= apart[n-1].End() {
			apart[n-1].Len = max(apart[n-1].End(), r.End()) - apart[n-1].Off
			continue
		}
		apart = append(apart, r)
	}
	g.ranges = apart
	return g
}

// split yields the strokes of one span; spans come in order. What changes in structure, such
// as a checksum, stays what it is.
func (g *going) split(s Span) iter.Seq[Stroke] {
	return func(yield func(Stroke) bool) {
		if s.Over != nil {
			yield(Stroke{s.Len, s.Over.role(), g.striped(s.Off, s.End())})
			return
		}
		for at := s.Off; at < s.End(); {
			next, goes := g.at(at)
			next = min(next, s.End())
			part := Stroke{Len: next - at, Role: s.Role}
			switch {
			case at >= g.end, goes && s.Role != Structure:
				part.Goes = part.Len
			case !s.Role.protected() && s.Role != Structure:
				part.Goes = g.striped(at, next)
			}
			if !yield(part) {
				return
			}
			at = next
		}
	}
}

// at tells whether the byte at off goes, and up to where that is so. Offsets only grow.
func (g *going) at(off int64) (next int64, goes bool) {
	if off >= g.end {
		return 1<<63 - 1, true
	}
	for len(g.ranges) > 0 && g.ranges[0].End() <= off {
		g.ranges = g.ranges[1:]
	}
	switch {
	case len(g.ranges) == 0:
		return g.end, false
	case off < g.ranges[0].Off:
		return min(g.end, g.ranges[0].Off), false
	}
	return min(g.end, g.ranges[0].End()), true
}

// striped is about how much of [from, to) goes in stripes.
func (g *going) striped(from, to int64) (n int64) {
	for _, e := range g.runs {
		both := min(e.End(), to) - max(e.Off, from)
		if both <= 0 {
			continue
		}
		var part int64
		for _, x := range e.Over.Parts {
			part += x.Len
		}
		n += both / e.Over.Step * part
	}
	return min(n, to-from)
}

// role is that of most bytes of one repetition.
func (p *Pattern) role() Role {
	var of [Filler + 1]int64
	for _, x := range p.Parts {
		of[min(x.Role, Filler)] += x.Len
	}
	best := Structure
	for r := Structure; r <= Filler; r++ {
		if of[r] > of[best] {
			best = r
		}
	}
	return best
}
