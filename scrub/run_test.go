package scrub

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// randomRun is a span of a pattern, and an edit of stripes, both within size bytes.
func randomRun(r *rand.Rand, size int64) (Span, Edit) {
	var p Pattern
	for at := int64(0); at == 0 || at < 20 && r.IntN(4) > 0; {
		x := Span{Off: at, Len: 1 + r.Int64N(3), Role: []Role{Payload, Structure}[r.IntN(2)], Place: "p"}
		p.Parts, at = append(p.Parts, x), x.End()
	}
	n := p.step() * (1 + r.Int64N(3))
	run := Span{Off: r.Int64N(size - n), Len: n, Over: &p}
	s := Stripes{Step: 2 + r.Int64N(8)}
	for at := r.Int64N(s.Step); at < s.Step; at += 1 + r.Int64N(s.Step) {
		n := 1 + r.Int64N(min(2, s.Step-at))
		s.Parts = append(s.Parts, Edit{Off: at, Len: n, Fill: 'x'})
		at += n
	}
	n = s.Step * (1 + r.Int64N(4))
	if bits := make(Mask, (n/s.Step+7)/8); r.IntN(2) == 0 {
		bits[0] = byte(r.Uint32())
		s.Mask = bits
	}
	if bits := make(Mask, (run.Len/p.step()+7)/8); r.IntN(2) == 0 {
		bits[0] = byte(r.Uint32())
		p.Mask, p.Rest = bits, Span{Role: []Role{Payload, Structure}[r.IntN(2)], Place: "rest"}
	}
	return run, Edit{Off: r.Int64N(size - n), Len: n, Phase: Destroy, Over: &s}
}

// What is over and over is the same as if each repetition was told by itself.
func TestRunsAreWhatTheyStandFor(t *testing.T) {
	const size = 100
	r := rand.New(rand.NewPCG(3, 4))
	met := 0
	for range 20_000 {
		run, e := randomRun(r, size)
		if !run.whole() || e.check() != "" {
			t.Fatal(run, e, e.check())
		}
		m, _, overlap := tile([]Span{run, {Off: 0, Len: run.Off, Role: Payload, Place: "before"}}, size)
		if overlap >= 0 || (&Plan{Size: size, End: size, Map: m}).Check() != nil {
			t.Fatalf("%v", m)
		}
		protected := make([]bool, size)
		for s := range Each(m) {
			for i := s.Off; i < s.End(); i++ {
				protected[i] = s.Role.protected()
			}
		}
		hit := false
		want, parts := bytes.Repeat([]byte{'.'}, size), slices.Collect(e.Each(0, size))
		for _, x := range parts {
			for i := x.Off; i < x.End(); i++ {
				hit, want[i] = hit || protected[i], 'x'
			}
		}
		inside := e.Off >= run.Off && e.End() <= run.End()
		if got := protect(m).meets(e); hit && !got || inside && got != hit {
			t.Fatalf("%+v %+v and %+v: %v", m, *run.Over, *e.Over, got)
		} else if got {
			met++
		}
		got := bytes.Repeat([]byte{'.'}, size)
		for from := int64(0); from < size; from += 7 { // in pieces
			e.Onto(got[from:min(size, from+7)], from)
		}
		if !bytes.Equal(got, want) {
			t.Fatalf("%s\n%s", got, want)
		}
	}
	if met == 0 || met == 20_000 {
		t.Error(met)
	}
}

// A parser claims and edits in runs, in a medium as well as in another one.
func TestRuns(t *testing.T) {
	pattern := Pattern{Parts: []Span{{0, 2, Structure, "packs", nil}, {2, 6, Payload, "frames", nil}}}
	inner := Format{Name: "tape", Sniff: func(b []byte, _ int64) bool { return b[0] == 'T' }, Parse: func(s *Scan) error {
		s.ClaimRun(0, s.Size(), pattern)
		if s.Found(Finding{Kind: Time, Place: "packs", Len: s.Size()}) {
			s.EditRun(Destroy, 0, s.Size(), Stripes{Step: 8, Parts: []Edit{{Off: 1, Len: 1, Fill: '-'}}})
		}
		return nil
	}}
	outer := Format{Name: "box", Sniff: func(b []byte, _ int64) bool { return bytes.HasPrefix(b, []byte("BOX")) }, Parse: func(s *Scan) error {
		s.Claim(0, 3, Structure, "head")
		s.Claim(19, 1, Structure, "middle")
		return s.MediumOf(Structure, Extents{{3, 16}, {20, 8}}, "tape")
	}}
	e := NewEngine([]Format{inner, outer})
	for data, want := range map[string]string{
		"TAframesTAframes":             "T-framesT-frames",
		"BOXTAframesTAframes|TAframes": "BOXT-framesT-frames|T-frames",
	} {
		p, err := e.Rehearse(strings.NewReader(data), int64(len(data)), Options{})
		if err != nil || p.Status() != Dirty || p.Check() != nil {
			t.Fatalf("%v %s %s %q %v", err, p.Status(), p.Refused, p.Doubts, p.Check())
		}
		got := []byte(data)
		for _, x := range p.Edits {
			x.Onto(got, 0)
		}
		if string(got) != want {
			t.Errorf("%s", got)
		}
		if roles := slices.Collect(Each(p.Map)); roles[len(roles)-1].Role == Payload != (data[0] == 'T') {
			t.Errorf("%+v", roles)
		}
	}
	if !strings.Contains(slices.Collect(Each((&Plan{Map: []Span{{Off: 5, Len: 16, Over: &pattern}}}).Map))[3].Place, "frames") {
		t.Error("a pattern is not repeated")
	}
}

func TestRunsThatAreNone(t *testing.T) {
	pattern := &Pattern{Parts: []Span{{0, 2, Structure, "s", nil}, {2, 2, Payload, "p", nil}}}
	run := []Span{{0, 8, 0, "", pattern}}
	for name, p := range map[string]Plan{
		"a rest":             {Map: []Span{{0, 7, 0, "", pattern}, {7, 1, Structure, "s", nil}}},
		"no parts":           {Map: []Span{{0, 8, 0, "", &Pattern{}}}},
		"a hole":             {Map: []Span{{0, 8, 0, "", &Pattern{Parts: []Span{{1, 3, Structure, "s", nil}}}}}},
		"a role":             {Map: []Span{{0, 8, Structure, "", pattern}}},
		"meets payload":      {Map: run, Edits: []Edit{{Off: 0, Len: 8, Phase: Destroy, Over: &Stripes{Step: 4, Parts: []Edit{{Off: 1, Len: 2}}}}}},
		"meets it once":      {Map: run, Edits: []Edit{{Off: 5, Len: 2, Phase: Destroy}}},
		"no step":            {Map: run, Edits: []Edit{{Off: 0, Len: 8, Phase: Destroy, Over: &Stripes{}}}},
		"stripes overlap":    {Map: run, Edits: []Edit{{Off: 0, Len: 8, Phase: Destroy, Over: &Stripes{Step: 4, Parts: []Edit{{Off: 0, Len: 2}, {Off: 1, Len: 1}}}}}},
		"stripes of stripes": {Map: run, Edits: []Edit{{Off: 0, Len: 8, Phase: Destroy, Over: &Stripes{Step: 4, Parts: []Edit{{Off: 0, Len: 2, Over: &Stripes{}}}}}}},
		"a mask too short":   {Map: []Span{{0, 8, 0, "", &Pattern{Parts: pattern.Parts, Mask: Mask{}, Rest: Span{Role: Payload}}}}},
		"no rest":            {Map: []Span{{0, 8, 0, "", &Pattern{Parts: pattern.Parts, Mask: Mask{1}}}}},
		"an edit's mask":     {Map: run, Edits: []Edit{{Off: 0, Len: 8, Phase: Destroy, Over: &Stripes{Step: 4, Parts: []Edit{{Off: 0, Len: 2}}, Mask: Mask{1, 2}}}}},
		"meets what is left": {Map: []Span{{0, 8, 0, "", &Pattern{Parts: pattern.Parts[:1], Mask: Mask{7}, Rest: Span{Role: Payload}}}}, Edits: []Edit{{Off: 6, Len: 1, Phase: Destroy}}},
		"another length":     {Map: run, Edits: []Edit{{Off: 0, Len: 8, Phase: Destroy, Over: &Stripes{Step: 4, Parts: []Edit{{Off: 0, Len: 2, Data: []byte("a")}}}}}},
	} {
		p.Size, p.End = 8, 8
		if p.Check() == nil {
			t.Errorf("%s is well-formed", name)
		}
	}
	short := Format{Name: "short", Sniff: func([]byte, int64) bool { return true }, Parse: func(s *Scan) error {
		s.ClaimRun(0, 7, *pattern)
		return nil
	}}
	if p, err := NewEngine([]Format{short}).Plan(strings.NewReader("1234567"), 7, Options{}); err != nil || p.Status() != Unsupported {
		t.Error(err, p.Status())
	}
}

// Picture and sound are found where they were, whatever is over and over.
func TestKeptByRuns(t *testing.T) {
	pattern := &Pattern{Parts: []Span{{0, 2, Structure, "s", nil}, {2, 2, Payload, "p", nil}}}
	run := &Plan{Map: []Span{{0, 8, 0, "", pattern}}}
	told := &Plan{Map: slices.Collect(Each(run.Map))}
	all := &Plan{Map: []Span{{0, 8, Payload, "p", nil}}}
	less := &Plan{Map: []Span{{0, 4, 0, "", pattern}, {4, 4, Structure, "s", nil}}}
	if !run.KeptBy(told) || !told.KeptBy(run) || !run.KeptBy(all) || all.KeptBy(run) || run.KeptBy(less) || !less.KeptBy(run) {
		t.Error("not kept, or kept")
	}
}
