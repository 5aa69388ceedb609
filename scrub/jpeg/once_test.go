package jpeg

import (
	"bytes"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// A second scan of the same colours is another picture, that some decoders show.
func TestScanToldTwice(t *testing.T) {
	data := photo(seg(com, secret))
	i := bytes.LastIndex(data, []byte{0xFF, sos})
	scan := data[i : len(data)-2]
	twice := bytes.Join([][]byte{data[:len(data)-2], scan, {0xFF, eoi}}, nil)
	for _, depth := range []scrub.Depth{scrub.DepthAuto, scrub.DepthIndex, scrub.DepthDeep} {
		p, err := engine().Plan(bytes.NewReader(twice), int64(len(twice)), scrub.Options{Depth: depth})
		if err != nil {
			t.Fatal(err)
		}
		result := scrubtest.Perform(twice, p)
		if p.Status() != scrub.Partly || bytes.Contains(result, []byte(secret)) || bytes.Count(result, scan) != 2 {
			t.Errorf("called %s, for %v", p.Status(), p.Doubts)
		}
	}
}

func TestRepeats(t *testing.T) {
	for _, c := range []struct {
		name  string
		code  byte
		scans []string
		want  bool
	}{
		{"colours one by one", sof0, []string{"\x01\x01\x00\x00\x3f\x00", "\x01\x02\x11\x00\x3f\x00"}, false},
		{"a colour of all", sof0, []string{"\x02\x01\x00\x02\x11\x00\x3f\x00", "\x01\x02\x11\x00\x3f\x00"}, true},
		{"coefficients and bits", sof2, []string{"\x01\x01\x00\x00\x00\x01", "\x01\x01\x00\x01\x3f\x02", "\x01\x01\x00\x01\x3f\x21", "\x01\x01\x00\x00\x00\x10", "\x01\x01\x00\x01\x3f\x10"}, false},
		{"a band twice", sof2, []string{"\x01\x01\x00\x00\x00\x00", "\x01\x01\x00\x01\x05\x00", "\x01\x01\x00\x05\x3f\x00"}, true},
		{"bits twice", sof2, []string{"\x01\x01\x00\x00\x00\x01", "\x01\x01\x00\x00\x00\x10", "\x01\x01\x00\x00\x00\x10"}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cl := &cleaner{pic: &picture{frames: []segment{{code: c.code}}}}
			told, got := map[byte]*coming{}, false
			for _, s := range c.scans {
				got = cl.repeats([]byte(s), told) || got
			}
			if got != c.want {
				t.Errorf("%v", got)
			}
		})
	}
}
