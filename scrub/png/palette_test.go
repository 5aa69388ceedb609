package png

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	stdpng "image/png"
	"math/rand/v2"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// paletted is a picture whose palette has n entries, of which some are used.
func paletted(n int, used ...uint8) []byte {
	var p color.Palette
	for i := range n {
		p = append(p, color.NRGBA{'s', 'e', uint8('a' + i%26), 255})
	}
	im := image.NewPaletted(image.Rect(0, 0, 37, 23), p)
	lot := rand.New(rand.NewPCG(1, 2))
	for i := range im.Pix {
		im.Pix[i] = used[lot.IntN(len(used))]
		if i%3 > 0 && i > 40 { // so that all filters have their use
			im.Pix[i] = im.Pix[i-37]
		}
	}
	var b bytes.Buffer
	if err := stdpng.Encode(&b, im); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func shown(t *testing.T, data []byte) string {
	t.Helper()
	im, err := stdpng.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for y := range im.Bounds().Dy() {
		for x := range im.Bounds().Dx() {
			r, g, bl, a := im.At(x, y).RGBA()
			fmt.Fprint(&b, r, g, bl, a, " ")
		}
	}
	return b.String()
}

func TestUnusedEntries(t *testing.T) {
	for _, c := range []struct {
		n      int
		used   []uint8
		status scrub.Status
	}{
		{2, []uint8{0, 1}, scrub.Clean}, {4, []uint8{0, 1, 2, 3}, scrub.Clean}, {16, []uint8{0, 3, 5}, scrub.Dirty}, {13, []uint8{1, 2}, scrub.Dirty},
		{256, []uint8{0, 1, 2}, scrub.Dirty}, {256, []uint8{0, 9, 120}, scrub.Dirty}, {256, []uint8{0, 250}, scrub.Dirty}, {200, []uint8{199, 190}, scrub.Dirty},
		{100, []uint8{99}, scrub.Dirty},
	} {
		name := fmt.Sprint(c.n, c.used)
		data := paletted(c.n, c.used...)
		p := (&scrubtest.Harness{Engine: engine, Variants: 20}).Laws(t, name, data)
		after := scrubtest.Perform(data, p)
		if p.Status() != c.status {
			t.Errorf("%s: %s %q", name, p.Status(), p.Doubts)
		}
		if shown(t, after) != shown(t, data) {
			t.Errorf("%s: another picture", name)
		}
		for what, state := range scrubtest.Steps(data, p) {
			if _, err := stdpng.Decode(bytes.NewReader(state)); err != nil && !strings.Contains(what, "byte") {
				t.Errorf("%s: %s: %v", name, what, err)
			}
		}
		if at := bytes.Index(after, []byte("PLTE")); c.status == scrub.Dirty {
			n := int(be32(after, at-4)) / 3
			for i := range n {
				used := i == 0 || bytes.IndexByte(c.used, uint8(i)) >= 0
				if e := after[at+4+3*i : at+7+3*i]; (string(e[:2]) == "se") != used && (used || string(e) != "\x00\x00\x00") {
					t.Errorf("%s: entry %d is %q", name, i, e)
				}
			}
		}
	}
}

// Pixels of interlaced pictures, of small depth and of frames use entries too.
func TestEntriesInUse(t *testing.T) {
	head := func(depth, interlaced string) string {
		return signature + chunkOf("IHDR", u32(5), u32(3), depth, "\x03\x00\x00", interlaced) + chunkOf("PLTE", "aaabbbcccdddeeefff")
	}
	frame := chunkOf("fcTL", u32(0), u32(2), u32(1), u32(0), u32(0), "\x00\x01\x00\x0a\x00\x00") + chunkOf("fdAT", u32(1), string(deflated([]byte("\x00\x05\x00"))))
	for name, c := range map[string]struct{ data, want string }{
		"eight bits":    {head("\x08", "\x00") + chunkOf("IDAT", string(deflated([]byte("\x00\x00\x00\x00\x01\x00"+"\x01\x03\x01\x00\x00\x00"+"\x02\x00\x00\x00\x00\x00")))), "aaabbb\x00\x00\x00dddeee\x00\x00\x00"},
		"two bits":      {head("\x02", "\x00") + chunkOf("IDAT", string(deflated([]byte("\x00\x00\x3f"+"\x00\x02\x00"+"\x00\x00\x00")))), "aaa\x00\x00\x00ccc\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
		"interlaced":    {head("\x08", "\x01") + chunkOf("IDAT", string(deflated([]byte("\x00\x01"+"\x00\x02"+"\x00\x00\x00"+"\x00\x04\x00\x00"+"\x00\x00\x00"+"\x00\x00\x00"+"\x00\x00\x00\x00\x00\x00")))), "aaabbbccc\x00\x00\x00eee\x00\x00\x00"},
		"background":    {head("\x08", "\x00") + chunkOf("bKGD", "\x04") + chunkOf("IDAT", string(deflated(make([]byte, 18)))), "aaa\x00\x00\x00\x00\x00\x00\x00\x00\x00eee\x00\x00\x00"},
		"animation":     {head("\x08", "\x00") + chunkOf("acTL", u32(1), u32(0)) + chunkOf("IDAT", string(deflated(make([]byte, 18)))) + frame, "aaa\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00fff"},
		"a broken row":  {head("\x08", "\x00") + chunkOf("IDAT", string(deflated([]byte("\x09\x00\x00\x00\x00\x00")))), "aaabbbcccdddeeefff"},
		"not decoded":   {head("\x08", "\x00") + chunkOf("IDAT", "what is this?"), "aaabbbcccdddeeefff"},
		"with an alpha": {head("\x08", "\x00") + chunkOf("tRNS", "\x01\x02\x03") + chunkOf("IDAT", string(deflated(make([]byte, 18)))), "aaa\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"},
	} {
		data := []byte(c.data + chunkOf("IEND"))
		after := scrubtest.Perform(data, planOf(t, data, scrub.Options{}))
		checksums(t, after)
		if got := string(after[41+4+8-12:][:len(c.want)]); got != c.want {
			t.Errorf("%s: the palette is %q, want %q", name, got, c.want)
		}
		if name == "with an alpha" && !bytes.Contains(after, []byte("tRNS\x01\x00\x00")) {
			t.Errorf("alphas of no pixel stay: %q", after)
		}
	}
}

// What says nothing of how a picture looks may say something else.
func TestChunksOfNoEffect(t *testing.T) {
	words := func(n int) string { return text(n) }
	std := u32(31270) + u32(32900) + u32(64000) + u32(33000) + u32(30000) + u32(60000) + u32(15000) + u32(6000)
	p3 := u32(31270) + u32(32900) + u32(68000) + u32(32000) + u32(26500) + u32(69000) + u32(15000) + u32(6000)
	mdcv := "\x8a\x48\x39\x08" + "\x21\x34\x9b\xaa" + "\x19\x96\x08\xfc" + "\x3d\x13\x40\x42" + u32(10000000) + u32(50)
	for _, c := range []struct{ name, chunks, stays string }{
		{"palette of a coloured picture", chunkOf("PLTE", words(768)), ""},
		{"short palette of one", chunkOf("PLTE", words(30)), ""},
		{"histogram", chunkOf("hIST", words(20)), ""},
		{"words as colours", chunkOf("cHRM", words(32)), ""},
		{"colours", chunkOf("cHRM", p3), "cHRM"},
		{"other colours than those named", chunkOf("sRGB", "\x00") + chunkOf("cHRM", p3), "sRGB"},
		{"the colours named", chunkOf("cHRM", std) + chunkOf("sRGB", "\x00"), "cHRMsRGB"},
		{"white outside", chunkOf("cHRM", u32(64000), u32(33000), std[8:]), ""},
		{"words as gamma", chunkOf("gAMA", "Jane"), ""},
		{"words as dots", chunkOf("pHYs", words(8), "\x01"), ""},
		{"dots", chunkOf("pHYs", u32(11811), u32(11811), "\x01"), "pHYs"},
		{"words as offset", chunkOf("oFFs", words(8), "\x01"), ""},
		{"offset", chunkOf("oFFs", u32(-5), u32(7), "\x00"), "oFFs"},
		{"words as depth", chunkOf("sBIT", "Jane"), ""},
		{"words as background", chunkOf("bKGD", "Jane D"), ""},
		{"words as colour space", chunkOf("cICP", "Jane"), ""},
		{"words as intent", chunkOf("sRGB", "J"), ""},
		{"a display", chunkOf("mDCV", mdcv) + chunkOf("cICP", "\x09\x10\x00\x01"), "mDCVcICP"},
		{"a display without light", chunkOf("mDCV", mdcv), ""},
		{"words as display", chunkOf("mDCV", words(24)) + chunkOf("cICP", "\x09\x10\x00\x01"), "cICP"},
		{"words as light", chunkOf("cLLI", words(8)), ""},
	} {
		data := pngWith(c.chunks)
		p := (&scrubtest.Harness{Engine: engine, Variants: -1, States: 40}).Laws(t, c.name, data)
		after := scrubtest.Perform(data, p)
		decoded(t, after)
		checksums(t, after)
		got := ""
		for at := 33; at < len(after); at += 12 + int(be32(after, at)) {
			if typ := string(after[at+4 : at+8]); !strings.Contains("IDAT IEND voId", typ) {
				got += typ
			}
		}
		if got != c.stays || (p.Status() == scrub.Dirty) == (c.stays != "" && p.Removes() == 0) {
			t.Errorf("%s: %q stay, want %q; %s %q", c.name, got, c.stays, p.Status(), p.Doubts)
		}
	}
}

// Readers that refuse a file for a wrong checksum read it between any two writes.
func TestStrictReaders(t *testing.T) {
	all := map[string][]byte{"unused": paletted(256, 0, 1, 7)}
	for _, m := range media {
		for _, n := range pads {
			all[fmt.Sprint(m.name, n)] = append(append(bytes.Clone(m.data[:33]), chunkOf("voId", string(make([]byte, n)))...), m.data[33:]...)
		}
	}
	for name, data := range all {
		if _, err := stdpng.Decode(bytes.NewReader(data)); err != nil {
			continue
		}
		for what, state := range scrubtest.Steps(data, planOf(t, data, scrub.Options{})) {
			if _, err := stdpng.Decode(bytes.NewReader(state)); err != nil {
				t.Errorf("%s: %s: %v", name, what, err)
			}
			if state[len(state)-1] != 0 { // not the tail that is being filled
				checksums(t, state[:bytes.Index(state, []byte("IEND"))-4])
			}
		}
	}
}

// An entry that is black and in use is no part of what is cut off.
func TestBlackEntryStays(t *testing.T) {
	data := []byte(signature + chunkOf("IHDR", u32(2), u32(1), "\x08\x03\x00\x00\x00") + chunkOf("PLTE", "abcdef\x00\x00\x00"+text(759)) + chunkOf("IDAT", string(deflated([]byte("\x00\x02\x01")))) + chunkOf("IEND"))
	p := planOf(t, data, scrub.Options{})
	after := scrubtest.Perform(data, p)
	if p.Status() != scrub.Dirty || !bytes.Contains(after, []byte(u32(9)+"PLTE\x00\x00\x00def\x00\x00\x00")) && !bytes.Contains(after, []byte(u32(9)+"PLTEabcdef\x00\x00\x00")) {
		t.Errorf("%s: became %q", p.Status(), after[33:80])
	}
}
