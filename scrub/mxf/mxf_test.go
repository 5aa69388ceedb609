package mxf_test

import (
	"bytes"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/dv"
	"untag/scrub/mxf"
	"untag/scrub/scrubtest"
)

var engine = scrub.NewEngine([]scrub.Format{mxf.Format, dv.Format})

func plan(t *testing.T, data []byte) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, engine, data, scrub.Options{})
}

// after returns the bytes with others some way behind a key.
func after(data []byte, key string, skip int, value string) []byte {
	data = bytes.Clone(data)
	copy(data[bytes.Index(data, []byte(key))+len(key)+skip:], value)
	return data
}

const (
	set     = "\x06\x0e\x2b\x34\x02\x53\x01\x01\x0d\x01\x01\x01\x01\x01"
	pack    = "\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01\x01"
	element = "\x06\x0e\x2b\x34\x01\x02\x01\x01\x0d\x01\x03\x01\x15\x01\x05\x00"
)

func TestInDoubt(t *testing.T) {
	words, camera := samples.Get("mxf/words").Data, samples.Get("mxf/camera").Data
	for _, c := range []struct {
		name, doubt string
		data        []byte
	}{
		{"cut short", "cut short", words[:len(words)-200]},
		{"without its list of partitions", "not finished", words[:len(words)-48-152]},
		{"a partition elsewhere", "not where it says", after(words, pack+"\x02\x04\x00", 4+8+7, "\x01")},
		{"a partition of no length", "too short", after(words, pack+"\x04\x04\x00", 0, "\x83\x00\x00\x04")},
		{"a list of others", "is not theirs", after(words, pack+"\x11\x01\x00", 4+27, "\x31")},
		{"a list that names another", "not there", after(words, pack+"\x11\x01\x00", 4+11, "\x01")},
		{"a set that swallows", "do not fill", after(words, set+"\x18\x00", 3, "\xff")},
		{"a tag that nobody knows", "damaged tag", after(words, set+"\x18\x00", 4+20, "\x19\x05")},
		{"a key one bit away", "one bit away", after(camera, element[:8], 0, "\x0c")},
		{"bytes between parts", "no part of the film", after(words, set+"\x18\x00", -16, "none")},
		{"a number that says a word", "can't have", after(words, "\x4b\x01\x00\x08", 0, "CANA")},
		{"a label that says a position", "can't have", after(words, "\x02\x01\x00\x10", 0, "52.5200,13.4050N")},
		{"two codecs", "several codecs", after(words, "\x30\x04\x00\x10\x06\x0e\x2b\x34\x04\x01\x01\x0a\x0d\x01\x03\x01\x02", -1, "\x02\x0c")},
		{"no start of the film", "no part of the film", after(words, pack, -13, "none")},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, result := plan(t, c.data)
			if p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, "; "), c.doubt) && c.name != "two codecs" {
				t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
			}
			if wide := []byte("C\x00A\x00N\x00A\x00R\x00Y\x00-\x00c\x00o\x00m\x00p"); bytes.Contains(result, wide) {
				t.Error("the name of a company stays")
			}
			if bytes.Count(result, []byte(element)) != bytes.Count(c.data, []byte(element)) {
				t.Error("pictures are gone")
			}
		})
	}
}

// What other programs may look for stands before the film.
func TestRunIn(t *testing.T) {
	plain := samples.Get("mxf/plain").Data
	p, result := plan(t, append([]byte("SECRET in a run-in"), plain...))
	if p.Status() != scrub.Dirty || bytes.Contains(result, []byte("SECRET")) || !bytes.HasSuffix(result, plain) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

// Frames of DV tell when they were recorded.
func TestTape(t *testing.T) {
	tape := samples.Get("dv/dates")
	plain := samples.Get("mxf/plain").Data
	data := bytes.ReplaceAll(plain, []byte("\x0d\x01\x03\x01\x02\x10\x60\x01"), []byte("\x0d\x01\x03\x01\x02\x02\x7f\x01"))
	footer := bytes.Index(data, []byte(pack+"\x04"))
	n := len(tape.Data)
	frame := append([]byte(strings.Replace(element, "\x15\x01\x05", "\x18\x01\x01", 1)+"\x83"), byte(n>>16), byte(n>>8), byte(n))
	first := bytes.Index(data, []byte(element))
	data = append(append(append(bytes.Clone(data[:first]), frame...), tape.Data...), data[footer:]...)
	p, result := plan(t, data)
	if p.Refused != "" || bytes.Contains(result, tape.Secrets[0]) || bytes.Count(result, []byte("\x62\xff\xff\xff\xff")) == 0 {
		t.Errorf("%s %s %q", p.Status(), p.Refused, p.Doubts)
	}
}

func FuzzMXF(f *testing.F) {
	scrubtest.Fuzz(f, engine, samples.Of("mxf")...)
}
