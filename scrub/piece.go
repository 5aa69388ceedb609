package scrub

import "math"

// sectorSize is the piece of a file that a drive writes whole or not at all.
const sectorSize = 512

// Piece returns a reader of the ranges x of the medium, laid end to end, for
// what is not a medium of its own: a block of EXIF that several segments hold.
func (s *Scan) Piece(x Extents) (*Reader, error) {
	if !x.inside(s.size) {
		return nil, s.Errorf(0, "a piece lies outside the medium")
	}
	return newReader(extentReader{s.Reader, x}, x.Size(), &meter{limit: math.MaxInt64, outer: s.meter}), nil // metered by s.Reader
}

// Atomic tells whether n bytes at off lie in one sector of the file, so that
// writing them can't be torn.
func (s *Scan) Atomic(off, n int64) bool {
	x := s.base.Slice(off, n)
	return len(x) == 1 && x[0].Off/sectorSize == (x[0].End()-1)/sectorSize
}

// Gone reports what goes under every policy, since the format leaves no way to
// keep it.
func (s *Scan) Gone(f Finding) {
	n := len(s.out.findings)
	if s.Found(f) {
		return
	}
	if len(s.out.findings) == n {
		s.out.unlisted++
		return
	}
	s.out.findings[n].Goes = true
}

// Stuck reports what tells something and can't be removed, whatever the policy
// says. The parser records a [Scan.Doubt] about it.
func (s *Scan) Stuck(f Finding) {
	n := len(s.out.findings)
	s.Found(f)
	if len(s.out.findings) > n {
		s.out.findings[n].Goes = false
	}
}

// Held has what was found since p stay, whatever the policy says: see [Scan.Stuck].
func (s *Scan) Held(p Point) {
	for i := p.findings; i < len(s.out.findings); i++ {
		s.out.findings[i].Goes = false
	}
	s.out.unlisted = p.unlisted
}

// Unexplained is how many bytes go of what was found since p and of which nothing says
// what they are.
func (s *Scan) Unexplained(p Point) (n int64) {
	for _, f := range s.out.findings[min(p.findings, len(s.out.findings)):] {
		if f.Goes && (f.Kind == Unknown || f.Kind == Hidden) {
			n += f.Len
		}
	}
	return n
}
