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

// printText writes rows in columns as wide as they need to be, and below them
// the last words of the tools that failed.
func printText(w io.Writer, title string, rows []row, failures []string) {
	wide := make([]int, len(heading))
	for _, r := range append([]row{heading}, rows...) {
		for i, cell := range r {
			if len(r) > 2 {
				wide[i] = max(wide[i], len([]rune(cell)))
			}
		}
	}
	wide[0] = max(wide[0], 12)
	fmt.Fprintf(w, "\n%s\n", title)
	for _, r := range append([]row{heading}, rows...) {
		var line strings.Builder
		for i, cell := range r {
			pad := max(0, wide[i]-len([]rune(cell)))
			if i == 0 || i == len(heading)-1 || len(r) == 2 {
				line.WriteString(cell + strings.Repeat(" ", pad) + "  ")
			} else {
				line.WriteString(strings.Repeat(" ", pad) + cell + "  ")
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
	for _, f := range failures {
		fmt.Fprintln(w, "  "+f)
	}
}

// printMarkdown writes the same as a Markdown table and a list.
func printMarkdown(w io.Writer, title string, rows []row, failures []string) {
	fmt.Fprintf(w, "\n### %s\n\n|%s|\n|%s\n", title, strings.Join(heading, " | "), "---|"+strings.Repeat("---:|", len(heading)-2)+"---|")
	for _, r := range rows {
		for len(r) < len(heading) {
			r = append(r, "")
		}
		cells := make(row, len(r))
		for i, cell := range r {
			cells[i] = strings.ReplaceAll(cell, "|", `\|`)
		}
		fmt.Fprintf(w, "| %s |\n", strings.Join(cells, " | "))
	}
	for i, f := range failures {
		if i == 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "* %s\n", f)
	}
}
