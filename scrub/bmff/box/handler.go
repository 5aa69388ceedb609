package box

import (
	"bytes"
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/scrub"
)

// MaxName is what the length byte of a Pascal string can say, and more than any
// writer puts into a handler.
const MaxName = 256

// Handler claims a handler box (8.4.3): the type stays, manufacturer and name go.
// Readers need the box, and take zeros for an empty name in both the QuickTime
// and the ISO form.
func (w *Walk) Handler(b Box, place string) error {
	if b.Size() < 20 {
		return w.Errorf(b.Off, "box %q has %d bytes, expected 28 or more", b.Name(), b.Len)
	}
	h := w.Get(b.Body(), int(min(b.Size(), 24+scrub.MaxValue)))
	w.Claim(b.Off, b.Head+12, scrub.Structure, place)
	if Uint32(h) != 0 {
		w.Rewrite(b.Body(), make([]byte, 4), scrub.Hidden, place+"/flags")
	}
	if component := string(h[4:8]); component != "\x00\x00\x00\x00" && component != "mhlr" && component != "dhlr" {
		w.Rewrite(b.Body()+4, make([]byte, 4), scrub.Hidden, place+"/component")
	}
	vendor := b.Body() + 12
	name := b.Body() + min(24, b.Size())
	if n := b.End() - name; n > MaxName {
		if text, err := w.longName(name, n); err != nil || !text {
			return cmp.Or(err, w.Errorf(b.Off, "the name of a handler has %d bytes that are no name", n))
		}
	}
	if err := w.Zero(vendor, name-vendor, scrub.Software, place+"/manufacturer", ""); err != nil {
		return err
	}
	return w.Zero(name, b.End()-name, scrub.Software, place+"/name", Printable(h[min(24, len(h)):]))
}

// longName tells whether n bytes are text between zeros, as a very long name is or
// what an interrupted run left of one, and not something that a wrong length takes in.
func (w *Walk) longName(off, n int64) (bool, error) {
	const most = 4 << 10
	if n > most {
		return false, nil
	}
	b := w.Get(off, int(n))
	return Readable(bytes.Trim(b, "\x00"), most), nil
}

// Printable returns what people would read of a name or value: the text
// without the length byte of a Pascal string, up to the first zero.
func Printable(b []byte) string {
	if len(b) > 0 && int(b[0]) < len(b) && b[0] < 32 && b[0] > 0 {
		b = b[1:]
	}
	s, _, _ := strings.Cut(string(b[:min(len(b), scrub.MaxValue)]), "\x00")
	if !utf8.ValidString(s) {
		return ""
	}
	return s
}

// Readable tells whether text is what a field for people may hold: valid,
// printable, and no longer than most bytes.
func Readable(text []byte, most int) bool {
	if len(text) > most || !utf8.Valid(text) {
		return false
	}
	for _, r := range string(text) {
		if !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t' {
			return false
		}
	}
	return true
}
