package report

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"untag/cmd/untag/internal/exit"
	"untag/platform/apply"
	"untag/platform/page"
)

// Record is a report in JSON in a file, beside another report. Until it is whole, the file
// is called NAME.*.part: what was killed leaves that behind, and what is tried again takes
// the place of no whole report before it is whole itself. A nil Record does nothing.
type Record struct {
	json *JSON
	file *os.File
	path string
}

// NewRecord makes the file, which only its owner may read. It must not lie in a folder
// among reported, and replaces nothing but a report.
func NewRecord(path string, opt Options, reported []string) (*Record, error) {
	folder, name := filepath.Split(path)
	if folder == "" {
		folder = "."
	}
	if page.Inside(folder, reported) {
		return nil, page.ErrInside
	}
	if err := replaceable(path); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(folder, name+".*.part")
	if err != nil {
		return nil, err
	}
	r := &Record{newJSON(f, opt), f, path}
	return r, r.json.Begin()
}

// replaceable returns an error if there is something at path that is no report.
func replaceable(path string) error {
	st, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return page.ErrTaken
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 16)
	n, _ := io.ReadFull(f, head) // what can't be read is no report
	for _, begins := range []string{`{"run":`, `{"path":`, `{"totals":`, `{"error":`} {
		if bytes.HasPrefix(head[:n], []byte(begins)) {
			return nil
		}
	}
	if n == 0 {
		return nil
	}
	return page.ErrTaken
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
	err := errors.Join(r.json.End(t, code), r.file.Sync(), r.file.Close())
	if err == nil && !t.Interrupted {
		err = os.Rename(r.file.Name(), r.path)
	}
	return err
}
