package entry

import (
	"bytes"
	"testing"

	"untag/scrub/bmff/box"
)

// TestForms has descriptions as encoders write them: all of each is for the decoder.
func TestForms(t *testing.T) {
	for name, c := range map[string]struct {
		typ  string
		body []byte
	}{
		"Opus, stereo":             {"dOps", []byte("\x00\x02\x01\x38\x00\x00\xbb\x80\x00\x00\x00")},
		"Opus, six channels":       {"dOps", []byte("\x00\x06\x01\x38\x00\x00\xbb\x80\x00\x00\x01\x04\x02\x00\x04\x01\x02\x03\x05")},
		"AC-3":                     {"dac3", []byte("\x10\x3d\xe0")},
		"E-AC-3":                   {"dec3", []byte("\x06\x00\x20\x0f\x00")},
		"E-AC-3, seven channels":   {"dec3", []byte("\x06\x00\x20\x0f\x02\x01")},
		"E-AC-3, two programs":     {"dec3", []byte("\x06\x01\x20\x0f\x00\x20\x04\x00")},
		"E-AC-3 with objects":      {"dec3", []byte("\x18\x00\x20\x0f\x00\x01\x10")},
		"ALAC":                     {"alac", []byte("\x00\x00\x00\x00\x00\x00\x10\x00\x00\x10\x28\x0a\x0e\x02\x00\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xbb\x80")},
		"VP9":                      {"vpcC", []byte("\x01\x00\x00\x00\x00\x0a\x82\x02\x02\x02\x00\x00")},
		"a layout by its number":   {"chan", []byte("\x00\x00\x00\x00\x00\x65\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00")},
		"a layout of two channels": {"chan", append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"), make([]byte, 40)...)},
		"ambisonics":               {"SA3D", append([]byte("\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x04"), make([]byte, 16)...)},
	} {
		t.Run(name, func(t *testing.T) {
			f := box.NewFields(c.body)
			Forms[c.typ](f)
			if f.Bad || f.Bytes() != int64(len(c.body)) || !bytes.Equal(f.Plain, c.body) {
				t.Errorf("%d bytes of %d, bad %t, plain %q", f.Bytes(), len(c.body), f.Bad, f.Plain)
			}
			for i := range c.body { // what is cut off is not read beyond its end
				Forms[c.typ](box.NewFields(c.body[:i]))
			}
		})
	}
}
