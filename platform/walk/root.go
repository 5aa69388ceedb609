package walk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// What can be wrong with a name that was found or given.
var (
	// ErrNotFile: it is neither a regular file nor a folder.
	ErrNotFile = errors.New("is not a regular file")
	// ErrDeep: more folders in each other than any drive in use has.
	ErrDeep = fmt.Errorf("lies more than %d folders deep", maxDepth)
	// ErrLoop: a damaged or made-up file system in which a folder contains itself.
	ErrLoop = errors.New("is a folder that contains itself")
	// ErrMount: another drive is mounted there, which is a root of its own.
	ErrMount = errors.New("is another drive, and was left out")
	// ErrLink: a symbolic link, which is not followed.
	ErrLink = errors.New("is a symbolic link, and was not followed")
	// ErrExcluded, ErrExcludedFolder: whoever asked wants it left out; see [Choice].
	ErrExcluded       = errors.New("is excluded")
	ErrExcludedFolder = errors.New("is a folder that is excluded, with all that is in it")
	// ErrOlder: it has not changed since the time that was given; see [Choice].
	ErrOlder = errors.New("has not changed since")
	// ErrNeither: what was given to [Open] is a device, a FIFO or a socket.
	ErrNeither = errors.New("is neither a regular file nor a folder")
)

const (
	maxDepth = 1024
	maxPath  = 64 << 10 // bytes of a path beneath the root
)

// Root is a file or folder that a person named, held open.
type Root struct {
	path string
	dir  *Folder // the folder, or the one that holds the file
	name string  // the file's name in dir; "" for a folder
}

// Open opens the file or folder at path. If path is a symbolic link it is
// followed, since it was asked for by name; nothing beneath it ever is.
func Open(path string) (*Root, error) {
	r, err := open(path)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: bare(err)}
	}
	return r, nil
}

// bare takes off the operation and path that the os package adds.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func open(path string) (*Root, error) {
	// O_PATH, since opening a device or a FIFO for reading can do things.
	fd, err := again(func() (int, error) { return unix.Open(path, unix.O_PATH|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return nil, err
	}
	switch st.Mode & unix.S_IFMT {
	case unix.S_IFDIR:
		return openFolder(fd, path)
	case unix.S_IFREG:
		return openFile(path, st)
	}
	return nil, ErrNeither
}

func openFolder(fd int, path string) (*Root, error) {
	dir, err := again(func() (int, error) { return unix.Openat(fd, ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	f, err := newFolder(dir, path)
	if err != nil {
		return nil, err
	}
	return &Root{path: path, dir: f}, nil
}

// openFile opens the folder that holds the file, from which the file is opened
// later, as all others are.
func openFile(path string, want unix.Stat_t) (*Root, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	parent, name := filepath.Split(filepath.Clean(real))
	if parent == "" {
		parent = "."
	}
	dir, err := again(func() (int, error) { return unix.Open(parent, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
	if errors.Is(err, unix.EACCES) {
		// A folder that may be passed and not listed.
		dir, err = again(func() (int, error) { return unix.Open(parent, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
	}
	if err != nil {
		return nil, err
	}
	f, err := newFolder(dir, "")
	if err != nil {
		return nil, err
	}
	f.mount = nil // a single file may be a mount point of its own, as in containers
	st, err := f.Stat(name)
	if err == nil && (st.Dev != want.Dev || st.Ino != want.Ino) {
		err = unix.ESTALE
	}
	if err != nil {
		f.release()
		return nil, err
	}
	return &Root{path: path, dir: f, name: name}, nil
}

// Path is the root as it was given to [Open].
func (r *Root) Path() string { return r.path }

// IsFile tells whether the root is a single file.
func (r *Root) IsFile() bool { return r.name != "" }

// Close lets go of the root. Entries that are held stay good.
func (r *Root) Close() error {
	r.dir.release()
	return nil
}

// Entry finds the file at rel, a path beneath the root, without walking. The
// caller releases it.
func (r *Root) Entry(rel string) (*Entry, error) {
	if !filepath.IsLocal(rel) || r.IsFile() {
		return nil, &fs.PathError{Op: "open", Path: rel, Err: fs.ErrInvalid}
	}
	rel = filepath.Clean(rel)
	dir := r.dir.hold()
	for {
		first, rest, more := cutPath(rel)
		if !more {
			return dir.Entry(first), nil
		}
		next, err := dir.sub(first)
		dir.release()
		if err != nil {
			return nil, &fs.PathError{Op: "open", Path: rel, Err: err}
		}
		dir, rel = next, rest
	}
}

func cutPath(p string) (first, rest string, more bool) {
	for i := range len(p) {
		if p[i] == os.PathSeparator {
			return p[:i], p[i+1:], true
		}
	}
	return p, "", false
}
