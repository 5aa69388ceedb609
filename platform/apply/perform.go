package apply

import (
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"untag/scrub"
)

// maxRounds is how often a file is planned and performed. One round is enough,
// save where removing a mark from the end of a file that could not be parsed
// leaves one that can.
const maxRounds = 3

// perform carries out the plans of a batch, proves them, and reports.
func (r *run) perform(ctx context.Context, batch []*item) {
	if r.opt.Copies != nil {
		r.duplicateAll(ctx, batch)
		return
	}
	r.rounds(ctx, batch)
	for _, it := range batch {
		switch {
		case it.stopped != nil || it.out.Err != nil:
		case len(it.plan.Anew) > 0:
			r.rewrite(ctx, it)
		case r.compacter != nil && it.plan.Status() == scrub.Clean:
			r.compact(ctx, it)
		}
		r.conclude(ctx, it)
	}
}

// rounds performs and proves the plans of a batch until nothing is left to do.
func (r *run) rounds(ctx context.Context, todo []*item) {
	for round := 0; round < maxRounds && len(todo) > 0; round++ {
		r.open(ctx, slices.DeleteFunc(slices.Clone(todo), func(it *item) bool { return !it.inPlace() }))
		r.change(ctx, todo)
		todo = r.prove(ctx, todo)
	}
	for _, it := range todo {
		it.fail(fmt.Errorf("%w after %d rounds: %s", ErrNotProven, maxRounds, countTags(it.plan)))
	}
}

// conclude reports an item that was performed, or was to be.
func (r *run) conclude(ctx context.Context, it *item) {
	if stopped(ctx, it.stopped) {
		if !it.changed {
			r.letGo(it) // as if it had not been reached
			return
		}
		it.stopped = fmt.Errorf("%w (%w)", ErrStopped, it.stopped)
	}
	it.out.fail(it.stopped)
	switch {
	case it.out.Status == Failed && it.changed:
		it.note("it was changed, and still opens and plays; cleaning it again goes on from there")
	case it.out.Status == Failed:
		it.note("nothing was changed")
	}
	it.out.Reasons = append(it.out.Reasons, it.notes...)
	r.done(it)
}

const (
	leaseTries = 4
	leaseWait  = 30 * time.Millisecond
)

// open opens the files for writing and asks that nobody else has them open.
// Somebody may have a short look at what we just looked at: that is waited for.
func (r *run) open(ctx context.Context, items []*item) {
	waiting := slices.Clone(items)
	for try := range leaseTries {
		if try > 0 && len(waiting) > 0 {
			select {
			case <-time.After(leaseWait):
			case <-ctx.Done():
			}
		}
		waiting = slices.DeleteFunc(waiting, func(it *item) bool {
			ok, err := r.claim(it)
			it.fail(err)
			return ok || err != nil
		})
	}
	for _, it := range waiting {
		it.fail(ErrInUse)
	}
}

// noLeases are network file systems that refuse a lease, as if the file were
// open elsewhere, unless their server has delegated the file to this machine.
var noLeases = []int64{unix.NFS_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC}

// claim opens a file for writing and takes the lease. It returns false if
// somebody else has the file open.
func (r *run) claim(it *item) (bool, error) {
	if it.rw == nil {
		protected := it.at.Mode&0o222 == 0
		if protected && it.entry != nil && !it.entry.Named { // whoever names the file itself has seen what it is
			return false, ErrReadOnlyFile
		}
		rw, err := it.forWriting(it.ro)
		switch {
		case err == unix.EAGAIN:
			return false, nil
		case err == unix.EACCES && protected:
			return false, ErrReadOnlyFile
		}
		if err != nil {
			return false, explain("opening for writing", err)
		}
		it.rw = rw
		if err := it.opened(); err != nil {
			return false, err
		}
	}
	closeFile(&it.ro) // or the lease would find us reading
	if it.entry == nil || slices.Contains(noLeases, fsOf(it.rw)) {
		return true, nil // of a stream, nobody else knows
	}
	switch err := r.opt.kernel.lease(it.rw); err {
	case nil:
		it.leased = true
	case unix.EAGAIN:
		return false, nil
	default:
		// Leases need ownership or CAP_LEASE, and a file system that has them.
		// Where they can't be asked for, size and times have to tell.
	}
	return true, nil
}

// opened returns an error unless what was opened for writing is what was planned.
func (it *item) opened() error {
	err := it.unchanged(it.rw)
	if err == nil || fsOf(it.rw) != unix.OVERLAYFS_SUPER_MAGIC {
		return err
	}
	// The opening copied the file to the upper layer: a new change of status, and
	// nothing else.
	was := it.at
	if err := unix.Fstat(int(it.rw.Fd()), &it.at); err != nil {
		return explain("looking", err)
	}
	was.Ctim = it.at.Ctim
	if !same(&was, &it.at) {
		return ErrChanged
	}
	return nil
}

// change performs the plans phase by phase, each on the drive before the next.
func (r *run) change(ctx context.Context, items []*item) {
	var written []*item // since the last barrier
	for phase := scrub.Announce; phase <= scrub.Truncate; phase++ {
		now := slices.DeleteFunc(slices.Clone(items), func(it *item) bool { return !it.has(phase) })
		if len(now) == 0 {
			continue
		}
		r.barrier(written, false)
		for _, it := range now {
			if it.stopped == nil {
				it.fail(r.step(ctx, it, phase))
			}
		}
		written = now
	}
	r.settle(items)
}

// has tells whether the item has work in the phase and can go on with it.
func (it *item) has(phase scrub.Phase) bool {
	if it.stopped != nil || it.rw == nil {
		return false
	}
	if phase == scrub.Truncate {
		return it.plan.End < it.plan.Size
	}
	return len(it.in(phase)) > 0
}

// step performs one phase of one plan, but for the sync.
func (r *run) step(ctx context.Context, it *item, phase scrub.Phase) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if phase == scrub.Truncate {
		it.changed = true
		return explain("cutting the tail", r.opt.kernel.truncate(it.rw, it.plan.End))
	}
	edits := it.in(phase)
	var total int64
	for _, e := range edits {
		total += e.Len
	}
	var done int64
	w := writer{ctx: ctx, k: r.opt.kernel, f: it.rw, buf: r.buffer()}
	w.wrote = func(n int) {
		it.changed = it.changed || n > 0
		it.out.Written += int64(n)
		done += int64(n)
		r.event(it, Writing, done, total)
	}
	for i, e := range edits {
		if i%atOnce == 0 {
			prefetch(it.rw, edits[i:min(i+atOnce, len(edits))])
		}
		if err := w.edit(e); err != nil {
			return err
		}
	}
	return w.flush()
}

// noTimes is noted where only the owner could set the times: others who may
// write have cleaned the file all the same.
const noTimes = "its times could not be set"

// settle gives the files their times, waits for all of it to be on the drive,
// and lets others open the files again. Files on which the work was stopped are
// settled too.
func (r *run) settle(items []*item) {
	var touched []*item
	for _, it := range items {
		if it.changed && it.rw != nil || it.stopped == nil && r.staleTimes(it) {
			if err := r.opt.kernel.setTimes(it.file(), r.opt.MTime.after(&it.first)); err != nil {
				it.note(noTimes)
			}
			touched = append(touched, it)
		}
	}
	r.barrier(touched, true)
	for _, it := range touched {
		it.proven = false // the times that it had are gone
		it.fail(explain("looking", unix.Fstat(int(it.file().Fd()), &it.at)))
	}
	for _, it := range items {
		if it.rw != nil {
			r.readAgain(it)
		}
	}
}

// readAgain turns a file that was open for writing into one that is for reading.
func (r *run) readAgain(it *item) {
	if it.leased {
		r.opt.kernel.unlease(it.rw) // closing gives it back as well
		it.leased = false
	}
	if it.stopped == nil {
		var err error
		it.ro, err = it.reread(it.rw)
		it.fail(explain("opening to read back", err))
	}
	if it.entry != nil {
		closeFile(&it.rw)
	}
}
