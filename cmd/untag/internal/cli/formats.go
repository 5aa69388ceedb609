package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"untag/cmd/untag/internal/text"
	"untag/platform/lang"
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
		Short: lang.T("list the formats that untag knows"),
		Long:  formatsLong,
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return failed(a.formatsJSON())
			}
			return failed(a.formatsText())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, lang.T("list in JSON, one object a line"))
	return c
}

func (a *app) formatsText() error {
	var rows [][]string
	for _, f := range a.Engine.Formats() {
		rows = append(rows, []string{f.Name, lang.Known(Treatment(f)), f.Title, strings.Join(f.Extensions, " ")})
	}
	return text.Table(a.Stdout, "", rows)
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
