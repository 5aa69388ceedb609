package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/merge"
	"untag/cmd/untag/internal/report"
	"untag/platform/lang"
)

const mergeLong = `merge puts reports together that scrub, inspect or verify wrote with --report or --json:
those of the shards of one work (--shard), and those of many machines. It shows the totals,
which files need attention and why, and what is missing of the reports: shards
without one, shards whose report has no end because something killed them, reports
that were changed, different versions or policies.

A FILE may hold several reports, one after the other; - is standard input, and what
comes through a pipe is kept in TMPDIR meanwhile, in a file without a name. Shards
belong together if the same command was run on the same paths, as they were given,
with the same number of shards.

A shard may be tried more than once. Of several reports of a shard a whole one
counts; of several whole ones the worst, for nothing tells which was the last. So
leave out the report of a try that was followed by a better one, or have each try
write over the one before.

Values are never shown, even where the reports have them. --json prints an object
for each file that is not clean (-v: for every file), one for each reason, with
status, files and first, and the totals. merged, beside the totals, says how many
reports there are, and for each work which shards are missing, died, or were
interrupted, as Slurm's --array takes them (again lists all of these), and which were
run under which policies.

The exit code is the worst of the reports, or 3 if one is missing or not whole, or if
shards of one work were run under different policies: what is clean under one may not
be so under another. Of reports of different works that is only told.`

const mergeExample = `  untag report merge shard-*.json
  untag report merge --html all.html desk1.json desk2.json
  cat shard-*.json | untag report merge --json - | jq -r '.merged.jobs[]?.again'`

// report is what is done with reports.
func (a *app) report() *cobra.Command {
	c := &cobra.Command{
		Use:   "report COMMAND",
		Short: lang.T("put reports of many runs together"),
		Args:  cobra.ArbitraryArgs,

		DisableFlagsInUseLine: true,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(lang.T("no command"), "untag report merge FILE...")
			}
			return usage(lang.T("no command %q", strings.Join(append([]string{"report"}, args[0]), " ")), "untag report merge FILE...")
		},
	}
	c.AddCommand(a.merge())
	return c
}

func (a *app) merge() *cobra.Command {
	var f flags
	c := &cobra.Command{
		Use:     "merge [flags] FILE... | -",
		Short:   lang.T("put JSON reports together, and tell what is missing of them"),
		Long:    mergeLong + "\n\n" + exitStatus(),
		Example: mergeExample,
		Args:    files,
		RunE: func(c *cobra.Command, args []string) error {
			return a.mergeReports(c.Context(), f, args)
		},
	}
	f.showing(c)
	return c
}

func files(_ *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return usage(lang.T("no report given"), lang.T("untag report merge FILE..., or - for standard input"))
	case slices.Contains(args, ""):
		return usage(lang.T("a path is empty"), "")
	}
	return nil
}

func (a *app) mergeReports(ctx context.Context, f flags, args []string) error {
	if err := f.manners(); err != nil {
		return err
	}
	r, err := merge.Open(ctx, args, a.Stdin)
	if err != nil {
		return a.unmerged(ctx, err)
	}
	defer r.Close()
	verb, dryRun := r.Verb()
	if verb == report.Inspect { // its values are not shown
		verb = report.Verify
	}
	opt := f.report(verb)
	opt.DryRun, opt.Merged, opt.Colour = dryRun, true, a.colours(f.color, a.Stdout)
	p, page, err := a.beside(report.New(a.Stdout, a.Stderr, f.json, opt), opt, nil)
	if err != nil {
		return err
	}
	defer page.Discard()
	a.code, err = r.Show(ctx, p)
	if ctx.Err() != nil || err == nil {
		return a.unmerged(ctx, err)
	}
	return failed(err)
}

// unmerged is the failure to read the reports.
func (a *app) unmerged(ctx context.Context, err error) error {
	var at *merge.FileError
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return &failure{exit.Interrupted, lang.T("interrupted; the reports are as they were"), ""}
	case errors.Is(err, merge.ErrTwice):
		return usage(err.Error(), lang.T("give each report once"))
	case errors.As(err, &at):
		return &failure{exit.Failed, lang.Known(err.Error()), hint(err)}
	}
	return &failure{exit.Failed, err.Error(), hint(err)}
}
