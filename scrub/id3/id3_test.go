package id3

import (
	"testing"

	"untag/scrub"
)

// Every line of the table has a source, and every hand a frame that it is for.
func TestTable(t *testing.T) {
	for id, r := range rules() {
		if len(id) != 3 && len(id) != 4 || r.Source == "" || r.Meaning == "" {
			t.Errorf("%+v", r)
		}
		if _, ok := hands[id]; ok != (r.Fate == "hand") {
			t.Errorf("%s: fate %s, a hand: %v", id, r.Fate, ok)
		}
		if r.Role == scrub.Render && r.Most == 0 {
			t.Errorf("%s has no longest body", id)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		enc  byte
		b    string
		text string
		ok   bool
	}{
		{0, "caf\xe9\x00", "café", true},
		{0, "\xca\xe8\xed\xee", "Кино", true},
		{0, "\x01\x02\x80\xff", "", false},
		{1, "\xff\xfea\x00b\x00\x00\x00", "ab", true},
		{1, "\xfe\xff\x00a\x00b", "ab", true},
		{1, "\xff\xfea\x00\x00\x00\xff\xfeb\x00", "a\nb", true},
		{1, "\xff\xfe\x00\xd8", "", false},
		{2, "\x00a\x30\x42", "aあ", true},
		{3, "a\x00b", "a\nb", true},
		{4, "a", "", false},
	} {
		if text, ok := decode(tt.enc, []byte(tt.b)); ok != tt.ok || ok && text != tt.text {
			t.Errorf("%d %q: %q, %v", tt.enc, tt.b, text, ok)
		}
	}
}
