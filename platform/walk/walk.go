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

// Files yields the regular files of a shard beneath the root in the order of their
// names, folder by folder (see [sorted]). A folder that can't be read, or is another
// drive, is yielded with the error, a symbolic link with [ErrLink], and the walk goes on.
// Temporary files of this project are yielded too: see [Entry.Temp].
func (r *Root) Files(ctx context.Context, shard Shard) iter.Seq2[*Entry, error] {
	return func(yield func(*Entry, error) bool) {
		if r.IsFile() {
			e := &Entry{Path: r.path, Rel: r.name, Name: r.name, Named: true, dir: r.dir}
			if shard.Has(e.Rel) {
				yield(e, nil)
			}
			return
		}
		top, err := r.dir.again()
		if err != nil {
			yield(&Entry{Path: r.path, dir: r.dir}, err)
			return
		}
		w := walker{ctx: ctx, shard: shard, yield: yield}
		defer w.close()
		w.push(top)
		w.run()
	}
}

// walker goes down depth first: one open folder a level, whose listing waits
// while what is beneath it is walked.
type walker struct {
	ctx   context.Context
	shard Shard
	yield func(*Entry, error) bool
	stack []level
}

type level struct {
	dir  *Folder
	list sorted
}

func (w *walker) push(f *Folder) {
	w.stack = append(w.stack, level{f, sorted{list: listing{fd: f.fd}}})
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
		name, kind, ok, err := top.list.next()
		if err != nil && !w.yield(w.failed(top.dir, ""), err) {
			return
		}
		if !ok {
			w.pop()
			continue
		}
		if !w.visit(top.dir, name, kind) {
			return
		}
	}
}

// visit deals with one name and returns false when the walk is to stop.
func (w *walker) visit(dir *Folder, name string, kind byte) bool {
	if kind == unix.DT_UNKNOWN {
		st, err := dir.Stat(name)
		if err != nil {
			return w.yield(w.failed(dir, name), err)
		}
		kind = byte(st.Mode & unix.S_IFMT >> 12) // DT_* are the types of st_mode
	}
	switch kind {
	case unix.DT_DIR:
		sub, err := dir.sub(name)
		if errors.Is(err, unix.EXDEV) {
			err = ErrMount
		}
		if err != nil {
			return w.yield(w.failed(dir, name), err)
		}
		w.push(sub)
	case unix.DT_LNK:
		if e := dir.Entry(name); w.shard.Has(e.Rel) {
			return w.yield(e, ErrLink)
		}
	case unix.DT_REG:
		if e := dir.Entry(name); w.shard.Has(e.Rel) {
			return w.yield(e, nil)
		}
	}
	return true
}

// failed is the entry for what can't be read: the folder itself, or name in it.
func (w *walker) failed(dir *Folder, name string) *Entry {
	if name == "" {
		return &Entry{Path: dir.path, Rel: dir.rel, dir: dir}
	}
	return dir.Entry(name)
}

// Totals is what a walk would meet.
type Totals struct {
	Files int64
	Bytes int64
}

// Count walks the roots without opening a file, for whoever shows progress.
// What can't be read is not counted: the real walk reports it.
func Count(ctx context.Context, roots []*Root, shard Shard) (Totals, error) {
	var t Totals
	for _, r := range roots {
		for e, err := range r.Files(ctx, shard) {
			if err != nil {
				continue
			}
			if _, temp := e.Temp(); temp {
				continue
			}
			t.Files++
			if st, err := e.Stat(); err == nil {
				t.Bytes += st.Size
			}
		}
	}
	return t, ctx.Err()
}
