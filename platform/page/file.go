package page

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

var (
	// ErrInside refuses to put a page into what it reports on, where it would travel along.
	ErrInside = errors.New("the report would lie in what it reports on")
	// ErrTaken refuses to replace what is no page.
	ErrTaken = errors.New("there is something else of that name")
)

// Output is a file that a page will be in. Nobody but its owner may read it.
type Output struct {
	temp *os.File
	path string
	done bool
}

// Create makes room for a page at path, which must be a page if it is there at all, and
// must not lie in a folder among reported. Then [Output.Keep] or [Output.Discard] it.
func Create(path string, reported []string) (*Output, error) {
	folder := filepath.Dir(path)
	if Inside(folder, reported) {
		return nil, ErrInside
	}
	if err := replaceable(path); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(folder, ".untag-report-*") // 0600
	if err != nil {
		return nil, err
	}
	return &Output{temp: temp, path: path}, nil
}

// Inside tells whether the folder is one of others, or lies in one, whatever the links.
func Inside(folder string, others []string) bool {
	at, err := filepath.EvalSymlinks(folder)
	if err == nil {
		at, err = filepath.Abs(at)
	}
	for err == nil {
		var here fs.FileInfo
		if here, err = os.Stat(at); err != nil {
			break
		}
		for _, o := range others {
			if there, err := os.Stat(o); err == nil && os.SameFile(here, there) {
				return true
			}
		}
		if at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	return false
}

// replaceable returns an error if there is something at path that is no page.
func replaceable(path string) error {
	st, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if !st.Mode().IsRegular() {
		return ErrTaken
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, 1024)
	n, _ := f.Read(head) // what can't be read is no page
	if n > 0 && !bytes.Contains(head[:n], []byte(`<meta name="generator" content="untag`)) {
		return ErrTaken
	}
	return nil
}

// Keep writes the page and gives the file its name.
func (o *Output) Keep(p *Page) error {
	o.done = true
	w := bufio.NewWriterSize(o.temp, 1<<16)
	err := p.Write(w)
	if err == nil {
		err = w.Flush()
	}
	if err == nil {
		err = o.temp.Sync()
	}
	if err = errors.Join(err, o.temp.Close()); err == nil {
		err = os.Rename(o.temp.Name(), o.path)
	}
	if err != nil {
		os.Remove(o.temp.Name())
	}
	return err
}

// Discard leaves nothing behind, unless it was kept.
func (o *Output) Discard() {
	if o != nil && !o.done {
		o.temp.Close()
		os.Remove(o.temp.Name())
	}
}
