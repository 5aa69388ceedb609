package apply

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
	"untag/scrub"
)

// What a leftover copy can be that is better left to a person.
var (
	errSameBytes = errors.New("is a copy left by an interrupted run, and may share its place on the drive with the original: have the drive checked (fsck) before removing it")
	errBadCopy   = errors.New("is a copy left by an interrupted run, and is not whole; the original is missing or damaged")
)

// leftover deals with the temporary file of an earlier run: see [walk.Temp] for
// what its name says. What was removed is not worth a word. It returns the item
// if there are tags in it, which no copy of ours has: then it is a file like any
// other, for now.
func (r *run) leftover(ctx context.Context, e entry, temp walk.Temp) *item {
	it := &item{entry: e.Entry, ticket: e.ticket, start: time.Now(), out: Outcome{Path: e.Path, Media: true}}
	finished, err := r.tidy(ctx, it, temp)
	switch {
	case errors.Is(err, ErrGone), errors.Is(err, ErrInUse): // somebody works on it, perhaps ourselves
		r.letGo(it)
	case err != nil:
		r.drop(ctx, it, err)
	case it.todo():
		return it
	case finished:
		it.out.Status, it.out.Mode = Cleaned, rewritten
		it.out.because("an interrupted run was finished: it is %s now", temp.For)
		r.done(it)
	default:
		r.letGo(it)
	}
	return nil
}

// tidy removes the leftover or makes it what it was to become, unless there are
// tags in it.
func (r *run) tidy(ctx context.Context, it *item, temp walk.Temp) (finished bool, err error) {
	if err := r.take(ctx, it); err != nil {
		return false, err
	}
	orig, err := r.original(ctx, it, temp)
	if err != nil {
		return false, err
	}
	if orig != nil {
		defer r.letGo(orig)
	}
	if err := lock(it.ro); err != nil {
		return false, explain("locking", err)
	}
	plan, err := r.study(ctx, it, r.opt.Scrub)
	if err != nil {
		return false, err
	}
	r.adopt(it, plan)
	switch old, err := r.outlived(ctx, it, orig, temp); {
	case err != nil:
		return false, err
	case old:
		it.plan = &scrub.Plan{} // there is nothing to do but this
		return false, r.eraseAll(ctx, it)
	case it.todo():
		return false, nil
	case orig == nil || orig.at.Size == 0:
		return true, r.finish(ctx, it, temp)
	}
	if err := r.dispensable(ctx, it, orig); err != nil {
		return false, err
	}
	return false, explain("removing", r.opt.kernel.remove(it.entry.Folder(), it.entry.Name))
}

// outlived tells whether the leftover, which is not clean, is the old file and not the copy: the
// file that it is of has the bytes that the name tells of. What its tags were is still there.
func (r *run) outlived(ctx context.Context, it, orig *item, temp walk.Temp) (bool, error) {
	if orig == nil || it.plan.Status() == scrub.Clean {
		return false, nil
	}
	was, err := sumOf(ctx, it.ro)
	if err != nil {
		return false, err
	}
	is, err := sumOf(ctx, orig.ro)
	if err == nil && was == is && len(it.plan.Anew) > 0 {
		err = errSameBytes
	}
	return err == nil && is == temp.Sum && was != is, err
}

// original opens the file that a leftover is of, once nobody else of this run works on it; nil
// if there is none. Who works on it may remove the leftover meanwhile.
func (r *run) original(ctx context.Context, it *item, temp walk.Temp) (*item, error) {
	it.entry.Hold()
	orig := &item{entry: it.entry.Folder().Entry(temp.For)}
	_, err := orig.entry.Stat()
	if err == nil {
		if err = r.take(ctx, orig); err == nil {
			return orig, nil
		}
	}
	r.letGo(orig)
	if errors.Is(err, unix.ENOENT) {
		err = nil
	}
	return nil, explain("looking", err)
}

// makeWay removes what an earlier run left under the name of the copy of the item's file.
func (r *run) makeWay(ctx context.Context, it *item, name string) error {
	left := &item{entry: it.entry.Folder().Entry(name)}
	it.entry.Hold()
	defer left.close()
	var err error
	if left.ro, left.at, err = left.entry.Open(unix.O_RDONLY | unix.O_NOATIME); err != nil {
		return explain("opening", err)
	}
	if err := lock(left.ro); err != nil {
		return explain("locking", err)
	}
	if err := differ(ctx, left, it); err != nil {
		return err
	}
	return r.eraseAll(ctx, left)
}

// eraseAll overwrites all of a leftover before it is removed.
func (r *run) eraseAll(ctx context.Context, it *item) (err error) {
	if it.rw, err = it.forWriting(it.ro); err != nil {
		return explain("opening for writing", err)
	}
	w := writer{ctx: ctx, k: r.opt.kernel, f: it.rw, buf: make([]byte, maxWrite), wrote: func(int) {}}
	err = w.edit(scrub.Edit{Len: it.at.Size})
	if err = cmp.Or(err, w.flush()); err != nil {
		return err
	}
	if err := r.opt.kernel.sync(it.rw); err != nil {
		return explain("syncing", err)
	}
	return explain("removing", r.opt.kernel.remove(it.entry.Folder(), it.entry.Name))
}

// finish makes the copy the file that it is of.
func (r *run) finish(ctx context.Context, it *item, temp walk.Temp) error {
	sum, err := sumOf(ctx, it.ro)
	if err != nil {
		return err
	}
	if sum != temp.Sum || it.plan.Status() != scrub.Clean {
		return errBadCopy
	}
	k, dir := r.opt.kernel, it.entry.Folder()
	if err := k.rename(dir, it.entry.Name, temp.For, 0); err != nil {
		return explain("putting the copy in place", err)
	}
	return explain("syncing", errors.Join(k.sync(it.ro), k.syncFolder(dir)))
}

// dispensable returns an error unless the original is whole without the copy.
func (r *run) dispensable(ctx context.Context, it, orig *item) error {
	if err := differ(ctx, it, orig); err != nil {
		return err
	}
	plan, err := r.study(ctx, orig, r.opt.Scrub)
	if err != nil {
		return fmt.Errorf("the file it is a copy of: %w", err)
	}
	if plan.Status() == scrub.Unsupported {
		return errBadCopy
	}
	return nil
}

// differ returns an error if both files have the same bytes. When the power goes
// between the two halves of a rename or an exchange, FAT and exFAT list the same
// clusters under both names, the old file's or the copy's. Removing one name
// would free what the other needs.
func differ(ctx context.Context, a, b *item) error {
	if a.at.Size != b.at.Size {
		return nil
	}
	sumA, err := sumOf(ctx, a.ro)
	if err != nil {
		return err
	}
	sumB, err := sumOf(ctx, b.ro)
	if err == nil && sumA == sumB {
		return errSameBytes
	}
	return err
}

func sumOf(ctx context.Context, f *os.File) (uint32, error) {
	h := crc32.New(castagnoli)
	_, err := io.Copy(h, io.NewSectionReader(stoppable{ctx, f}, 0, 1<<62))
	if stopped(ctx, err) {
		return 0, err
	}
	return h.Sum32(), explain("reading", err)
}
