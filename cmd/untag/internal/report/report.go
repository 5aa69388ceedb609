// Package report tells what became of the files: as text for people or as JSON
// for programs. A [Printer] takes one outcome after the other and the totals at
// the end.
//
// Decoded values, which are the very things that untag removes, are only shown
// where somebody asked for them: by inspect, or by scrub --json --values.
// Everything that comes from a drive goes through [text.Quote] or JSON.
package report

import (
	"io"
	"slices"

	"untag/cmd/untag/internal/exit"
	"untag/platform/apply"
	"untag/scrub"
)

// Verb is the command that is reported on.
type Verb string

const (
	Scrub   Verb = "scrub"
	Inspect Verb = "inspect"
	Verify  Verb = "verify"
)

// Options say what is shown.
type Options struct {
	Verb    Verb
	DryRun  bool   // a scrub that changes nothing
	Quiet   bool   // only files that need attention
	Verbose bool   // also clean and other files, and what was found in each
	Values  bool   // decoded values in JSON and in a page
	Deep    bool   // all coded data is looked into that can be
	Page    string // the file in which there is a page with all of it, "" if there is none
	Single  bool   // one file, whose line says all there is
	Colour  bool
	To      string          // the folder of clean copies, "" if there is none
	Named   map[string]bool // paths of files with a line of their own
	Merged  bool            // what is shown comes from other reports
	Run     *Run            // what the JSON is a report of, nil if that is not known
}

// keeps tells whether somebody said that a kind is to stay.
func (o Options) keeps(k scrub.Kind) bool {
	return o.Run != nil && slices.Contains(o.Run.Policy.Keep, string(k))
}

// Printer shows outcomes. Its errors are those of the writer.
type Printer interface {
	// Begin comes first, where the files are part of a whole.
	Begin() error
	File(apply.Outcome) error
	// Error shows what concerns no single file. The hint may be empty.
	Error(msg, hint string) error
	// End shows the totals; code is what the program exits with.
	End(t *Totals, code exit.Code) error
}

// New returns the printer that writes JSON or text to w. What concerns no
// single file goes to errs in the form of text, and into the JSON.
func New(w, errs io.Writer, json bool, opt Options) Printer {
	if json {
		return newJSON(w, opt)
	}
	return &Text{w: w, errs: errs, opt: opt}
}

// Other tells whether the file is none of untag's business: not a medium, and
// nothing was found in it.
func Other(o apply.Outcome) bool {
	return !o.Media && o.Status == apply.Unsupported && len(o.Findings) == 0 && o.Unlisted == 0
}
