package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Every thread gives way, for each has a priority of its own.
func TestNice(t *testing.T) {
	c, rest, said := waiting(t, "untag", "scrub", "--nice", "-")
	defer c.Wait()
	defer rest.Close()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", c.Process.Pid))
	if err != nil || len(threads) < 2 {
		t.Fatalf("threads %q, %v, %s", threads, err, said)
	}
	for _, thread := range threads {
		stat, err := os.ReadFile(filepath.Join(thread, "stat"))
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		if nice := fields[16]; nice != "19" { // field 19 of proc_pid_stat(5), the third being the first here
			t.Errorf("a thread has nice %s", nice)
		}
		id, err := strconv.Atoi(filepath.Base(thread))
		if err != nil {
			t.Fatal(err)
		}
		const idle = 3
		if class, _, errno := unix.Syscall(unix.SYS_IOPRIO_GET, 1, uintptr(id), 0); errno == 0 && class>>13 != idle {
			t.Errorf("a thread has I/O class %d", class>>13)
		}
	}
}
