package jxl

import (
	"encoding/binary"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{Format, Bare})

func FuzzBoxes(f *testing.F) { scrubtest.Fuzz(f, engine, samples.Of(Format.Name, Bare.Name)...) }

func boxOf(typ, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + typ + body
}

const (
	head   = "\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl "
	stream = "\xff\x0a\xfa\x1f\x01\x90\x20\x10\x01" // of a picture like all
)

func plan(t *testing.T, data string) (*scrub.Plan, string) {
	t.Helper()
	p, err := engine.Plan(strings.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, string(scrubtest.Perform([]byte(data), p))
}

// What is told twice, in disorder, or without an end is in doubt, and what has a name goes.
func TestDoubts(t *testing.T) {
	xml := boxOf("xml ", "CANARY")
	last := "\x80\x00\x00"
	for want, data := range map[string]string{
		"a second picture, which":        head + xml + boxOf("jxlc", stream) + boxOf("jxlc", stream),
		"a second picture follows":       head + xml + boxOf("jxlc", stream) + head + boxOf("jxli", "\x00"),
		"parts of the picture are not":   head + xml + boxOf("jxlp", "\x00\x00\x00\x01"+stream) + boxOf("jxlp", last+"\x01"),
		"or not all of it":               head + xml + boxOf("jxlp", "\x00\x00\x00\x00"+stream),
		"a part of the picture of 2":     head + xml + boxOf("jxlp", "\x00\x00") + boxOf("jxlc", stream),
		"no picture is in the boxes":     head + xml + boxOf("skip", "") + boxOf("jxll", "\x05"),
		"is of a kind that is not known": strings.Replace(head, "\x00jxl ", "\x00PIXL", 1) + xml + boxOf("jxlc", stream),
		"nothing but its length tells":   head + xml + boxOf("jxlc", stream) + "more of it",
		"does not start as one does":     head + xml + boxOf("jxlc", "what"),
		"is followed by something":       head + xml + boxOf("skip", "") + "\x00\x00\x00\x00\x00\x00\x00\x00\x00" + boxOf("jxlc", stream),
		"the gain map holds":             head + xml + boxOf("jhgm", "\x00\x00\x01n\x00\x00\x00\x00\x02pf"+stream) + boxOf("jxlc", stream),
	} {
		p, after := plan(t, data)
		if !strings.Contains(strings.Join(p.Doubts, "; "), want) || p.End != p.Size || strings.Contains(after, "CANARY") || strings.Contains(data, stream) && !strings.Contains(after, stream) {
			t.Errorf("%s: %s %s %q: %q", want, p.Status(), p.Refused, p.Doubts, after)
		}
	}
}

// A gain map of numbers and a picture stays.
func TestGainMap(t *testing.T) {
	p, after := plan(t, head+boxOf("jhgm", "\x00\x00\x01n\x00\x00\x00\x00\x00"+stream)+boxOf("jxlc", stream))
	if p.Status() != scrub.Clean || strings.Count(after, stream) != 2 {
		t.Error(p.Status(), p.Doubts)
	}
}

// writer writes the header of a codestream, lowest bit first.
type writer struct {
	b []byte
	n int
}

func (w *writer) put(v, n int) *writer {
	for i := range n {
		if w.n%8 == 0 {
			w.b = append(w.b, 0)
		}
		w.b[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
	return w
}

// What can hide in a codestream is told: the header is read up to where a profile is.
func TestHeader(t *testing.T) {
	size := func() *writer { return new(writer).put(0xff, 8).put(0x0a, 8).put(1, 1).put(3, 5).put(1, 3) }
	depth := func(w *writer) *writer { return w.put(0, 1).put(0, 2).put(1, 1) } // whole numbers of 8 bits
	for want, w := range map[string]*writer{
		"":                   size().put(1, 1),
		"a colour profile":   depth(size().put(0, 2)).put(0, 2).put(0, 1).put(0, 1).put(1, 1),
		"names of channels":  depth(size().put(0, 2)).put(1, 2).put(0, 1).put(1, 2).put(0, 1).put(0, 2).put(0, 2).put(1, 2).put(3, 4).put(0x616161, 24).put(0, 1).put(1, 1),
		"a preview":          depth(size().put(0, 1).put(1, 1).put(0, 3).put(0, 1).put(1, 1).put(1, 1).put(0, 2).put(1, 3).put(0, 1)).put(0, 2).put(1, 1),
		"a colour profile, ": depth(size().put(0, 1).put(1, 1).put(6, 3).put(1, 1).put(0, 1).put(0, 2).put(9, 9).put(0, 3).put(0, 2).put(9, 9).put(0, 1).put(1, 1).put(0, 7)).put(0, 2).put(0, 1).put(0, 1).put(1, 1),
	} {
		p, _ := plan(t, string(w.b))
		if want == "" && p.Status() != scrub.Clean || !strings.Contains(strings.Join(p.Doubts, ";"), want) || len(p.Doubts) > 1 {
			t.Errorf("%q: %s %q", want, p.Status(), p.Doubts)
		}
	}
}
