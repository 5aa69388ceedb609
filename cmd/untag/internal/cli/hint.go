package cli

import (
	"errors"
	"io/fs"
	"syscall"

	"untag/platform/apply"
	"untag/platform/sandbox"
	"untag/platform/walk"
)

// hints say what can be done about an error; the first that fits is given.
var hints = []struct {
	err  error
	hint string
}{
	{apply.ErrReadOnlyDrive, "the drive is read-only: check its lock switch, or mount it for writing"},
	{apply.ErrReadOnlyFile, "write-protected files: allow writing first (chmod u+w), if they are yours"},
	{apply.ErrDenied, "run untag as the owner of the files"},
	{apply.ErrImmutable, "files that may not be changed: see lsattr and chattr"},
	{apply.ErrTemp, "long streams are laid down there first: set TMPDIR to a folder with room"},
	{apply.ErrFull, "the drive is full: free some space"},
	{apply.ErrInUse, "files in use: close the program that has them open (it may be another untag, or untagd), then run untag again"},
	{apply.ErrChanged, "files that change: wait until they are complete, then run untag again"},
	{apply.ErrDrive, "the drive does not answer well: save what matters from it before anything else"},
	{apply.ErrManyFiles, "too many open files: raise the limit (ulimit -n), or lower --jobs"},
	{apply.ErrNotProven, "a file did not come out clean: treat it as unclean, and please report its format"},
	{sandbox.ErrStalled, "a file that takes longer than files of its length do: treat it as unclean, and please report it"},
	{apply.ErrParser, "this is a mistake in untag: please report it"},
	{apply.ErrPlan, "this is a mistake in untag: please report it"},
	{walk.ErrMount, "drives mounted in a folder: name them as well to clean them"},
	{walk.ErrNeither, "a drive is cleaned through the folder where it is mounted: see untag drives, or lsblk"},
	{fs.ErrNotExist, "check the spelling, and that the drive is still there"},
	{fs.ErrPermission, "run untag as the owner of the files"},
	{syscall.EIO, "the drive does not answer well: save what matters from it before anything else"},
}

func hint(err error) string {
	for _, h := range hints {
		if errors.Is(err, h.err) {
			return h.hint
		}
	}
	return ""
}
