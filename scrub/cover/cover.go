// Package cover tells which bytes of a medium its own tables account for: samples, extents,
// entries of an index.
package cover

import (
	"cmp"
	"slices"

	"untag/scrub"
)

// Region is a run of bytes that tables point at.
type Region[T any] struct {
	Off, Len int64
	Stays    bool   // what lies there stays
	Place    string // what it is, for what goes
	Owner    T      // of the last part, if that stays
	Last     int64  // where the last part lies
}

// End is where the region ends.
func (r Region[T]) End() int64 { return r.Off + r.Len }

// maxRegions bounds the memory for regions. Runs of neighbouring parts count as one, so that
// only telemetry scattered through a file comes near it.
const maxRegions = 1 << 18

// Cover gathers what tables point at, and the pieces of it that were claimed for what they
// are.
type Cover[T any] struct {
	regions []Region[T]
	pieces  []scrub.Range
	starts  map[int64]bool // of pieces: tables may share parts
}

// Add notes a region; one that goes on as the last one does is joined to it. It fails with
// [scrub.ErrTooMany].
func (c *Cover[T]) Add(r Region[T]) error {
	if r.Len <= 0 {
		return nil
	}
	if n := len(c.regions); n > 0 {
		last := &c.regions[n-1]
		if last.Stays == r.Stays && last.Place == r.Place && r.Off == last.End() {
			last.Len += r.Len
			last.Owner, last.Last = r.Owner, r.Last
			return nil
		}
	}
	if len(c.regions) >= maxRegions {
		return scrub.ErrTooMany
	}
	c.regions = append(c.regions, r)
	return nil
}

// Regions are those that were added, sorted once [Cover.Split] was called.
func (c *Cover[T]) Regions() []Region[T] { return c.regions }

// Shared tells whether regions that stay have a byte in common: parts of their own bytes
// each are what a proof needs. Call it after [Cover.Split].
func (c *Cover[T]) Shared() bool {
	var end int64
	for _, r := range c.regions {
		if r.Stays && r.Off < end {
			return true
		}
		if r.Stays {
			end = r.End()
		}
	}
	return false
}

// Split sorts the regions and returns the union of those that stay and, apart from them,
// those that go.
func (c *Cover[T]) Split() (stay, goes []Region[T]) {
	slices.SortFunc(c.regions, func(a, b Region[T]) int {
		return cmp.Or(cmp.Compare(a.Off, b.Off), cmp.Compare(b.Len, a.Len))
	})
	for _, r := range c.regions {
		list := &goes
		if r.Stays {
			list = &stay
		}
		if n := len(*list); n > 0 && r.Off <= (*list)[n-1].End() && (r.Stays || (*list)[n-1].Place == r.Place) {
			last := &(*list)[n-1]
			if r.End() >= last.End() {
				last.Len, last.Owner, last.Last = r.End()-last.Off, r.Owner, r.Last
			}
			continue
		}
		*list = append(*list, r)
	}
	return stay, goes
}

// Sweep visits [from, to) in pieces: what stays wins over what goes, and what neither covers
// is a gap. Both lists are sorted.
func Sweep[T any](from, to int64, stay, goes []Region[T], visit func(off, n int64, stays, goes bool, place string) error) error {
	for off := from; off < to; {
		stay, goes = From(stay, off), From(goes, off)
		s, g := start(stay, to), start(goes, to)
		var end int64
		var err error
		switch {
		case s <= off:
			end = min(stay[0].End(), to)
			err = visit(off, end-off, true, false, "")
		case g <= off:
			end = min(goes[0].End(), s, to)
			err = visit(off, end-off, false, true, goes[0].Place)
		default:
			end = min(s, g)
			err = visit(off, end-off, false, false, "")
		}
		if err != nil {
			return err
		}
		off = end
	}
	return nil
}

// From returns what of a sorted list ends behind off.
func From[T any](list []Region[T], off int64) []Region[T] {
	for len(list) > 0 && list[0].End() <= off {
		list = list[1:]
	}
	return list
}

func start[T any](list []Region[T], to int64) int64 {
	if len(list) == 0 {
		return to
	}
	return min(list[0].Off, to)
}

// Meet tells whether regions of two sorted lists have a byte in common.
func Meet[T any](a, b []Region[T]) bool {
	for _, r := range a {
		if b = From(b, r.Off); len(b) > 0 && b[0].Off < r.End() {
			return true
		}
	}
	return false
}

// Piece notes a piece that is about to be claimed, and tells whether it is a new one.
func (c *Cover[T]) Piece(r scrub.Range) bool {
	if c.starts[r.Off] {
		return false
	}
	if c.starts == nil {
		c.starts = map[int64]bool{}
	}
	c.starts[r.Off] = true
	c.pieces = append(c.pieces, r)
	return true
}

// Pieces is how many pieces were noted.
func (c *Cover[T]) Pieces() int { return len(c.pieces) }

// Has tells whether a piece at off was noted.
func (c *Cover[T]) Has(off int64) bool { return c.starts[off] }

// Forget takes back all but the first n pieces.
func (c *Cover[T]) Forget(n int) {
	for _, r := range c.pieces[n:] {
		delete(c.starts, r.Off)
	}
	c.pieces = c.pieces[:n]
}

// Around returns what claims runs of bytes, from run to run onwards, as payload around the
// pieces.
func (c *Cover[T]) Around(s *scrub.Scan, place string) func(off, n int64) {
	left := slices.SortedFunc(slices.Values(c.pieces), func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	return func(off, n int64) {
		end := off + n
		for len(left) > 0 && left[0].Off < end {
			piece := left[0]
			left = left[1:]
			if piece.Off < off {
				continue
			}
			s.Claim(off, piece.Off-off, scrub.Payload, place)
			off = piece.End()
		}
		s.Claim(off, end-off, scrub.Payload, place)
	}
}
