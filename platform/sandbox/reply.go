package sandbox

import (
	"cmp"
	"errors"
	"io"
	"syscall"

	"untag/platform/apply"
	"untag/scrub"
)

// What an answer is.
const (
	sayPlan    = 1
	sayRewrite = 2
	sayNothing = 3 // there is nothing to compact
	sayError   = 4
	sayPanic   = 5 // the worker's last words
)

// reply is a worker's answer: one of its fields, or none.
type reply struct {
	plan     *scrub.Plan
	rewrite  *scrub.Rewrite
	err      error
	panicked string
}

func (e *encoder) reply(r reply) {
	switch {
	case r.panicked != "":
		e.byte(sayPanic)
		e.text(r.panicked, maxText)
	case r.err != nil:
		e.byte(sayError)
		e.error(r.err)
	case r.plan != nil:
		e.byte(sayPlan)
		e.plan(r.plan)
	case r.rewrite != nil:
		e.byte(sayRewrite)
		e.rewrite(r.rewrite)
	default:
		e.byte(sayNothing)
	}
}

// reply reads an answer about a medium of size bytes.
func (d *decoder) reply(size int64) (r reply) {
	switch what := d.byte(); what {
	case sayPanic:
		r.panicked = cmp.Or(d.line(maxText), "without a word")
	case sayError:
		r.err = d.error()
	case sayPlan:
		r.plan = d.plan(size)
	case sayRewrite:
		r.rewrite = d.rewrite(size)
	case sayNothing:
	default:
		d.malformed("no answer starts with %d", what)
	}
	return r
}

// What an error is, for those who decide on it.
const (
	errOther = iota
	errSystem
	errEnd
	errBudget
	errTooMany
	errFormat
	errUnsupported
	errPlan
)

func (e *encoder) error(err error) {
	var number syscall.Errno
	var format *scrub.FormatError
	var unsupported *scrub.UnsupportedError
	switch {
	case errors.As(err, &format):
		e.byte(errFormat)
		e.refusal(format.Format, format.Off, format.Msg)
		return
	case errors.As(err, &unsupported):
		e.byte(errUnsupported)
		e.refusal(unsupported.Format, unsupported.Off, unsupported.Msg)
		return
	case errors.As(err, &number):
		e.byte(errSystem)
		e.int(int64(number))
	case errors.Is(err, apply.ErrPlan):
		e.byte(errPlan)
	case errors.Is(err, io.ErrUnexpectedEOF):
		e.byte(errEnd)
	case errors.Is(err, scrub.ErrBudget):
		e.byte(errBudget)
	case errors.Is(err, scrub.ErrTooMany):
		e.byte(errTooMany)
	default:
		e.byte(errOther)
	}
	e.text(err.Error(), maxLine)
}

func (e *encoder) refusal(format string, off int64, msg string) {
	e.text(format, maxWord)
	e.int(off & maxInt64)
	e.text(msg, maxText)
}

// said is an error of a worker, with what it means here.
type said struct {
	text  string
	means error
}

func (s *said) Error() string { return s.text }
func (s *said) Unwrap() error { return s.means }

func (d *decoder) error() error {
	var means error
	switch what := d.byte(); what {
	case errFormat:
		return &scrub.FormatError{Format: d.line(maxWord), Off: d.int(maxInt64, "an offset"), Msg: d.line(maxText)}
	case errUnsupported:
		return &scrub.UnsupportedError{Format: d.line(maxWord), Off: d.int(maxInt64, "an offset"), Msg: d.line(maxText)}
	case errSystem:
		means = syscall.Errno(d.uint(4095, "an error of the system"))
	case errEnd:
		means = io.ErrUnexpectedEOF
	case errBudget:
		means = scrub.ErrBudget
	case errTooMany:
		means = scrub.ErrTooMany
	case errPlan:
		means = apply.ErrPlan
	case errOther:
	default:
		d.malformed("no error is a %d", what)
	}
	return &said{d.line(maxLine), means}
}

func (e *encoder) rewrite(w *scrub.Rewrite) {
	e.int(w.Size)
	e.int(w.Read)
	e.changes(w.Changes)
}

func (d *decoder) rewrite(size int64) *scrub.Rewrite {
	w := &scrub.Rewrite{Size: d.int(maxInt64, "the size"), Read: d.int(maxCount, "what was read")}
	if w.Size != size {
		d.malformed("it is for %d bytes, not for %d", w.Size, size)
	}
	w.Changes = d.changes(size)
	return w
}
