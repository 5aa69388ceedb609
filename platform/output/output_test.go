package output_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"untag/platform/output"
)

func ours(head []byte) bool { return bytes.HasPrefix(head, []byte("report")) }

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// holds checks the names in a folder; * is for whatever.
func holds(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	same := err == nil && slices.EqualFunc(entries, want, func(e os.DirEntry, pattern string) bool {
		ok, err := filepath.Match(pattern, e.Name())
		return ok && err == nil
	})
	if !same {
		t.Errorf("%v (%v), want %q", entries, err, want)
	}
}

func TestPlaces(t *testing.T) {
	dir := t.TempDir()
	reported, photo := filepath.Join(dir, "stick"), filepath.Join(dir, "a.jpg")
	if err := errors.Join(os.MkdirAll(filepath.Join(reported, "DCIM"), 0o700), os.Symlink(reported, filepath.Join(dir, "link"))); err != nil {
		t.Fatal(err)
	}
	write(t, photo, "\xff\xd8\xff")
	write(t, filepath.Join(dir, "old"), "report")
	write(t, filepath.Join(dir, "empty"), "")
	for name, want := range map[string]error{
		"stick/r": output.ErrInside, "stick/DCIM/r": output.ErrInside, "link/r": output.ErrInside, "stick/DCIM/../r": output.ErrInside, "link/DCIM/r": output.ErrInside,
		"a.jpg": output.ErrTaken, "stick": output.ErrTaken, "link": output.ErrTaken, "nowhere/r": os.ErrNotExist, "old": nil, "empty": nil, "new": nil,
	} {
		f, err := output.Create(filepath.Join(dir, name), ours, []string{reported, photo})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		f.Discard()
	}
	holds(t, dir, "a.jpg", "empty", "link", "old", "stick")
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	at := filepath.Join(dir, "r")
	begin := func() *output.File {
		f, err := output.Create(at, ours, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("report"); err != nil {
			t.Fatal(err)
		}
		return f
	}
	for range 2 { // the second replaces the first
		f := begin()
		if err := f.Keep(); err != nil {
			t.Fatal(err)
		}
		f.Discard()
		holds(t, dir, "r")
	}
	if st, err := os.Stat(at); err != nil || st.Mode() != 0o600 || st.Size() != 6 {
		t.Errorf("%v, %v", st, err)
	}
	begin().Discard()
	holds(t, dir, "r")
	f := begin() // and killed
	holds(t, dir, "r", "r.*.part")
	if err := errors.Join(f.Displace(), f.Displace()); err != nil {
		t.Error(err)
	}
	holds(t, dir, "r.*.part")
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if f.Keep() == nil {
		t.Error("what is closed was kept")
	}
	holds(t, dir, "r.*.part")
	f.Discard()
	holds(t, dir)
}
