package cli

import (
	"errors"
	"io/fs"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/cmd/untag/internal/text"
	"untag/platform/lang"
	"untag/platform/output"
	"untag/platform/page"
)

// strokes is how many there are in the picture of a file: none where nobody sees it.
func (f *flags) strokes() int {
	if f.html == "" {
		return 0
	}
	return report.Strokes
}

// beside adds the page that is asked for to a report. The output is to be discarded at
// the end: where it was kept, that does nothing.
func (a *app) beside(p report.Printer, opt report.Options, paths []string) (report.Printer, *output.File, error) {
	if opt.Page == "" {
		return p, nil, nil
	}
	to, err := page.Create(opt.Page, paths)
	if err == nil {
		return report.WithPage(p, opt, to, "untag "+a.Version, hint), to, nil
	}
	return nil, nil, noPlace("html", opt.Page, err)
}

// record makes the file for the report that goes beside another; "" is none.
func (a *app) record(path string, opt report.Options, paths []string) (*report.Record, error) {
	if path == "" {
		return nil, nil
	}
	r, err := report.NewRecord(path, opt, paths)
	if err != nil {
		return nil, noPlace("report", path, err)
	}
	return r, nil
}

// noPlace is the failure to make a file that an option asks for. One for which the system
// has a reason may be worth another try, as with --to and --state.
func noPlace(option, path string, err error) *failure {
	code := exit.Failed
	if errors.Is(err, output.ErrInside) || errors.Is(err, output.ErrTaken) {
		code = exit.Usage
	}
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = at.Err
	}
	return &failure{code, "--" + option + " " + text.Quote(path) + ": " + report.ErrorWords(err), noPage(option, err)}
}

func noPage(option string, err error) string {
	example := "--html ~/report.html"
	if option == "report" {
		example = "--report ~/report.json"
	}
	switch {
	case errors.Is(err, output.ErrInside):
		return lang.T("it tells what the files tell: choose a place outside of the folder, such as %s", example)
	case errors.Is(err, output.ErrTaken):
		return lang.T("only an earlier report is replaced: choose another name, such as %s", example)
	case errors.Is(err, fs.ErrPermission):
		return lang.T("choose a folder that you may write to, such as %s", example)
	}
	return hint(err)
}
