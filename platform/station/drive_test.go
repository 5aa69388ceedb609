package station

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/drive"
	"untag/platform/leaktest"
	"untag/platform/testkit"
)

// stick makes an image with ext4 and mounts it.
func stick(t *testing.T) (d drive.Drive, umount func() error) {
	t.Helper()
	dir := real(t)
	image, at := filepath.Join(dir, "image"), filepath.Join(dir, "stick")
	testkit.Image(t, image, 64<<20, "mkfs.ext4", "-q", "-F")
	if err := os.Mkdir(at, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-o", "loop", image, at).CombinedOutput(); err != nil {
		t.Skipf("mount: %v: %s", err, out)
	}
	t.Cleanup(func() { unix.Unmount(at, unix.MNT_DETACH) })
	var st unix.Stat_t
	if err := unix.Stat(at, &st); err != nil {
		t.Fatal(err)
	}
	d = drive.Drive{ID: 1, Device: "/dev/loop", Major: unix.Major(st.Dev), Minor: unix.Minor(st.Dev), MountPoint: at, FS: "ext4"}
	return d, func() error { return unix.Unmount(at, 0) }
}

// umountTries tries again until it works, as people and desktops do.
func umountTries(t *testing.T, umount func() error) time.Duration {
	t.Helper()
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := umount()
		if err == nil {
			return time.Since(begun)
		}
		if time.Since(begun) > 10*time.Second {
			t.Fatalf("still busy after 10 s: %v", err)
		}
	}
}

// An idle station doesn't keep a drive from being unmounted, not even once.
func TestUnmountIdle(t *testing.T) {
	d, umount := stick(t)
	many(t, d.MountPoint, 20)
	settled()
	s := begin(t, Options{})
	s.events <- drive.Event{Kind: drive.Mounted, Drive: d}
	if got := s.quiet(1); got.Counts.Cleaned != 20 {
		t.Fatalf("%+v", got)
	}
	q, err := s.queue(1)
	if err != nil {
		t.Fatal(err)
	}
	s.await("our own changes have settled", func() bool { return len(q.watcher.Waiting()) == 0 })
	time.Sleep(settle)
	if err := umount(); err != nil {
		t.Errorf("unmounting an idle drive: %v", err)
	}
}

// In the middle of a pass, unmounting works within a second, and what shows below
// the mount point is left alone.
func TestUnmountInPass(t *testing.T) {
	d, umount := stick(t)
	below := drop(t, filepath.Join(filepath.Dir(d.MountPoint), "below.jpg"), photo.Data, time.Hour)
	many(t, d.MountPoint, 2000)
	settled()
	s := begin(t, Options{})
	s.events <- drive.Event{Kind: drive.Mounted, Drive: d}
	s.await("some are clean", func() bool { return s.of(1).Counts.Cleaned > 50 })
	took := umountTries(t, umount)
	t.Logf("unmounted after %v, when %d of 2000 files were clean", took, s.of(1).Counts.Cleaned)
	if took > 5*time.Second { // a few tries, and what a busy machine adds
		t.Errorf("unmounting took %v", took)
	}
	s.await("noticed", func() bool { return s.of(1).State == Stuck })
	s.events <- drive.Event{Kind: drive.Unmounted, Drive: d}
	s.await("gone", func() bool { return len(s.Snapshot()) == 0 })
	if !secret(t, below) {
		t.Error("a file beside the mount point was changed")
	}
}

// Who knows that a drive is to be unmounted has it released first: then the
// first try works.
func TestReleaseAndUnmount(t *testing.T) {
	d, umount := stick(t)
	many(t, d.MountPoint, 1000)
	settled()
	s := begin(t, Options{})
	s.events <- drive.Event{Kind: drive.Mounted, Drive: d}
	s.await("some are clean", func() bool { return s.of(1).Counts.Cleaned > 50 })
	if err := s.Release(context.Background(), 1, time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := umount(); err != nil {
		t.Error(err)
	}
}

// Pulled in the middle: nothing is left behind, and nobody panics about it.
func TestPulled(t *testing.T) {
	goroutines, files := runtime.NumGoroutine(), len(leaktest.Files())
	d, _ := stick(t)
	many(t, d.MountPoint, 500)
	settled()
	s := begin(t, Options{})
	s.events <- drive.Event{Kind: drive.Mounted, Drive: d}
	s.await("some are clean", func() bool { return s.of(1).Counts.Cleaned > 20 })
	shutDown(t, d.MountPoint)
	s.await("noticed, or all tried", func() bool { st := s.of(1).State; return st == Stuck || st == Watching })
	if err := unix.Unmount(d.MountPoint, unix.MNT_DETACH); err != nil {
		t.Fatal(err)
	}
	s.events <- drive.Event{Kind: drive.Unmounted, Drive: d}
	s.events <- drive.Event{Kind: drive.Gone, Drive: d}
	s.await("all let go of", func() bool {
		return len(s.Snapshot()) == 0 && runtime.NumGoroutine() <= goroutines+2 && len(leaktest.Files()) <= files+1
	})
	if n := strings.Count(s.log.String(), "\n"); n > 5 {
		t.Errorf("%d lines are logged:\n%s", n, s.log)
	}
}

// shutDown has all that is asked of an ext4 file system fail with EIO from now on
// (EXT4_IOC_SHUTDOWN, without flushing).
func shutDown(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	const ext4Shutdown, noLogFlush = 0x8004587d, 2
	if err := unix.IoctlSetPointerInt(int(f.Fd()), ext4Shutdown, noLogFlush); err != nil {
		t.Skipf("the file system can't be made to fail: %v", err)
	}
}
