package scrub_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

// guarded is a medium of n bytes that ends as e says, but for the offset.
func guarded(n int, e scrub.End) *scrub.Engine {
	e.Off = int64(n)
	whole := scrub.Format{Name: "whole", Sniff: starts("WHOLE"), Parse: func(s *scrub.Scan) error {
		s.Claim(0, 6, scrub.Payload, "all")
		if s.Size() < 6 {
			return s.Errorf(0, "cut short")
		}
		s.End(scrub.End{Off: 6, Proof: scrub.Proven})
		return nil
	}}
	return scrub.NewEngine([]scrub.Format{whole,
		{Name: "bare", Sniff: starts("BARE"), End: func(s *scrub.Scan) (scrub.End, error) { return e, nil }},
		{Name: "kept", Sniff: starts("KEPT"), Parse: func(s *scrub.Scan) error {
			if s.Size() < int64(n) {
				return s.Errorf(0, "cut short")
			}
			if s.Claim(0, int64(n), scrub.Payload, "all"); e.Doubt != "" {
				s.Doubt("the medium contradicts itself")
			}
			s.End(e)
			return nil
		}}})
}

func noise(n int) string {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(3, 4))
	for i := range b {
		b[i] = byte(r.Uint32()) | 1
	}
	return string(b)
}

func TestWhatFollowsAnEnd(t *testing.T) {
	id3 := "TAG" + strings.Repeat("t", 125)
	more := func(off, n int64) (string, error) { return "frames", nil }
	for _, c := range []struct {
		name string
		end  scrub.End
		size int
		tail string
		cut  int    // bytes that go from the end of the file
		why  string // what the doubt says, "" for none
	}{
		{"proven, much", scrub.End{Proof: scrub.Proven}, 1000, noise(200000), 200000, ""},
		{"proven, zeros", scrub.End{Proof: scrub.Proven}, 1000, strings.Repeat("\x00", 3000), 3000, ""},
		{"proven, more of the same", scrub.End{Proof: scrub.Proven, More: more}, 1000, noise(10), 0, "(10 bytes), since they hold frames; scrub --cut removes it"},
		{"proven, a second one", scrub.End{Proof: scrub.Proven}, 1000, "\x00\x00?ARE", 0, "since another medium of the kind follows"},
		{"proven, start of a part", scrub.End{Proof: scrub.Proven, Least: 8}, 1000, "remains", 0, "(7 bytes), since they may be the start of a part that was cut short"},
		{"counted, little", scrub.End{Proof: scrub.Counted}, 1000, noise(64 << 10), 64 << 10, ""},
		{"counted, much", scrub.End{Proof: scrub.Counted}, 1000, noise(64<<10 + 1), 0, "(65537 bytes), since nothing but a length"},
		{"counted, much of more", scrub.End{Proof: scrub.Counted}, 7 << 20, noise(70000), 70000, ""},
		{"said, little", scrub.End{}, 1600, noise(100), 100, ""},
		{"said, a large share", scrub.End{}, 1600, noise(101), 0, "(101 bytes), since nothing but a length"},
		{"said, much", scrub.End{}, 1 << 20, noise(4097), 0, "(4097 bytes), since nothing but a length"},
		{"said, zeros", scrub.End{}, 1000, strings.Repeat("\x00", 3000), 0, ""},
		{"said, known trailer", scrub.End{}, 100, id3, len(id3), ""},
		{"said, zeros and a known trailer", scrub.End{}, 100, strings.Repeat("\x00", 3000) + id3, len(id3), ""},
		{"said, much under a known trailer", scrub.End{}, 100, noise(5000) + id3, 0, "(5128 bytes), since nothing but a length"},
		{"said, much under a proven one", scrub.End{}, 100, noise(5000) + trailer, len(trailer), "(5000 bytes), since nothing but a length"},
		{"said, a whole medium", scrub.End{}, 100, "WHOLE!" + noise(5000), 5006, ""},
		{"said, a medium cut short", scrub.End{}, 32, "WHOLE", 0, "(5 bytes), since nothing but a length"},
		{"in doubt", scrub.End{Proof: scrub.Proven, Doubt: "the sound is empty"}, 1000, noise(9), 0, "(9 bytes), since the sound is empty"},
		{"in doubt, known trailer", scrub.End{Doubt: "the sound is empty"}, 1000, id3, 0, "(128 bytes), since the sound is empty"},
		{"in doubt, proven one", scrub.End{Doubt: "the sound is empty"}, 1000, trailer, len(trailer), ""},
		{"in doubt, nothing after", scrub.End{Doubt: "the sound is empty"}, 1000, "", 0, ""},
	} {
		for _, kind := range []string{"BARE", "KEPT"} {
			t.Run(c.name+"/"+kind, func(t *testing.T) {
				e := guarded(c.size, c.end)
				data := []byte(kind + strings.Repeat("m", c.size-4) + strings.ReplaceAll(c.tail, "?ARE", kind))
				p, err := e.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
				if err != nil {
					t.Fatal(err)
				}
				doubts := strings.Replace(strings.Join(p.Doubts, "\n"), "the medium contradicts itself", "", 1)
				if kind == "KEPT" && strings.HasPrefix(c.tail, "WHOLE!") {
					c.cut, c.why = 0, "nothing but a length"
				}
				if p.End != int64(len(data)-c.cut) || !strings.Contains(doubts, c.why) || c.why == "" && strings.TrimSpace(doubts) != "" {
					t.Errorf("%d bytes go, want %d; %q, want %q", p.Size-p.End, c.cut, doubts, c.why)
				}
				if len(c.tail) < 64<<10 { // the harness takes more for media
					scrubtest.Laws(t, e, c.name, data, scrub.Options{})
				}
				opt := scrub.Options{Cut: true}
				if p, err := e.Plan(bytes.NewReader(data), int64(len(data)), opt); err != nil || p.End != int64(c.size) || strings.Contains(strings.Join(p.Doubts, ""), "follows the end") {
					t.Errorf("--cut leaves %d of %d bytes: %q %v", p.End, c.size, p.Doubts, err)
				}
			})
		}
	}
}

// A mark under something that stays is filled where it is.
func TestMarkInWhatStays(t *testing.T) {
	e := guarded(100, scrub.End{})
	data := []byte("BARE" + strings.Repeat("m", 96) + noise(3000) + trailer + noise(3000))
	p := (&scrubtest.Harness{Engine: e}).Laws(t, "mark", data)
	want := bytes.Replace(data, []byte(trailer), make([]byte, len(trailer)), 1)
	if got := scrubtest.Perform(data, p); !bytes.Equal(got, want) || len(p.Doubts) != 1 {
		t.Errorf("%d bytes, want %d with the mark blank; %q", len(got), len(want), p.Doubts)
	}
}

func TestSigned(t *testing.T) {
	for place, want := range map[string]bool{"tail/natisign": true, "tail/selfsign": true, "tail/red-star": false} {
		p := scrub.Plan{Findings: []scrub.Finding{{Kind: scrub.Mark, Place: place}}}
		if p.Signed() != want {
			t.Errorf("%s: signed is %v", place, p.Signed())
		}
	}
}
