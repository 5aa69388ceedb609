package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"untag/platform/testkit"
	"untag/samples"
)

// The bounds here are wide, for machines that are slow or busy. What was measured
// is in the log of the tests.

// clean fills a folder in memory with photos that there is nothing to do about.
func clean(t *testing.T, n int) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "untagd-test-")
	if err != nil {
		dir = t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	plain := samples.Get("jpeg/plain").Data
	for i := range n {
		if i%500 == 0 {
			os.MkdirAll(filepath.Join(dir, fmt.Sprint(i/500)), 0o755)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i/500), fmt.Sprintf("IMG_%d.JPG", i)), plain, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// line is one of the log.
type line struct {
	Message string
	Files   int
	Cleaned int
	Took    float64 // milliseconds
}

func TestSpeed(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	const n = 20_000
	dir := clean(t, n)
	before := spent(t)
	code, _, log := finish(t, "--drive", dir, "--once", "--log", "json")
	each := (spent(t) - before) / n
	if code != exitOK {
		t.Fatalf("exit code %d\n%s", code, log)
	}
	for text := range strings.Lines(log) {
		var l line
		if json.Unmarshal([]byte(text), &l); l.Files > 0 {
			rate := float64(l.Files) / l.Took * 1000
			t.Logf("%d clean photos in %.1f s: %.0f a second; %v of the processor for each", l.Files, l.Took/1000, rate, each)
			if l.Files != n || l.Cleaned != 0 || each > 10*time.Millisecond {
				t.Errorf("%+v", l)
			}
		}
	}
}

// spent is the time of the processor that this process took and the workers that have ended:
// that of the clock is up to what else the machine has to do.
func spent(t *testing.T) (d time.Duration) {
	t.Helper()
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err != nil {
			t.Fatal(err)
		}
		d += time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	return d
}

// TestIdle looks at a daemon in a process of its own that has nothing to do.
func TestIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	dir := clean(t, 10_000)
	marked := write(t, filepath.Join(dir, "DCIM", "a.jpg"), photo.Data)
	time.Sleep(2100 * time.Millisecond) // until it doesn't count as new
	cmd := exec.Command(os.Args[0], "--drive", dir, "--log", "json")
	cmd.Env = append(os.Environ(), "UNTAGD_TEST_MAIN=1", "HOME="+t.TempDir())
	logs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		for range 100 { // as one: timeout(1) sends each to the program and to its group
			_ = cmd.Process.Signal(syscall.SIGTERM) // it may have ended
			time.Sleep(100 * time.Microsecond)
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("the daemon: %v", err)
		}
	}()
	testkit.Await(t, "the photo is clean", func() bool { return !holds(t, marked, photo.Secrets) })
	t.Logf("the newest of 10,001 files is clean %v after the start of the process", time.Since(began).Round(time.Millisecond))
	for in := bufio.NewScanner(logs); in.Scan(); {
		var l line
		if json.Unmarshal(in.Bytes(), &l); l.Message == "drive looked through" {
			break
		}
	}
	idle(t, cmd.Process.Pid)
}

// mostIdle is what an idle daemon may have in memory, in KiB.
var mostIdle = 40 << 10

// idle waits until the process does nothing for five seconds: what was cleaned
// has settled then, the workers are gone, and the runtime has tidied up.
func idle(t *testing.T, pid int) {
	const watched = 5 * time.Second
	for end := time.Now().Add(time.Minute); ; {
		wakes, cpu := switches(t, pid), cpuTicks(t, pid)
		time.Sleep(watched)
		wakes, cpu = switches(t, pid)-wakes, cpuTicks(t, pid)-cpu
		rss, peak := status(t, pid, "VmRSS"), status(t, pid, "VmHWM")
		children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		t.Logf("idle with 10,001 files: %.1f MiB (at most %.1f), %d switches and %d ticks in %v, workers %q", float64(rss)/1024, float64(peak)/1024, wakes, cpu, watched, children)
		if rss <= mostIdle && wakes <= 5 && cpu == 0 && strings.TrimSpace(string(children)) == "" {
			return
		}
		if time.Now().After(end) {
			t.Fatal("it isn't idle, or keeps too much")
		}
	}
}

// status returns a number from /proc/PID/status.
func status(t *testing.T, pid int, field string) int {
	t.Helper()
	return fieldOf(must(os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))), field)
}

func fieldOf(text []byte, field string) int {
	for l := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(l, field+":"); ok {
			n, _ := strconv.Atoi(strings.Fields(rest)[0])
			return n
		}
	}
	return 0
}

// switches counts how often all threads have gone to sleep.
func switches(t *testing.T, pid int) (n int) {
	t.Helper()
	tasks := must(filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid)))
	for _, task := range tasks {
		text, err := os.ReadFile(task)
		if err == nil {
			n += fieldOf(text, "voluntary_ctxt_switches")
		}
	}
	return n
}

// cpuTicks is the time spent, in hundredths of a second.
func cpuTicks(t *testing.T, pid int) int {
	t.Helper()
	text := string(must(os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))))
	f := strings.Fields(text[strings.LastIndexByte(text, ')')+2:])
	return must(strconv.Atoi(f[11])) + must(strconv.Atoi(f[12]))
}
