package svg

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"

	"untag/scrub"
	"untag/scrub/sniff"
)

// order is that of bytes.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// wide returns the order of bytes of a text in UTF-16 that begins with a mark or a letter of
// ASCII (XML 1.0, appendix F), nil if it is none.
func wide(head []byte) order {
	switch {
	case len(head) < 2:
	case head[0] == 0xff && head[1] == 0xfe, head[0] != 0 && head[1] == 0:
		return binary.LittleEndian
	case head[0] == 0xfe && head[1] == 0xff, head[0] == 0 && head[1] != 0:
		return binary.BigEndian
	}
	return nil
}

// narrow is a text of UTF-16 in UTF-8.
func narrow(b []byte, o order) []byte {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = o.Uint16(b[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// widen is a text of UTF-8 in UTF-16.
func widen(text []byte, o order) (b []byte) {
	for _, r := range string(text) {
		for _, u := range utf16.AppendRune(nil, r) {
			b = o.AppendUint16(b, u)
		}
	}
	return b
}

// isDrawing recognises a drawing in UTF-8 or UTF-16.
func isDrawing(head []byte, size int64) bool {
	if o := wide(head); o != nil {
		head = narrow(head, o)
	}
	return sniff.XML("svg")(head, size)
}

// parseWide has a drawing in UTF-16 cleaned as one in UTF-8.
func parseWide(s *scrub.Scan, wide []byte, o order) error {
	text := narrow(wide, o)
	if !bytes.Equal(widen(text, o), wide) {
		return s.Unsupportedf(0, "a drawing in UTF-16 that is damaged")
	}
	return s.Packed(text, 0, s.Size(), "drawing", "a drawing in UTF-16 can't be cleaned where it stands", func(text []byte) ([]byte, error) {
		return widen(text, o), nil
	})
}
