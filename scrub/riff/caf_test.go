package riff_test

import (
	"bytes"
	"slices"
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

// What tells where loudspeakers stand has no room for words.
func TestSpeakers(t *testing.T) {
	const place = "7X9QSN771234"
	zeros := func(n int) string { return strings.Repeat("\x00", n) }
	for _, c := range []struct {
		name, body string
		stays      bool // all of it
		clean      bool // afterwards
	}{
		{"stereo", "\x00\x65\x00\x02" + zeros(8), true, true},
		{"no layout", "\xff\xff\x00\x02" + zeros(8), true, true},
		{"a set", "\x00\x01\x00\x00\x00\x02\x00\x33" + zeros(4), true, true},
		{"a number of letters", "7X9Q" + zeros(8), true, false},
		{"a set that is none", "\x00\x65\x00\x02ABCD" + zeros(4), false, true},
		{"a set of letters", "\x00\x01\x00\x00ABCD" + zeros(4), true, false},
		{"angles", zeros(11) + "\x01\x00\x00\x00\x64\x00\x00\x00\x02\x42\x34\x00\x00" + zeros(4) + "\x3f\x80\x00\x00", true, true},
		{"angles of letters", zeros(11) + "\x01\x00\x00\x00\x64\x00\x00\x00\x02" + place, true, false},
		{"no angles", zeros(11) + "\x01\x00\x00\x00\x2a" + zeros(4) + place, false, true},
		{"a speaker of letters", zeros(11) + "\x01\x00\x00AB" + zeros(16), true, false},
		{"more than are counted", zeros(11) + "\x01\x00\x00\x00\x2a" + zeros(16) + place, false, true},
	} {
		data := samples.Get("caf/speakers").Data
		from, to := bytes.Index(data, []byte("chan")), bytes.Index(data, []byte("data"))
		data = slices.Concat(data[:from], []byte("chan"+zeros(7)), []byte{byte(len(c.body))}, []byte(c.body), data[to:])
		p := plan(t, data, scrub.Options{})
		after := scrubtest.Perform(data, p)
		if bytes.Equal(after, data) != c.stays || (len(p.Doubts) == 0) != c.clean {
			t.Errorf("%s: %s, %q, % x", c.name, p.Status(), p.Doubts, after[from:to])
		}
	}
}
