package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/text"
	"untag/scrub"
)

const formatsLong = `formats lists the formats that untag knows. Files are recognised by their
content; the extensions only serve to tell that a file nobody recognised claims
to be of one. A file of a format that is only recognised is reported as
unsupported, or as other where it is no medium or document.`

// What untag does with a format.
const (
	Cleans     = "cleaned"
	Inside     = "cleaned inside other media"
	Recognises = "recognised only"
	Passes     = "counted only"
)

// Treatment says what untag does with the format f.
func Treatment(f scrub.Format) string {
	switch {
	case f.Other:
		return Passes
	case f.Parse == nil:
		return Recognises
	case f.Inner:
		return Inside
	}
	return Cleans
}

func (a *app) formats() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "formats",
		Short: "list the formats that untag knows",
		Long:  formatsLong,
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return failed(a.formatsJSON())
			}
			return failed(a.formatsText())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "list in JSON, one object a line")
	return c
}

func (a *app) formatsText() error {
	w := tabwriter.NewWriter(a.Stdout, 0, 8, 2, ' ', 0)
	for _, f := range a.Engine.Formats() {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", f.Name, Treatment(f), f.Title, strings.Join(f.Extensions, " "))
	}
	return w.Flush()
}

func (a *app) formatsJSON() error {
	enc := text.JSON(a.Stdout)
	for _, f := range a.Engine.Formats() {
		extensions := f.Extensions
		if extensions == nil {
			extensions = []string{}
		}
		if err := enc.Encode(struct {
			Name       string   `json:"name"`
			Title      string   `json:"title"`
			Extensions []string `json:"extensions"`
			Treatment  string   `json:"treatment"`
		}{f.Name, f.Title, extensions, Treatment(f)}); err != nil {
			return err
		}
	}
	return nil
}
