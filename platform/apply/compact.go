package apply

import (
	"bytes"
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

// A clean file is written anew without the filler in it, and the copy takes the
// file's place. The tags were destroyed in place before, so neither the copy nor
// the clusters that the old file leaves behind ever hold one.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errSpread refuses to part the names of a file.
var errSpread = errors.New("it has several names")

// compact writes the item's file anew if that makes it smaller. The file is
// clean already: what goes wrong before the copy takes its place is only noted.
func (r *run) compact(ctx context.Context, it *item) {
	c, err := r.compaction(ctx, it)
	if c == nil && err == nil {
		return
	}
	var placed bool
	if err == nil {
		placed, err = r.copyAndPlace(ctx, it, c)
	}
	if placed {
		it.changed = true
		it.out.Mode, it.out.NewSize = rewritten, c.NewSize()
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
func (r *run) compaction(ctx context.Context, it *item) (*scrub.Compaction, error) {
	c, err := r.compacter.Compact(ctx, it.ro, it.at.Size, r.opt.Scrub)
	if err != nil || c == nil {
		return nil, err
	}
	it.out.Read += c.Read
	if err := c.Check(it.plan); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPlan, err)
	}
	if it.at.Nlink > 1 {
		return nil, errSpread
	}
	return c, nil
}

// copyAndPlace makes the copy, proves it, and puts it where the file was. placed
// tells whether the file's name may lead to the copy.
func (r *run) copyAndPlace(ctx context.Context, it *item, c *scrub.Compaction) (placed bool, err error) {
	before := sha256.New()
	sum := crc32.New(castagnoli)
	src := kept{ctx: ctx, src: it.ro, c: c, buf: r.buffer()}
	wanted := payloadFilter{payload(it.plan), before}
	if err := src.each(func(p []byte, from int64) error { sum.Write(p); wanted.take(p, from); return nil }); err != nil {
		return false, explain("reading", err)
	}
	if err := room(it.ro, c.NewSize()); err != nil {
		return false, err
	}
	dir := it.entry.Folder()
	name := walk.Temp{For: it.entry.Name, Sum: sum.Sum32()}.Name()
	if name == "" {
		return false, unix.ENAMETOOLONG
	}
	f, err := dir.Create(name, 0o600)
	if err != nil {
		return false, explain("making the copy", err)
	}
	defer f.Close()
	defer func() {
		if !placed {
			r.opt.kernel.remove(dir, name) // a later run does it otherwise
		}
	}()
	if err := lock(f); err != nil {
		return false, explain("locking the copy", err)
	}
	if err := r.fillCopy(it, f, src); err != nil {
		return false, err
	}
	if err := r.proveCopy(ctx, it, f, before.Sum(nil)); err != nil {
		return false, err
	}
	r.setRewritten(it.out.Path) // before anybody can find it there
	return r.place(it, f, name)
}

// fillCopy writes the copy and gives it what else belongs to the file.
func (r *run) fillCopy(it *item, f *os.File, src kept) error {
	var at int64
	err := src.each(func(p []byte, _ int64) error {
		n, err := r.opt.kernel.writeAt(f, p, at)
		at += int64(n)
		it.out.Written += int64(n)
		r.event(it, Compacting, at, src.c.NewSize())
		return err
	})
	if err != nil {
		return explain("writing the copy", err)
	}
	copyAttributes(it.ro, f, &it.first)
	if err := r.opt.kernel.setTimes(f, r.opt.MTime.after(&it.first)); err != nil {
		it.note("%s", noTimes)
	}
	return explain("syncing the copy", r.opt.kernel.sync(f))
}

// proveCopy reads the copy back from the drive: it must be clean and have the
// payload of the original.
func (r *run) proveCopy(ctx context.Context, it *item, f *os.File, before []byte) error {
	unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED)
	ro, err := reopen(f, unix.O_RDONLY|unix.O_NOATIME)
	if err != nil {
		return explain("reading the copy back", err)
	}
	copied := &item{ro: ro}
	defer ro.Close()
	if err := unix.Fstat(int(ro.Fd()), &copied.at); err != nil {
		return explain("looking", err)
	}
	plan, err := r.study(ctx, copied, r.opt.Scrub)
	if err != nil {
		return err
	}
	it.out.Read += copied.out.Read
	if plan.Status() != scrub.Clean {
		return fmt.Errorf("%w: the copy", ErrNotProven)
	}
	after := sha256.New()
	if err := plan.Payload(ro, after); err != nil {
		return explain("reading the copy back", err)
	}
	if !bytes.Equal(before, after.Sum(nil)) {
		return fmt.Errorf("%w: the copy's picture or sound is another", ErrNotProven)
	}
	return nil
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
	if err := it.stillNamed(); err != nil {
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
	if err := it.stillNamed(); err != nil { // there is no way back from here
		return false, err
	}
	if err := k.rename(dir, temp, name, 0); err != nil {
		return false, explain("putting the copy in place", err)
	}
	return true, explain("syncing", errors.Join(k.sync(f), k.syncFolder(dir)))
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
	if err := k.remove(dir, temp); err != nil {
		return true, explain("removing the old file", err)
	}
	return true, explain("syncing the folder", k.syncFolder(dir))
}

// alone makes sure that nobody has the file open, who would go on with the old
// one, and that no other run takes it for a leftover while it has the
// temporary name.
func (r *run) alone(it *item) error {
	if err := unchanged(it.ro, &it.at); err != nil {
		return err
	}
	r.open(context.Background(), []*item{it})
	err := it.stopped
	it.stopped = nil // not being compacted is no failure
	if err != nil {
		return err
	}
	return explain("locking", lock(it.rw))
}

// kept reads what a compaction keeps, patched, in pieces.
type kept struct {
	ctx context.Context
	src io.ReaderAt
	c   *scrub.Compaction
	buf []byte
}

// each calls f with the pieces in order and where they come from.
func (k kept) each(f func(p []byte, from int64) error) error {
	var at int64
	drops := append([]scrub.Range(nil), k.c.Drops...)
	drops = append(drops, scrub.Range{Off: k.c.Size})
	patches := k.c.Patches
	for _, d := range drops {
		for at < d.Off {
			if k.ctx.Err() != nil {
				return context.Cause(k.ctx)
			}
			p := k.buf[:min(int64(len(k.buf)), d.Off-at)]
			if _, err := k.src.ReadAt(p, at); err != nil {
				return err
			}
			patches = patch(p, at, patches)
			if err := f(p, at); err != nil {
				return err
			}
			at += int64(len(p))
		}
		at = d.End()
	}
	return nil
}

// patch applies edits to the bytes p, which lie at off, and returns the edits
// that concern what follows.
func patch(p []byte, off int64, edits []scrub.Edit) []scrub.Edit {
	end := off + int64(len(p))
	for len(edits) > 0 && edits[0].Off < end {
		edits[0].Onto(p, off)
		if edits[0].End() > end {
			break
		}
		edits = edits[1:]
	}
	return edits
}

// payloadFilter passes on what lies in the spans.
type payloadFilter struct {
	spans []scrub.Span
	to    io.Writer
}

// take is called with pieces in order.
func (f *payloadFilter) take(p []byte, from int64) {
	end := from + int64(len(p))
	for len(f.spans) > 0 && f.spans[0].Off < end {
		s := f.spans[0]
		if lo, hi := max(s.Off, from), min(s.End(), end); lo < hi {
			f.to.Write(p[lo-from : hi-from])
		}
		if s.End() > end {
			break
		}
		f.spans = f.spans[1:]
	}
}

// spare is left free on the drive, in bytes: folders and tables grow too.
const spare = 1 << 20

// room tells whether the drive of f has n bytes left.
func room(f *os.File, n int64) error {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(f.Fd()), &st); err != nil {
		return explain("asking for free space", err)
	}
	if free := int64(st.Bavail) * int64(st.Bsize); free < n+spare {
		return explain(fmt.Sprintf("a copy takes %d bytes, %d are free", n, free), unix.ENOSPC)
	}
	return nil
}

// lock tells other runs that the file is being worked on.
func lock(f *os.File) error {
	return restart(func() error { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) })
}
