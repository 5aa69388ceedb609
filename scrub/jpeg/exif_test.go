package jpeg

import (
	"bytes"
	"testing"

	"untag/scrub/scrubtest"
)

// Viewers differ in which types of an orientation they read, so that it keeps its
// own. What is no number turns nothing.
func TestOrientationTypes(t *testing.T) {
	for _, c := range []struct {
		name string
		is   entry
		want string // the entry that is left; none if empty
	}{
		{"short", entry{0x0112, 3, 1, "\x00\x06" + "id"}, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"},
		{"byte", entry{0x0112, 1, 1, "\x06" + "ide"}, "\x01\x12\x00\x01\x00\x00\x00\x01\x06\x00\x00\x00"},
		{"long", entry{0x0112, 4, 1, "\x00\x00\x00\x06"}, "\x01\x12\x00\x04\x00\x00\x00\x01\x00\x00\x00\x06"},
		{"signed", entry{0x0112, 8, 1, "\x00\x06"}, "\x01\x12\x00\x08\x00\x00\x00\x01\x00\x06\x00\x00"},
		{"undefined", entry{0x0112, 7, 1, "\x06"}, "\x01\x12\x00\x07\x00\x00\x00\x01\x06\x00\x00\x00"},
		{"two of them", entry{0x0112, 3, 2, "\x00\x06\x00\x03"}, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"},
		{"zero", entry{0x0112, 3, 1, "\x00\x00"}, "\x01\x12\x00\x03\x00\x00\x00\x01\x00\x00\x00\x00"},
		{"upright", entry{0x0112, 3, 1, "\x00\x01"}, ""},
		{"nine", entry{0x0112, 3, 1, "\x00\x09"}, ""},
		{"the other byte order", entry{0x0112, 3, 1, "\x06\x00"}, ""},
		{"text", entry{0x0112, 2, 2, "6\x00"}, ""},
		{"fraction", entry{0x0112, 5, 1, be32(6) + be32(1)}, ""},
		{"none", entry{0x0112, 3, 0, "\x00\x06"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := photo(exifOf(ascii(0x010F, secret), c.is))
			_, result := hold(t, data)
			if c.want != "" && !bytes.Contains(result, []byte(c.want)) || bytes.Contains(result, []byte("Exif")) != (c.want != "") {
				t.Errorf("what is left is %q", result[:100])
			}
		})
	}
}

// Only IFD0 turns a picture.
func TestOrientationOfThumbnail(t *testing.T) {
	const next = 8 + 2 + 12 + 4 + len(secret) + 1
	exif := seg(0xE1, "Exif\x00\x00MM\x00*", be32(8), ifd(bigEndian, 8, uint32(next), ascii(0x010F, secret)), ifd(bigEndian, next, 0, orientation(6)))
	if _, result := hold(t, photo(exif)); bytes.Contains(result, []byte("Exif")) {
		t.Error("something is left")
	}
	data := photo(exifOf(orientation(6)), exifOf(orientation(8), ascii(0x010F, secret)))
	if got := orientationOf(t, scrubtest.Perform(data, plan(t, data))); got != 6 {
		t.Errorf("orientation %d of two blocks", got)
	}
}
