package drive

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/testkit"
)

// need skips the test without a program.
func need(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
}

// image makes a file with a file system on a loop device.
func image(t *testing.T, size int64, mkfs ...string) (device string) {
	t.Helper()
	need(t, "losetup")
	file := filepath.Join(t.TempDir(), "image")
	testkit.Image(t, file, size, mkfs...)
	out, err := exec.Command("losetup", "-f", "--show", file).CombinedOutput()
	if err != nil {
		t.Skipf("no loop device: %v %s", err, out)
	}
	device = strings.TrimSpace(string(out))
	t.Cleanup(func() { _ = exec.Command("losetup", "-d", device).Run() })
	return device
}

func mountAt(t *testing.T, device, dir, fs string, flags uintptr) {
	t.Helper()
	if err := unix.Mount(device, dir, fs, flags, ""); err != nil {
		if errors.Is(err, unix.ENODEV) {
			t.Skipf("this kernel doesn't know %s", fs)
		}
		t.Fatalf("mounting %s at %s: %v", device, dir, err)
	}
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
}

// unmountAt waits while somebody else, who looks into all file systems, has it busy.
func unmountAt(t *testing.T, dir string) {
	t.Helper()
	for deadline := time.Now().Add(slow); ; time.Sleep(10 * time.Millisecond) {
		err := unix.Unmount(dir, 0)
		if err == nil {
			return
		}
		if !errors.Is(err, unix.EBUSY) || time.Now().After(deadline) {
			t.Fatalf("unmounting %s: %v", dir, err)
		}
	}
}

// only passes on what concerns one device: others use loop devices, too.
func only(w *Watcher, device string) *Watcher {
	events := make(chan Event)
	go func() {
		defer close(events)
		for e := range w.Events() {
			if e.Drive.Device == device {
				events <- e
			}
		}
	}()
	return &Watcher{events: events}
}

func folder(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestLoopDrive(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNS) {
		return
	}
	device := image(t, 8<<20, "mkfs.ext4", "-q")
	dir, second := folder(t, "a drive"), folder(t, "b")
	all, err := Watch(t.Context(), Options{Loop: true, NoUdev: true, Every: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	w := only(all, device)
	attached, there := "attached "+device+" loop ", fmt.Sprintf("mounted %s loop %s", device, dir)
	expect(t, w, attached)

	mountAt(t, device, dir, "ext4", 0)
	d := expect(t, w, there)[0].Drive
	if d.FS != "ext4" || d.Size != 8<<20 || d.Major != 7 {
		t.Errorf("%+v", d)
	}
	if err := unix.Mount(dir, second, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	quiet(t, w) // a second place is the same drive
	if err := unix.Unmount(second, 0); err != nil {
		t.Fatal(err)
	}
	quiet(t, w)
	if err := unix.Mount(device, dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	expect(t, w, "un"+there, there+" ro")
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, ""); err != nil {
		t.Fatal(err)
	}
	expect(t, w, "un"+there+" ro")
	if err := unix.Unmount(dir, 0); err != nil {
		t.Fatal(err)
	}
	expect(t, w, there+" ro")
	if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	expect(t, w, "un"+there+" ro")
	testkit.Execute(t, "losetup", "-d", device)
	expect(t, w, "gone "+device+" loop ")
}

// Unmounted and mounted again between two looks, the mount table is as before,
// and yet whoever watched the drive through inotify watches nothing.
func TestRemountedBetweenLooks(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNS) {
		return
	}
	device := image(t, 8<<20, "mkfs.ext4", "-q")
	dir := folder(t, "a")
	mountAt(t, device, dir, "ext4", 0)
	h := newHoldings(newEnds(func() {}))
	defer h.ends.close()
	look := func() (events []Event) {
		t.Helper()
		l, err := newLook(Options{Loop: true, NoUdev: true}, func(*block) properties { return nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range l.drives() {
			if f.Device == device {
				f.mount = 0 // as if the ID were always given out anew
				return h.update([]found{f}, nil, time.Now(), 0)
			}
		}
		t.Fatalf("%s isn't found", device)
		return nil
	}
	watched := func() {
		t.Helper()
		for deadline := time.Now().Add(slow); ; time.Sleep(time.Millisecond) {
			h.ends.mu.Lock()
			n := len(h.ends.of)
			h.ends.mu.Unlock()
			if n == 1 {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%d file systems are watched", n)
			}
		}
	}
	if n := len(look()); n != 2 {
		t.Fatalf("%d events at first", n)
	}
	for range 3 {
		watched()
		if events := look(); len(events) != 0 {
			t.Fatalf("nothing has happened: %v", events)
		}
		unmountAt(t, dir)
		mountAt(t, device, dir, "ext4", 0)
		if events := look(); len(events) != 2 || events[0].Kind != Unmounted || events[1].Kind != Mounted {
			t.Fatalf("mounted again: %v", events)
		}
	}
	unmountAt(t, dir) // the watches keep nothing busy
	if events := look(); len(events) != 1 {
		t.Errorf("unmounted: %v", events)
	}
}

// btrfs shows a device number of its own.
func TestLoopDriveBtrfs(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNS) {
		return
	}
	testLoopDriveOf(t, image(t, 128<<20, "mkfs.btrfs", "-q"), func(device, dir string) { mountAt(t, device, dir, "btrfs", 0) }, "btrfs")
}

// ntfs-3g is a process that shows as fuseblk.
func TestLoopDriveNTFS(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNS) {
		return
	}
	need(t, "ntfs-3g")
	testLoopDriveOf(t, image(t, 8<<20, "mkfs.ntfs", "-F", "-q", "-s", "512", "-p", "0", "-H", "0", "-S", "0"), func(device, dir string) {
		testkit.Execute(t, "ntfs-3g", device, dir)
		t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	}, "fuseblk")
}

func testLoopDriveOf(t *testing.T, device string, mount func(device, dir string), fs string) {
	dir := folder(t, "a")
	all, err := Watch(t.Context(), Options{Loop: true, NoUdev: true, Every: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	w := only(all, device)
	expect(t, w, "attached "+device+" loop ")
	for range 2 {
		mount(device, dir)
		if d := expect(t, w, fmt.Sprintf("mounted %s loop %s", device, dir))[0].Drive; d.FS != fs {
			t.Errorf("%+v", d)
		}
		unmountAt(t, dir)
		expect(t, w, fmt.Sprintf("unmounted %s loop %s", device, dir))
	}
}

// With os.Open, Go's own epoll set takes away some of the changes.
func TestPollerMissesNothing(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNS) {
		return
	}
	dir := folder(t, "a")
	if err := unix.Mount("x", dir, "tmpfs", 0, ""); err != nil {
		t.Skipf("mounting is not allowed here: %v", err)
	}
	defer unix.Unmount(dir, unix.MNT_DETACH)
	p, err := newPoller("/")
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	poked := func(name string) {
		t.Helper()
		select {
		case <-p.pokes:
		case <-time.After(slow):
			t.Fatalf("%s isn't noticed", name)
		}
	}
	for range 50 {
		for _, step := range []struct {
			name string
			do   func() error
		}{
			{"unmounting", func() error { return unix.Unmount(dir, 0) }},
			{"mounting", func() error { return unix.Mount("x", dir, "tmpfs", 0, "") }},
			{"making it read-only", func() error { return unix.Mount("x", dir, "", unix.MS_REMOUNT|unix.MS_RDONLY, "") }},
			{"making it writable", func() error { return unix.Mount("x", dir, "", unix.MS_REMOUNT, "") }},
			{"lazy unmounting", func() error { return unix.Unmount(dir, unix.MNT_DETACH) }},
			{"mounting", func() error { return unix.Mount("x", dir, "tmpfs", 0, "") }},
		} {
			for len(p.pokes) > 0 {
				<-p.pokes
			}
			if err := step.do(); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			poked(step.name)
		}
	}
}

// However fast drives come and go, what is told last is how it is.
func TestStormOfMounts(t *testing.T) {
	if !apart(t, syscall.CLONE_NEWNS) {
		return
	}
	device := image(t, 8<<20, "mkfs.ext4", "-q")
	dir := folder(t, "a")
	all, err := Watch(t.Context(), Options{Loop: true, NoUdev: true, Every: time.Hour}) // the poller alone
	if err != nil {
		t.Fatal(err)
	}
	w := only(all, device)
	expect(t, w, "attached "+device+" loop ")
	t.Cleanup(func() { _ = unix.Unmount(dir, unix.MNT_DETACH) })
	stormed := make(chan error, 1)
	go func() {
		for range 100 {
			_ = unix.Mount(device, dir, "ext4", 0, "")
			_ = unix.Unmount(dir, unix.MNT_DETACH)
		}
		stormed <- unix.Mount(device, dir, "ext4", 0, "")
	}()
	last, n := Unmounted, 0
	take := func(e Event) {
		t.Helper()
		if e.Kind == last {
			t.Fatalf("%s twice in a row", last)
		}
		last, n = e.Kind, n+1
	}
	for over := false; !over; {
		select {
		case e := <-w.Events():
			take(e)
		case err := <-stormed:
			if over = true; err != nil {
				t.Fatal(err)
			}
		}
	}
	deadline := time.After(slow)
	for calm := false; !calm; {
		select {
		case e := <-w.Events():
			take(e)
		case <-time.After(time.Second):
			calm = last == Mounted
		case <-deadline:
			t.Fatalf("%s in the end, after %d events", last, n)
		}
	}
	t.Logf("%d events", n)
}
