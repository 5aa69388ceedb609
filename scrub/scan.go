package scrub

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Scan is one parser's work on one medium: what it reads from and reports to.
// Offsets are always those of the medium itself; what is nested in another
// medium is mapped to the file by the scan.
type Scan struct {
	*Reader
	engine  *Engine
	format  string
	opt     Options
	level   int
	base    Extents // where the medium lies in the file
	place   string  // where the medium lies in its holder's terms
	out     *outcome
	logical *End  // where the parser says that the medium ends, nil while it does not
	mangled bool  // picture or sound is not what the medium says it is
	end     int64 // where the file is cut, -1 for not at all
	tagged  bool  // a tag stands before the medium
	marked  bool  // marks that are no part of any medium stand behind it
}

// outcome gathers what the parsers of a file and of its nested media report.
type outcome struct {
	claims   []Span
	tiles    []Span // the map, once all claims were made
	findings []Finding
	unlisted int // findings that goes beyond MaxFindings
	edits    []Edit
	anew     []Change
	bytes    int64  // of them
	inner    []byte // sum of what media in another form are to be
	parts    int    // of claims and edits
	doubts   []string
	shallow  bool  // some coded data was not looked at
	err      error // first excess
}

// Deep tells whether every coded frame is to be looked at.
func (s *Scan) Deep() bool { return s.DeepUpTo(DeepLimit) }

// DeepUpTo is Deep for what takes so much computing that [DepthAuto] stops at a
// lower limit. If it says no, the plan is called shallow.
func (s *Scan) DeepUpTo(limit int64) bool {
	deep := s.opt.Depth == DepthDeep || s.opt.Depth != DepthIndex && s.size <= limit
	s.out.shallow = s.out.shallow || !deep
	return deep
}

// Cut tells whether large shares that nothing explains are to go; see [Options.Cut].
func (s *Scan) Cut() bool { return s.opt.Cut }

// Unread calls the plan shallow: there is coded data that nothing looks at, whatever
// the depth.
func (s *Scan) Unread() { s.out.shallow = true }

// Nested tells whether the medium lies inside another one.
func (s *Scan) Nested() bool { return s.level > 0 }

// Errorf returns a [FormatError] of the medium's format.
func (s *Scan) Errorf(off int64, format string, args ...any) error {
	return &FormatError{s.format, off, fmt.Sprintf(format, args...)}
}

// Unsupportedf returns an [UnsupportedError] of the medium's format.
func (s *Scan) Unsupportedf(off int64, format string, args ...any) error {
	return &UnsupportedError{s.format, off, fmt.Sprintf(format, args...)}
}

// Claim says what n bytes at off are for. Every byte is to be claimed once.
func (s *Scan) Claim(off, n int64, role Role, place string) {
	if n <= 0 {
		return
	}
	if s.place != "" {
		place = s.place + "/" + place
	}
	for _, r := range s.base.Slice(off, n) {
		if len(s.out.claims)+s.out.parts >= MaxPieces {
			s.out.err = ErrTooMany
			return
		}
		s.out.claims = push(s.out.claims, Span{Off: r.Off, Len: r.Len, Role: role, Place: place})
	}
}

// ClaimRun says what n bytes at off are for that are made of the same parts over and over,
// which they hold without a rest.
func (s *Scan) ClaimRun(off, n int64, p Pattern) {
	r := s.base.Slice(off, n)
	run := Span{Off: off, Len: n, Over: &p}
	if n > 0 && !run.whole() {
		s.out.err = s.Errorf(off, "parts that do not fill %d bytes", n)
		return
	}
	if len(r) != 1 {
		for x := range Each([]Span{run}) {
			s.Claim(x.Off, x.Len, x.Role, x.Place)
		}
		return
	}
	if s.out.parts += len(p.Parts); len(s.out.claims)+s.out.parts >= MaxPieces {
		s.out.err = ErrTooMany
		return
	}
	p.Parts = slices.Clone(p.Parts)
	for i := range p.Parts {
		p.Parts[i].Place = strings.TrimPrefix(s.place+"/"+p.Parts[i].Place, "/")
	}
	s.out.claims = append(s.out.claims, Span{Off: r[0].Off, Len: r[0].Len, Over: &p})
}

// EditRun makes the same edits over and over in n bytes at off, in the given phase.
func (s *Scan) EditRun(phase Phase, off, n int64, over Stripes) {
	run := Edit{Off: off, Len: n, Phase: phase, Over: &over}
	if r := s.base.Slice(off, n); len(r) == 1 && len(over.Parts) > 0 {
		run.Off = r[0].Off
		s.edit(run)
		return
	}
	for x := range run.Each(off, off+n) {
		if x.Data != nil {
			s.Put(phase, x.Off, x.Data)
		} else {
			s.Fill(phase, x.Off, x.Len, x.Fill)
		}
	}
}

// Found reports one thing that the medium gives away or tells and returns
// whether it goes. Role, if zero, is Identify. The parser makes the edits.
func (s *Scan) Found(f Finding) bool {
	if f.Role == 0 {
		f.Role = Identify
	}
	f.Goes = s.Goes(f.Role, f.Kind)
	if f.Kind == "" { // numbers that say nothing of anybody, if they are what they should be
		f.Kind = Unknown
	}
	if len(s.out.findings) >= MaxFindings {
		if f.Goes {
			s.out.unlisted++
		}
		if f.Kind != Mark {
			return f.Goes
		}
		s.out.findings = s.out.findings[:MaxFindings-1] // for marks there is always room: see [Plan.Signed]
	}
	if s.place != "" {
		f.Place = s.place + "/" + f.Place
	}
	if r := s.base.Slice(f.Off, 1); len(r) == 1 {
		f.Off = r[0].Off
	}
	f.Value = clip(f.Value)
	s.out.findings = append(s.out.findings, f)
	return f.Goes
}

// Goes asks the policy without reporting anything.
func (s *Scan) Goes(role Role, kind Kind) bool { return s.opt.Policy.Goes(role, kind) }

// Put replaces the bytes at off by data in the given phase.
func (s *Scan) Put(phase Phase, off int64, data []byte) {
	done := int64(0)
	for _, r := range s.base.Slice(off, int64(len(data))) {
		s.edit(Edit{Off: r.Off, Len: r.Len, Data: data[done : done+r.Len], Phase: phase})
		done += r.Len
	}
}

// Fill replaces n bytes at off by b in the given phase.
func (s *Scan) Fill(phase Phase, off, n int64, b byte) {
	for _, r := range s.base.Slice(off, n) {
		s.edit(Edit{Off: r.Off, Len: r.Len, Fill: b, Phase: phase})
	}
}

func (s *Scan) edit(e Edit) {
	if e.Len <= 0 {
		return
	}
	if len(s.out.edits)+s.out.parts+e.pieces() > MaxPieces {
		s.out.err = ErrTooMany
		return
	}
	s.out.parts += e.pieces() - 1
	s.out.edits = append(s.out.edits, e)
}

// Blank claims n bytes at off as filler if all of them are b. Otherwise they
// are a finding of the given kind, and filled with b in phase Destroy.
func (s *Scan) Blank(off, n int64, b byte, kind Kind, place string) error {
	return s.BlankValue(off, n, b, kind, place, "")
}

// BlankValue is [Scan.Blank] for a finding that has a value.
func (s *Scan) BlankValue(off, n int64, b byte, kind Kind, place, value string) error {
	if n <= 0 {
		return nil
	}
	constant, err := s.Constant(off, n, b)
	if err != nil {
		return err
	}
	if constant {
		s.Claim(off, n, Filler, place)
		return nil
	}
	s.Claim(off, n, Identify, place)
	if s.Found(Finding{Kind: kind, Place: place, Off: off, Len: n, Value: value}) {
		s.Fill(Destroy, off, n, b)
	}
	return nil
}

// End declares the logical end of the medium: the bytes from there on are a tail,
// which the engine claims, names, and removes if that is safe. A parser that can't
// tell where its medium ends doesn't call it and claims everything itself.
func (s *Scan) End(e End) { s.logical = &e }

// CutAt has the file end at off: the parser sees to what follows and fills it
// first. What is inside of another medium can't be cut.
func (s *Scan) CutAt(off int64) {
	if !s.Nested() {
		s.end = off
	}
}

// Doubt records, once, why the medium can't be called clean. The parser then makes
// edits only for what is positively identified.
func (s *Scan) Doubt(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if s.place != "" {
		text = s.place + ": " + text
	}
	s.doubt(text)
}

// Mangled records a doubt about picture or sound that is not what the medium says it is.
// Lengths and counts prove no end then: an editor that was killed while it moved the
// medium leaves the end of a film behind that of the file as it was.
func (s *Scan) Mangled(format string, args ...any) {
	s.Doubt(format, args...)
	s.mangled = true
}

func (s *Scan) doubt(text string) {
	if len(s.out.doubts) < MaxDoubts && !slices.Contains(s.out.doubts, text) {
		s.out.doubts = append(s.out.doubts, text)
	}
}

// Known returns the end of the span of payload that starts at off and was found
// by an earlier plan for the same bytes, so that a proof need not read it
// again. See [Options.Known].
func (s *Scan) Known(off int64) (end int64, ok bool) {
	if len(s.base) != 1 || len(s.opt.Known) == 0 {
		return 0, false
	}
	i, found := findSpan(s.opt.Known, s.base[0].Off+off)
	if !found {
		return 0, false
	}
	end = s.opt.Known[i].End() - s.base[0].Off
	return end, end <= s.size
}

// Medium plans the medium that lies in the ranges x of this one, at place, and
// adds its spans, findings and edits. A non-nil error means that it could not
// be planned: nothing was added then, and the caller decides what becomes of
// the bytes. Errors of reading are returned as they are.
func (s *Scan) Medium(x Extents, place string) error {
	return s.nested(x, place, nil, Payload)
}

// MediumOf is [Scan.Medium] for what is not the medium's own picture or sound:
// what the nested one calls payload has the given role here, as the coded
// picture of cover art describes.
func (s *Scan) MediumOf(role Role, x Extents, place string) error {
	return s.nested(x, place, nil, role)
}

// MediumAs is [Scan.Medium] for a medium whose format is known from its place.
func (s *Scan) MediumAs(format string, x Extents, place string) error {
	f, ok := s.engine.format(format)
	if !ok {
		return s.Unsupportedf(0, "medium %q at %s", format, place)
	}
	return s.nested(x, place, f, Payload)
}

func (s *Scan) nested(x Extents, place string, f *Format, role Role) error {
	if s.level+1 >= maxNesting {
		return s.Unsupportedf(0, "medium nested %d deep", s.level+1)
	}
	if !x.inside(s.size) {
		return s.Errorf(0, "%s lies outside the medium", place)
	}
	in := s.within(x, place)
	in.level++
	var tags []lead
	if f == nil {
		if f, tags = s.engine.sniff(in.Reader); f == nil {
			return s.Unsupportedf(x[0].Off, "medium of unknown format")
		}
	}
	before := s.Point()
	err := in.Try(func() error { return in.behind(tags, func(m *Scan) error { return m.run(f) }) })
	if err != nil {
		s.Reset(before)
		return err
	}
	if role != Payload {
		for i := range s.out.claims[before.claims:] {
			s.out.claims[before.claims+i].become(role)
		}
	}
	return nil
}

// within returns a scan of the ranges x of the medium, which reports to the same outcome.
func (s *Scan) within(x Extents, place string) *Scan {
	var base Extents
	for _, r := range x {
		base = append(base, s.base.Slice(r.Off, r.Len)...)
	}
	if s.place != "" {
		place = strings.TrimSuffix(s.place+"/"+place, "/")
	}
	return &Scan{
		Reader: newReader(extentReader{s.Reader, x}, x.Size(), &meter{limit: 1<<63 - 1, outer: s.meter}), // metered by s.Reader
		engine: s.engine, format: s.format, opt: s.opt, level: s.level, base: base, place: place, out: s.out, end: -1,
	}
}

// Within returns a scan of the ranges x of the medium, laid end to end: for a part of it
// that is no medium of its own, or one in which bytes were inserted that are to be
// stepped over. What it reports is a report of s.
func (s *Scan) Within(x Extents, place string) (*Scan, error) {
	if !x.inside(s.size) {
		return nil, s.Errorf(0, "%s lies outside the medium", place)
	}
	return s.within(x, place), nil
}

// run has the parser of f do its work and deals with what follows the end.
func (s *Scan) run(f *Format) error {
	s.format = f.Name
	if f.Parse == nil {
		return &UnsupportedError{Format: f.Name}
	}
	err := f.Parse(s)
	if err = cmp.Or(s.meter.failure(), err); err != nil {
		return err
	}
	if s.out.err != nil {
		return s.out.err
	}
	if s.logical == nil {
		return nil
	}
	return s.tail(*s.logical)
}

// Point remembers what has been reported so far, for [Scan.Reset].
type Point struct {
	claims, findings, unlisted, edits, anew, doubts, parts int
	inner                                                  []byte
	last                                                   Span // the last claim, which later ones may have been joined to
}

// Point returns the present state of the report.
func (s *Scan) Point() Point {
	o := s.out
	m := Point{claims: len(o.claims), findings: len(o.findings), unlisted: o.unlisted, edits: len(o.edits), anew: len(o.anew), doubts: len(o.doubts), parts: o.parts, inner: o.inner}
	if m.claims > 0 {
		m.last = o.claims[m.claims-1]
	}
	return m
}

// Reset takes back all that was reported since m. A parser that tries one
// reading of some bytes and finds that it is another one takes back the first.
func (s *Scan) Reset(m Point) {
	o := s.out
	o.claims, o.findings, o.unlisted = o.claims[:m.claims], o.findings[:m.findings], m.unlisted
	o.edits, o.anew, o.doubts, o.parts = o.edits[:m.edits], o.anew[:m.anew], o.doubts[:m.doubts], m.parts
	o.inner = m.inner
	if m.claims > 0 {
		o.claims[m.claims-1] = m.last
	}
}

// Retract takes back the claims and edits since m, but not the findings: a
// container in which nothing stays goes as a whole.
func (s *Scan) Retract(m Point) {
	now := s.Point()
	now.claims, now.edits, now.anew, now.inner, now.last, now.parts = m.claims, m.edits, m.anew, m.inner, m.last, m.parts
	s.Reset(now)
}

// Edited tells whether any edit was made since m.
func (s *Scan) Edited(m Point) bool { return len(s.out.edits) > m.edits }

// Doubted tells whether any doubt was recorded since m.
func (s *Scan) Doubted(m Point) bool { return len(s.out.doubts) > m.doubts }
