package walk

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// Choice says which of the files beneath a root are meant. The zero value is all of them.
type Choice struct {
	Shard Shard
	// Exclude tells whether the file or folder at rel, its path beneath the root, is left
	// out; a folder with all that is in it. nil leaves out nothing.
	Exclude func(rel string, folder bool) bool
	// Since leaves out files that have not changed since then, as far as their file system
	// knows; see [Changed]. Zero leaves out none.
	Since time.Time
}

func (c *Choice) excludes(rel string, folder bool) bool {
	return c.Exclude != nil && c.Exclude(rel, folder)
}

// leaves returns why the file is left out, nil if it is not. What an interrupted run left may
// be an old file with all that was to go: it is left out only if the file is for whose place
// it stands, however old it is.
func (c *Choice) leaves(e *Entry) error {
	rel := e.Rel
	t, temp := e.Temp()
	if temp && !t.Copy {
		rel = e.owner()
	}
	switch {
	case c.excludes(rel, false):
		return ErrExcluded
	case temp || c.Since.IsZero():
		return nil
	}
	// What can't be asked is for whoever opens it to report.
	if at, err := e.Changed(); err == nil && at.Before(c.Since) {
		return ErrOlder
	}
	return nil
}

// Changed is the last of all times that the file system keeps of the file, but for that
// of reading: of its bytes (mtime), of its names, owner and permissions (ctime), and of
// its making (btime). Copying with times kept sets the first to what it was elsewhere;
// the second can't be set. FAT and exFAT know the first and the last only.
func (e *Entry) Changed() (time.Time, error) {
	var x unix.Statx_t
	err := unix.Statx(e.dir.fd, e.Name, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_MTIME|unix.STATX_CTIME|unix.STATX_BTIME, &x)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EPERM) { // old kernels, and some containers
		return e.changedPlain()
	}
	last := time.Time{}
	for _, t := range []struct {
		known uint32
		at    unix.StatxTimestamp
	}{{unix.STATX_MTIME, x.Mtime}, {unix.STATX_CTIME, x.Ctime}, {unix.STATX_BTIME, x.Btime}} {
		if at := time.Unix(t.at.Sec, int64(t.at.Nsec)); x.Mask&t.known != 0 && at.After(last) {
			last = at
		}
	}
	return last, err
}

func (e *Entry) changedPlain() (time.Time, error) {
	st, err := e.Stat()
	at := time.Unix(st.Mtim.Unix())
	if c := time.Unix(st.Ctim.Unix()); c.After(at) {
		at = c
	}
	return at, err
}

// Left tells whether err says that something was left out on purpose, be it as a link or
// by a [Choice].
func Left(err error) bool {
	return errors.Is(err, ErrLink) || errors.Is(err, ErrExcluded) || errors.Is(err, ErrExcludedFolder) || errors.Is(err, ErrOlder)
}
