package apply

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"untag/platform/walk"
	"untag/scrub"
)

// run is one call of [Run], [Files] or [Stream].
type run struct {
	opt       Options
	planner   Planner
	compacter Compacter      // nil unless files are to be compacted
	formats   []scrub.Format // of the planner
	busy      *busy
	buf       []byte        // see buffer
	line      *line         // nil unless reports are to be in order
	looking   atomic.Int64  // files handed on that are not planned yet
	idle      chan struct{} // has a value when the last of them was
	folder    struct {
		of *walk.Folder
		fs int64
	} // where the last entry was found, and its file system

	mu     sync.Mutex // one report or event at a time
	report func(Outcome)
}

func newRun(ctx context.Context, planner Planner, opt Options, report func(Outcome)) (*run, error) {
	opt, err := opt.normal()
	if err != nil {
		return nil, err
	}
	if opt.Rate > 0 {
		opt.kernel = newPaced(ctx, opt.kernel, opt.Rate)
	}
	r := &run{opt: opt, planner: planner, formats: planner.Formats(), busy: newBusy(), report: report, idle: make(chan struct{}, 1)}
	if opt.Ordered {
		r.line = newLine(r.tell)
	}
	if c, ok := planner.(Compacter); ok && opt.Compact && !opt.DryRun {
		r.compacter = c
	}
	return r, nil
}

// buffer is for the one goroutine that writes, if there is something to write.
func (r *run) buffer() []byte {
	if r.buf == nil {
		r.buf = make([]byte, maxWrite)
	}
	return r.buf
}

// Run cleans the files beneath the roots, or says what it would do, and reports
// each file once. Drives that are mounted in a root and are none themselves are
// reported as failed, for nobody looked at them. It returns the first error that
// concerns a whole root, or why ctx ended; then the files that were not reached
// are not reported.
func Run(ctx context.Context, roots []*walk.Root, planner Planner, opt Options, report func(Outcome)) error {
	var failed error
	all := func(yield func(*walk.Entry, error) bool) {
		for _, root := range roots {
			for e, err := range root.Files(ctx, opt.Choice) {
				if errors.Is(err, walk.ErrMount) && among(roots, e) {
					continue
				}
				if walk.Left(err) {
					if opt.Left != nil {
						opt.Left(err)
					}
					continue
				}
				if err != nil && e.Rel == "" && failed == nil {
					failed = fmt.Errorf("%s: %w", root.Path(), explain("reading the folder", err))
				}
				if !yield(e, err) {
					return
				}
			}
		}
	}
	if err := Files(ctx, all, planner, opt, report); err != nil {
		return err
	}
	return failed
}

// among tells whether the entry is one of the roots.
func among(roots []*walk.Root, e *walk.Entry) bool {
	st, err := e.Stat()
	return err == nil && slices.ContainsFunc(roots, func(r *walk.Root) bool {
		at, err := r.Stat()
		return err == nil && !r.IsFile() && inodeOf(&at) == inodeOf(&st)
	})
}

// Files is [Run] for entries that come from elsewhere than a walk.
func Files(ctx context.Context, entries iter.Seq2[*walk.Entry, error], planner Planner, opt Options, report func(Outcome)) error {
	r, err := newRun(ctx, planner, opt, report)
	if err != nil {
		return err
	}
	found := make(chan entry)
	planned := make(chan *item)
	go func() {
		defer close(found)
		r.find(ctx, entries, found)
	}()
	go func() {
		defer close(planned)
		var jobs sync.WaitGroup
		for range r.opt.Jobs {
			jobs.Go(func() { r.lookAtAll(ctx, found, planned) })
		}
		jobs.Wait()
	}()
	r.gather(ctx, planned)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return nil
}

// entry is a file that was found, and its place in the line.
type entry struct {
	*walk.Entry
	ticket int64
}

// leave lets go of an entry of which nothing is reported.
func (r *run) leave(e entry) {
	e.Release()
	r.line.done(e.ticket, nil)
}

// find hands the entries to those who plan.
func (r *run) find(ctx context.Context, entries iter.Seq2[*walk.Entry, error], found chan<- entry) {
	next := heap{run: r, to: found}
	for at, err := range entries {
		// One file that waits to be changed with others may hold up the line: then
		// there are no others.
		e := entry{at, r.line.ticket(ctx, r.idle, func() {
			next.hand(ctx)
			r.busy.rush()
		})}
		if err != nil {
			r.inTurn(e.ticket, Outcome{Path: e.Path, Media: true, Status: Failed, Err: unread(err)})
			r.opt.State.Partly(e.Top())
		} else if o, ok := r.known(e.Entry); ok {
			r.inTurn(e.ticket, o)
		} else {
			e.Hold()
			if !next.add(ctx, e) {
				return
			}
			continue
		}
		if !next.pass(ctx) {
			return
		}
	}
	next.hand(ctx)
}

// unread says why a folder was not looked into.
func unread(err error) error {
	if errors.Is(err, walk.ErrMount) {
		return err
	}
	return explain("reading the folder", err)
}

func (r *run) lookAtAll(ctx context.Context, found <-chan entry, planned chan<- *item) {
	for e := range found {
		if it := r.lookAt(ctx, e); it != nil {
			planned <- it
		}
		if r.looking.Add(-1) == 0 {
			select {
			case r.idle <- struct{}{}:
			default:
			}
		}
	}
}

// lookAt returns the item if there is something to be done.
func (r *run) lookAt(ctx context.Context, e entry) *item {
	temp, ok := e.Temp()
	switch {
	case ctx.Err() != nil, ok && r.opt.Copies != nil: // another run's business
		r.leave(e)
		return nil
	case ok && !r.opt.DryRun:
		return r.leftover(ctx, e, temp)
	}
	return r.look(ctx, e)
}

const (
	// maxWeight is how much memory the plans of a batch may take, in bytes.
	maxWeight = 16 << 20
	// patience is how long a planned file waits for others to share its syncs with.
	patience = 3 * time.Second
)

// gather performs planned files in batches: of one drive, and not too many. While
// one batch waits for the drive, the next is planned.
func (r *run) gather(ctx context.Context, planned <-chan *item) {
	var batch []*item
	var weight int64
	late := time.NewTimer(patience)
	defer late.Stop()
	var before sync.WaitGroup
	defer before.Wait()
	flush := func() {
		if len(batch) == 0 {
			return
		}
		before.Wait()
		now := batch
		before.Go(func() { r.perform(ctx, now) })
		batch, weight = nil, 0
	}
	for {
		select {
		case it, ok := <-planned:
			if !ok {
				flush()
				return
			}
			if len(batch) > 0 && batch[0].key.dev != it.key.dev {
				flush()
			}
			if len(batch) == 0 {
				late.Reset(patience)
			}
			batch, weight = append(batch, it), weight+it.weight()
			if len(batch) >= r.opt.Batch || weight >= maxWeight || r.busy.wanted() {
				flush()
			}
		case <-r.busy.hurry:
			flush()
		case <-late.C:
			flush()
		}
	}
}

// done reports an item and lets go of it.
func (r *run) done(it *item) {
	r.remember(it)
	ticket := it.ticket
	it.ticket = 0
	r.letGo(it)
	it.out.Took = time.Since(it.start)
	r.inTurn(ticket, it.out)
}

// drop reports an item that could not be planned.
func (r *run) drop(ctx context.Context, it *item, err error) {
	if stopped(ctx, err) {
		r.letGo(it)
		return
	}
	it.out.fail(err)
	r.done(it)
}

func (r *run) letGo(it *item) {
	it.close()
	r.line.done(it.ticket, nil)
	if it.key != (inode{}) {
		r.busy.leave(it.key)
		it.key = inode{}
	}
}

// inTurn reports a file when it is its turn.
func (r *run) inTurn(ticket int64, o Outcome) {
	if ticket == 0 {
		r.tell(o)
		return
	}
	r.line.done(ticket, &o)
}

func (r *run) tell(o Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.report(o)
}

func (r *run) event(it *item, stage Stage, done, total int64) {
	if r.opt.Progress == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.opt.Progress(Event{it.out.Path, stage, done, total})
}
