package apply

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
)

// copiesTo has copies go to dir under the names that the entries have.
func copiesTo(t testing.TB, dir string) *Copies {
	t.Helper()
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return &Copies{Root: root, Place: func(e *walk.Entry) string { return e.Rel }}
}

// tree lists the files beneath dir with what is in them.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			all[rel] = string(get(t, path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// long has payload that the kernel copies, between tags.
func long() []byte {
	return makeToy(name(secret), data(1, 3<<20+5), name(secret), data(2, 2<<20), trailer(secret))
}

func TestCopies(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for rel, content := range map[string][]byte{
		"a.toy": sample(1), "DCIM/100/b.toy": long(), "packed.toy": bundle(), "clean.toy": makeToy(data(1, 50)), "flaw.toy": makeToy(chunk{"FLAW", nil}, name(secret)),
		"x.bin": []byte(secret), "broken.toy": []byte("TOY1" + secret), "empty.toy": nil,
	} {
		os.MkdirAll(filepath.Join(from, filepath.Dir(rel)), 0o755)
		put(t, from, rel, content)
	}
	originals := tree(t, from)
	k := newSpy()
	got := clean(t, Options{Copies: copiesTo(t, to), kernel: k}, from)
	for rel, want := range map[string]struct {
		Status
		mode string
	}{
		"a.toy": {Cleaned, copied}, "DCIM/100/b.toy": {Cleaned, copied}, "packed.toy": {Cleaned, copied}, "clean.toy": {Clean, copied}, "flaw.toy": {Partly, ""}, "x.bin": {Unsupported, ""}, "broken.toy": {Unsupported, ""},
	} {
		o := got[filepath.Join(from, rel)]
		if o.Status != want.Status || o.Mode != want.mode || (o.Copy != "") != (o.Mode == copied) || o.Mode == "" && o.Reasons[len(o.Reasons)-1] != "not copied" {
			t.Errorf("%s: %+v", rel, o)
		}
	}
	if k.count("copy") == 0 {
		t.Error("the kernel was not asked to copy anything")
	}
	copies := tree(t, to)
	if len(copies) != 4 {
		t.Errorf("%d copies", len(copies))
	}
	for rel, content := range copies {
		if played([]byte(content)) != played([]byte(originals[rel])) || strings.Contains(content, secret) {
			t.Errorf("%s: another payload, or a tag", rel)
		}
	}
	// The second run finds all of them, writes nothing, and tells the foreign from its own.
	put(t, to, "clean.toy", makeToy(data(2, 50)))
	k = newSpy()
	again := clean(t, Options{Copies: copiesTo(t, to), kernel: k}, from)
	if o := again[filepath.Join(from, "a.toy")]; o.Status != Cleaned || o.Mode != "" || !slices.Contains(o.Reasons, "its copy is there already") {
		t.Errorf("%+v", o)
	}
	if o := again[filepath.Join(from, "clean.toy")]; o.Status != Failed || !errors.Is(o.Err, ErrTaken) {
		t.Errorf("%+v", o)
	}
	if n := k.count("write") + k.count("copy") + k.count("rename"); n > 0 {
		t.Errorf("%d writes", n)
	}
	c := copiesTo(t, to)
	c.Partly = true
	if o := clean(t, Options{Copies: c}, from)[filepath.Join(from, "flaw.toy")]; o.Status != Partly || o.Mode != copied || strings.Contains(string(get(t, o.Copy)), secret) {
		t.Errorf("%+v", o)
	}
	if now := tree(t, from); !maps.Equal(now, originals) {
		t.Error("an original was changed")
	}
}

// Wherever it is stopped, and whatever fails: no tag is on the way, what has the name
// of a copy is whole and clean, nothing else is left, and the next run finishes.
func TestCopiesStoppedAnywhere(t *testing.T) {
	for _, stop := range []bool{false, true} {
		for n := 0; ; n++ {
			from, to := t.TempDir(), t.TempDir()
			content := long()
			path := put(t, from, "a.toy", content)
			ctx, cancel := context.WithCancel(bg)
			k, reached := newSpy(), false
			k.before = func(op string, i int) error {
				for rel, content := range tree(t, to) {
					if strings.Contains(content, secret) {
						t.Fatalf("before %s, a tag is in %s", op, rel)
					}
				}
				if i != n {
					return nil
				}
				if reached = true; stop {
					cancel()
					return nil
				}
				return unix.EIO
			}
			got, _ := cleanContext(ctx, t, Options{Copies: copiesTo(t, to), kernel: k}, from)
			cancel()
			if !reached {
				if n < 6 || got[path].Mode != copied {
					t.Errorf("%d operations, %+v", n, got[path])
				}
				break
			}
			for rel, c := range tree(t, to) {
				if rel != "a.toy" && k.ops[n] != "remove" || rel == "a.toy" && (played([]byte(c)) != played(content) || strings.Contains(c, secret)) {
					t.Errorf("stop %v at %d, %s: left %s of %d bytes", stop, n, k.ops[n], rel, len(c))
				}
			}
			if string(get(t, path)) != string(content) {
				t.Fatalf("at %s the original was changed", k.ops[n])
			}
			if o := cleanOne(t, Options{Copies: copiesTo(t, to)}, path); o.Status != Cleaned {
				t.Errorf("second run: %+v", o)
			}
		}
	}
}

// What stands in the way of a copy is never followed, filled or replaced.
func TestCopiesAmongStrangers(t *testing.T) {
	from, to, outside := t.TempDir(), t.TempDir(), t.TempDir()
	os.MkdirAll(from+"/sub", 0o755)
	for _, rel := range []string{"sub/a.toy", "b.toy", "c.toy"} {
		put(t, from, rel, sample(1))
	}
	victim := put(t, outside, "victim", []byte("precious"))
	os.Symlink(outside, to+"/sub")
	os.Symlink(victim, to+"/b.toy")
	os.Link(victim, to+"/"+walk.CopyName("c.toy")) // as a killed run may have left it
	got := clean(t, Options{Copies: copiesTo(t, to)}, from)
	if a, b, c := got[from+"/sub/a.toy"], got[from+"/b.toy"], got[from+"/c.toy"]; a.Status != Failed || !errors.Is(b.Err, ErrTaken) || c.Mode != copied {
		t.Errorf("%+v\n%+v\n%+v", a, b, c)
	}
	if now := tree(t, outside); len(now) != 1 || now["victim"] != "precious" {
		t.Errorf("outside: %q", now)
	}
	same := copiesTo(t, from)
	if o := cleanOne(t, Options{Copies: same}, from+"/b.toy"); !errors.Is(o.Err, ErrTaken) {
		t.Errorf("onto itself: %+v", o)
	}
}

func TestCopyOfAFileWithHoles(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	path := from + "/a.toy"
	content := makeToy(name(secret), chunk{"DATA", make([]byte, 40<<20)}, name(secret))
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	f.WriteAt(content[:5000], 0)
	f.WriteAt(content[len(content)-5000:], int64(len(content)-5000))
	f.Close()
	o := cleanOne(t, Options{Copies: copiesTo(t, to)}, path)
	st := stat(t, o.Copy)
	if o.Status != Cleaned || st.Size != int64(len(content)) || played(get(t, o.Copy)) != played(content) || st.Blocks*512 > 1<<20 {
		t.Errorf("%+v, %d blocks", o, st.Blocks)
	}
}

// A copy of which one byte is another is not one, wherever that happened.
func TestCopiesAreCompared(t *testing.T) {
	content := makeToy(name(secret), data(1, 500), free(100), data(2, 4<<20), data(3, 50))
	for what, k := range map[string]kernel{
		"written":              damaging{linux{}, func(p []byte) { p[100] ^= 1 }},
		"copied by the kernel": miscopying{linux{}},
	} {
		from, to := t.TempDir(), t.TempDir()
		path := put(t, from, "a.toy", content)
		o := cleanOne(t, Options{Copies: copiesTo(t, to), kernel: k}, path)
		if o.Status != Failed || !errors.Is(o.Err, ErrNotProven) || len(tree(t, to)) > 0 {
			t.Errorf("%s: %+v, %d files", what, o, len(tree(t, to)))
		}
	}
}

// miscopying changes a byte of what the kernel copies.
type miscopying struct{ kernel }

func (m miscopying) copyRange(to, from *os.File, off, n int64) (int64, error) {
	done, err := m.kernel.copyRange(to, from, off, n)
	if done > 9000 {
		to.WriteAt([]byte("x"), off+9000)
	}
	return done, err
}

// What a killed run left of its copies vanishes without a word, unless it is no such thing.
func TestLeftoverCopies(t *testing.T) {
	whole := makeToy(data(1, 500))
	for _, tt := range []struct {
		name    string
		content []byte
		linked  bool
		copied  []byte // what has the name of the copy, if something has
		stays   bool
		status  Status // "" if nothing is said
	}{
		{"cut short", whole[:300], false, nil, false, ""},
		{"whole", whole, false, nil, false, ""},
		{"empty", nil, false, nil, false, ""},
		{"made by another run", whole[:300], false, whole, false, ""},
		{"two names of one place on the drive", whole, false, whole, true, Failed},
		{"tags", makeToy(name(secret)), false, nil, true, Cleaned},
		{"another name", whole, true, nil, true, Failed},
	} {
		dir := t.TempDir()
		if tt.copied != nil {
			put(t, dir, "a.toy", tt.copied)
		}
		path := put(t, dir, walk.CopyName("a.toy"), tt.content)
		if tt.linked {
			if err := os.Link(path, filepath.Join(t.TempDir(), "other")); err != nil {
				t.Skip(err)
			}
		}
		got := clean(t, Options{}, dir)
		delete(got, filepath.Join(dir, "a.toy"))
		if o := got[path]; o.Status != tt.status || len(got) != b2i(tt.status != "") {
			t.Errorf("%s: %+v", tt.name, got)
		}
		if _, err := os.Stat(path); (err == nil) != tt.stays {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Another run makes a copy under the temporary name, or puts its own there: neither removes
// or names what is the other's.
func TestCopiesOfTwoRuns(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	path := put(t, from, "a.toy", sample(1))
	temp := put(t, to, walk.CopyName("a.toy"), []byte("being written"))
	f := mustOpen(t, temp)
	if err := lock(f); err != nil {
		t.Fatal(err)
	}
	if o := cleanOne(t, Options{Copies: copiesTo(t, to)}, path); !errors.Is(o.Err, ErrInUse) || string(get(t, temp)) != "being written" {
		t.Errorf("%+v", o)
	}
	f.Close()
	for _, last := range []string{"sync", "write", "times"} {
		k := newSpy()
		k.before = func(op string, _ int) error {
			if strings.HasPrefix(op, last) {
				os.Remove(temp)
				put(t, to, filepath.Base(temp), []byte("another run's"))
			}
			return nil
		}
		if o := cleanOne(t, Options{Copies: copiesTo(t, to), kernel: k}, path); o.Status != Failed || !errors.Is(o.Err, ErrChanged) && !errors.Is(o.Err, ErrGone) {
			t.Errorf("%s: %+v", last, o)
		}
		if now := tree(t, to); len(now) != 1 || now[filepath.Base(temp)] != "another run's" {
			t.Errorf("%s: %q", last, now)
		}
	}
}

// A copy is shown to no more people than its original.
func TestModeOfACopy(t *testing.T) {
	defer unix.Umask(unix.Umask(0o022))
	from, to := t.TempDir(), t.TempDir()
	for mode, want := range map[os.FileMode]os.FileMode{0o600: 0o600, 0o666: 0o644, 0o444: 0o444} {
		path := put(t, from, fmt.Sprintf("%o.toy", mode), sample(1))
		os.Chmod(path, mode)
		o := cleanOne(t, Options{Copies: copiesTo(t, to)}, path)
		if st, err := os.Stat(o.Copy); err != nil || st.Mode() != want {
			t.Errorf("%o: %v, %+v", mode, err, st)
		}
	}
}

// The names of new folders are on the drive, too, before a copy is reported.
func TestFoldersOfCopiesAreSynced(t *testing.T) {
	from, to := t.TempDir(), t.TempDir()
	for _, rel := range []string{"a/b/1.toy", "a/b/2.toy", "a/c/3.toy", "4.toy"} {
		os.MkdirAll(filepath.Join(from, filepath.Dir(rel)), 0o755)
		put(t, from, rel, sample(1))
	}
	k := newSpy()
	clean(t, Options{Copies: copiesTo(t, to), kernel: k, Batch: 64}, from)
	if n := k.count("syncfolder"); n != 4 { // a/b, a/c, a and the root
		t.Errorf("%d folders were synced", n)
	}
}
