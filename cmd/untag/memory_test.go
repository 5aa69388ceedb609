package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// TestMemory has the program look through a folder, first one of few files, then one of
// very many: what it holds of the second is what it holds of the first, and the names
// that are sorted at a time. It is built anew, for the race detector takes memory.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("makes 100,000 files")
	}
	program := filepath.Join(t.TempDir(), "untag")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	few, many := highest(t, program, 1000), highest(t, program, 100_000)
	t.Logf("%d kB for 1,000 files, %d kB for 100,000", few, many)
	if limit := 64 << 10; many > limit {
		t.Errorf("%d kB for a folder of 100,000 files, of which no more than %d are allowed", many, limit)
	}
	if growth := many - few; growth > 24<<10 {
		t.Errorf("a folder of 100,000 files takes %d kB more than one of 1,000", growth)
	}
}

// highest is how many kB the program held at the most, while it looked at n files.
func highest(t *testing.T, program string, n int) int {
	t.Helper()
	dir := t.TempDir()
	seed := filepath.Join(dir, "00000000.txt")
	if err := os.WriteFile(seed, []byte("text\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	links := 0
	for i := 1; i < n; i++ { // names of one file cost little; a file may have so many
		name := filepath.Join(dir, fmt.Sprintf("%08d.txt", i))
		if links++; links > 30_000 {
			seed, links = name, 0
			if err := os.WriteFile(seed, []byte("text\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.Link(seed, name); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	c := exec.Command(program, "verify", dir)
	c.Stdout = &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	most := holding(c.Process.Pid)
	if err := c.Wait(); err != nil || !regexp.MustCompile(fmt.Sprintf(`(?m)^files +0, and %d other`, n)).Match(out.Bytes()) {
		t.Fatalf("%v\n%s", err, &out)
	}
	return most()
}

// holding watches a process. The function that it returns ends that, and tells how many kB the
// process has held at the most.
func holding(pid int) func() int {
	end, most := make(chan bool), make(chan int)
	go func() {
		kB := 0
		for {
			select {
			case <-end:
				most <- kB
				return
			case <-time.After(10 * time.Millisecond):
				kB = max(kB, held(pid))
			}
		}
	}()
	return func() int { close(end); return <-most }
}

var highWater = regexp.MustCompile(`VmHWM:\s*(\d+) kB`)

// held is how many kB a process has held at the most; 0 if it has ended. What wait4(2) says
// of that is no less than what we hold ourselves, which it had until it was another program.
func held(pid int) (kB int) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if m := highWater.FindSubmatch(status); m != nil {
		kB, _ = strconv.Atoi(string(m[1]))
	}
	return kB
}
