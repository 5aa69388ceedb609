package text_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"untag/cmd/untag/internal/text"
)

// What is written is harmless on a terminal, and reads as what it was.
func TestJSONShowsNothingThatATerminalObeys(t *testing.T) {
	for _, s := range []string{
		"DCIM/IMG 1.jpg", "<&>", "사진/été 🏝.jpg", "a\x1b[2J\n\r", "a\u009b2Jb\u0085", "a\x7fb", "\u202egpj.exe\u2066\u061c\u200f", "\ufeffa\U000e0041\U000e007f", "\u2028",
	} {
		var out strings.Builder
		if err := text.JSON(&out).Encode(map[string]string{"path": s}); err != nil {
			t.Fatal(err)
		}
		line, ok := strings.CutSuffix(out.String(), "\n")
		if i := strings.IndexFunc(line, func(r rune) bool { return unicode.In(r, unicode.C) }); i >= 0 || !ok {
			t.Errorf("%q is written as %q", s, out.String())
		}
		var back map[string]string
		if err := json.Unmarshal([]byte(line), &back); err != nil || back["path"] != s {
			t.Errorf("%q is read as %q: %v", s, back["path"], err)
		}
	}
}
