package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"untag/cmd/untag/internal/exit"
	"untag/cmd/untag/internal/report"
	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/lang"
	"untag/platform/output"
	"untag/platform/state"
)

const stateText = `With --state FILE, files are remembered that were clean or were made clean. The next
run with the same FILE, options and version of untag reads only files that are new or
have changed since: device, inode number, length, and the times of last change of
contents and of status have to be the same. Where a file system has no time of change
of status that can be relied on (FAT, exFAT, F2FS, SMB, FUSE, tmpfs, overlayfs), every
file is read. A file that is named itself is always read. FILE holds no names, only keyed
hashes; but whoever may write to it can have any file pass, so it has to be yours
alone. Keep it outside of the folders, one for each --shard. Do not use it for drives
that others had in their hands: who writes a drive from outside can make a file look
unchanged.`

func (f *flags) stateWords() string {
	return lang.T("remember clean files in `FILE`, and do not read them again while they have not changed")
}

// openState opens the file of --state, which must not lie in what is cleaned.
func (a *app) openState(f flags, paths []string, opt apply.Options) (*state.State, error) {
	if output.Inside(filepath.Dir(f.state), paths) {
		return nil, usage(lang.T("--state %s is inside what it is about", text.Name(f.state)), lang.T("choose a place outside of the folder, such as --state ~/archive.state"))
	}
	s, err := state.Open(f.state, state.Terms{Version: a.identity(), Policy: policyOf(opt), Unread: !f.trustState})
	if err == nil {
		return s, nil
	}
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		err = at.Err
	}
	code := exit.Failed // and worth another try
	for _, wrong := range []error{state.ErrLink, state.ErrOwner, state.ErrWriters, state.ErrForeign} {
		if errors.Is(err, wrong) {
			code = exit.Usage
		}
	}
	return nil, &failure{code, "--state " + text.Name(f.state) + ": " + report.ErrorWords(err), hint(err)}
}

// policyOf is all of the options that has a say in what is clean; and the shard, since only who
// sees all files of a table can tell which are gone.
func policyOf(o apply.Options) string {
	p := o.Scrub.Policy
	keep, remove := slices.Sorted(slices.Values(p.Keep)), slices.Sorted(slices.Values(p.Remove))
	return fmt.Sprintf("%s keep%q remove%q signed=%t depth=%s cut=%t compact=%t zero=%t shard=%d/%d",
		p.Profile, slices.Compact(keep), slices.Compact(remove), p.LeaveSigned, o.Scrub.Depth, o.Scrub.Cut, o.Compact, o.MTime == apply.ZeroTime, o.Choice.Shard.I, o.Choice.Shard.N)
}

// identity is the version of untag. One that was built while it was being changed has
// no version that tells it from the next.
func (a *app) identity() string {
	if released := !strings.HasPrefix(a.Version, "dev") && !strings.Contains(a.Version, "+") && !strings.Contains(a.Version, ".changed"); released {
		return a.Version
	}
	h := sha256.New()
	f, err := os.Open("/proc/self/exe")
	if err == nil {
		defer f.Close()
		_, err = io.Copy(h, f)
	}
	if err != nil {
		return fmt.Sprintf("%s at %d", a.Version, a.Now().UnixNano()) // like no other
	}
	return a.Version + " " + hex.EncodeToString(h.Sum(nil))
}

// closeState writes the state, and takes note of what it was good for.
func (r *run) closeState(s *state.State, whole bool) {
	if s == nil {
		return
	}
	s.Close(whole)
	r.totals.State = s.Use()
	if err := s.Err(); err != nil {
		if at := (*fs.PathError)(nil); errors.As(err, &at) {
			err = at.Err
		}
		r.hints = append(r.hints, lang.T("the state could not be written (%s): files that it does not know are read again in the next run", report.ErrorWords(err)))
	}
}
