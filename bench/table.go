package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// row is one tool at one work, in words.
type row []string

var heading = row{"", "time", "ratio", "CPU", "read", "written", "memory", "room", "tags left", "marks left", "picture and sound"}

// result is what a tool did with a work.
type result struct {
	tool        string
	cost        Cost
	times       float64 // the whole work is this many times what was done
	note        string  // "50 of 1,000, scaled"
	copies      bool
	tags, marks [2]int // before and after
	payload     string
	skipped     string
}

// cells puts a result in words; first is what all are compared to.
func (r result) cells(first time.Duration) row {
	name := r.tool
	if r.note != "" {
		name += " (" + r.note + ")"
	}
	if r.skipped != "" {
		return row{name, r.skipped}
	}
	c := r.cost
	wall := time.Duration(float64(c.Wall) * r.times)
	cells := row{name, seconds(wall), ratio(wall, first), seconds(time.Duration(float64(c.CPU) * r.times)),
		size(int64(float64(c.Read) * r.times)), size(int64(float64(c.Written) * r.times)), size(c.Memory), size(c.Space)}
	if r.copies {
		return append(cells, "-", "-", "-")
	}
	words := r.payload
	if c.Failed != "" {
		words += "; failed, see below"
	}
	return append(cells, left(r.tags), left(r.marks), words)
}

func left(n [2]int) string { return fmt.Sprintf("%s of %s", thousands(n[1]), thousands(n[0])) }

func ratio(d, first time.Duration) string {
	if first <= 0 {
		return "-"
	}
	return fmt.Sprintf("%.3g×", float64(d)/float64(first))
}

func seconds(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	case s < 100:
		return fmt.Sprintf("%.1f s", s)
	default:
		return fmt.Sprintf("%.0f s", s)
	}
}

// size is in decimal units, as drives are sold.
func size(n int64) string {
	switch {
	case n < 10e3:
		return fmt.Sprintf("%d B", n)
	case n < 10e6:
		return fmt.Sprintf("%.0f kB", float64(n)/1e3)
	case n < 10e9:
		return fmt.Sprintf("%.0f MB", float64(n)/1e6)
	default:
		return fmt.Sprintf("%.1f GB", float64(n)/1e9)
	}
}

func binarySize(n int64) string {
	if n >= gib {
		return fmt.Sprintf("%d GiB", n/gib)
	}
	return fmt.Sprintf("%d MiB", n/mib)
}

func thousands(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// section is what all tools did with one work.
type section struct {
	title    string
	rows     []row
	failures []string // last words
}

func (s *section) add(r result, first time.Duration) {
	s.rows = append(s.rows, r.cells(first))
	if r.cost.Failed != "" {
		s.failures = append(s.failures, r.tool+": "+r.cost.Failed)
	}
}

// table is what all tools did with all works.
type table []section

// text writes the table in columns as wide as they need to be.
func (t table) text(w io.Writer) {
	const indent = "  "
	wide := t.widths()
	writeRow(w, heading, wide, indent)
	for _, s := range t {
		fmt.Fprintln(w, s.title)
		for _, r := range s.rows {
			writeRow(w, r, wide, indent)
		}
		for _, f := range s.failures {
			fmt.Fprintln(w, indent+indent+f)
		}
	}
}

func (t table) widths() []int {
	wide := make([]int, len(heading))
	measure := func(r row) {
		for i, cell := range r {
			if len(r) > 2 || i == 0 {
				wide[i] = max(wide[i], len([]rune(cell)))
			}
		}
	}
	measure(heading)
	for _, s := range t {
		for _, r := range s.rows {
			measure(r)
		}
	}
	return wide
}

func writeRow(w io.Writer, r row, wide []int, indent string) {
	var line strings.Builder
	for i, cell := range r {
		pad := strings.Repeat(" ", max(0, wide[i]-len([]rune(cell))))
		if i == 0 || i == len(heading)-1 || len(r) == 2 {
			line.WriteString(indent + cell + pad)
		} else {
			line.WriteString(indent + pad + cell)
		}
	}
	fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
}

// markdown writes the same as a Markdown table, and below it the last words of
// the tools that failed.
func (t table) markdown(w io.Writer) {
	fmt.Fprintf(w, "|%s|\n|%s\n", strings.Join(heading, " | "), "---|"+strings.Repeat("---:|", len(heading)-2)+"---|")
	for _, s := range t {
		markdownRow(w, row{"**" + s.title + "**"})
		for _, r := range s.rows {
			markdownRow(w, r)
		}
	}
	between := "\n"
	for _, s := range t {
		for _, f := range s.failures {
			fmt.Fprintf(w, "%s* %s: %s\n", between, s.title, f)
			between = ""
		}
	}
}

func markdownRow(w io.Writer, r row) {
	cells := make(row, len(heading))
	for i, cell := range r {
		cells[i] = strings.ReplaceAll(cell, "|", `\|`)
	}
	fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
}
