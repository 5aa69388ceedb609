package scrub_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"untag/scrub/scrubtest"
)

// forbidden says what nothing under scrub may import, and why. A name stands
// for itself and all below it.
var forbidden = map[string]string{
	"untag/platform": "the core knows formats and nothing of files; package apply works the other way round",
	"untag/cmd":      "a library doesn't know the programs that use it",
	"untag/samples":  "what is made for tests stays in tests",
	"os":             "bytes come in through io.ReaderAt: the core runs in a worker that may open nothing",
	"io/fs":          "bytes come in through io.ReaderAt: the core runs in a worker that may open nothing",
	"path/filepath":  "no path ever reaches a parser",
	"net":            "a parser of hostile bytes has nobody to talk to",
	"syscall":        "the sandbox allows a handful of calls, none of them a parser's",
	"log":            "what a parser finds goes into the plan: a log would keep what is being removed",
	"math/rand":      "the same bytes give the same plan",
	"sync":           "one goroutine plans one file",
	"unsafe":         "bounds are checked",
	"reflect":        "fields are read one by one, in sight",
	"golang.org":     "the core needs the standard library only",
	"github.com":     "the core needs the standard library only",
}

// exempt are the imports of single files that are right all the same, and what is below them.
var exempt = map[string]string{
	"pattern/pattern.go": "sync",                       // an expression is compiled once for all who plan files beside each other
	"tags/once.go":       "sync",                       // so is a table
	"words/legacy.go":    "golang.org/x/text/encoding", // tables of code pages
	"swf/lzma.go":        "github.com/ulikunitz/xz/lzma",
}

// clock is what package time has besides the writing of dates that a medium holds.
var clock = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Local", "LoadLocation"}

// forTests are packages under scrub that only tests import.
var forTests = []string{"scrubtest"}

func TestLayers(t *testing.T) {
	eachSource(t, func(path string, f *ast.File) {
		if inForTests(path) {
			return
		}
		for _, name := range imported(f) {
			for bad, why := range forbidden {
				if (name == bad || strings.HasPrefix(name, bad+"/")) && !exempted(path, name) {
					t.Errorf("scrub/%s imports %s: %s", path, name, why)
				}
			}
			if inForTests(strings.TrimPrefix(name, "untag/scrub/") + "/") {
				t.Errorf("scrub/%s imports %s outside of tests", path, name)
			}
			if name == "untag/scrub/formats" {
				t.Errorf("scrub/%s imports the table of formats, which imports all of them", path)
			}
		}
	})
}

func exempted(path, name string) bool {
	right := exempt[path]
	return right != "" && (name == right || strings.HasPrefix(name, right+"/"))
}

func inForTests(path string) bool {
	return slices.ContainsFunc(forTests, func(dir string) bool { return strings.HasPrefix(path, dir+"/") })
}

// A plan is made by one goroutine from bytes and options, whatever the clock says.
func TestPlansAreRepeatable(t *testing.T) {
	eachSource(t, func(path string, f *ast.File) {
		if inForTests(path) {
			return
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("scrub/%s starts a goroutine", path)
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, n.Sel.Name) {
					t.Errorf("scrub/%s uses time.%s: the clock is for those who wait", path, n.Sel.Name)
				}
			}
			return true
		})
	})
}

func TestEachPackageHasOneDoc(t *testing.T) {
	docs := map[string]int{}
	eachSource(t, func(path string, f *ast.File) {
		dir := filepath.ToSlash(filepath.Dir(path))
		docs[dir] += 0
		if f.Doc != nil {
			docs[dir]++
		}
	})
	for dir, n := range docs {
		if n != 1 {
			t.Errorf("scrub/%s has %d package comments, want 1", dir, n)
		}
	}
}

func imported(f *ast.File) (names []string) {
	for _, i := range f.Imports {
		name, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			panic(err) // the parser has read it
		}
		names = append(names, name)
	}
	return names
}

// eachSource calls do for each source file under scrub that isn't a test.
func eachSource(t *testing.T, do func(path string, f *ast.File)) {
	t.Helper()
	root := filepath.Join(scrubtest.ModuleRoot(t), "scrub")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		do(filepath.ToSlash(rel), f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
