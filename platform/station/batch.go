package station

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/apply"
	"untag/platform/config"
	"untag/platform/walk"
	"untag/platform/watch"
)

// most is how many files are changed under the same syncs. More would save some,
// and keep the drive for longer.
const most = 16

// work is a file to be looked at.
type work struct {
	rel     string
	age     int64 // of a found file
	tries   int   // how often it took too long
	file    watch.File
	changed bool // file is set
}

// batch is one slice of work on files.
type batch struct {
	q     *queue
	root  *walk.Root
	halt  context.CancelFunc
	begun time.Time

	mu    sync.Mutex
	given map[string]given // to apply, and not reported
	slow  []given          // to be gone on with later
	read  bool             // a parser has seen a file
}

type given struct {
	work
	ino   uint64
	mtime unix.Timespec
	read  bool // a parser has seen it
}

// batch works on files until the time is up, and lets go of all of them.
func (q *queue) batch(next func() (work, bool)) bool {
	if !q.plan() {
		return false
	}
	// Before the drive is held: on a slow machine a worker takes longer to start than
	// a file may be read, and what is given up is got ready anew each time.
	q.warm(len(q.found) + len(q.changed))
	q.warming.Wait()
	ctx, root, end, ok := q.begin()
	if !ok {
		return false
	}
	defer end()
	ctx, halt := context.WithCancel(ctx)
	defer halt()
	b := &batch{q: q, root: root, halt: halt, begun: time.Now(), given: map[string]given{}}
	err := apply.Files(ctx, b.entries(ctx, next), hurried{q.planner, b}, q.options(), b.report)
	q.together = pace(q.together, time.Since(b.begun))
	if err != nil && ctx.Err() == nil {
		q.log.Error().Str("class", class(err)).Msg("the policy can't be applied")
		q.stick(BadPolicy)
	}
	if ctx.Err() != nil {
		for _, g := range b.given {
			q.putBack(g.work)
		}
	}
	for _, g := range b.slow {
		if g.read {
			g.tries++
		}
		q.putBack(g.work)
	}
	q.progress()
	return true
}

func (q *queue) options() apply.Options {
	return apply.Options{
		Scrub:  q.policy.scrub,
		DryRun: q.policy.action != config.Scrub,
		Jobs:   q.station.opt.Jobs,
		Batch:  q.together,
	}
}

// progress tells how far the pass is. Files that it met while they were being
// written are not done before they have been looked at.
func (q *queue) progress() {
	late := int64(len(q.changed) + len(q.unsifted))
	if q.watcher != nil {
		late += int64(q.watcher.Unsettled())
	}
	late = min(late, q.late.Load())
	q.late.Store(late)
	q.update(func(d *DriveState) { d.Done = max(d.Total-int64(len(q.found))-late, 0) })
}

// entries yields files until the time is up or enough of them are to be changed.
func (b *batch) entries(ctx context.Context, next func() (work, bool)) func(func(*walk.Entry, error) bool) {
	return func(yield func(*walk.Entry, error) bool) {
		for ctx.Err() == nil && !b.full() {
			w, ok := next()
			if !ok {
				return
			}
			if !b.offer(w, yield) {
				return
			}
		}
	}
}

// full tells whether no more files are to be begun. What is given and not
// reported is being read or waits to be changed.
func (b *batch) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return time.Since(b.begun) >= slice || len(b.given) >= b.q.together+b.q.station.opt.Jobs
}

// offer yields a file unless there is nothing to be done about it.
func (b *batch) offer(w work, yield func(*walk.Entry, error) bool) bool {
	e, err := b.root.Entry(w.rel)
	if err != nil {
		b.missed(w, err)
		return true
	}
	defer e.Release()
	st, err := e.Stat()
	switch {
	case err != nil:
		b.missed(w, err)
		return true
	case st.Mode&unix.S_IFMT != unix.S_IFREG:
		return true
	case !w.changed && b.q.watcher != nil && fresh(&st, b.q.policy.settle):
		b.q.watcher.Touch(w.rel)
		b.q.late.Add(1)
		return true
	}
	if !b.ours(&st) && beingWritten(e) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.q.postpone(w, apply.ErrInUse)
		return true
	}
	b.mu.Lock()
	_, twice := b.given[w.rel]
	b.given[w.rel] = given{work: w, ino: st.Ino, mtime: st.Mtim}
	b.mu.Unlock()
	return twice || yield(e, nil)
}

// ours tells whether we may have the file open under another name.
func (b *batch) ours(st *unix.Stat_t) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, g := range b.given {
		if g.ino == st.Ino {
			return true
		}
	}
	return false
}

// fresh tells whether somebody may still be busy with the file.
func fresh(st *unix.Stat_t, settle time.Duration) bool {
	age := time.Since(time.Unix(st.Ctim.Unix()))
	return age >= 0 && age < settle
}

func stampOf(st *unix.Stat_t) watch.Stamp {
	return watch.Stamp{Ino: st.Ino, Size: st.Size, MTime: unix.TimespecToNsec(st.Mtim), CTime: unix.TimespecToNsec(st.Ctim)}
}

// missed deals with a file that can't be found any more.
func (b *batch) missed(w work, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if isGone(err) || errors.Is(err, unix.EXDEV) {
		b.q.forget(w.rel)
		return
	}
	b.q.mark(w.rel, errorNote(failed, err))
	b.trouble(err)
}

// trouble ends the batch if it's the drive or the sandbox that fails.
func (b *batch) trouble(err error) {
	if b.q.ail(err) {
		b.halt()
	}
}

// report takes what became of a file.
func (b *batch) report(o apply.Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rel := b.rel(o.Path)
	g, ok := b.given[rel]
	if !ok || b.q.ctx.Err() != nil {
		return
	}
	if errors.Is(o.Err, apply.ErrStopped) { // it stays given, to be put back
		b.q.stopped(g.work, o)
		return
	}
	delete(b.given, rel)
	if errors.Is(o.Err, errHurried) {
		b.slow = append(b.slow, g)
		return
	}
	if o.Written > 0 || o.Mode != "" {
		b.leave(rel, g, o)
	}
	b.q.count(g.work, o)
	b.trouble(o.Err)
}

// leave notes what a file looks like that we changed, so that we are not woken
// by our own writes. It must look as if nobody else had changed it since;
// otherwise it is looked at again. What is not clean even after the second time
// is given up until it is changed: else it would be written to for ever.
func (b *batch) leave(rel string, g given, o apply.Outcome) {
	if b.q.watcher == nil || retried(o.Err) {
		return
	}
	st, err := statAt(b.root, rel)
	if err != nil {
		return
	}
	ours := st.Mtim == g.mtime && st.Size == o.NewSize
	if ours || o.Status != apply.Cleaned && b.q.marks.get(rel) != 0 {
		b.q.watcher.Expect(rel, stampOf(&st))
	}
}

func (b *batch) rel(path string) string {
	rel, _ := strings.CutPrefix(path, b.root.Path())
	return strings.TrimPrefix(rel, "/")
}
