package state

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"untag/platform/walk"
)

var terms = Terms{Version: "1", Policy: "device"}

// tree is a folder with files, whose entries a test may remember.
type tree struct {
	t    *testing.T
	dir  string
	root *walk.Root
}

func newTree(t *testing.T, files int) *tree {
	t.Helper()
	dir := t.TempDir()
	for i := range files {
		name := filepath.Join(dir, fmt.Sprintf("folder%02d", i/100), fmt.Sprintf("Geheim_%05d.jpg", i))
		os.MkdirAll(filepath.Dir(name), 0o755)
		if err := os.WriteFile(name, []byte(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return &tree{t, dir, root}
}

// each visits all files with their attributes.
func (tr *tree) each(visit func(e *walk.Entry, st *unix.Stat_t)) {
	tr.t.Helper()
	for e, err := range tr.root.Files(context.Background(), walk.Choice{}) {
		if err != nil {
			tr.t.Fatal(err)
		}
		st, err := e.Stat()
		if err != nil {
			tr.t.Fatal(err)
		}
		visit(e, &st)
	}
}

// factOf is what a test says of a file: never the same of two neighbours.
func factOf(rel string) string {
	return fmt.Sprintf("clean\nkind %d", len(rel)+int(rel[len(rel)-5]-'0'))
}

// remember adds all files to the state at path, and closes it.
func (tr *tree) remember(path string, t Terms) {
	tr.t.Helper()
	s := open(tr.t, path, t)
	tr.each(func(e *walk.Entry, st *unix.Stat_t) { s.Add(e, tr.dir, st, factOf(e.Rel)) })
	s.Close(true)
	if s.Err() != nil {
		tr.t.Fatal(s.Err())
	}
}

// known counts the files that a state knows, and fails the test if it says anything else of one
// than what was remembered.
func (tr *tree) known(path string, t Terms) (n int, use Use) {
	tr.t.Helper()
	s, err := Open(path, t)
	if err != nil {
		return 0, Use(err.Error())
	}
	tr.each(func(e *walk.Entry, st *unix.Stat_t) {
		fact, ok := s.Look(tr.dir, e.Rel, st)
		if !ok {
			return
		}
		if n++; fact != factOf(e.Rel) {
			tr.t.Errorf("%s: %q", e.Rel, fact)
		}
	})
	use = s.Use()
	s.Close(false)
	return n, use
}

func open(t *testing.T, path string, terms Terms) *State {
	t.Helper()
	s, err := Open(path, terms)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRemembers(t *testing.T) {
	tr, path := newTree(t, 300), filepath.Join(t.TempDir(), "state")
	tr.remember(path, terms)
	s := open(t, path, terms)
	if use := s.Use(); use != Used { // where nothing is asked for, as if all is excluded
		t.Errorf("a state that was there is %q", use)
	}
	s.Close(false)
	for _, c := range []struct {
		terms Terms
		known int
		use   Use
	}{
		{terms, 300, Used},
		{Terms{Version: "1", Policy: "strict"}, 0, OtherOptions},
		{terms, 300, Used},
		{Terms{Version: "1", Policy: "device", Unread: true}, 0, NotAsked},
		{terms, 300, Used},
		{Terms{Version: "2", Policy: "device"}, 0, OtherVersion},
		{terms, 0, OtherVersion}, // and then it is empty
	} {
		if n, use := tr.known(path, c.terms); n != c.known || use != c.use {
			t.Errorf("%+v: %d known, %s; want %d, %s", c.terms, n, use, c.known, c.use)
		}
	}
	if st, err := os.Stat(path); err != nil || st.Mode() != 0o600 {
		t.Error(st.Mode(), err)
	}
}

// Whatever of a file's attributes changes, it is not known any more; nor is its entry good for another.
func TestAnyChangeIsSeen(t *testing.T) {
	tr, path := newTree(t, 2), filepath.Join(t.TempDir(), "state")
	tr.remember(path, terms)
	s := open(t, path, terms)
	defer s.Close(false)
	tr.each(func(e *walk.Entry, st *unix.Stat_t) {
		for what, change := range map[string]func(*unix.Stat_t){
			"device": func(st *unix.Stat_t) { st.Dev++ }, "inode": func(st *unix.Stat_t) { st.Ino++ }, "size": func(st *unix.Stat_t) { st.Size++ },
			"seconds": func(st *unix.Stat_t) { st.Mtim.Sec++ }, "nanoseconds": func(st *unix.Stat_t) { st.Mtim.Nsec ^= 1 },
			"ctime": func(st *unix.Stat_t) { st.Ctim.Sec++ }, "its nanoseconds": func(st *unix.Stat_t) { st.Ctim.Nsec ^= 1 },
		} {
			other := *st
			if change(&other); &other == st {
				t.Fatal("the same")
			}
			if _, ok := s.Look(tr.dir, e.Rel, &other); ok {
				t.Errorf("another %s is not seen", what)
			}
		}
		if _, ok := s.Look(tr.dir, e.Rel+"x", st); ok {
			t.Error("known under another name")
		}
		if _, ok := s.Look(tr.dir+"/folder00", e.Rel, st); ok {
			t.Error("known beneath another root")
		}
		if _, ok := s.Look(tr.dir, e.Rel, st); !ok {
			t.Error("not known")
		}
	})
}

// The file holds no path and no part of one.
func TestNamesNothing(t *testing.T) {
	tr, path := newTree(t, 300), filepath.Join(t.TempDir(), "state")
	tr.remember(path, terms)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"Geheim", ".jpg", "folder", filepath.Base(tr.dir), "device"} {
		if bytes.Contains(b, []byte(word)) {
			t.Errorf("%q is in it", word)
		}
	}
}

// A state that was damaged anywhere, or cut anywhere, is used for what of it is whole, or not at
// all; it never says of a file what was not said of it.
func TestDamage(t *testing.T) {
	tr, dir := newTree(t, 300), t.TempDir()
	path := filepath.Join(dir, "state")
	tr.remember(path, terms)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	used := len(bytes.TrimRight(whole, "\x00"))
	rnd := rand.New(rand.NewPCG(1, 2))
	damages := map[string]int{}
	rounds := 160
	if bits.UintSize == 32 {
		rounds = 24 // a panic of bbolt leaves 64 MiB mapped
	}
	for i := range rounds {
		b := bytes.Clone(whole)
		switch at := rnd.IntN(used); i % 4 {
		case 0: // a bit
			b[at] ^= 1 << rnd.IntN(8)
		case 1: // a cut
			b = b[:at]
		case 2: // a page of something else
			copy(b[at&^4095:], bytes.Repeat([]byte{byte(rnd.Int())}, 4096))
		case 3: // a page of another place
			copy(b[at&^4095:][:4096], whole[rnd.IntN(used)&^4095:])
		}
		os.Remove(path + ".damaged")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		n, use := tr.known(path, terms)
		damages[string(use)]++
		if use == Damaged && n == 300 {
			t.Error("damaged, and all is known")
		}
	}
	t.Log(damages)
	if damages[string(Used)] == 0 || damages[string(Damaged)] == 0 {
		t.Errorf("not what was to be tried: %v", damages)
	}
}

// A part of another state, made with another key, is worth nothing.
func TestStolen(t *testing.T) {
	tr, dir := newTree(t, 300), t.TempDir()
	a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	tr.remember(a, terms)
	tr.remember(b, terms)
	s := open(t, a, terms)
	other := open(t, b, terms)
	tr.each(func(e *walk.Entry, st *unix.Stat_t) {
		x, y := s.table(tr.dir), other.table(tr.dir)
		if x.name(e.Rel) == y.name(e.Rel) || x.seal(e.Rel, st, "") == y.seal(e.Rel, st, "") {
			t.Errorf("%s: the same in both", e.Rel)
		}
	})
	s.Close(false)
	other.Close(false)
}

// Whoever reads a file although it is remembered, and finds it not to be as it was said to be, has
// later runs read it too.
func TestContradicted(t *testing.T) {
	tr, path := newTree(t, 300), filepath.Join(t.TempDir(), "state")
	tr.remember(path, terms)
	s := open(t, path, Terms{Version: "1", Policy: "device", Unread: true})
	n := 0
	tr.each(func(e *walk.Entry, _ *unix.Stat_t) {
		if n++; n%3 == 0 {
			s.Forget(e, tr.dir)
		}
	})
	s.Close(false)
	if n, use := tr.known(path, terms); n != 200 || use != Used {
		t.Errorf("%d known, %s", n, use)
	}
}

func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	held := open(t, in("held"), terms)
	defer held.Close(false)
	open(t, in("writable"), terms).Close(false)
	os.Chmod(in("writable"), 0o620)
	os.Symlink("held", in("link"))
	os.WriteFile(in("photo"), []byte(strings.Repeat("photo", 9999)), 0o600)
	os.WriteFile(in("short"), []byte("photo"), 0o600)
	unix.Mkfifo(in("pipe"), 0o600)
	want := map[string]error{"held": ErrInUse, "writable": ErrWriters, "link": ErrLink, "photo": ErrForeign, "short": ErrForeign, "pipe": ErrForeign, ".": unix.EISDIR, "no/such": unix.ENOENT}
	if os.Geteuid() == 0 {
		open(t, in("theirs"), terms).Close(false)
		os.Chown(in("theirs"), 1, 1)
		want["theirs"] = ErrOwner
	}
	for name, want := range want {
		if _, err := Open(in(name), terms); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if b, _ := os.ReadFile(in("short")); string(b) != "photo" {
		t.Error("it was written to")
	}
	// What a run leaves that lost power as it made one.
	for name, content := range map[string][]byte{"empty": nil, "zeros": make([]byte, 16384)} {
		os.WriteFile(in(name), content, 0o644)
		open(t, in(name), terms).Close(false)
		if st, _ := os.Stat(in(name)); st.Mode() != 0o600 {
			t.Error(name, st.Mode())
		}
	}
}

// What another version found is dropped, however much it is, and the room is used again.
func TestAnotherVersionEmpties(t *testing.T) {
	dir, path := t.TempDir(), filepath.Join(t.TempDir(), "state")
	fill := func(version string) (size int64) {
		s := open(t, path, Terms{Version: version})
		tab := s.table(dir)
		s.number("clean")
		for range 3*sweepAtOnce + 1 {
			a := add{t: tab, value: value{1}}
			binary.NativeEndian.PutUint64(a.name[:], rand.Uint64())
			s.adds <- a
		}
		s.Close(true)
		st, err := os.Stat(path)
		if err != nil || s.Err() != nil {
			t.Fatal(err, s.Err())
		}
		return st.Size()
	}
	first := fill("1")
	s := open(t, path, Terms{Version: "2"})
	tab := s.table(dir)
	s.db.View(func(tx *bbolt.Tx) error {
		if k, _ := tx.Bucket(inTables).Bucket(tab.id).Cursor().First(); k != nil || tab.head.entries != 0 {
			t.Errorf("entries are left, and %d are counted", tab.head.entries)
		}
		return nil
	})
	if s.Close(false); s.Use() != OtherVersion || s.Err() != nil {
		t.Error(s.Use(), s.Err())
	}
	if second := fill("2"); second > first*11/10 {
		t.Errorf("%d bytes, and %d under the version before", second, first)
	}
}

// Files that are gone are forgotten, by a run that saw all of the others; and the state does not grow.
func TestForgets(t *testing.T) {
	tr, path := newTree(t, 3000), filepath.Join(t.TempDir(), "state")
	entries := func(s *State) uint64 { return s.table(tr.dir).head.entries }
	var first int64
	for round := range 6 {
		tr.each(func(e *walk.Entry, _ *unix.Stat_t) {
			if os.Rename(e.Path, fmt.Sprintf("%s-%d.jpg", e.Path, round)) != nil {
				t.Fatal("renaming")
			}
		})
		tr.remember(path, terms)
		s := open(t, path, terms)
		if n := entries(s); n < 3000 || n > 3100 { // the filter knows a few too many
			t.Errorf("round %d: %d entries", round, n)
		}
		s.Close(false)
		st, _ := os.Stat(path)
		if first = max(first, 1); round == 1 {
			first = st.Size()
		} else if round > 1 && st.Size() > first*3/2 {
			t.Errorf("round %d: %d bytes, and %d after the first", round, st.Size(), first)
		}
	}
	// Who does not see all forgets nothing.
	for _, part := range []func(*State) bool{
		func(*State) bool { return false },
		func(s *State) bool { s.Partly(tr.dir); return true },
	} {
		s := open(t, path, terms)
		before := entries(s)
		s.Close(part(s))
		s = open(t, path, terms)
		if n := entries(s); n != before {
			t.Errorf("%d entries, %d before", n, before)
		}
		s.Close(false)
	}
	// A table that nobody asks for any more goes.
	for range lifetime + 2 {
		open(t, path, terms).Close(true)
	}
	if n, use := tr.known(path, terms); n != 0 || use != New {
		t.Errorf("%d known, %s", n, use)
	}
}

// Where bbolt stumbles it may go down with its lock: nobody waits for that afterwards.
func TestNobodyWaitsForADamagedOne(t *testing.T) {
	tr := newTree(t, 1)
	s, err := Open(filepath.Join(t.TempDir(), "state"), terms)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Begin(true); err != nil {
		t.Fatal(err)
	}
	s.failed(errDamaged)
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.Partly(tr.dir)
		tr.each(func(e *walk.Entry, st *unix.Stat_t) {
			s.Look(tr.dir, e.Rel, st)
			s.Add(e, tr.dir, st, "clean")
		})
		s.Close(true)
	}()
	select {
	case <-done:
	case <-time.After(30 * time.Second):
		t.Fatal("hangs")
	}
	if s.Use() != Damaged {
		t.Error(s.Use())
	}
}
