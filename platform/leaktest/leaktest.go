// Package leaktest fails the tests of a package that leave something behind:
// descriptors, goroutines or processes.
package leaktest

import (
	"bytes"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// patience is for how long what is ending may take to end, on a busy machine.
const patience = 10 * time.Second

// Run runs the tests of a package, for its TestMain, and returns the exit code:
// not 0 if after them something is left that was not there before.
func Run(m *testing.M) int {
	ignored := make(chan os.Signal, 1) // the fuzzer listens too: the goroutine that serves all who do never ends
	signal.Notify(ignored, os.Interrupt)
	signal.Stop(ignored)
	before := now()
	code := m.Run()
	if left := before.left(); !left.none() {
		fmt.Fprint(os.Stderr, left)
		return max(code, 1)
	}
	return code
}

// Check notes what there is. The function that it returns fails the test if
// there is more by then.
func Check(t testing.TB) (ended func()) {
	before := now()
	return func() {
		t.Helper()
		if left := before.left(); !left.none() {
			t.Error(left)
		}
	}
}

// state is what a process has.
type state struct {
	files      []string
	processes  []string
	goroutines int
}

// left waits until nothing is left that was not there before, or patience is
// at its end. What is closed by a finalizer is closed late, but not lost.
func (s state) left() (l leak) {
	for end := time.Now().Add(patience); ; time.Sleep(10 * time.Millisecond) {
		runtime.GC()
		if l = now().since(s); l.none() || time.Now().After(end) {
			return l
		}
	}
}

func now() state { return state{Files(), Children(), runtime.NumGoroutine()} }

// leak is what a process has more than before.
type leak state

func (s state) since(before state) leak {
	return leak{more(s.files, before.files), more(s.processes, before.processes), max(0, s.goroutines-before.goroutines)}
}

// more returns those of now that were not there before, if there are more now.
func more(now, before []string) []string {
	if len(now) <= len(before) {
		return nil
	}
	return slices.DeleteFunc(now, func(s string) bool { return slices.Contains(before, s) })
}

func (l leak) none() bool { return len(l.files) == 0 && len(l.processes) == 0 && l.goroutines == 0 }

func (l leak) String() string {
	var b strings.Builder
	if len(l.files) > 0 {
		fmt.Fprintf(&b, "descriptors leak: %q\n", l.files)
	}
	if len(l.processes) > 0 {
		fmt.Fprintf(&b, "processes are left: %q\n", l.processes)
	}
	if l.goroutines > 0 {
		stacks := make([]byte, 1<<20)
		fmt.Fprintf(&b, "%d goroutines leak:\n%s\n", l.goroutines, stacks[:runtime.Stack(stacks, true)])
	}
	return b.String()
}

// Files lists the descriptors that are open but for the runtime's own, as
// number and target.
func Files() (open []string) {
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		to, err := os.Readlink("/proc/self/fd/" + e.Name())
		if err == nil && !strings.Contains(to, "eventpoll") && !strings.Contains(to, "eventfd") && !strings.HasPrefix(to, "/proc/") {
			open = append(open, e.Name()+" "+to)
		}
	}
	return open
}

// Children lists the processes that this one has, dead ones too, as number,
// name in parentheses, and state as in proc(5).
func Children() (all []string) {
	parent := strconv.Itoa(os.Getpid())
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		// PID (name) state parent …; the name may hold anything.
		stat, _ := os.ReadFile(path)
		name := stat[:bytes.LastIndexByte(stat, ')')+1]
		if f := bytes.Fields(stat[len(name):]); len(f) > 1 && string(f[1]) == parent {
			all = append(all, string(name)+" "+string(f[0]))
		}
	}
	return all
}
