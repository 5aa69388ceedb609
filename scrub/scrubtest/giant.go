package scrubtest

import (
	"io"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"untag/scrub"
)

// MostMemory is what planning a medium of any size may hold at once, in bytes.
const MostMemory = 32 << 20

// Sparse is a medium that begins with Head and goes on as Fill.
type Sparse struct {
	Head []byte
	Fill byte
}

// ReadAt never ends: the size of the medium is what its user says.
func (s Sparse) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	if off < int64(len(s.Head)) {
		n = copy(p, s.Head[off:])
	}
	clear(p[n:])
	if s.Fill != 0 {
		for i := n; i < len(p); i++ {
			p[i] = s.Fill
		}
	}
	return len(p), nil
}

// Giant plans a medium that is too large to hold and returns the plan. It fails
// the test if more than [MostMemory] lives at once or the planning takes longer
// than patience. It must not run in parallel with other tests.
func Giant(t *testing.T, engine *scrub.Engine, name string, src io.ReaderAt, size int64, opt scrub.Options, patience time.Duration) *scrub.Plan {
	t.Helper()
	p, peak, b := giant(engine, src, size, opt, patience)
	for _, b := range b {
		t.Errorf("%s: %v", name, b)
	}
	if p != nil {
		t.Logf("%s: %d bytes read, %d bytes of memory at the most, %s", name, p.Read, peak, p.Status())
	}
	return p
}

func giant(engine *scrub.Engine, src io.ReaderAt, size int64, opt scrub.Options, patience time.Duration) (*scrub.Plan, int64, []Breach) {
	var c court
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	runtime.GC()
	w := &watched{src: src, least: live()}
	r := planOf(engine, w, size, opt, patience)
	w.look()
	switch {
	case r.hung:
		c.breach(7, -1, "no plan after %v", patience)
		return nil, 0, c.breaches
	case r.panic != "":
		c.breach(7, -1, "panic: %s", r.panic)
		return nil, 0, c.breaches
	case r.err != nil:
		c.breach(7, -1, "%v", r.err)
		return nil, 0, c.breaches
	}
	if err := r.plan.Check(); err != nil {
		c.breach(2, -1, "%v", err)
	}
	peak := w.most.Load()
	if peak > MostMemory {
		c.breach(7, -1, "%d bytes of memory held at once", peak)
	}
	return r.plan, peak, c.breaches
}

// watched looks at the memory in use each so many reads.
type watched struct {
	src   io.ReaderAt
	least int64
	most  atomic.Int64
	reads atomic.Int64
}

func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	if w.reads.Add(1)%64 == 0 {
		w.look()
	}
	return w.src.ReadAt(p, off)
}

func (w *watched) look() {
	for n := live() - w.least; ; {
		most := w.most.Load()
		if n <= most || w.most.CompareAndSwap(most, n) {
			return
		}
	}
}

func live() int64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
