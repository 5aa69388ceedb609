package png

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"hash/crc32"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/icc"
	"untag/scrub/scrubtest"
)

func planOf(t *testing.T, data []byte, opt scrub.Options) *scrub.Plan {
	t.Helper()
	p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// picture is a grey one of 4 by 4, whose stream is given.
func picture(stream string, more ...string) []byte {
	return []byte(signature + chunkOf("IHDR", u32(4), u32(4), "\x08\x00\x00\x00\x00") + chunkOf("IDAT", stream) + strings.Join(more, "") + chunkOf("IEND"))
}

func rows(n int) string { return string(deflated(make([]byte, n))) }

// stored is a stream that isn't compressed, so that it is as long as one wants.
func stored(n int) string {
	var b bytes.Buffer
	z, _ := zlib.NewWriterLevel(&b, zlib.NoCompression)
	z.Write(make([]byte, n))
	z.Close()
	return b.String()
}

func TestAfterTheStream(t *testing.T) {
	for _, c := range []struct {
		name   string
		data   []byte
		status scrub.Status
		doubt  string
		after  []byte
	}{
		{"nothing", picture(rows(20)), scrub.Clean, "", picture(rows(20))},
		{"zeros", picture(rows(20) + "\x00\x00"), scrub.Clean, "", picture(rows(20) + "\x00\x00")},
		{"a few bytes", picture(rows(20) + "secret"), scrub.Dirty, "", picture(rows(20) + "\x00\x00\x00\x00\x00\x00")},
		{"more than one write", picture(rows(20) + text(600)), scrub.Dirty, "", picture(rows(20) + string(make([]byte, 600)))},
		{"more than goes into a new file", picture(rows(20) + text(1<<20+1)), scrub.Partly, "1048577 bytes after the end of the data of IDAT at 0x21 stay: they can't be removed in one write", nil},
		{"chunks", picture(rows(20), chunkOf("IDAT", "secret"), chunkOf("IDAT"), chunkOf("IDAT", text(700))), scrub.Dirty, "",
			picture(rows(20), chunkOf("voId", "\x00\x00\x00\x00\x00\x00"), chunkOf("IDAT"), chunkOf("voId", string(make([]byte, 700))))},
		{"split stream", picture(rows(20)[:3], chunkOf("IDAT", rows(20)[3:9]), chunkOf("IDAT"), chunkOf("IDAT", rows(20)[9:]+"x")), scrub.Dirty, "",
			picture(rows(20)[:3], chunkOf("IDAT", rows(20)[3:9]), chunkOf("IDAT"), chunkOf("IDAT", rows(20)[9:]+"\x00"))},
		{"rows too many", picture(rows(25)), scrub.Partly, "5 bytes more than a picture of this size has come out of the stream at 0x21", nil},
		{"rows too few", picture(rows(15)), scrub.Clean, "", nil},
		{"not compressed", picture("what is this?"), scrub.Partly, "the picture at 0x21 does not decompress: zlib: invalid header", nil},
		{"cut stream", picture(rows(20)[:6]), scrub.Partly, "the picture at 0x21 does not decompress: unexpected EOF", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := (&scrubtest.Harness{Engine: engine, Variants: 20}).Laws(t, c.name, c.data)
			if p.Status() != c.status || strings.Join(p.Doubts, "; ") != c.doubt {
				t.Fatalf("%s %q", p.Status(), p.Doubts)
			}
			if c.after != nil && !bytes.Equal(scrubtest.Perform(c.data, p), c.after) {
				t.Errorf("became another picture than it should")
			}
		})
	}
}

func TestFramesAreLookedAtToo(t *testing.T) {
	frame := chunkOf("fcTL", u32(0), u32(2), u32(2), u32(0), u32(0), "\x00\x01\x00\x0a\x00\x00")
	animated := func(more ...string) []byte {
		b := string(picture(rows(20), more...))
		return []byte(b[:33] + chunkOf("acTL", u32(1), u32(0)) + b[33:])
	}
	for stream, want := range map[string]string{
		rows(6):                        "",
		rows(6) + "secret":             "",
		rows(9):                        "3 bytes more than a picture of this size",
		rows(6) + text(600) + "secret": "",
		strings.Repeat("no zlib", 10):  "does not decompress",
	} {
		data := animated(frame, chunkOf("fdAT", u32(1), stream))
		p := planOf(t, data, scrub.Options{})
		if got := strings.Join(p.Doubts, "; "); (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", clean(stream), got, want)
		}
		if want == "" && bytes.Contains(scrubtest.Perform(data, p), []byte("secret")) {
			t.Error("bytes after a frame stay")
		}
	}
	// The number of a frame's chunk is needed, even if nothing else in it is.
	data := animated(frame, chunkOf("fdAT", u32(1), rows(6)), chunkOf("fdAT", u32(2), "secret"))
	after := scrubtest.Perform(data, planOf(t, data, scrub.Options{}))
	if want := chunkOf("fdAT", u32(2), "\x00\x00\x00\x00\x00\x00"); !bytes.Contains(after, []byte(want)) || bytes.Contains(after, []byte("secret")) {
		t.Errorf("became %q", after)
	}
}

// palette and grey pictures know other chunks than coloured ones.
func TestChunksOfOtherPictures(t *testing.T) {
	head := func(colour string) string {
		return signature + chunkOf("IHDR", u32(4), u32(4), "\x08", colour, "\x00\x00\x00")
	}
	for _, c := range []struct{ name, data, stays string }{
		{"palette", head("\x03") + chunkOf("PLTE", "rgbRGB") + chunkOf("tRNS", "\x01\x02") + chunkOf("hIST", "1122") + chunkOf("bKGD", "\x01") + chunkOf("sBIT", "\x08\x08\x08"), "tRNSbKGDsBIT"},
		{"palette with too much", head("\x03") + chunkOf("PLTE", "rgbRGB") + chunkOf("tRNS", "\x01\x02\x03") + chunkOf("hIST", "112233"), ""},
		{"grey", head("\x00") + chunkOf("tRNS", "\x01\x02") + chunkOf("tRNS", "\x03\x04") + chunkOf("bKGD", "\x00\x01") + chunkOf("sBIT", "\x08"), "tRNStRNSbKGDsBIT"},
		{"colour", head("\x02") + chunkOf("tRNS", "\x01\x02\x03\x04\x05\x06"), "tRNS"},
	} {
		data := []byte(c.data + chunkOf("IDAT", rows(20)) + chunkOf("IEND"))
		after := scrubtest.Perform(data, planOf(t, data, scrub.Options{}))
		got := ""
		for at := 8; at < len(after); at += 12 + int(be32(after, at)) {
			if typ := string(after[at+4 : at+8]); strings.Contains("tRNS hIST bKGD sBIT", typ) {
				got += typ
			}
		}
		if got != c.stays {
			t.Errorf("%s: %q stay, want %q", c.name, got, c.stays)
		}
	}
}

func TestFramesThatAreNeverShown(t *testing.T) {
	frame := func(number, left int, how string) string {
		return chunkOf("fcTL", u32(number), u32(4), u32(4), u32(left), u32(0), "\x00\x01\x00\x0a", how)
	}
	const fewer, odd = "frames that are never shown: 1", "frames out of order or beyond the picture may never be shown"
	part := func(number int) string { return chunkOf("fdAT", u32(number), rows(20)) }
	for name, c := range map[string]struct{ chunks, doubt string }{
		"as it should be": {frame(0, 0, "\x00\x00") + part(1), ""},
		"more frames":     {frame(0, 0, "\x00\x00") + frame(1, 0, "\x00\x00"), fewer},
		"other numbers":   {frame(7, 0, "\x00\x00") + part(8), odd},
		"a gap":           {frame(0, 0, "\x00\x00") + part(2), odd},
		"beyond":          {frame(0, 1, "\x00\x00") + part(1), odd},
		"put otherwise":   {frame(0, 0, "\x03\x00") + part(1), odd},
		"no control":      {part(0), odd},
	} {
		b := string(picture(rows(20), c.chunks))
		data := []byte(b[:33] + chunkOf("acTL", u32(1), u32(0)) + b[33:])
		if got := strings.Join(planOf(t, data, scrub.Options{}).Doubts, "; "); got != c.doubt {
			t.Errorf("%s: %q, want %q", name, got, c.doubt)
		}
	}
}

// What readers take in different ways, and what only is part of a picture in its place.
func TestChunksInOtherPlaces(t *testing.T) {
	frame := u32(0) + u32(4) + u32(4) + u32(0) + u32(0) + "\x00\x01\x00\x0a\x00\x00"
	b := string(picture(rows(20), chunkOf("fcTL", frame, "secret")))
	head := signature + chunkOf("IHDR", u32(4), u32(4), "\x08\x03\x00\x00\x00") + chunkOf("PLTE", "rgbRGB")
	for name, data := range map[string]string{
		"long control":      b[:33] + chunkOf("acTL", u32(1), u32(0)) + b[33:],
		"second palette":    head + chunkOf("PLTE", "secret") + chunkOf("IDAT", rows(20)) + chunkOf("IEND"),
		"palette behind":    head + chunkOf("IDAT", rows(20)) + chunkOf("PLTE", "secret") + chunkOf("IEND"),
		"Apple's behind":    head + chunkOf("CgBI", "secret") + chunkOf("IDAT", rows(20)) + chunkOf("IEND"),
		"Apple's with more": signature + chunkOf("CgBI", "secret") + head[8:] + chunkOf("IDAT", rows(20)) + chunkOf("IEND"),
	} {
		p := planOf(t, []byte(data), scrub.Options{})
		if p.Status() != scrub.Partly && bytes.Contains(scrubtest.Perform([]byte(data), p), []byte("secret")) {
			t.Errorf("%s: %s", name, p.Status())
		}
	}
}

func TestIndexDoesNotReadThePicture(t *testing.T) {
	data := picture(stored(4<<20)+"secret", chunkOf("tEXt", "Comment\x00secret"))
	p := planOf(t, data, scrub.Options{Depth: scrub.DepthIndex})
	if p.Status() != scrub.Dirty || p.Read > 64<<10 {
		t.Errorf("%s after %d bytes: %q", p.Status(), p.Read, p.Doubts)
	}
}

// What proves itself goes from a damaged picture, and the rest stays.
func TestDamaged(t *testing.T) {
	head, pixels, tail := parts()
	note, other := chunkOf("tEXt", "Author\x00secret"), chunkOf("prVt", "may be picture")
	for _, c := range []struct{ name, data, want string }{
		{"no header", signature + note + pixels + other + tail, `chunk "tEXt" of 13 bytes at 0x8, expected IHDR of 13 first and once`},
		{"two headers", head + head[8:] + note + pixels + other + tail, `chunk "IHDR" of 13 bytes at 0x21, expected IHDR of 13 first and once`},
		{"header of another length", signature + chunkOf("IHDR", "x") + note + pixels + other + tail, `chunk "IHDR" of 1 bytes at 0x8, expected IHDR of 13`},
		{"header without pixels", signature + chunkOf("IHDR", u32(0), u32(1), "\x08\x00\x00\x00\x00") + note + pixels + other + tail, "IHDR is 00 00 00 00 00 00 00 01 08 00 00 00 00"},
		{"header of no kind", signature + chunkOf("IHDR", u32(1), u32(1), "\x08\x05\x00\x00\x00") + note + pixels + other + tail, "IHDR is 00 00 00 01 00 00 00 01 08 05 00 00 00"},
		{"header with a wrong checksum", head[:8] + spoiled(head[8:]) + note + pixels + other + tail, "the checksum of IHDR is wrong"},
		{"no pixels", head + note + other + tail, "png: IEND without IDAT at 0x54"},
		{"type of other characters", head + note + chunkOf("a b!") + pixels + other + tail, `png: chunk type "a b!" at 0x3e`},
		{"critical chunk", head + note + chunkOf("CRIt", "x") + other + pixels + tail, `chunk "CRIt" at 0x3a may be one of the picture's`},
		{"pixels of another name", head + note + pixels[:4] + "i" + pixels[5:] + other + tail, `chunk "iDAT" at 0x3a may be one of the picture's`},
		{"chunk that is too long", head + note + u32(-1<<31) + "tEXt" + pixels + other + tail, `png: chunk "tEXt" of 2147483648 bytes at 0x3a`},
		{"pixels that are too long", head + note + u32(1<<20) + pixels[4:] + other + chunkOf("tEXt", "Comment\x00secret") + tail, `png: chunk "IDAT" of 1048576 bytes, `},
		{"pixels that are too short", head + note + u32(9) + pixels[4:] + other + chunkOf("tEXt", "Comment\x00secret") + tail, `png: chunk type `},
		{"a text that is too long", head + u32(30) + chunkOf("tEXt", "Author\x00s")[4:] + note + pixels + other + tail, `png: chunk type `},
		{"zeros", head + note + pixels[:len(pixels)/2] + string(make([]byte, len(pixels)-len(pixels)/2)) + other + tail, "does not decompress"},
		{"end with a wrong checksum", head + note + pixels + other + spoiled(tail), "the checksum of IEND"},
		{"remains of a chunk", head + note + pixels + other + "abc", "png: 3 bytes of a chunk"},
		{"pixels that are cut short", head + note + other + pixels[:len(pixels)-1], `png: chunk "IDAT" of `},
		{"a text that is cut short", head + note + pixels + other + chunkOf("tEXt", "Author\x00secret")[:20], `png: chunk "tEXt" of 13 bytes, 8 are left`},
		{"a text of another name", head + note[:4] + "tEHt" + note[8:] + pixels + other + tail, `chunk "tEHt" at 0x21 may be one of the picture's`},
		{"a text of a name without letters", head + note[:4] + "|EXt" + note[8:] + pixels + other + tail, `png: chunk type "|EXt" at 0x25`},
		{"a text whose length is wrong", head + u32(13+1<<20) + note[4:] + pixels + other + tail, `png: chunk "tEXt" of 1048589 bytes`},
		{"a text whose length is a little wrong", head + u32(13|64) + note[4:] + pixels + other + tail, `png: chunk `},
		{"a text that zeros cut short", head + pixels + other + note[:18] + string(make([]byte, 99)), `png: chunk type "\x00\x00\x00\x00"`},
		{"a text before zeros", head + note[:18] + string(make([]byte, 90)) + other + pixels + tail, `png: chunk type "\x00\x00\x00\x00"`},
		{"EXIF that is cut short", head + pixels + other + chunkOf("eXIf", tiff(1))[:50], `png: chunk "eXIf"`},
		{"a text that is cut short first", head + chunkOf("tEXt", "Author\x00secret")[:20], `png: chunk "tEXt" of 13 bytes, 8 are left`},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := scrubtest.Harness{Engine: engine, Variants: 20}
			if strings.Contains(c.name, "a text") { // cut shorter still, more of it is known to be one
				h.Variants = -1
			}
			p := h.Laws(t, c.name, []byte(c.data))
			after := string(scrubtest.Perform([]byte(c.data), p))
			if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), c.want) {
				t.Errorf("%s: %q, want %q", p.Status(), p.Doubts, c.want)
			}
			if len(after) != len(c.data) || strings.Contains(after, "sec") || strings.Contains(c.data, other) && c.name != "zeros" && !strings.Contains(after, other) {
				t.Errorf("became %q", after)
			}
		})
	}
	p := planOf(t, []byte(head+strings.Repeat(chunkOf("abCd"), maxChunks+1)+pixels+tail), scrub.Options{})
	if want := "png: more than 65536 chunks at 0xc0021 is not supported"; p.Refused != want {
		t.Errorf("refused %q, want %q", p.Refused, want)
	}
}

// A picture that is cut short is shown as far as it goes; what it says goes.
func TestCutShort(t *testing.T) {
	whole := pngWith(chunkOf("tEXt", "Author\x00secret"), chunkOf("tIME", "1234567"))
	_, pixels, _ := parts()
	from := bytes.Index(whole, []byte(pixels))
	for n := from + 12; n < len(whole); n += 7 {
		p := planOf(t, whole[:n], scrub.Options{})
		after := scrubtest.Perform(whole[:n], p)
		if p.Status() == scrub.Clean || p.Status() == scrub.Dirty {
			t.Errorf("%d of %d bytes are %s", n, len(whole), p.Status())
		}
		if p.Status() == scrub.Partly && bytes.Contains(after, []byte("secret")) {
			t.Errorf("%d of %d bytes: the author stays", n, len(whole))
		}
	}
}

func TestValuesAndPolicies(t *testing.T) {
	data := pngWith(chunkOf("tEXt", "Title\x00A walk in the woods")+chunkOf("tEXt", "Author\x00Jane \x01 Doe")+
		chunkOf("iTXt", "Description\x00\x01\x00en\x00\x00", string(deflated([]byte("a long one"))))+
		chunkOf("zTXt", "Creation Time\x00\x00", string(deflated([]byte("2023-11-14"))))+chunkOf("tEXt", "no keyword")+
		chunkOf("zTXt", "Comment\x00\x00not compressed")+chunkOf("eXIf", tiff(6))+iccp("DELL U2412M", profileNamed("me")),
		chunkOf("tIME", "\x07\xe7\x0b\x0e\x16\x0d\x14"))
	found := map[string]string{}
	for _, f := range planOf(t, data, scrub.Options{}).Findings {
		found[f.Place] = fmt.Sprint(f.Kind, " ", f.Value, " ", f.Goes)
	}
	for place, want := range map[string]string{
		"tEXt/Title": "caption A walk in the woods true", "tEXt/Author": "person Jane   Doe true", "iTXt/Description": "caption a long one true",
		"zTXt/Creation Time": "time 2023-11-14 true", "tEXt/": "unknown no keyword true", "zTXt/Comment": "comment  true",
		"eXIf/IFD0/Model": "device secret camera true", "iCCP/name": "device DELL U2412M true", "iCCP/cprt": "caption me true", "tIME": "time 2023-11-14 22:13:20 true",
	} {
		if found[place] != want {
			t.Errorf("%s: %q, want %q", place, found[place], want)
		}
	}
	opt := scrub.Options{Policy: scrub.Policy{Keep: []scrub.Kind{scrub.Caption, scrub.Person, scrub.Time, scrub.Device}}}
	p := (&scrubtest.Harness{Engine: engine, Options: opt}).Laws(t, "kept", data)
	after := string(scrubtest.Perform(data, p))
	for s, stays := range map[string]bool{
		"A walk in the woods": true, "Jane \x01 Doe": false, "Description": true, "Creation Time": true, "no keyword": false,
		"secret camera": true, "DELL U2412M": true, "\x07\xe7\x0b\x0e\x16\x0d\x14": true,
	} {
		if strings.Contains(after, s) != stays {
			t.Errorf("%q stays: %v, want %v", s, !stays, stays)
		}
	}
}

// spoiled gives a chunk a wrong checksum.
func spoiled(chunk string) string {
	return chunk[:len(chunk)-1] + string([]byte{chunk[len(chunk)-1] ^ 1})
}

// What readers pass over is not brought to life by a checksum that is right.
func TestWrongChecksums(t *testing.T) {
	for name, chunk := range map[string]string{
		"gAMA": chunkOf("gAMA", u32(45455)), "eXIf": chunkOf("eXIf", tiff(6)), "iCCP": iccp("Display", profileNamed("x")),
	} {
		data := pngWith(spoiled(chunk))
		after := scrubtest.Perform(data, planOf(t, data, scrub.Options{}))
		if bytes.Contains(after, []byte(name)) {
			t.Errorf("%s stays", name)
		}
		checksums(t, after)
	}
	// An interrupted run leaves a void whose checksum is that of something else.
	data := pngWith(spoiled(chunkOf("voId", string(make([]byte, 600)))))
	p := planOf(t, data, scrub.Options{})
	if p.Removes() != 1 || p.Findings[0].Place != void || len(p.Edits) != 1 {
		t.Errorf("findings %v, edits %v", p.Findings, p.Edits)
	}
	checksums(t, scrubtest.Perform(data, p))
}

// Readers don't agree on which of two blocks counts, so that each goes on saying
// what it said.
func TestBlocksThatDiffer(t *testing.T) {
	const six, one, none = "\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06", "\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x01", "eXIfMM\x00*\x00\x00\x00\x08\x00\x00"
	bare := "MM\x00*" + u32(8) + "\x00\x01\x01\x10\x00\x02" + u32(14) + u32(26) + u32(0) + "secret camera\x00"
	for name, c := range map[string]struct {
		chunks string
		stay   []string
	}{
		"usual and turned": {chunkOf("eXIf", tiff(1), text(600)) + chunkOf("eXIf", tiff(6), text(600)), []string{one, six}},
		"none and turned":  {chunkOf("eXIf", bare) + chunkOf("eXIf", tiff(6)), []string{none, six}},
		"raw and turned":   {rawProfile("zTXt", "exif", tiff(3)) + chunkOf("eXIf", tiff(6)), []string{"zTXtRaw profile type exif", six}},
		"alike":            {chunkOf("eXIf", tiff(1)) + chunkOf("eXIf", tiff(1)), nil},
	} {
		data := pngWith(c.chunks)
		h := scrubtest.Harness{Engine: engine, Sound: true, Variants: 20, Secrets: [][]byte{[]byte("secret")}}
		after := string(scrubtest.Perform(data, h.Laws(t, name, data)))
		for _, s := range c.stay {
			if !strings.Contains(after, s) {
				t.Errorf("%s: %q is gone", name, s)
			}
		}
		if c.stay == nil && strings.Contains(after, "eXIf") {
			t.Errorf("%s: a block stays", name)
		}
	}
}

// rawProfile is a text with a profile as ImageMagick writes it.
func rawProfile(typ, name, tiff string) string {
	b := "Exif\x00\x00" + tiff
	words := fmt.Sprintf("\n%s\n%8d\n%x\n", name, len(b), b)
	key := "Raw profile type " + name + "\x00"
	switch typ {
	case "zTXt":
		return chunkOf(typ, key, "\x00", string(deflated([]byte(words))))
	case "iTXt":
		return chunkOf(typ, key, "\x00\x00\x00\x00", words)
	}
	return chunkOf(typ, key, words)
}

func TestRawProfiles(t *testing.T) {
	for _, typ := range []string{"tEXt", "zTXt", "iTXt"} {
		for _, name := range []string{"exif", "APP1"} {
			for orientation, stays := range map[int]bool{1: false, 6: true} {
				for pad := range 24 {
					data := pngWith(rawProfile(typ, name, tiff(orientation)+strings.Repeat("secret", pad)[:pad]))
					h := scrubtest.Harness{Engine: engine, Sound: true, Variants: -1, States: 10}
					after := scrubtest.Perform(data, h.Laws(t, typ+name, data))
					checksums(t, after)
					_, words, _ := bytes.Cut(after, []byte(typ+"Raw profile type "+name+"\x00"))
					if stays != (words != nil) {
						t.Fatalf("%s %s %d: stays: %v", typ, name, orientation, !stays)
					}
					if !stays {
						continue
					}
					text := words[:bytes.IndexByte(words, '\n')+1]
					if typ == "zTXt" {
						text = inflated(words[1:], 4<<10)
					} else {
						text = words[len(text)-1:]
					}
					lines := strings.SplitN(string(text), "\n", 4)
					tail, _, _ := strings.Cut(lines[3], "\n")
					if len(lines) < 4 || lines[1] != name || !strings.HasPrefix(tail, "457869660000") || strings.Contains(string(text), "736563726574") {
						t.Fatalf("%s %s: became %q", typ, name, text)
					}
				}
			}
		}
	}
}

// A raw profile without what ImageMagick writes before the block: ExifTool and Pillow read it.
func TestBareRawProfile(t *testing.T) {
	block := tiff(6)
	data := pngWith(chunkOf("zTXt", "Raw profile type exif\x00\x00", string(deflated([]byte(fmt.Sprintf("\nexif\n%8d\n%x\n", len(block), block))))))
	h := scrubtest.Harness{Engine: engine, Sound: true, Variants: -1, States: 10}
	_, words, found := bytes.Cut(scrubtest.Perform(data, h.Laws(t, "bare", data)), []byte("Raw profile type exif\x00\x00"))
	if text := string(inflated(words, 4<<10)); !found || !strings.Contains(text, "0112000300000001000600") || strings.Contains(text, "736563726574") {
		t.Errorf("became %q", text)
	}
}

func TestProfileThatTellsNothingStays(t *testing.T) {
	data := pngWith(iccp("Photoshop ICC profile", profileNamed("-")))
	if p := planOf(t, data, scrub.Options{}); p.Status() != scrub.Clean {
		t.Errorf("%s: %v", p.Status(), p.Findings)
	}
}

func TestProfileIsTheScrubbedOne(t *testing.T) {
	old := profileNamed(text(500))
	want, _, err := icc.Clean([]byte(old), scrub.Policy{})
	if err != nil {
		t.Fatal(err)
	}
	for pad := range 40 {
		data := pngWith(chunkOf("voId", string(make([]byte, 400+pad))) + iccp("secret display", old))
		after := scrubtest.Perform(data, planOf(t, data, scrub.Options{}))
		i := bytes.Index(after, []byte("iCCP"))
		got, err := (&cleaner{Scan: nil}).unpack(after[i+4:])
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d: another profile: %v", pad, err)
		}
	}
}

// unpack returns the profile after a name.
func (*cleaner) unpack(b []byte) ([]byte, error) {
	_, packed, _ := bytes.Cut(b, []byte{0})
	out := inflated(packed[1:], 1<<20)
	if out == nil {
		return nil, errors.New("does not decompress")
	}
	return out, nil
}

func TestProfilesThatCannotBeCleaned(t *testing.T) {
	link := []byte(profileNamed("me"))
	copy(link[12:], "link")
	p := planOf(t, pngWith(iccp("icc", string(link))), scrub.Options{})
	if p.Status() != scrub.Partly || len(p.Edits) > 0 {
		t.Errorf("a device link: %s, %d edits", p.Status(), len(p.Edits))
	}
	big := pngWith(chunkOf("iCCP", "icc\x00\x00", string(deflated(make([]byte, maxProfile+1)))))
	if after := scrubtest.Perform(big, planOf(t, big, scrub.Options{})); bytes.Contains(after, []byte("iCCP")) {
		t.Error("a profile beyond all bounds stays")
	}
}

func TestInterlaced(t *testing.T) {
	for _, c := range []struct{ w, h, want int64 }{{8, 8, 79}, {1, 1, 2}, {5, 3, 22}} {
		h := header{width: c.w, height: c.h, depth: 8, colour: 0, interlaced: true}
		if got := h.bytes(c.w, c.h); got != c.want {
			t.Errorf("%d by %d: %d, want %d", c.w, c.h, got, c.want)
		}
	}
}

// holder has a PNG in two pieces, as music files have covers.
var holder = scrub.NewEngine([]scrub.Format{Format, icc.Format, {Name: "holder",
	Sniff: func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("HOLD")) },
	Parse: func(s *scrub.Scan) error {
		half := (s.Size() - 9) / 2
		s.Claim(0, 4, scrub.Structure, "head")
		s.Claim(4+half, 5, scrub.Structure, "middle")
		x := scrub.Extents{{Off: 4, Len: half}, {Off: 9 + half, Len: s.Size() - 9 - half}}
		return s.Medium(x, "cover")
	}}})

func TestNested(t *testing.T) {
	for _, m := range media {
		data := append([]byte("HOLD"), m.data...)
		half := (len(m.data)) / 2
		data = append(append(bytes.Clone(data[:4+half]), "-----"...), data[4+half:]...)
		h := scrubtest.Harness{Engine: holder, Variants: -1, States: 40}
		p := h.Laws(t, m.name, data)
		after := scrubtest.Perform(data, p)
		if len(after) != len(data) {
			t.Errorf("%s: %d bytes became %d", m.name, len(data), len(after))
		}
		inner := append(bytes.Clone(after[4:4+half]), after[9+half:]...)
		if m.secret != "" && bytes.Contains(inner, []byte(m.secret)) {
			t.Errorf("%s: %q stays", m.name, m.secret)
		}
		if !strings.Contains(m.name, "IEND") {
			decoded(t, inner)
		}
	}
}

func TestBackwardUndoesTheTable(t *testing.T) {
	for i, v := range crc32.IEEETable {
		if got := backward[v>>24]; got>>8 != v&0xffffff || got&0xff != uint32(i) {
			t.Fatalf("entry %d: %08x of %08x", i, got, v)
		}
	}
}

func FuzzPNG(f *testing.F) {
	var seeds [][]byte
	for _, m := range media {
		seeds = append(seeds, m.data)
	}
	seeds = append(seeds, picture(rows(20)+"secret"), picture(rows(20), chunkOf("IDAT", text(600))))
	scrubtest.Fuzz(f, engine, seeds...)
}
