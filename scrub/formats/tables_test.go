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
			}
			if !bytes.Equal(data, sortTable(data)) {
				t.Error("the table is not sorted: test with -sort to sort it")
			}
			embedded(t, filepath.Dir(path))
		})
	}
}

// sortTable sorts the lines below each remark for readers by place and tag. Where empty
// lines part the places, they do so still.
func sortTable(data []byte) []byte {
	var out strings.Builder
	var rows []string
	parted := bytes.Contains(data, []byte("\n\n"))
	flush := func() {
		slices.SortStableFunc(rows, func(a, b string) int {
			f, g := strings.SplitN(a, "\t", 3), strings.SplitN(b, "\t", 3)
			return cmp.Or(strings.Compare(f[0], g[0]), strings.Compare(f[1], g[1]))
		})
		for i, r := range rows {
			if place, _, _ := strings.Cut(r, "\t"); parted && (i == 0 && out.Len() > 0 || i > 0 && !strings.HasPrefix(rows[i-1], place+"\t")) {
				out.WriteByte('\n')
			}
			out.WriteString(r)
		}
		rows = nil
	}
	for line := range strings.Lines(string(data)) {
		switch {
		case strings.HasPrefix(line, "#"):
			flush()
			out.WriteString(line)
		case strings.Trim(line, "\n") != "":
			rows = append(rows, line)
		}
	}
	flush()
	return []byte(out.String())
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

// kin are formats that the parser of another one walks: its samples stand for them.
var kin = map[string]string{"orf": "tiff", "rw2": "tiff", "mpeg-ps-part": "mpeg-ps", "hevc": "h264", "vvc": "h264", "mpeg-video": "h264", "av1": "ivf"}

// unsampled are formats that the project makes no samples of yet.
var unsampled = []string{"dts"}

// A format with a parser is held to the laws by samples, is shown by a golden map, and is
// fuzzed: by FuzzLaws from its samples, or by a target of the package that has its name.
// TestDecodersShowTheSame asks decoders about each sample that is no odd one, and fails if
// none shows it.
func TestEveryParserIsTested(t *testing.T) {
	const small = 32 << 10 // samples that FuzzLaws starts from
	root := scrubtest.ModuleRoot(t)
	count, seeds := map[string]int{}, map[string]int{}
	for _, s := range samples.All() {
		count[s.Format]++
		if len(s.Data) < small {
			seeds[s.Format]++
		}
	}
	for _, f := range formats.Table() {
		if f.Parse == nil || f.Inner || slices.Contains(unsampled, f.Name) {
			continue
		}
		name := cmp.Or(kin[f.Name], f.Name)
		maps, err := filepath.Glob(filepath.Join(root, "testdata", "maps", name, "*.txt"))
		if err != nil {
			t.Fatal(err)
		}
		if count[name] == 0 || len(maps) == 0 {
			t.Errorf("%s has %d samples and %d golden maps", f.Name, count[name], len(maps))
		}
		if seeds[name] == 0 && !fuzzed(t, filepath.Join(root, "scrub", name)) {
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
