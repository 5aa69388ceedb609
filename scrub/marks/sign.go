package marks

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// stateSign recognises NATISIGN, the signature of the state without which phones and
// tablets of the DPRK refuse a file, as libmedianatsign.so of a Pyongyang 2407 checks
// it. It stands at the end of a file of any kind:
//
//	header, scrambled          48 bytes: u32 0, u32 number of the key, 24 bytes,
//	                           extension of the file (8), u64 length of the file before it
//	not read by the phone       4
//	RSA signature             256, for a key of 2048 bits
//	length of all of it         4, little-endian, at most 320
//	"NATISIGN"                  8
//
// Feature phones append at most 436 bytes more, and 4 with the offset of its end. What
// proves it are the first word and the length; files are renamed, so the extension
// does not count.
func stateSign(t *tail) (Mark, bool) {
	const foot, head, longest, more = 12, 48, 320, 440
	end := t.end
	if !t.has("NATISIGN") {
		b := t.footer(4)
		if b == nil || t.end-le32(b) > more || t.end-le32(b) < 4 {
			return Mark{}, false
		}
		end = le32(b)
	}
	b := t.read(end-foot, foot)
	if b == nil || string(b[4:]) != "NATISIGN" {
		return Mark{}, false
	}
	n := le32(b)
	h := t.read(end-n, head)
	if n < head+foot+4 || n > longest || h == nil {
		return Mark{}, false
	}
	descramble(h)
	key, signed := le32(h[4:]), binary.LittleEndian.Uint64(h[40:])
	if le32(h) != 0 || signed != uint64(end-n) {
		return Mark{}, false
	}
	m := t.from(end-n, "natisign", fmt.Sprintf("state key %d, extension %s, %d bytes; names no IMEI", key, text(h[32:40]), signed))
	m.Proven = true
	return m, true
}

// descramble undoes the self-synchronising scrambler 1 + x^14 + x^17 of NATISIGN, bits
// of a byte from the lowest: after 64 ones in a row a bit was inverted.
func descramble(b []byte) {
	var past uint32 // the scrambled bits so far, the last one lowest
	ones := 0
	bit := func(in uint32) uint32 {
		out := in ^ past>>13&1 ^ past>>16&1
		if ones == 64 {
			out, ones = out^1, 0
		}
		past = past<<1 | in
		if ones++; in == 0 {
			ones = 0
		}
		return out
	}
	for i := range 8 { // it starts with 0xea scrambled
		in := uint32(0xea)>>i&1 ^ past>>13&1 ^ past>>16&1
		bit(in)
	}
	for i, c := range b {
		b[i] = 0
		for k := range 8 {
			b[i] |= byte(bit(uint32(c)>>k&1)) << k
		}
	}
}

// sign recognises other signatures of the kind by their names: SELFSIGN is that of the
// device that made the file. Neither its length nor its layout is public, so it is
// never proven: where the end of the medium is known, all that follows it goes.
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
	name, value := strings.ToLower(string(b[at:at+8])), "not of the known layout"
	if name == "selfsign" {
		value = "encrypted, made of the IMEI and IMSI of a device"
	}
	m := t.from(off, name, value)
	m.Guess = true
	return m, true
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
