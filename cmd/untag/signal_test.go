package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"untag/samples"
)

// waiting starts the program, which waits for the rest of a stream: it has read
// more of it than a pipe holds, so signals find it prepared.
func waiting(t *testing.T, program string, args ...string) (c *exec.Cmd, rest io.Closer, said *bytes.Buffer) {
	t.Helper()
	c, said = exec.Command(program, args...), new(bytes.Buffer)
	c.Stderr = said
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.Write(make([]byte, 1<<20)); err != nil {
		t.Fatal(err)
	}
	return c, in, said
}

func TestSignalsInterrupt(t *testing.T) {
	// What runs under nohup ignores SIGHUP, and so does what it starts, unless it listens.
	heard := make(chan os.Signal, 1)
	signal.Notify(heard, syscall.SIGHUP)
	defer signal.Stop(heard)
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		c, rest, said := waiting(t, "untag", "scrub", "-")
		if err := c.Process.Signal(s); err != nil {
			t.Fatal(err)
		}
		c.Wait()
		rest.Close()
		if code := c.ProcessState.ExitCode(); code != 130 || !strings.HasPrefix(said.String(), "untag: error: interrupted") {
			t.Errorf("%v: code %d, said %q", s, code, said)
		}
	}
}

// timeout(1) sends each signal to the program and to its group: that is no second one.
func TestSignalsInARowAreOne(t *testing.T) {
	dir, photo := t.TempDir(), samples.Get("jpeg/orientation-8").Data
	for i := range 50 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i, ".jpg")), photo, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("untag", "verify", "--json", "--bwlimit", "10kB", dir)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	report := bufio.NewReader(out)
	if _, err := report.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		_ = c.Process.Signal(syscall.SIGTERM) // it may have ended
		time.Sleep(100 * time.Microsecond)
	}
	rest, _ := io.ReadAll(report)
	c.Wait()
	if code := c.ProcessState.ExitCode(); code != 130 || !bytes.HasSuffix(rest, []byte(`"exit":130}`+"\n")) {
		t.Errorf("%v, and the report ends with %q", c.ProcessState, rest[max(0, len(rest)-20):])
	}
}

// A program that breaks down has no code that means something else.
func TestBreakdownIsNoUsageError(t *testing.T) {
	c, rest, said := waiting(t, "untag", "scrub", "-")
	if err := c.Process.Signal(syscall.SIGQUIT); err != nil { // to the runtime, a reason to break down
		t.Fatal(err)
	}
	c.Wait()
	rest.Close()
	status := c.ProcessState.Sys().(syscall.WaitStatus)
	if !status.Signaled() || status.CoreDump() {
		t.Errorf("%v, said %q", c.ProcessState, said)
	}
}

func TestNohup(t *testing.T) {
	c, rest, said := waiting(t, "sh", "-c", `trap "" HUP; exec untag scrub -`)
	if err := c.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	rest.Close()
	c.Wait()
	if code := c.ProcessState.ExitCode(); code != 4 {
		t.Errorf("code %d, said %q", code, said)
	}
}
