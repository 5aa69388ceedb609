package jpeg

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/jpeg/entropy"
	"untag/scrub/scrubtest"
)

// Numbers that no scan refers to say nothing after.
func TestUnusedNumbers(t *testing.T) {
	pic := encode(16, 16)
	scan := bytes.Index(pic, []byte{0xFF, sos})
	n := len(pic) - 2
	for _, c := range []struct {
		name string
		data []byte
		left string
	}{
		{"interval that is replaced", with(pic, seg(dri, "\x5e\xc7"), seg(dri, "\x00\x00")), "\x5e\xc7"},
		{"interval behind the scan", splice(pic, n, seg(dri, "\x5e\xc7")), "\x5e\xc7"},
		{"lines of a picture that tells its height", splice(pic, n, seg(dnl, "\x5e\xc7")), "\x5e\xc7"},
		{"conditioning", splice(pic, scan, seg(dac, secret)), secret},
		{"table behind the scan", splice(pic, n, seg(dht, "\x01", string(make([]byte, 15)), "\x06", secret)), secret},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := scrubtest.Harness{Engine: engine(), Sound: true, Secrets: [][]byte{[]byte(c.left)}, Variants: -1}
			if p := h.Laws(t, t.Name(), c.data); p != nil && pixels(t, scrubtest.Perform(c.data, p)) != pixels(t, pic) {
				t.Error("the pixels changed")
			}
		})
	}
}

func splice(b []byte, at int, what string) []byte {
	return append(append(bytes.Clone(b[:at]), what...), b[at:]...)
}

// A table that changes after its use is another one to some decoders than to others.
func TestChangedTable(t *testing.T) {
	pic := encode(16, 16)
	at := bytes.Index(pic, []byte{0xFF, dqt})
	table := bytes.Clone(pic[at+4 : at+4+65])
	same := splice(pic, len(pic)-2, seg(dqt, string(table)))
	if st := plan(t, same).Status(); st != scrub.Clean {
		t.Errorf("a table that comes twice is %s", st)
	}
	table[30]++
	if p := plan(t, splice(pic, len(pic)-2, seg(dqt, string(table)))); p.Status() != scrub.Partly {
		t.Errorf("a table that changes is %s", p.Status())
	}
}

// A table that is longer than there can be is not emptied: its counts could not
// say how long it is. No decoder takes it.
func TestTableOfTooManyCodes(t *testing.T) {
	pic := encode(16, 16)
	for n, want := range map[int]scrub.Status{256: scrub.Dirty, 257: scrub.Partly, 511: scrub.Partly} {
		counts := make([]byte, 16)
		for i, left := 15, n; left > 0; i-- {
			counts[i] = byte(min(left, 255))
			left -= int(counts[i])
		}
		data := with(pic, seg(dht, "\x13", string(counts), strings.Repeat("S", n)))
		p := plan(t, data)
		after := plan(t, scrubtest.Perform(data, p))
		if p.Status() != want || (want == scrub.Partly) != (after.Status() == scrub.Partly) || after.Removes() > 0 {
			t.Errorf("%d codes: %s %q, then %s %q", n, p.Status(), p.Doubts, after.Status(), after.Doubts)
		}
	}
}

// Decoders don't ask the header of a sequential scan which coefficients it is of.
func TestTablesOfOddScans(t *testing.T) {
	pic := noise(40, 40, 80)
	_, usual := entropy.UsualTable(0, 0)
	for at := 0; at < len(pic); { // tables that are not the usual ones
		i := bytes.Index(pic[at:], usual)
		if i < 0 {
			break
		}
		at += i + len(usual)
		pic[at-1] = 15
	}
	end := bytes.Index(pic, []byte{0xFF, sos}) + 14
	for _, header := range []string{"\x00\x3f\x30", "\x00\x00\x00", "\x01\x05\x00"} {
		data := append(append(bytes.Clone(pic[:end-3]), header...), pic[end:]...)
		if got := pixels(t, scrubtest.Perform(data, plan(t, data))); got != pixels(t, data) {
			t.Errorf("%x: the pixels changed", header)
		}
	}
}

// Words in a table that the picture needs are a doubt.
func TestWordsInTables(t *testing.T) {
	for name, want := range map[string]string{"jpeg/plain": "", "jpeg/hiding-in-quantisation": "DQT holds text"} {
		if p := plan(t, samples.Get(name).Data); strings.Join(p.Doubts, "; ") != want {
			t.Errorf("%s: %q", name, p.Doubts)
		}
	}
}
