package walk

import (
	"errors"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Make is [Root.Entry], and makes the folders on the way to it that are not there.
func (r *Root) Make(rel string) (*Entry, error) {
	if !filepath.IsLocal(rel) || r.IsFile() {
		return nil, unix.EINVAL
	}
	dir := r.dir.hold()
	for rel = filepath.Clean(rel); ; {
		first, rest, more := cutPath(rel)
		if !more {
			return dir.Entry(first), nil
		}
		next, err := dir.sub(first)
		if errors.Is(err, unix.ENOENT) {
			if err = unix.Mkdirat(dir.fd, first, 0o777); err == nil || errors.Is(err, unix.EEXIST) {
				next, err = dir.sub(first)
			}
		}
		dir.release()
		if err != nil {
			return nil, err
		}
		dir, rel = next, rest
	}
}

// Within tells whether the folder other is r or lies somewhere beneath it. A single
// file holds nothing.
func (r *Root) Within(other *Root) (bool, error) {
	if r.IsFile() {
		return false, nil
	}
	at, err := other.dir.again()
	if err != nil {
		return false, err
	}
	for range maxDepth {
		if at.dev == r.dir.dev && at.ino == r.dir.ino {
			at.release()
			return true, nil
		}
		fd, err := again(func() (int, error) { return unix.Openat(at.fd, "..", unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
		if err != nil {
			at.release()
			return false, err
		}
		up, err := newFolder(fd, "")
		top := err == nil && up.dev == at.dev && up.ino == at.ino
		at.release()
		if err != nil {
			return false, err
		}
		if at = up; top {
			break
		}
	}
	at.release()
	return false, nil
}

// Top is the path of the root that the entry was found beneath.
func (e *Entry) Top() string {
	top := e.dir
	for top.up != nil {
		top = top.up
	}
	return top.path
}

// Free is how many bytes the file system of the root has left for this user.
func (r *Root) Free() (int64, error) { return Free(r.dir.fd) }

// Free is how many bytes the file system of what fd has open has left for this user.
func Free(fd int) (int64, error) {
	var st unix.Statfs_t
	_, err := again(func() (int, error) { return 0, unix.Fstatfs(fd, &st) })
	return int64(st.Bavail) * int64(st.Bsize), err
}
