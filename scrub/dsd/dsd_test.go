package dsd_test

import (
	"encoding/binary"
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

func FuzzDSD(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("dsf", "dff")...)
}

// The pointer of DSF leads to the tag while there is one.
func TestPointer(t *testing.T) {
	for name, want := range map[string]int64{"dsf/plain": 0, "dsf/id3": 28 + 52 + 12 + 8192, "dsf/id3-all-goes": 0} {
		p, after := plan(t, samples.Get(name).Data)
		b := []byte(after)
		if got := int64(binary.LittleEndian.Uint64(b[20:])); got != want || binary.LittleEndian.Uint64(b[12:]) != uint64(len(b)) {
			t.Errorf("%s: tag at %d, want %d; %s %q", name, got, want, p.Status(), p.Doubts)
		}
	}
}
