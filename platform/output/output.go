// Package output makes the files that reports go to. Until it is whole, such a file is
// called NAME.*.part: what was killed leaves that behind, and takes the place of nothing.
// It replaces nothing but what its program made earlier, lies in nothing that it tells of,
// and only its owner may read it.
package output

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

var (
	// ErrInside refuses to put a report into what it reports on, where it would travel along.
	ErrInside = errors.New("the report would be inside what it reports on")
	// ErrTaken refuses to replace what is no report.
	ErrTaken = errors.New("there is something else of that name")
)

// File is one that is being written. [File.Keep] makes it whole, [File.Discard] leaves
// nothing behind, and [File.Close] leaves it as it is.
type File struct {
	*os.File
	path string
	kept bool
}

// Create makes room for a file at path. What is there must be empty, or ours by its first
// bytes, 1024 at the most; it stays until Keep or [File.Displace]. reported are the files
// and folders that it will tell of.
func Create(path string, ours func(head []byte) bool, reported []string) (*File, error) {
	folder, name := filepath.Dir(path), filepath.Base(path)
	if Inside(folder, reported) {
		return nil, ErrInside
	}
	if err := replaceable(path, ours); err != nil {
		return nil, err
	}
	temp, err := os.CreateTemp(folder, name+".*.part") // 0600
	if err != nil {
		return nil, err
	}
	return &File{File: temp, path: path}, nil
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

// replaceable returns an error if there is something at path that is not ours.
func replaceable(path string, ours func([]byte) bool) error {
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
	n, _ := io.ReadFull(f, head) // what can't be read is not ours
	if st.Size() > 0 && !ours(head[:n]) {
		return ErrTaken
	}
	return nil
}

// Displace takes away what is at the path now, so that it can't be taken for this file
// should that never become whole.
func (f *File) Displace() error {
	if err := os.Remove(f.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Keep gives the file its name, once all of it is on the drive.
func (f *File) Keep() error {
	err := errors.Join(f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), f.path)
	}
	f.kept = err == nil
	return err
}

// Discard removes the file, unless it was kept.
func (f *File) Discard() {
	if f != nil && !f.kept {
		f.Close()
		os.Remove(f.Name())
	}
}
