package apply

import (
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
	if err := lock(it.ro); err != nil {
		return false, explain("locking", err)
	}
	plan, err := r.study(ctx, it, r.opt.Scrub)
	if err != nil {
		return false, err
	}
	if r.adopt(it, plan); it.todo() {
		return false, nil
	}
	dir := it.entry.Folder()
	switch st, err := dir.Stat(temp.For); {
	case errors.Is(err, unix.ENOENT), err == nil && st.Size == 0 && st.Mode&unix.S_IFMT == unix.S_IFREG:
		return true, r.finish(ctx, it, temp)
	case err != nil:
		return false, explain("looking", err)
	}
	if err := r.dispensable(ctx, it, temp); err != nil {
		return false, err
	}
	return false, explain("removing", r.opt.kernel.remove(dir, it.entry.Name))
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
func (r *run) dispensable(ctx context.Context, it *item, temp walk.Temp) error {
	it.entry.Hold()
	orig := &item{entry: it.entry.Folder().Entry(temp.For)}
	defer r.letGo(orig)
	if err := r.take(ctx, orig); err != nil {
		return err
	}
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
