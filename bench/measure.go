package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Cost is what one command took. Processes that it started and waited for are
// part of it: mat2 runs ffmpeg, ffmpeg is run by a shell, untag by itself.
type Cost struct {
	Wall      time.Duration // until all that it wrote is on the disk
	CPU       time.Duration // user and system
	Read      int64         // bytes fetched from the disk
	Written   int64         // bytes handed to write calls
	ReadCalls int64         // bytes got from read calls, from disk or cache
	Dirtied   int64         // bytes of the page cache made dirty: for one byte the whole folio counts, which may have 2 MiB
	Memory    int64         // most memory that one of its processes held
	Space     int64         // most room taken on the disk beyond what the files took before
	Failed    string        // its last words if it failed
}

// measureMode is the first argument that makes this program measure one command
// and print its cost. A process of its own does it because the kernel counts the
// peak memory of a process from before it called exec: a large parent would show.
const measureMode = "measure-one-command"

// measure runs the command in dir and returns its cost.
func measure(dir string, args []string) (Cost, error) {
	self, err := os.Executable()
	if err != nil {
		return Cost{}, err
	}
	cmd := exec.Command(self, append([]string{measureMode, dir}, args...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return Cost{}, fmt.Errorf("measuring %s: %w", args[0], err)
	}
	var c Cost
	return c, json.Unmarshal(out, &c)
}

// measureHere is measure in the process of its own.
func measureHere(dir string, args []string) error {
	c, err := run(dir, args)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(c)
}

func run(dir string, args []string) (Cost, error) {
	var c Cost
	log, err := os.CreateTemp("", "bench")
	if err != nil {
		return c, err
	}
	defer log.Close()
	defer os.Remove(log.Name())
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.Env = append(os.Environ(), "TMPDIR="+dir) // so that temporary files count as room taken
	space := watchSpace(dir)
	start := time.Now()
	if err := cmd.Start(); err != nil {
		space()
		return c, err
	}
	ioErr := c.readIO(cmd.Process.Pid)
	waitErr := cmd.Wait()
	syncErr := syncDisk(dir)
	c.Wall = time.Since(start)
	c.Space = space()
	use := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	c.CPU = time.Duration(use.Utime.Nano() + use.Stime.Nano())
	c.Memory = int64(use.Maxrss) << 10
	var exit *exec.ExitError
	if errors.As(waitErr, &exit) {
		c.Failed = fmt.Sprintf("exit code %d: %s", exit.ExitCode(), lastLine(log.Name()))
		waitErr = nil
	}
	return c, errors.Join(ioErr, waitErr, syncErr)
}

// readIO waits until the process has ended and, before it is reaped, reads what
// the kernel has counted for it and for the children that it has reaped.
func (c *Cost) readIO(pid int) error {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WEXITED|unix.WNOWAIT, nil)
		if err == nil {
			break
		}
		if err != unix.EINTR {
			return fmt.Errorf("waiting for process %d: %w", pid, err)
		}
	}
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", pid))
	if err != nil {
		return err
	}
	fields := map[string]*int64{"rchar:": &c.ReadCalls, "wchar:": &c.Written, "read_bytes:": &c.Read, "write_bytes:": &c.Dirtied}
	for line := range strings.Lines(string(text)) {
		name, number, _ := strings.Cut(strings.TrimSpace(line), " ")
		if p := fields[name]; p != nil {
			if *p, err = strconv.ParseInt(number, 10, 64); err != nil {
				return err
			}
		}
	}
	return nil
}

// syncDisk waits until everything on the file system of dir is written.
func syncDisk(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return unix.Syncfs(int(d.Fd()))
}

// watchSpace looks again and again at how much the files below dir take on the
// disk, until the function that it returns is called, which tells the largest
// growth seen.
func watchSpace(dir string) func() int64 {
	before := taken(dir)
	most := before
	stop := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				most = max(most, taken(dir))
			}
		}
	})
	return func() int64 {
		close(stop)
		done.Wait()
		return max(most, taken(dir)) - before
	}
}

// taken adds up the disk blocks of all files below dir. Files come and go
// meanwhile, so one that is no more counts nothing.
func taken(dir string) (n int64) {
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		var st unix.Stat_t
		if err == nil && d.Type().IsRegular() && unix.Lstat(path, &st) == nil {
			n += st.Blocks * 512
		}
		return nil
	})
	return n
}

func lastLine(file string) string {
	text, _ := os.ReadFile(file)
	last := "(silent)"
	for s := bufio.NewScanner(bytes.NewReader(text)); s.Scan(); {
		if line := strings.TrimSpace(s.Text()); line != "" {
			last = line
		}
	}
	return last
}
