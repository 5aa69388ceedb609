package riff_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func film(name string) []byte { return bytes.Clone(samples.Get("avi/" + name).Data) }

// index returns the entries of idx1.
func index(t *testing.T, data []byte) []byte {
	t.Helper()
	i := bytes.Index(data, []byte("idx1"))
	if i < 0 {
		t.Fatal("no index")
	}
	n := int(binary.LittleEndian.Uint32(data[i+4:]))
	return data[i+8 : i+8+n]
}

// An index counts from the list of frames or from the start of the file. If it names all
// frames and no others, more may go of what follows the film.
func TestIndex(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(data []byte)
		doubt  string
	}{
		{"relative", func([]byte) {}, ""},
		{"absolute", func(data []byte) {
			base := uint32(bytes.Index(data, []byte("movi")))
			for b := index(t, data); len(b) > 0; b = b[16:] {
				binary.LittleEndian.PutUint32(b[8:], base+binary.LittleEndian.Uint32(b[8:]))
			}
		}, ""},
		{"in another order", func(data []byte) {
			b := index(t, data)
			first := bytes.Clone(b[:16])
			copy(b, b[16:])
			copy(b[len(b)-16:], first)
		}, ""},
		{"a frame that there is not", func(data []byte) { index(t, data)[16*3+12]++ }, "an index names other frames than there are"},
		{"a frame less", func(data []byte) { copy(index(t, data)[16*3:], "JUNK") }, "an index names other frames than there are"},
		{"words in the flags", func(data []byte) { copy(index(t, data)[4:], "NAME") }, "the index has a flag that nobody knows"},
	} {
		for _, depth := range []scrub.Depth{scrub.DepthDeep, scrub.DepthIndex} {
			data := film("plain")
			c.change(data)
			p := plan(t, append(data, foreign(20000)...), scrub.Options{Depth: depth})
			if doubts := strings.Join(p.Doubts, "\n"); !strings.Contains(doubts, c.doubt) || c.doubt == "" && (doubts != "" || p.End != int64(len(data))) {
				t.Errorf("%s, %s: cut at %d of %d, %q", c.name, depth, p.End, p.Size, p.Doubts)
			}
		}
	}
}

// By the index as much goes as by the headers of all frames, and less is read.
func TestDepths(t *testing.T) {
	for _, name := range []string{"camera", "long", "positions", "subtitles", "records", "no-index"} {
		data := film(name)
		deep, short := plan(t, data, scrub.Options{Depth: scrub.DepthDeep}), plan(t, data, scrub.Options{Depth: scrub.DepthIndex})
		if !bytes.Equal(scrubtest.Perform(data, deep), scrubtest.Perform(data, short)) || short.Status() != deep.Status() {
			t.Errorf("%s: %s in depth, else %s %q", name, deep.Status(), short.Status(), short.Doubts)
		}
	}
}

// A stream of a kind that nobody knows goes if its frames are called neither picture nor
// sound; its place stays, since streams are numbered.
func TestUnknownStreams(t *testing.T) {
	data := bytes.Replace(film("subtitles"), []byte("txts"), []byte("gpsd"), 1)
	p := plan(t, data, scrub.Options{})
	after := scrubtest.Perform(data, p)
	if p.Status() != scrub.Dirty || bytes.Contains(after, []byte("At the sea")) || bytes.Count(after, []byte("02tx")) != bytes.Count(data, []byte("02tx")) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
	h := scrubtest.Harness{Engine: formats.Engine(), Secrets: [][]byte{[]byte("At the sea")}, Sound: true}
	h.Laws(t, "unknown stream", data)
	for kind, want := range map[string]string{"vidz": "a stream is nearly one of picture or sound", "gps\x00": "a stream stays that nobody knows"} {
		data := bytes.Replace(film("plain"), []byte("auds"), []byte(kind), 1)
		if kind == "vidz" {
			data = bytes.Replace(film("plain"), []byte("vids"), []byte("vidr"), 1)
		}
		p := plan(t, data, scrub.Options{})
		after := scrubtest.Perform(data, p)
		if !strings.Contains(strings.Join(p.Doubts, "\n"), want) || !bytes.Contains(after, samples.Get("avi/plain").MustStay[0]) {
			t.Errorf("%q: %s %q", kind, p.Status(), p.Doubts)
		}
	}
}

// A whole file of subtitles in one chunk is cleaned like any other, and its name goes.
func TestSubtitleFile(t *testing.T) {
	file := "1\r\n00:00:00,000 --> 00:00:02,000\r\nWhere were you?\r\n\r\n2\r\n00:00:02,500 --> 00:00:04,000\r\nAt the sea. It was cold.\r\n\r\n"
	name := "C\x00A\x00N\x00A\x00R\x00Y\x00"
	le32 := func(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
	body := "GAB2\x00\x02\x00" + le32(len(name)) + name + "\x04\x00" + le32(len(file)) + file
	frame := chunkOf("02tx", body)
	data := film("subtitles")
	at := bytes.Index(data, []byte("02tx"))
	movi := bytes.Index(data, []byte("movi"))
	old := chunkOf("02tx", "Where were you?\x00")
	data = slices.Concat(data[:at], []byte(frame), data[at+len(old):])
	more := uint32(len(frame) - len(old))
	for _, off := range []int{4, movi - 4} {
		binary.LittleEndian.PutUint32(data[off:], binary.LittleEndian.Uint32(data[off:])+more)
	}
	for b := index(t, data); len(b) > 0; b = b[16:] {
		switch off := binary.LittleEndian.Uint32(b[8:]); {
		case int(off) == at-movi:
			binary.LittleEndian.PutUint32(b[12:], uint32(len(body)))
		case int(off) > at-movi:
			binary.LittleEndian.PutUint32(b[8:], off+more)
		}
	}
	p := plan(t, data, scrub.Options{})
	after := scrubtest.Perform(data, p)
	if bytes.Contains(after, []byte(name)) || !bytes.Contains(after, []byte("At the sea. It was cold.")) || len(p.Doubts) > 0 {
		t.Errorf("%s %q %v %q", p.Status(), p.Doubts, p.Findings, after[at:at+len(frame)])
	}
}

// Sound that no header describes, and a header of no sound, are in doubt, and stay.
func TestMissing(t *testing.T) {
	sound := string(quiet(4000))
	for _, c := range []struct{ name, data, want string }{
		{"no format", chunkOf("RIFF", "WAVE", chunkOf("what", "secret"), chunkOf("data", sound)), "there is no chunk of the format"},
		{"no sound", chunkOf("RIFF", "WAVE", chunkOf("fmt ", format), chunkOf("what", sound)), "there is no chunk of the sound"},
		{"two sounds", chunkOf("RIFF", "WAVE", chunkOf("fmt ", format), chunkOf("data", sound[:100]), chunkOf("data", sound)), "there are two chunks of sound"},
		{"no picture", chunkOf("RIFF", "WEBP", chunkOf("VP8Y", sound)), "there is no chunk of the picture"},
		{"no stream", chunkOf("RIFF", "AVI ", chunkOf("LIST", "movi", chunkOf("00dc", sound))), "there is no chunk of the stream"},
	} {
		data := []byte(c.data)
		p := plan(t, data, scrub.Options{})
		after := scrubtest.Perform(data, p)
		if !strings.Contains(strings.Join(p.Doubts, "\n"), c.want) || !bytes.Contains(after, []byte(sound)) {
			t.Errorf("%s: %s %q", c.name, p.Status(), p.Doubts)
		}
	}
}

func FuzzRIFF(f *testing.F) {
	var seeds [][]byte
	for _, s := range all() {
		if len(s.Data) < 9<<10 {
			seeds = append(seeds, s.Data)
		}
	}
	scrubtest.Fuzz(f, formats.Engine(), seeds...)
}

// Words among the colours of a palette are a doubt.
func TestPalette(t *testing.T) {
	for name, want := range map[string]int{"avi/palette": 0, "avi/palette-words": 1} {
		if p := plan(t, samples.Get(name).Data, scrub.Options{}); len(p.Doubts) != want {
			t.Errorf("%s: %q", name, p.Doubts)
		}
	}
}
