package apply

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// spoolInMemory is how much of a stream is kept in memory, in bytes.
const spoolInMemory = 64 << 20

// spool is a stream laid down where it can be read back and forth.
type spool struct {
	*os.File
	onDisk bool
}

// newSpool takes in all of the stream: a short one in memory, a long one in a
// file without a name where temporary files are kept.
func newSpool(ctx context.Context, in io.Reader) (*spool, error) {
	fd, err := unix.MemfdCreate("untag", unix.MFD_CLOEXEC)
	if err != nil {
		return nil, explain("taking in the stream", err)
	}
	s := &spool{File: os.NewFile(uintptr(fd), "-")}
	if err := s.take(ctx, in); err != nil {
		s.discard()
		return nil, err
	}
	return s, nil
}

func (s *spool) take(ctx context.Context, in io.Reader) error {
	piped := untilStopped(ctx, in)
	defer piped.Close()
	in = piped
	n, err := io.Copy(s, io.LimitReader(in, spoolInMemory))
	if err != nil || n < spoolInMemory {
		return takingIn(ctx, err)
	}
	disk, err := unnamed()
	if err != nil {
		return noRoom(err)
	}
	memory := s.File
	defer memory.Close()
	s.File, s.onDisk = disk, true
	if _, err := io.Copy(s, io.NewSectionReader(memory, 0, n)); err != nil {
		return noRoom(err)
	}
	if _, err = io.Copy(s, in); errors.Is(err, unix.ENOSPC) {
		return noRoom(err)
	}
	return takingIn(ctx, err)
}

// noRoom says that a long stream can't be kept where temporary files are.
func noRoom(err error) error {
	var p *fs.PathError // its path tells no more
	if errors.As(err, &p) {
		err = p.Err
	}
	return fmt.Errorf("%w in %s: %w", ErrTemp, os.TempDir(), err)
}

func takingIn(ctx context.Context, err error) error {
	if stopped(ctx, err) {
		return err
	}
	return explain("taking in the stream", err)
}

// unnamed makes a file that vanishes with its last descriptor.
func unnamed() (*os.File, error) {
	dir := os.TempDir()
	if fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_RDWR|unix.O_EXCL|unix.O_CLOEXEC, 0o600); err == nil {
		return os.NewFile(uintptr(fd), "-"), nil
	}
	f, err := os.CreateTemp(dir, ".untag-stream-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// discard lets go of a spool whose medium was not cleaned. What lies on a disk
// is overwritten: this computer is not to keep what the stream gave away.
func (s *spool) discard() {
	defer s.Close()
	end, err := s.Seek(0, io.SeekEnd)
	if !s.onDisk || err != nil {
		return
	}
	zeros := make([]byte, maxWrite)
	for at := int64(0); at < end; at += maxWrite {
		if _, err := s.WriteAt(zeros[:min(maxWrite, end-at)], at); err != nil {
			break
		}
	}
	s.Sync()
}

// untilStopped reads src until ctx ends, even while src keeps it waiting.
func untilStopped(ctx context.Context, src io.Reader) *io.PipeReader {
	r, w := io.Pipe()
	go func() {
		_, err := io.Copy(w, src)
		w.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { w.CloseWithError(context.Cause(ctx)) })
	return r
}
