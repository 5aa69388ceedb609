package apply

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
	"untag/scrub"
)

// Where a plan has to be carried out in a new file, or a clean file is to lose its filler, a
// copy is written under another name, proven, and takes the file's place. What the copy lacks
// is overwritten in the old file, through the descriptor that is still open, before its
// clusters are freed. What can go in place went before, so the copy never holds a tag.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errSpread refuses to part the names of a file.
var errSpread = errors.New("it has several names")

// rewrite carries out what takes a new file.
func (r *run) rewrite(ctx context.Context, it *item) {
	var err error
	switch w := it.plan.Rewrite(); {
	case it.entry == nil:
		err = r.respool(ctx, it, w)
	case it.at.Nlink > 1:
		err = errSpread
	default:
		_, err = r.copyAndPlace(ctx, it, w)
	}
	if err != nil {
		it.fail(fmt.Errorf("can't be written anew, as it would have to be: %w", err))
	}
}

// compact writes the item's file anew if that makes it smaller. The file is
// clean already: what goes wrong before the copy takes its place is only noted.
func (r *run) compact(ctx context.Context, it *item) {
	w, err := r.compaction(ctx, it)
	if w == nil && err == nil {
		return
	}
	var placed bool
	status := it.out.Status
	if err == nil {
		placed, err = r.copyAndPlace(ctx, it, w)
		it.out.Status = status // a clean file is no other for being smaller
	}
	switch {
	case err == nil:
	case placed:
		it.fail(err)
	default:
		it.note("not compacted: %v", err)
	}
}

// compaction asks what the file can do without; nil if nothing.
func (r *run) compaction(ctx context.Context, it *item) (*scrub.Rewrite, error) {
	w, err := r.compacter.Compact(ctx, it.ro, it.at.Size, r.opt.Scrub)
	if err != nil || w == nil {
		return nil, err
	}
	it.out.Read += w.Read
	if err := w.Check(it.plan); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	if it.at.Nlink > 1 {
		return nil, errSpread
	}
	return w, nil
}

// copyAndPlace makes the copy, proves it, and puts it where the file was. placed
// tells whether the file's name may lead to the copy. On an SMB share nothing can take
// the place of a file that is open, as it is here so that it can be overwritten. Worse:
// when it is tried, Linux has the server delete the file, and then fails.
func (r *run) copyAndPlace(ctx context.Context, it *item, w *scrub.Rewrite) (placed bool, err error) {
	if r.opt.kernel.fromServer(it.file()) {
		return false, ErrShare
	}
	before, sum := sha256.New(), crc32.New(castagnoli)
	src := content(ctx, it.ro, w)
	wanted := &payloadFilter{spans: w.Payload(it.plan), to: before}
	if _, err := io.CopyBuffer(io.MultiWriter(sum, wanted), onlyReader{src()}, r.buffer()); err != nil {
		return false, explain("reading", err)
	}
	if err := room(it.ro, w.NewSize()); err != nil {
		return false, err
	}
	dir := it.entry.Folder()
	name := walk.Temp{For: it.entry.Name, Sum: sum.Sum32()}.Name()
	if name == "" {
		return false, unix.ENAMETOOLONG
	}
	f, err := r.create(dir, name, 0o600)
	if errors.Is(err, unix.EEXIST) {
		switch way := r.makeWay(ctx, it, name, src()); {
		case errors.Is(way, unix.EEXIST):
			return false, err
		case way != nil:
			return false, explain("removing what an interrupted run left", way)
		}
		f, err = r.create(dir, name, 0o600)
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	defer func() {
		if !placed {
			r.discardTemporary(dir, name, f)
		}
	}()
	if err := r.fillCopy(it, f, src(), w.NewSize()); err != nil {
		return false, err
	}
	plan, err := r.proveCopy(ctx, it, f, before.Sum(nil))
	if err != nil {
		return false, err
	}
	if placed, err = r.place(it, f, name); placed {
		it.changed, it.out.Mode = true, rewritten
		it.proven = false // what was proven is another file than the item's
		r.adopt(it, plan)
		r.verdict(it, plan)
	}
	return placed, err
}

// content returns readers of what a rewrite makes of a file.
func content(ctx context.Context, f *os.File, w *scrub.Rewrite) func() io.Reader {
	all := w.Written(stoppable{ctx, f})
	return func() io.Reader { return io.NewSectionReader(all, 0, w.NewSize()) }
}

// onlyReader hides that there is another way to copy than through the buffer.
type onlyReader struct{ io.Reader }

// respool is copyAndPlace for a stream.
func (r *run) respool(ctx context.Context, it *item, w *scrub.Rewrite) error {
	src, before := content(ctx, it.ro, w), sha256.New()
	if err := it.plan.Payload(it.ro, before); err != nil {
		return explain("reading", err)
	}
	copied, err := newSpool(ctx, src())
	if err != nil {
		return err
	}
	plan, err := r.proveCopy(ctx, it, copied.File, before.Sum(nil))
	if err != nil {
		copied.discard()
		return err
	}
	was := *it.spool
	*it.spool = *copied
	was.discard()
	it.rw, it.out.Mode = copied.File, rewritten
	it.out.Written += w.NewSize()
	r.adopt(it, plan)
	r.verdict(it, plan)
	return nil
}

// fillCopy writes the copy, of size bytes, and gives it what else belongs to the file.
func (r *run) fillCopy(it *item, f *os.File, src io.Reader, size int64) error {
	stage := Writing
	if it.plan.Rewrite() == nil {
		stage = Compacting
	}
	var at int64
	for p := r.buffer(); at < size; {
		n, err := io.ReadFull(src, p[:min(size-at, int64(len(p)))])
		if err != nil {
			return explain("reading", err)
		}
		n, err = r.opt.kernel.writeAt(f, p[:n], at)
		at += int64(n)
		it.out.Written += int64(n)
		if r.event(it, stage, at, size); err != nil {
			return explain("writing the copy", err)
		}
	}
	copyAttributes(it.ro, f, &it.first)
	if err := r.opt.kernel.setTimes(f, r.opt.MTime.after(&it.first)); err != nil {
		it.note("%s", noTimes)
	}
	return explain("syncing the copy", r.opt.kernel.sync(f))
}

// proveCopy reads the copy back from the drive: there must be nothing more to do, and it must
// have the payload of the original. It returns the copy's plan.
func (r *run) proveCopy(ctx context.Context, it *item, f *os.File, before []byte) (*scrub.Plan, error) {
	unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	ro, err := reopen(f, unix.O_RDONLY|unix.O_NOATIME)
	if err != nil {
		return nil, explain("reading the copy back", err)
	}
	copied := &item{ro: ro}
	defer ro.Close()
	if err := unix.Fstat(int(ro.Fd()), &copied.at); err != nil {
		return nil, explain("looking", err)
	}
	plan, err := r.study(ctx, copied, r.opt.Scrub)
	if err != nil {
		return nil, err
	}
	it.out.Read += copied.out.Read
	if !it.plan.RewrittenBy(plan) {
		return nil, fmt.Errorf("%w: the copy", ErrNotProven)
	}
	after := sha256.New()
	if err := plan.Payload(ro, after); err != nil {
		return nil, explain("reading the copy back", err)
	}
	if !bytes.Equal(before, after.Sum(nil)) {
		return nil, fmt.Errorf("%w: the copy's picture or sound is another", ErrNotProven)
	}
	return plan, nil
}

// place puts the copy f, which stands at temp, where the file is. The ways are
// those that leave a whole file under the name wherever the power goes: on FAT a
// rename is only good once the file itself is synced, not only the folder.
func (r *run) place(it *item, f *os.File, temp string) (placed bool, err error) {
	if err := r.alone(it); err != nil {
		return false, err
	}
	defer closeFile(&it.rw)
	k, dir, name := r.opt.kernel, it.entry.Folder(), it.entry.Name
	if err := cmp.Or(it.stillNamed(), leads(dir, temp, f)); err != nil {
		return false, err
	}
	err = k.rename(dir, temp, name, unix.RENAME_EXCHANGE)
	switch {
	case err == nil:
		return r.exchanged(it, f, temp)
	case !errors.Is(err, unix.EINVAL) && !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EOPNOTSUPP):
		return false, explain("putting the copy in place", err)
	}
	// exFAT, NTFS and FUSE can't exchange. The folder is synced first, so that
	// the copy has a name on the drive whatever becomes of the rename.
	if err := k.syncFolder(dir); err != nil {
		return false, explain("syncing the folder", err)
	}
	if err := cmp.Or(it.stillNamed(), leads(dir, temp, f)); err != nil { // there is no way back from here
		return false, err
	}
	if err := k.rename(dir, temp, name, 0); err != nil {
		return false, explain("putting the copy in place", err)
	}
	if err := errors.Join(k.sync(f), k.syncFolder(dir)); err != nil {
		return true, explain("syncing", err)
	}
	return true, r.erase(it)
}

// erase overwrites what of the old file is not in the copy that took its place.
func (r *run) erase(it *item) error {
	w := writer{ctx: context.Background(), k: r.opt.kernel, f: it.rw, buf: r.buffer(), wrote: func(n int) { it.out.Written += int64(n) }}
	for _, c := range it.plan.Anew {
		if err := w.edit(scrub.Edit{Off: c.Off, Len: c.Len}); err != nil {
			return err
		}
	}
	if err := w.flush(); err != nil || len(it.plan.Anew) == 0 {
		return err
	}
	return explain("syncing", r.opt.kernel.sync(it.rw))
}

// exchanged finishes after the copy and the old file have traded names.
func (r *run) exchanged(it *item, f *os.File, temp string) (placed bool, err error) {
	k, dir, name := r.opt.kernel, it.entry.Folder(), it.entry.Name
	if st, err := dir.Stat(temp); err != nil || inodeOf(&st) != inodeOf(&it.at) {
		// Somebody put another file there in the last moment: it goes back.
		if err := k.rename(dir, temp, name, unix.RENAME_EXCHANGE); err != nil {
			return true, explain("putting back what was there", err)
		}
		return false, ErrChanged
	}
	if err := errors.Join(k.sync(f), k.sync(it.rw), k.syncFolder(dir)); err != nil {
		return true, explain("syncing", err)
	}
	if err := r.erase(it); err != nil {
		return true, err
	}
	if err := k.remove(dir, temp); err != nil {
		return true, explain("removing the old file", err)
	}
	return true, explain("syncing the folder", k.syncFolder(dir))
}

// alone opens the file for writing, once nobody else has it open, who would go on with
// the old one, and locks it: it gets the temporary name, and no other run is to take it
// for a leftover as long as it is open.
func (r *run) alone(it *item) error {
	if err := it.unchanged(it.ro); err != nil {
		return err
	}
	r.open(context.Background(), []*item{it})
	err := it.stopped
	it.stopped = nil // whether it is a failure not to be written anew, the caller knows
	if err != nil {
		return err
	}
	return explain("locking", lock(it.rw))
}

// payloadFilter passes on what lies in the spans of what is written to it.
type payloadFilter struct {
	spans []scrub.Span
	to    io.Writer
	at    int64
}

// Write implements [io.Writer].
func (f *payloadFilter) Write(p []byte) (int, error) {
	from, end := f.at, f.at+int64(len(p))
	for f.at = end; len(f.spans) > 0 && f.spans[0].Off < end; f.spans = f.spans[1:] {
		s := f.spans[0]
		if lo, hi := max(s.Off, from), min(s.End(), end); lo < hi {
			f.to.Write(p[lo-from : hi-from])
		}
		if s.End() > end {
			break
		}
	}
	return len(p), nil
}

// spare is left free on the drive, in bytes: folders and tables grow too.
const spare = 1 << 20

// room tells whether the drive of f has n bytes left.
func room(f *os.File, n int64) error {
	free, err := walk.Free(int(f.Fd()))
	if err != nil {
		return explain("asking for free space", err)
	}
	if free < n+spare {
		return explain(fmt.Sprintf("a copy takes %d bytes, %d are free", n, free), unix.ENOSPC)
	}
	return nil
}
