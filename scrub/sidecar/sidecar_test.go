package sidecar_test

import (
	"bytes"
	"encoding/xml"
	"io"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
	"untag/scrub/sidecar"
)

var engine = formats.Engine()

func names() (all []string) {
	for _, f := range sidecar.Formats() {
		all = append(all, f.Name)
	}
	return all
}

// What is left is the shortest file of its kind, and with --keep sidecars all of it.
func TestEmptied(t *testing.T) {
	for _, tt := range []struct{ sample, left string }{
		{"track/gpx", `<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1" creator=""/>` + "\n"},
		{"track/kml", `<kml xmlns="http://www.opengis.net/kml/2.2"/>` + "\n"},
		{"positions/nmea", "$GPRMC,,V,,,,,,,,,,N*53\r\n"},
		{"positions/fit", "\x0e\x10\x00\x00\x00\x00\x00\x00.FIT\x63\x85\x00\x00"},
		{"aae/edits", `<plist version="1.0"><dict><key>adjustmentFormatIdentifier</key><string/></dict></plist>` + "\n"},
		{"sony-xml/camera", `<NonRealTimeMeta xmlns="urn:schemas-professionalDisc:nonRealTimeMeta:ver.2.00"/>` + "\n"},
		{"sony-xml/card", `<MediaProfile xmlns="http://xmlns.sony.net/pro/metadata/mediaprofile" version="2.00"/>` + "\n"},
		{"moi/film", "V6\x00\x00\x01\x00" + string(make([]byte, 250))},
		{"gopro/version", `{"info version":"2.0"}` + "\n"},
		{"appledouble/where-from", "\x00\x05\x16\x07\x00\x02\x00\x00" + string(make([]byte, 18))},
	} {
		s := samples.Get(tt.sample)
		p, after := plan(t, s.Data, scrub.Policy{})
		if string(after) != tt.left || p.Status() != scrub.Dirty {
			t.Errorf("%s: %s, becomes %q", tt.sample, p.Status(), after)
		}
		if tt.left[0] == '<' {
			wellFormed(t, after)
		}
		p, after = plan(t, s.Data, scrub.Policy{Keep: []scrub.Kind{scrub.Sidecar}})
		if !bytes.Equal(after, s.Data) || len(p.Findings) != 1 {
			t.Errorf("%s: kept, %s with %d findings", tt.sample, p.Status(), len(p.Findings))
		}
	}
}

func plan(t *testing.T, data []byte, policy scrub.Policy) (*scrub.Plan, []byte) {
	t.Helper()
	p, err := engine.Rehearse(bytes.NewReader(data), int64(len(data)), scrub.Options{Policy: policy})
	if err != nil {
		t.Fatal(err)
	}
	return p, scrubtest.Perform(data, p)
}

func wellFormed(t *testing.T, b []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(b)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
	}
}

func FuzzSidecar(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of(names()...)...)
}

// How a picture is developed stays, and nothing else.
func TestSettingsStay(t *testing.T) {
	_, after := plan(t, samples.Get("xmp/settings").Data, scrub.Policy{})
	wellFormed(t, after)
	for _, want := range []string{`crs:Exposure2012="+0.35"`, `crs:WhiteBalance="As Shot"`, "<rdf:li>128, 140</rdf:li>"} {
		if !bytes.Contains(after, []byte(want)) {
			t.Errorf("%s is gone", want)
		}
	}
	for _, gone := range []string{"exif:", "RawFileName", "crs:Look", "xmpMM"} {
		if bytes.Contains(after, []byte(gone)) {
			t.Errorf("%s is still there", gone)
		}
	}
	_, after = plan(t, samples.Get("xmp/words").Data, scrub.Policy{})
	if want := `<x:xmpmeta xmlns:x="adobe:ns:meta/"/>` + "\n"; string(after) != want {
		t.Errorf("without settings it becomes %q", after)
	}
	if _, after = plan(t, samples.Get("pp3/words").Data, scrub.Policy{}); !bytes.Contains(after, []byte("CurveMode=FilmLike\n")) || bytes.Contains(after, []byte("home")) {
		t.Errorf("%q", after)
	}
}
