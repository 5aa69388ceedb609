package apply

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/testkit"
	"untag/platform/walk"
)

// Real drives: images with a file system of their own, mounted by loop.

// drive is a kind of file system, and how to make and mount it.
type drive struct {
	kind  string
	size  int64
	mkfs  []string
	mount []string // before image and folder
}

func (d drive) String() string { return d.kind }

var drives = []drive{
	{"ext4", 48 << 20, []string{"mkfs.ext4", "-q", "-F"}, loop("ext4")},
	{"ext2", 16 << 20, []string{"mkfs.ext2", "-q", "-F"}, loop("ext2")},
	{"vfat", 48 << 20, []string{"mkfs.vfat"}, loop("vfat")},
	{"exfat", 48 << 20, []string{"mkfs.exfat"}, loop("exfat")},
	{"exfat-fuse", 48 << 20, []string{"mkfs.exfat"}, loop("exfat-fuse")},
	{"ntfs-3g", 48 << 20, []string{"mkntfs", "-q", "-F", "-Q"}, loop("ntfs-3g")},
	{"fuse2fs", 48 << 20, []string{"mkfs.ext4", "-q", "-F"}, []string{"fuse2fs", "-o", "fakeroot,rw"}},
}

func loop(kind string) []string { return []string{"mount", "-t", kind, "-o", "loop"} }

// image makes a file system and mounts it. unmount may be called early; after it
// the image is complete.
func image(t *testing.T, d drive) (path, dir string, unmount func()) {
	t.Helper()
	path = filepath.Join(inMemory(t), "image")
	testkit.Image(t, path, d.size, d.mkfs...)
	dir = t.TempDir()
	args := append(append([]string{}, d.mount...), path, dir)
	if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Skipf("mounting %s: %v: %s", d, err, out)
	}
	mounted := true
	unmount = func() {
		if mounted {
			testkit.Execute(t, "umount", dir)
			mounted = false
			settled(path)
		}
	}
	t.Cleanup(func() {
		if mounted {
			exec.Command("umount", "-l", dir).Run()
		}
	})
	return path, dir, unmount
}

// inMemory returns a folder for images, in memory if that can be had.
func inMemory(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "untag-test-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// settled waits until the program that serves a FUSE file system has let go of
// its image, which is after umount has returned.
func settled(img string) {
	for range 100 {
		f, err := os.OpenFile(img, os.O_RDWR, 0)
		if err != nil {
			return
		}
		err = linux{}.lease(f)
		f.Close()
		if err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// The measure of success: the raw image of the drive, once it is unmounted,
// holds not one byte sequence of a tag that was removed.
func TestNoGhosts(t *testing.T) {
	for _, d := range drives {
		for _, how := range []string{"in place", "compact", "rewrite"} {
			t.Run(d.kind+"/"+how, func(t *testing.T) {
				var more chunk
				if how == "rewrite" {
					more = packed(strings.Repeat("GHOST-pack ", 2000))
				}
				img, dir, unmount := image(t, d)
				for i := range 60 {
					// In the middle, in what becomes filler, and in a tail of several blocks.
					put(t, dir, fmt.Sprintf("%d.toy", i), makeToy(name("GHOST-name"), data(i, 100+700*i), name(strings.Repeat("GHOST-long ", 500*(i%3+1))),
						chunk{"FREE", []byte("GHOST-free")}, data(-i, 20), packed(string(more.data)), trailer(strings.Repeat("GHOST-tail ", 1+i*100))))
				}
				testkit.Execute(t, "sync", "-f", dir)
				if n := ghosts(t, img); n == 0 {
					t.Fatal("the tags are not on the drive: the test would see nothing")
				}
				for p, o := range clean(t, Options{Compact: how == "compact"}, dir) {
					if filepath.Ext(p) == ".toy" && (o.Status != Cleaned || len(o.Reasons) > 0 || (o.Mode == rewritten) != (how != "in place")) {
						t.Errorf("%+v", o)
					}
				}
				unmount()
				if n := ghosts(t, img); n > 0 {
					t.Errorf("%d ghosts on the drive", n)
				}
			})
		}
	}
}

// ghosts counts what is left of the tags in the raw image.
func ghosts(t *testing.T, img string) int {
	return bytes.Count(get(t, img), []byte("GHOST-"))
}

// On other real file systems too, the drive is whole after each thing that
// Run does; what happens when the power goes is tested with a virtual machine.
func TestDrivesEndWhole(t *testing.T) {
	for _, d := range drives {
		t.Run(d.kind, func(t *testing.T) {
			img, dir, unmount := image(t, d)
			want := map[string]string{}
			for i := range 20 {
				path := put(t, dir, fmt.Sprintf("%d.toy", i), sample(i))
				want[path] = played(get(t, path))
			}
			for _, compact := range []bool{false, true} {
				clean(t, Options{Compact: compact, Batch: 7}, dir)
				for path, plays := range want {
					if played(get(t, path)) != plays {
						t.Errorf("%s plays otherwise", path)
					}
				}
			}
			unmount()
			if d.kind == "ext4" || d.kind == "ext2" {
				testkit.Execute(t, "e2fsck", "-fn", img)
			}
		})
	}
}

// What a killed run left beside a file that it wrote anew is dealt with once, by whoever comes first.
func TestLeftoversOnDrives(t *testing.T) {
	for _, d := range drives {
		t.Run(d.kind, func(t *testing.T) {
			_, dir, _ := image(t, d)
			for i := range 8 {
				old, now := makeToy(data(i, 5000), packed(secret)), makeToy(data(i, 5000), packed(""))
				name := fmt.Sprintf("%d.toy", i)
				path := put(t, dir, name, old)
				os.Chtimes(path, longAgo, longAgo)
				put(t, dir, walk.Temp{For: name, Sum: crc32.Checksum(now, castagnoli)}.Name(), now[:1000*(i%4)])
			}
			for path, o := range clean(t, Options{}, dir) {
				if o.Status != Cleaned && filepath.Base(path) != "lost+found" {
					t.Errorf("%+v", o)
				}
			}
			if left, err := filepath.Glob(filepath.Join(dir, ".untag-*")); err != nil || len(left) > 0 {
				t.Errorf("left %q, %v", left, err)
			}
		})
	}
}

func TestFullDrive(t *testing.T) {
	_, dir, _ := image(t, drives[0])
	path := put(t, dir, "a.toy", sample(1))
	f, err := os.Create(filepath.Join(dir, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(make([]byte, 64<<10))
	}
	for err = nil; err == nil; {
		_, err = f.Write([]byte{1})
	}
	f.Close()
	// Cleaning in place needs no space.
	if o := cleanOne(t, Options{}, path); o.Status != Cleaned {
		t.Errorf("%+v", o)
	}
	noTags(t, get(t, path), secret)
}

// A whole card: many files in one folder, folders in folders.
func TestManyFiles(t *testing.T) {
	const n = 10_000
	dir := t.TempDir()
	for i := range n {
		content := makeToy(data(i, 20))
		if i%10 == 0 {
			content = makeToy(name(secret), data(i, 20))
		}
		put(t, dir, fmt.Sprintf("IMG_%05d.toy", i), content)
	}
	count := map[Status]int{}
	for _, o := range clean(t, Options{}, dir) {
		count[o.Status]++
	}
	if count[Clean] != n*9/10 || count[Cleaned] != n/10 {
		t.Errorf("%v", count)
	}
}

func TestDeepFolders(t *testing.T) {
	const depth = 500
	dir := t.TempDir()
	fd, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	for i := range depth {
		if err == nil {
			err = unix.Mkdirat(fd, strings.Repeat("folder", 5), 0o755)
		}
		next, err := unix.Openat(fd, strings.Repeat("folder", 5), unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		unix.Close(fd)
		fd = next
		file, err := unix.Openat(fd, "new\nline.toy", unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		unix.Write(file, sample(i))
		unix.Close(file)
	}
	unix.Close(fd)
	got := clean(t, Options{}, dir)
	for p, o := range got {
		if o.Status != Cleaned || !strings.HasSuffix(p, "/new\nline.toy") {
			t.Errorf("%d deep: %v %v", strings.Count(p, "/"), o.Status, o.Err)
		}
	}
	if len(got) != depth {
		t.Errorf("%d outcomes", len(got))
	}
}

// The drive is pulled: everything that was not done is reported as failed.
func TestUnmountedRoot(t *testing.T) {
	_, dir, _ := image(t, drives[0])
	for i := range 20 {
		put(t, dir, fmt.Sprintf("%d.toy", i), sample(i))
	}
	k := newSpy()
	gone := false
	k.before = func(op string, n int) error {
		if gone = gone || n == 30; gone {
			return unix.EIO
		}
		return nil
	}
	failed := 0
	got, err := cleanContext(context.Background(), t, Options{Batch: 5, kernel: k}, dir)
	for _, o := range got {
		if o.Status == Failed {
			failed++
		}
	}
	if err != nil || failed < 10 {
		t.Errorf("%d failed, %v", failed, err)
	}
	for p, o := range clean(t, Options{}, dir) {
		if filepath.Ext(p) == ".toy" && o.Status != Cleaned && o.Status != Clean {
			t.Errorf("second run: %+v", o)
		}
	}
}

// An overlay copies a file of its lower layer when it is opened for writing,
// which changes more of it than its name.
func TestOverlay(t *testing.T) {
	base := t.TempDir()
	if err := unix.Mount("none", base, "tmpfs", 0, "size=16m"); err != nil {
		t.Skip("needs the right to mount: ", err)
	}
	defer unix.Unmount(base, unix.MNT_DETACH)
	for _, d := range []string{"lower", "upper", "work", "merged"} {
		if err := os.Mkdir(filepath.Join(base, d), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	lower := put(t, filepath.Join(base, "lower"), "a.toy", sample(1))
	dir := filepath.Join(base, "merged")
	opts := fmt.Sprintf("lowerdir=%s/lower,upperdir=%s/upper,workdir=%s/work", base, base, base)
	if err := unix.Mount("none", dir, "overlay", 0, opts); err != nil {
		t.Skip("mounting an overlay: ", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	o := cleanOne(t, Options{}, filepath.Join(dir, "a.toy"))
	if o.Status != Cleaned {
		t.Errorf("%+v", o)
	}
	if string(get(t, lower)) != string(sample(1)) {
		t.Error("the lower layer changed")
	}
}
