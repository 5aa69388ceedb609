package marks

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// sign recognises the signatures that the Woolim tablet and Android phones of
// the DPRK append: NATISIGN of the state and SELFSIGN of the device, which holds
// an identity made of its IMEI and IMSI. Neither their length nor what is in
// them is public, so they are named and never proven: where the end of the
// medium is known, all that follows it goes.
func sign(t *tail) (Mark, bool) {
	window := int64(64 << 10)
	if t.floor == 0 {
		window = 4 << 10
	}
	off := max(t.floor, t.end-window)
	b := t.read(off, int(t.end-off))
	at := max(bytes.LastIndex(b, []byte("SELFSIGN")), bytes.LastIndex(b, []byte("NATISIGN")))
	if at < 0 {
		return Mark{}, false
	}
	if t.floor == 0 { // perhaps a text: what reads as text is left out
		n := textPrefix(b[:at])
		off, b, at = off+int64(n), b[n:], at-n
		if !mostlyOdd(b) {
			return Mark{}, false
		}
	}
	magic := string(b[at : at+8])
	value := fmt.Sprintf("%s, encrypted: holds an identity derived from IMEI and IMSI; a DPRK device refuses the file without it", magic)
	return t.from(off, strings.ToLower(magic), value), true
}

// odd tells whether r is not part of a text.
func odd(r rune) bool {
	return r == utf8.RuneError || r < ' ' && r != '\n' && r != '\r' && r != '\t'
}

// mostlyOdd tells whether at least a quarter of b isn't text.
func mostlyOdd(b []byte) bool {
	n := 0
	for rest := b; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if odd(r) {
			n++
		}
		rest = rest[size:]
	}
	return n > 0 && 4*n >= len(b)
}

// textPrefix returns how many bytes at the start of b are text.
func textPrefix(b []byte) int {
	at := 0
	for at < len(b) {
		r, size := utf8.DecodeRune(b[at:])
		if odd(r) {
			break
		}
		at += size
	}
	return at
}
