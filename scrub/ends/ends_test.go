package ends

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine(Table())

// endOf returns what the format of data says where it ends, and its name.
func endOf(t testing.TB, data []byte) (name string, end scrub.End, err error) {
	t.Helper()
	table := Table()
	end.Off = -1
	for i := range table {
		f := table[i].End
		table[i].Parse = func(s *scrub.Scan) error { end, err = f(s); return err }
	}
	p, fail := scrub.NewEngine(table).Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if fail != nil {
		t.Fatal(fail)
	}
	return p.Format, end, err
}

// foreign is a tail that means nothing to anybody.
func foreign(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32()) | 0x80
	}
	return b
}

func TestEnds(t *testing.T) {
	for i, m := range media {
		t.Run(fmt.Sprintf("%s %d", m.name, i), func(t *testing.T) {
			for _, tail := range [][]byte{nil, foreign(31), foreign(1000)} {
				name, end, err := endOf(t, append([]byte(m.data), tail...))
				if name != m.name || err != nil || end.Off != int64(len(m.data)) {
					t.Errorf("%d bytes after it: %s ends at %d (%v), want %s at %d", len(tail), name, end.Off, err, m.name, len(m.data))
				}
			}
		})
	}
}

// Zeros tell nothing, so they may stay.
func TestZerosAfterTheEnd(t *testing.T) {
	for _, m := range media {
		data := m.data + strings.Repeat("\x00", 3000)
		if p := plan(t, data, scrub.Options{}); len(p.Doubts) > 0 || p.End < int64(len(m.data)) {
			t.Errorf("%s: cut at %d of %d, %q", m.name, p.End, len(m.data), p.Doubts)
		}
	}
}

func plan(t testing.TB, data string, opt scrub.Options) *scrub.Plan {
	t.Helper()
	p, err := engine.Plan(strings.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What is cut short has no end that could be cut off.
func TestCutShort(t *testing.T) {
	for i, m := range media {
		step := 1 + len(m.data)/700
		for n := 1; n < len(m.data); n += step {
			if p := plan(t, m.data[:n], scrub.Options{}); p.End < p.Size {
				t.Errorf("%s %d: the first %d bytes of %d are cut at %d", m.name, i, n, len(m.data), p.End)
			}
		}
	}
}

// Damage and contradictions have no sure end.
func TestNotSure(t *testing.T) {
	tail := string(foreign(40))
	for _, c := range []struct{ name, data, want string }{
		{"directory elsewhere", strings.Replace(zipOf(""), "PK\x01\x02", "PK\x01\x03", 1) + tail, "no end of central directory"},
		{"cross-references beyond", "%PDF-1.4\nstartxref\n999\n%%EOF" + tail, "cross-references at"},
		{"object after the end", "%PDF-1.4\nxref\nstartxref\n9\n%%EOF\n3 0 obj" + tail, `" obj" after the end mark`},
		{"pdf without an end", "%PDF-1.4\n" + tail, "no end mark"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := plan(t, c.data, scrub.Options{})
			_, _, err := endOf(t, []byte(c.data))
			var fe *scrub.FormatError
			if errors.As(err, &fe) {
				p.Doubts = append(p.Doubts, err.Error())
			}
			if p.End != p.Size || !strings.Contains(strings.Join(p.Doubts, "\n"), c.want) {
				t.Errorf("cut at %d of %d: %q, want %q", p.End, p.Size, p.Doubts, c.want)
			}
			if p := plan(t, c.data, scrub.Options{Cut: true}); err == nil && (p.End == p.Size || len(p.Doubts) > 0) {
				t.Errorf("it stays although that was asked for: %q", p.Doubts)
			}
		})
	}
}

// A document keeps its length and loses its mark.
func TestMarkInZip(t *testing.T) {
	record := "\x0f\x05\xf8\x8f\x35\x2a\xbe\x5e\x49\xba\xda\x7b\x0d\xf2\x4d\x1c\x5a\x13\xa0\xe6\x29\x4b\x75\xb1\x18\x00\x00\x00EOF"
	data := []byte(zipOf(""))
	clear(data[30:124])
	want := bytes.Clone(data)
	copy(data[0x50:], record)
	p := (&scrubtest.Harness{Engine: engine, Secrets: [][]byte{[]byte(record[16:24])}}).Laws(t, "docx", append(data, foreign(50)...))
	if got := scrubtest.Perform(append(data, foreign(50)...), p); !bytes.Equal(got, want) {
		t.Errorf("became %q", got)
	}
	if len(p.Findings) != 2 || p.Findings[0].Kind != scrub.Mark || !strings.HasPrefix(p.Findings[0].Value, "1 machine: B48Z789B3AZ97") {
		t.Errorf("found %+v", p.Findings)
	}
}

func TestTailsGo(t *testing.T) {
	for i, m := range media {
		data := append([]byte(m.data), foreign(100)...)
		p := (&scrubtest.Harness{Engine: engine, States: 30, Variants: 30}).Laws(t, fmt.Sprint(m.name, i), data)
		if got := string(scrubtest.Perform(data, p)); got != m.data {
			t.Errorf("%s %d: %d bytes are left of %d", m.name, i, len(got), len(m.data))
		}
	}
}

func FuzzEnds(f *testing.F) {
	var seeds [][]byte
	for _, m := range media {
		seeds = append(seeds, append([]byte(m.data), foreign(40)...))
	}
	scrubtest.Fuzz(f, engine, seeds...)
}
