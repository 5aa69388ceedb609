package apply

import (
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
	"untag/scrub"
)

// big has much to drop, before and after payload.
func big(seed int) []byte { return padded(seed, 2*maxWrite+17) }

func padded(seed, payload int) []byte {
	return makeToy(name(strings.Repeat(secret, 1000)), data(seed, 5000), free(3000), data(seed+1, payload), name(secret), data(seed+2, 1))
}

func TestCompact(t *testing.T) {
	for _, exchange := range []bool{true, false} {
		for _, tt := range []struct {
			name    string
			content []byte
			status  Status
			smaller int
		}{
			{"tags", big(1), Cleaned, 16*1000 + 3000 + 16 + 3*8},
			{"clean with filler", makeToy(data(1, 500), free(100)), Clean, 108},
			{"nothing to drop", makeToy(data(1, 500)), Clean, 0},
			{"not sure", makeToy(flaw(), data(1, 500), free(100)), Partly, 0},
			{"no toy", []byte("text"), Unsupported, 0},
		} {
			t.Run(fmt.Sprintf("exchange=%v/%s", exchange, tt.name), func(t *testing.T) {
				dir := t.TempDir()
				path := put(t, dir, "a.toy", tt.content)
				if err := os.Chmod(path, 0o640); err != nil {
					t.Fatal(err)
				}
				xattr := unix.Setxattr(path, "user.note", []byte("kept"), 0)
				if err := os.Chtimes(path, longAgo, longAgo); err != nil {
					t.Fatal(err)
				}
				before := stat(t, path)
				o := cleanOne(t, Options{Compact: true, kernel: exchanging(exchange)}, path)
				after := get(t, path)
				if o.Status != tt.status || o.NewSize != int64(len(after)) || len(after) != len(tt.content)-tt.smaller || len(o.Reasons) > 1 {
					t.Errorf("%d bytes, %+v", len(after), o)
				}
				if (o.Mode == rewritten) != (tt.smaller > 0) {
					t.Errorf("mode %q", o.Mode)
				}
				if played(after) != played(tt.content) {
					t.Error("plays otherwise than before")
				}
				noTags(t, after, secret)
				now := stat(t, path)
				if now.Mode != before.Mode || now.Uid != before.Uid || now.Mtim != before.Mtim {
					t.Errorf("mode %o, owner %d, time %v; was %o, %d, %v", now.Mode, now.Uid, now.Mtim, before.Mode, before.Uid, before.Mtim)
				}
				if b := make([]byte, 9); xattr == nil {
					if n, err := unix.Getxattr(path, "user.note", b); err != nil || string(b[:n]) != "kept" {
						t.Errorf("attribute %q, %v", b, err)
					}
				}
				alone(t, dir)
			})
		}
	}
}

// exchanging returns a spy that has RENAME_EXCHANGE or, like exFAT, has not.
func exchanging(has bool) *spy {
	k := newSpy()
	k.before = func(op string, _ int) error {
		if op == "exchange" && !has {
			return unix.EINVAL
		}
		return nil
	}
	return k
}

// alone fails the test if a.toy is not alone in dir.
func alone(t *testing.T, dir string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != "a.toy" {
		t.Errorf("in the folder: %v, %v", entries, err)
	}
}

func TestCompactOrder(t *testing.T) {
	for exchange, want := range map[bool][]string{
		true:  {"write", "times", "sync", "lease", "exchange", "sync", "sync", "syncfolder", "remove", "syncfolder"},
		false: {"write", "times", "sync", "lease", "exchange", "syncfolder", "rename", "sync", "syncfolder"},
	} {
		path := put(t, t.TempDir(), "a.toy", makeToy(data(1, 500), free(100)))
		k := exchanging(exchange)
		cleanOne(t, Options{Compact: true, kernel: k}, path)
		var got []string
		for _, op := range k.ops {
			if kind, _, _ := strings.Cut(op, " "); len(got) == 0 || kind != "write" || got[len(got)-1] != "write" {
				got = append(got, kind)
			}
		}
		if exchange && slices.Contains(got, "rename") {
			t.Log("no RENAME_EXCHANGE on the file system of ", path)
			continue
		}
		if !slices.Equal(got, want) {
			t.Errorf("exchange %v\ngot  %q\nwant %q", exchange, got, want)
		}
	}
}

// Whatever fails, there is a whole and clean file under the name, and the next
// run leaves nothing else behind.
func TestCompactEveryFailure(t *testing.T) {
	content := padded(1, 4000)
	for _, exchange := range []bool{true, false} {
		for n := 0; ; n++ {
			dir := t.TempDir()
			path := put(t, dir, "a.toy", content)
			k := exchanging(exchange)
			had := k.before
			failed := ""
			k.before = func(op string, i int) error {
				if i == n {
					failed = op
					return unix.EIO
				}
				return had(op, i)
			}
			o := cleanOne(t, Options{Compact: true, kernel: k}, path)
			if failed == "" {
				if n < 20 {
					t.Errorf("only %d operations", n)
				}
				break
			}
			what := fmt.Sprintf("exchange %v, operation %d, %s", exchange, n, failed)
			if played(get(t, path)) != played(content) {
				t.Errorf("%s: does not play any more", what)
			}
			switch o.Status {
			case Cleaned:
				noTags(t, get(t, path), secret)
				if failed != "lease" && failed != "times" && (len(o.Reasons) == 0 || !strings.HasPrefix(o.Reasons[0], "not compacted: the drive does not answer")) {
					t.Errorf("%s: reasons %q", what, o.Reasons)
				}
			case Failed:
				if !errors.Is(o.Err, ErrDrive) {
					t.Errorf("%s: %v", what, o.Err)
				}
			default:
				t.Errorf("%s: %+v", what, o)
			}
			again(t, what, dir, content)
		}
	}
}

// again runs a second time: the file is then clean and alone.
func again(t *testing.T, what, dir string, content []byte) {
	t.Helper()
	path := filepath.Join(dir, "a.toy")
	o := clean(t, Options{}, dir)[path]
	if o.Status != Cleaned && o.Status != Clean {
		t.Errorf("%s: second run %+v", what, o)
	}
	after := get(t, path)
	noTags(t, after, secret)
	if played(after) != played(content) {
		t.Errorf("%s: does not play after the second run", what)
	}
	alone(t, dir)
}

func TestCompactKilledAnywhere(t *testing.T) {
	content := padded(1, 10_000)
	for _, env := range []string{"UNTAG_TEST_NOEXCHANGE=", "UNTAG_TEST_NOEXCHANGE=1"} {
		for at := 0; ; at++ {
			dir := t.TempDir()
			path := put(t, dir, "a.toy", content)
			died := dying(t, path, at, env, "UNTAG_TEST_COMPACT=1")
			if played(get(t, path)) != played(content) {
				t.Errorf("at %d: does not play any more", at)
			}
			again(t, fmt.Sprintf("%s at %d", env, at), dir, content)
			if !died {
				if at < 20 {
					t.Errorf("only %d operations", at)
				}
				break
			}
		}
	}
}

func TestNotCompacted(t *testing.T) {
	content := makeToy(data(1, 500), free(100))
	for _, tt := range []struct {
		name   string
		set    func(t *testing.T, path string)
		reason string
	}{
		{"several names", func(t *testing.T, path string) {
			if err := os.Link(path, filepath.Join(t.TempDir(), "other")); err != nil {
				t.Skip(err)
			}
		}, "not compacted: it has several names"},
		{"open elsewhere", func(t *testing.T, path string) { mustOpen(t, path) }, "not compacted: is in use by another program"},
		{"read-only", func(t *testing.T, path string) { os.Chmod(path, 0o555) }, "not compacted: is read-only"},
		{"name in the way", func(t *testing.T, path string) {
			put(t, filepath.Dir(path), tempFor(content, "a.toy"), []byte("in the way"))
		}, "not compacted: making the copy: file exists"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, t.TempDir(), "a.toy", content)
			tt.set(t, path)
			o := clean(t, Options{Compact: true}, filepath.Dir(path))[path]
			if o.Status != Clean || !slices.Equal(o.Reasons, []string{tt.reason}) || o.Mode != "" {
				t.Errorf("%+v", o)
			}
			if !bytes.Equal(get(t, path), content) {
				t.Error("the file changed")
			}
		})
	}
	t.Run("long name", func(t *testing.T) {
		path := put(t, t.TempDir(), strings.Repeat("n", 240), content)
		if o := cleanOne(t, Options{Compact: true}, path); !slices.Equal(o.Reasons, []string{"not compacted: file name too long"}) {
			t.Errorf("%+v", o)
		}
	})
}

// tempFor is the name of the copy of a file with the given content.
func tempFor(content []byte, name string) string {
	return walk.Temp{For: name, Sum: crc32.Checksum(compacted(content), castagnoli)}.Name()
}

// compacted is what the content is without its filler.
func compacted(content []byte) []byte {
	c, err := toyEngine.Compact(bytes.NewReader(content), int64(len(content)), scrub.Options{})
	if err != nil {
		panic(err)
	}
	var out []byte
	k := kept{ctx: bg, src: bytes.NewReader(content), c: c, buf: make([]byte, 100)}
	if err := k.each(func(p []byte, _ int64) error { out = append(out, p...); return nil }); err != nil {
		panic(err)
	}
	return out
}

func TestFullDriveIsNotCompacted(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skip("needs the right to mount: ", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	content := makeToy(name(secret), data(1, 3<<20), free(100))
	path := put(t, dir, "a.toy", content)
	o := cleanOne(t, Options{Compact: true}, path)
	if o.Status != Cleaned || len(o.Reasons) != 1 || !strings.HasPrefix(o.Reasons[0], "not compacted: the drive is full (a copy takes ") {
		t.Errorf("%+v", o)
	}
	noTags(t, get(t, path), secret)
	alone(t, dir)
}

// A copy whose bytes differ from what was to be kept is thrown away.
func TestCompactIsProven(t *testing.T) {
	content := makeToy(data(1, 500), free(100), data(2, 50))
	for _, tt := range []struct {
		name   string
		damage func(p []byte)
		reason string
	}{
		{"payload", func(p []byte) { p[50] ^= 1 }, "the copy's picture or sound is another"},
		{"structure", func(p []byte) { copy(p[24:], "WHAT") }, "is still not clean: the copy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := put(t, dir, "a.toy", content)
			o := cleanOne(t, Options{Compact: true, kernel: damaging{linux{}, tt.damage}}, path)
			if o.Status != Clean || len(o.Reasons) != 1 || !strings.Contains(o.Reasons[0], tt.reason) {
				t.Errorf("%+v", o)
			}
			if !bytes.Equal(get(t, path), content) {
				t.Error("the file changed")
			}
			alone(t, dir)
		})
	}
}

// damaging writes something else than it was told.
type damaging struct {
	kernel
	damage func(p []byte)
}

func (d damaging) writeAt(f *os.File, p []byte, off int64) (int, error) {
	if off == 0 {
		p = bytes.Clone(p)
		d.damage(p)
	}
	return d.kernel.writeAt(f, p, off)
}

// Another file takes the name in the last moment: it stays.
func TestCompactReplacedMeanwhile(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "a.toy", makeToy(data(1, 500), free(100)))
	other := put(t, t.TempDir(), "other", []byte("another file"))
	k := newSpy()
	k.before = func(op string, _ int) error {
		if op == "exchange" && k.count("exchange") == 1 {
			os.Rename(other, path)
		}
		return nil
	}
	o := cleanOne(t, Options{Compact: true, kernel: k}, path)
	if string(get(t, path)) != "another file" {
		t.Error("the other file is gone")
	}
	if o.Mode == rewritten || len(o.Reasons) != 1 || o.Reasons[0] != "not compacted: was changed by somebody else meanwhile" {
		t.Errorf("%+v", o)
	}
	alone(t, dir)
}

func TestLeftovers(t *testing.T) {
	whole := makeToy(data(1, 500), free(100))
	copied := compacted(whole)
	finished := tempFor(whole, "a.toy")
	unfinished := walk.Temp{For: "a.toy", Sum: 0x12345678}.Name()
	text := func(s string) []byte { return []byte(s) }
	for _, tt := range []struct {
		name  string
		files map[string][]byte
		want  map[string][]byte // afterwards
		ends  map[string]Status // reported; the error of a failure is not nil
	}{
		{"not needed", map[string][]byte{"a.toy": whole, finished: copied}, map[string][]byte{"a.toy": whole}, map[string]Status{"a.toy": Clean}},
		{"unfinished", map[string][]byte{"a.toy": whole, unfinished: copied[:99]}, map[string][]byte{"a.toy": whole}, map[string]Status{"a.toy": Clean}},
		{"the old file after an exchange", map[string][]byte{"a.toy": copied, finished: whole}, map[string][]byte{"a.toy": copied}, map[string]Status{"a.toy": Clean}},
		{"to be finished", map[string][]byte{finished: copied}, map[string][]byte{"a.toy": copied}, map[string]Status{finished: Cleaned}},
		{"to be finished over an empty file", map[string][]byte{finished: copied, "a.toy": nil}, map[string][]byte{"a.toy": copied}, map[string]Status{finished: Cleaned, "a.toy": Unsupported}},
		{"unfinished and the original gone", map[string][]byte{unfinished: copied}, map[string][]byte{unfinished: copied}, map[string]Status{unfinished: Failed}},
		{"original damaged", map[string][]byte{finished: copied, "a.toy": text("TOY1 no more")}, map[string][]byte{finished: copied, "a.toy": text("TOY1 no more")}, map[string]Status{finished: Failed, "a.toy": Unsupported}},
		{"the same bytes twice", map[string][]byte{finished: copied, "a.toy": copied}, map[string][]byte{finished: copied, "a.toy": copied}, map[string]Status{finished: Failed, "a.toy": Clean}},
		{"the old bytes twice", map[string][]byte{finished: whole, "a.toy": whole}, map[string][]byte{finished: whole, "a.toy": whole}, map[string]Status{finished: Failed, "a.toy": Clean}},
		{"tags under such a name", map[string][]byte{"a.toy": whole, unfinished: makeToy(name(secret))}, map[string][]byte{"a.toy": whole, unfinished: makeToy(chunk{"FREE", make([]byte, len(secret))})}, map[string]Status{"a.toy": Clean, unfinished: Cleaned}},
		{"somebody's own file", map[string][]byte{".untag-notes.tmp": text("x")}, map[string][]byte{".untag-notes.tmp": text("x")}, map[string]Status{".untag-notes.tmp": Unsupported}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			for n, b := range tt.files {
				put(t, dir, n, b)
			}
			for _, dry := range []bool{true, false} {
				got := clean(t, Options{DryRun: dry}, dir)
				if dry {
					same := filesIn(t, dir)
					if !equalFiles(same, tt.files) || len(got) != len(tt.files) {
						t.Errorf("the dry run left %q and reported %v", names(same), got)
					}
					continue
				}
				ends := map[string]Status{}
				for p, o := range got {
					ends[filepath.Base(p)] = o.Status
					if (o.Err != nil) != (o.Status == Failed) {
						t.Errorf("%+v", o)
					}
				}
				// The file itself is listed before it was finished, or after, or not at all.
				if tt.ends[finished] == Cleaned {
					delete(ends, "a.toy")
					delete(tt.ends, "a.toy")
				}
				if fmt.Sprint(ends) != fmt.Sprint(tt.ends) {
					t.Errorf("reported %v, want %v", ends, tt.ends)
				}
			}
			if left := filesIn(t, dir); !equalFiles(left, tt.want) {
				t.Errorf("left %q, want %q", names(left), names(tt.want))
			}
		})
	}
}

// What another run is working on is no leftover.
func TestLockedLeftoverIsLeft(t *testing.T) {
	dir := t.TempDir()
	whole := makeToy(data(1, 500), free(100))
	put(t, dir, "a.toy", whole)
	temp := put(t, dir, tempFor(whole, "a.toy"), []byte("being written"))
	f := mustOpen(t, temp)
	if err := lock(f); err != nil {
		t.Skip(err)
	}
	if got := clean(t, Options{}, dir); len(got) != 1 {
		t.Errorf("%v", got)
	}
	if _, err := os.Stat(temp); err != nil {
		t.Error(err)
	}
}

func filesIn(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{}
	for _, e := range entries {
		files[e.Name()] = get(t, filepath.Join(dir, e.Name()))
	}
	return files
}

func equalFiles(a, b map[string][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for n := range a {
		if _, ok := b[n]; !ok || !bytes.Equal(a[n], b[n]) {
			return false
		}
	}
	return true
}

func names(files map[string][]byte) (all []string) {
	for n, b := range files {
		all = append(all, fmt.Sprintf("%s (%d)", n, len(b)))
	}
	slices.Sort(all)
	return all
}

func TestPatch(t *testing.T) {
	edits := []scrub.Edit{{Off: 2, Len: 3, Data: []byte("abc")}, {Off: 8, Len: 5, Fill: '.'}, {Off: 19, Len: 1, Data: []byte("z")}}
	src := []byte("0123456789ABCDEFGHIJ")
	want := "01abc567.....DEFGHIz"
	for size := 1; size <= len(src); size++ {
		k := kept{ctx: bg, src: bytes.NewReader(src), c: &scrub.Compaction{Size: 20, Patches: edits}, buf: make([]byte, size)}
		var got []byte
		if err := k.each(func(p []byte, _ int64) error { got = append(got, p...); return nil }); err != nil || string(got) != want {
			t.Errorf("in pieces of %d: %s, %v", size, got, err)
		}
	}
}
