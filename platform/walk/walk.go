package walk

import (
	"context"
	"errors"
	"iter"
	"os"

	"golang.org/x/sys/unix"
)

// Entry is a regular file that was found, or a folder that could not be read.
// It is good until the loop that yielded it goes on, or longer if it is held.
type Entry struct {
	Path string // as people see it: the root as given, and what is beneath
	Rel  string // beneath the root; what shards go by; "" for the root itself
	Name string // in its folder
	// Ino is the file's number as its folder tells it, 0 if it was not found by a walk.
	// Drives hold files of neighbouring numbers near each other.
	Ino uint64
	// Named tells that a person named the file itself, and not a folder that holds it.
	Named bool

	dir *Folder
}

// Entry is what stands at name in the folder, or would. It holds the folder as
// long as somebody else does.
func (f *Folder) Entry(name string) *Entry {
	return &Entry{Path: f.join(name), Rel: f.relJoin(name), Name: name, dir: f}
}

// Folder is where the entry lies. It is good as long as the entry is.
func (e *Entry) Folder() *Folder { return e.dir }

// Hold keeps the entry good until a Release for each Hold.
func (e *Entry) Hold() { e.dir.hold() }

// Release lets go of an entry that was held.
func (e *Entry) Release() { e.dir.release() }

// Open opens the file; see [Folder.Open].
func (e *Entry) Open(flags int) (*os.File, unix.Stat_t, error) { return e.dir.Open(e.Name, flags) }

// Stat tells what stands at the entry's name now.
func (e *Entry) Stat() (unix.Stat_t, error) { return e.dir.Stat(e.Name) }

// Temp tells whether the entry is a temporary file of this project.
func (e *Entry) Temp() (Temp, bool) { return ParseTemp(e.Name) }

// owner is the path by which the entry is in a shard: that of the file whose place it
// is to take, if it is a temporary file. So no shard meets those of another at work.
func (e *Entry) owner() string {
	if t, ok := e.Temp(); ok {
		return e.dir.relJoin(t.For)
	}
	return e.Rel
}

// Files yields the regular files beneath the root that are meant, in the order of their
// names, folder by folder (see [sorted]). A folder that can't be read, or is another
// drive, is yielded with the error, what is left out with why ([ErrLink] and others), and
// the walk goes on. Temporary files of this project are yielded too: see [Entry.Temp].
func (r *Root) Files(ctx context.Context, c Choice) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		if r.IsFile() {
			e := &Entry{Path: r.path, Rel: r.name, Name: r.name, Named: true, dir: r.dir}
			if c.Shard.Has(e.Rel) {
				yield(e, c.leaves(e))
			}
			return
		}
		top, err := r.dir.again()
		if err != nil {
			yield(&Entry{Path: r.path, dir: r.dir}, err)
			return
		}
		w := walker{ctx: ctx, Choice: c, yield: yield, page: make([]byte, readSize), room: maxNames}
		defer w.close()
		w.push(top)
		w.run()
	}
}

// walker goes down depth first: one open folder a level, whose names wait while
// what is beneath it is walked.
type walker struct {
	Choice
	ctx   context.Context
	yield func(*Entry, error) bool
	stack []level
	page  []byte // for reading a folder
	room  int    // bytes of names to be kept
}

type level struct {
	dir  *Folder
	list sorted
}

func (w *walker) push(f *Folder) {
	kept := 0
	for i := len(w.stack) - 1; i >= 0; i-- {
		names := &w.stack[i].list
		if kept += names.names.size(); kept > w.room {
			names.drop() // of those that are needed last
		}
	}
	w.stack = append(w.stack, level{f, sorted{fd: f.fd, room: w.room}})
}

func (w *walker) pop() {
	w.stack[len(w.stack)-1].dir.release()
	w.stack = w.stack[:len(w.stack)-1]
}

func (w *walker) close() {
	for len(w.stack) > 0 {
		w.pop()
	}
}

func (w *walker) run() {
	for len(w.stack) > 0 && w.ctx.Err() == nil {
		top := &w.stack[len(w.stack)-1]
		at, ok, err := top.list.next(w.ctx, w.page)
		if err != nil && !w.yield(w.failed(top.dir), err) {
			return
		}
		if !ok {
			w.pop()
			continue
		}
		if !w.visit(top.dir, at) {
			return
		}
	}
}

// visit deals with one name and returns false when the walk is to stop.
func (w *walker) visit(dir *Folder, at dirent) bool {
	e := dir.Entry(string(at.name))
	e.Ino = at.ino
	if at.kind == unix.DT_UNKNOWN {
		st, err := e.Stat()
		if err != nil {
			return w.yield(e, err)
		}
		at.kind = kindOf(&st)
	}
	switch at.kind {
	case unix.DT_DIR:
		return w.enter(e)
	case unix.DT_LNK, unix.DT_REG:
		if !w.Shard.Has(e.owner()) {
			return true
		}
		err := w.leaves(e)
		if err == nil && at.kind == unix.DT_LNK {
			err = ErrLink
		}
		return w.yield(e, err)
	}
	return true
}

// enter goes down into the folder e.
func (w *walker) enter(e *Entry) bool {
	if w.excludes(e.Rel, true) {
		return !w.Shard.Has(e.Rel) || w.yield(e, ErrExcludedFolder)
	}
	sub, err := e.dir.sub(e.Name)
	if errors.Is(err, unix.EXDEV) {
		err = ErrMount
	}
	if err != nil {
		return w.yield(e, err)
	}
	w.push(sub)
	return true
}

// kindOf tells one of unix.DT_*, which are the types of st_mode.
func kindOf(st *unix.Stat_t) byte { return byte(st.Mode & unix.S_IFMT >> 12) }

// failed is the entry for a folder that can't be read.
func (w *walker) failed(dir *Folder) *Entry {
	return &Entry{Path: dir.path, Rel: dir.rel, dir: dir}
}
