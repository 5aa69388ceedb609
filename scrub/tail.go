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
	s.findMarks(layers)
	s.cut(end)
	return nil
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
		if !m.Proven || m.Off+m.Len != end {
			break
		}
		s.findMarks([]marks.Mark{m})
		end = m.Off
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
