package sandbox

import (
	"crypto/sha256"

	"untag/scrub"
)

func (e *encoder) plan(p *scrub.Plan) {
	e.text(p.Format, maxWord)
	e.int(p.Size)
	e.int(p.End)
	e.int(p.Read)
	e.bool(p.Shallow)
	e.int(int64(p.Unlisted))
	e.text(p.Refused, maxText)
	e.texts(p.Doubts, maxText)
	e.spans(p.Map)
	e.findings(p.Findings)
	e.edits(p.Edits)
	e.changes(p.Anew)
	e.text(string(p.Inner), sha256.Size)
}

// plan reads one for a medium of size bytes. Whether it is sound is for
// [scrub.Plan.Check] to say.
func (d *decoder) plan(size int64) *scrub.Plan {
	p := &scrub.Plan{Format: d.text(maxWord, "the format"), Size: d.int(maxInt64, "the size")}
	if p.Size != size {
		d.malformed("it is for %d bytes, not for %d", p.Size, size)
	}
	p.End = d.int(size, "the end")
	p.Read = d.int(maxCount, "what was read")
	p.Shallow = d.bool("whether all was looked at")
	p.Unlisted = int(d.int(maxCount, "what is not listed"))
	p.Refused = d.text(maxText, "a refusal")
	p.Doubts = d.texts(scrub.MaxDoubts, maxText, "a doubt")
	p.Map = d.spans(size)
	p.Findings = d.findings(size)
	p.Edits = d.edits(size, scrub.Repair)
	p.Anew = d.changes(size)
	if n := d.int(sha256.Size, "the length of a sum"); n > 0 {
		p.Inner = d.bytes(n)
	}
	return p
}

// repeated stands for the role of a span that is a pattern over and over.
const repeated = 0xff

// spans sends a map, whose spans begin where the last one ended.
func (e *encoder) spans(m []scrub.Span) {
	e.int(int64(len(m)))
	for _, s := range m {
		e.int(s.Len)
		if s.Over != nil {
			e.byte(repeated)
			e.spans(s.Over.Parts)
			if e.mask(s.Over.Mask); s.Over.Mask != nil {
				e.byte(byte(s.Over.Rest.Role))
				e.place(s.Over.Rest.Place)
			}
			continue
		}
		e.byte(byte(s.Role))
		e.place(s.Place)
	}
}

func (d *decoder) spans(size int64) []scrub.Span {
	room := scrub.MaxSpans
	return d.some(size, &room, true)
}

// some reads spans, of which there is room for so many.
func (d *decoder) some(size int64, room *int, patterns bool) []scrub.Span {
	n := d.count(*room, "the number of spans")
	if *room -= n; n == 0 || d.err != nil {
		return nil
	}
	m := make([]scrub.Span, 0, n)
	for at := int64(0); len(m) < n && d.err == nil; {
		s := scrub.Span{Off: at, Len: d.int(size-at, "the length of a span")}
		if role := d.byte(); role == repeated && patterns {
			s.Over = &scrub.Pattern{Parts: d.some(s.Len, room, false), Mask: d.mask(s.Len)}
			if s.Over.Mask != nil {
				s.Over.Rest = scrub.Span{Role: d.role(), Place: d.place()}
			}
		} else {
			s.Role = d.roleOf(role)
			s.Place = d.place()
		}
		m = append(m, s)
		at = s.End()
	}
	return m
}

func (d *decoder) role() scrub.Role { return d.roleOf(d.byte()) }

func (d *decoder) roleOf(b byte) scrub.Role {
	r := scrub.Role(b)
	if r < scrub.Structure || r > scrub.Filler {
		d.malformed("no role has the number %d", r)
	}
	return r
}

func (e *encoder) findings(all []scrub.Finding) {
	e.int(int64(len(all)))
	for _, f := range all {
		e.place(string(f.Kind))
		e.byte(byte(f.Role))
		e.place(f.Place)
		e.int(f.Off)
		e.int(f.Len)
		e.text(f.Value, scrub.MaxValue)
		e.bool(f.Goes)
	}
}

func (d *decoder) findings(size int64) (all []scrub.Finding) {
	for n := d.count(scrub.MaxFindings, "the number of findings"); n > 0 && d.err == nil; n-- {
		f := scrub.Finding{Kind: scrub.Kind(d.place()), Role: d.role(), Place: d.place()}
		if !f.Kind.Known() && (f.Kind != "" || f.Role != scrub.Render) { // what is to be rendered gives nothing away
			d.malformed("no kind is called %.20q", f.Kind)
		}
		f.Off = d.int(size, "an offset")
		f.Len = d.int(size, "a length")
		f.Value = d.text(scrub.MaxValue, "a value")
		f.Goes = d.bool("whether it goes")
		all = append(all, f)
	}
	return all
}

// mask sends the bits of repetitions, none if there are none.
func (e *encoder) mask(m scrub.Mask) {
	e.int(int64(len(m)))
	e.w.Write(m)
}

// mask reads those of something of size bytes.
func (d *decoder) mask(size int64) scrub.Mask {
	if n := d.int(size/8+1, "the length of a mask"); n > 0 {
		return d.bytes(n)
	}
	return nil
}

// withData marks a phase whose edit has contents of its own, withStripes one whose edit has
// stripes.
const (
	withData    = 0x80
	withStripes = 0x40
)

func (e *encoder) edits(edits []scrub.Edit) {
	e.int(int64(len(edits)))
	for _, c := range edits {
		e.int(c.Off)
		e.int(c.Len)
		switch {
		case c.Over != nil:
			e.byte(byte(c.Phase) | withStripes)
			e.int(c.Over.Step)
			e.edits(c.Over.Parts)
			e.mask(c.Over.Mask)
		case c.Data == nil:
			e.byte(byte(c.Phase))
			e.byte(c.Fill)
		default:
			e.byte(byte(c.Phase) | withData)
			e.w.Write(c.Data)
		}
	}
}

func (d *decoder) edits(size int64, last scrub.Phase) []scrub.Edit {
	room, bytes := scrub.MaxPieces, int64(maxData)
	return d.parts(size, last, &room, &bytes, true)
}

// changes sends what a rewrite changes.
func (e *encoder) changes(all []scrub.Change) {
	e.int(int64(len(all)))
	for _, c := range all {
		e.int(c.Off)
		e.int(c.Len)
		e.int(int64(len(c.Data)))
		e.w.Write(c.Data)
	}
}

func (d *decoder) changes(size int64) (all []scrub.Change) {
	left := int64(scrub.MaxAnew)
	for n := d.count(scrub.MaxPieces, "the number of changes"); n > 0 && d.err == nil; n-- {
		c := scrub.Change{Off: d.int(size, "an offset"), Len: d.int(size, "a length")}
		if n := d.int(left, "new bytes"); n > 0 {
			left -= n
			c.Data = d.bytes(n)
		}
		all = append(all, c)
	}
	return all
}

// parts reads edits, of which there is room for so many, with so many bytes.
func (d *decoder) parts(size int64, last scrub.Phase, room *int, bytes *int64, parts bool) []scrub.Edit {
	n := d.count(*room, "the number of edits")
	if *room -= n; n == 0 || d.err != nil {
		return nil
	}
	edits := make([]scrub.Edit, 0, n)
	for len(edits) < n && d.err == nil {
		c := scrub.Edit{Off: d.int(size, "an offset"), Len: d.int(size, "a length")}
		phase := d.byte()
		if c.Phase = scrub.Phase(phase &^ (withData | withStripes)); c.Phase > last {
			d.malformed("no phase has the number %d", c.Phase)
		}
		switch {
		case phase&withStripes != 0 && parts:
			step := d.int(size, "a step")
			c.Over = &scrub.Stripes{Step: step, Parts: d.parts(step, last, room, bytes, false), Mask: d.mask(c.Len)}
		case phase&withData == 0:
			c.Fill = d.byte()
		default:
			if *bytes -= c.Len; *bytes < 0 {
				d.malformed("the edits have more than %d bytes", maxData)
			} else {
				c.Data = d.bytes(c.Len)
			}
		}
		edits = append(edits, c)
	}
	return edits
}
