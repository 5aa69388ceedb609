package apply

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"untag/scrub"
)

// look plans one file. It returns the item if there is something to be done,
// and reports it otherwise.
func (r *run) look(ctx context.Context, e entry) *item {
	it := &item{entry: e.Entry, ticket: e.ticket, start: time.Now(), out: Outcome{Path: e.Path, Media: r.claims(e.Name)}}
	if err := r.take(ctx, it); err != nil {
		r.drop(ctx, it, err)
		return nil
	}
	if it.empty() {
		it.out.Status = Clean
		if it.out.Media {
			it.out.because("it is empty")
		}
		r.done(it)
		return nil
	}
	r.event(it, Planning, 0, it.at.Size)
	plan, err := r.study(ctx, it, r.opt.Scrub)
	if err != nil {
		r.drop(ctx, it, err)
		return nil
	}
	r.adopt(it, plan)
	if r.opt.Copies != nil && !r.opt.DryRun {
		if r.copies(plan) {
			return it
		}
		r.verdict(it, plan)
		it.out.because("not copied")
		r.done(it)
		return nil
	}
	if r.opt.DryRun || !r.needed(it) || r.leaves(plan) {
		r.verdict(it, plan)
		r.done(it)
		return nil
	}
	return it
}

// take opens the file of an entry for reading, once nobody else of this run
// works on it under this or another name. Whoever did may have put another file
// in its place, which is taken then.
func (r *run) take(ctx context.Context, it *item) error {
	for range 2 {
		st, err := it.entry.Stat()
		if err != nil {
			return explain("looking", err)
		}
		if err := r.busy.enter(ctx, inodeOf(&st), it.held); err != nil {
			return err
		}
		it.key = inodeOf(&st)
		it.ro, it.at, err = it.entry.Open(unix.O_RDONLY | unix.O_NOATIME)
		if err != nil {
			return explain("opening", err)
		}
		if inodeOf(&it.at) == it.key {
			it.first = it.at
			it.out.Links = uint64(it.at.Nlink)
			it.out.Size, it.out.NewSize = it.at.Size, it.at.Size
			return it.ripen(ctx)
		}
		closeFile(&it.ro)
		r.busy.leave(it.key)
		it.key = inode{}
	}
	return ErrChanged
}

// empty tells whether there is nothing in the file, as where copying it was cut
// off. What the kernel makes up has no size either, and can be read.
func (it *item) empty() bool {
	if it.at.Size > 0 {
		return false
	}
	_, err := it.ro.ReadAt(make([]byte, 1), 0)
	return err == io.EOF
}

// study plans what it.ro is and makes sure that it is still the same afterwards.
func (r *run) study(ctx context.Context, it *item, opt scrub.Options) (*scrub.Plan, error) {
	advise(it.ro, it.at.Size, opt)
	it.proven = r.probe(it)
	plan, err := r.planner.Plan(ctx, it.ro, it.at.Size, opt)
	if err != nil && ctx.Err() != nil {
		return nil, context.Cause(ctx) // whatever the planner makes of it
	}
	if changed := it.unchanged(it.ro); changed != nil {
		return nil, changed
	}
	if moved := it.stillNamed(); moved != nil {
		return nil, moved
	}
	if err != nil {
		return nil, explainOf(r.opt.kernel, it.ro, "reading", err)
	}
	if plan == nil || plan.Size != it.at.Size {
		return nil, fmt.Errorf("%w: it is for another file", ErrPlan)
	}
	it.out.Read += plan.Read
	if err := plan.Check(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	return plan, nil
}

// unchanged returns an error unless f is what it was, and still has a name.
func unchanged(f *os.File, was *unix.Stat_t) error {
	var now unix.Stat_t
	switch err := unix.Fstat(int(f.Fd()), &now); {
	case err != nil:
		return explain("looking", err)
	case now.Nlink == 0 && was.Nlink != 0:
		return ErrGone
	case !same(&now, was):
		return ErrChanged
	}
	return nil
}

// stillNamed returns an error unless the item's name still leads to its file: what
// is said of the one would be taken to be true of the other.
func (it *item) stillNamed() error {
	if it.entry == nil {
		return nil
	}
	st, err := it.entry.Stat()
	if err != nil {
		return explain("looking", err)
	}
	if inodeOf(&st) != inodeOf(&it.at) {
		return ErrChanged
	}
	return nil
}

// advise tells the system how the file will be read. Hopping through an index,
// reading ahead would turn kilobytes into megabytes.
func advise(f *os.File, size int64, opt scrub.Options) {
	how := unix.FADV_NORMAL
	if opt.Depth == scrub.DepthIndex || opt.Depth != scrub.DepthDeep && size > scrub.DeepLimit || len(opt.Known) > 0 {
		how = unix.FADV_RANDOM
	}
	unix.Fadvise(int(f.Fd()), 0, 0, how) // only advice
}

// adopt makes the plan the item's.
func (r *run) adopt(it *item, p *scrub.Plan) {
	it.plan = p
	it.signed = it.signed || p.Signed()
	o := &it.out
	o.Format, o.NewSize = p.Format, p.Size
	if o.Depth == "" && p.Refused == "" {
		o.Depth = depthOf(p)
	}
	o.Media = o.Media || r.medium(p.Format) || it.todo()
	if o.Findings == nil {
		o.Findings = p.Findings
	}
	o.Unlisted = max(o.Unlisted, p.Unlisted)
	o.Cut = max(o.Cut, p.Size-p.End)
	switch {
	case r.opt.Strokes <= 0:
	case o.Mode != "":
		o.After = p.Picture(r.opt.Strokes)
	case o.Before == nil:
		o.Before = p.Picture(r.opt.Strokes)
	}
}

// needed tells whether a file has to be opened for more than reading.
func (r *run) needed(it *item) bool {
	if it.todo() {
		return true
	}
	clean := it.plan.Status() == scrub.Clean
	return clean && (r.staleTimes(it) || r.compacter != nil)
}

// staleTimes tells whether a file without edits has times that are to go.
func (r *run) staleTimes(it *item) bool {
	return r.opt.MTime == ZeroTime && it.out.Media && it.first.Mtim != zeroTimes[1]
}

// leaves tells whether the file is to stay as it is for its signature.
func (r *run) leaves(p *scrub.Plan) bool { return r.opt.Scrub.Policy.LeaveSigned && p.Signed() }

// verdict sets the status from the last plan that was made for the file.
func (r *run) verdict(it *item, p *scrub.Plan) {
	o, left := &it.out, r.leaves(p)
	o.Reasons = append([]string(nil), p.Doubts...)
	switch {
	case left:
		o.Cut = 0
		o.because("it is signed, and left as it is")
	case it.signed:
		o.because("a device that asks for its signature refuses the file without it")
	}
	if p.Refused != "" {
		o.because("%s", p.Refused)
	}
	switch p.Status() {
	case scrub.Clean:
		o.Status = Clean
		if o.Mode != "" {
			o.Status = Cleaned
		}
	case scrub.Dirty:
		o.Status = Dirty
		if !r.opt.DryRun && !left && len(p.Anew) == 0 { // what is to be written anew comes last
			o.fail(fmt.Errorf("%w: %s", ErrNotProven, countTags(p)))
		}
	case scrub.Partly:
		o.Status = Partly
	default:
		o.Status = Unsupported
	}
}

func countTags(p *scrub.Plan) string {
	n := p.Removes()
	switch {
	case n == 0:
		return "bytes that should be constant are not"
	case n == 1:
		return "a tag can't be removed: " + firstTag(p)
	}
	return fmt.Sprintf("%d tags can't be removed, the first is %s", n, firstTag(p))
}

// firstTag names the place of a tag, never its value.
func firstTag(p *scrub.Plan) string {
	for _, f := range p.Findings {
		if f.Goes {
			return f.Place
		}
	}
	return "not listed"
}
