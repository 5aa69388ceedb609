// Package extract finds the texts of package lang in Go source.
package extract

import (
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Entry is a text.
type Entry struct {
	One, Many string   // Many is "" where no number is said
	Files     []string // where it is used, sorted
	Args      []int    // with how many args, for each use; -1 where that is not said
}

const lang = "untag/platform/lang"

// Tree returns the texts of all Go files below root but for tests, by file and key.
// Its error says where a text is no literal.
func Tree(root string) ([]Entry, error) {
	x := extractor{entries: map[string]*Entry{}, files: token.NewFileSet()}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		return x.file(root, path)
	})
	all := slices.SortedFunc(maps.Values(x.entries), func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(a.Files[0], b.Files[0]), cmp.Compare(a.One, b.One))
	})
	entries := make([]Entry, len(all))
	for i, e := range all {
		entries[i] = *e
	}
	return entries, errors.Join(append(x.errs, err)...)
}

type extractor struct {
	entries map[string]*Entry
	files   *token.FileSet
	errs    []error
}

func (x *extractor) file(root, path string) error {
	src, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(src), strconv.Quote(lang)) {
		return err
	}
	f, err := parser.ParseFile(x.files, path, src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	ast.Inspect(f, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			x.call(name, call)
		}
		return true
	})
	return nil
}

// call notes what T, N or Mark is called with.
func (x *extractor) call(file string, call *ast.CallExpr) {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	if of, ok := fun.X.(*ast.Ident); !ok || of.Name != "lang" {
		return
	}
	keys := map[string]int{"T": 1, "Mark": 1, "N": 2}[fun.Sel.Name]
	if keys == 0 || len(call.Args) < keys {
		return
	}
	var texts [2]string
	for i := range keys {
		if texts[i], ok = literal(call.Args[i]); !ok || texts[i] == "" {
			x.errs = append(x.errs, fmt.Errorf("%s: lang.%s of what is no literal", x.files.Position(call.Args[i].Pos()), fun.Sel.Name))
			return
		}
	}
	args := len(call.Args) - 1
	if keys == 2 {
		args-- // one and many, and n is the first of the args
	}
	if call.Ellipsis.IsValid() || fun.Sel.Name == "Mark" {
		args = -1
	}
	x.add(file, texts[0], texts[1], args, x.files.Position(call.Pos()))
}

func (x *extractor) add(file, one, many string, args int, at token.Position) {
	e := x.entries[one]
	if e == nil {
		e = &Entry{One: one, Many: many}
		x.entries[one] = e
	}
	if e.Many != many {
		x.errs = append(x.errs, fmt.Errorf("%s: %q has another plural elsewhere", at, one))
	}
	if i, found := slices.BinarySearch(e.Files, file); !found {
		e.Files = slices.Insert(e.Files, i, file)
	}
	e.Args = append(e.Args, args)
}

// literal is the value of a string that is written out, in pieces perhaps.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		left, ok := literal(e.X)
		right, too := literal(e.Y)
		return left + right, ok && too && e.Op == token.ADD
	}
	return "", false
}
