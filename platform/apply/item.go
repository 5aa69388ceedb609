package apply

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
	"untag/scrub"
)

// item is one file on its way from the plan to the report.
type item struct {
	entry *walk.Entry // held; nil for a stream
	spool *spool      // the stream
	ro    *os.File    // what the planner reads
	rw    *os.File    // what is written; a lease is granted only while ro is closed
	first unix.Stat_t // what the file was when it was found
	at    unix.Stat_t // what it was when last planned or synced
	key   inode
	held  inode // what whoever takes this file works on already
	plan  *scrub.Plan
	out   Outcome
	start time.Time

	ticket  int64 // its place in the line, 0 for none
	proven  bool  // what was last planned is all that a later run has to know of it: see probe
	leased  bool
	signed  bool     // it is, or was
	notes   []string // what could not be kept or done, beside the cleaning
	changed bool     // a write or a cut was begun
	stopped error    // why the work on it ended early; nil if it did not
}

// inode names a file whatever it is called.
type inode struct{ dev, ino uint64 }

func inodeOf(st *unix.Stat_t) inode { return inode{st.Dev, st.Ino} }

// fail ends the work on the item. A nil err does nothing.
func (it *item) fail(err error) {
	if err != nil && it.stopped == nil {
		it.stopped = err
	}
}

func (it *item) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(it.notes, s) {
		it.notes = append(it.notes, s)
	}
}

// file is what is open of the file.
func (it *item) file() *os.File {
	if it.rw != nil {
		return it.rw
	}
	return it.ro
}

// todo tells whether the plan changes anything.
func (it *item) todo() bool { return it.inPlace() || len(it.plan.Anew) > 0 }

// inPlace tells whether the plan changes anything in the file as it is.
func (it *item) inPlace() bool { return len(it.plan.Edits) > 0 || it.plan.End < it.plan.Size }

// in returns the plan's edits of one phase.
func (it *item) in(phase scrub.Phase) []scrub.Edit {
	order := func(e scrub.Edit, p scrub.Phase) int { return cmp.Compare(e.Phase, p) }
	lo, _ := slices.BinarySearchFunc(it.plan.Edits, phase, order)
	hi, _ := slices.BinarySearchFunc(it.plan.Edits, phase+1, order)
	return it.plan.Edits[lo:hi]
}

// weight is about how much memory the plan takes, in bytes.
func (it *item) weight() int64 {
	n := int64(len(it.plan.Map)+len(it.plan.Edits)+4*len(it.plan.Findings)) * 64
	for _, c := range it.plan.Anew {
		n += int64(len(c.Data)) + 64
	}
	for _, e := range it.plan.Edits {
		n += int64(len(e.Data))
		if e.Over != nil {
			n += int64(len(e.Over.Parts))*64 + int64(len(e.Over.Mask))
		}
	}
	return n
}

// same tells whether b is the file a, unchanged.
func same(a, b *unix.Stat_t) bool {
	return inodeOf(a) == inodeOf(b) && a.Size == b.Size && a.Mtim == b.Mtim && a.Ctim == b.Ctim
}

// unchanged is [unchanged] of the item's file. On an SMB share the client makes up other
// times for a second after the file was written and closed, and then has those of the
// server: once we have written to it, what is read back is what counts.
func (it *item) unchanged(f *os.File) error {
	err := unchanged(f, &it.at)
	if err == ErrChanged && it.changed && fromServer(f) {
		var now unix.Stat_t
		if unix.Fstat(int(f.Fd()), &now) == nil && inodeOf(&now) == inodeOf(&it.at) && now.Size == it.at.Size {
			return nil
		}
	}
	return err
}

// fromServer tells whether f lies on an SMB share.
func fromServer(f *os.File) bool {
	fs := fsOf(f)
	return fs == unix.CIFS_SUPER_MAGIC || fs == unix.SMB2_SUPER_MAGIC
}

// reread opens the file of f for reading. It is the same file whatever became
// of its name; where /proc is missing it has to be found by name.
func (it *item) reread(f *os.File) (*os.File, error) {
	g, err := reopen(f, unix.O_RDONLY|unix.O_NOATIME)
	if err == nil || it.entry == nil {
		return g, err
	}
	return it.byName(f, unix.O_RDONLY|unix.O_NOATIME)
}

// forWriting opens the file of f for writing.
func (it *item) forWriting(f *os.File) (*os.File, error) {
	g, err := reopen(f, unix.O_RDWR)
	if os.IsNotExist(err) {
		return it.byName(f, unix.O_RDWR)
	}
	return g, err
}

func (it *item) byName(f *os.File, flags int) (*os.File, error) {
	g, st, err := it.entry.Open(flags)
	if err != nil {
		return nil, err
	}
	var want unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &want); err != nil || inodeOf(&want) != inodeOf(&st) {
		g.Close()
		return nil, unix.ESTALE
	}
	return g, nil
}

// reopen opens the file that f is, anew.
func reopen(f *os.File, flags int) (*os.File, error) {
	// O_NONBLOCK, for somebody's lease would have it wait.
	name := fmt.Sprintf("/proc/self/fd/%d", f.Fd())
	fd, err := unix.Open(name, flags|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err == unix.EPERM && flags&unix.O_NOATIME != 0 {
		flags &^= unix.O_NOATIME
		fd, err = unix.Open(name, flags|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	}
	if err != nil {
		return nil, err
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, flags&unix.O_NOATIME); err != nil {
		unix.Close(fd)
		return nil, err
	}
	return os.NewFile(uintptr(fd), f.Name()), nil
}

// close lets go of everything.
func (it *item) close() {
	closeFile(&it.ro)
	closeFile(&it.rw)
	if it.entry != nil {
		it.entry.Release()
		it.entry = nil
	}
}

func closeFile(f **os.File) {
	if *f != nil {
		(*f).Close() // what was written is synced by now, or reported as not
		*f = nil
	}
}
