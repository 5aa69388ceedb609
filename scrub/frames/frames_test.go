package frames

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/scrubtest"
)

func TestLengths(t *testing.T) {
	for _, tt := range []struct {
		of   string
		len  func([]byte) int64
		head string
		want int64
	}{
		{"AAC", coded.ADTS, "fff16c40039ffc", 28},
		{"AAC without its sync word", coded.ADTS, "fef16c40039ffc", 0},
		{"AAC shorter than its header", coded.ADTS, "fff16c4000dffc", 0},
		{"AC-3 at 48 kHz", coded.AC3Frame, "0b7796b90040", 128},
		{"AC-3 at 44.1 kHz, padded", coded.AC3Frame, "0b7796b95540", 836},
		{"AC-3 of a rate that there is none of", coded.AC3Frame, "0b7796b9ff40", 0},
		{"E-AC-3", coded.AC3Frame, "0b77003f3287", 128},
		{"DTS", coded.DTSFrame, "7ffe8001fc3c0ff0040001380001ef83", 256},
		{"DTS, little-endian", coded.DTSFrame, "fe7f01803cfcf00f0004380101008300", 256},
		{"DTS in words of 14 bits", coded.DTSFrame, "1fffe80007f00f03fc00400001000000", 1},
		{"DTS-HD", coded.DTSFrame, "64582025000400000000000000000000", 1},
	} {
		b, err := hex.DecodeString(tt.head)
		if err != nil {
			t.Fatal(err)
		}
		if got := tt.len(append(b, make([]byte, 16-len(b))...)); got != tt.want && !(tt.want == 1 && got > 0) {
			t.Errorf("%s: %d bytes, want %d", tt.of, got, tt.want)
		}
	}
}

func plan(t testing.TB, format, data string) (*scrub.Plan, string) {
	t.Helper()
	p, err := scrub.NewEngine(Formats()).Rehearse(strings.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Format != format {
		t.Fatalf("%q is recognised as %q", data[:8], p.Format)
	}
	return p, string(scrubtest.Perform([]byte(data), p))
}

const silence = "\xff\xf1\x6c\x40\x01\x7f\xfc\x01\x18\x20\x07"

// What encoders write into the first frame goes, but for what FFmpeg skips sound for.
func TestElements(t *testing.T) {
	first := func(text string) string { // of 17 bytes: fill of 19, its type and five or thirteen bits
		raw := "\xde\x0a\x00" + text + "\x01\x18\x20\x07"
		n := 7 + len(raw)
		return "\xff\xf1\x6c" + string([]byte{0x40, byte(n >> 3), byte(n<<5) | 0x1f, 0xfc}) + raw
	}
	for text, want := range map[string]string{"Lavc59.37.100 CAN": "", "\x00libfaac 1.24 (CAN": "\x00libfaac 1.1\x00\x00"} {
		text = (text + strings.Repeat("\x00", 23))[:23]
		p, after := plan(t, "aac", first(text)+strings.Repeat(silence, 4))
		if p.Status() != scrub.Dirty || strings.Contains(after, "CAN") || !strings.Contains(after, want) {
			t.Errorf("%q: %s %q", text, p.Status(), after)
		}
	}
}

// AMR has no mark by which a frame is found again: what follows what is none stays.
func TestAMR(t *testing.T) {
	frame := "\x04" + strings.Repeat("s", 12)
	sound := "#!AMR\n" + strings.Repeat(frame, 20)
	if p, _ := plan(t, "amr", sound+"\xff\xfe"+strings.Repeat("\x81", 30)); p.End != int64(len(sound)) || p.Status() != scrub.Dirty {
		t.Errorf("%s, cut at %d of %d: %q", p.Status(), p.End, p.Size, p.Doubts)
	}
	lost := sound + "\xff" + strings.Repeat(frame, 2000)
	if p, after := plan(t, "amr", lost); p.Status() != scrub.Partly || !bytes.Equal([]byte(after), []byte(lost)) {
		t.Errorf("%s, cut at %d of %d: %q", p.Status(), p.End, p.Size, p.Doubts)
	}
}

func FuzzFrames(f *testing.F) {
	var seeds [][]byte
	for _, s := range []string{strings.Repeat(silence, 4), "#!AMR\n" + strings.Repeat("\x04"+strings.Repeat("s", 12), 5), "\x7f\xfe\x80\x01\xfc\x3c\x0f\xf0\x04" + strings.Repeat("\x00", 503)} {
		seeds = append(seeds, []byte(s))
	}
	scrubtest.Fuzz(f, scrub.NewEngine(Formats()), seeds...)
}

// Frames of LATM whose multiplex is not the usual one are not looked into; what stands
// behind the sound of others goes.
func TestLATM(t *testing.T) {
	bits := func(digits string) string {
		var b []byte
		for digits += strings.Repeat("0", 7); len(digits) >= 8; digits = digits[8:] {
			n, _ := strconv.ParseUint(digits[:8], 2, 8)
			b = append(b, byte(n))
		}
		return "\x56\xe0" + string(rune(len(b))) + string(b)
	}
	text := func(s string) (digits string) {
		for _, c := range []byte(s) {
			digits += fmt.Sprintf("%08b", c)
		}
		return digits
	}
	const usual, aac, raw = "0" + "01" + "000000" + "0000" + "000", "00010" + "1010" + "0001" + "000" + "000" + "11111111", "\x01\x18\x20\x07"
	for _, c := range []struct {
		name, head string
		status     scrub.Status
	}{
		{"usual", usual + aac + "00", scrub.Clean},
		{"a rate of its own", usual + "00010" + "1111" + fmt.Sprintf("%024b", 11025) + "0001" + "000" + "000" + "11111111" + "00", scrub.Clean},
		{"SBR", usual + "00101" + "1010" + "0001" + "0111" + "00010" + "000" + "000" + "11111111" + "01" + "00000000", scrub.Clean},
		{"other data", usual + aac + "1" + "1" + "00000001" + "0" + "00000001" + "0", scrub.Dirty},
		{"version 1", "01" + aac, scrub.Partly},
		{"several frames", "0" + "01" + "000001" + "0000" + "000" + aac + "00", scrub.Partly},
		{"another codec", usual + "10001" + "1010" + "0001" + "000" + "000" + "11111111" + "00", scrub.Partly},
		{"a frame too long", usual + aac + "00" + "11111111", scrub.Partly},
	} {
		frame := bits(c.head + "00000100" + text(raw) + text("SECRET"))
		p, after := plan(t, "loas", strings.Repeat(frame, 4))
		if c.status != scrub.Dirty {
			after = strings.ReplaceAll(after, frame, "")
		}
		if p.Status() != c.status || len(after) > 0 && strings.Contains(after, frame[len(frame)-6:]) {
			t.Errorf("%s: %s %q %q", c.name, p.Status(), p.Doubts, after)
		}
	}
}

func TestADIF(t *testing.T) {
	const head = "ADIF\x00\x3e\x80\x00\x00\x00\x01\x98\x80\x00\x04\x00"
	for text, want := range map[string]scrub.Status{"": scrub.Clean, "SECRET": scrub.Dirty, "\x01\x02\x03": scrub.Partly} {
		p, after := plan(t, "adif", head+string(rune(len(text)))+text+strings.Repeat("sound", 9))
		if p.Status() != want || strings.Contains(after, "SECRET") {
			t.Errorf("%q: %s %q", text, p.Status(), p.Doubts)
		}
	}
	if p, _ := plan(t, "adif", head+strings.Repeat("\xff", 20)); p.Status() != scrub.Unsupported {
		t.Error(p.Status())
	}
}
