package bmff

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
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
		"a layout of two channels": {"chan", append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"), zeros(40)...)},
		"ambisonics":               {"SA3D", append([]byte("\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x04"), zeros(16)...)},
	} {
		t.Run(name, func(t *testing.T) {
			f := box.NewFields(c.body)
			forms[c.typ](f)
			if f.Bad || f.Bytes() != int64(len(c.body)) || !bytes.Equal(f.Plain, c.body) {
				t.Errorf("%d bytes of %d, bad %t, plain %q", f.Bytes(), len(c.body), f.Bad, f.Plain)
			}
			for i := range c.body { // what is cut off is not read beyond its end
				forms[c.typ](box.NewFields(c.body[:i]))
			}
		})
	}
}

func TestStylesOfCaptionsStay(t *testing.T) {
	for _, head := range []string{"WEBVTT", "WEBVTT\n\nSTYLE\n::cue { color: white }\n"} {
		data := textWith("wvtt", bx("vttC", head))()
		p := plan(t, data, scrub.Options{})
		if slices.ContainsFunc(p.Findings, func(f scrub.Finding) bool { return strings.HasSuffix(f.Place, "vttC") }) {
			t.Errorf("%q goes", head)
		}
	}
}

func TestEmptyConfigurationIsNoDoubt(t *testing.T) {
	v := video([]uint32{0}, []uint32{6})
	v.entry = visual("av01", bx("av1C", zeros(4)))
	data := movieOf([]byte("\x12\x00\x32\x02ab"), nil, v)
	if p := plan(t, data, scrub.Options{}); len(p.Doubts) > 0 {
		t.Errorf("doubts %q", p.Doubts)
	}
}

func TestProtectionThatIsNotCommonIsDoubted(t *testing.T) {
	data := one(func(t *trackSpec) {
		t.entry = visual("encv", bx("sinf", bx("frma", "avc1"), bx("schm", uint32(0), "odkm", uint32(0x200)), bx("schi", bx("odkm", uint32(0), canary))))
	})
	p := plan(t, data, scrub.Options{})
	if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ";"), "copy protection") {
		t.Errorf("%s, doubts %q", p.Status(), p.Doubts)
	}
}

func TestEncryptionDataNowhere(t *testing.T) {
	data := one(func(t *trackSpec) {
		t.entry = visual("encv", bx("sinf", bx("frma", "avc1"), bx("schm", uint32(0), "cenc", uint32(0x10000)), bx("schi", bx("tenc", zeros(24)))))
		t.stbl = join(bx("saiz", uint32(0), byte(8), uint32(1)), bx("saio", uint32(0), uint32(0)))
	})
	if p := plan(t, data, scrub.Options{}); !strings.Contains(strings.Join(p.Doubts, ";"), "encryption data lies nowhere") {
		t.Errorf("doubts %q", p.Doubts)
	}
}
