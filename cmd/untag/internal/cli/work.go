package cli

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"syscall"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/progress"
	"untag/cmd/untag/internal/report"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/platform/walk"
)

// paths is the rule for the arguments of scrub, inspect and verify.
func paths(c *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usage(lang.T("no path given"), lang.T("untag %s PATH..., or - for standard input", c.Name()))
	case len(args) > 1 && slices.Contains(args, "-"):
		return usage(lang.T("- goes with no other path"), lang.T("a file of that name is %s", "./-"))
	case slices.Contains(args, ""):
		return usage(lang.T("a path is empty"), lang.T("the folder at hand is ."))
	}
	return nil
}

// work scrubs, inspects or verifies what is at the paths.
func (a *app) work(ctx context.Context, verb report.Verb, f flags, args []string) error {
	opt, err := f.options(a.Now())
	if err != nil {
		return err
	}
	if err := a.restrain(f, opt); err != nil {
		return err
	}
	if args[0] == "-" && f.chooses() {
		return usage(lang.T("--exclude, --exclude-from, --since and --newer-than go with files and folders only"), "untag "+string(verb)+" - < in.jpg")
	}
	if f.requireSandbox {
		if err := a.Confined(); err != nil {
			return &failure{exit.Failed, err.Error(), lang.T("run it on a kernel with Landlock and seccomp, or without --require-sandbox")}
		}
	}
	if args[0] == "-" {
		if f.record != "" {
			return usage(lang.T("--report goes with files and folders only"), "untag "+string(verb)+" --json -")
		}
		if f.state != "" {
			return usage(lang.T("--state goes with files and folders only"), "")
		}
		return a.filter(ctx, verb, f, opt)
	}
	r, working, err := a.newRun(ctx, verb, f, args, opt)
	if err != nil {
		return err
	}
	defer r.page.Discard()
	roots := r.open(args)
	defer closeAll(roots)
	if len(roots) == 0 && !f.json && f.record == "" {
		a.code = r.totals.Code()
		return r.unheard()
	}
	if f.to != "" && !f.dryRun && len(roots) > 0 {
		if opt.Copies, err = a.copies(working, f, roots, opt.Choice); err != nil {
			return r.refuse(err)
		}
		defer opt.Copies.Root.Close()
	}
	if f.state != "" && len(roots) > 0 {
		if opt.State, err = a.openState(f, args, opt); err != nil {
			return r.refuse(err)
		}
	}
	opt.Progress, opt.Left, opt.Ordered = r.progress, r.left, true
	r.count(working, roots, opt.Choice)
	err = apply.Run(working, roots, a.Planner, opt, r.report)
	r.end()
	r.closeState(opt.State, err == nil && opt.Choice.Since.IsZero())
	r.totals.Interrupted = err != nil && ctx.Err() != nil
	return a.finish(r, err)
}

// refuse ends a run that does not begin, of which there is nothing to tell.
func (r *run) refuse(err error) error {
	r.end()
	r.record.Discard()
	return err
}

// restrain keeps the work within what is left to it of the computer.
func (a *app) restrain(f flags, opt apply.Options) error {
	if opt.Rate > 0 && a.Limit != nil {
		a.Limit(opt.Rate)
	}
	if f.nice {
		return giveWay()
	}
	return nil
}

func closeAll(roots []*walk.Root) {
	for _, r := range roots {
		r.Close()
	}
}

// finish shows the totals and settles the exit code.
func (a *app) finish(r *run, err error) error {
	r.totals.Took = a.Now().Sub(r.start)
	a.code = r.totals.Code()
	// An error of a whole root has been reported with it.
	if err != nil && r.totals.Failed == 0 && !r.totals.Interrupted && r.broken == nil {
		a.code = exit.Worse(a.code, exit.Failed)
		r.note(r.record.Error(err.Error(), hint(err)))
		r.note(r.printer.Error(err.Error(), hint(err)))
	}
	if r.broken == nil {
		r.note(r.record.End(&r.totals, a.code))
		r.note(r.printer.End(&r.totals, a.code))
	}
	if r.broken != nil {
		return r.unheard()
	}
	for _, h := range r.hints {
		r.note(report.Hint(a.Stderr, h))
	}
	if r.totals.Interrupted { // also beside JSON: somebody sits there
		r.note(report.Complain(a.Stderr, lang.T("interrupted after %s; every file is whole", done(r.state)), again()))
	}
	return r.unheard()
}

func again() string { return lang.T("run the same command again to finish") }

// unheard is the failure to tell the outcome, which ended the run.
func (r *run) unheard() error {
	switch {
	case r.broken == nil:
		return nil
	case r.changes:
		return &failure{exit.Failed, lang.T("stopped after %s: writing the report: %v", done(r.state), r.broken), cmp.Or(hint(r.broken), again())}
	}
	return failed(r.broken)
}

// done says how far the work came.
func done(s progress.State) string {
	if s.AllFiles > 0 && !s.Counting {
		return lang.N("%[2]d of %[1]d file", "%[2]d of %[1]d files", s.AllFiles, s.Files)
	}
	return lang.N("%d file", "%d files", s.Files)
}

// failed is the failure to tell what was asked. That nobody reads on, as with
// head, needs no words.
func failed(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.EPIPE):
		return &failure{exit.Failed, "", ""}
	}
	return &failure{exit.Failed, lang.T("writing the report: %v", err), hint(err)}
}
