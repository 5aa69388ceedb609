package walk

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"untag/platform/leaktest"

	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	os.Exit(leaktest.Run(m))
}

// bothWays runs a test with openat2 and with what stands in for it.
func bothWays(t *testing.T, f func(t *testing.T)) {
	real := hasOpenat2
	defer func() { hasOpenat2 = real }()
	for _, has := range []bool{true, false} {
		if has && !real() {
			t.Log("openat2 is not to be had here")
			continue
		}
		hasOpenat2 = func() bool { return has }
		t.Run(fmt.Sprintf("openat2=%v", has), f)
	}
}

// list walks and returns the paths beneath the root, and the errors by path.
func list(t testing.TB, path string, shard Shard) (files []string, errs map[string]error) {
	t.Helper()
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	errs = map[string]error{}
	for e, err := range r.Files(context.Background(), Choice{Shard: shard}) {
		if err != nil {
			errs[e.Rel] = err
			continue
		}
		files = append(files, e.Rel)
	}
	slices.Sort(files)
	return files, errs
}

func write(t testing.TB, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(filepath.Base(path)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Only regular files are found: no link is followed, and nothing is opened that
// could do something when it is.
func TestFindsRegularFilesOnly(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		dir, outside := t.TempDir(), t.TempDir()
		write(t, filepath.Join(outside, "secret"))
		for _, name := range []string{"a", "sub/b", "sub/deeper/c", ".hidden/d"} {
			write(t, filepath.Join(dir, name))
		}
		must(t, os.Symlink(outside, filepath.Join(dir, "link to folder")))
		must(t, os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "link to file")))
		must(t, os.Symlink("..", filepath.Join(dir, "sub/up")))
		must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
		must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644))
		l, err := net.Listen("unix", filepath.Join(dir, "socket"))
		must(t, err)
		defer l.Close()
		if err := unix.Mknod(filepath.Join(dir, "device"), unix.S_IFCHR|0o644, int(unix.Mkdev(1, 3))); err != nil {
			t.Log("no device among them:", err)
		}
		files, errs := list(t, dir, Shard{})
		if want := []string{".hidden/d", "a", "sub/b", "sub/deeper/c"}; !slices.Equal(files, want) {
			t.Errorf("got %q", files)
		}
		if links := slices.Sorted(maps.Keys(errs)); !slices.Equal(links, []string{"dangling", "link to file", "link to folder", "sub/up"}) || !errors.Is(errs["sub/up"], ErrLink) {
			t.Errorf("errors %v", errs)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestHostileNames(t *testing.T) {
	dir := t.TempDir()
	names := []string{
		"new\nline", "tab\t", "\x1b[31mred", "-rf", "--", " ", "...", "..jpg", "\xff\xfe not utf-8", "\u202egpj.exe",
		strings.Repeat("n", 255), strings.Repeat("é", 127), "a\\b", `"quoted"`, "*", "%s%n", "con.jpg",
	}
	for _, n := range names {
		write(t, filepath.Join(dir, n))
	}
	slices.Sort(names)
	files, errs := list(t, dir, Shard{})
	if !slices.Equal(files, names) || len(errs) > 0 {
		t.Errorf("got %q, errors %v", files, errs)
	}
}

func TestDeepNesting(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		dir := t.TempDir()
		made := nest(t, dir, maxDepth+10, strings.Repeat("d", 40))
		defer unnest(t, dir)
		files, errs := list(t, dir, Shard{})
		if len(files) != maxDepth {
			t.Errorf("found the files of %d folders of %d", len(files), made)
		}
		if len(errs) != 1 {
			t.Fatalf("%d errors", len(errs))
		}
		for rel, err := range errs {
			if !errors.Is(err, ErrDeep) || strings.Count(rel, "/") != maxDepth-1 {
				t.Errorf("%d deep: %v", strings.Count(rel, "/"), err)
			}
		}
	})
}

// nest makes n folders in each other, with a file in each and in dir. Their
// path is longer than any system call takes.
func nest(t testing.TB, dir string, n int, name string) int {
	t.Helper()
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	must(t, err)
	for range n {
		file, err := unix.Openat(fd, "file", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
		must(t, err)
		unix.Close(file)
		must(t, unix.Mkdirat(fd, name, 0o755))
		next, err := unix.Openat(fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		must(t, err)
		unix.Close(fd)
		fd = next
	}
	unix.Close(fd)
	return n
}

// unnest removes what nest made; os.RemoveAll keeps a descriptor a level, which
// is fine here too, but needs the limit that Go has raised.
func unnest(t testing.TB, dir string) { must(t, os.RemoveAll(dir)) }

func TestManyFiles(t *testing.T) {
	const n = 10_000
	dir := t.TempDir()
	for i := range n {
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("IMG_%05d.JPG", i)))
		must(t, err)
		f.Close()
	}
	files, errs := list(t, dir, Shard{})
	if len(files) != n || len(errs) > 0 {
		t.Errorf("%d files, errors %v", len(files), errs)
	}
	r, err := Open(dir)
	must(t, err)
	defer r.Close()
	total, err := Count(context.Background(), []*Root{r}, Choice{})
	if err != nil || total.Files != n {
		t.Errorf("%+v, %v", total, err)
	}
}

// Two walks over one root, as those of Count and of the real work, don't take
// names from each other.
func TestWalksAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	for i := range 2000 {
		write(t, filepath.Join(dir, fmt.Sprint(i)))
	}
	r, err := Open(dir)
	must(t, err)
	defer r.Close()
	n := 0
	for range r.Files(context.Background(), Choice{}) {
		if n == 5 {
			total, err := Count(context.Background(), []*Root{r}, Choice{})
			if err != nil || total.Files != 2000 {
				t.Errorf("%+v, %v", total, err)
			}
		}
		n++
	}
	if n != 2000 {
		t.Errorf("%d files", n)
	}
}

func TestUnreadableFolderIsReported(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root to become somebody who may not read")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a/1"))
	write(t, filepath.Join(dir, "locked/2"))
	write(t, filepath.Join(dir, "z/3"))
	must(t, os.Chmod(filepath.Join(dir, "locked"), 0))
	r, err := Open(dir)
	must(t, err)
	defer r.Close()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	must(t, unix.Setfsuid(65534))
	defer unix.Setfsuid(0)
	var got []string
	for e, err := range r.Files(context.Background(), Choice{}) {
		if err != nil {
			got = append(got, e.Rel+": "+err.Error())
			continue
		}
		f, _, err := e.Open(unix.O_RDONLY | unix.O_NOATIME) // which only the owner may ask for
		must(t, err)
		f.Close()
		got = append(got, e.Rel)
	}
	slices.Sort(got)
	if want := []string{"a/1", "locked: permission denied", "z/3"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestOtherMountsAreLeft(t *testing.T) {
	if here, err := mountOf(unix.AT_FDCWD); err != nil || here.id == 0 {
		t.Skip("the kernel, or what stands for it, doesn't number mounts: ", err)
	}
	bothWays(t, func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "here"))
		mnt := filepath.Join(dir, "mnt")
		must(t, os.Mkdir(mnt, 0o755))
		if err := unix.Mount("none", mnt, "tmpfs", 0, "size=1m"); err != nil {
			t.Skip("needs the right to mount: ", err)
		}
		defer unix.Unmount(mnt, unix.MNT_DETACH)
		write(t, filepath.Join(mnt, "elsewhere"))
		bind := filepath.Join(dir, "bind")
		must(t, os.Mkdir(bind, 0o755))
		must(t, unix.Mount(t.TempDir(), bind, "", unix.MS_BIND, ""))
		defer unix.Unmount(bind, unix.MNT_DETACH)
		write(t, filepath.Join(bind, "elsewhere"))

		files, errs := list(t, dir, Shard{})
		if !slices.Equal(files, []string{"here"}) || len(errs) != 2 {
			t.Errorf("got %q, %v", files, errs)
		}
		for _, err := range errs {
			if !errors.Is(err, ErrMount) {
				t.Error(err)
			}
		}
		if files, _ := list(t, mnt, Shard{}); !slices.Equal(files, []string{"elsewhere"}) {
			t.Errorf("as a root of its own: %q", files)
		}
	})
}

func TestShards(t *testing.T) {
	dir := t.TempDir()
	const n, parts = 3000, 7
	for i := range n {
		write(t, filepath.Join(dir, fmt.Sprintf("DCIM/%d/IMG_%d.JPG", i%20, i)))
	}
	all, _ := list(t, dir, Shard{})
	var joined []string
	for i := range parts {
		files, _ := list(t, dir, Shard{I: i, N: parts})
		if len(files) < n/parts*8/10 || len(files) > n/parts*12/10 {
			t.Errorf("shard %d has %d files of %d", i, len(files), n)
		}
		joined = append(joined, files...)
	}
	slices.Sort(joined)
	if !slices.Equal(all, joined) {
		t.Errorf("%d files in all shards, %d in one", len(joined), len(all))
	}
	// The division is part of the promise: machines of different versions may
	// share the work.
	for rel, want := range map[string]int{"DCIM/0/IMG_0.JPG": 4, "a": 1, "": 1} {
		for i := range parts {
			if (Shard{i, parts}).Has(rel) != (i == want) {
				t.Errorf("%q: shard %d", rel, i)
			}
		}
	}
}

func TestShardCheck(t *testing.T) {
	for _, s := range []Shard{{}, {0, 1}, {6, 7}} {
		if err := s.Check(); err != nil {
			t.Errorf("%+v: %v", s, err)
		}
	}
	for s, want := range map[Shard]string{
		{7, 7}:  "no shard 7 of 7: the first is 0, the last 6",
		{-1, 7}: "no shard -1 of 7: the first is 0, the last 6",
		{1, 0}:  "no shard 1 of 0: the first is 0, the last 0",
	} {
		if err := s.Check(); err == nil || err.Error() != want {
			t.Errorf("%+v: %v", s, err)
		}
	}
}

func TestRoots(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "real/file"))
	must(t, os.Symlink("real", filepath.Join(dir, "folder link")))
	must(t, os.Symlink("real/file", filepath.Join(dir, "file link")))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644))
	t.Chdir(dir)
	for _, tt := range []struct{ path, want string }{
		{"real", "real/file file"},
		{"real/", "real/file file"},
		{".", "./real/file real/file"},
		{"real/../real", "real/../real/file file"},
		{"folder link", "folder link/file file"},
		{"file link", "file link file"},
		{"real/file", "real/file file"},
		{dir + "/real/file", dir + "/real/file file"},
		{"fifo", "open fifo: is neither a regular file nor a folder"},
		{"/dev/null", "open /dev/null: is neither a regular file nor a folder"},
		{"dangling", "open dangling: no such file or directory"},
		{"", "open : no such file or directory"},
		{"real/file/", "open real/file/: not a directory"},
	} {
		r, err := Open(tt.path)
		if err != nil {
			if err.Error() != tt.want {
				t.Errorf("%q: %v", tt.path, err)
			}
			continue
		}
		var got []string
		for e, err := range r.Files(context.Background(), Choice{}) {
			if errors.Is(err, ErrLink) {
				continue
			}
			must(t, err)
			f, _, err := e.Open(unix.O_RDONLY)
			must(t, err)
			f.Close()
			got = append(got, e.Path+" "+e.Rel)
		}
		r.Close()
		if strings.Join(got, "; ") != tt.want {
			t.Errorf("%q: got %q, want %q", tt.path, got, tt.want)
		}
	}
}

func TestEntry(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a/b/c"))
	must(t, os.Symlink("a", filepath.Join(dir, "link")))
	r, err := Open(dir)
	must(t, err)
	defer r.Close()
	e, err := r.Entry("a/b/c")
	must(t, err)
	if f, _, err := e.Open(unix.O_RDONLY); err != nil || e.Rel != "a/b/c" || e.Path != dir+"/a/b/c" {
		t.Errorf("%+v, %v", e, err)
	} else {
		f.Close()
	}
	e.Release()
	for _, rel := range []string{"../x", "/etc/passwd", "a/../../x", "link/b/c", "a/nothing/c"} {
		if e, err := r.Entry(rel); err == nil {
			e.Release()
			t.Errorf("%q was found", rel)
		}
	}
}

func TestOpenRefusesWhatIsNoFile(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "target"))
		must(t, os.Symlink("target", filepath.Join(dir, "link")))
		must(t, unix.Mkfifo(filepath.Join(dir, "fifo"), 0o644))
		must(t, os.Mkdir(filepath.Join(dir, "folder"), 0o755))
		r, err := Open(dir)
		must(t, err)
		defer r.Close()
		for name, want := range map[string]error{
			"link": unix.ELOOP, "fifo": ErrNotFile, "folder": ErrNotFile, "nothing": unix.ENOENT,
		} {
			e, err := r.Entry(name)
			must(t, err)
			if f, _, err := e.Open(unix.O_RDONLY); !errors.Is(err, want) {
				t.Errorf("%s: %v, %v", name, f, err)
			}
			e.Release()
		}
	})
}

// Some file systems don't tell what their entries are.
func TestUntypedEntries(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"))
	write(t, filepath.Join(dir, "folder/inner"))
	must(t, os.Symlink("file", filepath.Join(dir, "link")))
	r, err := Open(dir)
	must(t, err)
	defer r.Close()
	var got []string
	w := walker{ctx: context.Background(), room: maxNames, yield: func(e *Entry, err error) bool {
		got = append(got, fmt.Sprint(e.Rel, " ", err))
		return true
	}}
	defer w.close()
	for _, name := range []string{"file", "link", "folder", "vanished"} {
		w.visit(r.dir, dirent{name: []byte(name), kind: unix.DT_UNKNOWN})
	}
	w.run()
	if want := []string{"file <nil>", "link " + ErrLink.Error(), "vanished no such file or directory", "folder/inner <nil>"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestDirent(t *testing.T) {
	record := func(length int, name string) []byte {
		b := make([]byte, direntHead, 64)
		b[16], b[18] = byte(length), unix.DT_REG
		return append(b, name...)
	}
	for _, tt := range []struct {
		name string
		buf  []byte
		want string
	}{
		{"whole", record(24, "abc\x00\x00"), "abc"},
		{"no end", record(22, "abc"), "abc"},
		{"cut short", record(24, "abc\x00\x00")[:18], ""},
		{"longer than the buffer", record(200, "abc\x00\x00"), ""},
		{"too short for itself", record(10, "abc\x00\x00"), ""},
		{"no name", record(24, "\x00\x00\x00\x00\x00"), ""},
		{"a way out", record(30, "../../etc\x00\x00"), ""},
	} {
		l := listing{buf: tt.buf}
		e, err := l.entry()
		if name := string(e.name); name != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s: %q, %v", tt.name, e.name, err)
		}
	}
}

func TestTemp(t *testing.T) {
	for _, tt := range []struct {
		name string
		want Temp
		ok   bool
	}{
		{".untag-0012abcd-IMG_1.JPG.tmp", Temp{For: "IMG_1.JPG", Sum: 0x12abcd}, true},
		{".untag-ffffffff--.tmp", Temp{For: "-", Sum: 0xffffffff}, true},
		{".untag-0012abcd-.untag-00000000-x.tmp.tmp", Temp{For: ".untag-00000000-x.tmp", Sum: 0x12abcd}, true},
		{".untag-0012ABCD-IMG_1.JPG.tmp", Temp{}, false},
		{".untag-12abcd-IMG_1.JPG.tmp", Temp{}, false},
		{".untag-0012abcd-.tmp", Temp{}, false},
		{".untag-0012abcd-..tmp", Temp{}, false},
		{".untag-0012abcd-...tmp", Temp{}, false},
		{".untag-0012abcd.tmp", Temp{}, false},
		{".untag--IMG_1.JPG.tmp", Temp{}, false},
		{"untag-0012abcd-IMG_1.JPG.tmp", Temp{}, false},
		{".untag-0012abcd-IMG_1.JPG", Temp{}, false},
		{"IMG_1.JPG", Temp{}, false},
		{CopyName(strings.Repeat("n", 255)), Temp{Copy: true}, true},
		{".untag-copy-0123456789abcdef.tmp", Temp{Copy: true}, true},
		{".untag-copy-0123456789ABCDEF.tmp", Temp{}, false},
		{".untag-copy-123456789abcdef.tmp", Temp{}, false},
		{".untag-copy-x.tmp", Temp{}, false},
		{".untag-copy.tmp", Temp{}, false},
	} {
		got, ok := ParseTemp(tt.name)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: %+v, %v", tt.name, got, ok)
		}
		if ok && !got.Copy && got.Name() != tt.name {
			t.Errorf("%s: back as %s", tt.name, got.Name())
		}
	}
	if got := (Temp{For: strings.Repeat("n", 240)}).Name(); got != "" {
		t.Errorf("a name of %d bytes", len(got))
	}
}

// Somebody swaps folders and files for links to what lies outside, all the
// time. Nothing outside is ever found or opened.
func TestRace(t *testing.T) {
	bothWays(t, func(t *testing.T) {
		dir, outside := t.TempDir(), t.TempDir()
		write(t, filepath.Join(outside, "secret"))
		write(t, filepath.Join(dir, "folder/file"))
		must(t, os.Symlink(outside, filepath.Join(dir, "swap")))
		must(t, os.Symlink(filepath.Join(outside, "secret"), filepath.Join(dir, "folder/swap")))
		stop := make(chan struct{})
		done := make(chan int)
		go func() {
			n := 0
			for ; ; n++ {
				select {
				case <-stop:
					done <- n
					return
				default:
				}
				exchange(dir, "folder", "swap")
				exchange(dir+"/folder", "file", "swap")
				exchange(dir+"/swap", "file", "swap")
			}
		}()
		found, opened := 0, 0
		for range 2000 {
			r, err := Open(dir)
			must(t, err)
			for e, err := range r.Files(context.Background(), Choice{}) {
				if err != nil {
					continue
				}
				found++
				if f, _, err := e.Open(unix.O_RDONLY); err == nil {
					opened++
					b := make([]byte, 10)
					if n, _ := f.Read(b); string(b[:n]) != "file" {
						t.Errorf("%s: read %q", e.Rel, b[:n])
					}
					f.Close()
				}
			}
			r.Close()
		}
		close(stop)
		swaps := <-done
		if swaps == 0 || found == 0 || opened == 0 {
			t.Errorf("%d swaps, %d found, %d opened: the test saw nothing", swaps, found, opened)
		}
	})
}

func exchange(dir, a, b string) {
	unix.Renameat2(unix.AT_FDCWD, filepath.Join(dir, a), unix.AT_FDCWD, filepath.Join(dir, b), unix.RENAME_EXCHANGE)
}

func TestFolderMethods(t *testing.T) {
	dir := t.TempDir()
	r, err := Open(dir)
	must(t, err)
	defer r.Close()
	e, err := r.Entry("new")
	must(t, err)
	defer e.Release()
	d := e.Folder()
	f, err := d.Create("new", 0o600)
	must(t, err)
	f.Close()
	if _, err := d.Create("new", 0o600); !errors.Is(err, unix.EEXIST) {
		t.Errorf("made twice: %v", err)
	}
	must(t, os.Symlink("/etc/passwd", filepath.Join(dir, "trap")))
	if _, err := d.Create("trap", 0o600); !errors.Is(err, unix.EEXIST) {
		t.Errorf("through a link: %v", err)
	}
	must(t, d.Rename("new", "newer", 0))
	must(t, d.Sync())
	must(t, d.Remove("newer"))
	if _, err := d.Stat("newer"); !errors.Is(err, unix.ENOENT) {
		t.Errorf("still there: %v", err)
	}
}

func TestLoopIsNoticed(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a/file"))
	r, err := Open(dir)
	must(t, err)
	defer r.Close()
	sub, err := r.dir.sub("a")
	must(t, err)
	defer sub.release()
	// As a damaged file system would show it: the folder's own number beneath it.
	r.dir.up = &Folder{dev: sub.dev, ino: sub.ino}
	if again, err := r.dir.sub("a"); !errors.Is(err, ErrLoop) {
		t.Errorf("%v, %v", again, err)
	}
}

// A folder is gone through in the order of names.
func TestSorted(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b", "a/2", "a/1", "C", "a.x"} {
		write(t, filepath.Join(dir, name))
	}
	r, err := Open(dir)
	must(t, err)
	defer r.Close()
	var got []string
	for e, err := range r.Files(context.Background(), Choice{}) {
		must(t, err)
		got = append(got, e.Rel)
	}
	if want := []string{"C", "a/1", "a/2", "a.x", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
