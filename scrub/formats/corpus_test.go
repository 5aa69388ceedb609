package formats_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"untag/scrub/formats"
	"untag/scrub/scrubtest"
)

// corpusDir is a folder of real media: $UNTAG_CORPUS, or shared/corpus beside
// the checkout.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("UNTAG_CORPUS")
	if dir == "" {
		dir = filepath.Join(scrubtest.ModuleRoot(t), "..", "shared", "corpus")
	}
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real media: %v (set UNTAG_CORPUS)", err)
	}
	return dir
}

// verdict is what became of one real file.
type verdict struct{ name, format, status, reason string }

func TestLawsOnCorpus(t *testing.T) {
	dir := corpusDir(t)
	var mu sync.Mutex
	var all []verdict
	t.Run("files", func(t *testing.T) {
		eachFile(t, dir, func(name string, read func() []byte) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				if v, ok := judge(t, name, read()); ok {
					mu.Lock()
					all = append(all, v)
					mu.Unlock()
				}
			})
		})
	})
	summarise(t, all)
}

func eachFile(t *testing.T, dir string, do func(name string, read func() []byte)) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		do(filepath.ToSlash(name), func() []byte {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			return data
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// work bounds how often a file is planned for law 4 and law 8, in bytes.
const work = 3 << 20

func judge(t *testing.T, name string, data []byte) (verdict, bool) {
	e := formats.Engine()
	format := e.Sniff(bytesOf(data))
	if !hasParser(e, format) {
		return verdict{}, false
	}
	n := min(60, max(6, work/(len(data)+1)))
	if testing.Short() {
		n = 3
	}
	h := scrubtest.Harness{Engine: e, States: n, Variants: n, Streams: bytes.Contains(data, []byte("moof"))}
	p := h.Laws(t, name, data)
	if p == nil {
		return verdict{name, format, "none", "there is no plan"}, true
	}
	reason := strings.Join(p.Doubts, "; ")
	if p.Refused != "" {
		reason = p.Refused
	}
	return verdict{name, format, string(p.Status()), reason}, true
}

// summarise counts by format and status, and names with -v what was refused or
// is in doubt.
func summarise(t *testing.T, all []verdict) {
	slices.SortFunc(all, func(a, b verdict) int { return strings.Compare(a.name, b.name) })
	count := map[string]int{}
	for _, v := range all {
		count[v.format+" "+v.status]++
		if v.reason != "" && testing.Verbose() {
			t.Logf("%s %s: %s: %s", v.format, v.status, v.name, v.reason)
		}
	}
	var lines []string
	for k, n := range count {
		lines = append(lines, fmt.Sprintf("%6d %s", n, k))
	}
	slices.SortFunc(lines, func(a, b string) int { return strings.Compare(a[7:], b[7:]) })
	t.Logf("%d real files\n%s", len(all), strings.Join(lines, "\n"))
}

func bytesOf(data []byte) (*bytes.Reader, int64) { return bytes.NewReader(data), int64(len(data)) }

func contains(data []byte, s string) bool { return bytes.Contains(data, []byte(s)) }
