// Package exit names the exit codes of untag. Scripts may rely on them: a
// number keeps its meaning, and one that is not known is to be taken as failure.
package exit

import (
	"slices"

	"untag/platform/lang"
)

// Code is an exit code.
type Code int

const (
	// OK: every media file is clean, or there was none.
	OK Code = 0
	// Found: identifying data was found, or is left.
	Found Code = 1
	// Usage: the command line is wrong.
	Usage Code = 2
	// Failed: a file or path could not be read or written.
	Failed Code = 3
	// Partly: a media file was only partly cleaned, or can't be.
	Partly Code = 4
	// Interrupted: stopped by a signal.
	Interrupted Code = 130
)

// A Row is one line of the table in the help text and the manual.
type Row struct {
	Code    Code
	Meaning string
}

// Table lists every code with its meaning.
func Table() []Row {
	return []Row{
		{OK, lang.T("every media file is clean")},
		{Found, lang.T("identifying data was found (inspect, verify, dry run) or is left")},
		{Usage, lang.T("the command line is wrong; nothing was touched")},
		{Failed, lang.T("at least one file or path could not be read or written")},
		{Partly, lang.T("at least one media file or document is only partly cleaned, or of a kind that can't be cleaned")},
		{Interrupted, lang.T("interrupted; every file is whole, and those not reached are as they were")},
	}
}

// precedence orders the codes: where several apply, the first one is reported.
var precedence = []Code{Interrupted, Usage, Failed, Partly, Found, OK}

// Precedence returns the codes, the one that wins over all others first.
func Precedence() []Code { return slices.Clone(precedence) }

// Worse returns the code that is reported where both apply.
func Worse(a, b Code) Code {
	if slices.Index(precedence, b) < slices.Index(precedence, a) {
		return b
	}
	return a
}
