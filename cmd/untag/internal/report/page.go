package report

import (
	"errors"

	"untag/cmd/untag/internal/exit"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/platform/output"
	"untag/platform/page"
)

// Strokes is how many there are in the picture of a file at the most.
const Strokes = 40

// pagePrinter prints a page to look at, beside another report.
type pagePrinter struct {
	Printer
	opt  Options
	page *page.Page
	to   *output.File
	hint func(error) string
}

// WithPage has what p shows in a page as well, which End puts where it belongs. hint says
// what can be done about an error.
func WithPage(p Printer, opt Options, to *output.File, maker string, hint func(error) string) Printer {
	values := (opt.Verb == Inspect || opt.Values) && !opt.Merged
	return &pagePrinter{p, opt, &page.Page{Title: title(opt), Warning: warning(opt, values), Maker: maker, Values: values, Keeps: opt.keeps}, to, hint}
}

func title(opt Options) string {
	switch {
	case opt.Verb == "":
		return lang.T("What became of the files")
	case opt.Verb == Inspect:
		return lang.T("What the files give away")
	case opt.Verb == Verify:
		return lang.T("Whether the files are clean")
	case opt.DryRun:
		return lang.T("What would be removed")
	}
	return lang.T("What was removed")
}

func warning(opt Options, values bool) string {
	switch {
	case values && opt.Verb == Scrub && !opt.DryRun:
		return lang.T("This page holds what was removed from the files: whoever gets it knows all of it. Keep it where nobody else looks, and delete it when it is not needed any more.")
	case values:
		return lang.T("This page holds what the files give away: whoever gets it knows all of it. Keep it where nobody else looks, and delete it when it is not needed any more.")
	}
	return lang.T("This page holds the names of files, and what kind of thing was found in each, but none of the values.")
}

func (p *pagePrinter) File(o apply.Outcome) error {
	f := page.File{
		Name: o.Path, Status: status(o), Reasons: o.Reasons, Format: o.Format, Size: o.Size, NewSize: o.NewSize, Cut: o.Cut,
		Findings: o.Findings, Unlisted: o.Unlisted, Before: o.Before, After: o.After,
	}
	if o.Unchanged {
		f.Reasons = append([]string{unchangedWords()}, f.Reasons...)
	}
	if o.Err != nil {
		f.Reasons = append([]string{ErrorWords(o.Err)}, f.Reasons...)
		f.Remedy = p.hint(o.Err)
	}
	p.page.Add(f)
	return p.Printer.File(o)
}

// Error is listed as what it is about.
func (p *pagePrinter) Error(msg, hint string) error {
	p.page.Add(page.File{Name: msg, Status: string(apply.Failed), Remedy: hint})
	return p.Printer.Error(msg, hint)
}

// End writes the page, and then what the other report has to say.
func (p *pagePrinter) End(t *Totals, code exit.Code) error {
	opt := p.opt
	opt.Page = ""
	for _, row := range (&Text{opt: opt}).rows(t) {
		p.page.Totals = append(p.page.Totals, page.Total{Name: row[0], Text: row[1]})
	}
	if t.Interrupted {
		p.page.Totals = append(p.page.Totals, page.Total{Name: lang.T("beware"), Text: lang.T("it was interrupted: there are files that were not reached")})
	}
	return errors.Join(p.page.Keep(p.to), p.Printer.End(t, code))
}
