package report

import (
	"fmt"
	"io"
	"strings"

	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/scrub"
)

const (
	tableRows  = 40 // of a group, unless the report is verbose
	placeWidth = 64
	valueWidth = 60
)

// group is findings that share a fate.
type group struct {
	title    string
	rows     []row
	index    map[[3]string]int // of rows, by what they say
	unlisted int
}

// row is findings in a line that say the same at places of the same name, such
// as a message in every frame; the offset is that of the first.
type row struct {
	scrub.Finding
	times int
}

func (g *group) add(f scrub.Finding) {
	key := [3]string{string(f.Kind), f.Place, f.Value}
	if i, ok := g.index[key]; ok {
		g.rows[i].times++
		g.rows[i].Len += f.Len
		return
	}
	if g.index == nil {
		g.index = map[[3]string]int{}
	}
	g.index[key] = len(g.rows)
	g.rows = append(g.rows, row{f, 1})
}

// label is the kind, or the role of what has none: nobody removes it by kind.
func (r row) label() string {
	if r.Kind == "" {
		return lang.Known(r.Role.String())
	}
	return lang.Known(string(r.Kind))
}

// groups sorts findings by what becomes of them, and why.
func (p *Text) groups(o apply.Outcome) []group {
	// Where there is doubt, or something failed, not all of it is gone.
	goes := group{title: lang.T("found:")}
	switch o.Status {
	case apply.Dirty:
		goes.title = lang.T("would go:")
	case apply.Cleaned:
		goes.title = lang.T("gone:")
	}
	shown := group{title: lang.T("stays, picture or sound need it:")}
	words := group{title: lang.T("stays, people read it (--profile strict removes it):")}
	kept := group{title: lang.T("stays, you asked for it:")}
	stuck := group{title: lang.T("stays, untag can't take it out or is not sure of it:")}
	for _, f := range o.Findings {
		g := &stuck
		switch {
		case f.Goes:
			g = &goes
		case f.Role == scrub.Render:
			g = &shown
		case f.Role == scrub.Describe:
			g = &words
		case p.opt.keeps(f.Kind):
			g = &kept
		}
		g.add(f)
	}
	goes.unlisted = o.Unlisted
	return []group{goes, shown, words, kept, stuck}
}

func (p *Text) table(o apply.Outcome) error {
	groups := p.groups(o)
	kind, place := columns(groups)
	for _, g := range groups {
		if err := p.group(g, kind, place); err != nil {
			return err
		}
	}
	return nil
}

func (p *Text) group(g group, kind, place int) error {
	if len(g.rows) == 0 && g.unlisted == 0 {
		return nil
	}
	var b strings.Builder
	fmt.Fprintf(&b, "  %s\n", g.title)
	rows, left := g.rows, 0
	if len(rows) > tableRows && !p.opt.Verbose {
		rows, left = rows[:tableRows], len(rows)-tableRows
	}
	for _, r := range rows {
		fmt.Fprintf(&b, "    %s  %s  %10s  %s\n", text.Pad(r.label(), kind), text.Pad(text.Quote(r.Place), place), fmt.Sprintf("0x%x", r.Off), p.what(r))
	}
	if left > 0 {
		fmt.Fprintf(&b, "    %s\n", lang.N("and %d more, -v shows them", "and %d more, -v shows them", left))
	}
	if g.unlisted > 0 {
		fmt.Fprintf(&b, "    %s\n", lang.N("and %d more, not listed", "and %d more, not listed", g.unlisted))
	}
	_, err := io.WriteString(p.w, b.String())
	return err
}

// columns is how wide the first two columns are, over all groups of a file.
func columns(groups []group) (kind, place int) {
	for _, g := range groups {
		for _, r := range g.rows {
			kind = max(kind, text.Columns(r.label()))
			place = min(max(place, text.Columns(text.Quote(r.Place))), placeWidth)
		}
	}
	return kind, place
}

// what is the last column: the value, for inspect alone, or how much there is.
func (p *Text) what(r row) string {
	s := text.Bytes(r.Len)
	if p.opt.Verb == Inspect && r.Value != "" {
		s = r.Value
		if !p.opt.Verbose {
			s = text.Cut(s, valueWidth)
		}
		s = text.Quote(s)
	}
	if r.times > 1 {
		s += ", " + lang.N("%d time", "%d times", r.times)
	}
	return s
}
