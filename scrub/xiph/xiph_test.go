package xiph_test

import (
	"os"
	"strings"
	"testing"

	"untag/scrub/tags"
	"untag/scrub/xiph"
)

// Names are compared in capitals and without their numbers.
func TestTable(t *testing.T) {
	table, err := os.ReadFile("tags.tsv")
	if err != nil {
		t.Fatal(err)
	}
	all, err := tags.Parse(string(table))
	if err != nil || len(all) == 0 {
		t.Fatal(len(all), err)
	}
	for _, tag := range all {
		if tag.ID != strings.ToUpper(tag.ID) || strings.ContainsAny(tag.ID, "0123456789=") || tag.Fate == tags.Go && tag.Kind == "" {
			t.Errorf("%+v", tag)
		}
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
