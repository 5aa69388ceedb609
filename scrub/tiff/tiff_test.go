package tiff_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func ul16(n int) string { return string(binary.LittleEndian.AppendUint16(nil, uint16(n))) }
func ul32(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

func entry(tag, typ, count, value int) string {
	return ul16(tag) + ul16(typ) + ul32(count) + ul32(value)
}

// grey is a picture, with entries before the usual ones.
func grey(width, height int, first ...string) string {
	n := width * height
	entries := append(first, entry(256, 3, 1, width), entry(257, 3, 1, height), entry(258, 3, 1, 8), entry(259, 3, 1, 1), entry(262, 3, 1, 1),
		entry(273, 4, 1, 8), entry(278, 3, 1, height), entry(279, 4, 1, n))
	return "II*\x00" + ul32(8+n) + strings.Repeat("p", n) + ul16(len(entries)) + strings.Join(entries, "") + ul32(0)
}

func plan(t *testing.T, data string, opt scrub.Options) *scrub.Plan {
	t.Helper()
	p, err := formats.Engine().Plan(strings.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	return p
}

// What contradicts itself keeps its end, and all of which nothing says what it is.
func TestContradictions(t *testing.T) {
	tail := strings.Repeat("tail ", 20)
	for _, c := range []struct{ name, data, want string }{
		{"values of no type", grey(9, 9, entry(255, 99, 1, 0)), "SubfileType has type 99"},
		{"values outside", grey(9, 9, entry(255, 3, 1<<30, 8)), "SubfileType has 1073741824 values"},
		{"value outside", grey(9, 9, entry(255, 2, 90, 1<<30)), "SubfileType has its value outside the file"},
		{"two billion strips", strings.Replace(grey(9, 9), entry(273, 4, 1, 8), entry(273, 4, 1<<31-1, 8), 1), "StripOffsets has 2147483647 values"},
		{"directories in a circle", grey(9, 9, entry(255, 3, 1, 1), entry(330, 4, 1, 8+81)), "is another directory too"},
		{"no directory", "II*\x00" + ul32(0), "IFD0 lies outside the file"},
		{"no entries", "II*\x00" + ul32(8) + ul16(0) + ul32(0), "IFD0 has 0 entries"},
		{"too many directories", grey(9, 9, entry(330, 4, 1<<20, 0)), "SubIFDs has 1048576 values"},
		{"no picture", "II*\x00" + ul32(8) + ul16(1) + entry(256, 3, 1, 9) + ul32(0), "IFD0 has no picture"},
		{"strips without lengths", strings.Replace(strings.Replace(grey(9, 9), ul16(279), ul16(297), 1), entry(259, 3, 1, 1), entry(259, 3, 1, 5), 1), "strips without lengths"},
		{"strips shorter than the picture", strings.Replace(grey(9, 9), entry(257, 3, 1, 9), entry(257, 3, 1, 10), 1), "strips of IFD0: 1, expected 2"},
		{"strips of too few bytes", strings.Replace(grey(9, 9), entry(279, 4, 1, 81), entry(279, 4, 1, 80), 1), "IFD0 has 80 bytes in strip 0, expected 81"},
		{"strip outside", strings.Replace(grey(9, 9), entry(273, 4, 1, 8), entry(273, 4, 1, 1<<20), 1), "strip 0 outside the file"},
		{"strip over the directory", strings.Replace(grey(9, 9), entry(273, 4, 1, 8), entry(273, 4, 1, 40), 1), "share bytes"},
		{"a stack cut short", grey(9, 9, entry(270, 2, 19, 8+81+2+9*12+4)) + "ImageJ=1\nimages=9\n\x00", "a stack of 729 bytes is cut short"},
		{"a stack of no number", grey(9, 9, entry(270, 2, 9, 8+81+2+9*12+4)) + "ImageJ=1\x00" + strings.Repeat("q", 90), "does not say how many pictures"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plan(t, c.data+tail, scrub.Options{})
			if p.End != p.Size || len(p.Edits) > 0 || !strings.Contains(strings.Join(p.Doubts, "; "), c.want) {
				t.Errorf("%d of %d bytes stay, %d edits, doubts %q, want %q", p.End, p.Size, len(p.Edits), p.Doubts, c.want)
			}
		})
	}
}

// What comes out of a strip behind the picture, and what is no picture at all, is a doubt.
func TestStripsOfMore(t *testing.T) {
	packed := func(s string) string {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		_, _ = z.Write([]byte(s))
		_ = z.Close()
		return b.String()
	}
	const rows = "abcdefghijklmnopqrstuvwxy"
	for _, c := range []struct {
		name, strip string
		compression int
		want        string
	}{
		{"as it should be", packed(rows), 8, ""},
		{"zeros", packed(rows + "\x00\x00"), 8, ""},
		{"more", packed(rows + "CANARY"), 8, "longer than the picture"},
		{"no JPEG", "CANARY, which is no picture", 7, "strips that can't be read"},
		{"a scan alone", "\x9c\x1f\xa0\x13\x00\xff\x00\x88\x17", 6, ""},
	} {
		n := len(c.strip)
		data := "II*\x00" + ul32(8+n) + c.strip + ul16(8) + strings.Join([]string{entry(256, 3, 1, 5), entry(257, 3, 1, 5), entry(258, 3, 1, 8), entry(259, 3, 1, c.compression), entry(262, 3, 1, 1),
			entry(273, 4, 1, 8), entry(278, 3, 1, 5), entry(279, 4, 1, n)}, "") + ul32(0)
		if got := strings.Join(plan(t, data, scrub.Options{}).Doubts, "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What tells and is what it says it is goes from a damaged file, too.
func TestDamagedFilesLoseWhatIsNamed(t *testing.T) {
	data := grey(9, 9, entry(0x10f, 2, 12, 8+81+2+10*12+4), entry(0x131, 4, 3, 8)) + "CANARY-make\x00"
	data = strings.Replace(data, entry(257, 3, 1, 9), entry(257, 3, 1, 10), 1)
	p := plan(t, data, scrub.Options{})
	out := string(scrubtest.Perform([]byte(data), p))
	if p.Status() != scrub.Partly || strings.Contains(out, "CANARY") || !strings.Contains(out, strings.Repeat("p", 81)) {
		t.Errorf("%s, %q", p.Status(), p.Doubts)
	}
}

// Unused bytes of a value that stands in its entry hold nothing.
func TestSlack(t *testing.T) {
	data := strings.Replace(grey(9, 9), entry(258, 3, 1, 8), entry(258, 3, 1, 8|0x4948<<16), 1)
	p := plan(t, data, scrub.Options{})
	if out := scrubtest.Perform([]byte(data), p); p.Status() != scrub.Dirty || string(out) != grey(9, 9) {
		t.Errorf("%s, %q, %v", p.Status(), p.Doubts, p.Edits)
	}
}

// Bytes that nothing points at go if the picture before them is followed to its end, and
// hold no other picture.
func TestGaps(t *testing.T) {
	dir := 8 + 81
	for _, c := range []struct {
		name, gap string
		goes      bool
	}{
		{"words", "a hidden word", true},
		{"a directory nobody points at", grey(9, 9)[dir:], true},
		{"a directory of another picture", ul16(2) + entry(273, 4, 1, dir+1) + entry(279, 4, 1, 9) + ul32(0), false},
		{"a large share", strings.Repeat("hidden", 20000), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := strings.Replace(grey(9, 9), ul32(dir), ul32(dir+len(c.gap)), 1)
			data = data[:dir] + c.gap + data[dir:]
			p := plan(t, data, scrub.Options{})
			gone := bytes.Equal(scrubtest.Perform([]byte(data), p)[dir:dir+len(c.gap)], make([]byte, len(c.gap)))
			if gone != c.goes || (p.Status() == scrub.Dirty) != c.goes {
				t.Errorf("it goes: %v, %s %q", gone, p.Status(), p.Doubts)
			}
		})
	}
}

// Each bit of each entry of a directory: no pixel is lost.
func TestBitsOfEntries(t *testing.T) {
	for _, name := range []string{"tiff/plain", "tiff/pages", "tiff/tiles", "tiff/lzw", "tiff/jpeg", "tiff/imagej", "tiff/previews", "bigtiff/plain", "bigtiff/words-ii"} {
		t.Run(name, func(t *testing.T) {
			data := samples.Get(name).Data
			whole := plan(t, string(data), scrub.Options{})
			step := 1
			if testing.Short() {
				step = 13
			}
			for _, s := range whole.Map {
				if s.Role != scrub.Structure {
					continue
				}
				for bit := 8 * s.Off; bit < 8*s.End(); bit += int64(step) {
					bad := bytes.Clone(data)
					bad[bit/8] ^= 1 << (bit % 8)
					p := plan(t, string(bad), scrub.Options{})
					for _, e := range p.Edits {
						for _, r := range whole.Map {
							if r.Role == scrub.Payload && e.Off < r.End() && r.Off < e.End() {
								t.Errorf("bit %d of 0x%x (%s): %d bytes at 0x%x are filled; %s", bit%8, bit/8, s.Place, e.Len, e.Off, p.Status())
							}
						}
					}
				}
			}
		})
	}
}

// A text whose offset or length has lost a bit, so that it would end behind the file, takes no pixels with it
// that look like letters.
func TestTextsAmongPixels(t *testing.T) {
	const width, height, text = 13, 19, "Jane's scanner 47.11"
	entries := func(at int) string {
		return entry(256, 3, 1, width) + entry(257, 3, 1, height) + entry(258, 3, 1, 8) + entry(259, 3, 1, 1) + entry(262, 3, 1, 1) +
			entry(273, 4, 1, at+len(text)) + entry(278, 3, 1, height) + entry(279, 4, 1, width*height) + entry(305, 2, len(text), at)
	}
	const software = 8 + 2 + 8*12
	pixels := strings.Repeat("p", width*height)
	for gap := 0; gap < 128; gap += 5 {
		at := software + 12 + 4 + gap
		data := "II*\x00" + ul32(8) + ul16(9) + entries(at) + ul32(0) + strings.Repeat("\x00", gap) + text + pixels
		for bit := 32; bit < 12*8; bit++ {
			bad := []byte(data)
			bad[software+bit/8] ^= 1 << (bit % 8)
			p := plan(t, string(bad), scrub.Options{})
			if out := scrubtest.Perform(bad, p); !strings.HasSuffix(string(out), pixels) {
				t.Fatalf("gap %d, bit %d of byte %d of Software: pixels are gone; %s, %q", gap, bit%8, bit/8, p.Status(), p.Doubts)
			}
		}
	}
}

// Of a picture that contradicts itself what stands in the entries of a position goes, too, if they share
// no byte with anything else.
func TestPositionsOfContradictions(t *testing.T) {
	const head, bad = 8 + 9*9 + 2, 1 << 30
	gps := ul16(2) + entry(1, 2, 2, 'N') + entry(3, 2, 2, 'W') + ul32(0)
	gone := ul16(2) + entry(1, 2, 2, 0) + entry(3, 2, 2, 0) + ul32(0)
	at := head + 10*12 + 4
	picture := func(at int) string { return grey(9, 9, entry(255, 3, bad, 8), entry(34853, 4, 1, at)) }
	for name, c := range map[string]struct{ data, want string }{
		"apart":           {picture(at) + gps, picture(at) + gone},
		"in another":      {picture(head - 2), picture(head - 2)},
		"among the bytes": {strings.Replace(picture(8), strings.Repeat("p", len(gps)), gps, 1), strings.Replace(picture(8), strings.Repeat("p", len(gps)), gps, 1)},
	} {
		p := plan(t, c.data, scrub.Options{})
		if after := string(scrubtest.Perform([]byte(c.data), p)); after != c.want || p.Status() != scrub.Partly {
			t.Errorf("%s: %s %q\n%q, expected\n%q", name, p.Status(), p.Doubts, after, c.want)
		}
	}
}

// What develops raw pictures stays in those only, as long and of such numbers as it may be. The
// names of maker and model stay, also where they are damaged, and what may be one of them under
// another number.
func TestWhatRawPicturesNeed(t *testing.T) {
	const text = "recorded by Jane Doe, at home and on her own machine. "
	words := strings.Repeat(text, 4) // a multiple of 4 and 8 bytes
	table := func(cells int, body string) string {
		return ul32(1) + ul32(cells) + strings.Repeat("\x00\x00\x00\x00\x00\x00\xf0?", 4) + ul32(1) + strings.Repeat("\x00\x00\x80>", 5) + body
	}
	gains := strings.Repeat("\x00\x00\x80?", 54)
	for _, c := range []struct {
		name  string
		raw   bool
		tag   int
		typ   int
		value string
		stays bool
		want  scrub.Status
	}{
		{"colours of a plain picture", false, 0xC6FA, 11, words, false, scrub.Dirty},
		{"gains of a plain picture", false, 0xCD2D, 7, table(54, words), false, scrub.Dirty},
		{"words for colours", true, 0xC6FA, 11, words, false, scrub.Dirty},
		{"balance of another type", true, 0xC628, 4, ul32(9) + ul32(8) + ul32(7), true, scrub.Partly},
		{"balance of too many", true, 0xC628, 5, strings.Repeat(ul32(1), 18), true, scrub.Partly},
		{"words in a table", true, 0xCD39, 11, strings.Repeat("JANE DOE 5551234", 10), true, scrub.Partly},
		{"a word in a range", true, 0xCD47, 7, "JANEDOE1", true, scrub.Partly},
		{"gains", true, 0xCD2D, 7, table(54, gains), true, scrub.Clean},
		{"gains that are too many", true, 0xCD2D, 7, table(53, gains), true, scrub.Partly},
		{"gains that are too few", true, 0xCD2D, 7, table(55, gains), true, scrub.Partly},
		{"words for gains", true, 0xCD2D, 7, table(54, words), true, scrub.Partly},
		{"model", true, 0x0110, 2, "Canon EOS 5D\x00", true, scrub.Clean},
		{"model, unreadable", true, 0x0110, 2, "Canon\x01EOS 5D\x00", true, scrub.Partly},
		{"model of another type", true, 0x0110, 7, "Canon EOS 5D\x00", true, scrub.Partly},
		{"model longer than names are", true, 0x0110, 2, strings.Repeat("Canon EOS 5D ", 5) + "\x00", true, scrub.Partly},
		{"model of another number", true, 0x0150, 2, "Canon EOS 5D\x00", true, scrub.Partly},
		{"model that tells of somebody", true, 0x0110, 2, "jane.doe@example.org\x00", true, scrub.Partly},
		{"model of a plain picture", false, 0x0110, 2, "Canon EOS 5D\x00", false, scrub.Dirty},
	} {
		t.Run(c.name, func(t *testing.T) {
			var entries []string
			if c.raw {
				entries = append(entries, entry(0xC612, 1, 4, 0x401))
			}
			size := map[int]int{2: 1, 4: 4, 5: 8, 7: 1, 11: 4}[c.typ]
			at := 8 + 81 + 2 + 12*(len(entries)+1+8) + 4
			data := grey(9, 9, append(entries, entry(c.tag, c.typ, len(c.value)/size, at))...) + c.value
			p := plan(t, data, scrub.Options{})
			if got := strings.Contains(string(scrubtest.Perform([]byte(data), p)), c.value); got != c.stays || p.Status() != c.want {
				t.Errorf("%s, stays: %v: %s %q", p.Status(), got, p.Refused, p.Doubts)
			}
		})
	}
}

// No bit of the chunks of a WebP costs the picture, and no chunk of it hides words.
func TestStripsOfWebP(t *testing.T) {
	data := samples.Get("tiff/webp").Data
	riff := bytes.Index(data, []byte("RIFF"))
	at := bytes.Index(data, []byte("VP8L"))
	picture := data[at+8 : bytes.Index(data, []byte("EXIF"))]
	for bit := 8 * riff; bit < 8*(at+8); bit++ {
		bad := bytes.Clone(data)
		bad[bit/8] ^= 1 << (bit % 8)
		p := plan(t, string(bad), scrub.Options{})
		if out := scrubtest.Perform(bad, p); !bytes.Contains(out, picture) {
			t.Errorf("bit %d of 0x%x costs the picture: %s, %q", bit%8, bit/8-riff, p.Status(), p.Doubts)
		}
	}
	bad := slices.Concat(data[:at], []byte("ALPH"), data[at+4:at+8], bytes.Repeat([]byte("JANE DOE 5551234 "), 99)[:len(picture)], data[at+8+len(picture):])
	if p := plan(t, string(bad), scrub.Options{}); p.Status() != scrub.Partly {
		t.Errorf("words for transparency: %s", p.Status())
	}
}

// Strips that are coded in a way that is not looked into are looked at for text, those of which
// nobody knows the way are in doubt.
func TestStripsOfOtherCodings(t *testing.T) {
	data := samples.Get("tiff/webp").Data
	for coding, want := range map[string]scrub.Status{"\x50\xc3": scrub.Clean, "\x6d\x88": scrub.Clean, "\x51\xc7": scrub.Partly} {
		entry := "\x03\x01\x03\x00\x01\x00\x00\x00"
		bad := strings.Replace(string(data), entry+"\x51\xc3", entry+coding, 1)
		if p := plan(t, bad, scrub.Options{}); p.Status() != scrub.Partly {
			t.Errorf("words in coding %x: %s", coding, p.Status())
		}
		bad = strings.NewReplacer("CANARY-exif of a strip", strings.Repeat("\xb7", 22), "CANARY-behind a strip", strings.Repeat("\xb7", 21)).Replace(bad)
		if p := plan(t, bad, scrub.Options{}); p.Status() != want {
			t.Errorf("coding %x: %s %q", coding, p.Status(), p.Doubts)
		}
	}
}

func FuzzTIFF(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("tiff", "bigtiff")...)
}

// Colours of a picture that has none, and curves that are none, are a doubt.
func TestColoursOfNone(t *testing.T) {
	for name, want := range map[string]string{"tiff/palette-grey": "IFD0/GrayResponseCurve has a value that there is none of; IFD0/ColorMap may have colours that no pixel has",
		"tiff/palette-unseen": "IFD0/ColorMap may have colours that no pixel has"} {
		if p := plan(t, string(samples.Get(name).Data), scrub.Options{}); strings.Join(p.Doubts, "; ") != want {
			t.Errorf("%s: %q", name, p.Doubts)
		}
	}
}

// Words among the tables of JPEG, and bytes between those, are a doubt.
func TestWordsInTables(t *testing.T) {
	data := string(samples.Get("tiff/jpeg").Data)
	for was, is := range map[string]string{"": "", "456789:CDEFGHIJ": "52.5200,13.4050", "\xff\xc4\x00\xd2": "\xff\xc4\x00\xd1"} {
		b := strings.Replace(data, was, is, 1)
		if p := plan(t, b, scrub.Options{}); (b == data) != (was == "") || (len(p.Doubts) > 0) != (was != "") {
			t.Errorf("%q: %q", is, p.Doubts)
		}
	}
}

// Lengths of tiles of a raw picture in strips may be words.
func TestTilesOfNone(t *testing.T) {
	for text, want := range map[string]bool{"Tanja Beispiel 52.5200,13.4050..": true, strings.Repeat("\x00\x10\x00\x00", 8): false} {
		data := grey(4, 4, entry(0xC612, 1, 4, 0x401), entry(325, 4, 8, 8+16+2+10*12+4)) + text
		p := plan(t, data, scrub.Options{})
		if strings.Contains(strings.Join(p.Doubts, "; "), "TileByteCounts") != want {
			t.Errorf("%q: %s %q", text, p.Status(), p.Doubts)
		}
	}
}
