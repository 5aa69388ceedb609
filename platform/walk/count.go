package walk

import (
	"context"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// Totals is what a walk would meet.
type Totals struct {
	Files int64
	Bytes int64 // 0 if there are so many files that it was not asked
}

const (
	// counters is how many folders are listed at a time.
	counters = 4
	// mostAsked files are asked for their length. Beyond that it takes too long, and
	// how long the work takes is up to their number.
	mostAsked = 20_000
)

// Count tells how much there is to do, for whoever shows progress. It lists folders
// as they come and opens no file. What can't be read is not counted: the real walk
// reports it.
func Count(ctx context.Context, roots []*Root, choice Choice) (Totals, error) {
	c := count{ctx: ctx, Choice: choice, free: make(chan struct{}, counters)}
	for _, r := range roots {
		if r.IsFile() {
			c.file(r.dir.Entry(r.name))
			continue
		}
		if top, err := r.dir.again(); err == nil {
			c.folder(top)
		}
	}
	c.all.Wait()
	t := Totals{Files: c.files.Load(), Bytes: c.bytes.Load()}
	if t.Files > mostAsked {
		t.Bytes = 0
	}
	return t, ctx.Err()
}

type count struct {
	Choice
	ctx   context.Context
	files atomic.Int64
	bytes atomic.Int64
	all   sync.WaitGroup
	free  chan struct{} // has room while another folder may be listed at the same time
}

// folder counts what is beneath f, and lets go of it.
func (c *count) folder(f *Folder) {
	defer f.release()
	list := listing{fd: f.fd}
	for c.ctx.Err() == nil {
		at, ok, err := list.next()
		if err != nil || !ok {
			return
		}
		c.visit(f, at)
	}
}

func (c *count) visit(f *Folder, at dirent) {
	e := f.Entry(string(at.name))
	if at.kind == unix.DT_UNKNOWN {
		if st, err := e.Stat(); err == nil {
			at.kind = kindOf(&st)
		}
	}
	switch at.kind {
	case unix.DT_REG:
		c.file(e)
	case unix.DT_DIR:
		if c.excludes(e.Rel, true) {
			return
		}
		if sub, err := f.sub(e.Name); err == nil {
			c.beneath(sub)
		}
	}
}

// beneath counts a folder beside the one at hand, if there is room.
func (c *count) beneath(f *Folder) {
	select {
	case c.free <- struct{}{}:
		c.all.Go(func() {
			c.folder(f)
			<-c.free
		})
	default:
		c.folder(f)
	}
}

func (c *count) file(e *Entry) {
	if _, temp := e.Temp(); temp || !c.Shard.Has(e.Rel) || c.leaves(e) != nil {
		return
	}
	if c.files.Add(1) > mostAsked {
		return
	}
	if st, err := e.Stat(); err == nil {
		c.bytes.Add(st.Size)
	}
}
