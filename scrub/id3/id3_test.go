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

// Volumes stay, and no words among them.
func TestLevels(t *testing.T) {
	for _, tt := range []struct {
		of   hand
		b    string
		role scrub.Role
	}{
		{levels, "\x03\x10\x01\x80\x02\x00\x7f\xff\x7f\xf0", scrub.Render},
		{levels, "\x03\x10\x01\x80\x02\x00\x7f\xff\x7f", 0},
		{levels, "\x43\x10\x01\x80\x02\x00", 0},
		{levels, "\x03\x08serial no 47", 0},
		{levels, "\x03", 0},
		{volume, "track\x00\x01\x00\x40\x10\x7f\xff", scrub.Render},
		{volume, "track\x00\x01serial no 4711", 0},
	} {
		v, err := tt.of(nil, content{b: []byte(tt.b)}, "")
		if err != nil || v.role != tt.role {
			t.Errorf("%q: role %v, %v", tt.b, v.role, err)
		}
	}
}
