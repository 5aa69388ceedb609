package walk

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sys/unix"
)

func TestList(t *testing.T) {
	dir := t.TempDir()
	for _, sub := range []string{"a/b", "c"} {
		if err := os.MkdirAll(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"top", "a/one", "a/b/deep"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	root, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	for rel, want := range map[string][]string{"": {"a/", "c/", "top"}, "a": {"a/b/", "a/one"}, "a/b": {"a/b/deep"}, "c": nil} {
		var got []string
		if err := root.List(rel, func(e *Entry, folder bool) {
			name := e.Rel
			if folder {
				name += "/"
			}
			got = append(got, name)
		}); err != nil {
			t.Errorf("%q: %v", rel, err)
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("in %q: %q, want %q", rel, got, want)
		}
	}
	for rel, want := range map[string]error{"link": unix.ENOTDIR, "no": unix.ENOENT, "top": unix.ENOTDIR, "../x": os.ErrInvalid} {
		if err := root.List(rel, func(*Entry, bool) { t.Errorf("%q yields", rel) }); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", rel, err, want)
		}
	}
}
