package riff_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

// Frames of AAC in CAF are looked into where the packet table tells of all of the sound.
func TestPacketTable(t *testing.T) {
	data := samples.Get("caf/aac-fills").Data
	table, sound := bytes.Index(data, []byte("pakt")), bytes.Index(data, []byte("data"))
	behind := append(append(bytes.Clone(data[:table]), data[sound:]...), data[table:sound]...)
	shorter := bytes.Clone(data)
	shorter[table+12+7]-- // a packet less
	for _, c := range []struct {
		name  string
		data  []byte
		stays bool // what the last frame says
		doubt string
	}{
		{"before the sound", data, false, ""},
		{"behind it", behind, false, ""},
		{"of fewer packets", shorter, true, "no table tells"},
		{"none", append(bytes.Clone(data[:table]), data[sound:]...), true, "no table tells"},
	} {
		p := plan(t, c.data, scrub.Options{Depth: scrub.DepthIndex})
		after := scrubtest.Perform(c.data, p)
		if bytes.Contains(after, []byte("CANARY-encoder-20")) != c.stays || !strings.Contains(strings.Join(p.Doubts, " "), c.doubt) || c.doubt == "" && len(p.Doubts) > 0 {
			t.Errorf("%s: %s, %q", c.name, p.Status(), p.Doubts)
		}
		if bytes.Contains(after, []byte("CANARY-encoder\x00")) {
			t.Errorf("%s: the first frame tells who encoded it", c.name)
		}
	}
}
