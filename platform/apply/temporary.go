package apply

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
)

// create makes a temporary file, which is locked: no other run takes it for a leftover then.
func (r *run) create(dir *walk.Folder, name string, perm uint32) (*os.File, error) {
	f, err := dir.Create(name, perm)
	if err != nil {
		return nil, explain("making the copy", err)
	}
	// Before the lock, another run may have taken it for one, and removed it.
	if err = explain("locking the copy", lock(f)); err == nil {
		err = leads(dir, name, f)
	}
	if err == nil {
		return f, nil
	}
	if !errors.Is(err, ErrInUse) {
		r.discardTemporary(dir, name, f)
	}
	f.Close()
	return nil, err
}

// discardTemporary removes a temporary file, if it is still the one that f is.
func (r *run) discardTemporary(dir *walk.Folder, name string, f *os.File) {
	if leads(dir, name, f) == nil {
		r.opt.kernel.remove(dir, name) // else a later run does it
	}
}

// leads returns an error unless the name leads to the file f.
func leads(dir *walk.Folder, name string, f *os.File) error {
	var is unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &is); err != nil {
		return explain("looking", err)
	}
	st, err := dir.Stat(name)
	if err != nil {
		return explain("looking", err)
	}
	if inodeOf(&st) != inodeOf(&is) {
		return ErrChanged
	}
	return nil
}

// lock tells other runs that the file is being worked on. On an SMB share it would keep
// everybody from reading the file, ourselves included: there, two runs on the same
// files may take a copy from each other, and one of them fails.
func lock(f *os.File) error {
	if fromServer(f) {
		return nil
	}
	return restart(func() error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) })
}
