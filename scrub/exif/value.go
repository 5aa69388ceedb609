package exif

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"untag/scrub"
)

// maxText bounds what is read of one value for a report.
const maxText = 2 * scrub.MaxValue

// value decodes an entry for a report.
func (r *reader) value(e raw) string {
	return Show(r.order, e.tag, e.kind, r.bytes(e.off, int(min(e.size, maxText))), e.size)
}

// Show decodes for a report what b, the first bytes of a value of size bytes, says as the
// value of a tag.
func Show(order binary.ByteOrder, tag, kind uint16, b []byte, size int64) string {
	switch {
	case len(b) == 0:
		return ""
	case tag >= 0x9C9B && tag <= 0x9C9F:
		return utf16Text(b, binary.LittleEndian)
	case tag == 0x9286 || tag == 0x1B || tag == 0x1C: // UserComment and its like in GPS: 8 bytes name the code
		return comment(b, order)
	case kind == 2 || kind == 129:
		return clean(string(b))
	case kind == 7 || kind == 1 && size > 4:
		return opaque(b, size)
	}
	return numbers(order, kind, b)
}

func (r *reader) text(e raw) string {
	return clean(string(r.bytes(e.off, int(min(e.size, maxText)))))
}

// opaque shows a value of no type: its text, or how long it is.
func opaque(b []byte, size int64) string {
	text := clean(string(b))
	if text == "" || strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return fmt.Sprintf("%d bytes", size)
	}
	return text
}

// numbers shows the first values of a number type.
func numbers(order binary.ByteOrder, kind uint16, b []byte) string {
	if int(kind) >= len(typeSize) || typeSize[kind] == 0 {
		return fmt.Sprintf("%d bytes", len(b))
	}
	var out []string
	for n := int(typeSize[kind]); len(b) >= n && len(out) < 8; b = b[n:] {
		out = append(out, one(order, kind, b))
	}
	return strings.Join(out, " ")
}

func one(order binary.ByteOrder, kind uint16, b []byte) string {
	switch kind {
	case 3:
		return strconv.Itoa(int(order.Uint16(b)))
	case 4, 13:
		return strconv.Itoa(int(order.Uint32(b)))
	case 5:
		return decimal(float64(order.Uint32(b)), float64(order.Uint32(b[4:])))
	case 8:
		return strconv.Itoa(int(int16(order.Uint16(b))))
	case 9:
		return strconv.Itoa(int(int32(order.Uint32(b))))
	case 10:
		return decimal(float64(int32(order.Uint32(b))), float64(int32(order.Uint32(b[4:]))))
	}
	return fmt.Sprintf("%x", b[:typeSize[kind]])
}

func decimal(n, d float64) string {
	if d == 0 {
		return "0/0"
	}
	return strconv.FormatFloat(n/d, 'g', 8, 64)
}

// comment decodes a text whose first 8 bytes name its code (Exif 3.0, 4.6.6.6).
func comment(b []byte, order binary.ByteOrder) string {
	if len(b) < 8 {
		return clean(string(b))
	}
	switch string(b[:8]) {
	case "UNICODE\x00":
		return utf16Text(b[8:], order)
	case "ASCII\x00\x00\x00", "JIS\x00\x00\x00\x00\x00", "\x00\x00\x00\x00\x00\x00\x00\x00":
		return clean(string(b[8:]))
	}
	return clean(string(b)) // many writers leave the code out
}

func utf16Text(b []byte, order binary.ByteOrder) string {
	u := make([]uint16, len(b)/2)
	for i := range u {
		u[i] = order.Uint16(b[2*i:])
	}
	return clean(string(utf16.Decode(u)))
}

// clean ends a text at its first NUL and takes space off both ends.
func clean(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	return strings.TrimSpace(strings.ToValidUTF8(s, "?"))
}
