package station

import (
	"context"
	"errors"
	"os"
	"time"

	"untag/platform/apply"
	"untag/scrub"
)

const (
	// hold is for how long a file may be read before the drive is let go of. What
	// was read by then is in the system's memory, and the next try comes farther.
	hold = 500 * time.Millisecond
	// holds is how many tries are so short; those after them are twice as long
	// each time, so that every file has its turn in the end.
	holds = 12
)

// errHurried means that a file took longer than the drive may be held.
var errHurried = errors.New("it takes long: it is gone on with after a pause")

// allowance is for how long a file may be read that was tried before.
func allowance(tries int) time.Duration {
	return hold << min(max(tries-holds, 0), 20)
}

// hurried plans files within their allowance. Whether what was written is what
// was meant is found out however long it takes.
type hurried struct {
	apply.Planner
	b *batch
}

func (h hurried) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	most, first := h.b.begins(f.Name())
	switch {
	case !first:
		return h.Planner.Plan(ctx, f, size, opt)
	case most == 0:
		return nil, errHurried
	}
	ctx, cancel := context.WithTimeoutCause(ctx, most, errHurried)
	defer cancel()
	plan, err := h.Planner.Plan(ctx, f, size, opt)
	if err != nil && errors.Is(context.Cause(ctx), errHurried) {
		return nil, errHurried
	}
	return plan, err
}

// warm has the planner get ready for up to n files at a time, beside whatever else
// is done.
func (q *queue) warm(n int) {
	p := q.planner
	q.warming.Go(func() { warm(q.ctx, p, min(q.station.opt.Jobs, n)) })
}

// begins notes that a file is read, and tells for how long it may be, and whether
// it is for the first time in this batch. One that had to wait for another isn't
// begun at all; the first is, however long the drive took to open it.
func (b *batch) begins(path string) (most time.Duration, first bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rel := b.rel(path)
	g, ok := b.given[rel]
	if !ok || g.read {
		return 0, false
	}
	if b.read && time.Since(b.begun) > hold/2 {
		return 0, true
	}
	b.read, g.read = true, true
	b.given[rel] = g
	return allowance(g.tries), true
}

const (
	// longest is how long a slice should hold the drive at most; fewer files
	// are then changed under the same syncs, but not fewer than fewest.
	longest = time.Second
	fewest  = 4
	// alone is the first file of a drive, so that it is clean at once.
	alone = 1
)

// pace decides how many files are changed together, from how long it took.
func pace(together int, took time.Duration) int {
	switch {
	case together == alone:
		return most
	case took > longest:
		return max(together/2, fewest)
	case took < longest/2:
		return min(2*together, most)
	}
	return together
}

// breathFor is the pause after work that held the drive for so long: whoever
// tries to unmount it now and then has to hit one.
func breathFor(busy time.Duration) time.Duration { return min(max(busy/4, breath), 5*breath) }
