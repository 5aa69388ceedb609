package jpeg_test

import (
	"bytes"
	"fmt"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// One wrong bit in the length of a segment of metadata keeps the picture, and no name in it.
func TestLengthsOfMetadata(t *testing.T) {
	whole := samples.Get("jpeg/everything").Data
	for head, names := range map[string][]string{
		"Exif\x00\x00":                     {"CANARY-exif-model", "CANARY-exif-body-serial", "CANARY-exif-owner"},
		"http://ns.adobe.com/xap/1.0/\x00": {"CANARY-xmp-serial", "CANARY-xmp-creator"},
	} {
		at := bytes.Index(whole, []byte(head)) - 2
		for bit := range 16 {
			data := bytes.Clone(whole)
			data[at+bit/8] ^= 0x80 >> (bit % 8)
			name := fmt.Sprintf("bit %d before %q", bit, head)
			h := scrubtest.Harness{Engine: formats.Engine(), Wild: true, States: 6, Variants: -1}
			p := h.Laws(t, name, data)
			if p == nil || p.Status() == scrub.Clean {
				t.Fatalf("%s: not cleaned", name)
			}
			after := scrubtest.Perform(data, p)
			for _, n := range names {
				if !bytes.Contains(data, []byte(n)) || bytes.Contains(after, []byte(n)) {
					t.Errorf("%s: %q is not there, or stays: %q", name, n, p.Doubts)
				}
			}
		}
	}
}

// A segment without a length, before all metadata, keeps no name either.
func TestMetadataBehindDamage(t *testing.T) {
	data := bytes.Clone(samples.Get("jpeg/everything").Data)
	at := bytes.Index(data, []byte("\xff\xe0"))
	copy(data[at+2:], "\x00\x00")
	h := scrubtest.Harness{Engine: formats.Engine(), Wild: true, States: 6, Variants: -1}
	p := h.Laws(t, t.Name(), data)
	if p == nil || p.Status() != scrub.Partly {
		t.Fatal("not partly cleaned")
	}
	after := scrubtest.Perform(data, p)
	for _, n := range []string{"CANARY-exif-model", "CANARY-exif-body-serial", "CANARY-exif-owner", "CANARY-xmp-serial", "CANARY-xmp-creator"} {
		if !bytes.Contains(data, []byte(n)) || bytes.Contains(after, []byte(n)) {
			t.Errorf("%q is not there, or stays: %q", n, p.Doubts)
		}
	}
}
