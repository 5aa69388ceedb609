package scrub

import (
	"errors"
	"fmt"
	"io"
)

// A FormatError reports that a medium breaks the rules of its format.
type FormatError struct {
	Format string // the format's name, such as "bmff"
	Off    int64  // where, in bytes from the start of the medium
	Msg    string // what was found and what was expected
}

func (e *FormatError) Error() string { return fmt.Sprintf("%s: %s at 0x%x", e.Format, e.Msg, e.Off) }

// An UnsupportedError reports a valid medium that can't be cleaned with confidence.
type UnsupportedError struct {
	Format string
	Off    int64
	Msg    string // what of it; "" if nothing is done with the format at all
}

func (e *UnsupportedError) Error() string {
	if e.Msg == "" {
		return fmt.Sprintf("%s: untag can't clean this format yet", e.Format)
	}
	return fmt.Sprintf("%s: %s at 0x%x is not supported", e.Format, e.Msg, e.Off)
}

// ErrBudget reports that a parser read far more than the medium holds, which
// only a medium made for that purpose brings about.
var ErrBudget = errors.New("the structure leads in circles")

// ErrTooMany reports more spans or edits than memory is set aside for.
var ErrTooMany = errors.New("too many pieces to keep account of")

// shortError is a read of bytes that a medium does not have.
type shortError struct{ off, n, size int64 }

func (e *shortError) Error() string {
	return fmt.Sprintf("ends at 0x%x, expected %d bytes at 0x%x", e.size, e.n, e.off)
}

func (e *shortError) Unwrap() error { return io.ErrUnexpectedEOF }

// refused is what is said of a medium of the given format that err condemns.
func refused(format string, err error) string {
	if Reason(err, "") != "" || errors.As(err, new(*UnsupportedError)) {
		return err.Error()
	}
	return format + ": " + err.Error()
}

// Reason is what an error says of a medium, without its format and the offset; otherwise, where
// it is of no such kind.
func Reason(err error, otherwise string) string {
	if f := (*FormatError)(nil); errors.As(err, &f) {
		return f.Msg
	}
	if u := (*UnsupportedError)(nil); errors.As(err, &u) {
		return u.Msg
	}
	return otherwise
}

// Refusal tells whether err condemns the medium rather than the reading of it.
// A medium that refers to more bytes than it has is broken too.
func Refusal(err error) bool {
	var f *FormatError
	var u *UnsupportedError
	return errors.As(err, &f) || errors.As(err, &u) || errors.Is(err, ErrBudget) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrTooMany)
}
