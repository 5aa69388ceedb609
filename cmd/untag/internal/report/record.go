package report

import (
	"bytes"
	"errors"
	"slices"

	"untag/cmd/untag/internal/exit"
	"untag/platform/apply"
	"untag/platform/output"
)

// Record is a report in JSON in a file, beside another report. A nil Record does nothing.
type Record struct {
	json *JSON
	file *output.File
}

// NewRecord makes the file, which must not lie in a folder among reported, and takes away
// the report of an earlier run: it would stand for this one, should that be killed.
func NewRecord(path string, opt Options, reported []string) (*Record, error) {
	f, err := output.Create(path, isReport, reported)
	if err != nil {
		return nil, err
	}
	if err := f.Displace(); err != nil {
		f.Discard()
		return nil, err
	}
	r := &Record{newJSON(f, opt), f}
	return r, r.json.Begin()
}

// isReport knows a report by its first line.
func isReport(head []byte) bool {
	return slices.ContainsFunc([]string{`{"run":`, `{"path":`, `{"totals":`, `{"error":`}, func(begins string) bool {
		return bytes.HasPrefix(head, []byte(begins))
	})
}

// File writes down a file.
func (r *Record) File(o apply.Outcome) error {
	if r == nil {
		return nil
	}
	return r.json.File(o)
}

// Error writes down what concerns no single file.
func (r *Record) Error(msg, hint string) error {
	if r == nil {
		return nil
	}
	return r.json.Error(msg, hint)
}

// End makes the report whole and gives it its name; that of a run which was interrupted
// keeps the one it has.
func (r *Record) End(t *Totals, code exit.Code) error {
	if r == nil {
		return nil
	}
	if err := r.json.End(t, code); err != nil || t.Interrupted {
		return errors.Join(err, r.file.Close())
	}
	return r.file.Keep()
}

// Discard removes a report that has nothing to tell.
func (r *Record) Discard() {
	if r != nil {
		r.file.Discard()
	}
}
