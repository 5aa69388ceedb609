package lines_test

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
	"untag/scrub/tags"
)

// plan returns the plan for a text and what it leaves.
func plan(t *testing.T, text string, opt scrub.Options) (*scrub.Plan, string) {
	t.Helper()
	p, err := formats.Engine().Plan(strings.NewReader(text), int64(len(text)), opt)
	if err != nil {
		t.Fatal(err)
	}
	return p, string(scrubtest.Perform([]byte(text), p))
}

const srt = "1\n00:00:01,000 --> 00:00:02,400\nWhere were you?\n\n2\n00:00:03,100 --> 00:00:07,000\nAt the station, until the last train had left.\n\n" +
	"3\n00:00:09,000 --> 00:00:10,000\n%\n\n4\n00:00:12,100 --> 00:00:13,000\nI know.\n"

// What shows nothing goes, and what writing needs stays.
func TestHiddenInWords(t *testing.T) {
	for said, want := range map[string]string{
		"My shoes are ruined.\u200b\u200c\u200d\u200b": "My shoes are ruined.            ",
		"My \u2060\u2060shoes":                         "My       shoes",
		"My shoes\x01\x02 are":                         "My shoes   are",
		"ru\u200b\u200c\u200b\u200cined":               "ru            ined",
		"ruined \t \t\t ":                              "ruined      ",
	} {
		p, got := plan(t, strings.Replace(srt, "%", said, 1), scrub.Options{})
		if !strings.Contains(got, "\n"+want+"\n") || p.Status() != scrub.Dirty {
			t.Errorf("%q: %s, %q", said, p.Status(), got)
		}
	}
	for _, said := range []string{"می\u200cخواهم", "\u202bשלום\u202c.", "❤\ufe0f", "สวัสดี\u200bครับ", "caf\xe9 cr\xe8me", "\x88\xc0\x95\x5c", "表示ソ能", "🫠 👨\u200d👩\u200d👧"} {
		if p, _ := plan(t, strings.Replace(srt, "%", said, 1), scrub.Options{}); p.Status() != scrub.Clean {
			t.Errorf("%q: %s %v %q", said, p.Status(), p.Findings, p.Doubts)
		}
	}
	if p, _ := plan(t, strings.Replace(srt, "%", "ru\u200bined", 1), scrub.Options{}); p.Status() != scrub.Partly {
		t.Errorf("a character that is not shown within a word: %s", p.Status())
	}
}

// Notes in braces and names of who speaks are no part of what is shown.
func TestScriptNotes(t *testing.T) {
	head := "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
	text := head + "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Roger,0,0,0,,{\\an8}Hello {a note}there{=1}{x\\i1}!\nDialogue: 0,0:00:03.10,0:00:04.00,Default,jane@example.com,0,0,0,,Again\n"
	p, got := plan(t, text, scrub.Options{})
	want := head + "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Roger,0,0,0,,{\\an8}Hello {      }there{  }{ \\i1}!\nDialogue: 0,0:00:03.10,0:00:04.00,Default,                ,0,0,0,,Again\n"
	if got != want || p.Status() != scrub.Dirty {
		t.Errorf("%s: %q", p.Status(), got)
	}
	strict := scrub.Options{Policy: scrub.Policy{Profile: scrub.ProfileStrict}}
	if _, got := plan(t, text, strict); strings.Contains(got, "Roger") {
		t.Errorf("strict: %q", got)
	}
}

// A comment that lost its end takes no cue with it, nor does a section that lost its name.
func TestDamagedNames(t *testing.T) {
	for name, change := range map[string][2]string{
		"subtitle/sami":       {"-->\n<SYNC", "--?\n<SYNC"},
		"subtitle/ass-editor": {"[Events]", "[Evenzs]"},
		"subtitle/ass-plain":  {"[Events]", "[Others]"},
		"subtitle/ttml":       {" -->", " --?"},
		"playlist/xspf":       {"<location>", "<locatiof>"},
	} {
		s := string(samples.Get(name).Data)
		text := strings.Replace(s, change[0], change[1], 1)
		if text == s {
			t.Fatalf("%s lacks %q", name, change[0])
		}
		p, got := plan(t, text, scrub.Options{})
		if p.Status() != scrub.Partly {
			t.Errorf("%s: %s", name, p.Status())
		}
		for _, words := range []string{"Where were you?", "station", "a%20b.mp3"} {
			if strings.Contains(text, words) && !strings.Contains(got, words) {
				t.Errorf("%s: %q is lost", name, words)
			}
		}
	}
}

// Paths lead from the folder of the list afterwards, and addresses tell of nobody.
func TestPaths(t *testing.T) {
	list := func(lines ...string) string { return "#EXTM3U\n" + strings.Join(lines, "\n") + "\n" }
	for _, tt := range [][2]string{
		{list("Music/a.mp3", "../b.mp3", `sub\c.mp3`, "/Music/d.mp3"), ""},
		{list(`C:\Users\Jane\Music\a.mp3`), list(`.\.\.\.\.\.\.\.\.\.\a.mp3`)},
		{list(`C:\Users\Jo\Music\Rock\a.mp3`, `C:\Users\Jo\Music\b.mp3`), list(`.\.\.\.\.\.\.\.\.\Rock\a.mp3`, `.\.\.\.\.\.\.\.\.\b.mp3`)},
		{list("/home/jane/a.mp3"), list("./././././/a.mp3")},
		{list(`E:\Music\a.mp3`), list(`\.\Music\a.mp3`)},
		{list("http://u:p@h.example/a.mp3?token=abc&x=1"), list("http://000@h.example/a.mp3?token=000&x=1")},
		{list("http://h.example/a.mp3?id=5&width=2"), ""},
		{list("~a.mp3", "b.mp3"), ""},
	} {
		want := tt[1]
		if want == "" {
			want = tt[0]
		}
		p, got := plan(t, tt[0], scrub.Options{})
		if got != want || p.Status() != scrub.Clean && p.Status() != scrub.Dirty {
			t.Errorf("%s: %q, want %q", p.Status(), got, want)
		}
	}
}

// Lines that were cut short or damaged are read to their end, and no further.
func TestLinesCutShort(t *testing.T) {
	for _, text := range []string{
		"#EXTM3U\n" + strings.Repeat("#EXTINF:5,a film\nd.mp3\n", 20) + "\x01\x01mp3\n",
		"[Script Info]\nTitle: A Film\nScriptType: v4.00+\nPlayResX: 640\nPlayResY: 480\n\n[V4+ Styles]\nFormat",
	} {
		if p, got := plan(t, text, scrub.Options{}); p.Status() == scrub.Clean || len(got) != len(text) {
			t.Errorf("%s: %q", p.Status(), got)
		}
	}
}

// The table can be read, and each line says something of its own.
func TestTable(t *testing.T) {
	table, err := os.ReadFile("tags.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, x := range tags.MustParse(string(table)) {
		key := strings.ToLower(x.Place + "\t" + x.ID)
		if seen[key] || x.Meaning == "" || x.Source == "" {
			t.Errorf("%q is there twice, or says nothing", key)
		}
		seen[key] = true
	}
}

// What is telemetry leaves one cue without words, whichever of the writes was the last.
func TestFlightIsEmptied(t *testing.T) {
	for _, name := range []string{"subtitle/srt-flight", "subtitle/srt-flight-utf16", "subtitle/vtt-flight", "subtitle/ass-flight"} {
		s := samples.Get(name)
		p, got := plan(t, string(s.Data), scrub.Options{})
		if p.Status() != scrub.Dirty || bytes.ContainsAny([]byte(got), "789") && name != "subtitle/ass-flight" {
			t.Errorf("%s: %s, %q", name, p.Status(), got)
		}
		if again, _ := plan(t, got, scrub.Options{}); again.Status() != scrub.Clean {
			t.Errorf("%s: afterwards %s", name, again.Status())
		}
		if p.End == p.Size {
			t.Errorf("%s: nothing is cut", name)
		}
		mark := string(samples.RedStarTrailer("8295FF513293A"))
		for _, tail := range []string{"\x00\x01\x00TAIL\x00", strings.Repeat("\x00\x01", 4000), mark, "\x00\x00\x01\x02" + mark} { // that goes, and that stays
			h := scrubtest.Harness{Engine: formats.Engine(), States: 30, Variants: -1}
			h.Laws(t, name, append(bytes.Clone(s.Data), tail...))
		}
		keep := scrub.Options{Policy: scrub.Policy{Keep: []scrub.Kind{scrub.Telemetry}}}
		if _, got := plan(t, string(s.Data), keep); !strings.HasSuffix(string(s.Data), got[len(got)-40:]) {
			t.Errorf("%s: telemetry is gone although it is kept", name)
		}
	}
}

// Whatever the form of the text, what machines write is seen. Where a cue without words
// can't be left, or a log would look the same, the text is in doubt.
func TestFormsOfTelemetry(t *testing.T) {
	text := func(head, form, tail string) string {
		var b strings.Builder
		b.WriteString(head)
		for i := range 30 {
			said := fmt.Sprintf("2024-01-31 18:54:%02d N52.5248%02d E13.3695%02d 41 km/h", i, i, 30-i)
			b.WriteString(strings.NewReplacer("N1", fmt.Sprint(i+1), "A", fmt.Sprintf("%02d", i), "B", fmt.Sprintf("%02d", i+1), "F", fmt.Sprint(25*i), "TEXT", said).Replace(form))
		}
		return b.String() + tail
	}
	script := "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
	for _, tt := range []struct {
		text string
		want scrub.Status
	}{
		{text("", "N1\n00:00:A,000 --> 00:00:B,000\nTEXT\n\n", ""), scrub.Dirty},
		{text("", "00:00:A,000 --> 00:00:B,000\nTEXT\n\n", ""), scrub.Dirty},
		{text("WEBVTT\nKind: metadata\n\n", "00:A.000 --> 00:B.000\nTEXT\n\n", ""), scrub.Dirty},
		{text("", "0:00:A.000,0:00:B.000\nTEXT\n\n", ""), scrub.Dirty},
		{text("", "{F}{F}TEXT\n", ""), scrub.Dirty},
		{text(script, "Dialogue: 0,0:00:A.00,0:00:B.00,Default,,0,0,0,,TEXT\n", ""), scrub.Dirty},
		{text("[ti:x]\n", "[00:A.00]TEXT\n", ""), scrub.Partly},
		{text("<SAMI><BODY>\n", "<SYNC Start=F00><P>TEXT\n", "</BODY></SAMI>\n"), scrub.Partly},
		{text(`<tt xmlns="http://www.w3.org/ns/ttml"><body><div>`, `<p begin="00:00:A.000" end="00:00:B.000">TEXT</p>`, "</div></body></tt>"), scrub.Partly},
	} {
		p, got := plan(t, tt.text, scrub.Options{})
		if p.Status() != tt.want || tt.want == scrub.Dirty && strings.Contains(got, "N52") {
			t.Errorf("%.60q: %s %q, want %s", tt.text, p.Status(), p.Doubts, tt.want)
		}
		h := scrubtest.Harness{Engine: formats.Engine(), States: 60, Variants: -1}
		h.Laws(t, tt.text[:20], []byte(tt.text))
	}
	// What says something stays, though it comes after a cue that looks like what is left of telemetry.
	kept := "1\n00:00:00,000 --> 00:00:00,000\n\n2\n00:00:01,000 --> 00:00:02,000\nHello\n\n"
	if p, got := plan(t, kept, scrub.Options{}); got != kept {
		t.Errorf("%s: %q", p.Status(), got)
	}
}

func FuzzLines(f *testing.F) {
	scrubtest.Fuzz(f, formats.Engine(), samples.Of("subtitle", "playlist")...)
}

// Captions in hexadecimal digits are read: they may be telemetry, or what a station tells.
func TestCaptionsInDigits(t *testing.T) {
	said := func(i int, words string) string {
		var b strings.Builder
		fmt.Fprintf(&b, "00:00:%02d:00\t9420 9420", i)
		for ; len(words) > 0; words = words[2:] {
			fmt.Fprintf(&b, " %02x%02x", words[0], words[1])
		}
		return b.String() + " 942f 942f\n\n"
	}
	var places, speech string
	for i := range 9 {
		places += said(i, fmt.Sprintf("N 52.52%02d E 13.40%02d %02d km/h ", i, 9-i, 31+i%3))
	}
	for i, words := range []string{"Where were you? ", "At the station", "Nobody picked up"} {
		speech += said(3*i+i%2, words)
	}
	for name, c := range map[string]struct {
		text   string
		status scrub.Status
	}{
		"speech": {speech, scrub.Clean}, "positions": {places, scrub.Partly}, "a station": {speech + "00:00:30:00\t0501 c1c2 8f00\n", scrub.Partly},
	} {
		if p, after := plan(t, "Scenarist_SCC V1.0\n\n"+c.text, scrub.Options{}); p.Status() != c.status || !strings.HasSuffix(after, c.text) {
			t.Errorf("%s: %s %q", name, p.Status(), p.Doubts)
		}
	}
}
