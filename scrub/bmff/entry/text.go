package entry

import (
	"bytes"
	"cmp"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// otherEntry claims the rest of a sample entry that is neither picture nor sound.
func (w reader) otherEntry(t *Track, e entry, place string) error {
	switch e.Type {
	case "tx3g":
		return w.textFields(t, e, 46, timedTextFields, place)
	case "text":
		return w.quickTimeText(t, e, place)
	case "c608", "c708", "mp4s", "wvtt", "enct", "encs":
		return w.textFields(t, e, 16, func(*box.Fields) {}, place)
	case "stpp", "sbtt", "stxt":
		return w.textStrings(t, e, place)
	case "tmcd":
		return w.textFields(t, e, 34, func(f *box.Fields) {
			f.Zero(32)
			f.UpTo(32, 15)
			f.UpTo(32, box.Small)
			f.UpTo(32, box.Small)
			f.Take(8)
			f.Zero(8)
		}, place)
	}
	w.Claim(e.Off+16, e.Len-16, scrub.Structure, place)
	if e.Len > 16 && !t.Data {
		w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: e.Off, Len: e.Len})
		w.Doubt("a sample description of an unknown kind")
	}
	return nil
}

// textFields claims an entry of n bytes of fields, and its boxes.
func (w reader) textFields(t *Track, e entry, n int64, read box.Form, place string) error {
	if e.Len < n {
		return w.Errorf(e.Off, "sample entry %q has %d bytes, expected %d or more", e.Name(), e.Len, n)
	}
	return cmp.Or(w.entryFields(e.Off+16, n-16, place, read), w.entryBoxes(t, e, e.Off+n, place))
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
func (w reader) quickTimeText(t *Track, e entry, place string) error {
	const most, timed = 59, 46
	h := w.Get(e.Off, int(min(e.Len, most)))
	if len(h) >= timed+8 && string(h[timed+4:timed+8]) == "ftab" { // the chapters of Nero and others
		return w.textFields(t, e, timed, timedTextFields, place)
	}
	n := int64(len(h))
	if err := w.entryFields(e.Off+16, n-16, place, func(f *box.Fields) {
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
		return w.leftovers(e, e.Off+n, place)
	}
	return w.Zero(e.Off+n, e.Len-n, scrub.Software, place+"/font", "")
}

// namespaces are what the strings of an entry of subtitles in XML or text may
// be: namespaces and types that are published.
var namespaces = pattern.New(`^(https?://www\.w3\.org/ns/ttml[#a-z/_-]*|https?://www\.smpte-ra\.org/schemas/[0-9a-z/-]{1,40}|urn:(ebu|dece|mpeg|dvb|arib)[:a-zA-Z0-9._-]{0,40}|image/(png|jpeg)|application/(ttml\+xml|x-subrip)(;codecs=[a-z0-9]{1,8})?|text/(vtt|plain|html)|utf-8|UTF-8| )*$`)

// textStrings claims an entry that holds strings and then boxes.
func (w reader) textStrings(t *Track, e entry, place string) error {
	strings := 3
	if e.Type == "sbtt" || e.Type == "stxt" {
		strings = 2
	}
	const most = 1 << 10
	h := w.Get(e.Off+16, int(min(e.Len-16, most)))
	off := e.Off + 16
	for range strings {
		end := bytes.IndexByte(h, 0)
		if end < 0 {
			return w.leftovers(e, off, place)
		}
		if namespaces().Match(h[:end]) {
			w.Claim(off, int64(end)+1, scrub.Structure, place)
		} else {
			w.Claim(off, int64(end)+1, scrub.Identify, place)
			w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: off, Len: int64(end), Value: box.Printable(h[:end])})
			w.Doubt("the description of subtitles names something unknown")
		}
		h, off = h[end+1:], off+int64(end)+1
	}
	return w.entryBoxes(t, e, off, place)
}

// styles is the head of a WebVTT file that says nothing but how cues look and where.
var styles = pattern.New(`^WEBVTT\s*\n\n(STYLE\s*\n[^\x00-\x08<>]+|REGION\s*\n[a-z0-9:%,.\s-]+)$`)

// webVTT claims vttC (ISO/IEC 14496-30, 7.5), the head of a WebVTT file: what
// follows its first word is for people, but for the styles and regions of cues.
func (w reader) webVTT(b box.Box, place string) error {
	const word, most = 6, 4 << 10
	h := w.Get(b.Body(), int(min(b.Size(), most)))
	n := min(b.Size(), word)
	if b.Size() <= most && styles().Match(h) {
		n = b.Size()
	}
	w.Claim(b.Off, b.Head+n, scrub.Structure, place)
	blank, err := w.Constant(b.Body()+n, b.Size()-n, '\n')
	if err != nil || blank {
		w.Claim(b.Body()+n, b.Size()-n, scrub.Structure, place)
		return err
	}
	w.Claim(b.Body()+n, b.Size()-n, scrub.Identify, place)
	if w.Found(scrub.Finding{Kind: scrub.Comment, Place: place, Off: b.Body() + n, Len: b.Size() - n, Value: box.Printable(h[n:])}) {
		w.Fill(scrub.Repair, b.Body()+n, b.Size()-n, '\n')
	}
	return nil
}

// fontNames are the families that players have; another name is a font of the
// machine that wrote the file, and no other one has it.
var fontNames = pattern.New(`^(?i)(serif|sans-?serif|monospace|(proportional|monospaced?)[ -]?(sans[ -]?)?serif|default|casual|cursive|small[ -]?caps|arial|helvetica( neue)?|times( new roman)?|courier( new)?|verdana|tahoma|geneva|lucida grande|monaco|,| )*$`)

// fonts claims ftab (3GPP TS 26.245, 5.16): numbers and names of fonts.
func (w reader) fonts(b box.Box, place string) error {
	h := w.Get(b.Body(), int(min(b.Size(), box.MostFields)))
	at := 2
	for range box.ByteAt(h, 0)<<8 + box.ByteAt(h, 1) {
		if at += 3 + box.ByteAt(h, at+2); at >= len(h) {
			break
		}
	}
	end := min(at, len(h))
	w.Claim(b.Off, b.Head+int64(end), scrub.Structure, place)
	for at := 2; at+3 < end; {
		name := h[at+3 : min(end, at+3+int(h[at+2]))]
		if !fontNames().Match(name) {
			w.Rewrite(b.Body()+int64(at+3), bytes.Repeat([]byte{' '}, len(name)), scrub.Software, place+"/font")
		}
		at += 3 + int(h[at+2])
	}
	return w.Slack(b, b.Body()+int64(end), place)
}
