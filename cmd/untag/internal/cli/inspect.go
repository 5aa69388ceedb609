package cli

import (
	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/report"
	"untag/platform/lang"
)

const inspectLong = `inspect shows what media files give away: for each file a table with the kind of
each thing found, its place in the file, the offset, and the decoded value; what
would go, and what stays and why. Nothing is changed.

What it prints is what scrub removes: mind where you keep it. With --html all of
that is in one page for a browser, with pictures of what goes and what stays, and a
list of positions. Nothing in it comes from elsewhere, and only you can read the file.

With --state FILE, files that were clean the last time and have not changed since are
counted and not read, and what stays in them is not shown; see untag help scrub.

` + policyText

const inspectExample = `  untag inspect holiday.jpg
  untag inspect --html ~/report.html DCIM
  untag inspect --json DCIM > found.jsonl
  untag inspect - < holiday.jpg`

func (a *app) inspect() *cobra.Command {
	f := looking()
	c := &cobra.Command{
		Use:     "inspect [flags] PATH... | -",
		Short:   lang.T("show what media files give away"),
		Long:    inspectLong + "\n\n" + exitStatus(),
		Example: inspectExample,
		Args:    paths,
		RunE: func(c *cobra.Command, args []string) error {
			return a.work(c.Context(), report.Inspect, f, args)
		},
	}
	f.common(c)
	return c
}
