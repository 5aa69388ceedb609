package scrub_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/marks"
	"untag/scrub/scrubtest"
)

// record and trailer are the mark of one machine: see package marks.
var (
	record  = unhex("7908dfd0e092b2d128247e20315975b25a13a0e6294b75b1")
	trailer = record + "\x18\x00\x00\x00EOF"
)

func unhex(s string) string {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// toys have no parser. "ends" proves where it ends, "lost" can't tell, and "mark"
// knows of a mark of two bytes.
var toys = scrub.NewEngine([]scrub.Format{
	{Name: "ends", Sniff: starts("ENDS"), End: func(s *scrub.Scan) (scrub.End, error) { return scrub.End{Off: 8, Proof: scrub.Proven}, nil }},
	{Name: "lost", Sniff: starts("LOST"), End: func(s *scrub.Scan) (scrub.End, error) { return scrub.End{}, s.Errorf(4, "no end") }},
	{Name: "mark", Sniff: starts("MARK"), Mark: func(src io.ReaderAt, size int64) (marks.Mark, bool, error) {
		return marks.Mark{Name: "m", Off: 4, Len: 2, Value: "v"}, size > 6, nil
	}},
})

func starts(magic string) func([]byte, int64) bool {
	return func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte(magic)) }
}

func TestTailsWithoutParser(t *testing.T) {
	const other = "\x00\x01\x02 another device \x03\x04"
	for _, c := range []struct {
		name, data string
		end        int64
		findings   string // kind, place and value of each
		doubts     int
	}{
		{"end known", "ENDSbody" + other, 8, "trailer tail ", 0},
		{"end known, marked", "ENDSbody" + trailer, 8, "mark tail/red-star 1 machine: 8295FF513293A (disk serial MMBLC982T6?)", 0},
		{"end known, mark under something", "ENDSbody" + trailer + other, 8,
			"trailer tail ; mark tail/red-star 1 machine: 8295FF513293A (disk serial MMBLC982T6?)", 0},
		{"end known, nothing after", "ENDSbody", 8, "", 0},
		{"end unknown, marked", "LOSTbody" + trailer, 8, "mark tail/red-star 1 machine: 8295FF513293A (disk serial MMBLC982T6?)", 0},
		{"end unknown, marked twice", "LOSTbody" + trailer + trailer, 8,
			"mark tail/red-star 1 machine: 8295FF513293A (disk serial MMBLC982T6?); mark tail/red-star 1 machine: 8295FF513293A (disk serial MMBLC982T6?)", 0},
		{"end unknown, not proven", "LOSTbody" + "TAG" + strings.Repeat("t", 125), 136, "", 1},
		{"end unknown, not proven under proven", "LOSTbody" + "TAG" + strings.Repeat("t", 125) + trailer, 136,
			"mark tail/red-star 1 machine: 8295FF513293A (disk serial MMBLC982T6?)", 1},
		{"end unknown, mark under something", "LOSTbody" + trailer + other, int64(8 + len(trailer+other)),
			"mark tail/red-star 1 machine: 8295FF513293A (disk serial MMBLC982T6?)", 0},
		{"format unknown, mark under something", "unknown!" + trailer + other, int64(8 + len(trailer+other)), "", 1},
		{"format unknown, marked", "unknown!" + trailer, 8, "mark tail/red-star 1 machine: 8295FF513293A (disk serial MMBLC982T6?)", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := toys.Plan(strings.NewReader(c.data), int64(len(c.data)), scrub.Options{})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range p.Findings {
				if !f.Goes {
					t.Errorf("%s stays", f.Place)
				}
				got = append(got, string(f.Kind)+" "+f.Place+" "+f.Value)
			}
			if p.End != c.end || strings.Join(got, "; ") != c.findings || len(p.Doubts) != c.doubts {
				t.Errorf("end %d, findings %q, doubts %q", p.End, got, p.Doubts)
			}
			if p.Status() != scrub.Unsupported {
				t.Errorf("status %s", p.Status())
			}
			scrubtest.Laws(t, toys, c.name, []byte(c.data), scrub.Options{})
		})
	}
}

func TestMarkInsideWithoutParser(t *testing.T) {
	data := "MARK!!body" + trailer
	p, err := toys.Plan(strings.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := scrubtest.Perform([]byte(data), p), "MARK\x00\x00body"; string(got) != want {
		t.Errorf("became %q, want %q", got, want)
	}
	if len(p.Findings) != 2 || p.Findings[0].Place != "mark/m" || p.Findings[0].Kind != scrub.Mark {
		t.Errorf("findings %+v", p.Findings)
	}
}
