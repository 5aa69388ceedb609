package raw_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// value is one of a CIFF: its tag and its bytes.
type value struct {
	tag  int
	data string
}

func heap(values ...value) string {
	var data, dir []byte
	for _, v := range values {
		dir = binary.LittleEndian.AppendUint16(dir, uint16(v.tag))
		if v.tag&0x4000 != 0 {
			dir = append(dir, v.data...)
			continue
		}
		dir = append(dir, le(len(v.data), len(data))...)
		if data = append(data, v.data...); len(data)%2 == 1 {
			data = append(data, 0)
		}
	}
	n := binary.LittleEndian.AppendUint16(nil, uint16(len(values)))
	return string(le(data, n, dir, len(data)))
}

// crw has further values of the camera and of the shot.
func crw(model, picture, header string, more ...value) []byte {
	pad := func(s string, n int) string { return s + strings.Repeat("\x00", max(0, n-len(s))) }
	camera := heap(value{0x080A, pad(model, 32)}, value{0x080B, pad("Firmware Version 1.1.1", 32)})
	shot := heap(append([]value{{0x1031, pad("\x22\x00\x80\x00\x40\x00", 34)}, {0x10A9, pad("\x52\x00\xc6\x06\x00\x04", 82)}, {0x102A, pad("\x12\x00", 18)}, {0x1834, pad("\x01", 4)}}, more...)...)
	props := heap(value{0x1810, pad("\x70\x00", 28)}, value{0x2807, camera}, value{0x300B, shot}, value{0x1835, pad("\x01", 8)})
	return le("II\x1a\x00\x00\x00HEAPCCDR\x02\x00\x01\x00", pad(header, 8), heap(value{0x2005, picture}, value{0x300A, props}))
}

const rebel = "Canon\x00Canon EOS DIGITAL REBEL\x00"

// Words in what decoders need of a CRW are not called clean, and what may be needed under
// another number does not go.
func TestNothingHidesInCRW(t *testing.T) {
	picture, text := noise(8<<10), strings.Repeat(telling, 4)
	for name, data := range map[string][]byte{
		"white balance":        crw(rebel, picture, "", value{0x0032, text}),
		"settings":             crw(rebel, picture, "", value{0x102D, text}),
		"exposure":             crw(rebel, picture, "", value{0x1818, text[:32]}),
		"in the directory":     crw(rebel, picture, "", value{0x5806, "JANEDOE1"}),
		"header":               crw(rebel, picture, "JANEDOE1"),
		"model":                crw("Canon\x00"+telling+"\x00", picture, ""),
		"maker":                crw(telling+"\x00Canon EOS D30\x00", picture, ""),
		"damaged model":        crw("Canon\x00Ca\x01on EOS D30\x00", picture, ""),
		"behind the picture":   crw(rebel, picture+text, ""),
		"a second time":        crw(rebel, picture, "", value{0x1031, telling}),
		"heap of no number":    crw(rebel, picture, "", value{0x3841, heap(value{0x1831, "\x01\x02\x03\x04"})}),
		"picture of no number": crw(rebel, picture, "", value{0x1831, noise(5 << 10)}),
	} {
		p := plan(t, data)
		if p.Status() != scrub.Partly || p.Removes() != 0 {
			t.Errorf("%s: %s, %q, %d go", name, p.Status(), p.Doubts, p.Removes())
		}
	}
	for name, c := range map[string]struct {
		data []byte
		want scrub.Status
	}{
		"sound":            {crw(rebel, picture, "", value{0x1818, "\x01\x02\x03\x04"}), scrub.Clean},
		"unknown":          {crw(rebel, picture, "", value{0x1841, telling}), scrub.Dirty},
		"in no use":        {crw(rebel, picture, "", value{0x9810, telling}), scrub.Dirty},
		"number of a file": {crw(rebel, picture, "", value{0x5817, "\x01\x02\x03\x04\x00\x00\x00\x00"}), scrub.Dirty},
	} {
		p := plan(t, c.data)
		if p.Status() != c.want || bytes.Contains(scrubtest.Perform(c.data, p), []byte(telling)) {
			t.Errorf("%s: %s, %q", name, p.Status(), p.Doubts)
		}
	}
}
