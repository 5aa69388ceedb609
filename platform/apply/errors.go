package apply

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"

	"untag/platform/walk"
)

// Why a file could not be cleaned. The error of an [Outcome] is one of these,
// followed by what was being done and the system's own word for it.
var (
	ErrReadOnlyFile  = errors.New("is read-only")                            // no write permission for anybody: protected in the camera, or FAT's attribute
	ErrReadOnlyDrive = errors.New("the drive is read-only")                  // EROFS: its switch, or how it is mounted
	ErrDenied        = errors.New("may not be opened by this user")          // EACCES
	ErrImmutable     = errors.New("may not be changed: immutable or sealed") // EPERM: chattr +i or +a, fs-verity
	ErrFull          = errors.New("the drive is full")                       // ENOSPC, EDQUOT: only copies and copy-on-write file systems need space
	ErrLimit         = errors.New("a limit on file sizes is in the way")     // EFBIG: RLIMIT_FSIZE
	ErrGone          = errors.New("is gone")                                 // ENOENT, ESTALE: removed, renamed, or the drive was
	ErrDrive         = errors.New("the drive does not answer as it should")  // EIO and relatives: pulled, or failing
	ErrInUse         = errors.New("is in use by another program")            // somebody has it open
	ErrChanged       = errors.New("was changed by somebody else meanwhile")  // size, times or identity differ
	ErrManyFiles     = errors.New("too many files are open")                 // EMFILE, ENFILE
	ErrNotProven     = errors.New("is still not clean")                      // the second plan found something
	ErrPlan          = errors.New("the plan for it is not sound")            // [scrub.Plan.Check] refused it
	ErrShare         = errors.New("can't be replaced on this share")         // SMB: nothing that is open can
	ErrStopped       = errors.New("was stopped in the middle")               // the context ended
	ErrTemp          = errors.New("no temporary file can be kept")           // of a long stream
	ErrParser        = errors.New("a parser failed")                         // a bug: it panicked
)

// causes assigns errors of the system to what they mean to the user.
var causes = []struct {
	is, means error
}{
	{unix.EROFS, ErrReadOnlyDrive},
	{unix.EACCES, ErrDenied},
	{unix.EKEYEXPIRED, ErrDenied}, // no ticket for a server that wants one any more
	{unix.ENOKEY, ErrDenied},
	{unix.EPERM, ErrImmutable},
	{unix.ENOSPC, ErrFull},
	{unix.EDQUOT, ErrFull},
	{unix.EFBIG, ErrLimit},
	{unix.ENOENT, ErrGone},
	{unix.ESTALE, ErrGone},
	{unix.ENOTDIR, ErrChanged},
	{unix.ELOOP, ErrChanged}, // a link where the walk saw a file
	{walk.ErrNotFile, ErrChanged},
	{unix.EXDEV, walk.ErrMount}, // a single file can be mounted, too
	{unix.EIO, ErrDrive},
	{unix.ENODEV, ErrDrive},
	{unix.ENXIO, ErrDrive},
	{unix.ENOMEDIUM, ErrDrive},
	{unix.ETIMEDOUT, ErrDrive},
	{unix.EREMOTEIO, ErrDrive},
	{unix.ENOTCONN, ErrDrive}, // FUSE whose server died
	{unix.ESHUTDOWN, ErrDrive},
	{unix.EHOSTDOWN, ErrDrive}, // an SMB server that says nothing for two minutes
	{unix.EHOSTUNREACH, ErrDrive},
	{unix.ENETUNREACH, ErrDrive},
	{unix.ECONNREFUSED, ErrDrive},
	{unix.ECONNRESET, ErrDrive},
	{unix.ECONNABORTED, ErrDrive},
	{unix.EUCLEAN, ErrDrive}, // a damaged file system
	{unix.EAGAIN, ErrInUse},  // a lease of another program
	{unix.ETXTBSY, ErrInUse},
	{unix.EBUSY, ErrInUse},
	{unix.EMFILE, ErrManyFiles},
	{unix.ENFILE, ErrManyFiles},
}

// explained is an error of the system with what it means. Both can be asked for
// with errors.Is.
type explained struct {
	means error
	doing string
	cause error
}

func (e *explained) Error() string { return fmt.Sprintf("%v (%s: %v)", e.means, e.doing, e.cause) }

func (e *explained) Unwrap() []error { return []error{e.means, e.cause} }

// explain says what err, met while doing something, means.
func explain(doing string, err error) error {
	if err == nil {
		return nil
	}
	var p *fs.PathError // its path is in the outcome
	if errors.As(err, &p) {
		err = p.Err
	}
	for _, c := range causes {
		if errors.Is(err, c.is) {
			return &explained{c.means, doing, err}
		}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// explainOf is explain of what was done with the file f, which is open: on an SMB share
// what another program has locked is refused as if it were not allowed.
func explainOf(k kernel, f *os.File, doing string, err error) error {
	if errors.Is(err, unix.EACCES) && k.fromServer(f) {
		return &explained{ErrInUse, doing, unix.EACCES}
	}
	return explain(doing, err)
}
