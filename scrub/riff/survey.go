package riff

import (
	"bytes"
	"math"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/tags"
)

const (
	maxForms = 256        // of OpenDML: 1 GiB each
	slack    = 12         // bytes by which writers miscount the length of a form: its header, its padding
	endless  = 1 << 62    // lengths from here on mean that none is known
	nearly   = 0x7ffff000 // what programs put for a length of 32 bits that is not known, and more
)

// survey finds the forms, and what in them has to be known before they are claimed.
func (m *medium) survey() (forms []chunk.Part, err error) {
	for off := int64(0); len(forms) < maxForms; {
		p, ok, err := m.formAt(off)
		if err != nil {
			return nil, err
		}
		if !ok {
			break
		}
		forms = append(forms, p)
		if off = p.End(); m.cut || p.ID != "RIFF AVI " && p.ID != "RIFF AVIX" {
			break
		}
	}
	if len(forms) == 0 {
		return nil, m.Errorf(0, "no form")
	}
	return forms, nil
}

// formAt returns the form at off, as long as it really is. Behind another form there may
// be none.
func (m *medium) formAt(off int64) (p chunk.Part, ok bool, err error) {
	if m.Left(off) < m.Least+4 {
		return p, false, nil
	}
	if m.form == "" {
		p = chunk.Part{ID: "CAF", Head: 8, Size: m.Size() - 8}
		return p, true, m.walk(&p, math.MaxInt64)
	}
	if p, err = m.Read(m.Scan, off, math.MaxInt64/2); err != nil {
		return p, false, nil
	}
	if _, known := rules()[""][p.ID]; !known || off > 0 && p.ID != "RIFF AVIX" {
		return p, false, nil
	}
	told := p.Tail()
	switch {
	case m.guid:
		if !bytes.Equal(m.Get(off+m.head, 16), guid("wave")) {
			return p, false, nil
		}
		if told = 8 * ((told + 7) / 8); p.Size >= endless || p.Size == 0 {
			told = math.MaxInt64
		}
	case p.ID == "RF64 WAVE" || p.ID == "BW64 WAVE":
		if told, err = m.lengths(); err != nil {
			return p, false, err
		}
	case p.Size == 0 || p.Size+4 == math.MaxUint32 || p.Size >= endless:
		told = math.MaxInt64
	}
	return p, true, m.walk(&p, told)
}

// lengths reads the lengths of a WAV that may be longer than 4 GiB (EBU Tech 3306) and
// returns where the form ends.
func (m *medium) lengths() (int64, error) {
	const at = 12
	b := m.Get(at, 24)

	size, data := m.Number(b[8:16]), m.Number(b[16:24])
	if string(b[:4]) != "ds64" || size > endless || data > endless {
		return 0, m.Errorf(at, "no lengths of 64 bits")
	}
	m.big, m.long = true, data
	if size == 0 {
		return math.MaxInt64, nil
	}
	return 8 + size, nil
}

// walk visits the chunks of a form that is said to end at told, and sets its length to
// where they really end.
func (m *medium) walk(form *chunk.Part, told int64) error {
	at, size, last := form.Body(), m.Size(), chunk.Part{}
	in := rules()[""][form.ID].In
	for size-at >= m.Least && m.open < 0 {
		c, err := m.Read(m.Scan, at, size)
		if err != nil && !scrub.Refusal(err) {
			return err
		}
		// Some programs append tags and leave the length of the form as it was.
		words := c.ID == "LIST INFO" && c.End() == size
		if tag := rules()[in][c.ID]; err != nil || at >= told && (!tells(tag) && !words && !m.Filler(c) || c.Cut) {
			break
		}
		if err := m.note(c, told); err != nil {
			return err
		}
		at, last = c.End(), c
		if m.open < 0 && last.Off < told && last.Tail() > told {
			m.Distrust("the form is shorter than what it holds")
			told = math.MaxInt64
		}
	}
	end := at
	if last.Cut && m.open < 0 { // its writer was killed: only marks are known not to be of the medium
		var err error
		if m.last, err = m.CutMarks(last.Body()); err != nil {
			return err
		}
		m.cut = true
	}
	switch {
	case m.cut:
		end = m.last
	case told > size && at < size && (m.form != "" || !m.heard): // what is no chunk is claimed as such
		end = size
	case told > size && told < math.MaxInt64 && told-size > slack:
		m.Distrust("the form is cut short")
	case told > at && told <= size:
		end = told
	}
	if m.cut && m.open < 0 && told > size && told < math.MaxInt64 && told-size > slack {
		m.Distrust("the form is cut short")
	}
	form.Size, form.Pad, form.Cut = end-form.Body(), 0, false
	return nil
}

// tells tells whether a tag is known to say something, and nothing else.
func tells(t tags.Tag) bool { return t.Fate == tags.Go || t.Fate == tags.Hand && t.Kind != "" }

// note remembers a chunk that other chunks are about, and whether it is sound that has
// no length.
func (m *medium) note(c chunk.Part, told int64) (err error) {
	switch c.ID {
	case "LIST movi":
		m.movis = append(m.movis, c)
	case "idx1":
		if m.idx1.Head == 0 {
			m.idx1 = c
		}
	case m.sound:
		m.heard = true
		var open bool
		if open, err = m.endless(c, told); open && err == nil {
			m.open, m.cut = c.Off, true
			m.last, err = m.CutMarks(c.Body())
		}
	}
	return err
}

// unknown tells whether the length of the chunk that starts with b is what programs put
// for one that they don't know: all ones, with or without the sign, or nearly.
func (m *medium) unknown(b []byte) bool {
	raw := m.Number(b[m.head-int64(m.wide) : m.head])
	if m.wide == 4 {
		return raw == math.MaxUint32 && !(m.big && m.long > 0) || raw >= nearly && raw <= 1<<31
	}
	return raw == math.MaxInt64
}

// endless tells whether a chunk of sound goes on to the end of the file: its writer could
// not tell how long it is, or was killed before it did. Recorders that were killed are in
// doubt.
func (m *medium) endless(c chunk.Part, told int64) (bool, error) {
	b := m.Get(c.Off, int(m.head))
	n, left := m.size(b), m.Left(c.Body())
	switch {
	case m.unknown(b) && !m.big:
		return true, nil
	case n > 0 && !m.unknown(b) || left == 0:
		return false, nil
	case told > c.End():
		if next, err := m.Read(m.Scan, c.End(), m.Size()); err == nil && !next.Cut {
			return false, nil
		} else if err != nil && !scrub.Refusal(err) {
			return false, err
		}
	}
	m.Doubt("the sound has no length: all that follows is taken for it")
	return true, nil
}
