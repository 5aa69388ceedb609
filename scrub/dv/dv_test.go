package dv_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/dv"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{dv.Format})

func plan(t *testing.T, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, engine, data, scrub.Options{})
}

func TestDates(t *testing.T) {
	data := samples.Get("dv/dates").Data
	p, after := plan(t, data)
	if p.Status() != scrub.Dirty || bytes.Contains(after, []byte("\x62\xc1")) || !bytes.Contains(after, []byte("\x62\xff\xff\xff\xff")) || !bytes.Contains(after, []byte("\x60\xff\xff\x00\xff\x61\x3f\xc8\xfc\xff")) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

func TestInDoubt(t *testing.T) {
	data := samples.Get("dv/dates").Data
	moved := bytes.Clone(data)
	moved[120000+12000+80] = 0xbf
	long := bytes.Repeat(samples.Get("dv/plain").Data, 601)
	for doubt, data := range map[string][]byte{
		"cut short":             data[:len(data)-5000],
		"where they belong":     moved,
		"only its start is cle": long,
	} {
		if p, after := plan(t, data); p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ""), doubt) || bytes.Contains(after[:120000], []byte("\x62\xc1")) {
			t.Errorf("%s: %s %q", doubt, p.Status(), p.Doubts)
		}
	}
}

func FuzzDV(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Get("dv/plain").Data[:24000], samples.Get("dv/dates").Data[:12000])
}
