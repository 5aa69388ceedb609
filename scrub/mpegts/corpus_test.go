package mpegts_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// Real streams, where they are at hand, are held to the laws.
func TestRealStreams(t *testing.T) {
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		t.Skip("set UNTAG_CORPUS to a folder of real media")
	}
	e := formats.Engine()
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !slices.Contains([]string{".ts", ".mts", ".m2ts", ".mpg", ".vob", ".dat"}, filepath.Ext(path)) {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			n := max(6, min(60, (4<<20)/(len(data)+1)))
			h := scrubtest.Harness{Engine: e, States: n, Variants: n, Streams: true}
			h.Laws(t, path, data)
		})
		return nil
	})
}
