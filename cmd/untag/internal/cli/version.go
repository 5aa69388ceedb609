package cli

import (
	"fmt"

	"github.com/spf13/cobra"
	"untag/platform/lang"
)

func (a *app) version() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: lang.T("show the version"),
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.Stdout, "untag %s\n", a.Version)
			return failed(err)
		},
	}
}
