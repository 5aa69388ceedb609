package bmff

import (
	"slices"
	"strings"
	"testing"

	"untag/scrub"
)

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
