package station

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
)

// The kernel's own limit, and a drive with a hundred times as many folders: all is
// cleaned, by looking through it, and few words are made about it.
func TestLimitOfTheKernel(t *testing.T) {
	const inside = "UNTAG_TEST_INSIDE"
	if os.Getenv(inside) == "" {
		// A user namespace has a limit of its own.
		cmd := exec.Command(os.Args[0], "-test.run=^TestLimitOfTheKernel$", "-test.v")
		cmd.Env = append(os.Environ(), inside+"=yes")
		cmd.SysProcAttr = &syscall.SysProcAttr{
			Cloneflags:  syscall.CLONE_NEWUSER,
			UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		}
		out, err := cmd.CombinedOutput()
		if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
			t.Skip("needs a user namespace")
		}
		if t.Logf("%s", out); err != nil {
			t.Error(err)
		}
		return
	}
	const limit = 20
	if err := os.WriteFile("/proc/sys/user/max_inotify_watches", fmt.Appendln(nil, limit), 0); err != nil {
		t.Fatal(err)
	}
	dir := real(t)
	var paths []string
	for i := range 100 * limit {
		folder := filepath.Join(dir, fmt.Sprint(i/100), fmt.Sprint(i))
		if i%200 == 0 {
			paths = append(paths, drop(t, filepath.Join(folder, "a.jpg"), photo.Data, time.Hour))
		} else if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	settled()
	s := begin(t, Options{})
	s.mount(1, dir)
	s.await("a pass", func() bool { return s.of(1).Passes == 1 })
	if d := s.of(1); d.Problem != NoWatches {
		t.Errorf("%+v", d)
	}
	for i := range 100 * limit {
		if i%500 == 7 {
			paths = append(paths, drop(t, filepath.Join(dir, fmt.Sprint(i/100), fmt.Sprint(i), "b.jpg"), photo.Data, 0))
		}
	}
	if err := s.Rescan(1); err != nil { // as it does by itself after a while
		t.Fatal(err)
	}
	for _, p := range paths {
		s.await(p+" is clean", func() bool { return !secret(t, p) })
	}
	s.stop()
	if n := strings.Count(s.log.String(), "can be watched"); n < 1 || n > 2 {
		t.Errorf("said %d times that watches are used up:\n%s", n, s.log)
	}
}
