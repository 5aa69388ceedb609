package station

import (
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sys/unix"

	"untag/platform/apply"
	"untag/platform/sandbox"
	"untag/platform/walk"
)

// mark is what there is to say about a file that is not simply clean.
type mark byte

const (
	failed mark = iota + 1
	partly
	unsupported
	found
	waiting
	other
)

func (c *Counts) of(m mark) *int64 {
	switch m {
	case failed:
		return &c.Failed
	case partly:
		return &c.Partly
	case unsupported:
		return &c.Unsupported
	case found:
		return &c.Found
	case other:
		return &c.Other
	}
	return &c.Waiting
}

// tally is what is to be logged next.
type tally struct {
	files, media, cleaned, found, partly, unsupported, failed, other, tags int64
	formats                                                                map[string]int
	errors                                                                 map[string]int
}

func add(m *map[string]int, key string) {
	if key == "" {
		return
	}
	if *m == nil {
		*m = map[string]int{}
	}
	(*m)[key]++
}

// sickAfter so many failures in a row, a drive is left alone.
const sickAfter = 8

// ail counts failures that are not of a single file. It returns true if there is
// no point in going on.
func (q *queue) ail(err error) bool {
	switch {
	case errors.Is(err, apply.ErrReadOnlyDrive):
		q.stick(ReadOnly)
		return true
	case errors.Is(err, apply.ErrDrive), errors.Is(err, unix.EIO), errors.Is(err, unix.ENODEV):
		if q.sick++; q.sick == sickAfter {
			q.stick(NoAnswer)
		}
		return q.sick >= sickAfter
	case errors.Is(err, sandbox.ErrWorker) && !errors.Is(err, apply.ErrParser):
		if q.unsound++; q.unsound == sickAfter {
			q.stick(NoSandbox)
		}
		return q.unsound >= sickAfter
	case err == nil:
		q.sick, q.unsound = 0, 0
	}
	return false
}

// count counts what became of a file.
func (q *queue) count(w work, o apply.Outcome) {
	tags := tagsOf(o)
	q.tally.files++
	if o.Media {
		q.tally.media++
	}
	q.update(func(d *DriveState) {
		d.Counts.Files++
		if o.Media {
			d.Counts.Media++
		}
	})
	if before, ok := q.halfway[w.rel]; ok && o.Status == apply.Clean {
		o.Status, tags = apply.Cleaned, before
	}
	delete(q.halfway, w.rel)
	switch o.Status {
	case apply.Clean:
		q.forget(w.rel)
	case apply.Cleaned:
		q.forget(w.rel)
		q.cleaned(o, tags)
	case apply.Dirty:
		q.tally.found++
		q.tally.tags += tags
		add(&q.tally.formats, o.Format)
		q.update(func(d *DriveState) { d.Counts.Tags += tags })
		q.mark(w.rel, noteOf(found, o))
	case apply.Partly:
		q.tally.partly++
		add(&q.tally.formats, o.Format)
		q.mark(w.rel, noteOf(partly, o))
	case apply.Unsupported:
		q.unsupported(w, o)
	case apply.Failed:
		q.failure(w, o)
	}
	q.log.Debug().Str("file", w.rel).Str("format", o.Format).Str("status", string(o.Status)).AnErr("error", o.Err).Dur("took", o.Took).Stringer("duration", o.Took.Round(10*time.Microsecond)).Msg("looked at")
}

func (q *queue) cleaned(o apply.Outcome, tags int64) {
	q.tally.cleaned++
	q.tally.tags += tags
	add(&q.tally.formats, o.Format)
	q.update(func(d *DriveState) {
		d.Counts.Cleaned++
		d.Counts.Tags += tags
	})
}

func (q *queue) unsupported(w work, o apply.Outcome) {
	if !o.Media {
		q.tally.other++
		q.mark(w.rel, noteOf(other, o))
		return
	}
	q.tally.unsupported++
	add(&q.tally.formats, o.Format)
	q.mark(w.rel, noteOf(unsupported, o))
}

// failure decides whether a file is looked at again.
func (q *queue) failure(w work, o apply.Outcome) {
	switch {
	case errors.Is(o.Err, apply.ErrGone):
		q.forget(w.rel)
		return
	case retried(o.Err):
		q.postpone(w, o.Err)
		return
	}
	q.tally.failed++
	q.mark(w.rel, errorNote(failed, o.Err))
}

// postpone has a file looked at again after a while.
func (q *queue) postpone(w work, why error) {
	q.mark(w.rel, errorNote(waiting, why))
	if q.watcher != nil {
		w.file.Rel = w.rel
		q.watcher.Later(w.file)
	}
}

// retried tells whether a file is looked at again after a while.
func retried(err error) bool {
	return errors.Is(err, apply.ErrInUse) || errors.Is(err, apply.ErrChanged) || errors.Is(err, apply.ErrManyFiles)
}

// stopped remembers a file that was changed and not proven: the next look may
// find it clean.
func (q *queue) stopped(w work, o apply.Outcome) {
	if o.Written == 0 || len(q.halfway) >= maxMarks {
		return
	}
	if q.halfway == nil {
		q.halfway = map[string]int64{}
	}
	q.halfway[w.rel] = max(q.halfway[w.rel], tagsOf(o))
}

// tagsOf counts what went, or would.
func tagsOf(o apply.Outcome) int64 {
	n := int64(o.Unlisted)
	for _, f := range o.Findings {
		if f.Goes {
			n++
		}
	}
	return n
}

// mark says something about a file that is not simply clean.
func (q *queue) mark(rel string, n note) {
	add(&q.tally.errors, n.class)
	q.forget(rel)
	q.marks.put(rel, n)
	q.update(func(d *DriveState) { *d.Counts.of(n.mark)++ })
}

// forget takes back what was said about a file.
func (q *queue) forget(rel string) {
	if m := q.marks.take(rel); m != 0 {
		q.update(func(d *DriveState) { *d.Counts.of(m)-- })
	}
}

// classes are the words for errors in the log.
var classes = []struct {
	is   error
	word string
}{
	{apply.ErrReadOnlyFile, "read-only file"},
	{apply.ErrReadOnlyDrive, "read-only drive"},
	{apply.ErrDenied, "denied"},
	{apply.ErrImmutable, "immutable"},
	{apply.ErrFull, "drive full"},
	{apply.ErrLimit, "limit"},
	{apply.ErrGone, "gone"},
	{apply.ErrDrive, "drive"},
	{apply.ErrInUse, "in use"},
	{apply.ErrChanged, "changed"},
	{apply.ErrManyFiles, "too many open files"},
	{apply.ErrNotProven, "not proven"},
	{apply.ErrPlan, "unsound plan"},
	{apply.ErrStopped, "stopped"},
	{sandbox.ErrStalled, "parser stalled"},
	{sandbox.ErrOpen, "sandbox"},
	{sandbox.ErrStart, "sandbox"},
	{apply.ErrParser, "parser"},
	{walk.ErrLoop, "loop"},
	{walk.ErrDeep, "too deep"},
	{unix.EACCES, "denied"},
	{unix.EIO, "drive"},
}

// class is a word for an error that says nothing about the file.
func class(err error) string {
	for _, c := range classes {
		if errors.Is(err, c.is) {
			return c.word
		}
	}
	return "other"
}

// report logs what was done since the last time, if it is worth a word.
func (q *queue) report() {
	t := q.tally
	q.tally = tally{}
	if t.cleaned+t.found+t.partly+t.unsupported+t.failed == 0 && len(t.errors) == 0 {
		return
	}
	q.log.Info().EmbedObject(t).Msg("files looked at")
}

// reportPass logs the end of a pass.
func (q *queue) reportPass(took time.Duration) {
	t := q.tally
	q.tally = tally{}
	q.log.Info().EmbedObject(t).Dur("took", took).Stringer("duration", took.Round(time.Millisecond)).Msg("drive looked through")
}

// MarshalZerologObject implements zerolog.LogObjectMarshaler.
func (t tally) MarshalZerologObject(e *zerolog.Event) {
	e.Int64("files", t.files).Int64("media", t.media)
	for _, n := range []struct {
		name string
		n    int64
	}{{"cleaned", t.cleaned}, {"tags", t.tags}, {"found", t.found}, {"partly", t.partly}, {"unsupported", t.unsupported}, {"failed", t.failed}, {"other", t.other}} {
		if n.n > 0 {
			e.Int64(n.name, n.n)
		}
	}
	dict(e, "formats", t.formats)
	dict(e, "errors", t.errors)
}

func dict(e *zerolog.Event, name string, counts map[string]int) {
	if len(counts) == 0 {
		return
	}
	d := zerolog.Dict()
	for _, key := range slices.Sorted(maps.Keys(counts)) {
		d.Int(key, counts[key])
	}
	e.Dict(name, d)
}
