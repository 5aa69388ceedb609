package h26x_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/h26x"
	"untag/scrub/scrubtest"
)

// canary is hidden wherever a unit or a message may be.
const canary = "CNRYq7Zx8Kp2Wv"

// sets are those of a real encoder, as units.
var sets = map[h26x.Codec][][]byte{
	h26x.AVC:  {avcSPS, avcPPS},
	h26x.HEVC: {unhex(hevcVPS), unhex(hevcSPS), unhex(hevcPPS)},
}

// told fails if units between the sets and a slice keep a secret in a medium that is
// called clean.
func told(t *testing.T, what string, codec h26x.Codec, units ...[]byte) {
	t.Helper()
	for _, order := range [][][]byte{
		slices.Concat(sets[codec], units, [][]byte{sliceUnit(codec)}),
		slices.Concat(sets[codec], [][]byte{sliceUnit(codec)}, units),
	} {
		data := toy(codec, 4, 'f', frame(order...))
		p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
		if err != nil {
			t.Fatal(err)
		}
		after := scrubtest.Perform(data, p)
		if bytes.Contains(after, []byte(canary)) && p.Status() != scrub.Partly {
			t.Errorf("%s: %s, and still tells", what, p.Status())
		}
	}
}

func TestHidingInUnits(t *testing.T) {
	for codec, types := range map[h26x.Codec]int{h26x.AVC: 32, h26x.HEVC: 64} {
		for typ := range types {
			for _, n := range []int{1, 2, 30, 600} {
				slice := codec == h26x.AVC && (typ == 1 || typ == 5) || codec == h26x.HEVC && typ < 22
				body := []byte(strings.Repeat(canary+"-", n))
				head := []byte{byte(typ) | 0x60}
				if codec == h26x.HEVC {
					head = []byte{byte(typ << 1), 1}
				}
				for name, unit := range map[string][]byte{
					"text":              slices.Concat(head, body),
					"behind zeros":      slices.Concat(head, []byte{0x80, 0, 0, 0}, body, []byte{0x80}),
					"behind cabac":      slices.Concat(head, []byte{0x88, 0x84, 0x21, 0x80, 0, 0, 3, 0, 0, 3}, body),
					"behind a set":      slices.Concat(sets[codec][0], body),
					"behind the second": slices.Concat(sets[codec][1], body),
				} {
					if slice && n == 1 && name != "behind cabac" {
						continue // so little may be picture
					}
					told(t, fmt.Sprintf("codec %d, unit of type %d, %s", codec, typ, name), codec, unit)
				}
			}
		}
	}
}

func TestHidingInMessages(t *testing.T) {
	for _, codec := range []h26x.Codec{h26x.AVC, h26x.HEVC, h26x.VVC} {
		for typ := range 211 {
			for _, n := range []int{14, 15, 16, 20, 24, 25, 30, 64, 100, 120, 250, 500, 1000, 8000} {
				text := []byte(strings.Repeat(canary+"-", n/15+1)[:n])
				for _, before := range []string{"", "\x00", "\x00\x00\x01", "\x80", "\xff"} {
					told(t, fmt.Sprintf("codec %d, message of type %d, %d bytes behind %x", codec, typ, n, before), codec,
						seiUnit(codec, msg(typ, append([]byte(before), text...))))
				}
			}
		}
	}
}

func TestHidingInRegistered(t *testing.T) {
	prefixes := []string{"GA94\x03", "GA94\x03\xc1\xff", "GA94\x03\x41\x43", "GA94\x06", "GA94\x06\xff", "GA94\x09", "DTG1", "DTG1\x41"}
	for i := range prefixes {
		prefixes[i] = "\xb5\x00\x31" + prefixes[i]
	}
	for _, country := range []byte{0x26, 0xb4, 0xb5} {
		for provider := range 0xa0 {
			prefixes = append(prefixes, string([]byte{country, 0, byte(provider)}))
		}
	}
	prefixes = append(prefixes, "\xb5\x00\x3c\x00\x01\x04\x01", "\xb5\x00\x3c\x00\x01\x04\x01\x40\x00", "\x26\x00\x04\x00\x05\x01", "\xb5\x00\x2f\x03", "\xb5\x58\x90\x01")
	for _, codec := range []h26x.Codec{h26x.AVC, h26x.HEVC} {
		for _, prefix := range prefixes {
			for _, n := range []int{15, 60, 250, 4000} {
				body := append([]byte(prefix), strings.Repeat(canary+"-", n/15)...)
				told(t, fmt.Sprintf("codec %d, %x, %d bytes", codec, prefix, n), codec, seiUnit(codec, msg(4, body)))
				captions := append(unhex(uuidMDPM), body[3:]...)
				told(t, fmt.Sprintf("codec %d, camcorder %x, %d bytes", codec, prefix, n), codec, seiUnit(codec, msg(5, captions)))
			}
		}
	}
}
