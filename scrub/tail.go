package scrub

import (
	"errors"
	"io"

	"untag/scrub/marks"
)

// tail names, claims and removes all bytes from end on. In a file they are
// filled and then cut off; inside another medium they can only be filled.
func (s *Scan) tail(end int64) error {
	if s.Nested() {
		return s.Blank(end, s.size-end, 0, Trailer, "tail")
	}
	layers, rest, err := s.peel(end)
	if err != nil {
		return err
	}
	if rest > end {
		s.Found(Finding{Kind: Trailer, Place: "tail", Off: end, Len: rest - end})
	}
	hidden, err := marks.Hidden(s.Reader, end, rest)
	if err != nil {
		return err
	}
	s.findMarks(hidden)
	s.findMarks(layers)
	s.cut(end)
	if n := int64(len(s.mark)); n > 0 && n <= s.size-end && s.Atomic(end, n) {
		s.Put(Repair, end, s.mark)
		s.end += n
	}
	return nil
}

// EndInDoubt is [Scan.End] where the medium contradicts itself: all bytes from
// off on are claimed, but only trailers that prove themselves are cut.
func (s *Scan) EndInDoubt(off int64) error {
	if s.Nested() || off >= s.size {
		s.Claim(off, s.size-off, Identify, "tail")
		return nil
	}
	layers, _, err := s.peel(off)
	if err != nil {
		return err
	}
	end := s.size
	for _, m := range layers {
		if !m.Proven {
			break
		}
		s.findMarks([]marks.Mark{m})
		end = m.Off
	}
	if off < end {
		s.Claim(off, end-off, Identify, "tail")
		s.Stuck(Finding{Kind: Trailer, Place: "tail", Off: off, Len: end - off})
		s.Doubt("what follows the medium stays: it is not sure where that ends")
	}
	if end < s.size {
		s.cut(end)
	}
	return nil
}

// endOnly cleans a medium that has no parser: it removes what follows its
// logical end and the mark that it may hold.
func (s *Scan) endOnly(f *Format) error {
	s.format = f.Name
	if err := s.endOf(f); err != nil || f.Mark == nil {
		return err
	}
	size := s.size
	if s.end >= 0 {
		size = s.end
	}
	m, ok, err := f.Mark(s.Reader, size)
	if ok && err == nil {
		s.Claim(m.Off, m.Len, Identify, "mark/"+m.Name)
		s.Found(Finding{Kind: Mark, Place: "mark/" + m.Name, Off: m.Off, Len: m.Len, Value: m.Value})
		s.Fill(Destroy, m.Off, m.Len, 0)
	}
	return err
}

// endOf removes what follows the logical end, or proven marks if there is no
// telling where that is.
func (s *Scan) endOf(f *Format) error {
	if f.End == nil {
		return s.marksOnly()
	}
	end, err := f.End(s)
	if Refusal(err) {
		s.Reader = newReader(s.src, s.size, newMeter(s.size)) // End may have used up the budget
		return s.marksOnly()
	}
	if err != nil || end >= s.size {
		return err
	}
	return s.tail(end)
}

// marksOnly removes the trailers that prove themselves, from the physical end
// of a file whose logical end is not known.
func (s *Scan) marksOnly() error {
	layers, _, err := s.peel(0)
	if err != nil {
		return err
	}
	end := s.size
	for _, m := range layers {
		if !m.Proven {
			s.Doubt("what looks like a %s trailer stays: nothing tells for sure where the medium ends", m.Name)
			break
		}
		s.findMarks([]marks.Mark{m})
		end = m.Off
	}
	hidden, err := marks.Hidden(s.Reader, 0, end)
	if err != nil {
		return err
	}
	for _, m := range hidden {
		s.Doubt("a %s mark stays inside of the medium: %s", m.Name, m.Value)
	}
	if end < s.size {
		s.cut(end)
	}
	return nil
}

// peel takes known trailers off the end, outermost first, down to floor at the
// most, and returns where the innermost one starts.
func (s *Scan) peel(floor int64) (layers []marks.Mark, rest int64, err error) {
	rest = s.size
	for range 64 {
		m, ok, err := marks.Trailer(s.Reader, floor, rest)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, 0, err
		}
		if !ok || m.Len <= 0 || m.Off < floor || m.Off+m.Len != rest {
			break
		}
		layers = append(layers, m)
		rest = m.Off
	}
	return layers, rest, nil
}

func (s *Scan) findMarks(layers []marks.Mark) {
	for _, m := range layers {
		s.Found(Finding{Kind: Mark, Place: "tail/" + m.Name, Off: m.Off, Len: m.Len, Value: m.Value})
	}
}

// cut removes the tail of a file. Its findings always go: no policy keeps them.
func (s *Scan) cut(end int64) {
	s.Claim(end, s.size-end, Identify, "tail")
	s.Fill(Destroy, end, s.size-end, 0)
	s.end = end
}
