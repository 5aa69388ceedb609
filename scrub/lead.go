package scrub

// lead is a tag that stands before a medium.
type lead struct {
	*Format
	Range
}

const (
	maxLeads = 16      // tags before one medium
	maxZeros = 1 << 20 // bytes of padding behind them, in which programs leave room for more
)

// sniff recognises a medium behind the tags that stand before it.
func (e *Engine) sniff(r *Reader) (*Format, []lead) {
	tags, off := e.leads(r)
	head, err := r.Bytes(off, int(min(r.Left(off), SniffLen)))
	if err != nil {
		return nil, nil
	}
	for i := range e.formats {
		f := &e.formats[i]
		if !f.Inner && f.Sniff(head, r.Left(off)) && (!f.Other || len(tags) == 0) {
			return f, tags
		}
	}
	if len(tags) > 0 {
		return tags[0].Format, nil
	}
	return nil, nil
}

// leads returns the tags before a medium, and where it starts. Zeros behind tags are
// padding that one of them does not account for.
func (e *Engine) leads(r *Reader) (tags []lead, off int64) {
	for len(tags) < maxLeads {
		head, err := r.Bytes(off, int(min(r.Left(off), SniffLen)))
		if err != nil {
			break
		}
		f, n := e.lead(head, r.Left(off))
		if n <= 0 || n > r.Left(off) {
			break
		}
		tags, off = append(tags, lead{f, Range{off, n}}), off+n
	}
	if len(tags) == 0 {
		return nil, 0
	}
	for from := off; off-from < maxZeros; {
		b, err := r.Bytes(off, int(min(r.Left(off), SniffLen)))
		n := zeros(b)
		off += int64(n)
		if err != nil || n < len(b) || n == 0 {
			break
		}
	}
	return tags, off
}

func (e *Engine) lead(head []byte, size int64) (*Format, int64) {
	for i := range e.formats {
		if f := &e.formats[i]; f.Lead != nil {
			if n := f.Lead(head, size); n > 0 {
				return f, n
			}
		}
	}
	return nil, 0
}

// zeros counts the zeros that b starts with.
func zeros(b []byte) int {
	for i, c := range b {
		if c != 0 {
			return i
		}
	}
	return len(b)
}

// behind cleans the tags before a medium and has parse clean the medium itself, which
// sees nothing of them.
func (s *Scan) behind(tags []lead, parse func(*Scan) error) error {
	off := int64(0)
	for _, t := range tags {
		if err := s.within(Extents{t.Range}, "").run(t.Format); err != nil {
			return err
		}
		off = t.Range.End()
	}
	if off == 0 {
		return parse(s)
	}
	_, start := s.engine.leads(s.Reader)
	s.Claim(off, start-off, Filler, "padding")
	in := s.within(Extents{{start, s.size - start}}, "")
	in.tagged, in.marked = true, s.marked
	err := parse(in)
	if in.end >= 0 {
		s.end = start + in.end
	}
	return err
}

// Tagged tells whether a tag stands before the medium: it is no part of a file of a kind
// that nobody knows.
func (s *Scan) Tagged() bool { return s.tagged }
