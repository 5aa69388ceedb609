package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"sync"
	"time"

	"untag/cmd/untag/internal/progress"
	"untag/cmd/untag/internal/report"
	"untag/cmd/untag/internal/text"
	"untag/platform/apply"
	"untag/platform/drive"
	"untag/platform/output"
	"untag/platform/walk"
	"untag/scrub"
)

// run gathers what comes out of the work and shows it.
type run struct {
	printer report.Printer
	page    *output.File   // nil if none is made
	record  *report.Record // nil if none is made
	line    *progress.Line // nil where no progress is shown
	start   time.Time
	named   map[string]bool // the paths of the command line
	json    bool
	changes bool // whether files may be changed
	shared  bool // whether report and progress go to terminals, which may be the same
	stop    context.CancelFunc

	mu       sync.Mutex // guards what follows: outcomes and events may come from several goroutines
	totals   report.Totals
	state    progress.State
	begun    map[string]int64 // bytes of files at hand that are done
	counting sync.WaitGroup
	hints    []string // for errors of files, each one once
	broken   error    // the first failure to write the report
}

func (a *app) newRun(ctx context.Context, verb report.Verb, f flags, paths []string, work apply.Options) (*run, context.Context, error) {
	r := &run{
		start:   a.Now(),
		named:   map[string]bool{},
		json:    f.json,
		changes: verb == report.Scrub && !f.dryRun,
		begun:   map[string]int64{},
	}
	columns := func() int { return a.Columns(a.Stderr) }
	if !f.quiet && (!f.json || columns() > 0) {
		r.line = progress.New(a.Stderr, columns, a.Now)
	}
	r.shared = columns() > 0 && a.Columns(a.Stdout) > 0
	opt := f.report(verb)
	opt.Colour = a.colours(f.color, a.Stdout)
	opt.Run = report.NewRun(verb, a.Version, paths, work)
	opt.Run.Policy.LeftOut = f.leftOut()
	for _, p := range paths {
		r.named[p] = true
	}
	if len(paths) <= fewPaths {
		opt.Named = r.named
	}
	if len(paths) == 1 {
		st, err := os.Stat(paths[0])
		opt.Single = err == nil && st.Mode().IsRegular()
	}
	var err error
	if r.printer, r.page, err = a.beside(report.New(a.Stdout, a.Stderr, f.json, opt), opt, paths); err != nil {
		return nil, ctx, err
	}
	if r.record, err = a.record(f.record, opt, paths); err != nil {
		r.page.Discard()
		return nil, ctx, err
	}
	ctx, r.stop = context.WithCancel(ctx)
	r.note(r.printer.Begin())
	return r, ctx, nil
}

// fewPaths have a line each in the report. Who gives more has a shell write them.
const fewPaths = 20

func (f *flags) report(verb report.Verb) report.Options {
	return report.Options{To: f.to, Verb: verb, DryRun: f.dryRun, Quiet: f.quiet, Verbose: f.verbose, Values: f.values, Page: f.html, Deep: scrub.Depth(f.depth) == scrub.DepthDeep}
}

// mostRoots are asked what they lie on: the mount table is read for each. Who names more
// names files.
const mostRoots = 64

// open opens what the paths name and reports what can't be.
func (r *run) open(paths []string) (roots []*walk.Root) {
	for _, p := range paths {
		root, err := walk.Open(p)
		if err == nil {
			roots = append(roots, root)
			if len(roots) <= mostRoots {
				r.totals.LieOn(drive.StorageOf("/", p))
			}
			continue
		}
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err // the path stands before it already
		}
		o := apply.Outcome{Path: p, Status: apply.Failed, Err: err}
		if r.json {
			r.report(o)
			continue
		}
		r.totals.Add(o)
		r.note(r.record.File(o))
		r.note(r.printer.Error(text.Name(p)+": "+report.ErrorWords(err), hint(err)))
	}
	return roots
}

// report shows one outcome.
func (r *run) report(o apply.Outcome) {
	r.mu.Lock()
	defer r.mu.Unlock()
	// What somebody names is to be cleaned: it is not passed over in silence.
	o.Media = o.Media || r.named[o.Path]
	r.totals.Add(o)
	if h := hint(o.Err); h != "" && !r.json && !slices.Contains(r.hints, h) {
		r.hints = append(r.hints, h)
	}
	r.note(r.record.File(o))
	if show := func() { r.note(r.printer.File(o)) }; r.shared {
		r.line.Aside(show)
	} else {
		show()
	}
	r.state.Files++
	r.state.Bytes += o.Size - r.begun[o.Path]
	delete(r.begun, o.Path)
	r.line.Set(r.state)
}

// left counts what is left out on purpose.
func (r *run) left(why error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.totals.Leave(why)
}

// progress shows how far the work on one file is. Reading it is most of the
// work; what comes after is not counted in bytes.
func (r *run) progress(e apply.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.Path = e.Path
	if e.Stage == apply.Planning {
		r.state.Bytes += e.Done - r.begun[e.Path]
		r.begun[e.Path] = e.Done
	}
	r.line.Set(r.state)
}

// count finds out how much there is to do, while the work goes on.
func (r *run) count(ctx context.Context, roots []*walk.Root, choice walk.Choice) {
	if r.line == nil {
		return
	}
	r.state.Counting = true
	r.counting.Go(func() {
		all, err := walk.Count(ctx, roots, choice)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.state.AllFiles, r.state.AllBytes, r.state.Counting = all.Files, all.Bytes, err != nil
	})
}

// end waits for what was begun beside the work and erases the line.
func (r *run) end() {
	r.stop()
	r.counting.Wait()
	r.line.Close()
}

// note stops the work when nobody can be told of it any more.
func (r *run) note(err error) {
	if err != nil && r.broken == nil {
		r.broken = err
		r.stop()
	}
}
