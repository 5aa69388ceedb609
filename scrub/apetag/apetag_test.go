package apetag_test

import (
	"bytes"
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

func FuzzAPETag(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("mp3")...)
}

// An item that goes keeps its place, as an empty text that nobody has a name for.
func TestItems(t *testing.T) {
	p, after := plan(t, samples.Get("mp3/ape").Data)
	for _, want := range []string{"Title\x00A Title of APE", "XXXXXXX\x00" + strings.Repeat("\x00", len("CANARY-ape-comment")), "Year\x001999      ", "REPLAYGAIN_TRACK_GAIN\x00-3.50 dB"} {
		if !strings.Contains(after, want) {
			t.Errorf("%q is missing: %s %q", want, p.Status(), p.Doubts)
		}
	}
}

// Tags are known whatever order they are in, and go if nothing of them stays.
func TestChain(t *testing.T) {
	sound := string(samples.Get("mp3/plain").Data)
	v1 := "TAG" + strings.Repeat("\x00", 94) + "CANARY comment" + strings.Repeat("\x00", 17)
	ape := string(samples.Get("mp3/ape-all-goes").Data[len(sound):])
	lyrics := "LYRICSBEGINCANARY-x@example.orgLYRICSEND"
	for _, tail := range []string{v1, ape, lyrics, ape + v1, v1 + ape, lyrics + v1, ape + lyrics + v1} {
		if p, after := plan(t, []byte(sound+tail)); after != sound || p.Status() != scrub.Dirty {
			t.Errorf("%.20q: %s, cut at %d of %d: %q", tail, p.Status(), p.End, p.Size, p.Doubts)
		}
	}
}

// The header that is left of a tag that was cut short takes no sound with it, wherever
// the letters TAG in its name stand.
func TestHeaderAlone(t *testing.T) {
	sound := string(samples.Get("mp3/plain").Data)
	head := "APETAGEX\xd0\x07\x00\x00\x33\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\xa0" + strings.Repeat("\x00", 8)
	for _, more := range []string{"", strings.Repeat("\x01", 131-len(head))} {
		if p, after := plan(t, []byte(sound+head+more)); !strings.HasPrefix(after, sound) {
			t.Errorf("%d bytes behind it: %s, cut at %d of %d", len(more), p.Status(), p.End, p.Size)
		}
	}
}

// A bit of a footer costs no sound, and what the tag tells goes all the same.
func TestBitsOfFooters(t *testing.T) {
	mp3, old := samples.Get("mp3/ape").Data, samples.Get("wavpack/old").Data
	tag := mp3[bytes.Index(mp3, []byte("APETAGEX")):]
	tag = tag[:bytes.LastIndex(tag, []byte("APETAGEX"))+32]
	bare := bytes.Clone(tag[32:])
	bare[len(bare)-9] = 0 // its flags: no header
	_, sound := plan(t, old)
	size := "\x04\x00\x10\x00\x00\x01\x0b"
	id3 := []byte("ID3" + size + "TXXX\x00\x00\x01\x01\x00\x00\x03" + strings.Repeat("CANARY ", 18) + "..3DI" + size)
	for name, tag := range map[string][]byte{"with a header": tag, "without": bare, "ID3": id3} {
		for at := len(tag) - 20; at < len(tag); at++ {
			if name == "ID3" && at < len(tag)-4 || name != "ID3" && at > len(tag)-9 {
				continue // its name, its version, and what says nothing
			}
			for bit := range 8 {
				bad := append([]byte(sound), tag...)
				bad[len(sound)+at] ^= 1 << bit
				p, after := plan(t, bad)
				if !strings.HasPrefix(after, sound) || strings.Contains(after, "CANARY") {
					t.Errorf("%s: bit %d of byte %d: %s %q, %d bytes of %d", name, bit, at, p.Status(), p.Doubts, p.End, p.Size)
				}
			}
		}
	}
}

// What hides behind an empty text leaves nothing: the tag goes at once.
func TestHiddenInEmptyText(t *testing.T) {
	sound := string(samples.Get("mp3/plain").Data)
	tag := "TAG" + strings.Repeat("\x00", 93) + "\x01" + strings.Repeat("\x00", 31)
	if p, after := plan(t, []byte(sound+tag)); after != sound {
		t.Errorf("%s, cut at %d of %d: %q", p.Status(), p.End, p.Size, p.Doubts)
	}
}
