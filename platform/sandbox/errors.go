package sandbox

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"untag/platform/apply"
)

// Why a file could not be parsed, beside what is wrong with reading it. Each of
// the first three comes together with ErrWorker and [apply.ErrParser].
var (
	ErrCrashed  = errors.New("it crashed")                  // a panic, a forbidden system call, no memory
	ErrStalled  = errors.New("it did not finish in time")   // see limits
	ErrNonsense = errors.New("its answer makes no sense")   // malformed, or not a plan for this file
	ErrStart    = errors.New("it could not be started")     // no process to be had
	ErrOpen     = errors.New("it could not be confined")    // and [Options.Require] is set
	ErrWorker   = errors.New("the parser's process failed") // any of the above
	ErrClosed   = errors.New("the parser's processes have been ended")
)

// failure is the end of a worker.
type failure struct {
	how    error
	detail string
}

func failed(how error, format string, args ...any) error {
	return &failure{how, fmt.Sprintf(format, args...)}
}

func (f *failure) Error() string { return fmt.Sprintf("%v: %v: %s", ErrWorker, f.how, f.detail) }

func (f *failure) Unwrap() []error {
	if f.how == ErrStart || f.how == ErrOpen {
		return []error{ErrWorker, f.how}
	}
	return []error{ErrWorker, f.how, apply.ErrParser}
}

// printable makes what a worker says fit to be shown: one short line.
func printable(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, strings.ToValidUTF8(s, string(unicode.ReplacementChar)))
}
