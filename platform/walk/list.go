package walk

import "golang.org/x/sys/unix"

// Stat tells what the root is.
func (r *Root) Stat() (unix.Stat_t, error) {
	var st unix.Stat_t
	err := unix.Fstat(r.dir.fd, &st)
	return st, err
}

// List yields the regular files and the folders in the folder at rel, "" being
// the root, and doesn't go down. It is for who can't hold a walk open: nothing
// is open once it has returned. What is yielded is good until found returns.
func (r *Root) List(rel string, found func(e *Entry, folder bool)) error {
	dir, err := r.folder(rel)
	if err != nil {
		return err
	}
	defer dir.release()
	list := listing{fd: dir.fd}
	for {
		at, ok, err := list.next()
		if err != nil || !ok {
			return err
		}
		name, kind := string(at.name), at.kind
		if kind == unix.DT_UNKNOWN {
			st, err := dir.Stat(name)
			switch {
			case err == nil:
				kind = kindOf(&st)
			case err != unix.ENOENT:
				kind = unix.DT_REG // whoever looks at it meets the same error, and tells
			}
		}
		if kind == unix.DT_DIR || kind == unix.DT_REG {
			found(dir.Entry(name), kind == unix.DT_DIR)
		}
	}
}

// Find returns the first name in the folder that is the right one, "" if none is.
func (f *Folder) Find(right func(name string) bool) (string, error) {
	dir, err := f.again()
	if err != nil {
		return "", err
	}
	defer dir.release()
	for list := (listing{fd: dir.fd}); ; {
		at, ok, err := list.next()
		if err != nil || !ok {
			return "", err
		}
		if name := string(at.name); right(name) {
			return name, nil
		}
	}
}

// folder opens the folder at rel for listing.
func (r *Root) folder(rel string) (*Folder, error) {
	if rel == "" {
		return r.dir.again()
	}
	e, err := r.Entry(rel)
	if err != nil {
		return nil, bare(err)
	}
	defer e.Release()
	return e.dir.sub(e.Name)
}
