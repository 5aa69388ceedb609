package dsd_test

import (
	"bytes"
	"encoding/binary"
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

// Words fit neither into the numbers of DSF nor into the name of a compression.
func TestRooms(t *testing.T) {
	dsf, dff := samples.Get("dsf/plain").Data, samples.Of("dff")[0]
	for at := 40; at < 72; at += 4 {
		bad := bytes.Clone(dsf)
		copy(bad[at:], "JaneDoe!")
		if p, _ := plan(t, bad); len(p.Doubts) == 0 {
			t.Errorf("words at byte %d of a DSF: %s", at, p.Status())
		}
	}
	for name, goes := range map[string]bool{"not compressed": false, "DST Encoded   ": true, "of Jane Doe 47": true} {
		said := bytes.Replace(dff, []byte("not compressed"), []byte(name), 1)
		if p, after := plan(t, said); strings.Contains(after, name) == goes || len(p.Doubts) > 0 {
			t.Errorf("%q: %s %q", name, p.Status(), p.Doubts)
		}
	}
}
