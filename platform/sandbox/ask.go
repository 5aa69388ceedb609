package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"untag/scrub"
)

// Plan has a worker read f, of size bytes. The worker gets a descriptor that
// can only read, and has closed it before Plan returns.
func (p *Pool) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	r, err := p.do(ctx, f, request{askPlan, size, p.rate.Load(), opt})
	return r.plan, err
}

// Compact has a worker find what f, of size bytes, can do without; nil if nothing.
func (p *Pool) Compact(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Rewrite, error) {
	r, err := p.do(ctx, f, request{askCompaction, size, p.rate.Load(), opt})
	return r.rewrite, err
}

func (p *Pool) do(ctx context.Context, f *os.File, q request) (reply, error) {
	ro, err := forReading(f)
	if err != nil || q.size < 0 {
		return reply{}, cmp.Or(err, os.ErrInvalid)
	}
	if ro != f {
		defer ro.Close()
	}
	pl, err := p.take(ctx)
	if err != nil {
		return reply{}, err
	}
	defer p.leave(pl)
	ctx, cancel := p.within(ctx)
	defer cancel(nil)
	if err := p.ready(ctx, pl); err != nil {
		return reply{}, err
	}
	go p.opt.limits.watch(ctx, cancel, pl.worker, q)
	r, err := pl.worker.ask(ctx, ro, q)
	if err == nil {
		err = p.sane(q, r)
	}
	if err != nil {
		pl.clear()
		return reply{}, err
	}
	return r, r.err
}

// sane tells whether an answer is one to the question. Bounds were held by the
// decoder.
func (p *Pool) sane(q request, r reply) error {
	switch {
	case r.panicked != "":
		return failed(ErrCrashed, "%s", r.panicked)
	case r.err != nil:
		return nil
	case q.what == askPlan:
		return p.sound(r.plan)
	case r.plan != nil:
		return failed(ErrNonsense, "a plan, unasked")
	case r.rewrite != nil:
		return nonsense(r.rewrite.Check(&scrub.Plan{Size: q.size, End: q.size}))
	}
	return nil
}

func (p *Pool) sound(plan *scrub.Plan) error {
	switch {
	case plan == nil:
		return failed(ErrNonsense, "no plan")
	case plan.Format == "" && plan.Refused == "":
		return failed(ErrNonsense, "a plan for a file that nobody recognised")
	case plan.Format != "" && !slices.Contains(p.formats, plan.Format):
		return failed(ErrNonsense, "a format called %.20q", plan.Format)
	}
	return nonsense(plan.Check())
}

func nonsense(err error) error {
	if err == nil {
		return nil
	}
	return failed(ErrNonsense, "%v", err)
}

// forReading returns f if it can be used for reading a file and nothing else,
// or the same file opened that way.
func forReading(f *os.File) (ro *os.File, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return nil, err
	}
	ctl := conn.Control(func(fd uintptr) {
		var st unix.Stat_t
		if err = unix.Fstat(int(fd), &st); err != nil {
			return
		}
		if st.Mode&unix.S_IFMT != unix.S_IFREG {
			err = errors.New("not a regular file")
			return
		}
		flags, no := unix.FcntlInt(fd, unix.F_GETFL, 0)
		if no == nil && flags&(unix.O_ACCMODE|unix.O_PATH) == unix.O_RDONLY {
			ro = f
			return
		}
		ro, err = reopened(fd, f.Name())
	})
	return ro, errors.Join(err, ctl)
}

func reopened(fd uintptr, name string) (*os.File, error) {
	// O_NONBLOCK, for somebody's lease would have it wait.
	ro, err := unix.Open(fmt.Sprintf("/proc/self/fd/%d", fd), unix.O_RDONLY|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	if _, err := unix.FcntlInt(uintptr(ro), unix.F_SETFL, 0); err != nil {
		unix.Close(ro)
		return nil, err
	}
	return os.NewFile(uintptr(ro), name), nil
}

// watch cancels a request that takes too long.
func (l limits) watch(ctx context.Context, cancel context.CancelCauseFunc, w *process, q request) {
	cpu, wall := l.cpuFor(q.size), l.wallFor(q.size)
	if q.rate > 0 { // some of it is read more than once
		wall += 4 * seconds(q.size, q.rate)
	}
	before := w.cpu()
	late := time.NewTimer(wall)
	defer late.Stop()
	look := time.NewTicker(min(cpu/16, time.Second))
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-late.C:
			cancel(failed(ErrStalled, "it was given %v", wall))
			return
		case <-look.C:
			if w.cpu()-before > cpu {
				cancel(failed(ErrStalled, "it computed for more than %v", cpu))
				return
			}
		}
	}
}

// cpu is how long the worker has computed.
func (p *process) cpu() time.Duration {
	var t unix.Timespec
	// The clock of another process; see clock_getcpuclockid(3).
	if unix.ClockGettime(int32(^p.proc.Pid<<3|2), &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
