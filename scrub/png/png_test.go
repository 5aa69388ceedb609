package png

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	stdpng "image/png"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/icc"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{Format, icc.Format})

func chunkOf(typ string, data ...string) string {
	body := typ + strings.Join(data, "")
	b := binary.BigEndian.AppendUint32(nil, uint32(len(body)-4))
	return string(binary.BigEndian.AppendUint32(append(b, body...), crc32.ChecksumIEEE([]byte(body))))
}

func u32(n int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(n))) }

// parts are the chunks of a coded picture.
func parts() (head, pixels, tail string) {
	im := image.NewNRGBA(image.Rect(0, 0, 33, 21))
	for y := range 21 {
		for x := range 33 {
			im.Set(x, y, color.NRGBA{uint8(7 * x), uint8(11 * y), uint8(x * y), uint8(255 - x)})
		}
	}
	var b bytes.Buffer
	if err := stdpng.Encode(&b, im); err != nil {
		panic(err)
	}
	const ihdr = 8 + 12 + 13
	s := b.String()
	return s[:ihdr], s[ihdr : len(s)-12], s[len(s)-12:]
}

// pngWith puts chunks before the pixels and after them.
func pngWith(before string, after ...string) []byte {
	head, pixels, tail := parts()
	return []byte(head + before + pixels + strings.Join(after, "") + tail)
}

func text(n int) string { return strings.Repeat("secret words ", n/13+1)[:n] }

// tiff is a block with an orientation and a model.
func tiff(orientation int) string {
	return "MM\x00*" + u32(8) + "\x00\x02" + "\x01\x10\x00\x02" + u32(14) + u32(38) + "\x01\x12\x00\x03" + u32(1) + string([]byte{0, byte(orientation), 0, 0}) + u32(0) + "secret camera\x00"
}

// profile is a grey profile with a name.
func profileNamed(name string) string {
	tags := []string{"text" + u32(0) + name + "\x00", "XYZ " + u32(0) + u32(0xf6d6) + u32(0x10000) + u32(0xd32d), "curv" + u32(0) + u32(1) + "\x02\x33"}
	data, table := "", u32(len(tags))
	for i, sig := range []string{"cprt", "wtpt", "kTRC"} {
		table += sig + u32(132+36+len(data)) + u32(len(tags[i]))
		data += tags[i]
	}
	head := make([]byte, 128)
	copy(head, u32(132+36+len(data)))
	copy(head[8:], "\x02\x10\x00\x00mntrGRAYXYZ ")
	copy(head[24:], "\x07\xd0\x00\x01\x00\x01")
	copy(head[36:], "acsp")
	return string(head) + table + data
}

func iccp(name, profile string) string {
	return chunkOf("iCCP", name, "\x00\x00", string(deflated([]byte(profile))))
}

// decoded tells that the picture is the one of parts.
func decoded(t *testing.T, data []byte) {
	t.Helper()
	im, err := stdpng.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	want, err := stdpng.Decode(bytes.NewReader(pngWith("")))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := im.(*image.NRGBA), want.(*image.NRGBA); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("the picture is another one")
	}
}

// pads are lengths that move what follows across the sectors of a file.
var pads = []int{0, 380, 411, 430, 460}

var media = []struct {
	name   string
	data   []byte
	secret string
	stay   string
}{
	{"plain", pngWith(""), "", ""},
	{"text", pngWith(chunkOf("tEXt", "Author\x00secret author") + chunkOf("zTXt", "Comment\x00\x00", string(deflated([]byte("x")))) + chunkOf("iTXt", "Title\x00\x00\x00\x00\x00secret title")), "secret", ""},
	{"long text", pngWith(chunkOf("tEXt", "Comment\x00", text(5000))), "secret", ""},
	{"late text", pngWith("", chunkOf("tEXt", "Comment\x00", text(700)), chunkOf("tIME", "\x07\xe7\x0b\x0e\x16\x0d\x14")), "secret", ""},
	{"private", pngWith(chunkOf("prVt", text(600)) + chunkOf("abCd") + chunkOf("wxYz", "ab")), "secret", ""},
	{"exif", pngWith(chunkOf("eXIf", tiff(1))), "secret", ""},
	{"exif with orientation", pngWith(chunkOf("eXIf", tiff(6))), "secret", "eXIfMM\x00*" + u32(8) + "\x00\x01\x01\x12"},
	{"long exif with orientation", pngWith(chunkOf("eXIf", tiff(6), text(3000))), "secret", "eXIfMM\x00*" + u32(8) + "\x00\x01\x01\x12"},
	{"exif without a block", pngWith(chunkOf("eXIf", "Exif\x00\x00secret")), "secret", ""},
	{"two exif", pngWith(chunkOf("eXIf", tiff(3)), chunkOf("eXIf", tiff(6))), "secret", "\x00\x01\x00\x03"},
	{"colours", pngWith(chunkOf("gAMA", u32(45455)) + chunkOf("sRGB", "\x00") + chunkOf("pHYs", u32(2835), u32(2835), "\x01") + chunkOf("cICP", "\x01\x0d\x00\x01")), "", "gAMA\x00\x00\xb1\x8f"},
	{"colours with more", pngWith(chunkOf("gAMA", u32(45455), "secret")+chunkOf("gAMA", u32(45455))+chunkOf("gAMA", "seCR"), chunkOf("pHYs", "secret123")), "se", "gAMA\x00\x00\xb1\x8f"},
	{"chunks without a meaning", pngWith(chunkOf("hIST", "secret")+chunkOf("tRNS", "secret")+chunkOf("bKGD", "s")+chunkOf("sBIT", "sec")+chunkOf("fcTL", text(26))+chunkOf("acTL", "secret"),
		chunkOf("acTL", u32(1), "secr"), chunkOf("fdAT", "secret")), "se", ""},
	{"hidden in a void", pngWith(chunkOf("voId", text(900)) + chunkOf("voId", "secret") + chunkOf("voId")), "secret", ""},
	{"tail", append(pngWith(""), text(700)...), "secret", ""},
	{"data in IEND", []byte(strings.Replace(string(pngWith("")), chunkOf("IEND"), chunkOf("IEND", "secret"), 1)), "secret", ""},
	{"profile", pngWith(iccp("secret name", profileNamed("owner"))), "secret name", ""},
	{"profile of a display", pngWith(iccp("Display", profileNamed(text(900)))), "Display", "iCCP"},
	{"profile that is neutral", pngWith(iccp("icc", profileNamed("----"))), "", "icc\x00\x00"},
	{"profile with slack", pngWith(chunkOf("iCCP", "icc\x00\x00", string(deflated([]byte(profileNamed("----")))), text(800))), "secret", "iCCP"},
	{"two profiles", pngWith(iccp("icc", profileNamed("----")) + iccp("secret", profileNamed("other"))), "secret", "icc\x00\x00"},
	{"no profile", pngWith(chunkOf("iCCP", "secret name\x00\x00not compressed") + chunkOf("iCCP", "secret") + iccp("icc", "secret, not a profile")), "secret", ""},
	{"animation", pngWith(chunkOf("acTL", u32(2), u32(0))+chunkOf("fcTL", u32(0), u32(33), u32(21), u32(0), u32(0), "\x00\x01\x00\x0a\x00\x00"),
		chunkOf("fcTL", u32(1), u32(1), u32(1), u32(0), u32(0), "\x00\x01\x00\x0a\x00\x00"), chunkOf("fdAT", u32(2), string(deflated(make([]byte, 5)))), chunkOf("tEXt", "Comment\x00secret")), "secret", "fdAT"},
}

func TestLaws(t *testing.T) {
	for _, m := range media {
		for _, n := range pads {
			data := m.data
			if n > 0 { // moves the rest
				data = append(append(bytes.Clone(data[:33]), chunkOf("voId", string(make([]byte, n)))...), data[33:]...)
			}
			t.Run(fmt.Sprintf("%s at %d", m.name, n), func(t *testing.T) {
				h := scrubtest.Harness{Engine: engine, Sound: true, Variants: 40}
				if m.secret != "" {
					h.Secrets = append(h.Secrets, []byte(m.secret))
				}
				p := h.Laws(t, m.name, data)
				after := scrubtest.Perform(data, p)
				if !bytes.Contains(after, []byte(m.stay)) {
					t.Errorf("%q is gone", m.stay)
				}
				if !strings.Contains(m.name, "IEND") {
					decoded(t, after)
				}
				checksums(t, after)
			})
		}
	}
}

// checksums makes sure that those of all chunks are right.
func checksums(t *testing.T, data []byte) {
	t.Helper()
	for at := 8; at < len(data); {
		n := int(binary.BigEndian.Uint32(data[at:]))
		if got, want := binary.BigEndian.Uint32(data[at+8+n:]), crc32.ChecksumIEEE(data[at+4:at+8+n]); got != want {
			t.Errorf("chunk %s at %d: checksum %08x, want %08x", data[at+4:at+8], at, got, want)
		}
		at += 12 + n
	}
}
