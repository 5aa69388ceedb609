package scrub

import (
	"cmp"
	"fmt"
	"hash"
	"io"
	"slices"
)

// Options are what a plan is made under.
type Options struct {
	Policy Policy
	Depth  Depth
	// Known are spans of payload from an earlier plan for a file whose payload
	// has not changed since, and which that plan had no doubt about. A parser may
	// step over them instead of walking them again; it is for the proof that
	// follows the performing of a plan.
	Known []Span
	// Cut has what follows the end of a medium go even where nothing but a length
	// tells that it ends there.
	Cut bool
}

// Status says what a plan promises about its file.
type Status string

const (
	// Clean: every byte is accounted for and nothing goes.
	Clean Status = "clean"
	// Dirty: every byte is accounted for, and performing the plan leaves it clean.
	Dirty Status = "dirty"
	// Partly: there is doubt; only what is positively identified goes.
	Partly Status = "partly"
	// Unsupported: the file could not be parsed; at most its marks go.
	Unsupported Status = "unsupported"
)

// Plan is the findings and the ordered edits for one file under one policy.
type Plan struct {
	Format   string    // name of the format, "" if nobody recognised it
	Size     int64     // length of the file that the plan is for, in bytes
	End      int64     // length after the tail is cut; Size if it stays
	Map      []Span    // the file from byte 0 to Size without holes or overlaps
	Findings []Finding // in file order
	Unlisted int       // how many more findings go than are listed
	Edits    []Edit    // in the order of performing: by phase, then by offset
	Anew     []Change  // what takes a new file, once the edits are made; see [Rewrite]
	Inner    []byte    // sum of what media in another form are to be, which a new file has to share; nil if there is none
	Doubts   []string  // why the file can't be called clean; empty if it can
	Refused  string    // why the file could not be parsed; empty if it was
	Shallow  bool      // coded data was there that was not looked at
	Read     int64     // bytes read to make the plan
}

// Status tells what the plan promises.
func (p *Plan) Status() Status {
	switch {
	case p.Refused != "":
		return Unsupported
	case len(p.Doubts) > 0:
		return Partly
	case len(p.Edits) > 0 || len(p.Anew) > 0 || p.End != p.Size || p.Removes() > 0:
		return Dirty
	}
	return Clean
}

// Removes counts the findings that go.
func (p *Plan) Removes() int {
	n := p.Unlisted
	for _, f := range p.Findings {
		if f.Goes {
			n++
		}
	}
	return n
}

// Plan reads a medium of size bytes and plans what becomes of it. An error is
// one of reading; a medium that is broken or unsupported is a plan that says so.
func (e *Engine) Plan(src io.ReaderAt, size int64, opt Options) (*Plan, error) {
	opt.Known = protectedSpans(opt.Known)
	m := newMeter(size)
	p := &Plan{Size: size, End: size}
	s := e.newScan(newReader(src, size, m), opt)
	whole := s.Reader
	aliens, start, err := s.aliens()
	if err != nil {
		return nil, err
	}
	medium := whole
	if start < size {
		medium = newReader(src, start, m)
	}
	f, tags := e.sniff(medium)
	switch {
	case f == nil || f.Other:
		if f != nil {
			p.Format = f.Name
		}
		p.Refused = "not a medium of a known format"
		err = s.marksOnly()
	case f.Parse == nil:
		p.Format = f.Name
		p.Refused = (&UnsupportedError{Format: f.Name}).Error()
		err = s.behind(tags, func(m *Scan) error { return m.endOnly(f) })
	default:
		p.Format = f.Name
		s = e.newScan(medium, opt)
		s.marked = start < size
		err = s.behind(tags, func(m *Scan) error { return m.run(f) })
		if err == nil && start < size {
			s.cutAliens(aliens, whole)
		}
		if err == nil {
			err = s.lawful()
		}
		if Refusal(err) {
			p.Refused, p.Read = refused(f.Name, err), m.read
			return e.marksOf(src, p, opt)
		}
	}
	if err = cmp.Or(err, m.failed); err != nil {
		return nil, err
	}
	s.fill(p)
	p.Read = m.read
	return p, nil
}

// marksOf completes the plan for a medium that is refused.
func (e *Engine) marksOf(src io.ReaderAt, p *Plan, opt Options) (*Plan, error) {
	s := e.newScan(newReader(src, p.Size, newMeter(p.Size)), opt)
	s.format = p.Format
	if err := s.marksOnly(); err != nil {
		return nil, err
	}
	s.fill(p)
	return p, nil
}

func (e *Engine) newScan(r *Reader, opt Options) *Scan {
	return &Scan{Reader: r, engine: e, opt: opt, base: Extents{{0, r.size}}, out: &outcome{}, end: -1}
}

// lawful holds a finished scan to the laws that can be checked without knowing
// the format: every byte claimed, and no edit on what is protected.
func (s *Scan) lawful() error {
	m, unclaimed, overlap := tile(s.out.claims, s.size)
	s.out.tiles = m
	if unclaimed > 0 {
		s.Doubt("%d bytes belong to nothing", unclaimed)
	}
	if overlap >= 0 {
		s.Doubt("structures overlap at 0x%x", overlap)
	}
	protected := protect(s.out.claims)
	s.out.claims = nil // the map has them: they take megabytes
	for _, e := range s.out.edits {
		if protected.meets(e) {
			return s.Errorf(e.Off, "the file contradicts itself: metadata shares bytes with the picture or sound")
		}
	}
	for _, c := range s.out.anew {
		if protected.changes(c) {
			return s.Errorf(c.Off, "the file contradicts itself: metadata shares bytes with the picture or sound")
		}
	}
	return nil
}

// Try has a parser plan the medium, and returns what speaks against the result: bytes that
// [Reader.Get] could not read, the parser's own error, or edits that meet what was claimed
// as protected meanwhile: a nested medium answers for itself. What could not be read before
// speaks against the medium, and is not forgotten with the try.
func (s *Scan) Try(plan func() error) error {
	if s.meter.failed != nil {
		return s.meter.failed
	}
	p := s.Point()
	err := plan()
	if err = cmp.Or(s.meter.failure(), err); err != nil {
		return err
	}
	claims := slices.Clone(s.out.claims[p.claims:])
	slices.SortFunc(claims, func(a, b Span) int { return cmp.Compare(a.Off, b.Off) })
	protected := protect(claims)
	for _, e := range s.out.edits[p.edits:] {
		if protected.meets(e) {
			return s.Errorf(0, "the file contradicts itself: metadata shares bytes with the picture or sound")
		}
	}
	return nil
}

// fill moves what the scan gathered into the plan.
func (s *Scan) fill(p *Plan) {
	if p.Map = s.out.tiles; p.Map == nil {
		p.Map, _, _ = tile(s.out.claims, s.size)
	}
	p.Findings, p.Unlisted = s.out.findings, s.out.unlisted
	p.Doubts, p.Shallow = s.out.doubts, s.out.shallow
	p.Edits = s.out.edits
	sortEdits(p.Edits)
	p.Anew, p.Inner = s.out.anew, s.out.inner
	if w := p.Rewrite(); w != nil {
		w.sort()
	}
	if len(p.Edits) > 0 && p.Removes() == 0 {
		p.Findings = append(p.Findings, p.nameless())
	}
	slices.SortStableFunc(p.Findings, func(a, b Finding) int { return int(max(-1, min(1, a.Off-b.Off))) })
	if s.end >= 0 {
		p.End = s.end
	}
}

// nameless is the finding of a plan whose edits no parser gave a name: they remove
// an empty shell, or what an interrupted run left.
func (p *Plan) nameless() Finding {
	e := p.Edits[0]
	f := Finding{Kind: Unknown, Role: Identify, Off: e.Off, Len: e.Len, Goes: true}
	if i, ok := findSpan(p.Map, e.Off); ok {
		f.Place = p.Map[i].Place
	} else if i > 0 {
		f.Place = p.Map[i-1].Place
	}
	return f
}

// Payload writes all bytes of the map's payload spans, in order, to h.
func (p *Plan) Payload(src io.ReaderAt, h hash.Hash) error {
	for s := range Each(p.Map) {
		if s.Role != Payload {
			continue
		}
		if _, err := io.Copy(h, io.NewSectionReader(src, s.Off, s.Len)); err != nil {
			return err
		}
	}
	return nil
}

// Check tells whether the plan is well-formed: the map tiles the file, and the
// edits are sorted, inside the file, apart from each other within a phase, and
// apart from what is protected. Whoever performs a plan that came from
// elsewhere asks first.
func (p *Plan) Check() error {
	if p.Size < 0 || p.End < 0 || p.End > p.Size {
		return fmt.Errorf("plan: end %d is outside the file", p.End)
	}
	var at int64
	for _, s := range p.Map {
		if s.Off != at || s.Len <= 0 || s.Len > p.Size-at || s.Over != nil && !s.whole() {
			return fmt.Errorf("plan: map breaks at 0x%x", at)
		}
		at = s.End()
	}
	if at != p.Size {
		return fmt.Errorf("plan: map ends at 0x%x", at)
	}
	protected := protect(p.Map)
	if protected.meets(Edit{Off: p.End, Len: p.Size - p.End}) {
		return fmt.Errorf("plan: the cut at 0x%x meets the payload", p.End)
	}
	var last Edit
	for _, e := range p.Edits {
		switch {
		case e.Phase < Announce || e.Phase > Repair:
			return fmt.Errorf("plan: edit at 0x%x has no phase", e.Off)
		case e.Off < 0 || e.Len <= 0 || e.Len > p.Size || e.Off > p.Size-e.Len:
			return fmt.Errorf("plan: edit at 0x%x is outside the file", e.Off)
		case e.check() != "":
			return fmt.Errorf("plan: edit at 0x%x %s", e.Off, e.check())
		case e.Phase < last.Phase || e.Phase == last.Phase && e.Off < last.End():
			return fmt.Errorf("plan: edits overlap or are out of order at 0x%x", e.Off)
		case protected.meets(e):
			return fmt.Errorf("plan: edit at 0x%x meets the payload", e.Off)
		}
		last = e
	}
	if w := p.Rewrite(); w != nil {
		return w.Check(p)
	}
	return nil
}

// protectedSpans returns the payload spans of a map, for Options.Known.
func protectedSpans(m []Span) (out []Span) {
	if !slices.ContainsFunc(m, func(s Span) bool { return s.Role != Payload }) {
		return m
	}
	for _, s := range m {
		if s.Role == Payload {
			out = append(out, s)
		}
	}
	return out
}

func findSpan(spans []Span, off int64) (int, bool) {
	return slices.BinarySearchFunc(spans, off, func(s Span, off int64) int {
		return int(max(-1, min(1, s.Off-off)))
	})
}
