package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/samples"
)

// reported is a line of a report in JSON, of a file or of totals.
type reported struct {
	Path      string `json:"path"`
	Status    string `json:"status"`
	Unchanged bool   `json:"unchanged"`
	Totals    *struct {
		Files     int    `json:"files"`
		Clean     int    `json:"clean"`
		Cleaned   int    `json:"cleaned"`
		Read      int64  `json:"bytes_read"`
		Unchanged int    `json:"unchanged"`
		State     string `json:"state"`
	} `json:"totals"`
}

// runWithState runs the program and gives each line of its report to look, until that returns false:
// then the program is killed. It returns what the kernel says of the process, and how much memory it held.
func runWithState(t *testing.T, look func(reported) bool, program string, args ...string) (ps *os.ProcessState, kB int) {
	t.Helper()
	c := exec.Command(program, args...)
	var said bytes.Buffer
	c.Stderr = &said
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	most := holding(c.Process.Pid)
	for lines, killed := bufio.NewScanner(out), false; lines.Scan() && !killed; {
		var l reported
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatalf("%v: %s", err, lines.Bytes())
		}
		if !look(l) {
			c.Process.Kill()
			killed = true
		}
	}
	c.Wait()
	if kB = most(); said.Len() > 0 {
		t.Fatal(said.String())
	}
	return c.ProcessState, kB
}

// manyFiles makes n dirty files in folders of a hundred.
func manyFiles(t *testing.T, n int, content func(i int) []byte, ext string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for i := range n {
		name := filepath.Join(dir, fmt.Sprintf("%03d/%05d.%s", i/100, i, ext))
		os.MkdirAll(filepath.Dir(name), 0o755)
		if err := os.WriteFile(name, content(i), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func dirtyToy(i int) []byte {
	return fmt.Appendf(nil, "TOY\nidentify device exif/Make Nokia%05d\npayload 0123456789\n", i)
}

// Killed at ten moments and started again, nothing is lost, nothing is done twice that was
// remembered, and what is remembered is clean.
func TestStateWhenKilled(t *testing.T) {
	const files = 3000
	dir, state := manyFiles(t, files, dirtyToy, "toy"), filepath.Join(t.TempDir(), "state")
	args := []string{"scrub", "--json", "--state", state, dir}
	known := map[string]unix.Timespec{} // when the files that are remembered were changed last
	run := func(most int, wait time.Duration) *reported {
		var end *reported
		done, unchanged := 0, 0
		runWithState(t, func(l reported) bool {
			switch {
			case l.Totals != nil:
				end = &l
				return true
			case l.Unchanged:
				unchanged++
				before, was := known[l.Path]
				var st unix.Stat_t
				unix.Stat(l.Path, &st)
				if b, _ := os.ReadFile(l.Path); bytes.Contains(b, []byte("Nokia")) || was && before != st.Ctim {
					t.Errorf("%s is not what was remembered", l.Path)
				}
				known[l.Path] = st.Ctim
			default:
				if _, was := known[l.Path]; was {
					t.Errorf("%s was done again", l.Path)
				}
				if done++; done == most {
					time.Sleep(wait)
					return false
				}
			}
			return true
		}, "untagtoy", args...)
		if unchanged < len(known) {
			t.Errorf("%d of %d files are remembered", unchanged, len(known))
		}
		if _, err := os.Stat(state + ".damaged"); err == nil {
			t.Fatal("the state was damaged")
		}
		return end
	}
	for i := range 10 {
		run(150+20*i, time.Duration(i%2)*1300*time.Millisecond)
		t.Logf("killed; %d were remembered before", len(known))
	}
	if end := run(-1, 0); end == nil || end.Totals.Files != files || end.Totals.Clean+end.Totals.Cleaned != files || end.Totals.State != "used" {
		t.Fatalf("%+v", end)
	}
	if end := run(-1, 0); end == nil || end.Totals.Unchanged != files || end.Totals.Read != 0 {
		t.Errorf("%+v", end)
	}
	if len(known) != files {
		t.Errorf("%d files are remembered", len(known))
	}
}

// raced tells that the race detector is watching.
var raced = false

// The second run reads nothing, and takes a twentieth of the time of the processor, a machine
// where others work keeps time for itself.
func TestStateIsFast(t *testing.T) {
	n := 4000
	if raced {
		n = 500
	}
	if s := os.Getenv("UNTAG_STATE_FILES"); s != "" {
		fmt.Sscan(s, &n)
	}
	photo := samples.Get("jpeg/orientation-8").Data
	dir, state := manyFiles(t, n, func(int) []byte { return photo }, "jpg"), filepath.Join(t.TempDir(), "state")
	var spent, wall [2]time.Duration
	for i := range 2 {
		var end reported
		start := time.Now()
		ps, most := runWithState(t, func(l reported) bool { end = l; return true }, "untag", "scrub", "--json", "--state", state, dir)
		wall[i], spent[i] = time.Since(start), ps.UserTime()+ps.SystemTime()
		if tot := end.Totals; tot == nil || tot.Files != n || i == 0 && tot.Cleaned != n || i == 1 && (tot.Unchanged != n || tot.Read != 0) {
			t.Fatalf("run %d: %+v", i+1, end.Totals)
		}
		if (most == 0 || most > 64<<10) && !raced {
			t.Errorf("run %d: %d KiB of memory", i+1, most)
		}
	}
	t.Logf("%d files: %v and %v of the processor, %v and %v by the clock", n, spent[0], spent[1], wall[0], wall[1])
	if spent[1]*20 > spent[0] && !raced {
		t.Errorf("the second run took %v, the first %v", spent[1], spent[0])
	}
}
