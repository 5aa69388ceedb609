package cli

import (
	"errors"
	"io/fs"
	"syscall"

	"untag/platform/apply"
	"untag/platform/lang"
	"untag/platform/sandbox"
	"untag/platform/state"
	"untag/platform/walk"
)

// hints say what can be done about an error; the first that fits is given.
var hints = []struct {
	err  error
	hint lang.Text
}{
	{apply.ErrReadOnlyDrive, lang.Mark("the drive is read-only: check its lock switch, or mount it for writing")},
	{apply.ErrReadOnlyFile, lang.Mark("write-protected files: allow writing first (chmod u+w), if they are yours")},
	{apply.ErrShare, lang.Mark("files that a share does not let go: write clean copies with --to, or clean them on the server")},
	{apply.ErrDenied, lang.Mark("run untag as the owner of the files; where a server has them, it decides as well (NFS: ro, root_squash)")},
	{apply.ErrImmutable, lang.Mark("files that may not be changed: see lsattr and chattr")},
	{apply.ErrTemp, lang.Mark("long streams are laid down there first: set TMPDIR to a folder with room")},
	{apply.ErrTaken, lang.Mark("something else stands where the copy would be: move it away, or give another DIR")},
	{apply.ErrFull, lang.Mark("the drive is full: free some space")},
	{apply.ErrInUse, lang.Mark("files in use: close the program that has them open (it may be another untag, or untagd), then run untag again")},
	{apply.ErrChanged, lang.Mark("files that change: wait until they are complete, then run untag again")},
	{apply.ErrDrive, lang.Mark("the drive does not answer well: save what matters from it before anything else")},
	{apply.ErrManyFiles, lang.Mark("too many open files: raise the limit (ulimit -n), or lower --jobs")},
	{apply.ErrNotProven, lang.Mark("a file did not come out clean: treat it as unclean, and please report its format")},
	{sandbox.ErrStalled, lang.Mark("a file that takes longer than files of its length do: treat it as unclean, and please report it")},
	{apply.ErrParser, lang.Mark("this is a mistake in untag: please report it")},
	{apply.ErrPlan, lang.Mark("this is a mistake in untag: please report it")},
	{state.ErrInUse, lang.Mark("one untag at a time: give each shard a state of its own, such as --state FILE.0 for --shard 0/4")},
	{state.ErrLink, lang.Mark("give the file itself, not a link to it")},
	{state.ErrOwner, lang.Mark("whoever may write a state can have any file pass: let each user have one of their own")},
	{state.ErrWriters, lang.Mark("whoever may write a state can have any file pass: if nobody did, chmod 600 it; else remove it")},
	{state.ErrForeign, lang.Mark("choose another name: nothing was changed in it")},
	{walk.ErrMount, lang.Mark("drives mounted in a folder: name them as well to clean them")},
	{walk.ErrNeither, lang.Mark("a drive is cleaned through the folder where it is mounted (see untag drives, or lsblk), what comes through a pipe with - as PATH")},
	{fs.ErrNotExist, lang.Mark("check the spelling, and that the drive is still there")},
	{fs.ErrPermission, lang.Mark("run untag as the owner of the files")},
	{syscall.EROFS, lang.Mark("the drive is read-only: check its lock switch, or mount it for writing")},
	{syscall.ENOSPC, lang.Mark("the drive is full: free some space")},
	{syscall.EIO, lang.Mark("the drive does not answer well: save what matters from it before anything else")},
}

func hint(err error) string {
	for _, h := range hints {
		if errors.Is(err, h.err) {
			return h.hint.String()
		}
	}
	return ""
}
