package apply

import (
	"context"
	"strings"

	"golang.org/x/sys/unix"

	"untag/platform/state"
	"untag/platform/walk"
	"untag/scrub"
)

// A run can remember what it found, and pass over files that have not changed since: see
// package state. Only what was clean, or made clean, is remembered, and what is no medium
// at all. A file that is not clean is looked at in every run.

// known returns what was found of a file in an earlier run, if it has not changed since.
func (r *run) known(e *walk.Entry) (o Outcome, ok bool) {
	s := r.opt.State
	if s == nil || e.Named { // who names a file wants it looked at
		return o, false
	}
	if _, temp := e.Temp(); temp {
		return o, false
	}
	st, trusted, err := r.attributes(e)
	if err != nil || !trusted || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return o, false
	}
	fact, ok := s.Look(e.Top(), e.Rel, &st)
	if !ok {
		return o, false
	}
	o = Outcome{Path: e.Path, Unchanged: true, Size: st.Size, NewSize: st.Size, Links: uint64(st.Nlink)}
	return o, o.recall(fact)
}

// attributes are those of the file as they are at this moment, and whether they can be trusted.
// It is for the one goroutine that goes through the entries.
func (r *run) attributes(e *walk.Entry) (st unix.Stat_t, trusted bool, err error) {
	if dir := e.Folder(); dir != r.folder.of {
		r.folder.of, r.folder.fs = dir, dir.FileSystem()
	}
	switch fs := r.folder.fs; {
	case !state.Trusted(fs):
		return st, false, nil
	case state.Distant(fs):
		st, err = e.Folder().StatNow(e.Name)
	default:
		st, err = e.Stat()
	}
	return st, true, err
}

// remember has later runs pass over the file of an item, if it is clean or no medium,
// and nothing else is to be said of it.
func (r *run) remember(it *item) {
	s := r.opt.State
	if s == nil || it.entry == nil || it.entry.Named {
		return
	}
	fact, ok := it.out.fact()
	undone := r.opt.DryRun && (r.opt.Compact || r.staleTimes(it))
	if !ok || !it.proven || len(it.notes) > 0 || undone {
		s.Forget(it.entry, it.entry.Top())
		return
	}
	s.Add(it.entry, it.entry.Top(), &it.at, fact)
}

// probe tells whether what is about to be planned may be remembered.
func (r *run) probe(it *item) bool {
	if r.opt.State == nil || it.entry == nil || it.entry.Named {
		return false
	}
	_, temp := it.entry.Temp()
	return !temp && state.Probe(it.ro, &it.at)
}

// tick waits until files that were just written can be remembered.
func (r *run) tick(ctx context.Context, items []*item) {
	if r.opt.State == nil {
		return
	}
	for _, it := range items {
		if it.changed && it.stopped == nil {
			state.Tick(ctx, &it.at)
		}
	}
}

// fact is what there is to remember of an outcome, if it may be.
func (o *Outcome) fact() (string, bool) {
	media := "other"
	switch {
	case o.Err != nil || o.Unlisted > 0 && o.Mode == "":
		return "", false
	case o.Status == Cleaned, o.Status == Clean && len(o.Reasons) == 0:
		if o.Media {
			media = "media"
		}
		return strings.Join([]string{string(Clean), media, string(o.Depth), o.Format}, "\n"), true
	case o.Status == Unsupported && !o.Media && len(o.Findings) == 0 && o.Unlisted == 0 && len(o.Reasons) < 2:
		return strings.Join(append([]string{string(Unsupported), media, string(o.Depth), o.Format}, o.Reasons...), "\n"), true
	}
	return "", false
}

// recall sets the outcome from what was remembered.
func (o *Outcome) recall(fact string) bool {
	f := strings.Split(fact, "\n")
	if len(f) < 4 {
		return false
	}
	o.Status, o.Media, o.Depth, o.Format, o.Reasons = Status(f[0]), f[1] == "media", scrub.Depth(f[2]), f[3], f[4:]
	return true
}
