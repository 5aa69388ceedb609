package jpeg

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// A film of pictures in a row is not a photo with a tail.
func TestStream(t *testing.T) {
	frame := with(encode(16, 16), seg(com, secret))
	h := scrubtest.Harness{Engine: engine(), Sound: true, Variants: -1, Secrets: [][]byte{[]byte(secret)}} // cut down to three, it is no film
	film := slices.Concat(bytes.Repeat(frame, 6), []byte("tail"))
	if result := scrubtest.Perform(film, h.Laws(t, t.Name(), film)); pictures(result) != 6 {
		t.Errorf("%d pictures are left, not 6", pictures(result))
	}
	_, result := hold(t, slices.Concat(bytes.Repeat(frame, 3), encode(8, 8)))
	if pictures(result) != 1 {
		t.Errorf("%d pictures are left of one that three unlike it follow", pictures(result))
	}
}

// framed has the engine take every JPEG for a frame.
func framed() *scrub.Engine {
	f := Motion
	f.Inner = false
	return scrub.NewEngine([]scrub.Format{f})
}

func TestFrames(t *testing.T) {
	field := with(encode(16, 8), seg(0xE0, "AVI1\x01\x00\x00\x00"), seg(com, secret))
	for _, c := range []struct {
		name string
		data []byte
		stay string
	}{
		{"one picture", field, "AVI1\x01"},
		{"two fields", slices.Concat(field, []byte("\x00\x00\x00"), field), "AVI1\x01"},
		{"padding", slices.Concat(field, []byte(strings.Repeat("\x00", 40))), "AVI1\x01"},
		{"no EOI", field[:len(field)-2], "AVI1\x01"},
		{"Apple's offsets", with(field, seg(0xE1, "\x00\x00\x00\x00mjpg", strings.Repeat("\x00", 32))), "mjpg"},
		{"a comment that decoders act on", with(field, seg(com, "CS=ITU601\x00")), "CS=ITU601"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := scrubtest.Harness{Engine: framed(), Sound: true, Streams: true, Variants: -1, Secrets: [][]byte{[]byte(secret)}, MustStay: [][]byte{[]byte(c.stay)}}
			h.Laws(t, t.Name(), c.data)
		})
	}
}
