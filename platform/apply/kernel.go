package apply

import (
	"os"

	"golang.org/x/sys/unix"

	"untag/platform/lease"
	"untag/platform/walk"
)

// kernel is what changing files asks of the system: everything that a power cut
// or a failing drive could come between. Tests count, fail and stop here.
type kernel interface {
	writeAt(f *os.File, p []byte, off int64) (int, error)
	copyRange(to, from *os.File, off, n int64) (int64, error)
	truncate(f *os.File, size int64) error
	datasync(f *os.File) error
	sync(f *os.File) error
	syncfs(f *os.File) error
	await(f *os.File) error
	setTimes(f *os.File, t times) error
	lease(f *os.File) error
	unlease(f *os.File) error
	rename(d *walk.Folder, old, new string, flags uint) error
	remove(d *walk.Folder, name string) error
	syncFolder(d *walk.Folder) error
	fromServer(f *os.File) bool
}

type linux struct{}

func (linux) writeAt(f *os.File, p []byte, off int64) (int, error) { return f.WriteAt(p, off) }
func (linux) copyRange(to, from *os.File, off, n int64) (int64, error) {
	in, out := off, off
	var done int
	err := restart(func() (err error) {
		done, err = unix.CopyFileRange(int(from.Fd()), &in, int(to.Fd()), &out, int(n), 0)
		return err
	})
	return int64(max(done, 0)), err
}

func (linux) truncate(f *os.File, size int64) error { return f.Truncate(size) }
func (linux) datasync(f *os.File) error {
	return restart(func() error { return unix.Fdatasync(int(f.Fd())) })
}
func (linux) sync(f *os.File) error { return f.Sync() }
func (linux) syncfs(f *os.File) error {
	return restart(func() error { return unix.Syncfs(int(f.Fd())) })
}

// await waits for what is on its way to the drive and reports errors that
// syncfs, before Linux 5.8, kept to itself and that nothing else assigns to a file.
func (linux) await(f *os.File) error {
	return restart(func() error {
		return unix.SyncFileRange(int(f.Fd()), 0, 0, unix.SYNC_FILE_RANGE_WAIT_BEFORE|unix.SYNC_FILE_RANGE_WRITE|unix.SYNC_FILE_RANGE_WAIT_AFTER)
	})
}

func (linux) lease(f *os.File) error   { return lease.Take(f, lease.Anything) }
func (linux) unlease(f *os.File) error { return lease.GiveBack(f) }

func (linux) rename(d *walk.Folder, old, new string, flags uint) error {
	return d.Rename(old, new, flags)
}
func (linux) remove(d *walk.Folder, name string) error { return d.Remove(name) }
func (linux) syncFolder(d *walk.Folder) error          { return d.Sync() }

func (linux) fromServer(f *os.File) bool { return fromServer(f) }

// restart calls f until no signal interrupts it.
func restart(f func() error) error {
	for {
		if err := f(); err != unix.EINTR {
			return err
		}
	}
}
