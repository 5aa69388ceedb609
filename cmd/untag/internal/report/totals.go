package report

import (
	"cmp"
	"errors"
	"time"

	"untag/cmd/untag/internal/exit"
	"untag/platform/apply"
	"untag/platform/drive"
	"untag/platform/state"
	"untag/platform/walk"
	"untag/scrub"
)

// Totals add up outcomes.
type Totals struct {
	Files       int // all of those below but Other
	Other       int // not media, and not looked at
	Cleaned     int
	Clean       int
	Dirty       int
	Partly      int
	Unsupported int
	Failed      int
	Index       int // of these, looked at through headers and indexes only
	Copied      int // of these, there is a new clean copy
	There       int // of these, there was a clean copy already
	Unchanged   int // of these and of Other, not read: an earlier run did
	Links       int // symbolic links that were not followed; no files

	// What was left out as asked for, and not looked at; no part of Files.
	Excluded, ExcludedFolders, Older int

	// Storage is what the files lie on, each kind once: of what was overwritten there may be copies.
	Storage []drive.Storage

	Others        map[string]int     // those of Other by their kind: see kindOf
	Formats       map[string]int     // those of Files whose format is known
	Tags          map[scrub.Kind]int // what goes or went, by kind
	Unlisted      int                // what goes or went beyond those
	Size          int64
	Read, Written int64
	Took          time.Duration
	Interrupted   bool
	Merged        *Merged   // where reports were put together
	State         state.Use // what the state was good for, "" if there was none
}

// Add counts one outcome.
func (t *Totals) Add(o apply.Outcome) {
	t.Read += o.Read
	t.Written += o.Written
	if o.Unchanged {
		t.Unchanged++
	}
	if Other(o) {
		t.Tally(o)
		add(&t.Others, kindOf(o))
		return
	}
	t.Size += o.Size
	t.Tally(o)
	switch {
	case o.Mode == "copied":
		t.Copied++
	case o.Copy != "" && o.Status != apply.Failed:
		t.There++
	}
	if o.Format != "" {
		add(&t.Formats, o.Format)
	}
	if o.Depth == scrub.DepthIndex {
		t.Index++
	}
	if o.Status != apply.Failed {
		t.tags(o)
	}
}

// Tally counts an outcome as one of files or other, and by its status, and nothing else of it.
func (t *Totals) Tally(o apply.Outcome) {
	if Other(o) {
		t.Other++
		return
	}
	t.Files++
	t.count(o.Status)
}

// Leave counts what was left out on purpose; see [walk.Left].
func (t *Totals) Leave(why error) {
	switch {
	case errors.Is(why, walk.ErrLink):
		t.Links++
	case errors.Is(why, walk.ErrExcluded):
		t.Excluded++
	case errors.Is(why, walk.ErrExcludedFolder):
		t.ExcludedFolders++
	case errors.Is(why, walk.ErrOlder):
		t.Older++
	}
}

// count takes a status that it does not know for a failure: only what is known
// to be clean counts as clean.
func (t *Totals) count(s apply.Status) {
	switch s {
	case apply.Cleaned:
		t.Cleaned++
	case apply.Clean:
		t.Clean++
	case apply.Dirty:
		t.Dirty++
	case apply.Partly:
		t.Partly++
	case apply.Unsupported:
		t.Unsupported++
	default:
		t.Failed++
	}
}

func (t *Totals) tags(o apply.Outcome) {
	t.Unlisted += o.Unlisted
	for _, f := range o.Findings {
		if !f.Goes {
			continue
		}
		add(&t.Tags, f.Kind)
	}
}

func add[K comparable](m *map[K]int, key K) {
	if *m == nil {
		*m = map[K]int{}
	}
	(*m)[key]++
}

// kindOf says what a file is that is none of untag's business.
func kindOf(o apply.Outcome) string { return cmp.Or(o.Format, "unknown") }

// Code is the exit code for these totals.
func (t *Totals) Code() exit.Code {
	code := exit.OK
	for c, applies := range map[exit.Code]bool{
		exit.Interrupted: t.Interrupted,
		exit.Failed:      t.Failed > 0,
		exit.Partly:      t.Partly+t.Unsupported > 0,
		exit.Found:       t.Dirty > 0,
	} {
		if applies {
			code = exit.Worse(code, c)
		}
	}
	return code
}
