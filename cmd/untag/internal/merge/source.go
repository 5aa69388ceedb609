package merge

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"untag/platform/lang"
)

// longestLine is more than a line of a report ever takes, in bytes.
const longestLine = 8 << 20

// source is a file that holds reports, one after the other.
type source struct {
	*os.File
	name  string
	lines int
}

// open opens the file at path, or takes in what is read once only.
func open(path string, stdin io.Reader) (*source, error) {
	if path == "-" {
		f, isFile := stdin.(*os.File)
		if st, err := statOf(f); isFile && err == nil && st.Mode().IsRegular() {
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				return nil, err
			}
			return &source{File: f, name: path}, nil
		}
		return spooled(path, stdin)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, bare(err)
	}
	st, err := f.Stat()
	switch {
	case err != nil:
		return nil, errors.Join(bare(err), f.Close())
	case st.IsDir():
		return nil, errors.Join(errors.New(lang.T("it is a folder")), f.Close())
	case !st.Mode().IsRegular():
		defer f.Close()
		return spooled(path, f)
	}
	return &source{File: f, name: path}, nil
}

func statOf(f *os.File) (fs.FileInfo, error) {
	if f == nil {
		return nil, fs.ErrInvalid
	}
	return f.Stat()
}

// bare leaves out the path, which stands before the error already.
func bare(err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return at.Err
	}
	return err
}

// spooled lays down what comes through a pipe in a file without a name, since reports
// are read twice: which of them count is known at their ends.
func spooled(name string, r io.Reader) (*source, error) {
	f, err := os.CreateTemp("", ".untag-report-")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", os.TempDir(), bare(err))
	}
	if err = os.Remove(f.Name()); err == nil {
		_, err = io.Copy(f, r)
	}
	if err != nil {
		return nil, errors.Join(bare(err), f.Close())
	}
	return &source{File: f, name: name}, nil
}

// line is one of a source, without its end.
type line struct {
	number  int // from 1
	from    int64
	text    []byte // valid until the next
	tooLong bool
	torn    bool // the source ends in it
}

// each reads lines from an offset on, of which the first has the number given, until do
// returns false or an error.
func (s *source) each(ctx context.Context, from int64, number int, do func(line) (bool, error)) error {
	r := bufio.NewReaderSize(io.NewSectionReader(s, from, 1<<62), 1<<20)
	var held []byte
	for l := (line{number: number, from: from}); ; l.number++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := l.read(r, &held)
		if n == 0 && err != nil {
			return noEnd(err)
		}
		if more, err := do(l); err != nil || !more {
			return err
		}
		if err != nil {
			return noEnd(err)
		}
		l = line{number: l.number, from: l.from + n}
	}
}

func noEnd(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return bare(err)
}

// read takes in a line of n bytes, its end included, and of one that is too long nothing.
func (l *line) read(r *bufio.Reader, held *[]byte) (n int64, err error) {
	*held = (*held)[:0]
	for {
		part, err := r.ReadSlice('\n')
		n += int64(len(part))
		if err == nil && len(*held) == 0 && !l.tooLong {
			l.text = part[:len(part)-1]
			return n, nil
		}
		if l.tooLong = l.tooLong || len(*held)+len(part) > longestLine; !l.tooLong {
			*held = append(*held, part...)
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		l.torn = err != nil
		l.text = bytes.TrimSuffix(*held, []byte{'\n'})
		return n, err
	}
}
