package jpeg

import (
	"bytes"
	"strings"
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

// Readers differ on which of two blocks counts: each goes on saying what it said.
func TestBlocksThatDiffer(t *testing.T) {
	const entry = "\x01\x12\x00\x03\x00\x00\x00\x01\x00"
	for name, c := range map[string]struct {
		first, second string
		stay          []string
	}{
		"none and turned":  {exifOf(ascii(0x010F, secret)), exifOf(orientation(8), ascii(0x010F, secret)), []string{"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00", entry + "\x08"}},
		"usual and turned": {exifOf(orientation(1), ascii(0x010F, secret)), exifOf(orientation(3)), []string{entry + "\x01", entry + "\x03"}},
		"alike":            {exifOf(orientation(3), ascii(0x010F, secret)), exifOf(ascii(0x010F, secret), orientation(3)), []string{entry + "\x03"}},
	} {
		_, result := hold(t, photo(c.first, c.second))
		for _, s := range c.stay {
			if !bytes.Contains(result, []byte(s)) {
				t.Errorf("%s: %q is gone", name, s)
			}
		}
		if n := bytes.Count(result, []byte("Exif\x00\x00")); n != len(c.stay) {
			t.Errorf("%s: %d blocks are left", name, n)
		}
	}
}

// A block whose beginning viewers don't know stays one that they pass over, and
// XMP tells the orientation then.
func TestBlockThatViewersPassOver(t *testing.T) {
	dead := strings.Replace(exifOf(orientation(6), ascii(0x010F, secret)), "Exif\x00\x00", "Exif\x00\xff", 1)
	_, result := hold(t, photo(dead))
	if !bytes.Contains(result, []byte("Exif\x00\xffMM")) {
		t.Error("the block is gone")
	}
	if got := orientationOf(t, result); got != 0 {
		t.Errorf("orientation %d has come to life", got)
	}
	hold(t, photo(dead, xmpOf(`xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="3"`, "")), `tiff:Orientation="3"`)
}

func TestResolutionStays(t *testing.T) {
	dots := func(tag uint16, n, d uint32) entry { return entry{tag, 5, 1, be32(n) + be32(d)} }
	unit := entry{0x0128, 3, 1, be16(2)}
	for name, c := range map[string]struct {
		entries []entry
		stays   string // of the block
	}{
		"usual":             {[]entry{ascii(0x010F, secret), dots(0x011A, 72, 1), dots(0x011B, 72, 1), unit}, be32(72) + be32(1) + be32(72) + be32(1)},
		"as Adobe writes":   {[]entry{ascii(0x010F, secret), dots(0x011A, 3000000, 10000), unit}, be32(300) + be32(1)},
		"broken down":       {[]entry{ascii(0x010F, secret), dots(0x011A, 2999994, 10000)}, be32(1499997) + be32(5000)},
		"words":             {[]entry{ascii(0x010F, secret), dots(0x011A, 0x4a616e65, 0x20446f65)}, be32(23051) + be32(10000)},
		"no number":         {[]entry{ascii(0x010F, secret), dots(0x011A, 72, 0)}, ""},
		"more than a pixel": {[]entry{ascii(0x010F, secret), dots(0x011A, 0x4a616e65, 1)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, result := hold(t, photo(exifOf(c.entries...)))
			if !bytes.Contains(result, []byte(c.stays)) || bytes.Contains(result, []byte("Exif")) != (c.stays != "") {
				t.Errorf("what is left is %q", result[:160])
			}
		})
	}
}

// Photoshop's resolution stays, and the rest of its resources goes.
func TestResolutionOfPhotoshop(t *testing.T) {
	iptc := "8BIM\x04\x04\x00\x00" + be32(uint32(len(secret)+5)) + "\x1c\x02\x50\x00" + string([]byte{byte(len(secret))}) + secret
	if len(secret)%2 == 0 {
		iptc += "\x00"
	}
	info := "8BIM\x03\xed\x00\x00" + be32(16) + be32(300<<16) + "\x00\x01\x00\x02" + be32(300<<16) + "\x00\x01\x00\x02"
	for _, data := range [][]byte{photo(seg(0xED, "Photoshop 3.0\x00", iptc, info)), photo(seg(0xED, "Photoshop 3.0\x00", iptc), seg(0xED, "Photoshop 3.0\x00", info))} {
		if _, result := hold(t, data); !bytes.Contains(result, []byte("Photoshop 3.0\x00"+info)) {
			t.Error("the resolution is gone")
		}
	}
	_, result := hold(t, photo(seg(0xED, "Photoshop 3.0\x00", iptc, strings.Replace(info, be32(300<<16), "Jane", 1))))
	if bytes.Contains(result, []byte("Photoshop")) {
		t.Error("what is no resolution is left")
	}
}
