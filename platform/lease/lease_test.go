package lease

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func open(t *testing.T, path string, flag int) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, flag|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestTake(t *testing.T) {
	for _, c := range []struct {
		kind              Kind
		ours, theirs, not int
	}{
		{Writing, os.O_RDONLY, os.O_RDWR, os.O_RDONLY},
		{Anything, os.O_RDWR, os.O_RDONLY, -1},
	} {
		path := filepath.Join(t.TempDir(), "f")
		f := open(t, path, c.ours)
		if err := Take(f, c.kind); err != nil && err != unix.EAGAIN {
			t.Skip("the file system gives no leases: ", err)
		}
		GiveBack(f)
		theirs := open(t, path, c.theirs)
		if err := Take(f, c.kind); err != unix.EAGAIN {
			t.Errorf("kind %d: somebody has it open: %v", c.kind, err)
		}
		theirs.Close()
		if c.not >= 0 {
			open(t, path, c.not)
		}
		if err := Take(f, c.kind); err != nil {
			t.Errorf("kind %d: nobody has it open: %v", c.kind, err)
		}
		if err := GiveBack(f); err != nil {
			t.Error(err)
		}
		if fd, err := unix.Open(path, c.theirs|unix.O_NONBLOCK, 0); err != nil {
			t.Errorf("kind %d: it was given back: %v", c.kind, err)
		} else {
			unix.Close(fd)
		}
	}
}

// What a process of ours has open that is only being started counts for nothing.
func TestOwnProcessIsWaitedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	ours, child := open(t, path, os.O_RDONLY), open(t, path, os.O_RDWR)
	syscall.ForkLock.Lock()
	time.AfterFunc(50*time.Millisecond, func() {
		child.Close()
		syscall.ForkLock.Unlock()
	})
	if err := Take(ours, Writing); err == unix.EAGAIN {
		t.Error(err)
	}
}
