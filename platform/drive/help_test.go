package drive

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"untag/platform/leaktest"
)

// slow is how long a test waits for what must come; the machine may be busy.
const slow = 20 * time.Second

// watch begins to watch, and sees to it at the end of the test that nothing is
// left of that.
func watch(t *testing.T, opt Options) (w *Watcher, stop func()) {
	t.Helper()
	ended := leaktest.Check(t)
	ctx, cancel := context.WithCancel(context.Background()) // t.Context ends before what t.Cleanup does
	if opt.Warn == nil {
		opt.Warn = func(err error) { t.Error(err) }
	}
	w, err := Watch(ctx, opt)
	if err != nil {
		t.Fatal(err)
	}
	stop = func() {
		cancel()
		for deadline := time.After(slow); ; {
			select {
			case e, ok := <-w.Events():
				if ok {
					t.Logf("left: %s", text1(e))
					continue
				}
			case <-deadline:
				t.Fatal("the watcher doesn't stop")
			}
			break
		}
		if w.Err() != context.Canceled {
			t.Errorf("stopped for %v", w.Err())
		}
		select {
		case _, ok := <-w.messages:
			if ok {
				t.Error("a message after the end")
			}
		default:
			if w.messages != nil {
				t.Error("udev is listened to after the end")
			}
		}
		ended()
	}
	t.Cleanup(func() {
		if ctx.Err() == nil {
			stop()
		}
	})
	return w, stop
}

func text1(e Event) string {
	return fmt.Sprintf("%s %s", e.Kind, strings.TrimSuffix(short([]Drive{e.Drive}), "\n"))
}

// expect reads as many events as are wanted and compares them.
func expect(t *testing.T, w *Watcher, want ...string) (events []Event) {
	t.Helper()
	for i, s := range want {
		select {
		case e, ok := <-w.Events():
			if got := text1(e); !ok || got != s {
				t.Fatalf("event %d of %d: %q, want %q", i+1, len(want), got, s)
			}
			events = append(events, e)
		case <-time.After(slow):
			t.Fatalf("event %d of %d: nothing, want %q", i+1, len(want), s)
		}
	}
	return events
}

// quiet sees to it that nothing comes.
func quiet(t *testing.T, w *Watcher) {
	t.Helper()
	select {
	case e := <-w.Events():
		t.Fatalf("%q, want nothing", text1(e))
	case <-time.After(150 * time.Millisecond):
	}
}

// apart runs the test again in namespaces of its own, and returns true there.
// Where the system forbids that, the test is skipped.
func apart(t *testing.T, namespaces uintptr) bool {
	t.Helper()
	if os.Getenv("UNTAG_APART") == t.Name() {
		return true
	}
	c := exec.Command(os.Args[0], "-test.run", "^"+strings.ReplaceAll(t.Name(), "/", "$/^")+"$", "-test.v", "-test.timeout", "5m")
	c.Env = append(os.Environ(), "UNTAG_APART="+t.Name())
	c.SysProcAttr = &syscall.SysProcAttr{Unshareflags: namespaces}
	if os.Geteuid() != 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: namespaces | syscall.CLONE_NEWUSER, UidMappings: []syscall.SysProcIDMap{{HostID: os.Geteuid(), Size: 1}}}
	}
	out, err := c.CombinedOutput()
	switch {
	case c.ProcessState == nil:
		t.Skipf("namespaces are not allowed here: %v", err)
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP: "+t.Name()+" "):
		t.Skipf("%s", out)
	}
	return false
}
