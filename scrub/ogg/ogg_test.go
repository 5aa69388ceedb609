package ogg_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

func plan(t *testing.T, data []byte, opt scrub.Options) (*scrub.Plan, []byte) {
	t.Helper()
	return scrubtest.Clean(t, formats.Engine(), data, opt)
}

// Each kind of tag is reported as what it is, and goes.
func TestFindings(t *testing.T) {
	for sample, want := range map[string][]string{
		"ogg/vorbis-comments":      {"software vorbis/comments/vendor", "software vorbis/comments/ENCODER", "person vorbis/comments/CONTACT", "time vorbis/comments/DATE", "unknown vorbis/comments/WHATEVER", "place vorbis/comments/TITLE"},
		"ogg/opus-padding":         {"hidden opus/comments/rest"},
		"ogg/vorbis-skeleton":      {"time skeleton/utc", "unknown skeleton/message"},
		"ogg/flac":                 {"software flac/block", "hidden flac/block", "software flac/block/vendor"},
		"ogg/hiding-behind-head":   {"hidden opus/header/rest"},
		"ogg/hiding-between-pages": {"hidden between pages"},
		"ogg/vorbis-trailer":       {"trailer tail", "mark tail/red-star"},
	} {
		p, _ := plan(t, samples.Get(sample).Data, scrub.Options{})
		var got []string
		for _, f := range p.Findings {
			if f.Goes {
				got = append(got, string(f.Kind)+" "+f.Place)
			}
		}
		for _, w := range want {
			if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+w+"\n") {
				t.Errorf("%s: no %q in %q", sample, w, got)
			}
		}
	}
}

// Where a file breaks off in its comments, those that there are go, and a second run finds nothing more.
func TestCutInComments(t *testing.T) {
	for _, sample := range []string{"ogg/vorbis-comments", "ogg/opus-comments", "ogg/vorbis-comments-on-many-pages"} {
		whole := samples.Get(sample).Data
		start := bytes.IndexByte(whole, '=')
		for end := start + 1; end < min(bytes.LastIndex(whole, []byte("CANARY")), start+9000); end += 97 {
			p, after := plan(t, whole[:end], scrub.Options{})
			if p.Status() != scrub.Partly || bytes.Contains(after, []byte("CANARY")) {
				t.Fatalf("%s, cut at %d: %s %q", sample, end, p.Status(), p.Doubts)
			}
			if again, _ := plan(t, after, scrub.Options{}); len(again.Edits) > 0 || again.Removes() > 0 {
				t.Fatalf("%s, cut at %d: a second run finds %+v", sample, end, again.Findings)
			}
		}
	}
}

func TestStrict(t *testing.T) {
	p, after := plan(t, samples.Get("ogg/vorbis-comments").Data, scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict}})
	if p.Status() != scrub.Dirty || bytes.Contains(after, []byte("song")) || !bytes.Contains(after, []byte("REPLAYGAIN_TRACK_GAIN=-6.50 dB")) {
		t.Error(p.Status(), p.Doubts)
	}
}

// After each write, whole or torn, readers find as many pages with the right checksum.
func TestPagesStayWhole(t *testing.T) {
	const sector = 512
	for _, s := range samples.All() {
		if s.Format != "ogg" {
			continue
		}
		p, _ := plan(t, s.Data, scrub.Options{})
		want := pages(s.Data)
		state := bytes.Clone(s.Data)
		for i, e := range p.Edits {
			for at := e.Off/sector*sector + sector; ; at += sector {
				part := scrub.Edit{Off: e.Off, Len: min(at, e.End()) - e.Off, Fill: e.Fill}
				if e.Data != nil {
					part.Data = e.Data[:part.Len]
				}
				part.Onto(state, 0)
				if got := pages(state); got != want {
					t.Errorf("%s, edit %d (%s), %d of %d bytes: %d pages, %d before", s.Name, i, e.Phase, part.Len, e.Len, got, want)
				}
				if part.Len == e.Len {
					break
				}
			}
		}
	}
}

// pages counts pages with the right checksum as readers find them.
func pages(b []byte) (n int) {
	for at := 0; at+27 < len(b); at++ {
		if string(b[at:at+4]) != "OggS" {
			continue
		}
		head := 27 + int(b[at+26])
		size := head
		for _, l := range b[min(len(b), at+27):min(len(b), at+head)] {
			size += int(l)
		}
		if at+size <= len(b) && samples.OggSum(b[at:at+size]) == [4]byte(b[at+22:at+26]) {
			n, at = n+1, at+size-1
		}
	}
	return n
}

// Samples that count from 1970 tell when they were recorded.
func TestSamplesSinceADate(t *testing.T) {
	for sample, rate := range map[string]uint64{"ogg/vorbis": 8000, "ogg/opus": 48000, "ogg/flac": 8000} {
		data := samples.Get(sample).Data
		at := bytes.LastIndex(data, []byte("OggS"))
		binary.LittleEndian.PutUint64(data[at+6:], 1706723681*rate)
		sum := samples.OggSum(data[at:])
		copy(data[at+22:], sum[:])
		if p, _ := plan(t, data, scrub.Options{}); p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ""), "when they were recorded") {
			t.Errorf("%s: %s %q", sample, p.Status(), p.Doubts)
		}
	}
}

// A number of a page that no loss of pages explains is none.
func TestNumbersOfPages(t *testing.T) {
	for number, want := range map[string]scrub.Status{"SN77": scrub.Partly, "\x00\x00\x00\x00": scrub.Partly} {
		data := samples.Get("ogg/vorbis").Data
		at := bytes.LastIndex(data, []byte("OggS"))
		copy(data[at+18:], number)
		sum := samples.OggSum(data[at:])
		copy(data[at+22:], sum[:])
		if p, _ := plan(t, data, scrub.Options{}); p.Status() != want || !strings.Contains(strings.Join(p.Doubts, ""), "is not of that stream") {
			t.Errorf("%q: %s %q", number, p.Status(), p.Doubts)
		}
	}
}

// theora is a film of one frame at a time, with ten frames a second, and key frames that are
// numbered above six bits.
func theora(time uint64) (b []byte) {
	head := append([]byte("\x80theora\x03\x02\x01"), make([]byte, 32)...)
	head[25], head[29], head[41] = 10, 1, 6<<5
	for i, body := range []string{string(head), "\x81theora" + strings.Repeat("\x00", 8), "\x82theora", "\x00"} {
		page := append([]byte("OggS\x00"), make([]byte, 21)...)
		page[5] = byte(2*one(i == 0) | 4*one(i == 3))
		binary.LittleEndian.PutUint64(page[6:], time*uint64(one(i == 3)))
		page[18] = byte(i)
		page = append(append(page, 1, byte(len(body))), body...)
		sum := samples.OggSum(page)
		copy(page[22:], sum[:])
		b = append(b, page...)
	}
	return b
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// subtitles are a stream of text, a page a second.
func subtitles(head, comments string, packet func(i int) string) (b []byte) {
	const n = 22
	for i := range n {
		body := head
		switch {
		case i == 1:
			body = comments
		case i > 1:
			body = packet(i - 2)
		}
		page := append([]byte("OggS\x00"), make([]byte, 21)...)
		page[5] = byte(2*one(i == 0) | 4*one(i == n-1))
		binary.LittleEndian.PutUint64(page[6:], uint64(1000*max(0, i-2)))
		page[18] = byte(i)
		page = append(append(page, 1, byte(len(body))), body...)
		sum := samples.OggSum(page)
		copy(page[22:], sum[:])
		b = append(b, page...)
	}
	return b
}

// Subtitles of OGM and of Kate are judged as those of other films.
func TestSubtitles(t *testing.T) {
	head := append([]byte("\x01text\x00\x00\x00\x00\x00\x00\x00\x00"), make([]byte, 40)...)
	binary.LittleEndian.PutUint64(head[17:], 1e4)
	binary.LittleEndian.PutUint64(head[25:], 1)
	kate := append([]byte("\x80kate\x00\x00\x00\x00\x07\x00\x02"), make([]byte, 52)...)
	kate[24], kate[25], kate[28] = 0xe8, 3, 1
	said := []string{"Where have you been?", "At the sea.", "And now?", "Nothing.", "So it goes, they say.", "Yes.", "You never listen.", "No?"}
	speech := func(i int) string { return said[i*5%8] + strings.Repeat("!", i%3) }
	positions := func(i int) string { return fmt.Sprintf("N 47.37%02d E 8.54%02d %d km/h", i, 2*i, 30+i%7) }
	for _, text := range []struct {
		line  func(int) string
		doubt string
	}{{speech, ""}, {positions, "telemetry"}} {
		for name, data := range map[string][]byte{
			"OGM": subtitles(string(head), "\x03vorbis"+strings.Repeat("\x00", 8)+"\x01", func(i int) string { return "\x48\xe8" + text.line(i) }),
			"Kate": subtitles(string(kate), "\x81kate\x00\x00\x00\x00"+strings.Repeat("\x00", 8), func(i int) string {
				times := binary.LittleEndian.AppendUint64(nil, uint64(1000*i))
				return "\x00" + string(times) + strings.Repeat("\x00", 16) + string([]byte{byte(len(text.line(i))), 0, 0, 0}) + text.line(i)
			}),
		} {
			p, _ := plan(t, data, scrub.Options{})
			if doubts := strings.Join(p.Doubts, " "); (text.doubt == "") != (doubts == "") || !strings.Contains(doubts, text.doubt) {
				t.Errorf("%s: %s %q", name, p.Status(), p.Doubts)
			}
		}
	}
}

// Frames of video that count from 1970 do so as well.
func TestFramesSinceADate(t *testing.T) {
	for time, want := range map[uint64]scrub.Status{100<<6 | 3: scrub.Clean, 1706723681*10<<6 | 3: scrub.Partly} {
		if p, _ := plan(t, theora(time), scrub.Options{}); p.Status() != want {
			t.Errorf("%d: %s %q", time, p.Status(), p.Doubts)
		}
	}
}

// What killed writers, damage and copies that broke off leave stays.
func TestEnd(t *testing.T) {
	sound := samples.Get("ogg/vorbis").Data
	n := len(sound)
	last := bytes.LastIndex(sound, []byte("OggS"))
	before := bytes.LastIndex(sound[:last], []byte("OggS"))
	tail := "a tail that is longer than the header of a page"
	with := func(off int, c byte) []byte {
		b := bytes.Clone(sound)
		b[off] ^= c
		return b
	}
	for _, tt := range []struct {
		name   string
		data   []byte
		end    int
		status scrub.Status
	}{
		{"whole", sound, n, scrub.Clean},
		{"tail", append(bytes.Clone(sound), tail...), n, scrub.Dirty},
		{"long tail", append(bytes.Clone(sound), strings.Repeat(tail, 8000)...), n, scrub.Dirty},
		{"no last page", sound[:last], last, scrub.Partly},
		{"no last page, tail", append(bytes.Clone(sound[:last]), tail...), last + len(tail), scrub.Partly},
		{"page cut short", sound[:last+20], last + 20, scrub.Partly},
		{"page behind a tail", append(append(bytes.Clone(sound), tail...), sound[before:last]...), n + len(tail) + last - before, scrub.Partly},
		{"sound damaged", with(last-1, 1), n, scrub.Partly},
		{"length damaged", with(before+27, 1), n, scrub.Partly},
		{"capture pattern damaged", with(before, 1), n, scrub.Partly},
		{"another stream", with(before+14, 1), n, scrub.Partly},
		{"capture pattern of another stream damaged", beside(sound, "OggX"), n + 48, scrub.Partly},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, after := plan(t, tt.data, scrub.Options{})
			if p.End != int64(tt.end) || p.Status() != tt.status || !bytes.Equal(after, tt.data[:tt.end]) {
				t.Errorf("%s, end %d of %d, %q", p.Status(), p.End, p.Size, p.Doubts)
			}
			mark := samples.RedStarTrailer("8295FF513293A")
			if p, _ := plan(t, append(bytes.Clone(tt.data), mark...), scrub.Options{}); p.End != int64(tt.end) {
				t.Errorf("with a mark: %s, end %d of %d, %q", p.Status(), p.End, p.Size, p.Doubts)
			}
		})
	}
}

// beside puts a page of 48 bytes of another stream behind the first one.
func beside(sound []byte, pattern string) []byte {
	first := 4 + bytes.Index(sound[4:], []byte("OggS"))
	page := append(append([]byte(pattern), make([]byte, 22)...), 1, 20)
	page[5] = 2 | 4 // begins and ends
	page[14] = 100
	page = append(page, "a pretty dumb stream"...)
	return append(append(bytes.Clone(sound[:first]), page...), sound[first:]...)
}

// At depth index the middle of a long stream is stepped over by its headers.
func TestIndex(t *testing.T) {
	long := samples.OggOpus(12000)
	p, _ := plan(t, append(bytes.Clone(long), "a tail that is longer than the header of a page"...), scrub.Options{Depth: scrub.DepthIndex})
	if p.End != int64(len(long)) || p.Status() != scrub.Dirty || p.Read > 5<<20 {
		t.Errorf("%s, end %d of %d, read %d, %q", p.Status(), p.End, p.Size, p.Read, p.Doubts)
	}
}

func FuzzOgg(f *testing.F) {
	var seeds [][]byte
	for _, s := range samples.All() {
		if s.Format == "ogg" && len(s.Data) < 6<<10 {
			seeds = append(seeds, s.Data)
		}
	}
	scrubtest.Fuzz(f, formats.Engine(), seeds...)
}
