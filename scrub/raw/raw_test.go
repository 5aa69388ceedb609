package raw_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func plan(t *testing.T, data []byte) *scrub.Plan {
	t.Helper()
	p, err := formats.Engine().Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What is cut short loses what has a name, and nothing else.
func TestCutShort(t *testing.T) {
	for _, name := range []string{"raf/plain", "mrw/plain", "cr3/plain"} {
		t.Run(name, func(t *testing.T) {
			data := samples.Get(name).Data
			data = data[:len(data)-100]
			p := plan(t, data)
			out := string(scrubtest.Perform(data, p))
			if p.Status() != scrub.Partly || strings.Contains(out, "CANARY-artist") || strings.Contains(out, "2031:07:14") {
				t.Errorf("%s, %q", p.Status(), p.Doubts)
			}
		})
	}
}

// Boxes of no known kind stay, and the file is not called clean.
func TestUnknownBoxes(t *testing.T) {
	data := bytes.Replace(samples.Get("cr3/plain").Data, []byte("CNCV"), []byte("WHAT"), 1)
	p := plan(t, data)
	if !bytes.Contains(scrubtest.Perform(data, p), []byte("WHAT")) || !strings.Contains(strings.Join(p.Doubts, ";"), "WHAT is not known") {
		t.Errorf("%s, %q", p.Status(), p.Doubts)
	}
}

func FuzzRaw(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("raf", "mrw", "cr3", "crw", "x3f")...)
}
