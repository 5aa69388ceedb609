package walk

import (
	"errors"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Folder is an open folder on the way from a root to its files. All names that
// its methods take are single names in it.
type Folder struct {
	fd    int
	refs  atomic.Int32
	path  string // as people see it
	rel   string // beneath the root; "" for the root itself
	dev   uint64 // with ino, to notice a folder that contains itself
	ino   uint64
	up    *Folder  // nil in the root
	depth int      // 0 in the root
	mount *mountID // where everything has to lie; nil where that does not matter
}

// newFolder takes over fd.
func newFolder(fd int, path string) (*Folder, error) {
	f := &Folder{fd: fd, path: path}
	f.refs.Store(1)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return nil, err
	}
	f.dev, f.ino = st.Dev, st.Ino
	m, err := mountOf(fd)
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	f.mount = &m
	return f, nil
}

// sub opens the folder name in f.
func (f *Folder) sub(name string) (*Folder, error) {
	if f.depth+1 >= maxDepth || len(f.rel)+len(name) >= maxPath {
		return nil, ErrDeep
	}
	fd, err := openat(f.fd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NONBLOCK, 0, f.mount)
	if err != nil {
		return nil, err
	}
	s := &Folder{fd: fd, path: f.join(name), rel: f.relJoin(name), up: f, depth: f.depth + 1, mount: f.mount}
	s.refs.Store(1)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return nil, err
	}
	s.dev, s.ino = st.Dev, st.Ino
	for up := f; up != nil; up = up.up {
		if up.dev == s.dev && up.ino == s.ino {
			unix.Close(fd)
			return nil, ErrLoop
		}
	}
	return s, nil
}

// again opens the folder a second time: whoever lists it moves a position that
// all users of one descriptor share.
func (f *Folder) again() (*Folder, error) {
	fd, err := again(func() (int, error) {
		return unix.Openat(f.fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, err
	}
	s := &Folder{fd: fd, path: f.path, rel: f.rel, dev: f.dev, ino: f.ino, up: f.up, depth: f.depth, mount: f.mount}
	s.refs.Store(1)
	return s, nil
}

func (f *Folder) hold() *Folder { f.refs.Add(1); return f }

func (f *Folder) release() {
	if f.refs.Add(-1) == 0 {
		unix.Close(f.fd)
	}
}

// join returns the path of name as people see it.
func (f *Folder) join(name string) string {
	if f.path == "" || f.path[len(f.path)-1] == '/' {
		return f.path + name
	}
	return f.path + "/" + name
}

func (f *Folder) relJoin(name string) string {
	if f.rel == "" {
		return name
	}
	return f.rel + "/" + name
}

// Stat tells what name is, without following it if it is a link.
func (f *Folder) Stat(name string) (unix.Stat_t, error) {
	var st unix.Stat_t
	err := unix.Fstatat(f.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW)
	return st, err
}

// Open opens the regular file name with the given flags, O_RDONLY or O_RDWR and
// O_NOATIME, and tells what was opened. It waits for nobody: a file that is
// held by a lease gives EAGAIN.
func (f *Folder) Open(name string, flags int) (*os.File, unix.Stat_t, error) {
	var st unix.Stat_t
	fd, err := openat(f.fd, name, flags|unix.O_NONBLOCK, 0, f.mount)
	if errors.Is(err, unix.EPERM) && flags&unix.O_NOATIME != 0 {
		// Only the owner may read without leaving a trace.
		flags &^= unix.O_NOATIME
		fd, err = openat(f.fd, name, flags|unix.O_NONBLOCK, 0, f.mount)
	}
	if err != nil {
		return nil, st, err
	}
	if err := unix.Fstat(fd, &st); err != nil {
		unix.Close(fd)
		return nil, st, err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG {
		unix.Close(fd)
		return nil, st, ErrNotFile
	}
	// Not waiting was for the opening. FUSE would hand the flag on.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, flags&unix.O_NOATIME); err != nil {
		unix.Close(fd)
		return nil, st, err
	}
	return os.NewFile(uintptr(fd), f.join(name)), st, nil
}

// Create makes the file name, which must not exist, for reading and writing. What
// others may do with it is up to perm and the umask.
func (f *Folder) Create(name string, perm uint32) (*os.File, error) {
	fd, err := openat(f.fd, name, unix.O_RDWR|unix.O_CREAT|unix.O_EXCL, perm, f.mount)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.join(name)), nil
}

// Rename gives the file old the name new. Flags are those of renameat2; without
// any, a file of the name new is replaced.
func (f *Folder) Rename(old, new string, flags uint) error {
	return unix.Renameat2(f.fd, old, f.fd, new, flags)
}

// Remove takes the name of a file away.
func (f *Folder) Remove(name string) error { return unix.Unlinkat(f.fd, name, 0) }

// Sync waits until the folder's entries are on the drive.
func (f *Folder) Sync() error { return unix.Fsync(f.fd) }
