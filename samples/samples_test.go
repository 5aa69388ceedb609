package samples

import (
	"bytes"
	"encoding/hex"
	"image"
	_ "image/jpeg"
	_ "image/png"
	"slices"
	"testing"
)

func TestSamplesHoldWhatTheyList(t *testing.T) {
	names := map[string]bool{}
	for _, s := range All() {
		if names[s.Name] {
			t.Errorf("two samples are called %s", s.Name)
		}
		names[s.Name] = true
		for _, b := range slices.Concat(s.Secrets, s.MustStay) {
			if !bytes.Contains(s.Data, b) {
				t.Errorf("%s lacks %q", s.Name, b)
			}
		}
		for _, b := range s.Secrets {
			if len(b) < 4 {
				t.Errorf("%s: secret % x could occur by chance", s.Name, b)
			}
		}
	}
}

func TestSamplesAreTheSameEachTime(t *testing.T) {
	for _, s := range All() {
		if !bytes.Equal(s.Data, Get(s.Name).Data) {
			t.Errorf("%s differs from call to call", s.Name)
		}
	}
}

func TestPicturesDecode(t *testing.T) {
	for _, s := range All() {
		if s.Format != "jpeg" && s.Format != "png" || s.Odd {
			continue
		}
		if _, _, err := image.Decode(bytes.NewReader(s.Data)); err != nil {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
}

// The records of three real media, as published with the analysis of Red Star OS.
func TestRedStarTrailer(t *testing.T) {
	want := "e3e0d904559d35f99b3bfdda6bd6b6a95a13a0e6294b75b1" + "7908dfd0e092b2d128247e20315975b25a13a0e6294b75b1" + "30000000454f46"
	if got := hex.EncodeToString(RedStarTrailer("AC9A58CDZ364C", "8295FF513293A")); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
