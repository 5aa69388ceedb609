package asf

import (
	"bytes"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/tags"
)

// attribute is one of a list: of the Extended Content Description (3.11), of Metadata
// (4.7) or of the Metadata Library (4.8).
type attribute struct {
	off, len int64 // of all of it
	name     scrub.Range
	kind     scrub.Range // its field, of 2 bytes
	value    scrub.Range
	is       string // its name
	typ      int64
	place    string
}

// Types of values. Readers take the text of no length for no attribute.
const (
	typeText = iota
	typeBytes
)

// maxAttributes is how many a list may have.
const maxAttributes = 4 << 10

// attributes claims a list of them.
func (f *film) attributes(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	return f.Whole(p, scrub.Comment, place, func() (stays, sound bool, err error) {
		before := f.Point()
		c := f.Fields(p, 0)
		n := c.Number(2)
		if n > maxAttributes {
			c.Skip(-1)
		}
		for ; n > 0 && c.Sound(); n-- {
			a := readAttribute(c, p.ID == extendedContent, place)
			if !c.Sound() {
				break
			}
			stay, err := f.attribute(a)
			if err != nil {
				return false, false, err
			}
			c.Due, stays = c.At, stays || stay
		}
		if sound = n == 0 && c.Sound(); !sound && c.Err == nil && p.ID == metadata { // among them are those that play
			f.Reset(before)
			f.Distrust("%s contradicts itself", place)
			f.Claim(p.Off, p.Len(), scrub.Identify, place)
			f.Stuck(scrub.Finding{Kind: scrub.Comment, Place: place, Off: p.Off, Len: p.Len()})
			return true, true, nil
		}
		return stays, sound, c.Close(place)
	})
}

const (
	extendedContent = "D2D0A440-E307-11D2-97F0-00A0C95EA850"
	metadata        = "C5F8CBEA-5BAF-4877-8467-AA8C44FA4CCA"
)

// readAttribute reads one of a list. The lengths of name and value stand before each in
// the Extended Content Description, and both before the name elsewhere.
func readAttribute(c *chunk.Fields, extended bool, place string) (a attribute) {
	c.Flush(place)
	a.off = c.At
	var name, value int64
	kind := func() {
		a.kind = scrub.Range{Off: c.At, Len: 2}
		a.typ = c.Number(2)
	}
	if extended {
		name = c.Number(2)
	} else {
		c.Skip(4) // language and stream
		name = c.Number(2)
		kind()
		value = c.Number(4)
	}
	a.name = scrub.Range{Off: c.At, Len: name}
	a.is = text(c.Peek(name))
	c.Skip(name)
	if extended {
		kind()
		value = c.Number(2)
	}
	a.value = scrub.Range{Off: c.At, Len: value}
	c.Skip(value)
	a.len, a.place = c.At-a.off, place+"/"+a.is
	return a
}

// attribute claims one and tells whether it stays.
func (f *film) attribute(a attribute) (stays bool, err error) {
	t, known := rules()["attribute"][a.is]
	if a.is == "" && a.typ == 0 {
		f.Claim(a.off, a.len-a.value.Len, scrub.Structure, a.place)
		return false, f.Hide(a.value.Off, a.value.Len, a.place)
	}
	switch {
	case known && t.Role != 0 && a.value.Len <= t.Most && a.typ != typeBytes:
		stays, err = f.number(a)
	case known && t.Fate == tags.Words:
		stays, err = f.words(a, t.Kind)
	case known && t.Fate == tags.Hand:
		stays, err = f.picture(a)
	}
	if err != nil || stays {
		return stays, err
	}
	f.Claim(a.off, a.len, scrub.Identify, a.place)
	kind := scrub.Unknown
	if known && t.Kind != "" {
		kind = t.Kind
	}
	b := f.Get(a.value.Off, int(min(a.value.Len, scrub.MaxValue)))
	found := scrub.Finding{Kind: kind, Place: a.place, Off: a.off, Len: a.len}
	if a.typ == typeText {
		found.Value = text(b)
	}
	if f.Careful && !known || !f.Found(found) {
		return true, nil
	}
	for _, r := range []scrub.Range{a.name, a.kind, a.value} {
		f.Fill(scrub.Destroy, r.Off, r.Len, 0)
	}
	return false, nil
}

// number claims an attribute that plays: a number, or a text of one.
func (f *film) number(a attribute) (stays bool, err error) {
	b, err := f.Bytes(a.value.Off, int(a.value.Len))
	if err != nil || a.typ == typeText && strings.Trim(text(b), "+-.0123456789 dB") != "" {
		return false, err
	}
	f.Claim(a.off, a.len, scrub.Render, a.place)
	return true, nil
}

// words claims an attribute that people read.
func (f *film) words(a attribute, kind scrub.Kind) (stays bool, err error) {
	if a.typ != typeText {
		if a.typ == typeBytes || a.value.Len > 8 || f.Found(scrub.Finding{Kind: kind, Role: scrub.Describe, Place: a.place, Off: a.off, Len: a.len}) {
			return false, nil
		}
		f.Claim(a.off, a.len, scrub.Describe, a.place)
		return true, nil
	}
	before := f.Point()
	stays, err = f.Say(a.value.Off, a.value.Len, kind, scrub.Describe, a.place)
	if !stays || err != nil {
		f.Reset(before)
		return false, err
	}
	f.Claim(a.off, a.value.Off-a.off, scrub.Structure, a.place)
	f.Claim(a.value.Off+a.value.Len, a.off+a.len-a.value.Off-a.value.Len, scrub.Structure, a.place)
	return true, nil
}

// picture claims a cover: a byte that says what it shows, the length of the picture,
// its type and a description, and the picture.
func (f *film) picture(a attribute) (stays bool, err error) {
	p := chunk.Part{Off: a.value.Off, Size: a.value.Len}
	if a.typ != typeBytes || f.Goes(scrub.Describe, scrub.Cover) {
		return false, nil
	}
	before := f.Point()
	c := f.Fields(p, 1)
	size := c.Number(4)
	c.Skip(zero(c))
	words := scrub.Range{Off: c.At, Len: max(zero(c)-2, 0)} // the description
	c.Skip(words.Len + 2)
	if !c.Sound() || size != c.Left() {
		f.Reset(before)
		return false, c.Err
	}
	c.Flush(a.place)
	err = f.MediumOf(scrub.Describe, scrub.Extents{{Off: c.At, Len: size}}, a.place)
	if err != nil {
		f.Reset(before)
		if scrub.Refusal(err) {
			err = nil
		}
		return false, err
	}
	f.Claim(a.off, a.value.Off-a.off, scrub.Structure, a.place)
	f.Claim(a.value.Off+a.value.Len, a.off+a.len-a.value.Off-a.value.Len, scrub.Structure, a.place)
	if err := f.Field(words.Off, bytes.Repeat([]byte(" \x00"), int(words.Len/2)), scrub.Comment, a.place+"/description"); err != nil {
		return true, err
	}
	f.Found(scrub.Finding{Kind: scrub.Cover, Role: scrub.Describe, Place: a.place, Off: c.At, Len: size})
	return true, nil
}

// zero returns how many bytes the text that follows has, its zero included.
func zero(c *chunk.Fields) int64 {
	b := c.Peek(min(c.Left(), scrub.MaxValue*8))
	for i := 0; i+2 <= len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return int64(i + 2)
		}
	}
	c.Skip(-1) // it has no end
	return 0
}
