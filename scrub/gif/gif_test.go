package gif

import (
	"bytes"
	"image/gif"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/icc"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{Format, icc.Format})

func FuzzGIF(f *testing.F) { scrubtest.Fuzz(f, engine, samples.Of("gif")...) }

func plan(t *testing.T, data []byte) *scrub.Plan {
	t.Helper()
	p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pair is a GIF of two pictures of four pixels with something between them.
func pair(between []byte) []byte {
	picture := "\x2c\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02\x03\x44\x02\x05\x00"
	return slices.Concat([]byte("GIF89a\x02\x00\x02\x00\x80\x00\x00\x01\x02\x03\x04\x05\x06"+picture), between, []byte(picture+";"))
}

// Whatever the lengths of sub-blocks, readers find the next picture after every write, and
// nothing is left of the data or the lengths.
func TestSubBlocksOfAnyLength(t *testing.T) {
	lot := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		block := []byte{0x21, 0xfe}
		for range 1 + lot.IntN(9) {
			n := 1 + lot.IntN([]int{2, 20, 255}[lot.IntN(3)])
			block = append(append(block, byte(n)), strings.Repeat("\x81", n)...)
		}
		data := pair(append(block, 0))
		p := plan(t, data)
		for what, state := range scrubtest.Steps(data, p) {
			if g, err := gif.DecodeAll(bytes.NewReader(state)); err != nil || len(g.Image) != 2 {
				t.Fatalf("%d bytes, %s: %v", len(block), what, err)
			}
		}
		after := scrubtest.Perform(data, p)
		if p := plan(t, after); p.Status() != scrub.Clean {
			t.Fatalf("%s %q % x", p.Status(), p.Doubts, after)
		}
		if rest := len(bytes.ReplaceAll(after[35:35+len(block)+1], []byte{0}, nil)); rest > 2+len(block)/256+1 {
			t.Errorf("%d bytes are left of %d: % x", rest, len(block), after)
		}
	}
}

// What players differ in, or show nothing of, is said, and stays.
func TestDoubts(t *testing.T) {
	control := "\x21\xf9\x04\x00\x01\x00\x00\x00"
	for want, between := range map[string]string{
		"two graphic controls":                  control + "\x21\xfe\x00" + control,
		"two blocks that differ tell how often": "\x21\xff\x0bNETSCAPE2.0\x03\x01\x01\x00\x00" + "\x21\xff\x0bNETSCAPE2.0\x03\x01\x02\x00\x00",
		"does not tell how often":               "\x21\xff\x0bNETSCAPE2.0\x03\x07\x01\x00\x00",
		"where players show nothing of it":      "\x2c\x02\x00\x00\x00\x02\x00\x02\x00\x00\x02\x03\x44\x02\x05\x00",
		"a picture of 2 pixels has 4":           "\x2c\x00\x00\x00\x00\x02\x00\x01\x00\x00\x02\x03\x44\x02\x05\x00",
		"the colour profile stays":              "\x21\xff\x0bICCRGBG1012\x02no\x00",
		"a graphic control of 4 bytes":          "\x21\xf9\x02\x00\x01\x00",
		"text that is drawn starts with 2":      "\x21\x01\x02no\x00",
		`part "FD" may have a damaged name`:     "\x21\xfd\x04\x00\x01\x00\x00\x00",
		"no trailer, or something that is no":   "what",
		"a length or name that it can't have":   "\x21\xfe\x10\x00\x2c\x00\x00\x00\x00\x02\x00\x02\x00\x00\x02\x03\x44\x02\x05\x00",
	} {
		t.Run(want, func(t *testing.T) {
			data := pair([]byte(between + "\x21\xfe\x06CANARY\x00"))
			p := plan(t, data)
			after := scrubtest.Perform(data, p)
			if !strings.Contains(strings.Join(p.Doubts, "; "), want) || p.End != p.Size {
				t.Errorf("%s %q", p.Status(), p.Doubts)
			}
			if !bytes.Contains(after, []byte("\x03\x44\x02\x05\x00;")) || bytes.Contains(after, []byte("CANARY")) && want[:10] != "no trailer" && want[:8] != "a length" {
				t.Errorf("%q", after)
			}
		})
	}
}

// An animation that was not finished keeps all of its pictures.
func TestUnfinished(t *testing.T) {
	whole := pair([]byte("\x21\xfe\x06CANARY\x00\x21\xf9\x04\x00\x01\x00\x00\x00"))
	for n := range len(whole) {
		p := plan(t, whole[:n])
		after := scrubtest.Perform(whole[:n], p)
		if n > 60 && bytes.Contains(after, []byte("CANARY")) || p.End != p.Size || p.Status() == scrub.Clean || p.Status() == scrub.Dirty {
			t.Errorf("%d bytes: %s %q", n, p.Status(), after)
		}
		if n > 60 && !bytes.Equal(after[60:], whole[60:n]) {
			t.Errorf("%d bytes: picture changed", n)
		}
	}
}

// Colours that pictures show stay, others and those bits that mean nothing do not.
func TestColours(t *testing.T) {
	data := pair(nil)
	copy(data[10:], "\x81")
	data = slices.Insert(data, 19, []byte("\x07\x08\x09SPY")...)
	data[19+6+9] |= 0x10
	data[len(data)-3] |= 0xc0
	after := scrubtest.Perform(data, plan(t, data))
	if want := "\x01\x02\x03\x04\x05\x06\x00\x00\x00\x00\x00\x00\x2c"; string(after[13:26]) != want || after[34] != 0 || after[len(after)-3] != 5 {
		t.Errorf("% x", after)
	}
	grey := bytes.Replace(data, []byte("\x01\x02\x03\x04\x05\x06\x07\x08\x09SPY"), []byte("\x00\x00\x00\x01\x01\x01\x02\x02\x02\x03\x03\x03"), 1)
	if after := scrubtest.Perform(grey, plan(t, grey)); !bytes.Equal(after[13:25], grey[13:25]) {
		t.Errorf("a ramp of greys changed: % x", after)
	}
}

// No bit of blocks that go costs the picture behind them.
func TestEveryBit(t *testing.T) {
	scrubtest.EveryBit(t, engine, samples.Get("gif/programs").Data, samples.Get("gif/xmp").Data)
}

// A comment that reads as text goes, too, where what follows it is no block.
func TestCommentBeforeWhatIsNoBlock(t *testing.T) {
	data := pair([]byte("\x21\xfe\x06CANARY\x00what"))
	if p := plan(t, data); p.Status() != scrub.Partly || bytes.Contains(scrubtest.Perform(data, p), []byte("CANARY")) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}
