package raw_test

import (
	"bytes"
	"image"
	ijpeg "image/jpeg"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

func wide(s string) string {
	var b []byte
	for _, c := range utf16.Encode([]rune(s)) {
		b = append(b, byte(c), byte(c>>8))
	}
	return string(b)
}

// propertyList is a section of properties, names and values in turn.
func propertyList(texts ...string) string {
	var entries []byte
	chars := ""
	for _, s := range texts {
		entries = append(entries, le(len(chars)/2)...)
		chars += wide(s + "\x00")
	}
	return string(le("SECp", 0x20000, len(texts)/2, 0, 0, len(chars)/2, entries, chars))
}

// x3f is one without a section that is enciphered.
func x3f(header, picture, properties string, more ...string) []byte {
	file := string(le("FOVb", 0x20003, make([]byte, 16), 0, 16, 12, 0, header, make([]byte, 224-len(header))))
	dir := []any{"SECd", 0x20000, 2 + len(more)}
	for i, s := range append([]string{"SECi" + string(le(0x20000, 1, 30, 16, 12, 0)) + picture, properties}, more...) {
		name := []string{"IMAG", "PROP", "IMA2"}[min(i, 2)]
		dir = append(dir, len(file), len(s), name)
		file += s + strings.Repeat("\x00", (4-len(s)%4)%4)
	}
	return le(file, le(dir...), len(file))
}

var sigma = []string{"CAMMANUF", "SIGMA", "CAMMODEL", "SIGMA SD14", "WB_DESC", "Sunlight"}

// What an X3F says in words is numbers and what cameras write, or goes, or is in doubt.
func TestNothingHidesInX3F(t *testing.T) {
	with := func(texts ...string) string { return propertyList(append(sigma[:len(sigma):len(sigma)], texts...)...) }
	label := "Sunlight" + strings.Repeat("\x00", 24)
	for name, c := range map[string]struct {
		data []byte
		want scrub.Status
	}{
		"sound":              {x3f(label, noise(900), with("ISO", "100", "SHUTTER", "1/60", "EXPCOMP", "-0.3")), scrub.Clean},
		"name":               {x3f(label, noise(900), with(telling, "x")), scrub.Dirty},
		"value":              {x3f(label, noise(900), with("COLORSPACE", telling)), scrub.Dirty},
		"long value":         {x3f(label, noise(900), with("ISO", strings.Repeat("1", 65)+telling)), scrub.Dirty},
		"white balance":      {x3f(label, noise(900), propertyList("CAMMANUF", "SIGMA", "CAMMODEL", "SIGMA SD14", "WB_DESC", telling)), scrub.Partly},
		"no model":           {x3f(label, noise(900), propertyList("CAMMANUF", "SIGMA", telling, "SIGMA SD14", "WB_DESC", "Auto")), scrub.Partly},
		"label":              {x3f(telling, noise(900), with()), scrub.Partly},
		"behind a label":     {x3f("Sunlight\x00"+telling, noise(900), with()), scrub.Partly},
		"behind the picture": {x3f(label, noise(900)+telling+telling, with()), scrub.Partly},
		"head of a picture":  {x3f(label, noise(900), with(), "SECi\x00\x00\x02\x00"+telling+noise(900)), scrub.Partly},
		"nowhere":            {x3f(label, noise(900), string(le("SECp", 0x20000, 5, 0, 0, 8, telling, make([]byte, 40-len(telling)), wide("SIGMA\x00\x00\x00")))), scrub.Partly},
		"settings":           {x3f(label+strings.Repeat("\x00", 64)+telling, noise(900), with()), scrub.Partly},
	} {
		p := plan(t, c.data)
		out := scrubtest.Perform(c.data, p)
		there := bytes.Contains(out, []byte(telling)) || bytes.Contains(out, []byte(wide(telling)))
		if p.Status() != c.want || there != (c.want == scrub.Partly) {
			t.Errorf("%s: %s, still there: %v, %q", name, p.Status(), there, p.Doubts)
		}
	}
}

// A list whose values go on and on costs no time.
func TestPropertiesAreBounded(t *testing.T) {
	const chars, count = 1<<19 - 5000, 1024
	var entries []byte
	for i := range count {
		entries = append(entries, le(i*7, i*11+3)...)
	}
	list := string(le("SECp", 0x20000, count, 0, 0, chars, entries, bytes.Repeat([]byte("a\x00"), chars)))
	begun := time.Now()
	if p := plan(t, x3f("", noise(90), list)); p.Status() != scrub.Partly || time.Since(begun) > 5*time.Second {
		t.Errorf("%s after %s", p.Status(), time.Since(begun))
	}
}

// A preview is cleaned as other pictures are, wherever its EXIF stands.
func TestPreviews(t *testing.T) {
	var b bytes.Buffer
	if err := ijpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 16, 16)), nil); err != nil {
		t.Fatal(err)
	}
	plain := b.String()
	segment := func(marker, body string) string {
		return marker + string([]byte{byte((len(body) + 2) >> 8), byte(len(body) + 2)}) + body
	}
	exif := segment("\xff\xe1", "Exif\x00\x00"+string(le("II*\x00", 8, "\x01\x00\x3b\x01\x02\x00", len(telling)+1, 26, 0, telling, "\x00")))
	before := func(s string) string { return plain[:2] + s + plain[2:] }
	for name, preview := range map[string]string{
		"artist":             before(exif),
		"behind fill bytes":  before("\xff\xff" + exif),
		"comment":            before(segment("\xff\xfe", telling)),
		"behind the end":     plain + telling,
		"behind the scan":    plain[:len(plain)-2] + segment("\xff\xfe", telling) + plain[len(plain)-2:],
		"JFIF":               before(segment("\xff\xe0", telling)),
		"Adobe":              before(segment("\xff\xee", telling)),
		"both sides of EXIF": before(segment("\xff\xed", telling) + exif + segment("\xff\xed", telling)),
	} {
		picture := noise(800)
		raf := be("FUJIFILMCCD-RAW 0201", make([]byte, 64), 0x6c, len(preview), 0x6c+len(preview), 64, 0x6c+len(preview)+64, len(picture), preview, make([]byte, 64), picture)
		for format, data := range map[string][]byte{"raf": raf, "x3f": x3f("", noise(90), propertyList(sigma...), "SECi"+string(le(0x20000, 2, 18, 16, 16, 0))+preview)} {
			p := plan(t, data)
			out := scrubtest.Perform(data, p)
			if again := plan(t, out); p.Status() != scrub.Dirty || again.Status() != scrub.Clean || bytes.Contains(out, []byte(telling)) {
				t.Errorf("%s, %s: %s, then %s; %q, %q", format, name, p.Status(), again.Status(), p.Doubts, again.Doubts)
			}
		}
	}
}

// A property that begins within the text of another one has lost a bit: words that nothing points
// at any more may be its own.
func TestPropertyWithinAnother(t *testing.T) {
	data := bytes.Clone(samples.Get("x3f/plain").Data)
	at := bytes.Index(data, []byte{0x4b, 0, 0, 0, 0x53, 0, 0, 0})
	data[at+4] ^= 0x10
	words := []byte("S\x00u\x00n\x00l\x00i\x00g\x00h\x00t\x00")
	if out := scrubtest.Perform(data, plan(t, data)); at < 0 || bytes.Count(out, words) != bytes.Count(data, words) {
		t.Error("words are lost")
	}
}
