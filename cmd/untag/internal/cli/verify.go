package cli

import (
	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/report"
	"untag/platform/lang"
)

const verifyLong = `verify proves that media files are clean, or says which are not. Nothing is
changed. Give it the same --profile, --keep and --remove as scrub.

Every file is read, also with --state FILE, which then only remembers what was proven
for later runs of scrub. With --trust-state as well, files that FILE knows to be
clean and that have not changed since are not read; the report says how many.

` + policyText

const verifyExample = `  untag verify /media/stick && echo all media are clean
  untag verify --depth deep clip.mp4   look at every frame of a large file`

func (a *app) verify() *cobra.Command {
	f := looking()
	f.trustState = false
	c := &cobra.Command{
		Use:     "verify [flags] PATH... | -",
		Short:   lang.T("prove that media files are clean"),
		Long:    verifyLong + "\n\n" + exitStatus(),
		Example: verifyExample,
		Args:    paths,
		RunE: func(c *cobra.Command, args []string) error {
			if f.trustState && f.state == "" {
				return usage(lang.T("--trust-state goes with --state only"), lang.T("without it, every file is read"))
			}
			return a.work(c.Context(), report.Verify, f, args)
		},
	}
	f.common(c)
	c.Flags().BoolVar(&f.trustState, "trust-state", false, lang.T("with --state, do not read files that it knows to be clean and unchanged"))
	return c
}
