package riff_test

import (
	"bytes"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

var mine = []string{"avi", "wav", "w64", "aiff", "caf", "webp"}

func plan(t testing.TB, data []byte, opt scrub.Options) *scrub.Plan {
	t.Helper()
	p, err := formats.Engine().Plan(bytes.NewReader(data), int64(len(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// all are the samples of the formats that are well-formed.
func all() (out []samples.Sample) {
	for _, s := range samples.All() {
		if slices.Contains(mine, s.Format) && !s.Odd {
			out = append(out, s)
		}
	}
	return out
}

// foreign are bytes that mean nothing to anybody.
func foreign(n int) []byte {
	b := make([]byte, n)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range b {
		b[i] = byte(r.Uint32()) | 0x80
	}
	return b
}

// quiet are n bytes of sound.
func quiet(n int) []byte {
	b := make([]byte, 0, n)
	for i := 0; len(b) < n; i++ {
		b = binary.LittleEndian.AppendUint16(b, uint16(int16(90*math.Sin(float64(i)/9))))
	}
	return b
}

func chunkOf(id string, data ...string) string {
	s := strings.Join(data, "")
	return id + string(binary.LittleEndian.AppendUint32(nil, uint32(len(s)))) + s + strings.Repeat("\x00", len(s)&1)
}

func formChunkOf(id string, data ...string) string {
	s := strings.Join(data, "")
	return id + string(binary.BigEndian.AppendUint32(nil, uint32(len(s)))) + s + strings.Repeat("\x00", len(s)&1)
}

const (
	format     = "\x01\x00\x01\x00\x40\x1f\x00\x00\x80\x3e\x00\x00\x02\x00\x10\x00"
	aiffFormat = "\x00\x01\x00\x00\x0b\xb8\x00\x10\x40\x0b\xfa\x00\x00\x00\x00\x00\x00\x00"
)

// What follows the end goes, and no more.
func TestTails(t *testing.T) {
	for _, s := range all() {
		if s.Streams && s.Format != "avi" || strings.HasSuffix(s.Name, "trailer") {
			continue
		}
		for _, tail := range [][]byte{foreign(31), foreign(100), samples.RedStarTrailer("8295FF513293A"), make([]byte, 3000)} {
			p := plan(t, slices.Concat(s.Data, tail), scrub.Options{})
			zeros := tail[0] == 0
			if p.End != int64(len(s.Data)) && !(zeros && p.End == p.Size) || len(p.Doubts) > 0 {
				t.Errorf("%s with %d bytes: cut at %d of %d, %q", s.Name, len(tail), p.End, p.Size, p.Doubts)
			}
		}
	}
}

// Of sound that goes on to the end of the file, only marks go.
func TestTailsOfEndlessSound(t *testing.T) {
	for _, name := range []string{"wav/streamed", "wav/not-closed", "aiff/not-closed", "caf/endless"} {
		s := samples.Get(name)
		if p := plan(t, slices.Concat(s.Data, foreign(200)), scrub.Options{}); p.End != p.Size {
			t.Errorf("%s: sound is cut at %d of %d", name, p.End, p.Size)
		}
		if p := plan(t, slices.Concat(s.Data, samples.RedStarTrailer("8295FF513293A")), scrub.Options{}); p.End != int64(len(s.Data)) {
			t.Errorf("%s: a mark stays: %d of %d %q", name, p.End, p.Size, p.Doubts)
		}
	}
}

// What is cut short has no end that could be cut off.
func TestCutShort(t *testing.T) {
	for _, s := range all() {
		if strings.HasSuffix(s.Name, "trailer") {
			continue
		}
		for n := 12; n < len(s.Data); n += 1 + len(s.Data)/400 {
			if p := plan(t, s.Data[:n], scrub.Options{}); p.End < p.Size {
				t.Errorf("%s: the first %d bytes of %d are cut at %d", s.Name, n, len(s.Data), p.End)
			}
		}
	}
}

// Recorders and interrupted writers leave lengths that are not those of the sound.
func TestUnfinished(t *testing.T) {
	sound, much := string(quiet(3000)), string(quiet(80000))
	wave := func(chunks ...string) string { return chunkOf("RIFF", "WAVE", strings.Join(chunks, "")) }
	fmtc := chunkOf("fmt ", format)
	for _, c := range []struct{ name, data, want string }{
		{"sound to come", wave(fmtc, chunkOf("FLLR", strings.Repeat("\x00", 4000)), chunkOf("data")) + sound, "the sound has no length"},
		{"sound to come in an AIFF", formChunkOf("FORM", "AIFF", formChunkOf("COMM", aiffFormat), formChunkOf("SSND")) + sound, "the sound has no length"},
		{"no lengths", "RIFF\x00\x00\x00\x00WAVE" + fmtc + "data\x00\x00\x00\x00" + sound, "the sound has no length"},
		{"half of it", wave(fmtc, chunkOf("data", much[:40000])) + much[40000:], "since they hold what may be sound"},
		{"a second of it", wave(fmtc, chunkOf("data", much)) + sound, "since they hold what may be sound"},
		{"another chunk", wave(fmtc, chunkOf("data", much)) + chunkOf("what", "more") + string(foreign(40)), "since they hold another chunk"},
		{"the start of a chunk", wave(fmtc, chunkOf("data", much)) + "LIST", "they may be the start of a part that was cut short"},
		{"longer than the file", "RIFF\x00\x00\x00\x01WAVE" + fmtc + chunkOf("data", sound), "the form is cut short"},
		{"shorter than its sound", "RIFF\x40\x00\x00\x00WAVE" + fmtc + chunkOf("data", sound), "the form is shorter than what it holds"},
		{"long without lengths", "RF64\xff\xff\xff\xffWAVE" + chunkOf("ds64", strings.Repeat("\x00", 28)) + fmtc + "data\xff\xff\xff\xff" + sound, "the sound has no length"},
		{"far from the end", wave(fmtc, chunkOf("data", sound)) + string(foreign(80000)), "since they hold what may be sound"},
	} {
		data := []byte(c.data)
		p := plan(t, data, scrub.Options{})
		if p.End != p.Size || !strings.Contains(strings.Join(p.Doubts, "\n"), c.want) {
			t.Errorf("%s: %s, cut at %d of %d: %q, want %q", c.name, p.Status(), p.End, p.Size, p.Doubts, c.want)
		}
		h := scrubtest.Harness{Engine: formats.Engine(), States: 60, Variants: 60, Streams: true}
		h.Laws(t, c.name, data)
	}
}

// Words that a program appended without a word about them in the length of the form go like others, if
// they lead to the end.
func TestWordsBehindTheForm(t *testing.T) {
	form := chunkOf("RIFF", "WAVE", chunkOf("fmt ", format), chunkOf("data", string(quiet(3000))))
	words := chunkOf("LIST", "INFO", chunkOf("IART", "Jane Doe\x00\x00"), chunkOf("ICRD", "2031"))
	for behind, want := range map[string]scrub.Status{words: scrub.Dirty, words + "more": scrub.Partly, words[:len(words)-4]: scrub.Dirty} {
		data := []byte(form + behind)
		p := plan(t, data, scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict}})
		after := string(scrubtest.Perform(data, p))
		if p.Status() != want || strings.Contains(after, "Jane") == (want == scrub.Dirty) || !strings.HasPrefix(after, form) {
			t.Errorf("%d bytes behind: %s %q", len(behind), p.Status(), p.Doubts)
		}
	}
}

// FFmpeg's name lies in the first frame of AAC, and goes; nothing in a WAV tells where the next begins.
func TestFramesThatNothingSeparates(t *testing.T) {
	data := []byte(chunkOf("RIFF", "WAVE", chunkOf("fmt ", "\xff"+format[1:], "\x02\x00\x12\x08"), chunkOf("data", "\xde\x02\x00Lavc59.37.100\x00"+string(foreign(800)))))
	p := plan(t, data, scrub.Options{})
	if after := scrubtest.Perform(data, p); p.Status() != scrub.Partly || bytes.Contains(after, []byte("Lavc")) || !bytes.Contains(after, foreign(800)) {
		t.Errorf("%s: %q", p.Status(), after)
	}
}

// Sound of an odd length, without the byte that fills it up, stays next to what becomes
// padding.
func TestUnpadded(t *testing.T) {
	odd := foreign(801)
	for _, list := range []string{"INFO", "\x00\x00\x00\x00", "xxxx"} {
		data := []byte(chunkOf("RIFF", "WAVE", chunkOf("fmt ", format), strings.TrimSuffix(chunkOf("data", string(odd)), "\x00"), chunkOf("LIST", list, chunkOf("ISFT", "device 1"))))
		h := scrubtest.Harness{Engine: formats.Engine(), States: 60, Variants: 60, MustStay: [][]byte{odd}}
		h.Laws(t, list, data)
	}
}
