package apply

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"math"
	"os"
	"slices"

	"golang.org/x/sys/unix"

	"untag/scrub"
)

const (
	// untouched is from how many bytes on the kernel copies what no edit meets.
	untouched = 1 << 20
	// atATime is what it copies until the work can be stopped.
	atATime = 8 << 20
)

// edited is a file as its plan would leave it.
type edited struct {
	io.ReaderAt // of all of it
	src         *os.File
	end         int64
	edits       []scrub.Edit // of all phases, in the order of offsets
	holes       bool         // whether parts of it lie nowhere
	anew        bool         // more than edits are made
}

func (it *item) edited() *edited {
	e := &edited{ReaderAt: it.plan.Performed(it.ro), src: it.ro, end: it.plan.NewSize(), anew: len(it.plan.Anew) > 0}
	if !e.anew {
		e.holes = it.at.Blocks*512 < it.at.Size
		e.edits = slices.SortedStableFunc(slices.Values(it.plan.Edits), func(a, b scrub.Edit) int { return cmp.Compare(a.Off, b.Off) })
	}
	return e
}

// next is where the first edit begins that does not end before at. It is called for offsets in order.
func (e *edited) next(at int64) int64 {
	for len(e.edits) > 0 && e.edits[0].End() <= at {
		e.edits = e.edits[1:]
	}
	if len(e.edits) == 0 {
		return math.MaxInt64
	}
	return max(at, e.edits[0].Off)
}

// extent returns the next bytes from at on that lie on the drive, or are to be edited.
func (e *edited) extent(at int64) (from, to int64) {
	if !e.holes {
		return at, e.end
	}
	from = min(nextData(e.src, at, e.end), e.next(at))
	to, err := unix.Seek(int(e.src.Fd()), from, unix.SEEK_HOLE)
	switch {
	case err != nil:
		to = e.end
	case to <= from: // an edit of a hole
		to = from + untouched
	}
	return from, min(to, e.end)
}

// transfer writes the file as its plan would leave it. What no edit meets the kernel
// copies by itself, where it can.
func (r *run) transfer(ctx context.Context, it *item, to *os.File) error {
	e := it.edited()
	unix.Fadvise(int(it.ro.Fd()), 0, 0, unix.FADV_SEQUENTIAL)
	byKernel := !e.anew
	push := writer{f: to}
	wrote := func(at, n int64) {
		it.out.Written += n
		it.out.Read += n
		push.off = at + n
		push.begin(n)
		r.event(it, Writing, at+n, e.end)
	}
	for at, stop := e.extent(0); at < e.end; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if at >= stop {
			at, stop = e.extent(at)
			continue
		}
		if free := min(e.next(at), stop) - at; byKernel && free >= untouched {
			n, err := r.opt.kernel.copyRange(to, it.ro, at, min(free, atATime))
			switch {
			case n > 0:
				wrote(at, n)
				at += n
				continue
			case err == nil || cantCopy(err):
				byKernel = false
			default:
				return explain("copying", err)
			}
		}
		p := r.buffer()
		p = p[:min(int64(len(p))-at%int64(len(p)), stop-at)]
		if _, err := e.ReadAt(p, at); err != nil {
			return explain("reading", err)
		}
		n, err := r.opt.kernel.writeAt(to, p, at)
		wrote(at, int64(n))
		if err != nil {
			return explain("writing the copy", err)
		}
		at += int64(n)
	}
	return explain("writing the copy", r.opt.kernel.truncate(to, e.end)) // it may end in a hole
}

// cantCopy tells whether copy_file_range(2) can't do it and others can.
func cantCopy(err error) bool {
	for _, e := range []error{unix.EXDEV, unix.EINVAL, unix.ENOSYS, unix.EOPNOTSUPP, unix.EBADF, unix.EPERM, unix.ETXTBSY} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// errDiffers tells that a copy is not what was to be written.
var errDiffers = errors.New("another byte than was to be written")

// same returns an error unless f is the file as its plan would leave it, to the last byte.
func (r *run) same(ctx context.Context, it *item, f *os.File) error {
	const piece = 512 << 10
	e := it.edited()
	buf := make([]byte, 2*piece) // others compare at the same time
	want, got := buf[:piece], buf[piece:]
	for at := int64(0); at < e.end; at += piece {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if e.holes {
			if from, _ := e.extent(at); from > at {
				at = min(from, nextData(f, at, e.end))
			}
		}
		n := min(piece, e.end-at)
		if _, err := e.ReadAt(want[:n], at); err != nil {
			return explain("reading", err)
		}
		if _, err := f.ReadAt(got[:n], at); err != nil {
			return explain("reading the copy back", err)
		}
		it.out.Read += 2 * n
		if !bytes.Equal(want[:n], got[:n]) {
			return errDiffers
		}
		r.event(it, Proving, at+n, e.end)
	}
	return unchanged(it.ro, &it.at)
}
