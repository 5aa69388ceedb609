package apply

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"untag/scrub"
)

// prove reads the files back from the drive and plans them again. It returns
// those for which the new plan has more to do.
func (r *run) prove(ctx context.Context, items []*item) (again []*item) {
	r.tick(ctx, items)
	var proofs sync.WaitGroup
	free := make(chan struct{}, r.opt.Jobs)
	for _, it := range items {
		free <- struct{}{}
		proofs.Go(func() {
			it.fail(r.proof(ctx, it))
			<-free
		})
	}
	proofs.Wait()
	return slices.DeleteFunc(slices.Clone(items), func(it *item) bool { return it.stopped != nil || !it.inPlace() })
}

func (r *run) proof(ctx context.Context, it *item) error {
	if it.stopped != nil {
		return nil
	}
	done := it.plan
	if !it.inPlace() {
		r.verdict(it, done)
		return nil
	}
	r.event(it, Proving, 0, it.at.Size)
	if it.at.Size != done.End {
		return ErrChanged
	}
	forget(it.ro, done)
	opt := r.opt.Scrub
	// Who steps over the payload does not see what is doubtful in it: a doubt is
	// looked at once more, and what was found sound is not.
	if done.Refused == "" && len(done.Doubts) == 0 {
		opt.Known = payload(done)
	}
	plan, err := r.study(ctx, it, opt)
	if err != nil {
		return err
	}
	if done.Refused == "" && !keeps(done, plan) {
		return fmt.Errorf("%w: picture or sound is not found where it was", ErrNotProven)
	}
	it.out.Mode = inPlace
	r.adopt(it, plan)
	if !it.inPlace() {
		r.verdict(it, plan)
		return nil
	}
	it.out.Findings = append(slices.Clip(it.out.Findings), plan.Findings...)
	return nil
}

// keeps tells whether the payload is where it was, when only edits were made.
func keeps(done, plan *scrub.Plan) bool {
	edited := *done
	edited.Anew = nil
	return edited.KeptBy(plan)
}

// payload returns the spans of the plan that a second plan may step over.
func payload(p *scrub.Plan) (spans []scrub.Span) {
	for _, s := range p.Map {
		if s.Role == scrub.Payload {
			spans = append(spans, s)
		}
	}
	return spans
}

// forget drops what was written from memory, so that it is read back from the
// drive. Memory is dropped in pages and groups of pages, whole ones only.
func forget(f *os.File, p *scrub.Plan) {
	var from, to int64 // what was dropped last
	for _, e := range p.Edits {
		at, end := e.Off/maxWrite*maxWrite, (e.End()+maxWrite-1)/maxWrite*maxWrite
		if from <= at && at < to { // edits of a phase lie close together
			at = to
		}
		if at < end {
			unix.Fadvise(int(f.Fd()), at, end-at, unix.FADV_DONTNEED)
			from, to = at, end
		}
	}
	const room = 65536 // edits, of which the pages fit into memory
	prefetch(f, p.Edits[:min(len(p.Edits), room)])
}

// atOnce is for how many edits pages are read together.
const atOnce = 4096

// prefetch has the drive read the pages that edits begin and end in, all at
// once. Whoever writes a part of a page, or reads one after the other, waits for
// the drive each time; a video has hundreds of such pages far apart.
func prefetch(f *os.File, edits []scrub.Edit) {
	const page = 4096
	last := int64(-1)
	for _, e := range edits {
		for _, at := range [2]int64{e.Off, e.End() - 1} {
			if no := at / page; no != last {
				last = no
				unix.Fadvise(int(f.Fd()), no*page, page, unix.FADV_WILLNEED) // only advice
			}
		}
	}
}
