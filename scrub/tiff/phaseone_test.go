package tiff_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

// A serial number keeps the letters that tell the model. The time goes where it is no key, and what
// may be something else stays, or where the note contradicts itself.
func TestPhaseOne(t *testing.T) {
	data := samples.Get("tiff/raw-phaseone-date").Data
	p := plan(t, string(data), scrub.Options{})
	out := scrubtest.Perform(data, p)
	if p.Status() != scrub.Partly || bytes.Count(out, []byte("LD000000")) != 2 {
		t.Error(p.Status(), p.Doubts)
	}
	entry := func(tag byte) int { return bytes.Index(data, []byte{tag, 2, 0, 0}) }
	for want, change := range map[string]func(b []byte){
		"the key of the picture":                   func(b []byte) { b[bytes.Index(b, []byte{0x0e, 1, 0, 0, 4})+12] = 2 },
		"has no picture":                           func(b []byte) { b[8+8] ^= 4 },
		"UnknownDate stays: it may be":             func(b []byte) { b[entry(0x12)+15] ^= 0x20 },
		"shares bytes":                             func(b []byte) { copy(b[entry(0x03)+12:], b[bytes.Index(b, []byte{0x12, 4, 0, 0, 1})+12:][:4]) },
		"0x0303 stays: it may be FirmwareVersions": func(b []byte) { b[bytes.Index(b, []byte{1, 3, 0, 0, 1})] = 3 },
		"neither text nor":                         func(b []byte) { b[bytes.Index(b, []byte("CANARY-back"))] = 3 },
	} {
		b := bytes.Clone(data)
		change(b)
		if p := plan(t, string(b), scrub.Options{}); p.Status() == scrub.Clean || !strings.Contains(strings.Join(p.Doubts, "; "), want) {
			t.Errorf("%s: %s %s %q", want, p.Status(), p.Refused, p.Doubts)
		}
	}
}

// Of a note cut short at the end of the file nothing is read.
func TestPhaseOneCutShort(t *testing.T) {
	at := 8 + 81 + 2 + 12*9 + 4 + 2 + 12 + 4
	data := grey(9, 9, entry(0x8769, 4, 1, at-18)) + ul16(1) + entry(0x927C, 7, 8, at) + ul32(0) + "IIIITwaR"
	if p := plan(t, data, scrub.Options{}); p.Status() != scrub.Partly {
		t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
	}
}

// A picture that a camera keeps where no reader looks for it costs nothing: what is longer than all
// pictures stays, and so do tags that lead decoders to it.
func TestPicturesInTags(t *testing.T) {
	raw := strings.Repeat("\x01\x7f\x33\x90", 40<<10)
	for want, tag := range map[string]int{"IFD0/0x9999 stays: it is longer than all": 0x9999, "IFD0/0xB4C3 stays": 0xB4C3} {
		data := grey(8, 8, entry(tag, 7, len(raw), 0x4000)) // undefined
		data += strings.Repeat("\x00", 0x4000-len(data)) + raw
		p := plan(t, data, scrub.Options{})
		if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), want) || !strings.Contains(string(scrubtest.Perform([]byte(data), p)), raw) {
			t.Errorf("0x%04X: %s %q", tag, p.Status(), p.Doubts)
		}
	}
}

// Decoders look in the note of Hasselblad for the name of the model; a serial number there goes.
func TestModelOfHasselblad(t *testing.T) {
	data := samples.Get("tiff/raw-hasselblad").Data
	other := bytes.Replace(data, []byte("Hasselblad H3D-39"), []byte("Unit SN 123456789"), 1)
	for name, b := range map[string][]byte{"H3D-39": data, "123456789": other} {
		stays := bytes.Contains(scrubtest.Perform(b, plan(t, string(b), scrub.Options{})), []byte(name))
		if stays != (name == "H3D-39") {
			t.Errorf("%s stays: %t", name, stays)
		}
	}
}
