// Package apply performs plans on the files of a drive and proves that it did.
//
// It is the only part of the project that writes to what people own. It knows
// files and nothing of formats: a [Planner] says which bytes become which, and
// apply trusts it no further than [scrub.Plan.Check]. Start with [Run], which
// walks, plans, performs in batches that share their syncs, and reports; or with
// [Stream] for a single medium that is no file.
//
// A file is changed in phases. All writes of a phase are on the drive before the
// next begins, the cut comes last, and then the file is read back from the drive
// and planned again: only what the second plan calls clean is reported as
// cleaned. Wherever that is interrupted, by an error, a signal or a pulled plug,
// the file still opens and plays, and the next run finishes the work.
package apply

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"time"

	"untag/platform/state"
	"untag/platform/walk"
	"untag/scrub"
)

// MTime says which time of last change a file shows afterwards.
type MTime string

const (
	KeepTime MTime = "keep" // as before; the default
	NowTime  MTime = "now"  // when it was cleaned
	ZeroTime MTime = "zero" // the first that FAT can store; clean media get it too
)

// Options are what the work is done under.
type Options struct {
	Scrub   scrub.Options
	MTime   MTime
	Compact bool        // write files anew without the filler that cleaning leaves, where the format can
	DryRun  bool        // change nothing
	Jobs    int         // files at hand at a time: opened, and handed to the planner; 0 chooses
	Batch   int         // files changed under the same syncs; 0 chooses
	Choice  walk.Choice // which of the files beneath the roots
	Rate    int64       // bytes a second that are written at the most; 0 for any number. A planner reads as it pleases
	Strokes int         // draws each file with so many strokes at the most; 0 draws none
	Copies  *Copies     // where clean copies go; the files themselves are not changed then
	// State knows files that have not changed since they were clean: they are not read. Nil
	// if there is none. It goes with files that are changed in place, not with Copies.
	State *state.State
	// Ordered has files reported in the order in which they were found.
	Ordered bool
	// Left is told by [Run] of each file or folder that is left out without being a
	// failure, and why: [walk.ErrLink], or what [walk.Choice] says.
	Left func(why error)
	// Progress is told what is being done, from one goroutine at a time.
	Progress func(Event)

	kernel kernel // nil for the real one
}

const (
	defaultBatch = 64
	maxBatch     = 256
)

// normal returns the options with all choices made.
func (o Options) normal() (Options, error) {
	switch o.MTime {
	case "":
		o.MTime = KeepTime
	case KeepTime, NowTime, ZeroTime:
	default:
		return o, fmt.Errorf("no time %q: keep, now or zero", o.MTime)
	}
	if err := o.Scrub.Policy.Check(); err != nil {
		return o, err
	}
	if err := o.Choice.Shard.Check(); err != nil {
		return o, err
	}
	if o.Jobs <= 0 {
		// Twice as many as a planner takes at a time, so that it never waits for
		// the next one to be opened.
		o.Jobs = 2 * min(runtime.NumCPU(), 4)
	}
	if o.Batch <= 0 {
		o.Batch = defaultBatch
	}
	o.Batch = min(o.Batch, maxBatch)
	if o.Copies != nil {
		o.State = nil
	}
	if o.kernel == nil {
		o.kernel = linux{}
	}
	return o, nil
}

// Stage is what is being done to a file.
type Stage string

const (
	Planning   Stage = "planning"
	Writing    Stage = "writing"
	Proving    Stage = "proving"
	Compacting Stage = "compacting"
)

// Event says how far the work on one file is.
type Event struct {
	Path  string
	Stage Stage
	Done  int64 // bytes done in this stage
	Total int64 // bytes to do in this stage; 0 where that is not known
}

// Planner plans files. Several calls may be made at the same time.
type Planner interface {
	// Plan reads f, of size bytes. Nothing may hold f open after it returned:
	// a file that is open anywhere counts as being in use.
	Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error)
	// Formats are those of which there may be plans.
	Formats() []scrub.Format
}

// Compacter is a [Planner] that also knows what a clean file can do without.
type Compacter interface {
	Compact(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Rewrite, error)
}

// Direct returns the planner that runs the engine in this process.
func Direct(e *scrub.Engine) Planner { return direct{e} }

type direct struct{ engine *scrub.Engine }

func (d direct) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (p *scrub.Plan, err error) {
	defer contain(&err)
	return d.engine.Rehearse(stoppable{ctx, f}, size, opt)
}

func (d direct) Compact(ctx context.Context, f *os.File, size int64, opt scrub.Options) (w *scrub.Rewrite, err error) {
	defer contain(&err)
	return d.engine.Compact(stoppable{ctx, f}, size, opt)
}

// Formats are those of the engine.
func (d direct) Formats() []scrub.Format { return d.engine.Formats() }

// contain makes a panic cost one file.
func contain(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("%w: %v", ErrParser, p)
	}
}

// stoppable reads until the context ends.
type stoppable struct {
	ctx context.Context
	src io.ReaderAt
}

func (s stoppable) ReadAt(p []byte, off int64) (int, error) {
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	return s.src.ReadAt(p, off)
}

// Status is what became of a file.
type Status string

const (
	Clean       Status = "clean"       // there was nothing to remove
	Cleaned     Status = "cleaned"     // changed, read back and proven clean
	Dirty       Status = "dirty"       // would be cleaned; nothing was changed
	Partly      Status = "partly"      // not certain: what was positively identified is gone, or would be
	Unsupported Status = "unsupported" // of a format that can't be cleaned, or of none that is known
	Failed      Status = "failed"      // see Err
)

// Outcome is the report on one file, or on a folder that could not be read.
type Outcome struct {
	Path     string
	Format   string
	Media    bool // a medium or document by content or by name; true for folders, whatever is in them
	Status   Status
	Findings []scrub.Finding
	Unlisted int      // how many more findings go than are listed
	Reasons  []string // doubts, a refusal, what could not be kept
	Err      error    // why it failed; see the Err variables
	// Unchanged tells that it was not read: it is what it was when an earlier run found
	// this. What stays in it is not listed then.
	Unchanged bool
	Mode      string // "" if not changed, "in place", "rewritten" (also of a clean file that was compacted), "copied"
	Copy      string // path of its clean copy, if there is to be one

	Size    int64       // length before, in bytes
	NewSize int64       // length after
	Cut     int64       // bytes cut off the end, or that would be
	Read    int64       // bytes
	Written int64       // bytes
	Links   uint64      // names the file has; all of them now lead to the cleaned bytes
	Depth   scrub.Depth // how deep the first plan looked that was not refused; "" if none was
	Took    time.Duration
	// Before and After are pictures of the bytes as they were found, and as they were
	// proven to be once they had been changed; nil where none was asked for or made.
	Before, After []scrub.Stroke
}

const (
	inPlace   = "in place"
	rewritten = "rewritten"
)

// fail makes the outcome a failure, keeping the first error. A nil err does nothing.
func (o *Outcome) fail(err error) {
	if err != nil && o.Err == nil {
		o.Status, o.Err = Failed, err
	}
}

func (o *Outcome) because(format string, args ...any) {
	o.Reasons = append(o.Reasons, fmt.Sprintf(format, args...))
}

// depthOf tells how deep a plan looked.
func depthOf(p *scrub.Plan) scrub.Depth {
	if p.Shallow {
		return scrub.DepthIndex
	}
	return scrub.DepthDeep
}

// stopped tells whether err only says that the context ended.
func stopped(ctx context.Context, err error) bool {
	return ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx)))
}
