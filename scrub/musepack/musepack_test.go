package musepack_test

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

func FuzzMusepack(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("musepack")...)
}

// A packet whose length is wrong takes no sound with it.
func TestLengths(t *testing.T) {
	data := samples.Get("musepack/sv8").Data
	for _, packet := range []string{"RG\x0c", "EI\x07", "CT\x11"} {
		at := bytes.Index(data, []byte(packet))
		for n := range 128 {
			bad := bytes.Clone(data)
			bad[at+2] = byte(n)
			if _, after := plan(t, bad); !strings.Contains(after, "sound sound sound") {
				t.Errorf("%s of %d bytes: the sound is gone", packet[:2], n)
			}
		}
	}
}

// How loud a title of SV7 is has no room for letters.
func TestLoudness(t *testing.T) {
	data := samples.Get("musepack/sv7").Data
	at := bytes.Index(data, []byte("MP+\x07"))
	if p, _ := plan(t, data); len(p.Doubts) > 0 {
		t.Fatalf("%q", p.Doubts)
	}
	copy(data[at+12:], "7X9QSN12")
	if p, _ := plan(t, data); p.Status() != scrub.Partly {
		t.Error(p.Status())
	}
}
