package pcm_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/pcm"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine(pcm.Formats())

func TestStatus(t *testing.T) {
	sound, old := samples.Get("au/annotation").Data, samples.Get("voc/texts").Data
	with := func(data []byte, at int, value string) []byte {
		data = bytes.Clone(data)
		copy(data[at:], value)
		return data
	}
	for _, c := range []struct {
		name, doubt string
		status      scrub.Status
		data        []byte
	}{
		{"AU, cut short", "cut short", scrub.Partly, sound[:1000]},
		{"AU with a rate that says a word", "can't have", scrub.Partly, with(sound, 16, "CANA")},
		{"AU whose sound is said to begin later", "a part of it", scrub.Partly, with(samples.Get("au/plain").Data, 6, "\x01")},
		{"AU whose sound is elsewhere", "", scrub.Unsupported, with(sound, 4, "\xff")},
		{"AU of a head", "", scrub.Unsupported, sound[:20]},
		{"VOC, cut short", "not finished", scrub.Partly, old[:len(old)-3]},
		{"VOC with a longer head", "", scrub.Dirty, append(with(old, 20, "\x20")[:26:26], append([]byte("SECRET"), old[26:]...)...)},
		{"VOC with a block of no type", "can't hold", scrub.Partly, append(bytes.Clone(old[:len(old)-1]), "\x77\x01\x00\x00x\x00"...)},
		{"VOC of a head", "", scrub.Unsupported, old[:22]},
		{"VOC with text that is none", "can't hold", scrub.Partly, with(old, 30, "\x01\x02\x03")},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := scrubtest.Clean(t, engine, c.data, scrub.Options{})
			if p.Status() != c.status || !strings.Contains(strings.Join(p.Doubts, "; "), c.doubt) {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			if bytes.Contains(after, []byte("SECRET")) || c.status != scrub.Unsupported && bytes.Contains(after, []byte("CANARY-program")) {
				t.Error("it tells")
			}
		})
	}
}

// SoX counts eight bytes less than a block has.
func TestSoX(t *testing.T) {
	plain := samples.Get("voc/plain").Data
	sox := bytes.Clone(plain)
	sox[27] -= 8
	for tail, want := range map[string]scrub.Status{"": scrub.Clean, string(samples.RedStarTrailer("8295FF513293A")): scrub.Dirty, "\x00\x00\x00\x00\x00\x00\x00": scrub.Clean} {
		p, after := scrubtest.Clean(t, engine, append(bytes.Clone(sox), tail...), scrub.Options{})
		if p.Status() != want || !bytes.HasPrefix(after, sox) {
			t.Errorf("%d bytes behind it: %s %q, %d of %d are left", len(tail), p.Status(), p.Doubts, len(after), len(sox))
		}
	}
}

func FuzzPCM(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of("au", "voc")...)
}

// No bit of a head costs the sound.
func TestEveryBit(t *testing.T) {
	scrubtest.EveryBit(t, engine, samples.Get("voc/texts").Data, samples.Get("voc/unfinished").Data)
}
