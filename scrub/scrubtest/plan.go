package scrubtest

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"untag/scrub"
)

// patience is how long a plan for a medium held in memory may take.
const patience = 20 * time.Second

// A plan may read a medium this many times over, and some more for small ones.
const (
	mostPasses = 8
	freeReads  = 256 << 10
)

// A plan may allocate this much in all, garbage included, and this many times
// the medium: what it reads, it reads into fresh memory.
const (
	freeAllocs   = 24 << 20
	mostPerBytes = 16
)

// planning is a plan or the reason why there is none.
type planning struct {
	plan  *scrub.Plan
	panic string
	err   error
	hung  bool
}

// planOf plans and survives a parser that panics or never comes back.
func planOf(e *scrub.Engine, src io.ReaderAt, size int64, opt scrub.Options, patience time.Duration) (r planning) {
	done := make(chan planning, 1)
	go func() {
		var r planning
		defer func() {
			if v := recover(); v != nil {
				r.panic = fmt.Sprintf("%v\n%s", v, debug.Stack())
			}
			done <- r
		}()
		r.plan, r.err = e.Plan(src, size, opt)
	}()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case r = <-done:
		return r
	case <-timer.C:
		return planning{hung: true}
	}
}

// planners is held by whoever plans, so that one that counts memory can be alone.
var planners sync.RWMutex

// plan plans data and holds the plan itself to what every plan must be. what
// says in which state the medium is. It returns nil after a breach that leaves
// nothing to look at.
func (c *court) plan(h *Harness, data []byte, what string) *scrub.Plan {
	return c.planBeside(planners.RLocker(), h, data, what)
}

// planBeside is plan while lock is held.
func (c *court) planBeside(lock sync.Locker, h *Harness, data []byte, what string) *scrub.Plan {
	size := int64(len(data))
	lock.Lock()
	r := planOf(h.Engine, bytes.NewReader(data), size, h.Options, h.patience())
	lock.Unlock()
	switch {
	case r.hung:
		c.breach(7, -1, "%s: no plan after %v", what, h.patience())
		return nil
	case r.panic != "":
		c.breach(7, -1, "%s: panic: %s", what, r.panic)
		return nil
	case r.err != nil:
		c.breach(8, -1, "%s: a read error from memory: %v: what can't be parsed is refused or in doubt", what, r.err)
		return nil
	}
	p := r.plan
	if off, wrong := tiles(p); wrong != "" {
		c.breach(1, off, "%s: %s", what, wrong)
		return nil
	}
	if err := p.Check(); err != nil {
		c.breach(2, -1, "%s: %v", what, err)
		return nil
	}
	if i := slices.IndexFunc(p.Findings, func(f scrub.Finding) bool { return !f.Kind.Known() }); i >= 0 { // what goes of no kind nobody can keep, and a report of it is refused
		c.breach(1, p.Findings[i].Off, "%s: %s is of no kind (%q)", what, p.Findings[i].Place, p.Findings[i].Kind)
	}
	if limit := mostPasses*size + freeReads; p.Read > limit {
		c.breach(7, -1, "%s: %d bytes read of a medium of %d", what, p.Read, size)
	}
	return p
}

// measured is plan with an eye on memory. Other tests that run at the same time
// are counted too, so what looks like too much is looked at again, a few times,
// while no other plans.
func (c *court) measured(h *Harness, data []byte, what string) *scrub.Plan {
	limit := uint64(freeAllocs + mostPerBytes*len(data))
	var least uint64
	lock := planners.RLocker()
	for range 12 {
		before := allocated()
		p := c.planBeside(lock, h, data, what)
		n := allocated() - before
		lock = &planners
		if p == nil || n <= limit {
			return p
		}
		if least == 0 || n < least {
			least = n
		}
	}
	c.breach(7, -1, "%s: %d bytes allocated for a medium of %d", what, least, len(data))
	return nil
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
