package riff_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// Real files are held to the laws, where they are at hand.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		t.Skip("UNTAG_CORPUS is not set")
	}
	e := formats.Engine()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) > 2<<20 {
			return err
		}
		format := e.Sniff(strings.NewReader(string(data)), int64(len(data)))
		if !slices.Contains([]string{"avi", "wav", "webp", "aiff", "caf", "w64"}, format) {
			return nil
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			n := min(60, max(6, (4<<20)/(len(data)+1)))
			h := scrubtest.Harness{Engine: e, States: n, Variants: n}
			if p := h.Laws(t, path, data); p != nil {
				t.Logf("%s %s %s %q", p.Format, p.Status(), p.Refused, p.Doubts)
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
