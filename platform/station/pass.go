package station

import (
	"container/heap"
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/config"
	"untag/platform/walk"
	"untag/platform/watch"
)

const (
	// maxFound files are kept at a time, some ten megabytes. Of drives with more,
	// parts are gone through one after the other.
	maxFound = 1 << 17
	// maxPending folders wait to be listed.
	maxPending = 1 << 20
)

// folder is to be watched and listed.
type folder struct {
	rel   string
	fresh bool // is new: all of it counts, whatever part of the drive it is the turn of
}

// foundFile waits to be looked at.
type foundFile struct {
	rel   string
	mtime int64 // nanoseconds
	tries int   // how often it took too long
}

// byAge is a heap with the newest file on top; those that take long come last.
type byAge []foundFile

func (h byAge) Len() int { return len(h) }
func (h byAge) Less(i, j int) bool {
	return h[i].tries < h[j].tries || h[i].tries == h[j].tries && h[i].mtime > h[j].mtime
}
func (h byAge) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *byAge) Push(x any)   { *h = append(*h, x.(foundFile)) }
func (h *byAge) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = foundFile{}
	*h = (*h)[:last]
	return x
}

// restart begins to look through the whole drive.
func (q *queue) restart() {
	q.listen()
	q.pass = pass{begun: time.Now(), on: true}
	q.nextPass = time.Time{}
	q.folders, q.found = []folder{{}}, nil
	q.late.Store(0)
	q.marks.clear()
	q.renew()
}

// renew forgets what was found. In the same moment the drive ceases to be one on
// which there is nothing to do: nobody may take it for clean now.
func (q *queue) renew() {
	q.update(func(d *DriveState) {
		d.Counts = Counts{Cleaned: d.Counts.Cleaned, Tags: d.Counts.Tags}
		if d.Action != config.Scrub {
			d.Counts.Tags = 0
		}
		d.Done, d.Total, d.Listing, d.Problem = 0, 0, true, NoProblem
		switch {
		case d.Drive.Part:
			d.Problem = PartMounted
		case d.Drive.ReadOnly:
			d.Problem = ReadOnly
		}
		switch d.State {
		case Watching, Settling, Stuck:
			d.State = q.working()
		}
	})
}

// suffer notes a problem unless a worse one is known.
func (q *queue) suffer(p Problem) {
	q.update(func(d *DriveState) {
		if p.worse(d.Problem) {
			d.Problem = p
		}
	})
}

// listen begins to watch the drive, if that can be done.
func (q *queue) listen() {
	if q.watcher != nil || q.station.opt.Once {
		return
	}
	w, err := watch.New(q.drive.MountPoint, watch.Options{Settle: q.policy.settle, Folders: q.station.opt.folders})
	if err == nil {
		q.watcher = w
	}
}

// collect takes what has happened.
func (q *queue) collect() {
	if q.watcher == nil {
		if !q.nextPass.IsZero() && !time.Now().Before(q.nextPass) {
			q.restart()
		}
		return
	}
	c := q.watcher.Take()
	q.unsifted = append(q.unsifted, c.Files...)
	for _, rel := range c.Folders {
		q.folders = append(q.folders, folder{rel, true})
	}
	due := !q.nextPass.IsZero() && !time.Now().Before(q.nextPass)
	switch {
	case c.Lost && q.pass.on:
		q.pass.again = true
	case c.Lost || due:
		q.restart()
	}
}

// sift drops what there is nothing to do about: files that are gone, and those
// that look as they did when we left them. It returns false if the drive can't be
// looked at.
func (q *queue) sift() bool {
	if len(q.unsifted) == 0 {
		return true
	}
	_, root, end, ok := q.begin()
	if !ok {
		return false
	}
	defer end()
	for _, f := range q.unsifted {
		st, err := statAt(root, f.Rel)
		switch {
		case err != nil && isGone(err), err == nil && st.Mode&unix.S_IFMT != unix.S_IFREG:
			q.forget(f.Rel)
		case err == nil && f.Known != watch.Stamp{} && f.Known == stampOf(&st):
		default:
			q.changed = append(q.changed, work{rel: f.Rel, file: f, changed: true})
		}
	}
	q.unsifted = nil
	return true
}

func statAt(root *walk.Root, rel string) (unix.Stat_t, error) {
	e, err := root.Entry(rel)
	if err != nil {
		return unix.Stat_t{}, err
	}
	defer e.Release()
	return e.Stat()
}

// list watches and lists folders for a slice of time.
func (q *queue) list() bool {
	ctx, root, end, ok := q.begin()
	if !ok {
		return false
	}
	defer end()
	for begun := time.Now(); len(q.folders) > 0 && ctx.Err() == nil && time.Since(begun) < slice; {
		f := q.folders[len(q.folders)-1]
		q.folders = q.folders[:len(q.folders)-1]
		q.listFolder(root, f)
	}
	q.update(func(d *DriveState) {
		d.Listing = len(q.folders) > 0
		d.Total = d.Done + int64(len(q.found)) + q.late.Load()
	})
	return true
}

// listFolder watches first and lists second, so that nothing falls between.
func (q *queue) listFolder(root *walk.Root, f folder) {
	q.watch(f.rel)
	err := root.List(f.rel, func(e *walk.Entry, isFolder bool) {
		switch {
		case !isFolder:
			q.find(e, f.fresh)
		case len(q.folders) < maxPending:
			q.folders = append(q.folders, folder{e.Rel, f.fresh})
		default:
			q.suffer(TooManyFolders)
		}
	})
	switch {
	case err == nil, isGone(err), errors.Is(err, unix.EXDEV): // another drive is another queue's
	default:
		q.mark(f.rel, errorNote(failed, err))
		q.ail(err)
	}
}

func isGone(err error) bool {
	return errors.Is(err, unix.ENOENT) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ESTALE)
}

func (q *queue) watch(rel string) {
	if q.station.opt.Once {
		return
	}
	err := watch.ErrNoWatches
	if q.watcher != nil {
		err = q.watcher.Watch(rel)
	}
	if err == nil || isGone(err) || q.pass.blind {
		return
	}
	q.pass.blind = true
	q.suffer(NoWatches)
	why := class(err)
	if errors.Is(err, watch.ErrNoWatches) {
		why = "fs.inotify.max_user_watches"
	}
	q.log.Warn().Str("why", why).Msg("not all folders can be watched: looking through the drive now and then")
}

// find keeps a file to be looked at.
func (q *queue) find(e *walk.Entry, fresh bool) {
	if !fresh && !q.pass.shard.Has(e.Rel) {
		return
	}
	st, err := e.Stat()
	if err != nil {
		if !isGone(err) {
			q.mark(e.Rel, errorNote(failed, err))
			q.ail(err)
		}
		return
	}
	heap.Push(&q.found, foundFile{e.Rel, unix.TimespecToNsec(st.Mtim), 0})
	if len(q.found) > q.station.opt.found && q.pass.shard.I == 0 {
		q.split()
	}
}

// split keeps only every second of the files for now.
func (q *queue) split() {
	q.pass.shard.N = max(2*q.pass.shard.N, 2)
	q.found = slices.DeleteFunc(q.found, func(f foundFile) bool { return !q.pass.shard.Has(f.rel) })
	heap.Init(&q.found)
}

// endPass ends the look through the drive, or a part of it.
func (q *queue) endPass() {
	if q.pass.shard.I+1 < q.pass.shard.N {
		q.pass.shard.I++
		q.folders = []folder{{}}
		return
	}
	took := time.Since(q.pass.begun)
	q.pass.on = false
	if q.pass.blind {
		q.nextPass = time.Now().Add(max(q.station.opt.seldom, 20*took))
	}
	q.update(func(d *DriveState) { d.Listing = false; d.Passes++ })
	q.reportPass(took)
	if q.pass.again {
		q.restart()
	}
}

// nextFound takes the newest file.
func (q *queue) nextFound() (work, bool) {
	if len(q.found) == 0 {
		return work{}, false
	}
	f := heap.Pop(&q.found).(foundFile)
	return work{rel: f.rel, age: f.mtime, tries: f.tries}, true
}

// nextChanged takes a file that has changed.
func (q *queue) nextChanged() (work, bool) {
	if len(q.changed) == 0 {
		return work{}, false
	}
	w := q.changed[0]
	q.changed = q.changed[1:]
	return w, true
}

// putBack keeps what was not done.
func (q *queue) putBack(w work) {
	if w.changed {
		q.changed = append(q.changed, w)
		return
	}
	heap.Push(&q.found, foundFile{w.rel, w.age, w.tries})
}
