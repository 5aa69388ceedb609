package apply

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
	everyFailure(t, padded(1, 4000), Options{Compact: true})
}

func everyFailure(t *testing.T, content []byte, opt Options) {
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
			opt.kernel = k
			o := cleanOne(t, opt, path)
			if failed == "" {
				if n < 18 {
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
				if opt.Compact && failed != "lease" && failed != "times" && (len(o.Reasons) == 0 || !strings.HasPrefix(o.Reasons[0], "not compacted: the drive does not answer")) {
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
	killedAnywhere(t, padded(1, 10_000), "UNTAG_TEST_COMPACT=1")
}

func killedAnywhere(t *testing.T, content []byte, more string) {
	for _, env := range []string{"UNTAG_TEST_NOEXCHANGE=", "UNTAG_TEST_NOEXCHANGE=1"} {
		for at := 0; ; at++ {
			dir := t.TempDir()
			path := put(t, dir, "a.toy", content)
			died := dying(t, path, at, env, more)
			if played(get(t, path)) != played(content) {
				t.Errorf("at %d: does not play any more", at)
			}
			again(t, fmt.Sprintf("%s at %d", env, at), dir, content)
			if !died {
				if at < 18 {
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
	w, err := toyEngine.Compact(bytes.NewReader(content), int64(len(content)), scrub.Options{})
	if err != nil {
		panic(err)
	}
	return writtenAs(content, w)
}

func writtenAs(content []byte, w *scrub.Rewrite) []byte {
	out := make([]byte, w.NewSize())
	if _, err := w.Written(bytes.NewReader(content)).ReadAt(out, 0); err != nil {
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

// bundle has tags that go in place, and some that take a new file.
func bundle(parts ...chunk) []byte {
	return makeToy(append([]chunk{name(secret), data(1, 5000), packed(strings.Repeat(secret, 3000))}, parts...)...)
}

func TestRewrite(t *testing.T) {
	for _, exchange := range []bool{true, false} {
		for _, tt := range []struct {
			name    string
			content []byte
			status  Status
		}{
			{"nothing else", makeToy(data(1, 5000), packed(secret)), Cleaned},
			{"tags in place", bundle(), Cleaned},
			{"several", bundle(packed("x"), packed(secret)), Cleaned},
			{"a trailer", bundle(trailer("Pos: N 52")), Cleaned},
			{"not sure", bundle(flaw()), Partly},
		} {
			t.Run(fmt.Sprintf("exchange=%v/%s", exchange, tt.name), func(t *testing.T) {
				dir := t.TempDir()
				path := put(t, dir, "a.toy", tt.content)
				if o := cleanOne(t, Options{DryRun: true}, path); o.Status != Dirty && tt.status == Cleaned || !bytes.Equal(get(t, path), tt.content) {
					t.Errorf("dry run: %+v", o)
				}
				k := &holding{spy: exchanging(exchange)}
				o := cleanOne(t, Options{kernel: k}, path)
				defer k.old.Close()
				after := get(t, path)
				if o.Status != tt.status || o.Mode != rewritten || o.Err != nil || o.NewSize != int64(len(after)) || o.Size != int64(len(tt.content)) || len(o.Findings) == 0 {
					t.Errorf("%d bytes, %+v", len(after), o)
				}
				noTags(t, after, secret)
				if played(after) != played(tt.content) {
					t.Error("plays otherwise than before")
				}
				was, err := io.ReadAll(io.NewSectionReader(k.old, 0, 1<<20))
				if err != nil || len(was) == 0 {
					t.Fatal(err)
				}
				noTags(t, was, secret) // in what was the file's place on the drive
				alone(t, dir)
				if o := cleanOne(t, Options{}, path); o.Mode != "" {
					t.Errorf("a second run: %+v", o)
				}
			})
		}
	}
}

// holding keeps hold of the file that was opened last for writing.
type holding struct {
	*spy
	old *os.File
}

func (h *holding) lease(f *os.File) error {
	fd, err := unix.Dup(int(f.Fd()))
	if err == nil {
		if h.old != nil {
			h.old.Close()
		}
		h.old = os.NewFile(uintptr(fd), "old")
	}
	return errors.Join(err, h.spy.lease(f))
}

func TestRewriteEveryFailure(t *testing.T) { everyFailure(t, bundle(), Options{}) }

func TestRewriteKilledAnywhere(t *testing.T) { killedAnywhere(t, bundle(), "") }

func TestNotRewritten(t *testing.T) {
	content := makeToy(data(1, 500), packed(secret))
	for _, tt := range []struct {
		name string
		set  func(t *testing.T, path string)
		err  error
	}{
		{"several names", func(t *testing.T, path string) {
			if err := os.Link(path, filepath.Join(t.TempDir(), "other")); err != nil {
				t.Skip(err)
			}
		}, errSpread},
		{"open elsewhere", func(t *testing.T, path string) { mustOpen(t, path) }, ErrInUse},
		{"read-only", func(t *testing.T, path string) { os.Chmod(path, 0o555) }, ErrReadOnlyFile},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, t.TempDir(), "a.toy", content)
			tt.set(t, path)
			o := clean(t, Options{}, filepath.Dir(path))[path]
			if o.Status != Failed || !errors.Is(o.Err, tt.err) || o.Mode != "" || !slices.Equal(o.Reasons, []string{"nothing was changed"}) {
				t.Errorf("%+v", o)
			}
			if !bytes.Equal(get(t, path), content) {
				t.Error("the file changed")
			}
			alone(t, filepath.Dir(path))
		})
	}
}

// On a drive without room for a copy the file is left as it is, but for what goes in place.
func TestFullDriveIsNotRewritten(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("none", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skip("needs the right to mount: ", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	path := put(t, dir, "a.toy", makeToy(name(secret), data(1, 3<<20), packed("SECRET of another kind")))
	o := cleanOne(t, Options{}, path)
	if o.Status != Failed || !errors.Is(o.Err, unix.ENOSPC) || !slices.Equal(o.Reasons, []string{"it was changed, and still opens and plays; cleaning it again goes on from there"}) {
		t.Errorf("%+v", o)
	}
	noTags(t, get(t, path), secret)
	alone(t, dir)
}

// A copy that is not what it should be is thrown away.
func TestRewriteIsProven(t *testing.T) {
	content := makeToy(data(1, 500), packed(secret))
	for what, damage := range map[string]func(p []byte){
		"payload":   func(p []byte) { p[50] ^= 1 },
		"structure": func(p []byte) { copy(p[24:], "WHAT") },
	} {
		dir := t.TempDir()
		path := put(t, dir, "a.toy", content)
		if o := cleanOne(t, Options{kernel: damaging{linux{}, damage}}, path); o.Status != Failed || !errors.Is(o.Err, ErrNotProven) {
			t.Errorf("%s: %+v", what, o)
		}
		if !bytes.Equal(get(t, path), content) {
			t.Errorf("%s: the file changed", what)
		}
		alone(t, dir)
	}
}

// After a run that was killed between exchange and removal the old file has the name of a copy.
func TestOldFileIsErased(t *testing.T) {
	old := makeToy(data(1, 500), packed(secret))
	p, err := toyEngine.Plan(bytes.NewReader(old), int64(len(old)), scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	now := writtenAs(old, p.Rewrite())
	temp := walk.Temp{For: "a.toy", Sum: crc32.Checksum(now, castagnoli)}.Name()
	half := bytes.Clone(old)
	clear(half[532:545]) // what changes, up to somewhere
	for what, left := range map[string][]byte{"whole": old, "half erased": half} {
		dir := t.TempDir()
		put(t, dir, "a.toy", now)
		f := mustOpen(t, put(t, dir, temp, left))
		got := clean(t, Options{}, dir)
		if o := got[filepath.Join(dir, "a.toy")]; len(got) != 2 || o.Status != Clean {
			t.Errorf("%s: %+v", what, got)
		}
		if o := got[filepath.Join(dir, temp)]; o.Status != Cleaned || o.Written == 0 || !slices.Equal(o.Reasons, []string{"it was what a.toy replaced in an interrupted run: overwritten and removed"}) {
			t.Errorf("%s: %+v", what, o)
		}
		alone(t, dir)
		if b, err := io.ReadAll(f); err != nil || len(b) != len(left) || len(bytes.Trim(b, "\x00")) > 0 {
			t.Errorf("%s: the old file is not erased: %q, %v", what, b, err)
		}
	}
	// Two names of one place on the drive, as FAT can have them: nothing is touched.
	dir := t.TempDir()
	put(t, dir, "a.toy", old)
	put(t, dir, temp, old)
	if o := clean(t, Options{}, dir)[filepath.Join(dir, temp)]; !errors.Is(o.Err, errSameBytes) {
		t.Errorf("%+v", o)
	}
}

// Nothing is overwritten but the file that was replaced: the name alone proves nothing.
func TestErasesNothingElse(t *testing.T) {
	old := makeToy(data(1, 500), packed("PHOTO of somebody"))
	now := makeToy(data(1, 500), packed(""))
	for _, tt := range []struct {
		name       string
		orig, left []byte
	}{
		{"the original is damaged", append([]byte("TOY1 no more"), now...), old},
		{"the original is to be cleaned", makeToy(data(1, 500), packed(""), name(secret)), old},
		{"of another payload", now, makeToy(data(2, 500), packed("PHOTO of somebody"))},
		{"another kind of file", now, []byte("%PDF-1.7 PHOTO of somebody")},
		{"not to be written anew", makeToy(data(1, 500)), makeToy(data(1, 500), flaw(), chunk{"DATA", []byte("PHOTO of somebody")})},
	} {
		dir := t.TempDir()
		put(t, dir, "a.toy", tt.orig)
		f := mustOpen(t, put(t, dir, walk.Temp{For: "a.toy", Sum: crc32.Checksum(tt.orig, castagnoli)}.Name(), tt.left))
		clean(t, Options{}, dir)
		// In what is written anew the tag is overwritten where it was; all else stays.
		b, err := io.ReadAll(f)
		if err != nil || !bytes.HasPrefix(b, tt.left[:min(500, len(tt.left))]) {
			t.Errorf("%s: %q, %v", tt.name, b, err)
		}
	}
}

// A leftover that has several names is a file like any other, whatever its name says.
func TestLinkedLeftover(t *testing.T) {
	old, now := makeToy(data(1, 500), packed(secret)), makeToy(data(1, 500), packed(""))
	temp := walk.Temp{For: "a.toy", Sum: crc32.Checksum(now, castagnoli)}.Name()
	for _, tt := range []struct {
		name       string
		orig, left []byte
		err        error
	}{
		{"the old file", now, old, errSpread},
		{"a copy", old, now, errLinked},
		{"a copy without an original", nil, now, errLinked},
		{"a foreign file", now, []byte("what somebody wrote"), errLinked},
	} {
		dir := t.TempDir()
		if tt.orig != nil {
			put(t, dir, "a.toy", tt.orig)
		}
		path := filepath.Join(dir, temp)
		other := put(t, t.TempDir(), "other", tt.left)
		if err := os.Link(other, path); err != nil {
			t.Skip(err)
		}
		if o := clean(t, Options{}, dir)[path]; o.Status != Failed || !errors.Is(o.Err, tt.err) {
			t.Errorf("%s: %+v", tt.name, o)
		}
		if !bytes.Equal(get(t, other), tt.left) {
			t.Errorf("%s: the file was changed", tt.name)
		}
	}
}

// A leftover may be another name of its own original: nobody waits for himself.
func TestLeftoverIsItsOriginal(t *testing.T) {
	content := makeToy(data(1, 500), name(secret))
	dir := t.TempDir()
	path := put(t, dir, "a.toy", content)
	if err := os.Link(path, filepath.Join(dir, walk.Temp{For: "a.toy", Sum: crc32.Checksum(content, castagnoli)}.Name())); err != nil {
		t.Skip(err)
	}
	ctx, stop := context.WithTimeout(bg, 20*time.Second)
	defer stop()
	if got, err := cleanContext(ctx, t, Options{}, dir); err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	if after := get(t, path); played(after) != played(content) {
		t.Error("plays otherwise")
	} else {
		noTags(t, after, secret)
	}
}

// What stands where the copy is to be written is overwritten only if it has no other name.
func TestLinkedLeftoverInTheWay(t *testing.T) {
	content := makeToy(data(1, 500), packed(secret))
	temp := walk.Temp{For: "a.toy", Sum: crc32.Checksum(makeToy(data(1, 500), packed("")), castagnoli)}.Name()
	for _, linked := range []bool{true, false} {
		dir := t.TempDir()
		path := put(t, dir, "a.toy", content)
		other := put(t, t.TempDir(), "other", []byte("what somebody wrote"))
		if !linked {
			put(t, dir, temp, []byte("half a copy"))
		} else if err := os.Link(other, filepath.Join(dir, temp)); err != nil {
			t.Skip(err)
		}
		o := cleanOne(t, Options{}, path)
		if linked && (o.Status != Failed || !errors.Is(o.Err, errSpread) || !bytes.Equal(get(t, path), content) || string(get(t, other)) != "what somebody wrote") {
			t.Errorf("%+v", o)
		}
		if !linked && (o.Status != Cleaned || !slices.Equal(o.Reasons, []string{"what an interrupted run had left of it was overwritten and removed"})) {
			t.Errorf("%+v", o)
		}
	}
}

// What a killed run had written of the copy makes way for the copy, and is not worth a word.
func TestHalfACopyInTheWay(t *testing.T) {
	for what, content := range map[string][]byte{"compacted": makeToy(data(1, 500), free(100)), "written anew": makeToy(data(1, 500), packed(secret))} {
		now := makeToy(data(1, 500), packed(""))
		if what == "compacted" {
			now = compacted(content)
		}
		for _, n := range []int{0, 1, len(now) - 1, len(now)} {
			dir := t.TempDir()
			path := put(t, dir, "a.toy", content)
			put(t, dir, walk.Temp{For: "a.toy", Sum: crc32.Checksum(now, castagnoli)}.Name(), now[:n])
			if o := cleanOne(t, Options{Compact: true}, path); o.Mode != rewritten || len(o.Reasons) > 0 || !bytes.Equal(get(t, path), now) {
				t.Errorf("%s, %d bytes: %+v", what, n, o)
			}
			alone(t, dir)
		}
	}
}

// Who waits for a file gets the one that another worker has put in its place meanwhile.
func TestTakesWhatReplacedIt(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "a.toy", makeToy(data(1, 500)))
	r, file := runIn(t, dir)
	first, second := &item{entry: file("a.toy")}, &item{entry: file("a.toy")}
	if err := r.take(bg, first); err != nil {
		t.Fatal(err)
	}
	taken := make(chan error)
	go func() { taken <- r.take(bg, second) }()
	for !r.busy.wanted() {
		time.Sleep(time.Millisecond)
	}
	if err := os.Rename(put(t, dir, "new", makeToy(data(2, 500))), path); err != nil {
		t.Fatal(err)
	}
	r.letGo(first)
	now := stat(t, path)
	if err := <-taken; err != nil || second.key != inodeOf(&now) {
		t.Errorf("%v", err)
	}
	r.letGo(second)
}

// A copy of another worker, come upon before it takes the place of its original, is nobody's
// leftover afterwards, and is not waited for by who has it open.
func TestMeetsACopyOfItsOwn(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "a.toy", makeToy(data(1, 500), packed(secret)))
	temp := walk.Temp{For: "a.toy", Sum: 1}
	left := put(t, dir, temp.Name(), makeToy(data(1, 500), packed("")))
	r, file := runIn(t, dir)
	first := &item{entry: file("a.toy")}
	if err := r.take(bg, first); err != nil {
		t.Fatal(err)
	}
	r.report = func(o Outcome) { t.Errorf("%+v", o) }
	done := make(chan *item)
	go func() { done <- r.leftover(bg, entry{file(temp.Name()), 0}, temp) }()
	for !r.busy.wanted() {
		time.Sleep(time.Millisecond)
	}
	if err := os.Rename(left, path); err != nil {
		t.Fatal(err)
	}
	r.letGo(first)
	select {
	case it := <-done:
		if it != nil {
			t.Errorf("%+v", it)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it waits for itself")
	}
	if again := (&item{entry: file("a.toy")}); r.take(bg, again) != nil {
		t.Error("the file is not let go")
	} else {
		r.letGo(again)
	}
}

// runIn starts a run, and opens entries of the folder for it.
func runIn(t *testing.T, dir string) (*run, func(name string) *walk.Entry) {
	t.Helper()
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	r, err := newRun(t.Context(), Direct(toyEngine), Options{}, func(Outcome) {})
	if err != nil {
		t.Fatal(err)
	}
	return r, func(name string) *walk.Entry {
		e, err := root.Entry(name)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
}
