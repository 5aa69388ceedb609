package jpeg

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	stdjpeg "image/jpeg"
	"math/rand/v2"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/jpeg/entropy"
	"untag/scrub/scrubtest"
)

// noise returns a picture that takes all kinds of codes.
func noise(w, h, quality int) []byte {
	lot := rand.New(rand.NewPCG(uint64(w), uint64(h)))
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		m.Set(i%w, i/w, color.RGBA{uint8(lot.Uint32()), uint8(i), uint8(i / w), 255})
	}
	var b bytes.Buffer
	if err := stdjpeg.Encode(&b, m, &stdjpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// What stands between the last block and the end is found to the byte, and
// nothing is found where nothing stands.
func TestBehindLastBlock(t *testing.T) {
	for _, size := range []int{1, 8, 17, 40, 300} {
		for _, quality := range []int{5, 60, 100} {
			t.Run(fmt.Sprint(size, quality), func(t *testing.T) {
				pic := noise(size, size+3, quality)
				if p := plan(t, pic); p.Status() != scrub.Clean {
					t.Fatalf("%s: %q %+v", p.Status(), p.Doubts, p.Findings)
				}
				n := len(pic) - 2
				data := splice(pic, n, secret)
				p := plan(t, data)
				if 8*int64(len(secret)) > int64(n-bytes.Index(pic, []byte{0xFF, sos})-14+len(secret)) {
					if p.Status() != scrub.Partly {
						t.Errorf("more than may stand there is %s", p.Status())
					}
					return
				}
				want := splice(pic, n, strings.Repeat("\xff", len(secret)))
				if result := scrubtest.Perform(data, p); p.Status() != scrub.Dirty || !bytes.Equal(result, want) {
					t.Errorf("%s: %q", p.Status(), p.Doubts)
				}
			})
		}
	}
}

// Large photos are followed on request, and called shallow otherwise.
func TestFollowedOnRequest(t *testing.T) {
	pic := noise(2000, 1000, 95)
	if len(pic) < followLimit {
		t.Fatalf("the picture has only %d bytes", len(pic))
	}
	data := splice(pic, len(pic)-2, secret)
	for depth, want := range map[scrub.Depth]scrub.Status{scrub.DepthAuto: scrub.Clean, scrub.DepthDeep: scrub.Dirty} {
		p, err := engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{Depth: depth})
		if err != nil {
			t.Fatal(err)
		}
		if p.Status() != want || p.Shallow != (want == scrub.Clean) {
			t.Errorf("%s: %s, shallow %v", depth, p.Status(), p.Shallow)
		}
	}
}

// A second picture's worth behind the last block may be picture.
func TestMuchBehindLastBlock(t *testing.T) {
	pic := noise(300, 300, 90)
	data := splice(pic, len(pic)-2, strings.Repeat(secret, mostBehind/len(secret)+1))
	if p := plan(t, data); p.Status() != scrub.Partly || !strings.Contains(p.Doubts[0], "behind the last block") {
		t.Errorf("%s: %q", p.Status(), p.Doubts)
	}
}

// Bits that decoders pass over can't tell anything without its being noticed.
func TestFillingBits(t *testing.T) {
	found := 0
	for w := 8; w < 200; w += 8 {
		pic := noise(w, 8, 80)
		data := bytes.Clone(pic)
		data[len(data)-3] &^= 1
		p := plan(t, data)
		if p.Status() == scrub.Partly && strings.Contains(p.Doubts[0], "fill bytes up vary") {
			found++
			if pixels(t, data) != pixels(t, pic) {
				t.Errorf("%d: these bits are pixels", w)
			}
		}
	}
	if found == 0 {
		t.Error("none was found")
	}
}

// Where the end of one scan is in doubt nothing is cut from another, whichever
// comes first.
func TestFillingBitsOfALaterScan(t *testing.T) {
	const across, down = 63, 13 // blocks of one bit: the last byte of a scan has five to fill
	blocks := strings.Repeat("\x00", across*down/8)
	tables := seg(dqt, "\x00"+strings.Repeat("\x01", 64)) + seg(dht, "\x00\x01"+strings.Repeat("\x00", 16), "\x10\x01"+strings.Repeat("\x00", 16))
	head := "\xff\xd8" + tables + seg(sof2, "\x08", be16(8*down), be16(8*across), "\x01\x01\x11\x00")
	for last, want := range map[string]scrub.Status{"\x1f": scrub.Dirty, "\x15": scrub.Partly} {
		pic := []byte(head + seg(sos, "\x01\x01\x00\x00\x00\x01") + blocks + "\x1f" + secret +
			seg(sos, "\x01\x01\x00\x00\x00\x10") + blocks + "\x1f" +
			seg(sos, "\x01\x01\x00\x01\x3f\x00") + blocks + last + "\xff\xd9")
		p := plan(t, pic)
		if gone := !bytes.Contains(scrubtest.Perform(pic, p), []byte(secret)); p.Status() != want || gone != (want == scrub.Dirty) {
			t.Errorf("%x: %s, and what is behind the first scan goes: %v; %q", last, p.Status(), gone, p.Doubts)
		}
	}
}

// A scan of what was there before is drawn by some decoders, and passed over by others.
func TestScanThatRepeats(t *testing.T) {
	for name, pic := range map[string][]byte{"baseline": encode(40, 40), "noise": noise(17, 20, 60)} {
		at := bytes.Index(pic, []byte{0xFF, sos})
		header := string(pic[at : at+2+int(pic[at+2])<<8+int(pic[at+3])])
		for _, coded := range []string{secret, strings.Repeat(secret, 20), string(pic[at+len(header) : len(pic)-2])} {
			data := splice(pic, len(pic)-2, header+coded)
			if p := plan(t, data); p.Status() != scrub.Partly {
				t.Errorf("%s with a scan of %d bytes more is %s", name, len(coded), p.Status())
			}
		}
	}
}

// A picture that can't be stepped through is not called clean, by no plan.
func TestPictureThatCanNotBeSteppedThrough(t *testing.T) {
	pic := encode(16, 16)
	sof := bytes.Index(pic, []byte{0xFF, sof0})
	odd := bytes.Clone(pic)
	odd[sof+11] = 0x51 // sampling of 5
	flat := bytes.Clone(pic)
	copy(flat[sof+5:], "\x00\x00")
	for name, data := range map[string][]byte{
		"sampling":     odd,
		"no height":    flat,
		"hierarchical": with(pic, "\xff\xde"+string(pic[sof+2:sof+4])+string(pic[sof+4:sof+2+int(pic[sof+2])<<8+int(pic[sof+3])])),
	} {
		data = with(data, seg(com, secret))
		first := plan(t, data)
		after := scrubtest.Perform(data, first)
		if second := plan(t, after); first.Status() != scrub.Partly || second.Status() != scrub.Partly {
			t.Errorf("%s: %s, and afterwards %s: %q", name, first.Status(), second.Status(), first.Doubts)
		}
	}
}

// What is in doubt is told; the list of what is not grows with no file.
func TestGapsAreBounded(t *testing.T) {
	const across = 128
	for n, want := range map[int]scrub.Status{entropy.MaxGaps / 2: scrub.Clean, entropy.MaxGaps + across: scrub.Partly} {
		var pic strings.Builder
		pic.WriteString("\xff\xd8" + seg(dqt, "\x00"+strings.Repeat("\x01", 64)) + seg(dht, "\x00\x01"+strings.Repeat("\x00", 16), "\x10\x01"+strings.Repeat("\x00", 16)) +
			seg(sof0, "\x08", be16(uint16(n/across*8)), be16(across*8), "\x01\x01\x11\x00") + seg(dri, "\x00\x01") + seg(sos, "\x01\x01\x00\x00\x3f\x00"))
		for i := range n - 1 {
			pic.WriteString("\x3f\x00\xff" + string([]byte{rst0 + byte(i&7)}))
		}
		pic.WriteString("\x3f\x00\xff\xd9")
		if p := plan(t, []byte(pic.String())); p.Status() != want {
			t.Errorf("with %d gaps it is %s: %q %+v", n, p.Status(), p.Doubts, p.Findings)
		}
	}
}

// Restart markers count from 0 to 7.
func TestRestartsInOrder(t *testing.T) {
	pic := samples.Get("jpeg/restarts").Data
	at := bytes.Index(pic, []byte{0xFF, rst0 + 3})
	data := bytes.Clone(pic)
	data[at+1] = rst0 + 5
	if p := plan(t, data); p.Status() != scrub.Partly {
		t.Errorf("a marker out of order is %s", p.Status())
	}
}

// Tables are small in the file, and large in memory.
func TestTablesAreBounded(t *testing.T) {
	for n, want := range map[int]scrub.Status{entropy.MaxTables / 2: scrub.Clean, entropy.MaxTables + 1: scrub.Partly} {
		empty := strings.Repeat("\x13"+strings.Repeat("\x00", 16), n)
		if p := plan(t, photo(seg(dht, empty))); p.Status() != want {
			t.Errorf("with %d tables it is %s: %q", n, p.Status(), p.Doubts)
		}
	}
}

// No depth reaches behind the last block of what is not Huffman-coded.
func TestOtherCodingIsNotLookedInto(t *testing.T) {
	for _, c := range []struct {
		data []byte
		want bool
	}{{codedData("abc"), true}, {encode(8, 8), false}} {
		p, err := engine().Plan(bytes.NewReader(c.data), int64(len(c.data)), scrub.Options{Depth: scrub.DepthDeep})
		if err != nil {
			t.Fatal(err)
		}
		if p.Shallow != c.want {
			t.Errorf("shallow %v, want %v", p.Shallow, c.want)
		}
	}
}
