package matroska_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// Real films are held to the laws: those of a folder that UNTAG_CORPUS names.
func TestLawsOnCorpus(t *testing.T) {
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		t.Skip("UNTAG_CORPUS names no folder of real files")
	}
	n := 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil || len(data) > 1<<20 || !bytes.HasPrefix(data, []byte("\x1a\x45\xdf\xa3")) {
			return err
		}
		n++
		t.Run(path, func(t *testing.T) {
			few := max(6, (3<<20)/(len(data)+1))
			h := scrubtest.Harness{Engine: formats.Engine(), States: min(40, few), Variants: min(60, few), Streams: true}
			h.Laws(t, path, data)
		})
		return nil
	})
	if err != nil || n == 0 {
		t.Errorf("%d films: %v", n, err)
	}
}
