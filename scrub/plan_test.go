package scrub

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
)

func TestCheck(t *testing.T) {
	good := func() *Plan {
		return &Plan{
			Size: 100, End: 90,
			Map:   []Span{{0, 10, Structure, "s", nil}, {10, 40, Payload, "p", nil}, {50, 10, Render, "r", nil}, {60, 40, Identify, "i", nil}},
			Edits: []Edit{{Off: 0, Len: 4, Phase: Unlink}, {Off: 60, Len: 30, Phase: Destroy}, {Off: 0, Len: 2, Data: []byte{1, 2}, Phase: Repair}},
		}
	}
	if err := good().Check(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		spoil func(p *Plan)
		says  string
	}{
		{"an end beyond the file", func(p *Plan) { p.End = 101 }, "outside the file"},
		{"an end before the file", func(p *Plan) { p.End = -1 }, "outside the file"},
		{"no size", func(p *Plan) { p.Size = -1 }, "outside the file"},
		{"a hole", func(p *Plan) { p.Map[1].Off++ }, "map breaks at 0xa"},
		{"an overlap", func(p *Plan) { p.Map[2].Off-- }, "map breaks at 0x32"},
		{"an empty span", func(p *Plan) { p.Map[0].Len = 0 }, "map breaks at 0x0"},
		{"a span that overflows", func(p *Plan) { p.Map[3].Len = math.MaxInt64 }, "map breaks at 0x3c"},
		{"no end of the map", func(p *Plan) { p.Map = p.Map[:3] }, "map ends at 0x3c"},
		{"a cut of payload", func(p *Plan) { p.End = 49 }, "cut at 0x31 meets the payload"},
		{"an edit of payload", func(p *Plan) { p.Edits[1].Off = 49 }, "edit at 0x31 meets the payload"},
		{"an edit of what renders", func(p *Plan) { p.Edits[0] = Edit{Off: 59, Len: 1, Phase: Unlink} }, "meets the payload"},
		{"no phase", func(p *Plan) { p.Edits[0].Phase = 0 }, "has no phase"},
		{"a cut as an edit", func(p *Plan) { p.Edits[2].Phase = Truncate }, "has no phase"},
		{"an edit beyond the file", func(p *Plan) { p.Edits[1].Len = 41 }, "outside the file"},
		{"an edit that overflows", func(p *Plan) { p.Edits[1].Len = math.MaxInt64 }, "outside the file"},
		{"an edit before the file", func(p *Plan) { p.Edits[0].Off = -1 }, "outside the file"},
		{"an empty edit", func(p *Plan) { p.Edits[0].Len = 0 }, "outside the file"},
		{"another length", func(p *Plan) { p.Edits[2].Data = []byte{1} }, "changes the length"},
		{"phases out of order", func(p *Plan) { p.Edits[0].Phase = Repair }, "out of order"},
		{"edits of a phase out of order", func(p *Plan) { p.Edits = append(p.Edits, Edit{Off: 0, Len: 1, Phase: Repair}) }, "out of order"},
		{"edits of a phase that overlap", func(p *Plan) { p.Edits = append(p.Edits, Edit{Off: 1, Len: 1, Phase: Repair}) }, "overlap"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := good()
			tt.spoil(p)
			if err := p.Check(); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	edit := []Edit{{Off: 0, Len: 1, Phase: Destroy}}
	for _, tt := range []struct {
		plan Plan
		want Status
	}{
		{Plan{Size: 9, End: 9}, Clean},
		{Plan{Size: 9, End: 9, Findings: []Finding{{Kind: Title}}}, Clean},
		{Plan{Size: 9, End: 9, Findings: []Finding{{Kind: Title, Goes: true}}}, Dirty},
		{Plan{Size: 9, End: 9, Unlisted: 1}, Dirty},
		{Plan{Size: 9, End: 9, Edits: edit}, Dirty},
		{Plan{Size: 9, End: 8}, Dirty},
		{Plan{Size: 9, End: 8, Doubts: []string{"why"}}, Partly},
		{Plan{Size: 9, End: 9, Doubts: []string{"why"}, Refused: "no"}, Unsupported},
	} {
		if got := tt.plan.Status(); got != tt.want {
			t.Errorf("%+v is %s, want %s", tt.plan, got, tt.want)
		}
	}
}

func TestPayloadIsHashedAlone(t *testing.T) {
	data := []byte("headPAYtailLOADrender")
	p := Plan{Map: []Span{{0, 4, Structure, "", nil}, {4, 3, Payload, "", nil}, {7, 4, Identify, "", nil}, {11, 4, Payload, "", nil}, {15, 6, Render, "", nil}}}
	h := sha256.New()
	if err := p.Payload(bytes.NewReader(data), h); err != nil {
		t.Fatal(err)
	}
	if got, want := h.Sum(nil), sha256.Sum256([]byte("PAYLOAD")); !bytes.Equal(got, want[:]) {
		t.Error("other bytes than those of the payload")
	}
	if err := p.Payload(failing{}, h); !errors.Is(err, errBroken) {
		t.Errorf("the error of the medium is lost: %v", err)
	}
}

func TestEditsAreSorted(t *testing.T) {
	edits := []Edit{{Off: 9, Phase: Repair}, {Off: 5, Phase: Destroy}, {Off: 1, Phase: Repair}, {Off: 8, Phase: Unlink}, {Off: 2, Phase: Destroy}}
	sortEdits(edits)
	got := ""
	for _, e := range edits {
		got += fmt.Sprintf("%s %d, ", e.Phase, e.Off)
	}
	if want := "unlink 8, destroy 2, destroy 5, repair 1, repair 9, "; got != want {
		t.Errorf("got %s", got)
	}
}

func TestRefusal(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want bool
	}{
		{nil, false}, {errBroken, false}, {io.ErrClosedPipe, false},
		{&FormatError{"jpeg", 4, "no marker"}, true}, {fmt.Errorf("in a cover: %w", &UnsupportedError{"bmff", 8, "a reference movie"}), true},
		{ErrBudget, true}, {ErrTooMany, true}, {io.ErrUnexpectedEOF, true},
	} {
		if got := Refusal(tt.err); got != tt.want {
			t.Errorf("%v: %v", tt.err, got)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	for want, err := range map[string]error{
		"jpeg: no marker at 0x1f3a":                       &FormatError{"jpeg", 0x1f3a, "no marker"},
		"zip: untag can't clean this format yet":          &UnsupportedError{Format: "zip"},
		"bmff: a reference movie at 0x8 is not supported": &UnsupportedError{"bmff", 8, "a reference movie"},
		"ends at 0xa, expected 5 bytes at 0x9":            errOf(reader(numbered(10)).Bytes(9, 5)),
		"ends at 0xa, expected 99999999 bytes at 0x0":     errOf(reader(numbered(10)).Bytes(0, 99999999)),
		`no kind "colour"`:                                Policy{Keep: []Kind{"colour"}}.Check(),
		`kind "unknown" can't be kept`:                    Policy{Keep: []Kind{Unknown}}.Check(),
		`no profile "none": device or strict`:             Policy{Profile: "none"}.Check(),
		"rewrite: of 9 bytes, not of 8":                   (&Rewrite{Size: 9}).Check(&Plan{Size: 8}),
		"rewrite: change at 0x2 meets the payload":        (&Rewrite{Size: 8, Changes: []Change{{2, 1, nil}}}).Check(payloadPlan),
		"rewrite: change at 0x3 meets the payload":        (&Rewrite{Size: 8, Changes: []Change{{3, 0, []byte("x")}}}).Check(payloadPlan),
		"rewrite: changes overlap or lie outside at 0x7":  (&Rewrite{Size: 8, Changes: []Change{{7, 2, nil}}}).Check(payloadPlan),
		"rewrite: changes overlap or lie outside at 0x-1": (&Rewrite{Size: 8, Changes: []Change{{-1, 2, nil}}}).Check(payloadPlan),
		"rewrite: changes overlap or lie outside at 0x5":  (&Rewrite{Size: 8, Changes: []Change{{4, 2, nil}, {5, 1, nil}}}).Check(payloadPlan),
		"rewrite: change at 0x5 in what is cut off":       (&Rewrite{Size: 8, Changes: []Change{{5, 2, nil}}}).Check(&Plan{Size: 8, End: 6, Map: payloadPlan.Map}),
		"rewrite: nothing changes at 0x4":                 (&Rewrite{Size: 8, Changes: []Change{{4, 0, nil}}}).Check(payloadPlan),
		"rewrite: more than 33554432 new bytes":           (&Rewrite{Size: 8, Changes: []Change{{4, 0, make([]byte, MaxAnew)}, {5, 0, []byte("x")}}}).Check(payloadPlan),
	} {
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

var payloadPlan = &Plan{Size: 8, End: 8, Map: []Span{{0, 2, Structure, "", nil}, {2, 2, Payload, "", nil}, {4, 4, Filler, "", nil}}}

func errOf(_ []byte, err error) error { return err }

// A rewrite keeps, replaces, inserts and drops, and tells where the payload gets to.
func TestRewrite(t *testing.T) {
	w := &Rewrite{Size: 8, Changes: []Change{{0, 1, nil}, {2, 0, []byte("in")}, {4, 0, []byte("after")}, {5, 2, []byte("r")}}}
	if err := w.Check(payloadPlan); err != nil {
		t.Error(err)
	}
	const want = "1in23after4r7"
	if w.NewSize() != int64(len(want)) {
		t.Errorf("%d bytes, want %d", w.NewSize(), len(want))
	}
	got, err := io.ReadAll(iotest.OneByteReader(io.NewSectionReader(w.Written(strings.NewReader("01234567")), 0, 99)))
	if err != nil || string(got) != want {
		t.Errorf("byte by byte: %q, %v", got, err)
	}
	for off := range want {
		b := make([]byte, 5)
		n, err := w.Written(strings.NewReader("01234567")).ReadAt(b, int64(off))
		if rest := want[off:]; string(b[:n]) != rest[:min(5, len(rest))] || (err == io.EOF) != (len(rest) < 5) {
			t.Errorf("at %d: %q, %v", off, b[:n], err)
		}
	}
	if p := w.Payload(payloadPlan); len(p) != 1 || p[0].Off != 3 || p[0].Len != 2 {
		t.Errorf("payload at %+v", p)
	}
}
