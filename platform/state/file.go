package state

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"
)

// Why a state can't be used. The error of [Open] is one of these, or the system's.
var (
	ErrInUse   = errors.New("is in use by another untag")
	ErrLink    = errors.New("is a symbolic link")
	ErrOwner   = errors.New("belongs to somebody else")
	ErrWriters = errors.New("may be written by others")
	ErrForeign = errors.New("is no state of untag")
)

// errDamaged is for what bbolt stumbles over.
var errDamaged = errors.New("damaged")

// openFile opens the state at path, or makes it, if there is nobody else who could
// have written it.
func openFile(path string, flag int, perm os.FileMode) (*os.File, error) {
	f, err := os.OpenFile(path, flag|unix.O_NOFOLLOW|unix.O_NONBLOCK, perm)
	if errors.Is(err, unix.ELOOP) {
		return nil, ErrLink
	}
	if err != nil {
		return nil, err
	}
	if err := acceptable(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func acceptable(f *os.File) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return err
	}
	switch {
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return ErrForeign
	case int(st.Uid) != os.Geteuid():
		return ErrOwner
	case st.Mode&0o022 != 0:
		return ErrWriters
	case st.Mode&0o055 != 0:
		if err := f.Chmod(0o600); err != nil {
			return err
		}
	}
	return looksOurs(f, st.Size)
}

// magic stands 16 bytes into the first two pages of every file of bbolt.
var magic = []byte{0xed, 0xda, 0x0c, 0xed}

// looksOurs returns an error if the file is something that somebody else would miss.
func looksOurs(f *os.File, size int64) error {
	head := make([]byte, 1<<17) // two pages, of 64 KiB at the most
	n, err := f.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	head = head[:n]
	if size == 0 || len(bytes.Trim(head, "\x00")) == 0 { // made, and then the power went
		return nil
	}
	for page := 0; page+20 <= len(head); page += 1024 {
		if at := head[page+16:][:4]; bytes.Equal(at, magic) || bytes.Equal(at, []byte{magic[3], magic[2], magic[1], magic[0]}) {
			return nil
		}
	}
	return ErrForeign
}

// openDB opens the file at path as a database. An error that is errDamaged says that
// it was one.
func openDB(path string) (db *bbolt.DB, err error) {
	var file *os.File
	opt := &bbolt.Options{
		Timeout:         time.Second,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: 64 << 20,
		NoStatistics:    true,
		OpenFile: func(path string, flag int, perm os.FileMode) (_ *os.File, err error) {
			file, err = openFile(path, flag, perm)
			return file, err
		},
	}
	err = guard(func() (err error) {
		db, err = bbolt.Open(path, 0o600, opt)
		return err
	})
	if err != nil {
		err = meaning(err)
		if file != nil {
			file.Close() // after a panic it still has the lock
		}
		return nil, err
	}
	db.AllocSize = 1 << 20 // by which the file grows
	if err := guard(func() error { return db.View(func(tx *bbolt.Tx) error { return whole(tx, file) }) }); err != nil {
		return db, err
	}
	return db, nil
}

// meaning tells what an error of opening says of the state: what neither the system nor
// we say, bbolt says of what it found in the file.
func meaning(err error) error {
	var system unix.Errno
	switch {
	case errors.Is(err, berrors.ErrTimeout):
		return ErrInUse
	case errors.As(err, &system), errors.Is(err, errDamaged):
		return err
	}
	for _, ours := range []error{ErrLink, ErrOwner, ErrWriters, ErrForeign} {
		if errors.Is(err, ours) {
			return err
		}
	}
	return fmt.Errorf("%w: %w", errDamaged, err)
}

// whole returns an error if the file ends before the database does. To read
// there would be a fault.
func whole(tx *bbolt.Tx, f *os.File) error {
	st, err := f.Stat()
	if err == nil && st.Size() < tx.Size() {
		err = fmt.Errorf("%w: it is cut short", errDamaged)
	}
	return err
}

// guard calls f, and has whatever goes wrong in it mean that the database is damaged:
// bbolt panics where its pages contradict each other, and reads the file as
// memory, where an error of the drive is a fault.
func guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errDamaged, p)
		}
	}()
	return f()
}

// setAside gives the damaged file at path another name: it may be of another program.
func setAside(path string) error { return os.Rename(path, path+".damaged") }
