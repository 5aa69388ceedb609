package sandbox

import (
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
	return p
}

// spans sends a map, whose spans begin where the last one ended.
func (e *encoder) spans(m []scrub.Span) {
	e.int(int64(len(m)))
	for _, s := range m {
		e.int(s.Len)
		e.byte(byte(s.Role))
		e.place(s.Place)
	}
}

func (d *decoder) spans(size int64) []scrub.Span {
	n := d.count(scrub.MaxSpans, "the number of spans")
	if n == 0 || d.err != nil {
		return nil
	}
	m := make([]scrub.Span, 0, n)
	for at := int64(0); len(m) < n && d.err == nil; {
		s := scrub.Span{Off: at, Len: d.int(size-at, "the length of a span"), Role: d.role()}
		s.Place = d.place()
		m = append(m, s)
		at = s.End()
	}
	return m
}

func (d *decoder) role() scrub.Role {
	r := scrub.Role(d.byte())
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

// withData marks a phase whose edit has contents of its own.
const withData = 0x80

func (e *encoder) edits(edits []scrub.Edit) {
	e.int(int64(len(edits)))
	for _, c := range edits {
		e.int(c.Off)
		e.int(c.Len)
		if c.Data == nil {
			e.byte(byte(c.Phase))
			e.byte(c.Fill)
			continue
		}
		e.byte(byte(c.Phase) | withData)
		e.w.Write(c.Data)
	}
}

func (d *decoder) edits(size int64, last scrub.Phase) []scrub.Edit {
	n := d.count(scrub.MaxPieces, "the number of edits")
	if n == 0 || d.err != nil {
		return nil
	}
	edits := make([]scrub.Edit, 0, n)
	for room := int64(maxData); len(edits) < n && d.err == nil; {
		c := scrub.Edit{Off: d.int(size, "an offset"), Len: d.int(size, "a length")}
		phase := d.byte()
		if c.Phase = scrub.Phase(phase &^ withData); c.Phase > last {
			d.malformed("no phase has the number %d", c.Phase)
		}
		if phase&withData == 0 {
			c.Fill = d.byte()
		} else if room -= c.Len; room < 0 {
			d.malformed("the edits have more than %d bytes", maxData)
		} else {
			c.Data = d.bytes(c.Len)
		}
		edits = append(edits, c)
	}
	return edits
}
