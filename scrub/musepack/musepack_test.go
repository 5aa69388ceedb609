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
	p, err := formats.Engine().Rehearse(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, string(scrubtest.Perform(data, p))
}

func FuzzMusepack(f *testing.F) {
	var seeds [][]byte
	for _, s := range samples.All() {
		if strings.Contains(" musepack ", " "+s.Format+" ") {
			seeds = append(seeds, s.Data)
		}
	}
	scrubtest.Fuzz(f, formats.Engine(), seeds...)
}

// A packet whose length is wrong takes no sound with it.
func TestLengths(t *testing.T) {
	data := samples.Get("musepack/sv8").Data
	at := bytes.Index(data, []byte("EI\x07"))
	for n := range 128 {
		bad := bytes.Clone(data)
		bad[at+2] = byte(n)
		if _, after := plan(t, bad); !strings.Contains(after, "sound sound sound") {
			t.Errorf("%d bytes: the sound is gone", n)
		}
	}
}
