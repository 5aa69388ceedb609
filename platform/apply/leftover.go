package apply

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
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
	errHeld      = errors.New("has become the file that it is waited for with")
	errLinked    = errors.New("has the name of a copy left by an interrupted run, and other names beside it")
)

// leftover deals with the temporary file of an earlier run: see [walk.Temp] for
// what its name says. A copy that is not needed is removed without a word. It returns the item
// if there are tags in it, which no copy of ours has: then it is a file like any
// other, for now.
func (r *run) leftover(ctx context.Context, e entry, temp walk.Temp) *item {
	it := &item{entry: e.Entry, ticket: e.ticket, start: time.Now(), out: Outcome{Path: e.Path, Media: true}}
	err := r.tidy(ctx, it, temp)
	switch {
	case errors.Is(err, ErrGone), errors.Is(err, ErrInUse), errors.Is(err, ErrChanged) && it.busy(): // somebody works on it, perhaps ourselves
		r.letGo(it)
	case err != nil:
		r.drop(ctx, it, err)
	case it.todo():
		return it
	case len(it.out.Reasons) > 0:
		it.out.Status, it.out.Mode = Cleaned, rewritten
		r.done(it)
	default:
		r.letGo(it)
	}
	return nil
}

// busy tells whether somebody works on a leftover that was changed, or has removed it: FUSE
// has no word for that while it is open.
func (it *item) busy() bool {
	return it.ro != nil && lock(it.ro) != nil || errors.Is(it.stillNamed(), ErrGone)
}

// tidy removes the leftover or makes it what it was to become, unless there are
// tags in it. What people should know of is among the reasons then.
func (r *run) tidy(ctx context.Context, it *item, temp walk.Temp) error {
	if err := r.take(ctx, it); err != nil {
		return err
	}
	switch {
	case it.at.Nlink > 1:
		return r.linked(ctx, it)
	case temp.Copy:
		return r.unlinkCopy(ctx, it)
	}
	orig, err := r.original(ctx, it, temp)
	if err != nil {
		return err
	}
	if orig != nil {
		defer r.letGo(orig)
	}
	if err := lock(it.ro); err != nil {
		return explain("locking", err)
	}
	if it.plan, err = r.study(ctx, it, r.opt.Scrub); err != nil {
		return err
	}
	r.adopt(it, it.plan)
	switch old, err := r.outlived(ctx, it, orig, temp); {
	case err != nil:
		return err
	case old:
		it.plan = &scrub.Plan{} // there is nothing to do but this
		if err := r.eraseAll(ctx, it); err != nil {
			return err
		}
		it.out.because("it was what %s replaced in an interrupted run: overwritten and removed", temp.For)
		return nil
	case it.todo():
		return nil
	case orig == nil || orig.at.Size == 0:
		return r.finish(ctx, it, temp)
	}
	if err := r.dispensable(ctx, it, orig); err != nil {
		return err
	}
	return explain("removing", r.opt.kernel.remove(it.entry.Folder(), it.entry.Name))
}

// linked plans a leftover that has several names. What it was once is not sure: what is done to
// it is done to whatever else it is, and one of the names may be that of the original.
func (r *run) linked(ctx context.Context, it *item) error {
	plan, err := r.study(ctx, it, r.opt.Scrub)
	if err != nil {
		return err
	}
	if r.adopt(it, plan); !it.todo() {
		return errLinked
	}
	return nil
}

// unlinkCopy removes what is left of a copy that replaces nothing, unless there are tags in it,
// or it may be another name of the copy that was finished.
func (r *run) unlinkCopy(ctx context.Context, it *item) error {
	name, err := it.entry.Folder().Find(func(name string) bool { return walk.CopyName(name) == it.entry.Name })
	if err != nil {
		return explain("reading the folder", err)
	}
	if name != "" {
		whole, err := r.original(ctx, it, walk.Temp{For: name})
		if err != nil {
			return err
		}
		if whole != nil {
			defer r.letGo(whole)
			if err := differ(ctx, it, whole); err != nil {
				return err
			}
		}
	}
	if err := lock(it.ro); err != nil {
		return explain("locking", err)
	}
	plan, err := r.study(ctx, it, r.opt.Scrub)
	if err != nil {
		return err
	}
	if r.adopt(it, plan); it.todo() {
		return nil
	}
	return explain("removing", r.opt.kernel.remove(it.entry.Folder(), it.entry.Name))
}

// outlived tells whether the leftover, which is not clean, is the old file and not the copy: the
// file that it is of has the bytes that the name tells of, and is what becomes of the old one.
func (r *run) outlived(ctx context.Context, it, orig *item, temp walk.Temp) (bool, error) {
	if orig == nil || it.plan.Status() == scrub.Clean {
		return false, nil
	}
	was, err := sumOf(ctx, it.ro)
	if err != nil {
		return false, err
	}
	is, err := sumOf(ctx, orig.ro)
	switch {
	case err != nil:
		return false, err
	case was == is && len(it.plan.Anew) > 0:
		return false, errSameBytes
	case was == is || is != temp.Sum:
		return false, nil
	}
	if orig.plan, err = r.study(ctx, orig, r.opt.Scrub); err != nil {
		return false, err
	}
	switch {
	case orig.plan.Refused != "" || orig.todo():
		return false, nil
	case len(it.plan.Anew) > 0 && it.plan.RewrittenBy(orig.plan):
		return samePayload(it, orig)
	}
	return halfErased(ctx, it.ro, orig.ro)
}

// samePayload tells whether two files have the same picture and sound.
func samePayload(a, b *item) (bool, error) {
	sumA, sumB := sha256.New(), sha256.New()
	err := cmp.Or(a.plan.Payload(a.ro, sumA), b.plan.Payload(b.ro, sumB))
	return bytes.Equal(sumA.Sum(nil), sumB.Sum(nil)), explain("reading", err)
}

// halfErased tells whether a file may be the old one of now, whose erasing was interrupted: it is
// the same up to a byte that is zero.
func halfErased(ctx context.Context, old, now *os.File) (bool, error) {
	a := bufio.NewReaderSize(io.NewSectionReader(stoppable{ctx, old}, 0, 1<<62), 64<<10)
	b := bufio.NewReaderSize(io.NewSectionReader(stoppable{ctx, now}, 0, 1<<62), 64<<10)
	for {
		was, errA := a.ReadByte()
		is, errB := b.ReadByte()
		switch {
		case errA == io.EOF || errB == io.EOF:
			return false, nil
		case errA != nil || errB != nil:
			return false, explain("reading", cmp.Or(errA, errB))
		case was != is:
			return was == 0, nil
		}
	}
}

// original opens the file that a leftover is of, once nobody else of this run works on it; nil
// if there is none. Who works on it may remove the leftover meanwhile, or make it the original.
func (r *run) original(ctx context.Context, it *item, temp walk.Temp) (*item, error) {
	it.entry.Hold()
	orig := &item{entry: it.entry.Folder().Entry(temp.For), held: it.key}
	err := r.take(ctx, orig)
	if err == nil {
		return orig, nil
	}
	r.letGo(orig)
	switch {
	case errors.Is(err, errHeld) && it.stillNamed() == nil: // on a damaged drive, or by a link of this moment
		return nil, errSameBytes
	case errors.Is(err, errHeld): // a copy of ours, which took its place meanwhile
		return nil, ErrGone
	case errors.Is(err, unix.ENOENT):
		return nil, nil
	}
	return nil, explain("looking", err)
}

// makeWay removes what an earlier run left under the name of the copy of the item's file, which
// is to be copied. What is no part of that is overwritten, and only where tags go with the copy.
func (r *run) makeWay(ctx context.Context, it *item, name string, copied io.Reader) error {
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
	if left.at.Nlink > 1 {
		return errSpread
	}
	if err := differ(ctx, left, it); err != nil {
		return err
	}
	switch ours, err := begins(ctx, copied, left.ro); {
	case err != nil:
		return err
	case ours:
		if err := left.stillNamed(); err != nil {
			return err
		}
		return explain("removing", r.opt.kernel.remove(it.entry.Folder(), name))
	case len(it.plan.Anew) == 0:
		return unix.EEXIST
	}
	if err := r.eraseAll(ctx, left); err != nil {
		return err
	}
	it.out.Written += left.out.Written
	it.note("what an interrupted run had left of it was overwritten and removed")
	return nil
}

// begins tells whether what is read begins with all of the file f.
func begins(ctx context.Context, whole io.Reader, f *os.File) (bool, error) {
	const piece = 64 << 10
	want, got := make([]byte, piece), make([]byte, piece)
	part := io.NewSectionReader(stoppable{ctx, f}, 0, 1<<62)
	for {
		n, err := io.ReadFull(part, got)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return false, explain("reading", err)
		}
		if _, short := io.ReadFull(whole, want[:n]); short == io.EOF || short == io.ErrUnexpectedEOF {
			return false, nil // the file is longer
		} else if short != nil {
			return false, explain("reading", short)
		}
		if !bytes.Equal(want[:n], got[:n]) {
			return false, nil
		}
		if err != nil {
			return true, nil
		}
	}
}

// eraseAll overwrites all of a leftover before it is removed, unless it has another name too.
func (r *run) eraseAll(ctx context.Context, it *item) (err error) {
	if it.at.Nlink > 1 {
		return errSpread
	}
	if it.rw, err = it.forWriting(it.ro); err != nil {
		return explain("opening for writing", err)
	}
	if err := unchanged(it.rw, &it.at); err != nil {
		return err
	}
	w := writer{ctx: ctx, k: r.opt.kernel, f: it.rw, buf: make([]byte, maxWrite), wrote: func(n int) { it.out.Written += int64(n) }}
	err = w.edit(scrub.Edit{Len: it.at.Size})
	if err = cmp.Or(err, w.flush()); err != nil {
		return err
	}
	if err := r.opt.kernel.sync(it.rw); err != nil {
		return explain("syncing", err)
	}
	if err := it.stillNamed(); err != nil {
		return err
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
	if err := errors.Join(k.sync(it.ro), k.syncFolder(dir)); err != nil {
		return explain("syncing", err)
	}
	it.out.because("an interrupted run was finished: it is %s now", temp.For)
	return nil
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
