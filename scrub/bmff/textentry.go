package bmff

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// otherEntry claims the rest of a sample entry that is neither picture nor sound.
func (p *parser) otherEntry(t *track, e entry, place string) error {
	switch e.Type {
	case "tx3g":
		return p.textFields(t, e, 46, timedTextFields, place)
	case "text":
		return p.quickTimeText(t, e, place)
	case "c608", "c708", "mp4s", "wvtt", "enct", "encs":
		return p.textFields(t, e, 16, func(*box.Fields) {}, place)
	case "stpp", "sbtt", "stxt":
		return p.textStrings(t, e, place)
	case "tmcd":
		return p.textFields(t, e, 34, func(f *box.Fields) {
			f.Zero(32)
			f.UpTo(32, 15)
			f.UpTo(32, box.Small)
			f.UpTo(32, box.Small)
			f.Take(8)
			f.Zero(8)
		}, place)
	}
	p.Claim(e.Off+16, e.Len-16, scrub.Structure, place)
	if e.Len > 16 && t.role != scrub.Identify {
		p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: e.Off, Len: e.Len})
		p.Doubt("a sample description of an unknown kind")
	}
	return nil
}

// textFields claims an entry of n bytes of fields, and its boxes.
func (p *parser) textFields(t *track, e entry, n int64, read box.Form, place string) error {
	if e.Len < n {
		return p.Errorf(e.Off, "sample entry %q has %d bytes, expected %d or more", e.Name(), e.Len, n)
	}
	if err := p.entryFields(e.Off+16, n-16, place, read); err != nil {
		return err
	}
	return p.entryBoxes(t, e, e.Off+n, place)
}

// timedTextFields are flags, where text stands, the colour behind it, a box, and how
// text looks that says nothing else (3GPP TS 26.245, 5.16).
func timedTextFields(f *box.Fields) {
	f.Take(2) // Apple: whether samples are forced
	f.UpTo(30, 1<<20-1)
	f.Signed(8, 1)
	f.Signed(8, 1)
	f.Take(32)
	rectangle(f)
	f.Zero(32)
	f.Take(16)
	f.UpTo(8, 7)
	f.Take(8 + 32)
}

// rectangle reads four numbers that are places on a screen.
func rectangle(f *box.Fields) {
	for range 4 {
		f.Signed(16, 1<<13)
	}
}

// quickTimeText claims an entry of QuickTime's text media: fields, and the name
// of a font as a Pascal string, without which the usual one is taken.
func (p *parser) quickTimeText(t *track, e entry, place string) error {
	const most, timed = 59, 46
	h, err := p.Bytes(e.Off, int(min(e.Len, most)))
	if err != nil {
		return err
	}
	if len(h) >= timed+8 && string(h[timed+4:timed+8]) == "ftab" { // the chapters of Nero and others
		return p.textFields(t, e, timed, timedTextFields, place)
	}
	n := int64(len(h))
	if err := p.entryFields(e.Off+16, n-16, place, func(f *box.Fields) {
		f.UpTo(32, box.Small)
		f.Signed(32, 2)
		f.Take(48)
		rectangle(f)
		f.Zero(64)
		f.Take(16)
		f.UpTo(16, 255)
		f.Zero(24)
		f.Take(min(48, max(0, 8*len(f.Data)-f.At))) // a colour, of which writers leave the end out
	}); err != nil {
		return err
	}
	if e.Len-n > box.MaxName {
		return p.leftovers(e, e.Off+n, place)
	}
	return p.Zero(e.Off+n, e.Len-n, scrub.Software, place+"/font", "")
}

// namespaces are what the strings of an entry of subtitles in XML or text may
// be: namespaces and types that are published.
var namespaces = pattern.New(`^(https?://www\.w3\.org/ns/ttml[#a-z/_-]*|https?://www\.smpte-ra\.org/schemas/[0-9a-z/-]{1,40}|urn:(ebu|dece|mpeg|dvb|arib)[:a-zA-Z0-9._-]{0,40}|image/(png|jpeg)|application/(ttml\+xml|x-subrip)(;codecs=[a-z0-9]{1,8})?|text/(vtt|plain|html)|utf-8|UTF-8| )*$`)

// textStrings claims an entry that holds strings and then boxes.
func (p *parser) textStrings(t *track, e entry, place string) error {
	strings := 3
	if e.Type == "sbtt" || e.Type == "stxt" {
		strings = 2
	}
	const most = 1 << 10
	h, err := p.Bytes(e.Off+16, int(min(e.Len-16, most)))
	if err != nil {
		return err
	}
	off := e.Off + 16
	for range strings {
		end := bytes.IndexByte(h, 0)
		if end < 0 {
			return p.leftovers(e, off, place)
		}
		if namespaces().Match(h[:end]) {
			p.Claim(off, int64(end)+1, scrub.Structure, place)
		} else {
			p.Claim(off, int64(end)+1, scrub.Identify, place)
			p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: off, Len: int64(end), Value: box.Printable(h[:end])})
			p.Doubt("the description of subtitles names something unknown")
		}
		h, off = h[end+1:], off+int64(end)+1
	}
	return p.entryBoxes(t, e, off, place)
}
