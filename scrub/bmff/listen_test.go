package bmff

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/scrubtest"
	"untag/scrub/telemetry"
)

// subtitled is a movie of ten frames with texts between them, in one of several
// formats, each a second long if long is 0.
func subtitled(format string, texts []string, long ...uint32) []byte {
	pack := map[string]func(s string) []byte{
		"tx3g": func(s string) []byte { return join(uint16(len(s)), s) },
		"text": func(s string) []byte { return join(uint16(len(s)), s, bx("encd", uint32(256))) },
		"wvtt": func(s string) []byte { return bx("vttc", bx("sttg", "line:0"), bx("payl", s)) },
		"stpp": func(s string) []byte {
			return []byte(`<?xml version="1.0"?><tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="00:00:01">` + s + `</p></div></body></tt>`)
		},
		"stxt": func(s string) []byte { return []byte(s) },
	}[format]
	entry := map[string][]byte{
		"tx3g": bx("tx3g", zeros(6), uint16(1), zeros(30), bx("ftab", uint16(1), uint16(1), byte(5), "Serif")),
		"text": bx("text", zeros(6), uint16(1), zeros(43)),
		"wvtt": bx("wvtt", zeros(6), uint16(1), bx("vttC", "WEBVTT")),
		"stpp": bx("stpp", zeros(6), uint16(1), "http://www.w3.org/ns/ttml\x00\x00\x00"),
		"stxt": bx("stxt", zeros(6), uint16(1), "\x00text/plain\x00"),
	}[format]
	v := video(nil, nil)
	t := trackSpec{id: 2, handler: map[string]string{"tx3g": "sbtl", "text": "text"}[format], entry: entry, header: bx("nmhd", uint32(0))}
	if t.handler == "" {
		t.handler = "subt"
	}
	var media []byte
	for i, s := range texts {
		if i < 10 {
			v.offsets, v.sizes = append(v.offsets, uint32(len(media))), append(v.sizes, 6)
			media = append(media, "FRAME1"...)
		}
		b := pack(s)
		t.offsets, t.sizes = append(t.offsets, uint32(len(media))), append(t.sizes, uint32(len(b)))
		media = append(media, b...)
		last := uint32(600)
		if len(long) > 0 {
			last = long[i%len(long)]
		}
		t.stts = append(t.stts, join(uint32(1), last)...)
	}
	t.stts = join(uint32(len(texts)), t.stts)
	return movieOf(media, nil, v, t)
}

// written are lines of recorders, with the number of the sample in it.
var written = map[string]string{
	"a position":               "GPS (8.68%02d, 50.1109, 17) CANARY",
	"a sentence":               "GNRMC,0718%02d.49,A,4348.5804,N,00808.1444,E,19.67,296.92,171214,CANARY",
	"a date and a time":        "CANARY 2024-01-31 18:54:%02d",
	"speed and acceleration":   "Geschwindigkeit %02d,50 X:+0.12 Y:-0.03 CANARY",
	"the number of the camera": "SN: CANARY7Q9%.0d",
	"a cipher":                 ".+;;;D;-?-6;;;;D;N;-4;CANARY%02d=D;=RNO;;;=D;L;;HO71G>F;==NLNDLBF",
}

func lines(form string, n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf(form, i))
	}
	return list
}

// What recorders write goes, in whatever format of text, and wherever a run that
// takes it out is stopped.
func TestTelemetryAsText(t *testing.T) {
	h := scrubtest.Harness{Engine: engine, States: 80, Variants: 20, Sound: true, Streams: true, Secrets: [][]byte{[]byte("CANARY")}, MustStay: [][]byte{[]byte("FRAME1")}}
	for name, form := range written {
		for _, format := range []string{"tx3g", "text", "wvtt", "stpp", "stxt"} {
			t.Run(name+" as "+format, func(t *testing.T) {
				t.Parallel()
				p := h.Laws(t, name, subtitled(format, lines(form, 12)))
				if p == nil || p.Status() != scrub.Dirty {
					t.Fatalf("%s %q", p.Status(), p.Doubts)
				}
			})
		}
	}
}

// talk is what people say, with words that recorders use as well.
var talk = []string{"Where have you been?", "It's you v.s. the world.", "GPS: In 200 meters, turn left.", "I waited for 3 hours.", "[GPS] Lost.", "The G-sensor broke.",
	"They call it PNDM.", "No.", "At 18:30 the train left.", "- Who?\n- Him.", "Latitude: a matter of attitude.", "Home(less) again."}

func TestSpeechStays(t *testing.T) {
	h := scrubtest.Harness{Engine: engine, States: 20, Variants: 40, Sound: true, Streams: true}
	for _, s := range talk {
		for line := range strings.SplitSeq(s, "\n") {
			h.MustStay = append(h.MustStay, []byte(line))
		}
	}
	for _, format := range []string{"tx3g", "text", "wvtt", "stpp", "stxt"} {
		p := h.Laws(t, format, subtitled(format, talk, 700, 1300, 2200, 400))
		if p == nil || p.Status() != scrub.Dirty { // of the handler's name
			t.Fatalf("%s %q", p.Status(), p.Doubts)
		}
	}
}

// Positions among what people say are blanked, and nobody calls the film clean.
func TestPositionsAmongSpeech(t *testing.T) {
	texts := append(append(append([]string{}, talk...), lines("At 50.11%02d, 8.6821 CANARY", 4)...), talk...)
	data := subtitled("tx3g", texts, 700, 1300, 2200, 400)
	h := scrubtest.Harness{Engine: engine, States: 120, Variants: 20, Streams: true, Secrets: [][]byte{[]byte("CANARY")}, MustStay: [][]byte{[]byte("v.s. the world."), []byte("They call it PNDM.")}}
	for _, depth := range []scrub.Depth{scrub.DepthDeep, scrub.DepthIndex} {
		h.Options = scrub.Options{Depth: depth}
		p := h.Laws(t, "a film", data)
		if p == nil || p.Status() != scrub.Partly || !strings.Contains(strings.Join(p.Doubts, ";"), "positions among other text") {
			t.Fatalf("%v: %s %q", depth, p.Status(), p.Doubts)
		}
		after := plan(t, scrubtest.Perform(data, p), scrub.Options{Depth: depth})
		if after.Status() != scrub.Partly || len(after.Edits) > 0 {
			t.Errorf("%v: afterwards %s, %d edits", depth, after.Status(), len(after.Edits))
		}
	}
}

// A damaged table does not make telemetry of speech: the track stays, in doubt.
func TestShiftedTextsStay(t *testing.T) {
	data := subtitled("tx3g", talk)
	at := bytes.LastIndex(data, []byte("stco")) + 12
	for i := range talk {
		data[at+4*i+3]++ // each text begins a byte later
	}
	p := plan(t, data, scrub.Options{})
	if p.Status() != scrub.Partly || !bytes.Contains(scrubtest.Perform(data, p), []byte("turn left")) {
		t.Errorf("%s %q", p.Status(), p.Doubts)
	}
}

// Every sample is looked at in one of the runs only, and neighbours are in them.
func TestPicked(t *testing.T) {
	for _, n := range []int64{1, 255, 256, 257, 300, 1000, 123457, 1 << 31} {
		count, step := int64(0), max(1, n/100000)
		for i := int64(0); i < n; i += step {
			if telemetry.Picked(i, n) {
				count++
			}
		}
		if !telemetry.Picked(0, n) || !telemetry.Picked(n-1, n) || n <= 256 && count != n || n > 256 && step == 1 && count != 256 {
			t.Errorf("%d of %d samples", count, n)
		}
	}
}

// One bit that is wrong, wherever, costs no more words than those that it is in.
func TestSpeechSurvivesAnyBit(t *testing.T) {
	for _, format := range []string{"tx3g", "wvtt", "stpp"} {
		data := subtitled(format, talk, 700, 1300, 2200, 400)
		for bit := 0; bit < 8*len(data); bit += 7 {
			flipped := bytes.Clone(data)
			flipped[bit/8] ^= 1 << (bit % 8)
			p := plan(t, flipped, scrub.Options{})
			after, lost := scrubtest.Perform(flipped, p), 0
			for _, s := range talk {
				if bytes.Contains(flipped, []byte(s)) && !bytes.Contains(after, []byte(s)) {
					lost++
				}
			}
			if lost > 1 {
				t.Errorf("%s: bit %d of byte %d: %d texts are lost: %s %q", format, bit%8, bit/8, lost, p.Status(), p.Refused)
			}
		}
	}
}
