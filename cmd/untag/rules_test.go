package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Below main everything arrives in an environment, so that tests run the whole
// program in their own process. The generator is a program of its own.
func TestNothingBelowMainReachesForTheProcess(t *testing.T) {
	files := 0
	err := filepath.WalkDir("internal", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.Name() == "gendoc" {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files++
		source, err := os.ReadFile(path)
		for _, word := range []string{"os.Args", "os.Exit", "os.Stdin", "os.Stdout", "os.Stderr", "os.Getenv", "log.Fatal"} {
			for line := range strings.Lines(string(source)) {
				if code, _, _ := strings.Cut(line, "//"); strings.Contains(code, word) {
					t.Errorf("%s uses %s; it belongs into cli.Env", path, word)
				}
			}
		}
		return err
	})
	if err != nil || files == 0 {
		t.Fatalf("looked at %d files: %v", files, err)
	}
}
