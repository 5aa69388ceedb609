package cli

import (
	"context"
	"io"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/platform/apply"
	"untag/platform/lang"
)

// filter cleans standard input to standard output, or only looks at it.
func (a *app) filter(ctx context.Context, verb report.Verb, f flags, opt apply.Options) error {
	out, reportTo := io.Discard, a.Stdout
	if a.taken = !opt.DryRun; a.taken {
		out, reportTo = a.Stdout, a.Stderr
	}
	switch {
	case a.Columns(a.Stdin) > 0:
		return usage(lang.T("refusing to read a medium from the terminal"), "untag "+string(verb)+" - < in.jpg")
	case a.taken && a.Columns(a.Stdout) > 0:
		return usage(lang.T("refusing to write a medium to the terminal"), "untag scrub - < in.jpg > out.jpg")
	}
	show := f.report(verb)
	show.Run = report.NewRun(verb, a.Version, []string{"-"}, opt)
	show.Named, show.Colour = map[string]bool{"-": true}, a.colours(f.color, reportTo)
	p, page, err := a.beside(report.New(reportTo, a.Stderr, f.json, show), show, nil)
	if err != nil {
		return err
	}
	defer page.Discard()
	start := a.Now()
	o, err := apply.Stream(ctx, a.Stdin, out, a.Planner, opt)
	switch {
	case ctx.Err() != nil:
		return &failure{exit.Interrupted, lang.T("interrupted; if anything was written, it is not a whole file"), ""}
	case err != nil:
		return &failure{exit.Failed, "-: " + report.ErrorWords(err), hint(err)}
	}
	o.Path, o.Media = "-", true
	var t report.Totals
	t.Add(o)
	t.Took = a.Now().Sub(start)
	a.code = t.Code()
	if err := p.File(o); err != nil {
		return failed(err)
	}
	if f.json || f.html != "" {
		if err := p.End(&t, a.code); err != nil || f.json {
			return failed(err)
		}
	}
	if a.taken && a.code != exit.OK {
		return failed(report.Hint(a.Stderr, lang.T("nothing was written: the medium is not proven clean")))
	}
	return nil
}
