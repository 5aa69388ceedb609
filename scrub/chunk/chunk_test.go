package chunk_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/scrubtest"
)

// A toy: parts of a name of four letters and a length, little-endian. FORM holds all.
var toy = &chunk.Dialect{
	Least:  8,
	Read:   readToy,
	Filler: func(p chunk.Part) bool { return p.ID == "FILL" },
	Retire: func(s *scrub.Scan, p chunk.Part, unlink, destroy scrub.Phase) {
		s.Put(unlink, p.Off, []byte("FILL"))
		s.Fill(destroy, p.Body(), p.Size, 0)
	},
	Vital: []string{"FORM", "DATA", "CODE"},
}

func readToy(s *scrub.Scan, off, end int64) (chunk.Part, error) {
	b, err := s.Bytes(off, 8)
	if err != nil {
		return chunk.Part{}, err
	}
	for _, c := range b[:4] {
		if c < 'A' || c > 'Z' {
			return chunk.Part{}, s.Errorf(off, "a part %q, expected letters", b[:4])
		}
	}
	p := chunk.Part{ID: string(b[:4]), Off: off, Head: 8, Size: int64(binary.LittleEndian.Uint32(b[4:]))}
	if p.Size > end-p.Body() {
		p.Size, p.Cut = end-p.Body(), true
	}
	return p, nil
}

var toyRules = chunk.MustRules(`	FORM	holds			all	toy
FORM	CODE	structure		8	how data is coded	toy
FORM	DATA	payload			data	toy
FORM	NAME	words	title		title	toy
FORM	SERN	go	serial	64	serial number	toy
FORM	INFO	shell			texts	toy
FORM/INFO	WHEN	go	time		when	toy
FORM	HAND	hand			looked at	toy
`)

var toyFormat = scrub.Format{
	Name:  "toy",
	Sniff: func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("FORM")) },
	Parse: func(s *scrub.Scan) error {
		return chunk.Parse(s, toy, toyRules, func(w *chunk.Walk) error {
			w.Hands = map[string]chunk.Hand{"FORM/HAND": func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
				if err := w.Keep(p, scrub.Structure, place); err != nil {
					return true, err
				}
				return true, w.Field(p.Body(), make([]byte, min(p.Size, 4)), scrub.Device, place)
			}}
			p, err := w.Read(w.Scan, 0, w.Size())
			if err != nil {
				return err
			}
			if p.Cut {
				w.Distrust("the file is cut short")
			}
			if _, err := w.Part(p, "", "FORM"); err != nil {
				return err
			}
			w.End(p.End(), scrub.Counted, 8)
			return nil
		})
	},
}

func part(id string, body ...[]byte) []byte {
	b := bytes.Join(body, nil)
	return append(binary.LittleEndian.AppendUint32([]byte(id), uint32(len(b))), b...)
}

func text(id, s string) []byte { return part(id, []byte(s)) }

var sound = part("FORM", text("CODE", "\x01\x02"), text("NAME", "A song"), text("SERN", "CANARY-12345"), part("INFO", text("WHEN", "CANARY-2024-05-01")),
	text("DATA", "sound sound sound"), text("FILL", "CANARY"), text("XXXX", "CANARY-unknown"))

func plan(t *testing.T, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	p, err := scrub.NewEngine([]scrub.Format{toyFormat}).Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, scrubtest.Perform(data, p)
}

func TestLaws(t *testing.T) {
	h := scrubtest.Harness{Engine: scrub.NewEngine([]scrub.Format{toyFormat}), Sound: true, Secrets: [][]byte{[]byte("CANARY")}, MustStay: [][]byte{[]byte("A song"), []byte("sound sound")}}
	h.Laws(t, "toy", sound)
	h.Laws(t, "tail", append(bytes.Clone(sound), "CANARY behind the end"...))
}

// What a damaged name or length could cost stays, and what has a name goes all the same.
func TestInDoubt(t *testing.T) {
	for name, damage := range map[string]func([]byte) []byte{
		"a vital name damaged": func(b []byte) []byte { return bytes.Replace(b, []byte("DATA"), []byte("DATC"), 1) },
		"a length that swallows": func(b []byte) []byte {
			return bytes.Replace(b, part("XXXX", []byte("CANARY-unknown")), part("XXXX", text("DATA", "CANARY-unknown")), 1)
		},
		"padding that swallows": func(b []byte) []byte {
			return bytes.Replace(b, text("FILL", "CANARY"), part("FILL", text("DATA", "CANARY")), 1)
		},
		"cut short":                 func(b []byte) []byte { return b[:len(b)-9] },
		"a vital part out of place": func(b []byte) []byte { return bytes.Replace(b, []byte("WHEN"), []byte("CODE"), 1) },
		"a vital part that is long": func(b []byte) []byte {
			return bytes.Replace(b, text("CODE", "\x01\x02"), text("CODE", "CANARY is no code of sound"), 1)
		},
		"no part": func(b []byte) []byte { return bytes.Replace(b, []byte("XXXX"), []byte("x--x"), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			data := damage(bytes.Clone(sound))
			p, after := plan(t, data)
			if p.Status() != scrub.Partly {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			if bytes.Contains(after, []byte("CANARY-12345")) || !bytes.Contains(after, []byte("sound sound sound")) {
				t.Errorf("%q", after)
			}
		})
	}
}

func TestDepth(t *testing.T) {
	rules := chunk.MustRules("\tFORM\tholds=\t\t\tall\ttoy\n")
	deep := text("DATA", "")
	for range 40 {
		deep = part("FORM", deep)
	}
	f := scrub.Format{Name: "toy", Sniff: toyFormat.Sniff, Parse: func(s *scrub.Scan) error {
		return chunk.Parse(s, toy, rules, func(w *chunk.Walk) error {
			_, err := w.Apply(0, w.Size(), "", "")
			return err
		})
	}}
	p, err := scrub.NewEngine([]scrub.Format{f}).Plan(bytes.NewReader(deep), int64(len(deep)), scrub.Options{})
	if err != nil || p.Status() == scrub.Clean {
		t.Error(p.Status(), err)
	}
}

func ExampleMustRules() {
	fmt.Println(toyRules["FORM/INFO"]["WHEN"].Kind)
	// Output: time
}
