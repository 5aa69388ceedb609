package jpeg

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/icc"
	"untag/scrub/scrubtest"
)

// Damage: what is positively identified goes, what may be picture stays, and
// nothing is called clean.
func TestDamage(t *testing.T) {
	pic := with(encode(32, 32), seg(com, secret))
	scan := bytes.Index(pic, []byte{0xFF, sos})
	for _, c := range []struct {
		name  string
		data  []byte
		want  string // part of a doubt, or of the refusal
		clean bool   // the secret is gone nevertheless
	}{
		{"no EOI, and not all blocks", pic[:len(pic)-3], "the end of the picture is missing", true},
		{"half a scan", pic[:len(pic)-60], "the end of the picture is missing", true},
		{"no scan", pic[:scan], "no picture where one was expected", false},
		{"half a header", pic[:scan+5], "no picture where one was expected", false},
		{"length below two", bytes.Replace(pic, []byte("\xff\xfe\x00\x08"), []byte("\xff\xfe\x00\x01"), 1), "no picture", false},
		{"length past the end", bytes.Replace(pic, []byte("\xff\xfe\x00\x08"), []byte("\xff\xfe\xff\x08"), 1), "no picture", false},
		{"second picture before the end", append(pic[:len(pic)-2:len(pic)-2], encode(8, 8)...), "another picture begins before the end", true},
		{"reserved marker in a scan", append(pic[:len(pic)-2:len(pic)-2], "\xff\x30\x00\x02\xff\xd9"...), "marker 30 is not one that follows a scan", true},
		{"segment in a scan that leads nowhere", append(pic[:len(pic)-2:len(pic)-2], "\xff\xe1\x00\x04abcd\xff\xd9"...), "segment E1 leads nowhere", true},
		{"much between segments", photo(seg(0xE0, jfif) + strings.Repeat("junk", 30)), "120 bytes between segments may be part of the picture", false},
		{"junk behind a table", photo(seg(dri, "\x00\x00") + "junk"), "4 bytes between segments may be part of the picture", false},
		{"junk behind a scan", append(pic[:len(pic)-2:len(pic)-2], seg(dri, "\x00\x00")+"\xff\x00junk\xff\xd9"...), "segment DD leads nowhere", true},
		{"restart that leads nowhere", photo(seg(com, secret) + "\xff\xd3junk"), "no picture", false},
		{"table with more than it says", photo(seg(dqt, strings.Repeat("\x00", 65), secret)), "DQT holds 71 bytes where 194 are expected", false},
		{"DRI with more than it says", photo(seg(dri, "\x00\x00", secret)), "DRI holds 8 bytes where 2 are expected", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plan(t, c.data)
			if got := p.Refused + strings.Join(p.Doubts, "; "); !strings.Contains(got, c.want) {
				t.Errorf("%q where %q is expected", got, c.want)
			}
			if st := p.Status(); st != scrub.Partly && st != scrub.Unsupported {
				t.Errorf("called %s", st)
			}
			result := scrubtest.Perform(c.data, p)
			if c.clean && bytes.Contains(result, []byte(secret)) {
				t.Error("the comment is left")
			}
			if again := plan(t, result); again.Status() != p.Status() || len(again.Edits) > 0 {
				t.Errorf("a second run makes %d edits and calls it %s", len(again.Edits), again.Status())
			}
		})
	}
}

// A picture of which all blocks are there needs no end mark, and a tail shows.
func TestMissingEnd(t *testing.T) {
	pic := with(encode(32, 32), seg(com, secret))
	for _, tail := range []string{"", "\x00\x00", "\xff", secret, secret + "\xff\x00" + secret} {
		p, result := hold(t, append(pic[:len(pic)-2:len(pic)-2], tail...))
		if p.End != int64(len(result)) {
			t.Errorf("%q: %d bytes are left, not %d", tail, len(result), p.End)
		}
		if len(tail) < 2 { // no room for a mark
			result = append(result, 0xFF, eoi)
		}
		if len(result) != len(pic) || pixels(t, result) != pixels(t, pic) {
			t.Errorf("%q: the picture is another one", tail)
		}
	}
}

func TestTails(t *testing.T) {
	for _, c := range []struct{ name, tail string }{
		{"text", secret},
		{"another picture", string(with(encode(16, 16), seg(com, secret)))},
		{"two more", string(with(encode(16, 16), seg(com, secret))) + string(encode(16, 16))},
		{"motion photo", "\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom\x00\x00\x00\x0emdat" + secret},
		{"end of image again", "\xff\xd9" + secret + "\xff\xd9"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := append(photo(), c.tail...)
			if _, result := hold(t, data); !bytes.Equal(result, photo()) {
				t.Error("the result is not the picture alone")
			}
		})
	}
}

func TestRefusalOfManySegments(t *testing.T) {
	data := photo(strings.Repeat(seg(com), maxSegments+2))
	if p := plan(t, data); !strings.Contains(p.Refused, "a picture of more than 16384 segments") {
		t.Errorf("refused with %q", p.Refused)
	}
}

func TestKeep(t *testing.T) {
	gps := entry{0x8825, 4, 1, be32(8 + 2 + 4*12 + 4 + 6 + 20)}
	exif := exifOf(ascii(0x010F, "Maker"), orientation(1), ascii(0x0132, "2024:05:06 07:08:09"), gps)
	exif = seg(0xE1, exif[4:], ifd(bigEndian, 8+2+4*12+4+6+20, 0, ascii(1, "N")))
	for _, c := range []struct {
		name       string
		keep       scrub.Kind
		stay, goes string
	}{
		{"nothing", "", "", "2024:05:06 07:08:09"},
		{"time", scrub.Time, "2024:05:06 07:08:09", "Maker"},
		{"device", scrub.Device, "Maker", "2024:05:06 07:08:09"},
		{"comment", scrub.Comment, "a kept comment", "Maker"},
	} {
		t.Run(c.name, func(t *testing.T) {
			policy := scrub.Policy{}
			if c.keep != "" {
				policy.Keep = []scrub.Kind{c.keep}
			}
			h := scrubtest.Harness{Engine: engine(), Options: scrub.Options{Policy: policy}, Sound: true, Variants: -1, Secrets: [][]byte{[]byte(c.goes)}}
			if c.stay != "" {
				h.MustStay = [][]byte{[]byte(c.stay)}
			}
			h.Laws(t, t.Name(), photo(exif, seg(com, "a kept comment")))
		})
	}
}

// A comment that is no text can't be kept on purpose.
func TestKeepChecksText(t *testing.T) {
	data := photo(seg(com, secret, "\x00\x01\x02\x03hidden"))
	p := planWith(t, data, scrub.Policy{Keep: []scrub.Kind{scrub.Comment}})
	if result := scrubtest.Perform(data, p); bytes.Contains(result, []byte(secret)) {
		t.Error("a binary comment was kept")
	}
}

func TestEXIFOverSeveralSegments(t *testing.T) {
	whole := exifOf(ascii(0x010F, secret), orientation(8), ascii(0x0131, strings.Repeat("x", 300)+secret))
	body := whole[4:]
	first, second := seg(0xE1, body[:100]), seg(0xE1, "Exif\x00\x00", body[100:])
	p, result := hold(t, photo(first, second))
	if !has(p, found{scrub.Software, "APP1/Exif/IFD0/Software", "xxx"}) || orientationOf(t, result) != 8 {
		t.Errorf("orientation %d; found %+v", orientationOf(t, result), p.Findings)
	}
}

func TestAdobeRGBStays(t *testing.T) {
	const exifAt, interopAt = 8 + 2 + 12 + 4, 8 + 2 + 12 + 4 + 2 + 24 + 4
	exif := seg(0xE1, "Exif\x00\x00MM\x00*", be32(8), ifd(bigEndian, 8, 0, entry{0x8769, 4, 1, be32(exifAt)}),
		ifd(bigEndian, exifAt, 0, entry{0xA001, 3, 1, "\xff\xff"}, entry{0xA005, 4, 1, be32(interopAt)}),
		ifd(bigEndian, interopAt, 0, entry{0x0001, 2, 4, "R03\x00"}), secret)
	hold(t, photo(exif), "R03\x00", "\xa0\x01\x00\x03\x00\x00\x00\x01\xff\xff")
}

// A picture without an end mark is cleaned as well as one that has it.
func TestSpareCodesWithoutEnd(t *testing.T) {
	s := samples.Get("jpeg/hiding-spare-codes")
	data := s.Data[:bytes.LastIndex(s.Data, []byte{0xFF, eoi})]
	h := scrubtest.Harness{Engine: engine(), Secrets: s.Secrets}
	if p := h.Laws(t, t.Name(), data); p.Status() != scrub.Dirty {
		t.Errorf("%s: %q", p.Status(), p.Doubts)
	}
}

// Wherever a photo is cut off, what has a name in it goes, and the rest stays.
func TestCutAnywhere(t *testing.T) {
	data := photo(seg(0xE0, jfif), exifOf(ascii(0x010F, secret), orientation(6), ascii(0x0110, secret)),
		xmpOf(`xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="`+secret+`"`, ""), seg(0xED, "Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0b\x1c\x02\x50\x00\x06", secret))
	for n := 24; n < len(data)-2; n += 3 {
		p := plan(t, data[:n])
		after := scrubtest.Perform(data[:n], p)
		if p.Status() != scrub.Partly || bytes.Contains(after, []byte(secret)) || len(after) != n {
			t.Fatalf("cut at %d of %d: %s, %d bytes %q", n, len(data), p.Status(), len(after), p.Refused)
		}
		if again := plan(t, after); len(again.Edits) > 0 {
			t.Fatalf("cut at %d: a second run makes %d edits", n, len(again.Edits))
		}
	}
}

// A length that is wrong must not cost the picture that it takes in.
func TestLengthThatTakesInThePicture(t *testing.T) {
	whole := photo(exifOf(ascii(0x010F, secret)))
	pic := photo()[2:]
	for _, length := range []string{"\x00\xff", "\x02\x00", "\xff\x00"} {
		data := []byte(strings.Replace(string(whole), "\xff\xe1"+string(whole[4:6]), "\xff\xe1"+length, 1))
		p := plan(t, data)
		after := scrubtest.Perform(data, p)
		if p.Status() != scrub.Partly || !bytes.HasSuffix(after, pic) {
			t.Errorf("length %x: %s %q, the picture is %v", length, p.Status(), p.Doubts, bytes.HasSuffix(after, pic))
		}
	}
}

// The clip of a motion photo is cleaned although nothing is known of what stands
// before it.
func TestClipBehindDamage(t *testing.T) {
	clip := scrub.Format{Name: "clip", Sniff: func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("\x00\x00\x00\x0cftyp")) },
		Parse: func(s *scrub.Scan) error {
			s.Claim(0, 12, scrub.Structure, "ftyp")
			return s.Blank(12, s.Size()-12, 0, scrub.Device, "udta")
		}}
	e := scrub.NewEngine([]scrub.Format{Format, Motion, icc.Format, clip})
	pic := photo()
	data := append(pic[:len(pic)-2:len(pic)-2], "\xff\x30\x00\x02 ftyp no clip \x00\x00\x00\x0cftypmp42"+secret...)
	p, err := e.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if after := scrubtest.Perform(data, p); p.Status() != scrub.Partly || bytes.Contains(after, []byte(secret)) || len(after) != len(data) {
		t.Errorf("%s %q: %q", p.Status(), p.Doubts, after[len(pic):])
	}
}

// Where no picture is found, what leads to others stays.
func TestIndexBeforeDamage(t *testing.T) {
	data := bytes.Clone(samples.Get("jpeg/ultra-hdr").Data)
	index := bytes.Index(data, []byte("MPF\x00"))
	scan := bytes.Index(data, []byte("\xff\xda"))
	data[scan+1] ^= 4
	p := plan(t, data)
	if after := scrubtest.Perform(data, p); p.Status() != scrub.Partly || !bytes.Equal(after[index:index+80], data[index:index+80]) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}
