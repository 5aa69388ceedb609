package formats_test

import (
	"bytes"
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"untag/samples"
	"untag/scrub/formats"
	"untag/scrub/scrubtest"
	"untag/scrub/tags"
)

const ordered = false // for now

var sorted = flag.Bool("sort", false, "sort the tables of tags")

// Somebody who knows a camera and no Go adds lines to the tables of tags: a line that
// nothing would read, or nobody could check, is found here.
func TestTablesOfTags(t *testing.T) {
	root := filepath.Join(scrubtest.ModuleRoot(t), "scrub")
	paths, err := filepath.Glob(filepath.Join(root, "*", "tags.tsv"))
	deeper, _ := filepath.Glob(filepath.Join(root, "*", "*", "tags.tsv"))
	paths = append(paths, deeper...)
	if err != nil || len(paths) == 0 {
		t.Fatal("no tables", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(filepath.Dir(path)), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if *sorted {
				if err := os.WriteFile(path, sortTable(data), 0o666); err != nil {
					t.Fatal(err)
				}
				return
			}
			all, err := tags.Parse(string(data))
			if err != nil {
				t.Fatal(err)
			}
			for i, a := range all {
				if strings.TrimSpace(a.Source) == "" || strings.TrimSpace(a.Meaning) == "" {
					t.Errorf("%s %q lacks its meaning or source", a.Place, a.ID)
				}
				if slices.IndexFunc(all, func(b tags.Tag) bool { return b.Place == a.Place && b.ID == a.ID }) < i {
					t.Errorf("%s %q is there twice", a.Place, a.ID)
				}
				if ordered && i > 0 && byPlace(all[i-1].Place, all[i-1].ID, a.Place, a.ID) >= 0 {
					t.Errorf("%s %q follows %s %q: tables are sorted, each tag is there once (test with -sort to sort them)", a.Place, a.ID, all[i-1].Place, all[i-1].ID)
				}
			}
			embedded(t, filepath.Dir(path))
		})
	}
}

func byPlace(place, id, otherPlace, otherID string) int {
	return cmp.Or(strings.Compare(place, otherPlace), strings.Compare(id, otherID))
}

// sortTable sorts the lines of a table. What readers are told stands first.
func sortTable(data []byte) []byte {
	var head, rows []string
	for line := range strings.Lines(strings.TrimRight(string(data), "\n") + "\n") {
		switch {
		case strings.HasPrefix(line, "#"):
			head = append(head, line)
		case line != "\n":
			rows = append(rows, line)
		}
	}
	slices.SortStableFunc(rows, func(a, b string) int {
		f, g := strings.SplitN(a, "\t", 3), strings.SplitN(b, "\t", 3)
		return byPlace(f[0], f[1], g[0], g[1])
	})
	return []byte(strings.Join(append(head, rows...), ""))
}

// embedded tells that the table of a package is part of the program.
func embedded(t *testing.T, dir string) {
	sources, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range sources {
		if data, err := os.ReadFile(path); err == nil && bytes.Contains(data, []byte("//go:embed tags.tsv")) {
			return
		}
	}
	t.Error("no source embeds the table")
}

// homes are the packages of formats that are called otherwise.
var homes = map[string]string{"avi": "riff", "wav": "riff", "w64": "riff", "aiff": "riff", "caf": "riff", "webp": "riff"}

// A format with a parser is held to the laws by samples, is shown by a golden map, and is
// fuzzed: by FuzzLaws with its samples, and where it was not made for files alone, by a
// target of its package. TestDecodersShowTheSame asks decoders about each sample that is
// no odd one, and fails if none shows it.
func TestEveryParserIsTested(t *testing.T) {
	const small = 32 << 10 // samples that FuzzLaws starts from
	root := scrubtest.ModuleRoot(t)
	count, seeds := map[string]int{}, map[string]int{}
	for _, s := range samples.All() {
		if !s.Odd {
			count[s.Format]++
		}
		if len(s.Data) < small {
			seeds[s.Format]++
		}
	}
	for _, f := range formats.Table() {
		if f.Parse == nil || f.Inner {
			continue
		}
		maps, err := filepath.Glob(filepath.Join(root, "testdata", "maps", f.Name, "*.txt"))
		if err != nil {
			t.Fatal(err)
		}
		if count[f.Name] == 0 || len(maps) == 0 {
			t.Errorf("%s has %d samples that decoders are asked about and %d golden maps", f.Name, count[f.Name], len(maps))
		}
		if seeds[f.Name] == 0 && !fuzzed(t, filepath.Join(root, "scrub", cmp.Or(homes[f.Name], f.Name))) {
			t.Errorf("%s is not fuzzed", f.Name)
		}
	}
}

var target = regexp.MustCompile(`(?m)^func Fuzz\w+\(`)

// fuzzed tells whether a package has a fuzz target.
func fuzzed(t *testing.T, dir string) bool {
	tests, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(tests, func(path string) bool {
		data, err := os.ReadFile(path)
		return err == nil && target.Match(data)
	})
}
