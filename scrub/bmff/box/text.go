package box

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/scrub"
)

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
