package apply

import (
	"context"
	"io"
	"time"

	"golang.org/x/sys/unix"
)

// Stream cleans the medium that in delivers and copies it to out, if it was
// proven clean: of any other, not a byte is written. The error is one of reading
// in or writing out, or why ctx ended, and then a call of out may be under way
// still; what is wrong with the medium is in the outcome. In a dry run nothing is
// written either.
func Stream(ctx context.Context, in io.Reader, out io.Writer, planner Planner, opt Options) (Outcome, error) {
	opt.MTime, opt.Compact = KeepTime, false
	r, err := newRun(ctx, planner, opt, func(Outcome) {})
	if err != nil {
		return Outcome{}, err
	}
	s, err := newSpool(ctx, in)
	if err != nil {
		return Outcome{Path: "-", Status: Failed, Err: err}, err
	}
	it := &item{spool: s, rw: s.File, start: time.Now(), out: Outcome{Path: "-", Media: true}}
	r.cleanSpool(ctx, it)
	closeFile(&it.ro)
	it.out.Took = time.Since(it.start)
	if ctx.Err() != nil {
		s.discard()
		return it.out, context.Cause(ctx)
	}
	if it.out.Status != Clean && it.out.Status != Cleaned {
		s.discard()
		return it.out, nil
	}
	defer s.Close()
	if r.opt.DryRun {
		return it.out, nil
	}
	return it.out, deliver(ctx, out, io.NewSectionReader(stoppable{ctx, s}, 0, it.out.NewSize))
}

// deliver copies until ctx ends, even while out keeps it waiting.
func deliver(ctx context.Context, out io.Writer, from io.Reader) error {
	delivered := make(chan error, 1)
	go func() {
		_, err := io.Copy(out, from)
		delivered <- err
	}()
	select {
	case err := <-delivered:
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// cleanSpool does for a stream what Run does for a file.
func (r *run) cleanSpool(ctx context.Context, it *item) {
	err := unix.Fstat(int(it.rw.Fd()), &it.at)
	if err == nil {
		it.ro, err = it.reread(it.rw)
	}
	if err != nil {
		it.out.fail(explain("taking in the stream", err))
		return
	}
	it.first = it.at
	it.out.Links, it.out.Size, it.out.NewSize = 1, it.at.Size, it.at.Size
	plan, err := r.study(ctx, it, r.opt.Scrub)
	if err != nil {
		it.out.fail(err)
		return
	}
	r.adopt(it, plan)
	if r.opt.DryRun || !it.todo() || r.leaves(plan) {
		r.verdict(it, plan)
		return
	}
	r.rounds(ctx, []*item{it})
	if it.stopped == nil && len(it.plan.Anew) > 0 {
		r.rewrite(ctx, it)
	}
	it.out.fail(it.stopped)
}
