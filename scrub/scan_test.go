package scrub

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// engineOf returns an engine for a format "top" that does parse, and a format
// "in" for media that begin with "IN".
func engineOf(parse, in func(*Scan) error) *Engine {
	return NewEngine([]Format{
		{Name: "in", Sniff: func(h []byte, _ int64) bool { return bytes.HasPrefix(h, []byte("IN")) }, Parse: in},
		{Name: "inner", Inner: true, Sniff: func([]byte, int64) bool { return true }, Parse: in},
		{Name: "top", Sniff: func([]byte, int64) bool { return true }, Parse: parse},
	})
}

func planOf(t *testing.T, e *Engine, data string) *Plan {
	t.Helper()
	p, err := e.Plan(strings.NewReader(data), int64(len(data)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Check(); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestNestedMediumIsMapped(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		s.Claim(0, 4, Structure, "head")
		s.Claim(7, 3, Structure, "between")
		return s.Medium(Extents{{4, 3}, {10, 6}}, "cover")
	}, func(s *Scan) error {
		s.Claim(0, 2, Structure, "magic")
		s.Claim(2, 7, Identify, "words")
		if s.Found(Finding{Kind: Comment, Place: "words", Off: 2, Len: 7, Value: strings.Repeat("v", 1000)}) {
			s.Fill(Destroy, 2, 3, ' ')
			s.Put(Repair, 2, []byte("abc"))
		}
		return nil
	})
	p := planOf(t, e, "headIN1---234567")
	want := []Span{{0, 4, Structure, "head", nil}, {4, 2, Structure, "cover/magic", nil}, {6, 1, Identify, "cover/words", nil}, {7, 3, Structure, "between", nil}, {10, 6, Identify, "cover/words", nil}}
	if !slices.Equal(p.Map, want) {
		t.Errorf("map %v", p.Map)
	}
	if f := p.Findings[0]; f.Place != "cover/words" || f.Off != 6 || len(f.Value) != MaxValue || !f.Goes {
		t.Errorf("finding %+v", f)
	}
	got := ""
	for _, e := range p.Edits {
		got += fmt.Sprintf("%s %d+%d %q; ", e.Phase, e.Off, e.Len, e.Data)
	}
	if want := `destroy 6+1 ""; destroy 10+2 ""; repair 6+1 "a"; repair 10+2 "bc"; `; got != want {
		t.Errorf("edits %s", got)
	}
}

// A nested medium that is refused leaves nothing behind, not even in a claim
// that it was joined to.
func TestRefusedMediumLeavesNothing(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		s.Claim(0, 4, Identify, "x/body")
		if err := s.Medium(Extents{{4, 6}}, "x"); !Refusal(err) {
			t.Errorf("no refusal: %v", err)
		}
		s.Claim(4, 6, Payload, "opaque")
		return nil
	}, func(s *Scan) error {
		s.Claim(0, 2, Identify, "body")
		s.Found(Finding{Kind: Comment})
		s.Fill(Destroy, 0, 2, 0)
		s.Doubt("half")
		return s.Errorf(2, "broken")
	})
	p := planOf(t, e, "headIN4567")
	if want := []Span{{0, 4, Identify, "x/body", nil}, {4, 6, Payload, "opaque", nil}}; !slices.Equal(p.Map, want) || len(p.Findings)+len(p.Edits)+len(p.Doubts) > 0 {
		t.Errorf("%v, %v, %v, %q", p.Map, p.Findings, p.Edits, p.Doubts)
	}
}

func TestNestingEnds(t *testing.T) {
	depth := 0
	dig := func(s *Scan) error {
		depth++
		s.Claim(0, 2, Structure, "in")
		return s.Medium(Extents{{0, s.Size()}}, "in")
	}
	if p := planOf(t, engineOf(dig, dig), "IN"); p.Refused == "" || depth > 10 {
		t.Errorf("depth %d, refused %q", depth, p.Refused)
	}
}

func TestMediumOutside(t *testing.T) {
	for _, x := range []Extents{{{4, 100}}, {{-1, 2}}, {{11, 0}}, {{0, 2}, {9, 2}}} {
		e := engineOf(func(s *Scan) error { return s.Medium(x, "in") }, func(s *Scan) error { return nil })
		if p := planOf(t, e, "0123456789"); !strings.Contains(p.Refused, "lies outside") {
			t.Errorf("%v: refused %q", x, p.Refused)
		}
	}
}

func TestMediumAs(t *testing.T) {
	in := func(s *Scan) error { s.Claim(0, s.Size(), Render, "all"); return nil }
	e := engineOf(func(s *Scan) error {
		if err := s.MediumAs("nothing", Extents{{0, 1}}, "x"); !Refusal(err) {
			t.Errorf("a format that is not in the table: %v", err)
		}
		s.Claim(0, 4, Structure, "head")
		return s.MediumAs("inner", Extents{{4, 2}}, "profile")
	}, in)
	if p := planOf(t, e, "head##"); len(p.Map) != 2 || p.Map[1] != (Span{Off: 4, Len: 2, Role: Render, Place: "profile/all"}) {
		t.Errorf("%v", p.Map)
	}
}

func TestUnclaimedAndOverlapAreDoubt(t *testing.T) {
	for says, parse := range map[string]func(*Scan) error{
		"3 bytes belong to nothing": func(s *Scan) error { s.Claim(0, 7, Structure, "s"); return nil },
		"structures overlap at 0x5": func(s *Scan) error {
			s.Claim(0, 7, Structure, "s")
			s.Claim(5, 5, Identify, "i")
			return nil
		},
	} {
		p := planOf(t, engineOf(parse, nil), "0123456789")
		if p.Status() != Partly || !slices.Contains(p.Doubts, says) {
			t.Errorf("%s: %q", p.Status(), p.Doubts)
		}
	}
}

// A parser whose edits meet payload, even payload that it claims later or that
// something else overlaps, is not believed at all.
func TestEditsOnPayloadRefuse(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		s.Fill(Destroy, 2, 4, 0)
		s.Claim(0, 10, Identify, "i")
		s.Claim(5, 1, Payload, "p")
		return nil
	}, nil)
	p := planOf(t, e, "0123456789")
	if !strings.Contains(p.Refused, "shares bytes with the picture or sound") || len(p.Edits) > 0 {
		t.Errorf("refused %q, edits %v", p.Refused, p.Edits)
	}
}

func TestErrorsOfReadingAreNoRefusal(t *testing.T) {
	e := engineOf(func(s *Scan) error { return nil }, nil)
	if _, err := e.Plan(failing{}, 10, Options{}); !errors.Is(err, errBroken) {
		t.Errorf("got %v", err)
	}
	p, err := e.Plan(bytes.NewReader(nil), 10, Options{})
	if err == nil && p.Status() == Clean {
		t.Error("a medium that is shorter than said is clean")
	}
}

func TestTooManyPieces(t *testing.T) {
	for name, add := range map[string]func(s *Scan, i int64){
		"claims": func(s *Scan, i int64) { s.Claim(i, 1, Structure, string(rune('a'+i%2))) },
		"edits":  func(s *Scan, i int64) { s.Fill(Destroy, i, 1, 0) },
	} {
		data := strings.Repeat("x", MaxPieces+10)
		e := engineOf(func(s *Scan) error {
			for i := range s.Size() {
				add(s, i)
			}
			return nil
		}, nil)
		if p := planOf(t, e, data); p.Refused != "top: "+ErrTooMany.Error() || len(p.Edits) > 0 {
			t.Errorf("%s: refused %q", name, p.Refused)
		}
	}
}

func TestFindingsBeyondTheListCount(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		for range MaxFindings + 5 {
			s.Found(Finding{Kind: Comment})
		}
		s.Gone(Finding{Kind: Title, Role: Describe})
		s.Claim(0, s.Size(), Identify, "i")
		return nil
	}, nil)
	p := planOf(t, e, "0123456789")
	if len(p.Findings) != MaxFindings || p.Unlisted != 6 || p.Removes() != MaxFindings+6 {
		t.Errorf("%d listed, %d not", len(p.Findings), p.Unlisted)
	}
}

// Whether a file is signed does not depend on how much else is in it.
func TestMarksAreListedInAnyCase(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		for range MaxFindings {
			s.Found(Finding{Kind: Comment})
		}
		s.Found(Finding{Kind: Mark, Place: "tail/natisign"})
		s.Claim(0, s.Size(), Identify, "i")
		return nil
	}, nil)
	p := planOf(t, e, "0123456789")
	if !p.Signed() || len(p.Findings) != MaxFindings || p.Removes() != MaxFindings+1 {
		t.Errorf("signed is %v, %d listed, %d go", p.Signed(), len(p.Findings), p.Removes())
	}
}

func TestGoneIgnoresThePolicy(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		s.Claim(0, s.Size(), Identify, "i")
		s.Found(Finding{Kind: Title, Role: Describe, Place: "kept"})
		s.Gone(Finding{Kind: Title, Role: Describe, Place: "gone"})
		return nil
	}, nil)
	for _, f := range planOf(t, e, "0123456789").Findings {
		if f.Goes != (f.Place == "gone") {
			t.Errorf("%s: goes is %v", f.Place, f.Goes)
		}
	}
}

func TestKnown(t *testing.T) {
	known := []Span{{0, 2, Structure, "s", nil}, {2, 3, Payload, "p", nil}, {5, 2, Render, "r", nil}, {7, 3, Payload, "q", nil}}
	var got []string
	e := engineOf(func(s *Scan) error {
		for off := range s.Size() {
			if end, ok := s.Known(off); ok {
				got = append(got, fmt.Sprintf("%d-%d", off, end))
			}
		}
		s.Claim(0, s.Size(), Payload, "p")
		return nil
	}, nil)
	if _, err := e.Plan(strings.NewReader("0123456789"), 10, Options{Known: known}); err != nil {
		t.Fatal(err)
	}
	if want := []string{"2-5", "7-10"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBlank(t *testing.T) {
	for _, tt := range []struct {
		data         string
		role         Role
		edits, finds int
	}{{"0000000000", Filler, 0, 0}, {"00000000x0", Identify, 1, 1}} {
		e := engineOf(func(s *Scan) error { return s.Blank(0, s.Size(), '0', Hidden, "pad") }, nil)
		p := planOf(t, e, tt.data)
		if p.Map[0].Role != tt.role || len(p.Edits) != tt.edits || len(p.Findings) != tt.finds {
			t.Errorf("%s: %v %v %v", tt.data, p.Map, p.Edits, p.Findings)
		}
	}
}

func TestPointAndReset(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		s.Claim(0, 4, Filler, "f")
		before := s.Point()
		s.Claim(4, 2, Filler, "f")
		s.Claim(6, 2, Payload, "p")
		s.Found(Finding{Kind: Comment})
		s.Fill(Destroy, 4, 2, 0)
		s.Doubt("so so")
		if !s.Edited(before) {
			t.Error("an edit is not noticed")
		}
		s.Retract(before)
		if s.Edited(before) {
			t.Error("an edit stays")
		}
		s.Reset(before)
		s.Claim(4, 6, Identify, "i")
		return nil
	}, nil)
	p := planOf(t, e, "0123456789")
	if want := []Span{{0, 4, Filler, "f", nil}, {4, 6, Identify, "i", nil}}; !slices.Equal(p.Map, want) || len(p.Findings)+len(p.Edits)+len(p.Doubts) > 0 {
		t.Errorf("%v %v %v %q", p.Map, p.Findings, p.Edits, p.Doubts)
	}
}

func TestAtomic(t *testing.T) {
	e := engineOf(func(s *Scan) error {
		for _, tt := range []struct {
			off, n int64
			want   bool
		}{{0, 512, true}, {1, 512, false}, {511, 1, true}, {511, 2, false}, {512, 4, true}} {
			if got := s.Atomic(tt.off, tt.n); got != tt.want {
				t.Errorf("%d bytes at %d: %v", tt.n, tt.off, got)
			}
		}
		s.Claim(0, s.Size(), Payload, "p")
		return nil
	}, nil)
	planOf(t, e, strings.Repeat("x", 2000))
}

func TestDepth(t *testing.T) {
	for _, tt := range []struct {
		depth Depth
		size  int64
		want  bool
	}{{"", 10, true}, {DepthAuto, DeepLimit, true}, {DepthAuto, DeepLimit + 1, false}, {DepthDeep, DeepLimit + 1, true}, {DepthIndex, 10, false}} {
		var got bool
		e := engineOf(func(s *Scan) error { got = s.Deep(); s.Claim(0, s.Size(), Payload, "p"); return nil }, nil)
		p, err := e.Plan(zeroes{}, tt.size, Options{Depth: tt.depth})
		if err != nil || got != tt.want || p.Shallow == tt.want {
			t.Errorf("%q of %d bytes: deep %v, %v", tt.depth, tt.size, got, err)
		}
	}
}

// zeroes is a medium without end.
type zeroes struct{}

func (zeroes) ReadAt(p []byte, _ int64) (int, error) { clear(p); return len(p), nil }
