// Command bench has untag and its peers do the same work, one after the other,
// and prints what it took and what was left.
//
// Each tool gets a fresh copy of the files and a cold page cache; the clock stops
// when everything it wrote is on the disk. What is left is judged by exiftool, by
// ffmpeg, and by searching the raw bytes for what the samples had planted.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if len(os.Args) > 3 && os.Args[1] == measureMode {
		exitOn(measureHere(os.Args[2], os.Args[3:]))
		return
	}
	b := bench{out: os.Stdout}
	flag.BoolVar(&b.quick, "quick", false, "small files only")
	flag.StringVar(&b.dir, "dir", "", "`folder` on the drive to measure (default: a temporary folder)")
	flag.StringVar(&b.untag, "untag", "bin/untag", "the `program` to measure")
	flag.StringVar(&b.only, "tools", "", "only tools whose name has one of these `words`, separated by commas")
	flag.StringVar(&b.works, "work", "", "only works whose title has these `words`")
	flag.StringVar(&b.markdown, "markdown", "", "also write the tables to this `file`")
	flag.Parse()
	exitOn(b.run())
}

func exitOn(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench: error:", err)
		os.Exit(1)
	}
}

// bench is one run of everything.
type bench struct {
	quick                             bool
	dir, untag, only, works, markdown string
	out                               io.Writer
	mkdrive                           string
	cache                             string // how the page cache was dropped
	machine                           string
	table                             table
	md                                strings.Builder
}

func (b *bench) run() error {
	var err error
	if b.untag, err = filepath.Abs(b.untag); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp(b.dir, "untag-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	go b.leave()
	b.mkdrive = filepath.Join(b.dir, "mkdrive")
	if out, err := exec.Command("go", "build", "-o", b.mkdrive, "./samples/mkdrive").CombinedOutput(); err != nil {
		return fmt.Errorf("building the maker of samples: %w: %s", err, out)
	}
	start := time.Now()
	all := b.chosen(tools(b.untag))
	b.machine = machine()
	for _, w := range works(b.quick) {
		if !strings.Contains(w.title, b.works) {
			continue
		}
		if err := b.one(w, all); err != nil {
			return err
		}
	}
	b.table.text(b.out)
	b.table.markdown(&b.md)
	if strings.Contains(onDrive, b.works) {
		left, err := b.drive(all)
		if err != nil {
			return err
		}
		left.text(b.out)
		left.markdown(&b.md)
	}
	b.notes(all, time.Since(start))
	if b.markdown != "" {
		return os.WriteFile(b.markdown, []byte(b.md.String()), 0o644)
	}
	return nil
}

// leave takes away everything that was made when the program is told to stop.
func (b *bench) leave() {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	command("umount", "-l", filepath.Join(b.dir, "drive"))
	os.RemoveAll(b.dir)
	os.Exit(130)
}

// chosen returns the tools that -tools names; the first one always takes part.
func (b *bench) chosen(all []tool) []tool {
	if b.only == "" {
		return all
	}
	var list []tool
	for i, t := range all {
		for word := range strings.SplitSeq(b.only, ",") {
			if i == 0 || strings.Contains(t.name, word) {
				list = append(list, t)
				break
			}
		}
	}
	return list
}

// one has all tools do one work and prints the table.
func (b *bench) one(w work, all []tool) error {
	free, err := freeSpace(b.dir)
	if err != nil {
		return err
	}
	w = w.fit(free)
	from := filepath.Join(b.dir, "originals")
	defer os.RemoveAll(from)
	files, err := w.originals(b.mkdrive, from)
	if err != nil {
		return err
	}
	before, err := judge(from, files)
	if err != nil {
		return err
	}
	part := section{title: w.title}
	var first time.Duration
	for i, t := range all {
		if !t.takes(w) {
			continue
		}
		r, err := b.try(t, w, from, files, before)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", w.title, t.name, err)
		}
		if i == 0 {
			first = r.cost.Wall
		}
		part.add(r, first)
		fmt.Fprintf(os.Stderr, "bench: %s: %s\n", w.title, strings.Join(part.rows[len(part.rows)-1], "  "))
	}
	b.table = append(b.table, part)
	return nil
}

// try has one tool do the work on a fresh copy and judges what is left.
func (b *bench) try(t tool, w work, from string, files []string, before verdict) (result, error) {
	r := result{tool: t.name, times: 1, copies: t.copies}
	if t.missing() {
		r.skipped = "skipped: " + t.program + " is not installed"
		return r, nil
	}
	if t.most > 0 && len(files) > t.most {
		r.note = fmt.Sprintf("did %d of %s: time, CPU, read and written are scaled", t.most, thousands(len(files)))
		r.times = float64(len(files)) / float64(t.most)
		files = files[:t.most]
	}
	dir := filepath.Join(b.dir, "work")
	defer os.RemoveAll(dir)
	if err := b.median(&r, t, w, from, dir, files); err != nil || t.copies {
		return r, err
	}
	after, err := judge(dir, files)
	if err != nil {
		return r, err
	}
	r.tags = [2]int{sum(before.tags, files), sum(after.tags, files)}
	r.marks = [2]int{sum(before.marks, files), sum(after.marks, files)}
	r.payload = payload(before, after, files)
	return r, nil
}

// A short run is done again, and the median by time counts.
const (
	shortRun = 5 * time.Second
	runs     = 3
)

// median has the tool do the work, each time on a fresh copy in dir, and leaves
// the last copy there.
func (b *bench) median(r *result, t tool, w work, from, dir string, files []string) error {
	var costs []Cost
	for len(costs) == 0 || (!b.quick && len(costs) < runs && costs[0].Wall < shortRun) {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
		if err := fresh(from, dir, files); err != nil {
			return err
		}
		var err error
		if err := b.prepare(w, dir, files); err != nil {
			return err
		}
		t.load()
		c, err := measure(dir, t.command(w, files))
		if err != nil {
			return err
		}
		costs = append(costs, c)
	}
	slices.SortFunc(costs, func(a, b Cost) int { return cmp.Compare(a.Wall, b.Wall) })
	r.cost = costs[len(costs)/2]
	return nil
}

// prepare has the drive at rest, and memory empty unless the work is on files
// that were just copied.
func (b *bench) prepare(w work, dir string, files []string) (err error) {
	if w.warm {
		return syncDisk(dir)
	}
	b.cache, err = dropCache(dir, files)
	return err
}

func (b *bench) notes(all []tool, took time.Duration) {
	times := "Runs under 5 s were done three times, and the median counts"
	if b.quick {
		times = "One run each"
	}
	text := fmt.Sprintf(`
%s. Versions: %s.
%s; %s, save for the files that were just copied; time includes writing everything to the disk.
Read is what the kernel fetched from the disk for the processes, written what they handed to write calls (/proc/PID/io:
read_bytes, wchar), memory is that of the largest process, room the most that the tool took on the drive beyond the files
themselves. Ratio compares time to untag's.
Tags are the identifying ones that exiftool shows; marks are strings that the samples had planted, searched in the raw bytes.
Picture and sound: the hash of each video's packets (ffmpeg) or of each photo's coded picture.
The whole took %s; the load at the end was %s.
`, b.machine, versions(all), times, b.cache, took.Round(time.Second), load())
	fmt.Fprint(b.out, text)
	fmt.Fprint(&b.md, text)
}
