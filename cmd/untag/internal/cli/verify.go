package cli

import (
	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/report"
	"untag/platform/lang"
)

const verifyLong = `verify proves that media files are clean, or says which are not. Nothing is
changed. Give it the same --profile, --keep and --remove as scrub.

` + policyText

const verifyExample = `  untag verify /media/stick && echo all media are clean
  untag verify --depth deep clip.mp4   look at every frame of a large file`

func (a *app) verify() *cobra.Command {
	f := looking()
	c := &cobra.Command{
		Use:     "verify [flags] PATH... | -",
		Short:   lang.T("prove that media files are clean"),
		Long:    verifyLong + "\n\n" + exitStatus(),
		Example: verifyExample,
		Args:    paths,
		RunE: func(c *cobra.Command, args []string) error {
			return a.work(c.Context(), report.Verify, f, args)
		},
	}
	f.common(c)
	return c
}
