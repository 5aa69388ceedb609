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
	for doubt, data := range map[string][]byte{
		"cut short":         data[:len(data)-5000],
		"where they belong": moved,
	} {
		if p, after := plan(t, data); p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ""), doubt) || bytes.Contains(after[:120000], []byte("\x62\xc1")) {
			t.Errorf("%s: %s %q", doubt, p.Status(), p.Doubts)
		}
	}
}

// over is data over and over.
type over []byte

func (o over) ReadAt(b []byte, off int64) (int, error) {
	for n := 0; n < len(b); {
		n += copy(b[n:], o[(off+int64(n))%int64(len(o)):])
	}
	return len(b), nil
}

// A film of some minutes needs few edits: those of a frame, made over and over. Where a
// frame has a pack that is needed in a place where others tell the time, others begin.
func TestLong(t *testing.T) {
	film := samples.Get("dv/dates").Data
	frame := int64(len(film) / 2)
	const frames = 5000
	p, err := engine.Plan(over(film), frames*frame, scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil || p.Status() != scrub.Dirty || len(p.Map) != 1 || len(p.Edits) == 0 || len(p.Edits) > 2 {
		t.Errorf("%v %s %q, %d spans, %d edits", err, p.Status(), p.Doubts, len(p.Map), len(p.Edits))
	}
	_, want := plan(t, film)
	got := make([]byte, 3*frame)
	copy(got, film)
	copy(got[len(film):], film)
	for _, e := range p.Edits {
		e.Onto(got, 0)
	}
	if !bytes.Equal(got[:len(film)], want) {
		t.Error("others edits than in a short film")
	}
	other := append(bytes.Clone(film), film...)
	at := bytes.Index(other[len(film):], []byte("\x62\xc1")) + len(film)
	copy(other[at:], "\x60\xff\xff\xff\xff")
	q, after := plan(t, other)
	if q.Status() != scrub.Dirty || len(q.Edits) < 2 || !bytes.Contains(after, []byte("\x60\xff\xff\xff\xff")) || bytes.Contains(after, []byte("\x62\xc1")) {
		t.Errorf("%s %q, %d edits", q.Status(), q.Doubts, len(q.Edits))
	}
}

func FuzzDV(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Get("dv/plain").Data[:24000], samples.Get("dv/dates").Data[:12000])
}
