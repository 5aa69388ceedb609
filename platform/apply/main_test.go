package apply

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/leaktest"
	"untag/platform/walk"
)

// helpers are what this binary does when a test starts it again.
var helpers = map[string]func(){}

func TestMain(m *testing.M) {
	if h, ok := helpers[os.Getenv("UNTAG_TEST_HELPER")]; ok {
		h()
		return
	}
	os.Exit(leaktest.Run(m))
}

// clean runs over the paths and returns the outcomes by path.
func clean(t testing.TB, opt Options, paths ...string) map[string]Outcome {
	t.Helper()
	got, err := cleanContext(context.Background(), t, opt, paths...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func cleanContext(ctx context.Context, t testing.TB, opt Options, paths ...string) (map[string]Outcome, error) {
	t.Helper()
	var roots []*walk.Root
	for _, p := range paths {
		r, err := walk.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		roots = append(roots, r)
	}
	got := map[string]Outcome{}
	err := Run(ctx, roots, Direct(toyEngine), opt, func(o Outcome) {
		if _, twice := got[o.Path]; twice {
			t.Errorf("%s reported twice", o.Path)
		}
		got[o.Path] = o
	})
	return got, err
}

// cleanOne runs over a single file.
func cleanOne(t testing.TB, opt Options, path string) Outcome {
	t.Helper()
	got := clean(t, opt, path)
	if len(got) != 1 {
		t.Fatalf("%d outcomes: %v", len(got), got)
	}
	return got[path]
}

// spy counts and notes what is asked of the kernel, and lets a test come between.
type spy struct {
	kernel
	mu     sync.Mutex
	ops    []string
	before func(op string, n int) error // n counts the operations from 0
}

func newSpy() *spy { return &spy{kernel: linux{}} }

func (s *spy) op(format string, args ...any) error {
	s.mu.Lock()
	n := len(s.ops)
	op := fmt.Sprintf(format, args...)
	s.ops = append(s.ops, op)
	s.mu.Unlock()
	if s.before != nil {
		return s.before(op, n)
	}
	return nil
}

func (s *spy) count(prefix string) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, op := range s.ops {
		if strings.HasPrefix(op, prefix) {
			n++
		}
	}
	return n
}

func (s *spy) writeAt(f *os.File, p []byte, off int64) (int, error) {
	if err := s.op("write %d+%d", off, len(p)); err != nil {
		return 0, err
	}
	return s.kernel.writeAt(f, p, off)
}

func (s *spy) copyRange(to, from *os.File, off, n int64) (int64, error) {
	if err := s.op("copy %d+%d", off, n); err != nil {
		return 0, err
	}
	return s.kernel.copyRange(to, from, off, n)
}

func (s *spy) truncate(f *os.File, size int64) error {
	return cmpErr(s.op("truncate %d", size), func() error { return s.kernel.truncate(f, size) })
}
func (s *spy) datasync(f *os.File) error {
	return cmpErr(s.op("datasync"), func() error { return s.kernel.datasync(f) })
}
func (s *spy) sync(f *os.File) error {
	return cmpErr(s.op("sync"), func() error { return s.kernel.sync(f) })
}
func (s *spy) syncfs(f *os.File) error {
	return cmpErr(s.op("syncfs"), func() error { return s.kernel.syncfs(f) })
}
func (s *spy) setTimes(f *os.File, t times) error {
	return cmpErr(s.op("times"), func() error { return s.kernel.setTimes(f, t) })
}
func (s *spy) lease(f *os.File) error {
	return cmpErr(s.op("lease"), func() error { return s.kernel.lease(f) })
}
func (s *spy) rename(d *walk.Folder, old, new string, flags uint) error {
	kind := "rename"
	if flags&unix.RENAME_EXCHANGE != 0 {
		kind = "exchange"
	}
	return cmpErr(s.op("%s", kind), func() error { return s.kernel.rename(d, old, new, flags) })
}
func (s *spy) remove(d *walk.Folder, name string) error {
	return cmpErr(s.op("remove"), func() error { return s.kernel.remove(d, name) })
}
func (s *spy) syncFolder(d *walk.Folder) error {
	return cmpErr(s.op("syncfolder"), func() error { return s.kernel.syncFolder(d) })
}

func cmpErr(err error, f func() error) error {
	if err != nil {
		return err
	}
	return f()
}

// noTags fails the test if the file still holds one of the secrets.
func noTags(t testing.TB, b []byte, secrets ...string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(string(b), s) {
			t.Errorf("still holds %q", s)
		}
	}
}

var bg = context.Background()

var longAgo = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)

func stat(t testing.TB, path string) unix.Stat_t {
	t.Helper()
	var st unix.Stat_t
	if err := unix.Lstat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st
}

func mustOpen(t testing.TB, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
