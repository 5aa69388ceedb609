package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path"
	"slices"
	"sync"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
	"untag/scrub"
)

// Clean copies are made instead of changing the files: the original is planned, and
// what the plan changes is changed on the way, so that no byte of a tag is ever
// written. A copy has a temporary name until it was read back and proven; one that
// does not prove is removed.

// Copies is where clean copies go.
type Copies struct {
	Root *walk.Root
	// Place is where the copy of an entry goes, a path beneath the root.
	Place func(*walk.Entry) string
	// Partly has files copied as well that can only be cleaned in part.
	Partly bool
}

// copied is the mode of a file of which there is a new copy.
const copied = "copied"

// ErrTaken refuses to overwrite what is not the copy.
var ErrTaken = errors.New("another file is where the copy would be")

// duplicate is a copy that is being made.
type duplicate struct {
	*item     // the copy: no entry of a walk, and open for writing
	of        *item
	at        *walk.Entry
	temporary string
}

// copies tells whether a copy is to be made of what was planned.
func (r *run) copies(p *scrub.Plan) bool {
	switch p.Status() {
	case scrub.Clean, scrub.Dirty:
		return !r.leaves(p)
	case scrub.Partly:
		return r.opt.Copies.Partly && p.Refused == ""
	}
	return false
}

// duplicateAll makes copies of a batch, which share their syncs, and reports.
func (r *run) duplicateAll(ctx context.Context, batch []*item) {
	var made []*duplicate
	for _, it := range batch {
		d, err := r.duplicate(ctx, it)
		it.fail(err)
		if d != nil {
			made = append(made, d)
		}
	}
	r.barrier(itemsOf(made), true)
	r.proveAll(ctx, made)
	for _, d := range made {
		d.of.fail(d.stopped)
		d.of.fail(r.settleIn(ctx, d))
	}
	made = slices.DeleteFunc(made, func(d *duplicate) bool { return d.of.stopped != nil })
	if len(made) > 0 {
		r.barrier(itemsOf(made), true)
		r.syncFolders(made)
	}
	for _, d := range made {
		d.of.fail(d.stopped)
		d.close()
		d.at.Release()
	}
	for _, it := range batch {
		r.conclude(ctx, it)
	}
}

// syncFolders waits until the names of the copies are on the drive, and those of the folders
// on the way to them, which may be new.
func (r *run) syncFolders(made []*duplicate) {
	synced := map[string]error{}
	for _, d := range made {
		for rel := d.at.Rel; rel != "."; rel = path.Dir(rel) {
			in := path.Dir(rel)
			if _, done := synced[in]; !done {
				synced[in] = explain("syncing the folder", r.syncFolderOf(rel))
			}
			d.of.fail(synced[in])
		}
	}
}

// syncFolderOf waits until what is in the folder of rel is on the drive.
func (r *run) syncFolderOf(rel string) error {
	e, err := r.opt.Copies.Root.Entry(rel)
	if err != nil {
		return err
	}
	defer e.Release()
	return r.opt.kernel.syncFolder(e.Folder())
}

func itemsOf(all []*duplicate) (items []*item) {
	for _, d := range all {
		items = append(items, d.item)
	}
	return items
}

// duplicate writes the copy under a temporary name. It returns nil if there is one already.
func (r *run) duplicate(ctx context.Context, it *item) (*duplicate, error) {
	at, err := r.opt.Copies.Root.Make(r.opt.Copies.Place(it.entry))
	if err != nil {
		return nil, explain("making the folder of the copy", err)
	}
	d := &duplicate{item: &item{}, of: it, at: at, temporary: walk.CopyName(at.Name)}
	it.out.Copy = at.Path
	switch there, err := at.Stat(); {
	case err == nil:
		defer at.Release()
		return nil, r.match(ctx, it, at, &there)
	case !errors.Is(err, unix.ENOENT):
		at.Release()
		return nil, explain("looking where the copy goes", err)
	}
	if err = r.write(ctx, d); err != nil {
		r.discard(d)
		return nil, err
	}
	return d, nil
}

// createCopy makes the temporary file. One that a killed run left holds no tag, and is
// no use: it may end anywhere.
func (r *run) createCopy(d *duplicate) (err error) {
	perm := d.of.at.Mode & 0o777
	dir := d.at.Folder()
	d.rw, err = r.create(dir, d.temporary, perm)
	if errors.Is(err, unix.EEXIST) {
		if err := r.unlinkLeftover(dir, d.temporary); err != nil {
			return explain("removing what an interrupted run left", err)
		}
		d.rw, err = r.create(dir, d.temporary, perm)
	}
	return err
}

// unlinkLeftover removes the name of a copy that no other run makes.
func (r *run) unlinkLeftover(dir *walk.Folder, name string) error {
	old, _, err := dir.Open(name, unix.O_RDONLY)
	if err != nil {
		return err
	}
	defer old.Close()
	if err := cmp.Or(lock(old), leads(dir, name, old)); err != nil {
		return err
	}
	return r.opt.kernel.remove(dir, name)
}

func (r *run) write(ctx context.Context, d *duplicate) error {
	if err := r.createCopy(d); err != nil {
		return err
	}
	it := d.of
	if err := roomFor(d.rw, it.plan.NewSize()); err != nil {
		return err
	}
	if err := r.transfer(ctx, it, d.rw); err != nil {
		return err
	}
	if r.opt.MTime != NowTime {
		if err := r.opt.kernel.setTimes(d.rw, r.opt.MTime.after(&it.first)); err != nil {
			it.note(noTimes)
		}
	}
	return unchanged(it.ro, &it.at)
}

// roomFor tells whether a file of n bytes can be on the drive of f.
func roomFor(f *os.File, n int64) error {
	if n > math.MaxUint32 && fsOf(f) == unix.MSDOS_SUPER_MAGIC {
		return explain("a file on FAT has less than 4 GiB", unix.EFBIG)
	}
	return room(f, n)
}

// proveAll reads the copies back from the drive: they have to be what was planned.
func (r *run) proveAll(ctx context.Context, made []*duplicate) {
	var proofs sync.WaitGroup
	free := make(chan struct{}, r.opt.Jobs)
	for _, d := range made {
		free <- struct{}{}
		proofs.Go(func() {
			if d.stopped == nil {
				d.fail(r.proveDuplicate(ctx, d))
			}
			<-free
		})
	}
	proofs.Wait()
}

func (r *run) proveDuplicate(ctx context.Context, d *duplicate) (err error) {
	unix.Fadvise(int(d.rw.Fd()), 0, 0, unix.FADV_DONTNEED) // or memory would be compared with itself
	if err := unix.Fstat(int(d.rw.Fd()), &d.item.at); err != nil {
		return explain("looking", err)
	}
	if d.ro, err = reopen(d.rw, unix.O_RDONLY|unix.O_NOATIME); err != nil {
		return explain("opening to read back", err)
	}
	r.event(d.of, Proving, 0, d.item.at.Size)
	if err := r.same(ctx, d.of, d.ro); errors.Is(err, errDiffers) {
		return fmt.Errorf("%w: the copy has %w", ErrNotProven, err)
	} else if err != nil {
		return err
	}
	return r.provenAs(ctx, d.item, d.of)
}

// provenAs plans what lies where the copy is, and returns an error unless that is clean,
// or as clean as was planned, and picture and sound are where they were.
func (r *run) provenAs(ctx context.Context, c, it *item) error {
	opt := r.opt.Scrub
	if it.plan.Refused == "" && len(it.plan.Doubts) == 0 {
		opt.Known = payload(it.plan)
	}
	plan, err := r.study(ctx, c, opt)
	if err != nil {
		return err
	}
	it.out.Read += c.out.Read
	c.plan = plan
	status := plan.Status()
	switch {
	case c.at.Size != it.plan.NewSize(), !it.plan.KeptBy(plan):
		return fmt.Errorf("%w: picture or sound of the copy is not what it was", ErrNotProven)
	case c.todo():
		return fmt.Errorf("%w: %s", ErrNotProven, countTags(plan))
	case status != scrub.Clean && (status != scrub.Partly || !r.opt.Copies.Partly):
		return fmt.Errorf("%w: the copy", ErrNotProven)
	}
	return nil
}

// settleIn gives a proven copy its name, and removes any other.
func (r *run) settleIn(ctx context.Context, d *duplicate) (err error) {
	defer func() {
		if err != nil {
			r.discard(d)
		}
	}()
	switch {
	case d.of.stopped != nil:
		return d.of.stopped
	case ctx.Err() != nil:
		return context.Cause(ctx)
	}
	k, dir := r.opt.kernel, d.at.Folder()
	if err := leads(dir, d.temporary, d.rw); err != nil {
		return err
	}
	err = k.rename(dir, d.temporary, d.at.Name, unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EOPNOTSUPP) {
		// Some servers of FUSE. Nothing was there a moment ago.
		if _, err = d.at.Stat(); errors.Is(err, unix.ENOENT) {
			err = k.rename(dir, d.temporary, d.at.Name, 0)
		} else if err == nil {
			err = unix.EEXIST
		}
	}
	switch {
	case errors.Is(err, unix.EEXIST):
		return ErrTaken
	case err != nil:
		return explain("naming the copy", err)
	}
	r.finishCopy(d.of, d.item.plan)
	d.of.out.Mode = copied
	return nil
}

// discard removes a copy that is not to be.
func (r *run) discard(d *duplicate) {
	if d.rw != nil {
		r.discardTemporary(d.at.Folder(), d.temporary, d.rw)
	}
	d.close()
	d.at.Release()
}

// finishCopy sets the outcome from the plan of the copy.
func (r *run) finishCopy(it *item, p *scrub.Plan) {
	o, todo := &it.out, it.todo()
	o.NewSize = it.plan.NewSize()
	r.verdict(it, p)
	if o.Status == Clean && todo {
		o.Status = Cleaned
	}
}

// match tells whether what is there is the copy, proven clean; an error if not.
func (r *run) match(ctx context.Context, it *item, at *walk.Entry, there *unix.Stat_t) error {
	if there.Mode&unix.S_IFMT != unix.S_IFREG || there.Size != it.plan.NewSize() || inodeOf(there) == it.key {
		return ErrTaken
	}
	c := &item{}
	var err error
	if c.ro, c.at, err = at.Open(unix.O_RDONLY | unix.O_NOATIME); err != nil {
		return explain("opening what is where the copy goes", err)
	}
	defer closeFile(&c.ro)
	unix.Fadvise(int(c.ro.Fd()), 0, 0, unix.FADV_DONTNEED)
	if err := r.same(ctx, it, c.ro); errors.Is(err, errDiffers) {
		return ErrTaken
	} else if err != nil {
		return err
	}
	if err := r.provenAs(ctx, c, it); err != nil {
		return err
	}
	r.finishCopy(it, c.plan)
	it.note("its copy is there already")
	return nil
}

// Room tells how many bytes the copies of what has the name of a medium take at most,
// those that are there already left out, and how many are free.
func (c *Copies) Room(ctx context.Context, roots []*walk.Root, planner Planner, choice walk.Choice) (need, free int64, err error) {
	formats := slices.DeleteFunc(slices.Clone(planner.Formats()), func(f scrub.Format) bool { return f.Parse == nil })
	for _, r := range roots {
		for e, err := range r.Files(ctx, choice) {
			if err != nil || !claims(formats, e.Name) {
				continue
			}
			if st, err := e.Stat(); err == nil {
				need += st.Size - c.there(e, st.Size)
			}
		}
	}
	if ctx.Err() != nil {
		return 0, 0, context.Cause(ctx)
	}
	free, err = c.Root.Free()
	return need, max(free-spare, 0), err
}

// there is how many bytes of the copy of e are there.
func (c *Copies) there(e *walk.Entry, size int64) int64 {
	at, err := c.Root.Entry(c.Place(e))
	if err != nil {
		return 0
	}
	defer at.Release()
	st, err := at.Stat()
	if err != nil {
		return 0
	}
	return min(st.Size, size)
}
