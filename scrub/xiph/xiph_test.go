package xiph_test

import (
	"strings"
	"testing"

	"untag/scrub/xiph"
)

func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, tag := range xiph.Tags() {
		if seen[tag.ID] || tag.ID != strings.ToUpper(tag.ID) || strings.ContainsAny(tag.ID, "0123456789=") || tag.Meaning == "" || tag.Source == "" || tag.Fate == "go" && tag.Kind == "" {
			t.Errorf("%+v", tag)
		}
		seen[tag.ID] = true
	}
}

func TestParsePicture(t *testing.T) {
	whole := "\x00\x00\x00\x03" + "\x00\x00\x00\x09image/png" + "\x00\x00\x00\x02hi" + strings.Repeat("\x00", 12) + "\x00\x02\x00\x00" + "\x00\x00\x00\x04data"
	p, ok := xiph.ParsePicture([]byte(whole), int64(len(whole)))
	if !ok || string(p.Data) != "data" || string(p.Text) != "hi" || !p.Said() || len(p.Edits()) != 1 {
		t.Errorf("%+v %v", p, ok)
	}
	for n := range len(whole) {
		if _, ok := xiph.ParsePicture([]byte(whole[:n]), int64(n)); ok {
			t.Errorf("%d of %d bytes are a picture", n, len(whole))
		}
	}
	if p, ok := xiph.ParsePicture([]byte(strings.Replace(whole, "image/png", "http://xy", 1)), int64(len(whole))); !ok || p.Said() {
		t.Error("an address is a picture")
	}
}
