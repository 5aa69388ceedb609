package report

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"

	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/lang"
)

const (
	// mostNamed files are named of those for which there is the same to say.
	mostNamed = 5
	// mostCauses are told apart, and mostShown of them shown for a status.
	mostCauses = 500
	mostShown  = 12
)

// cause is files of a folder of which the same is to be said.
type cause struct {
	status apply.Status
	words  string // what is to be said, without what differs
	lines  []string
	first  string // name of the first
	n      int
}

// attention gathers files by what is to be said of them, in memory that does not
// grow with their number.
type attention struct {
	causes map[[2]string]*cause
	order  []*cause
}

// differs is what is not the same in reasons that are.
var differs = regexp.MustCompile(`\b(0x[0-9a-f]+|[0-9]+)\b`)

func (a *attention) add(o apply.Outcome, line string) {
	words := ""
	if first := notes(o); len(first) > 0 {
		words = differs.ReplaceAllString(first[0], "…")
	}
	if _, known := a.causes[[2]string{string(o.Status), words}]; !known && len(a.order) >= mostCauses {
		words = lang.T("for other reasons")
	}
	key := [2]string{string(o.Status), words}
	c := a.causes[key]
	if c == nil {
		if a.causes == nil {
			a.causes = map[[2]string]*cause{}
		}
		c = &cause{status: o.Status, words: words, first: o.Path}
		a.causes[key] = c
		a.order = append(a.order, c)
	}
	if c.n++; len(c.lines) < mostNamed {
		c.lines = append(c.lines, line)
	}
}

// gravity orders what is shown: what needs attention most comes first.
var gravity = []apply.Status{apply.Failed, apply.Partly, apply.Unsupported, apply.Dirty, apply.Cleaned, apply.Clean}

// of returns the causes of a status, the frequent before the rare.
func (a *attention) of(s apply.Status) (causes []*cause) {
	for _, c := range a.order {
		if c.status == s {
			causes = append(causes, c)
		}
	}
	slices.SortStableFunc(causes, func(a, b *cause) int { return cmp.Compare(b.n, a.n) })
	return causes
}

func count(causes []*cause) (files int) {
	for _, c := range causes {
		files += c.n
	}
	return files
}

// collapses tells whether the files need not be named one by one: nothing can be
// done about a format without a parser, and nothing need be about what is clean.
func (c *cause) collapses() bool {
	return c.status == apply.Unsupported || c.status == apply.Clean || c.status == apply.Cleaned
}

// showGathered writes what was gathered and tells whether there was anything.
func (p *Text) showGathered() (any bool, err error) {
	var b strings.Builder
	left := false
	for _, status := range gravity {
		causes := p.gathered.of(status)
		for i, c := range causes {
			if i == mostShown {
				fmt.Fprintf(&b, "%s  %s\n", p.label(string(status)), lang.N("and %d more, for %d other reasons", "and %d more, for %d other reasons", count(causes[i:]), len(causes)-i))
				left = true
				break
			}
			left = p.showCause(&b, c) || left
		}
	}
	if left {
		fmt.Fprintf(&b, "%13s(%s)\n", "", lang.T("-v names every file"))
	}
	_, err = io.WriteString(p.w, b.String())
	return b.Len() > 0, err
}

// showCause tells whether files were left out.
func (p *Text) showCause(b *strings.Builder, c *cause) (left bool) {
	words := ""
	if c.words != "" {
		words = ": " + c.words
	}
	switch {
	case c.n == 1 || c.n <= len(c.lines) && !c.collapses():
		b.WriteString(strings.Join(c.lines, ""))
		return false
	case c.collapses():
		fmt.Fprintf(b, "%s  %s\n", p.label(string(c.status)), lang.T("%d files%s; the first is %s", c.n, words, text.Name(c.first)))
	default:
		b.WriteString(strings.Join(c.lines, ""))
		fmt.Fprintf(b, "%s  %s\n", p.label(string(c.status)), lang.N("and %d more%s", "and %d more%s", c.n-len(c.lines), words))
	}
	return true
}
