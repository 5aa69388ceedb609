package jpeg

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// found is a finding as a test expects it.
type found struct {
	kind  scrub.Kind
	place string
	value string // part of the value
}

// secret stands in everything that goes.
const secret = "SeCrEt"

// families with one sample each; all of them go.
func TestSegmentsThatGo(t *testing.T) {
	iim := "\x1c\x02\x50\x00\x0a" + secret + "Name" + "\x1c\x02\x5a\x00\x06Vienna" + "\x1c\x02\x28\x00\x0aFBMD" + secret
	iptc := seg(0xED, "Photoshop 3.0\x008BIM\x04\x04\x00\x00", be32(uint32(len(iim))), iim)
	for _, c := range []struct {
		name    string
		segment string
		want    found
	}{
		{"comment", seg(com, secret), found{scrub.Comment, "COM", secret}},
		{"binary comment", seg(com, secret, "\x00\x01\x02"), found{scrub.Comment, "COM", "9 bytes"}},
		{"JFIF extension", seg(0xE0, "JFXX\x00\x10", secret), found{scrub.Thumbnail, "APP0/JFXX", ""}},
		{"AVI1", seg(0xE0, "AVI1\x00", secret), found{scrub.Unknown, "APP0/AVI1", ""}},
		{"Photobucket", seg(0xE0, "Ocad$Rev: ", secret), found{scrub.ID, "APP0/Ocad", secret}},
		{"CIFF", seg(0xE0, "II\x1a\x00\x00\x00HEAPJPGM", secret), found{scrub.MakerNote, "APP0/CIFF", ""}},
		{"extended XMP", seg(0xE1, "http://ns.adobe.com/xmp/extension/\x00", secret), found{scrub.Hidden, "APP1/ExtendedXMP", ""}},
		{"FLIR", seg(0xE1, "FLIR\x00\x01\x00\x00", secret), found{scrub.Serial, "APP1/FLIR", ""}},
		{"FlashPix", seg(0xE2, "FPXR\x00\x00", secret), found{scrub.MakerNote, "APP2/FPXR", ""}},
		{"raw preview", seg(0xE2, "\xff\xd8\xff\xdb", secret), found{scrub.Thumbnail, "APP2/preview", ""}},
		{"MPF that lists nothing", seg(0xE2, "MPF\x00", secret), found{scrub.Unknown, "APP2/MPF", ""}},
		{"gain map version without map", seg(0xE2, isoURN, "\x00\x00\x00\x00", secret), found{scrub.GainMap, "APP2/ISO 21496-1", ""}},
		{"Kodak", seg(0xE3, "Meta\x00\x00", secret), found{scrub.MakerNote, "APP3/Kodak", ""}},
		{"Scalado", seg(0xE4, "SCALADO\x00", secret), found{scrub.Software, "APP4/SCALADO", ""}},
		{"Qualcomm debug", seg(0xE4, "QTI Debug Metadata\x00", secret), found{scrub.Device, "APP4/QTI", ""}},
		{"Samsung's unique id", seg(0xE5, "ssuniqueid\x00", secret), found{scrub.ID, "APP5/ssuniqueid", secret}},
		{"GoPro", seg(0xE6, "GoPro\x00", secret), found{scrub.Serial, "APP6/GoPro", ""}},
		{"Huawei", seg(0xE7, "HUAWEI\x00\x00", secret), found{scrub.MakerNote, "APP7/Huawei", ""}},
		{"DJI debug", seg(0xE7, "DJI-DBG\x00sensor_id ", secret), found{scrub.Serial, "APP7/DJI", secret}},
		{"SEAL", seg(0xE9, "SEAL\x00", secret), found{scrub.Provenance, "APP9/SEAL", ""}},
		{"gain curve without map", seg(0xEA, "AROT\x00\x00\x00\x00\x00\x02", secret, "12"), found{scrub.GainMap, "APP10/AROT", ""}},
		{"C2PA", seg(0xEB, "JP\x02\x11\x00\x00\x00\x01\x00\x00\x00\x40jumb\x6fclaim_generator\x66", secret), found{scrub.Provenance, "APP11/JUMBF", secret}},
		{"picture info", seg(0xEC, "[picture info]\r\nSerial#=", secret), found{scrub.Serial, "APP12/picture info", secret}},
		{"Ducky", seg(0xEC, "Ducky\x00\x01", secret), found{scrub.Comment, "APP12/Ducky", ""}},
		{"IPTC", iptc, found{scrub.Person, "APP13/Photoshop/IPTC/By-line", secret}},
		{"IPTC city", iptc, found{scrub.Place, "APP13/Photoshop/IPTC/City", "Vienna"}},
		{"Facebook's mark", iptc, found{scrub.Mark, "APP13/Photoshop/IPTC/FBMD", secret}},
		{"AIGC label", seg(0xE9, `AIGC{"Label":"1","ProduceID":"`, secret, `"}`), found{scrub.Unknown, "APP9", secret}},
		{"Casio quality", seg(0xEF, "Q 70 ", secret), found{scrub.Software, "APP15/quality", "70"}},
		{"unknown APP", seg(0xE9, secret), found{scrub.Unknown, "APP9", "6 bytes"}},
		{"reserved marker", seg(0x30, secret), found{scrub.Unknown, "marker 30", ""}},
		{"JPG extension", seg(0xF3, secret), found{scrub.Unknown, "marker F3", ""}},
		{"broken ICC", seg(0xE2, "ICC_PROFILE\x00\x01\x02", secret), found{scrub.Unknown, "APP2/ICC", ""}},
		{"EXIF that does not parse", seg(0xE1, "Exif\x00\x00", secret), found{scrub.Unknown, "APP1/Exif", "no TIFF header"}},
		{"XMP that does not parse", seg(0xE1, "http://ns.adobe.com/xap/1.0/\x00<a b", secret), found{scrub.Unknown, "APP1/XMP", "not well-formed"}},
		{"junk", seg(0xE0, jfif) + secret + "\xff\x00" + secret, found{scrub.Hidden, "junk", ""}},
		{"restart between segments", seg(com, secret) + "\xff\xd3", found{scrub.Hidden, "marker D3", ""}},
		{"JFIF thumbnail", seg(0xE0, "JFIF\x00\x01\x02\x01\x00\x48\x00\x48\x01\x02", secret), found{scrub.Thumbnail, "APP0/JFIF/thumbnail", "6 bytes"}},
		{"behind JFIF", seg(0xE0, jfif, secret), found{scrub.Hidden, "APP0/JFIF/thumbnail", "6 bytes"}},
		{"second JFIF", seg(0xE0, jfif) + seg(0xE0, jfif, secret), found{scrub.Unknown, "APP0/JFIF", ""}},
		{"Adobe", seg(0xEE, "Adobe\x00\x65\x40\x00\x00\x00\x01", secret), found{scrub.Software, "APP14/Adobe", "version 101, flags 40000000"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := photo(c.segment)
			check(t, data, c.want)
		})
	}
}

// check holds a sample to the laws, expects a finding, that the secret is gone
// and that the pixels are the same, and returns the result.
func check(t *testing.T, data []byte, want ...found) []byte {
	t.Helper()
	h := scrubtest.Harness{Engine: engine(), Sound: true, States: 60, Variants: 60}
	if bytes.Contains(data, []byte(secret)) {
		h.Secrets = [][]byte{[]byte(secret)}
	}
	p := h.Laws(t, t.Name(), data)
	if p == nil || t.Failed() {
		t.FailNow()
	}
	for _, w := range want {
		if !has(p, w) {
			t.Errorf("no finding %q; found %+v", w, p.Findings)
		}
	}
	result := scrubtest.Perform(data, p)
	if pixels(t, result) != pixels(t, encode(16, 16)) {
		t.Error("the pixels changed")
	}
	return result
}

func has(p *scrub.Plan, w found) bool {
	for _, f := range p.Findings {
		if f.Kind == w.kind && f.Place == w.place && strings.Contains(f.Value, w.value) && f.Goes {
			return true
		}
	}
	return false
}

func TestWhatStays(t *testing.T) {
	for _, c := range []struct{ name, segment, stays string }{
		{"JFIF", seg(0xE0, jfif), seg(0xE0, jfif)},
		{"short JFIF", seg(0xE0, "JFIF\x00\x00\x00"), seg(0xE0, "JFIF\x00\x00\x00")},
		{"Adobe", seg(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x01"), seg(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x01")},
		{"SPIFF", seg(0xE8, spiff), "SPIFF"},
		{"restart interval", seg(dri, "\x00\x00"), seg(dri, "\x00\x00")},
		{"empty comment", seg(com), seg(com)},
		{"fill bytes", "\xff\xff\xff", "\xff\xff\xff"},
		{"second SOI", "\xff\xd8", "\xff\xd8\xff\xd8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := photo(c.segment)
			p := plan(t, data)
			if st := p.Status(); st != scrub.Clean || len(p.Edits) > 0 {
				t.Errorf("%s: %+v %+v %q", st, p.Findings, p.Edits, p.Doubts)
			}
			if !bytes.Contains(data, []byte(c.stays)) {
				t.Errorf("%q is gone", c.stays)
			}
		})
	}
}

const spiff = "SPIFF\x00\x01\x02\x00\x03\x00\x00\x00\x10\x00\x00\x00\x10\x03\x08\x05\x01\x00\x00\x00\x48\x00\x00\x00\x48"

// What has no place for words holds none.
func TestHidingInWhatStays(t *testing.T) {
	xt := photo(seg(0xEB, "JP\x00\x01\x00\x00\x00\x01\x00\x00\x00\x10RESI", secret))
	if p := plan(t, xt); p.Status() != scrub.Partly {
		t.Errorf("what nobody looks into is called %s", p.Status())
	}
	for _, c := range []struct{ name, segment string }{
		{"short JFIF", seg(0xE0, "JFIF\x00", secret)},
		{"JFIF version", seg(0xE0, "JFIF\x00", secret, "\x00\x01\x00\x00")},
		{"SPIFF", seg(0xE8, spiff[:22], secret, "12")},
		{"SPIFF of another size", seg(0xE8, "SPIFF\x00", secret, spiff[12:])},
		{"Adobe by the letter", seg(0xEE, adobe('s')) + seg(0xEE, adobe('e')) + seg(0xEE, adobe(1))},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := scrubtest.Harness{Engine: engine(), Sound: true, Variants: -1}
			data := photo(c.segment)
			result := scrubtest.Perform(data, h.Laws(t, t.Name(), data))
			if bytes.Contains(result, []byte(secret)) || bytes.Contains(result, []byte(secret[:5])) || strings.Contains(string(result), adobe('s')) {
				t.Errorf("something is left: %q", result[:60])
			}
			if pixels(t, result) != pixels(t, encode(16, 16)) {
				t.Error("the pixels changed")
			}
		})
	}
}

func adobe(transform byte) string { return "Adobe\x00\x64\x00\x00\x00\x00" + string(transform) }

func plan(t *testing.T, data []byte) *scrub.Plan {
	t.Helper()
	return planWith(t, data, scrub.Policy{})
}

func planWith(t *testing.T, data []byte, policy scrub.Policy) *scrub.Plan {
	t.Helper()
	p, err := engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	return p
}

// The position of the segment in the sectors of the file decides how it can be
// written; all of them must end the same.
func TestEverySectorPosition(t *testing.T) {
	exif := exifOf(orientation(6), ascii(0x0131, secret+strings.Repeat("x", 700)))
	for lead := range 520 {
		data := photo(seg(0xE9, strings.Repeat("\x00", lead)), exif)
		p := plan(t, data)
		n := 0
		for what, state := range scrubtest.Steps(data, p) {
			n++
			if got := orientationOf(t, state); got != 6 {
				t.Fatalf("lead %d: orientation %d %s", lead, got, what)
			}
		}
		result := scrubtest.Perform(data, p)
		if again := plan(t, result); again.Status() != scrub.Clean || len(again.Edits) > 0 || orientationOf(t, result) != 6 {
			t.Fatalf("lead %d: %s after %d steps", lead, again.Status(), n)
		}
	}
}

// A write that is torn where a sector ends must not cost the orientation.
func TestTornOrientation(t *testing.T) {
	exif := exifOf(ascii(0x010F, secret), ascii(0x0110, secret), orientation(6), ascii(0x0131, strings.Repeat("x", 900)))
	for lead := 460; lead < 510; lead++ {
		data := photo(seg(0xE9, strings.Repeat("\x00", lead)), exif)
		p := plan(t, data)
		state := bytes.Clone(data)
		for _, e := range p.Edits {
			first := (e.Off/512+1)*512 - e.Off
			for torn := first; torn < e.Len; torn += 512 {
				half := bytes.Clone(state)
				write(half, e, torn)
				again := plan(t, half)
				result := scrubtest.Perform(half, again)
				if got := orientationOf(t, result); got != 6 {
					t.Errorf("lead %d: orientation %d after a tear at %d of the edit at 0x%x", lead, got, torn, e.Off)
				}
				if last := plan(t, result); last.Status() != scrub.Clean {
					t.Errorf("lead %d: %s after the second run", lead, last.Status())
				}
			}
			write(state, e, e.Len)
		}
	}
}

func write(b []byte, e scrub.Edit, n int64) {
	for i := range n {
		if e.Data != nil {
			b[e.Off+i] = e.Data[i]
		} else {
			b[e.Off+i] = e.Fill
		}
	}
}

// orientationOf reads the first EXIF as simple viewers do, or the copy that an
// interrupted run left.
func orientationOf(t *testing.T, b []byte) uint16 {
	t.Helper()
	at := bytes.Index(b, []byte("Exif\x00\x00MM\x00*"))
	for at >= 0 && at+26 < len(b) {
		tiff := b[at+6:]
		i := bytes.Index(tiff[:min(len(tiff), 600)], []byte("\x01\x12\x00\x03\x00\x00\x00\x01"))
		if i >= 0 {
			return binary.BigEndian.Uint16(tiff[i+8:])
		}
		at = -1
	}
	return 0
}

// Written anew, a cleaned picture is as if nothing had ever been there.
func TestCompact(t *testing.T) {
	data := photo(seg(0xE0, jfif, secret), "\xff\xff", exifOf(ascii(0x010F, secret), orientation(5)), seg(com, secret), "junk", seg(0xEE, "Adobe\x00\x65\x40\x00\x00\x00\x01more"))
	result := scrubtest.Perform(data, plan(t, data))
	k, err := engine().Compact(bytes.NewReader(result), int64(len(result)), scrub.Options{})
	if err != nil || k == nil {
		t.Fatalf("nothing to leave out: %v", err)
	}
	want := photo(seg(0xE0, jfif), exifOf(orientation(5)), seg(0xEE, "Adobe\x00\x64\x00\x00\x00\x00\x01"))
	got := make([]byte, k.NewSize())
	if _, err := k.Written(bytes.NewReader(result)).ReadAt(got, 0); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%q\nnot\n%q", got[:200], want[:200])
	}
}

// What is dirty says why, be it an empty shell.
func TestEmptyExifHasAName(t *testing.T) {
	pic := encode(8, 8)
	shell := "\xff\xe1\x00\x16Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00\x00\x00\x00\x00"
	data := splice(pic, 2, shell)
	p := plan(t, data)
	if p.Status() != scrub.Dirty || len(p.Findings) != 1 || !p.Findings[0].Goes || p.Findings[0].Place == "" {
		t.Errorf("%s: %+v", p.Status(), p.Findings)
	}
}
