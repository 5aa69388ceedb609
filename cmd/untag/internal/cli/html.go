package cli

import (
	"errors"
	"io/fs"

	"untag/cmd/untag/internal/report"
	"untag/cmd/untag/internal/text"
	"untag/platform/lang"
	"untag/platform/page"
)

func (f *flags) setHTML(path string) error {
	if path == "" {
		return errors.New("it needs a name")
	}
	f.html = path
	return nil
}

// strokes is how many there are in the picture of a file: none where nobody sees it.
func (f *flags) strokes() int {
	if f.html == "" {
		return 0
	}
	return report.Strokes
}

// beside adds the page that is asked for to a report. The output is to be discarded at
// the end: where it was kept, that does nothing.
func (a *app) beside(p report.Printer, opt report.Options, paths []string) (report.Printer, *page.Output, error) {
	if opt.Page == "" {
		return p, nil, nil
	}
	to, err := page.Create(opt.Page, paths)
	if err == nil {
		return report.WithPage(p, opt, to, "untag "+a.Version, hint), to, nil
	}
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = at.Err
	}
	return nil, nil, usage("--html "+text.Quote(opt.Page)+": "+report.ErrorWords(err), noPage(err))
}

func noPage(err error) string {
	switch {
	case errors.Is(err, page.ErrInside):
		return lang.T("it tells what the files tell: choose a place outside of the folder, such as --html ~/report.html")
	case errors.Is(err, page.ErrTaken):
		return lang.T("only an earlier report is replaced: choose another name, such as --html report.html")
	case errors.Is(err, fs.ErrPermission):
		return lang.T("choose a folder that you may write to, such as --html ~/report.html")
	}
	return hint(err)
}
