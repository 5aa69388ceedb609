package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"untag/platform/apply"
	"untag/scrub"
)

// Options are what workers are run under.
type Options struct {
	// Engine is the one that the workers have; its table is asked here.
	Engine *scrub.Engine
	// Workers is how many files are parsed at a time; 0 chooses.
	Workers int
	// Lazy starts no worker before there is something to do.
	Lazy bool
	// Require refuses to parse where not everything is in force that confines
	// a worker.
	Require bool
	// Warn, if not nil, is told once if that is so and nothing is refused.
	Warn func(string)

	args   []string // of a worker, instead of what [IsWorker] looks for
	limits limits   // instead of the usual
}

// Pool plans files in confined processes. All methods may be called at the same time.
type Pool struct {
	opt     Options
	formats []string
	manned  chan *place     // those that are free and have a worker
	empty   chan *place     // those that are free and have none
	start   chan func()     // run by the thread that all workers are children of
	rate    atomic.Int64    // bytes a second that a worker may read; 0 for any number
	ctx     context.Context // ends with the pool
	end     context.CancelCauseFunc
	closing sync.Once

	mu     sync.Mutex
	status *Status // of the first worker
}

// place is where a worker may be.
type place struct{ worker *process }

var (
	_ apply.Planner   = (*Pool)(nil)
	_ apply.Compacter = (*Pool)(nil)
)

// Start returns a pool, with one worker running unless opt is Lazy. It fails if
// no worker can be started, or none that is confined as required.
func Start(opt Options) (*Pool, error) {
	if opt.Engine == nil {
		return nil, errors.New("sandbox: no engine")
	}
	if opt.Workers <= 0 {
		opt.Workers = min(runtime.NumCPU(), 4)
	}
	if opt.args == nil {
		opt.args = []string{os.Args[0], workerName}
	}
	if opt.limits == (limits{}) {
		opt.limits = usual
	}
	p := &Pool{opt: opt, manned: make(chan *place, opt.Workers), empty: make(chan *place, opt.Workers), start: make(chan func())}
	p.ctx, p.end = context.WithCancelCause(context.Background())
	for _, f := range opt.Engine.Formats() {
		p.formats = append(p.formats, f.Name)
	}
	for range opt.Workers {
		p.leave(new(place))
	}
	go p.parent()
	if opt.Lazy {
		return p, nil
	}
	if _, err := p.Status(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// parent starts all workers from one thread, which stays: the kernel ends a
// child when the thread ends that started it, and the runtime ends threads.
func (p *Pool) parent() {
	runtime.LockOSThread()
	for start := range p.start {
		start()
	}
}

// Close ends all workers, also those at work.
func (p *Pool) Close() {
	p.closing.Do(func() {
		p.end(ErrClosed)
		for range p.opt.Workers {
			select {
			case pl := <-p.manned:
				pl.clear()
			case <-p.empty:
			}
		}
		close(p.start)
	})
}

// Limit has all workers together read no more than so many bytes a second from now on,
// from memory or from the drive, which nobody can tell apart. Each has its part of that
// also while others have nothing to do. 0 lets them read any number.
func (p *Pool) Limit(bytesPerSecond int64) {
	n := int64(p.opt.Workers)
	p.rate.Store((bytesPerSecond + n - 1) / n)
}

// Formats are those of the engine.
func (p *Pool) Formats() []scrub.Format { return p.opt.Engine.Formats() }

// Status tells what confines the workers. It starts one if none was started yet.
func (p *Pool) Status() (Status, error) {
	p.mu.Lock()
	known := p.status
	p.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	pl, err := p.take(p.ctx)
	if err != nil {
		return Status{}, err
	}
	defer p.leave(pl)
	if err := p.ready(p.ctx, pl); err != nil {
		return Status{}, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return *p.status, nil
}

// Warm starts up to n of the workers that are not running, so that whoever asks
// them next doesn't wait for that. It waits for no place: whoever has one sees to
// its worker, and two who held some and waited for more would wait for ever. What
// fails is found by who asks.
func (p *Pool) Warm(ctx context.Context, n int) {
	ctx, end := p.within(ctx)
	defer end(nil)
	var places []*place
	for range min(n, p.opt.Workers) {
		if pl := p.spare(); pl != nil {
			places = append(places, pl)
		}
	}
	var starting sync.WaitGroup
	defer starting.Wait()
	for _, pl := range places {
		starting.Go(func() {
			defer p.leave(pl)
			if p.ctx.Err() == nil {
				_ = p.ready(ctx, pl)
			}
		})
	}
}

// within is a context that ends with ctx and with the pool, or earlier.
func (p *Pool) within(ctx context.Context) (_ context.Context, end context.CancelCauseFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(p.ctx, func() { cancel(ErrClosed) })
	return ctx, func(why error) { stop(); cancel(why) }
}

// spare returns a place that is free now, nil if there is none.
func (p *Pool) spare() *place {
	select {
	case pl := <-p.manned:
		return pl
	default:
	}
	select {
	case pl := <-p.empty:
		return pl
	default:
		return nil
	}
}

// Confined returns an error that says what is missing, nil if the workers are
// fully confined.
func (p *Pool) Confined() error {
	s, err := p.Status()
	if err == nil && !s.Full() {
		err = failed(ErrOpen, "%v", s)
	}
	return err
}

// take waits for a place to be free. One with a worker is better than one where
// a worker would have to be started first.
func (p *Pool) take(ctx context.Context) (*place, error) {
	pl, err := p.free(ctx)
	if err == nil && p.ctx.Err() != nil {
		p.leave(pl)
		return nil, ErrClosed
	}
	return pl, err
}

func (p *Pool) free(ctx context.Context) (*place, error) {
	select {
	case pl := <-p.manned:
		return pl, nil
	default:
	}
	select {
	case pl := <-p.manned:
		return pl, nil
	case pl := <-p.empty:
		return pl, nil
	case <-p.ctx.Done():
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (p *Pool) leave(pl *place) {
	if pl.worker == nil {
		p.empty <- pl
		return
	}
	p.manned <- pl
}

// ready sees to it that there is a worker at the place.
func (p *Pool) ready(ctx context.Context, pl *place) error {
	if pl.worker != nil && pl.worker.asked < maxAsked && pl.worker.fresh() {
		return nil
	}
	pl.clear()
	w, err := p.spawn(ctx)
	if err != nil {
		return err
	}
	starting, cancel := context.WithTimeoutCause(ctx, p.opt.limits.start, failed(ErrStalled, "it is not ready after %v", p.opt.limits.start))
	defer cancel()
	s, err := w.greet(starting)
	if err == nil {
		err = p.accept(s)
	} else if ctx.Err() == nil {
		err = failed(ErrStart, "%v", err)
	}
	if err != nil {
		w.end()
		return err
	}
	pl.worker = w
	return nil
}

// clear lets go of the worker.
func (pl *place) clear() {
	if pl.worker != nil {
		pl.worker.end()
		pl.worker = nil
	}
}

func (p *Pool) spawn(ctx context.Context) (w *process, err error) {
	started := make(chan struct{})
	select {
	case p.start <- func() { w, err = spawn(p.opt.args); close(started) }:
		<-started
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	switch {
	case errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE):
		return nil, fmt.Errorf("%w: %w", ErrWorker, err) // for who opens the files to hear
	case err != nil:
		return nil, failed(ErrStart, "%v", err)
	}
	return w, nil
}

// accept decides on a worker by what confines it.
func (p *Pool) accept(s Status) error {
	if p.opt.Require && !s.Full() {
		return failed(ErrOpen, "%v", s)
	}
	p.mu.Lock()
	first := p.status == nil
	if first {
		p.status = &s
	}
	p.mu.Unlock()
	if first && !s.Full() && p.opt.Warn != nil {
		p.opt.Warn(s.String())
	}
	return nil
}
