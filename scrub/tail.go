package scrub

import (
	"errors"
	"io"
	"slices"

	"untag/scrub/marks"
)

// tail names, claims and removes what follows the end of the medium, as far as
// [Scan.verdict] lets it go. In a file it is filled and then cut off; inside
// another medium it can only be filled.
func (s *Scan) tail(e End) error {
	if e.Off >= s.size {
		return nil
	}
	l := layers{known: s.size, proven: s.size, rest: s.size}
	if !s.Nested() {
		var err error
		if l, err = s.peel(e.Off); err != nil {
			return err
		}
	}
	cut, why, err := s.verdict(e, l)
	if err != nil {
		return err
	}
	switch n := min(cut, s.size) - e.Off; {
	case why != "" && n > 0:
		if err := s.stays(e.Off, n, why); err != nil {
			return err
		}
		s.end = -1 // what was to be cut before it is
	case s.Nested():
		return s.Blank(e.Off, s.size-e.Off, 0, Trailer, "tail")
	case n > 0:
		s.Claim(e.Off, n, Filler, "tail")
	}
	if cut >= s.size {
		return nil
	}
	if err := s.cut(cut, l, why == ""); err != nil {
		return err
	}
	if n := int64(len(e.Mark)); n > 0 && cut == e.Off && n <= s.size-cut && s.Atomic(cut, n) {
		s.Put(Repair, cut, e.Mark)
		s.end += n
	}
	return nil
}

// aliens returns the marks that stand behind the medium and are no part of any, and
// where the first of them starts: parsers see nothing of them.
func (s *Scan) aliens() (l []marks.Mark, start int64, err error) {
	for start = s.size; len(l) < 64; {
		m, ok, err := marks.Trailer(paged{s.Reader}, 0, start)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, 0, err
		}
		if !ok || !m.Alien() || m.Off+m.Len != start {
			break
		}
		l, start = append(l, m), m.Off
	}
	return l, start, nil
}

// Marked tells whether such marks stand behind the medium. They become zeros before they are cut off.
func (s *Scan) Marked() bool { return s.marked }

// paged reads through the cache of a reader, as what is read of a small file is read again.
type paged struct{ *Reader }

// ReadAt implements [io.ReaderAt].
func (p paged) ReadAt(b []byte, off int64) (int, error) {
	if len(b) > pageSize {
		return p.Reader.ReadAt(b, off)
	}
	data, err := p.Bytes(off, len(b))
	return copy(b, data), err
}

// cutAliens has marks go of which the parser saw nothing; whole reads all of the file.
func (s *Scan) cutAliens(l []marks.Mark, whole *Reader) {
	start := s.size
	s.Reader, s.base = whole, Extents{{0, whole.size}}
	s.findMarks(l)
	s.Claim(start, whole.size-start, Identify, "tail")
	s.Fill(Destroy, start, whole.size-start, 0)
	if s.end < 0 {
		s.end = start
	}
}

// cut removes the file from off on and reports what that holds: its findings always
// go, since no policy keeps them.
func (s *Scan) cut(off int64, l layers, hidden bool) error {
	if rest := max(off, l.rest); hidden && rest > off {
		s.Found(Finding{Kind: Trailer, Place: "tail", Off: off, Len: rest - off})
		under, err := marks.Hidden(s.Reader, off, rest)
		if err != nil {
			return err
		}
		s.findMarks(under)
	}
	s.findMarks(l.from(off))
	s.Claim(off, s.size-off, Identify, "tail")
	s.Fill(Destroy, off, s.size-off, 0)
	if s.end < 0 || off < s.end {
		s.end = off
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
	twice := slices.ContainsFunc(s.out.edits, func(e Edit) bool { return e.Off < m.Off+m.Len && m.Off < e.End() })
	if ok && err == nil && !twice {
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
	before := s.Point()
	e, err := f.End(s)
	if err == nil {
		err = s.tail(e)
	}
	if Refusal(err) {
		s.Reset(before)
		s.Reader = newReader(s.src, s.size, newMeter(s.size)) // End may have used up the budget
		return s.marksOnly()
	}
	return err
}

// CutMarks cuts the trailers that prove themselves off the physical end of a medium
// whose logical end damage hides, down to off at the most, and returns where they
// start. All before that is left to the parser.
func (s *Scan) CutMarks(off int64) (end int64, err error) {
	if s.Nested() {
		return s.size, nil
	}
	l, err := s.peel(off)
	if err == nil && l.proven < s.size {
		err = s.cut(l.proven, l, false)
	}
	return l.proven, err
}

// marksOnly removes the trailers that prove themselves, from the physical end
// of a file whose logical end is not known.
func (s *Scan) marksOnly() error {
	l, err := s.peel(0)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(l.marks, func(m marks.Mark) bool { return !m.Proven }); i >= 0 {
		s.Doubt("what looks like a %s trailer stays: nothing tells for sure where the medium ends", l.marks[i].Name)
	}
	if l.proven < s.size {
		if err := s.cut(l.proven, l, false); err != nil {
			return err
		}
	}
	if s.format != "" {
		return s.fillHidden(0, l.proven)
	}
	hidden, err := marks.Hidden(s.Reader, 0, l.proven)
	for _, m := range hidden { // perhaps a program that knows such marks
		s.Doubt("a %s mark stays inside of the file: %s", m.Name, m.Value)
	}
	return err
}

// peel takes known trailers off the end, outermost first, down to floor at the
// most.
func (s *Scan) peel(floor int64) (l layers, err error) {
	l = layers{known: s.size, proven: s.size, rest: s.size}
	known, proven := true, true
	for range 64 {
		m, ok, err := marks.Trailer(s.Reader, floor, l.rest)
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return l, err
		}
		if !ok || m.Len <= 0 || m.Off < floor || m.Off+m.Len != l.rest {
			break
		}
		l.marks, l.rest = append(l.marks, m), m.Off
		if known = known && !m.Guess; known {
			l.known = m.Off
		}
		if proven = proven && m.Proven; proven {
			l.proven = m.Off
		}
	}
	return l, nil
}

func (s *Scan) findMarks(found []marks.Mark) {
	for _, m := range found {
		kind := Mark
		switch m.Name {
		case "motion-photo":
			kind = Motion
		case "id3v1", "id3v2", "ape", "lyrics3":
			kind = Comment
		}
		s.Gone(Finding{Kind: kind, Place: "tail/" + m.Name, Off: m.Off, Len: m.Len, Value: m.Value})
	}
}

// Signed tells whether a signature stands at the end of the file that a device
// may ask for: any change of the file, in place or not, breaks it.
func (p *Plan) Signed() bool {
	return slices.ContainsFunc(p.Findings, func(f Finding) bool {
		return f.Kind == Mark && (f.Place == "tail/natisign" || f.Place == "tail/selfsign")
	})
}
