package station

import (
	"errors"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/drive"
	"untag/platform/walk"
)

// errElsewhere means that what is at the mount point is not the drive: it was
// unmounted, and what shows is the folder below it.
var errElsewhere = errors.New("the drive is not at its mount point")

// place is where the drive is.
type place struct {
	drive    drive.Drive
	known    bool
	dev, ino uint64 // of its root, once known
}

// open opens the root of the drive, and nothing else.
func (p *place) open() (*walk.Root, error) {
	root, err := walk.Open(p.drive.MountPoint)
	if err != nil {
		return nil, err
	}
	st, err := root.Stat()
	if err == nil && !p.holds(&st) {
		err = errElsewhere
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	p.known, p.dev, p.ino = true, st.Dev, st.Ino
	return root, nil
}

func (p *place) holds(st *unix.Stat_t) bool {
	switch {
	case p.known:
		return st.Dev == p.dev && st.Ino == p.ino
	case p.folder():
		return true
	case unix.Major(st.Dev) == 0: // btrfs: no file has the number of the device
		var above unix.Stat_t
		err := unix.Stat(filepath.Dir(p.drive.MountPoint), &above)
		return err == nil && above.Dev != st.Dev
	}
	return st.Dev == unix.Mkdev(p.drive.Major, p.drive.Minor)
}

// folder tells whether a plain folder stands in for a drive.
func (p *place) folder() bool { return p.drive.Device == "" }

// cantOpen decides what it means that the drive can't be opened.
func (q *queue) cantOpen(err error) {
	gone := errors.Is(err, errElsewhere) || errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR)
	switch {
	case gone && q.place.folder():
		q.cancel()
	case gone && !q.leaves():
		q.stick(NotThere)
	case gone:
	case errors.Is(err, unix.EACCES), errors.Is(err, unix.EPERM):
		q.stick(NoAccess)
	default:
		q.stick(NoAnswer)
	}
}

// grace is how long the word of an unmounting may take to arrive.
const grace = time.Second

// leaves tells whether the drive turns out to have been unmounted.
func (q *queue) leaves() bool {
	select {
	case <-q.ctx.Done():
		return true
	case <-time.After(grace):
		return false
	}
}
