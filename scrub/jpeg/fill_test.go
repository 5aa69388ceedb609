package jpeg

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub/scrubtest"
)

// What stood behind the last block of a scan ends as fill bytes, whatever it was
// and at whatever moment the work was interrupted.
func TestFillBehindLastBlock(t *testing.T) {
	h := scrubtest.Harness{Engine: engine(), States: 200, Variants: 40}
	encoded := noise(150, 150, 90)
	progressive := samples.Get("jpeg/hiding-after-last-block-progressive").Data
	progressive = scrubtest.Perform(progressive, plan(t, progressive))
	first := bytes.Index(progressive, []byte{0xFF, sos}) + 2
	first += bytes.Index(progressive[first:], []byte{0xFF, sos})
	for name, x := range map[string]struct {
		pic []byte
		at  int
	}{
		"baseline":                {encoded, len(encoded) - 2},
		"baseline, sectors":       {splice(encoded, len(encoded)-2, strings.Repeat("x", 1200)), len(encoded) - 2},
		"progressive, first scan": {progressive, first},
	} {
		for what, gap := range map[string]string{
			"text":     strings.Repeat(secret, 3),
			"long":     strings.Repeat("secret", 30),
			"one":      "x",
			"two":      "xy",
			"stuffed":  strings.Repeat("\xff\x00", 90),
			"fill":     strings.Repeat("\xff\xff\xff\x00", 50),
			"restarts": strings.Repeat("secret\xff\xd3", 25),
			"zeros":    "\x00\x00secret\x00\x00",
		} {
			t.Run(fmt.Sprint(name, ", ", what), func(t *testing.T) {
				data := splice(x.pic, x.at, gap)
				p := h.Laws(t, t.Name(), data)
				want := slices.Concat(data[:x.at], bytes.Repeat([]byte{0xFF}, scanEnd(data, x.at)-x.at), data[scanEnd(data, x.at):])
				if got := scrubtest.Perform(data, p); !bytes.Equal(got, want) {
					t.Errorf("%s: %q", p.Status(), p.Doubts)
				}
			})
		}
	}
}

// scanEnd is where the marker stands behind the scan that goes on at off.
func scanEnd(b []byte, off int) int {
	for !(b[off] == 0xFF && b[off+1] >= 0xC0 && b[off+1] < 0xFF && b[off+1]&0xF8 != rst0) {
		off++
	}
	return off
}
