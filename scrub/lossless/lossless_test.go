package lossless_test

import (
	"bytes"
	"crypto/md5"
	"math/rand/v2"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func plan(t testing.TB, data []byte) (*scrub.Plan, string) {
	t.Helper()
	p, after := scrubtest.Clean(t, formats.Engine(), data, scrub.Options{})
	return p, string(after)
}

func FuzzLossless(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("wavpack", "ape", "tta", "tak")...)
}

// The checksum of a block is that of what it becomes, and headers that tell nothing stay.
func TestWavPack(t *testing.T) {
	s := samples.Get("wavpack/wrapper")
	p, after := plan(t, s.Data)
	if p.Status() != scrub.Dirty || !strings.Contains(after, "WAVEfmt ") || !strings.Contains(after, "JUNK") {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
	for rest := after; strings.HasPrefix(rest, "wvpk"); {
		n := int(rest[4]) | int(rest[5])<<8
		block := rest[:n+8]
		c := uint32(0xffffffff)
		for i := 0; i < len(block)-6; i += 2 {
			c = c*3 + uint32(block[i]) + uint32(block[i+1])<<8
		}
		want := string([]byte{byte(c), byte(c >> 8), byte(c >> 16), byte(c >> 24)})
		if got := block[len(block)-4:]; got != want {
			t.Errorf("checksum % x, want % x", got, want)
		}
		rest = rest[n+8:]
	}
}

// Sub-blocks that stay are looked at: of how many bytes they are, and for text.
func TestSubBlocks(t *testing.T) {
	old := string(samples.Get("wavpack/one-block").Data)
	block := old[:8+int(old[4])+int(old[5])<<8]
	with := func(sub string) []byte {
		b := []byte(block + sub)
		b[4], b[5] = byte((len(b)-8)&0xff), byte((len(b)-8)>>8)
		return b
	}
	for _, c := range []struct{ name, sub, doubt string }{
		{"none", "", ""},
		{"a checksum of the sound", "\x26\x08\xd4\x1d\x8c\xd9\x8f\x00\xb2\x04\xe9\x80\x09\x98\xec\xf8\x42\x7e", ""},
		{"a number for one", "\x26\x08\x07\x41\x29\x93" + strings.Repeat("\x00", 12), "text or a number"},
		{"an ending", "\x28\x02w64\x00", ""},
		{"a number for one of those", "\x28\x04SN-7741X", "no ending"},
		{"one that is longer", "\x26\x09" + strings.Repeat("\x81", 18), "longer than it can be"},
		{"one that is text", "\x26\x08of Jane Doe, OK.", "text or a number"},
		{"of no kind", "\x1e\x01ab", "nobody knows"},
		{"text for sound", "\x0e\x0cby Jane Doe, Springfield", "text among"},
	} {
		p, _ := plan(t, with(c.sub))
		if doubts := strings.Join(p.Doubts, " "); (c.doubt == "") != (doubts == "") || !strings.Contains(doubts, c.doubt) || p.Refused != "" {
			t.Errorf("%s: %q %s", c.name, doubts, p.Refused)
		}
	}
}

// A bit of what says of which kind a part of a block is, or how long, costs no sound.
func TestBitsOfSubBlocks(t *testing.T) {
	for _, name := range []string{"wavpack/wrapper", "wavpack/old"} {
		data := samples.Get(name).Data
		first := 8 + int(data[4]) + int(data[5])<<8
		second := data[first : first+8+int(data[first+4])]
		sound := append(bytes.Clone(second), second...)
		for at := 32; at < len(second); at++ {
			for bit := range 8 {
				bad := bytes.Clone(sound)
				bad[at] ^= 1 << bit
				if p, after := plan(t, bad); after != string(bad) {
					t.Errorf("%s: bit %d of byte %d: %s %q", name, bit, at, p.Status(), p.Doubts)
				}
			}
		}
	}
}

// What floating-point sound has beside the rest is sound, and words of nobody's kind are none.
func TestMoreBits(t *testing.T) {
	old := string(samples.Get("wavpack/one-block").Data)
	block := old[:8+int(old[4])+int(old[5])<<8]
	for sub, goes := range map[string]bool{"\x2c\x04\x81\x92\xa3\xb4\xc5\xd6\xe7\xf8": false, "\x3e\x04JaneDoe!": true} {
		b := []byte(block + sub)
		b[4], b[5] = byte((len(b)-8)&0xff), byte((len(b)-8)>>8)
		if p, after := plan(t, b); (after != string(b)) != goes || len(p.Doubts) > 0 {
			t.Errorf("%q: %s %q", sub, p.Status(), p.Doubts)
		}
	}
}

// The checksum of Monkey's Audio is over what the file becomes (formats of the decoder: header, sound,
// trailer, then the tables before them).
func TestMonkey(t *testing.T) {
	_, after := plan(t, samples.Get("ape/stored").Data)
	b := []byte(after)
	end := bytes.Index(b, []byte("end of it")) + len("end of it") + len("CANARY-stored-trailer")
	const tables, stored = 52, 52 + 28
	sum := md5.Sum(append(bytes.Clone(b[stored:end]), b[tables:stored]...))
	if !bytes.Equal(sum[:], b[36:52]) {
		t.Errorf("checksum % x, want % x", b[36:52], sum)
	}
}

// What no decoder asks for in the heads of Monkey's Audio is a doubt.
func TestRoomOfMonkey(t *testing.T) {
	data := string(samples.Get("ape/stored").Data)
	const sum, tables, seek, text = 36, 52, 52 + 24, "7X9Q-SN-771234-A"
	longer := strings.Replace(data, "\x34\x00\x00\x00\x18", "\x44\x00\x00\x00\x18", 1)
	for name, b := range map[string]string{
		"a checksum":   data[:sum] + text + data[tables:],
		"a seek table": data[:seek] + "7X9Q" + data[seek+4:],
		"a descriptor": longer[:tables] + text + longer[tables:],
	} {
		if p, _ := plan(t, []byte(b)); p.Status() != scrub.Partly || len(p.Doubts) != 1 {
			t.Errorf("%s: %s %q", name, p.Status(), p.Doubts)
		}
	}
}

// Before 3.98 nothing tells where the sound ends: text behind it is seen, and stays.
func TestOldMonkey(t *testing.T) {
	noise := rand.New(rand.NewPCG(1, 2))
	data := append([]byte("MAC \x82\x0f\xd0\x07"), make([]byte, 24)...) // 3.97
	for range 4096 {
		data = append(data, byte(noise.Uint32()))
	}
	if p, after := plan(t, data); p.Status() != scrub.Clean || after != string(data) {
		t.Errorf("%s: %q", p.Status(), p.Doubts)
	}
	data = append(data, "recorded by Jane Doe on the machine of her brother"...)
	if p, after := plan(t, data); p.Status() != scrub.Partly || after != string(data) {
		t.Errorf("with text behind it: %s", p.Status())
	}
}

func TestTTADamaged(t *testing.T) {
	data := samples.Get("tta/tags").Data
	at := bytes.Index(data, []byte("TTA1"))
	for off, want := range map[int]scrub.Status{at + 14: scrub.Unsupported, at + 22: scrub.Partly} {
		bad := bytes.Clone(data)
		bad[off] ^= 1
		if p, _ := plan(t, bad); p.Status() != want {
			t.Errorf("0x%x: %s %s %q", off, p.Status(), p.Refused, p.Doubts)
		}
	}
}

func TestTAK(t *testing.T) {
	stored := samples.Get("tak/stored").Data
	last := bytes.Index(stored, []byte("\x07\x0b\x00\x00"))
	with := func(at int, value string) []byte {
		data := bytes.Clone(stored)
		copy(data[at:], value)
		return data
	}
	for _, c := range []struct {
		name, doubt string
		status      scrub.Status
		data        []byte
	}{
		{"as it is", "", scrub.Dirty, stored},
		{"cut short", "cut short", scrub.Partly, stored[:len(stored)-9]},
		{"a damaged end", "is damaged", scrub.Partly, with(last+5, "\x01")},
		{"a block of no type", "of type 17", scrub.Partly, with(last, "\x11")},
		{"a block too long", "", scrub.Unsupported, with(last+3, "\x7f")},
		{"metadata alone", "", scrub.Unsupported, stored[:last]},
	} {
		p, after := plan(t, c.data)
		if p.Status() != c.status || !strings.Contains(strings.Join(p.Doubts, "; "), c.doubt) || c.status != scrub.Unsupported && strings.Contains(after, "CANARY") {
			t.Errorf("%s: %s %s %q", c.name, p.Status(), p.Refused, p.Doubts)
		}
	}
}

// The header of a file that is no WAV stays, and is a doubt.
func TestStoredHeaders(t *testing.T) {
	for name, doubted := range map[string]bool{"WAVE": false, "AIFF": true} {
		data := bytes.Replace(samples.Get("ape/stored").Data, []byte("WAVE"), []byte(name), 1)
		if p, _ := plan(t, data); strings.Contains(strings.Join(p.Doubts, " "), "stored header") != doubted {
			t.Errorf("%s: %s %q", name, p.Status(), p.Doubts)
		}
	}
}

// No bit of how long the tag before a TTA is costs the name that the TTA begins with.
func TestLengthOfTagBefore(t *testing.T) {
	whole := samples.Get("tta/tags").Data
	for bit := 8 * 6; bit < 8*10; bit++ {
		bad := bytes.Clone(whole)
		bad[bit/8] ^= 1 << (bit % 8)
		if p, after := plan(t, bad); !strings.Contains(after, "TTA1") {
			t.Errorf("bit %d of byte %d: %s %q", bit%8, bit/8, p.Status(), p.Doubts)
		}
	}
}
