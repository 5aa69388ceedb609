package apply

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"os"

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
	src   *os.File
	end   int64
	edits [scrub.Truncate][]scrub.Edit // what is left of each phase, in order
	holes bool                         // whether parts of it lie nowhere
	anew  io.ReaderAt                  // all of it, if more than edits are made
}

func (it *item) edited() *edited {
	if len(it.plan.Anew) > 0 {
		return &edited{end: it.plan.NewSize(), anew: it.plan.Performed(it.ro)}
	}
	e := &edited{src: it.ro, end: it.plan.End, holes: it.at.Blocks*512 < it.at.Size}
	for phase := range e.edits {
		e.edits[phase] = it.in(scrub.Phase(phase))
	}
	return e
}

// next is where the first edit begins that is left.
func (e *edited) next() int64 {
	at := int64(math.MaxInt64)
	for _, edits := range e.edits {
		if len(edits) > 0 {
			at = min(at, edits[0].Off)
		}
	}
	return at
}

// read fills p with what lies at off. It is called for pieces in order.
func (e *edited) read(p []byte, off int64) error {
	if e.anew != nil {
		_, err := e.anew.ReadAt(p, off)
		return err
	}
	if _, err := e.src.ReadAt(p, off); err != nil {
		return err
	}
	for phase := range e.edits {
		e.edits[phase] = patch(p, off, e.edits[phase])
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

// extent returns the next bytes from at on that lie on the drive, or are to be edited.
func (e *edited) extent(at int64) (from, to int64) {
	if !e.holes {
		return at, e.end
	}
	from = min(nextData(e.src, at, e.end), max(e.next(), at))
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
	byKernel := e.anew == nil
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
		if free := min(e.next(), stop) - at; byKernel && free >= untouched {
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
		if err := e.read(p, at); err != nil {
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

// same returns an error unless f is the file as its plan would leave it.
func (r *run) same(ctx context.Context, it *item, f *os.File) error {
	e := it.edited()
	buf := r.buffer()
	want, got := buf[:len(buf)/2], buf[len(buf)/2:]
	for at := int64(0); at < e.end; at += int64(len(want)) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n := min(int64(len(want)), e.end-at)
		if err := e.read(want[:n], at); err != nil {
			return explain("reading", err)
		}
		if _, err := f.ReadAt(got[:n], at); err != nil {
			return explain("reading what is where the copy goes", err)
		}
		it.out.Read += 2 * n
		if !bytes.Equal(want[:n], got[:n]) {
			return ErrTaken
		}
		r.event(it, Proving, at+n, e.end)
	}
	return unchanged(it.ro, &it.at)
}
