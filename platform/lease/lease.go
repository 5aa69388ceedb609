// Package lease asks by a lease (F_SETLEASE in fcntl(2)) whether a file is open elsewhere.
package lease

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// Kind is what nobody else may have the file open for.
type Kind int

const (
	Writing  Kind = unix.F_RDLCK // or have mapped for it; the file is open for reading only
	Anything Kind = unix.F_WRLCK
)

// Take returns nil if nobody has the file open, and makes whoever opens it wait from then
// on; [unix.EAGAIN] if somebody has; and any other error where it can't be asked: by who
// does not own the file, and on some file systems.
//
// A process of ours that is being started is nobody: until it is itself it has all that was
// open when it began, on a busy machine for a second. Of what is closed before Take, only the
// kernel has it a little longer.
func Take(f *os.File, k Kind) error {
	syscall.ForkLock.RLock() // around nothing that could wait for a drive, or no process starts
	defer syscall.ForkLock.RUnlock()
	_, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, int(k))
	if err == unix.EBUSY {
		return unix.EAGAIN
	}
	return err
}

// GiveBack lets others open the file again. So does closing it.
func GiveBack(f *os.File) error {
	_, err := unix.FcntlInt(f.Fd(), unix.F_SETLEASE, unix.F_UNLCK)
	return err
}
