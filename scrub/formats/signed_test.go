package formats_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// A signed file of whatever kind becomes what it would have become without its
// signature, which is named with its key, extension and length.
func TestSignedFiles(t *testing.T) {
	files := map[string][]byte{
		"text":     []byte(strings.Repeat("A line of a text about NATISIGN and SELFSIGN.\n", 20)),
		"subtitle": []byte(strings.Repeat("1\r\n00:00:01,000 --> 00:00:02,000\r\nÜber alles NATISIGN\r\n\r\n", 9)),
		"unknown":  bytes.Repeat([]byte("\x47\x40\x11\x10\x00\x42\xf0\x25"), 188),
		"empty":    {},
	}
	for _, s := range samples.All() {
		files[s.Name] = s.Data
	}
	for name, data := range files {
		want, _ := performed(t, data)
		for what, tail := range map[string][]byte{
			"phone":         samples.NatiSign(data, "srt", 3, 0),
			"feature phone": samples.NatiSign(data, "srt", 3, 200),
		} {
			got, p := performed(t, append(bytes.Clone(data), tail...))
			if name == "empty" { // all of it: nobody's signature
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s, %s: %d bytes, want %d: %q", name, what, len(got), len(want), p.Doubts)
			}
			value := ""
			for _, f := range p.Findings {
				if f.Place == "tail/natisign" {
					value = f.Value
				}
			}
			if name != "empty" && (!p.Signed() || !strings.HasPrefix(value, "state key 3, extension srt, ") || !strings.Contains(value, "names no IMEI")) {
				t.Errorf("%s, %s: found %q", name, what, value)
			}
		}
	}
}

func performed(t *testing.T, data []byte) ([]byte, *scrub.Plan) {
	t.Helper()
	src, size := bytesOf(data)
	p, err := formats.Engine().Plan(src, size, scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return scrubtest.Perform(data, p), p
}
