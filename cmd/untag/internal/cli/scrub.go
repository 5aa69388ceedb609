package cli

import (
	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/report"
	"untag/platform/apply"
	"untag/platform/lang"
)

const scrubLong = `scrub removes what identifies from media files. It changes a file in place where
its format allows that, in such an order that the file can be opened and played
at every moment, overwrites what it removes, reads the file back and proves that
it is clean. A file that is clean already is not touched.

What is removed is gone for good: keep the original elsewhere first if it may be
needed, or write clean copies with --to.

` + policyText + `

What follows the end of a medium is cut off if the medium proves itself whole and
the rest is not more of it: a recorder that lost power leaves a length of nothing
and a whole film behind it. Where that is not sure, only marks that prove
themselves go, and the report says how many bytes stay. --cut cuts them off too.

Phones and tablets of the DPRK open no file that lacks the signature NATISIGN, or
their own SELFSIGN, and any change breaks both. A signature is removed like any
other trailer, and the report says what follows from it. --leave-signed leaves
signed files as they are, and reports them as what they are.

--compact writes files anew, for those who want the space back that tags took; it
needs as much free space as the largest file. Without it a file mostly keeps its
length. --mtime keep leaves the time of last change as it was, now sets the
present, zero the first day that FAT knows, for clean files too.

` + toText + `

` + stateText + `

With - as the only path, scrub is a filter: the medium is read from standard
input, its cleaned copy goes to standard output, the report to standard error.
If the copy is not proven clean, nothing is written.`

const scrubExample = `  untag scrub -n ~/Pictures/trip       show what would be removed
  untag scrub /media/stick             clean a whole drive
  untag scrub --keep time,place a.jpg  leave when and where
  untag scrub --profile strict music   titles, artists and covers go as well
  untag scrub --to ~/clean /media/stick  leave the stick as it is, write clean copies
  untag scrub --state ~/archive.state /archive  read only what is new or has changed
  untag scrub - < in.jpg > out.jpg     clean a copy`

func (a *app) scrub() *cobra.Command {
	f := flags{trustState: true}
	c := &cobra.Command{
		Use:     "scrub [flags] PATH... | -",
		Short:   lang.T("remove identifying data from media files"),
		Long:    scrubLong + "\n\n" + exitStatus(),
		Example: scrubExample,
		Args:    paths,
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.wordsOfTo(args); err != nil {
				return err
			}
			if f.to != "" && f.state != "" {
				return usage(lang.T("--to and --state exclude each other"), lang.T("--to passes over copies that are there by itself"))
			}
			if f.to != "" && !c.Flags().Changed("mtime") {
				f.mtime = string(apply.NowTime)
			}
			return a.work(c.Context(), report.Scrub, f, args)
		},
	}
	f.common(c)
	f.writing(c)
	return c
}
