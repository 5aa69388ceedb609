// Command bench has untag and its peers do the same work, one after the other,
// and prints what it took and what was left.
//
// Each tool gets a fresh copy of the files and a cold page cache; the clock stops
// when everything it wrote is on the disk. What is left is judged by exiftool, by
// ffmpeg, and by searching the raw bytes for what the samples had planted.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
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
	flag.StringVar(&b.works, "work", "", "only works whose title has this `word`")
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
	if err := b.drive(all); err != nil {
		return err
	}
	b.notes(all, time.Since(start))
	if b.markdown != "" {
		return os.WriteFile(b.markdown, []byte(b.md.String()), 0o644)
	}
	return nil
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
	var rows []row
	var failures []string
	var first time.Duration
	for i, t := range all {
		if t.command(w, files) == nil {
			continue
		}
		r, err := b.try(t, w, from, files, before)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", w.title, t.name, err)
		}
		if i == 0 {
			first = r.cost.Wall
		}
		rows = append(rows, r.cells(first))
		if r.cost.Failed != "" {
			failures = append(failures, t.name+": "+r.cost.Failed)
		}
	}
	printText(b.out, w.title, rows, failures)
	printMarkdown(&b.md, w.title, rows, failures)
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
	if err := fresh(from, dir, files); err != nil {
		return r, err
	}
	var err error
	if b.cache, err = dropCache(dir, files); err != nil {
		return r, err
	}
	t.load()
	if r.cost, err = measure(dir, t.command(w, files)); err != nil || t.copies {
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

func (b *bench) notes(all []tool, took time.Duration) {
	text := fmt.Sprintf(`
%s. Versions: %s.
One run each; %s; time includes writing everything to the disk.
Read and written are what the kernel counted for the processes (/proc/PID/io read_bytes and write_bytes), memory is that of the
largest process, room is the most that the tool took on the drive beyond the files themselves. Ratio compares time to untag's.
Tags are the identifying ones that exiftool shows; marks are strings that the samples had planted, searched in the raw bytes.
Picture and sound: the hash of each video's packets (ffmpeg) or of each photo's coded picture.
mkvpropedit is not compared: the samples have no Matroska file.
The whole took %s.
`, b.machine, versions(all), b.cache, took.Round(time.Second))
	fmt.Fprint(b.out, text)
	fmt.Fprint(&b.md, text)
}
