// Package station cleans drives: each as soon as it is mounted, the newest files
// first, and then whatever is changed on it or copied to it.
//
// A [Station] is told of drives by events and does the rest. Each drive has a
// queue of its own, with its own goroutine and planner, so that none waits for
// another. Start with [New] and [Station.Run]; [Station.Snapshot] and
// [Station.Subscribe] tell how far the work is.
//
// A drive is never held: nothing on it is open but for the files of one slice of
// work, which takes a fraction of a second unless a single file takes longer, and
// each is followed by a pause in which a drive can be unmounted. Nobody announces
// an unmount to a program. So umount may find the drive busy, and whoever tries
// again finds it free within a second; who knows of the wish beforehand, as
// udisks does, has [Station.Release] to make way at once.
//
// What is logged are counts, formats and kinds of errors. Names of files are
// logged at the level debug only, and what was in them never.
package station

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"untag/platform/apply"
	"untag/platform/config"
	"untag/platform/drive"
)

// ErrNoDrive means that there is no such drive, or not any more.
var ErrNoDrive = errors.New("no such drive is mounted")

// Planners gives a drive a planner of its own while it has work: one shared by
// all would have each wait for the slowest. done is called when it is not needed
// any more.
type Planners func() (p apply.Planner, done func(), err error)

// Shared is for a planner that makes nobody wait.
func Shared(p apply.Planner) Planners {
	return func() (apply.Planner, func(), error) { return p, func() {}, nil }
}

// Options are what a station works with.
type Options struct {
	Planners Planners
	Config   config.Config
	Log      zerolog.Logger
	// Once goes through each drive one time and watches none.
	Once bool
	// Jobs is how many files of one drive are planned at a time; 0 chooses.
	Jobs int

	folders int           // watched on one drive; 0 chooses
	found   int           // see maxFound
	seldom  time.Duration // see the constant
}

// Station cleans drives. All methods may be called at the same time.
type Station struct {
	opt Options

	mu     sync.Mutex
	config config.Config
	queues map[uint64]*queue
	subs   map[*subscription]struct{}
	queued sync.WaitGroup
	spare  spare
}

// New returns a station that does nothing before [Station.Run].
func New(opt Options) *Station {
	if opt.Jobs <= 0 {
		opt.Jobs = 2
	}
	opt.seldom = cmp.Or(opt.seldom, seldom)
	opt.found = cmp.Or(opt.found, maxFound)
	return &Station{opt: opt, config: opt.Config, queues: map[uint64]*queue{}, subs: map[*subscription]struct{}{}}
}

// patience is for how long Run waits for the work to stop. A drive that doesn't
// answer can hold a goroutine for longer, and a program must be able to end.
const patience = 5 * time.Second

// Run cleans drives until ctx ends or there are no more events, and then, if it
// is to go through them once, until that is done. All work has stopped when it
// returns.
func (s *Station) Run(ctx context.Context, events <-chan drive.Event) error {
	defer s.stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-events:
			if !ok {
				return s.finish(ctx)
			}
			s.handle(ctx, e)
		}
	}
}

func (s *Station) handle(ctx context.Context, e drive.Event) {
	switch e.Kind {
	case drive.Attached:
		s.expect(ctx, e.Drive)
	case drive.Mounted:
		s.remove(e.Drive.ID) // the same drive elsewhere
		s.add(ctx, e.Drive)
	case drive.Unmounted:
		s.remove(e.Drive.ID)
	case drive.Gone:
		s.remove(e.Drive.ID)
		s.spare.drop()
	}
}

// expect gets ready for a drive that will be mounted.
func (s *Station) expect(ctx context.Context, d drive.Drive) {
	s.mu.Lock()
	action := policyFor(s.config, d, nil, "").action
	s.mu.Unlock()
	if action != config.Ignore {
		s.spare.ready(ctx, s.opt.Planners, s.opt.Jobs)
	}
}

func (s *Station) add(ctx context.Context, d drive.Drive) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q := newQueue(ctx, s, d, policyFor(s.config, d, nil, ""))
	s.queues[d.ID] = q
	s.queued.Go(q.run)
}

// remove ends the work on a drive.
func (s *Station) remove(id uint64) {
	s.mu.Lock()
	q := s.queues[id]
	delete(s.queues, id)
	s.mu.Unlock()
	if q != nil {
		q.stop()
	}
}

// finish waits for the drives that are to be gone through once; others are
// watched until ctx ends.
func (s *Station) finish(ctx context.Context) error {
	for _, q := range s.all() {
		select {
		case <-q.ended:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *Station) stop() {
	s.spare.drop()
	for _, q := range s.all() {
		q.stop()
	}
	all := make(chan struct{})
	go func() {
		s.queued.Wait()
		close(all)
	}()
	select {
	case <-all:
	case <-time.After(patience):
		s.opt.Log.Warn().Msg("a drive does not answer; leaving it")
	}
}

func (s *Station) all() []*queue {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*queue, 0, len(s.queues))
	for _, q := range s.queues {
		all = append(all, q)
	}
	slices.SortFunc(all, func(a, b *queue) int { return cmp.Compare(a.drive.ID, b.drive.ID) })
	return all
}

func (s *Station) queue(id uint64) (*queue, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q := s.queues[id]; q != nil {
		return q, nil
	}
	return nil, ErrNoDrive
}

// Pause stops the work on a drive, in the middle of a file if need be, and lets
// go of it. What changes meanwhile is noted.
func (s *Station) Pause(id uint64) error {
	return s.order(id, func(o *orders) { o.paused = true })
}

// Resume goes on with the work on a drive; one with which it was stuck is looked
// through anew.
func (s *Station) Resume(id uint64) error {
	return s.order(id, func(o *orders) { o.paused, o.away, o.unstick = false, time.Time{}, true })
}

// Rescan looks through all of a drive again.
func (s *Station) Rescan(id uint64) error {
	return s.order(id, func(o *orders) { o.rescan = true })
}

// Release lets go of a drive for a while, for somebody who is about to unmount
// it. Nothing on the drive is open when it returns without an error.
func (s *Station) Release(ctx context.Context, id uint64, d time.Duration) error {
	q, err := s.queue(id)
	if err != nil {
		return err
	}
	q.order(func(o *orders) { o.away = time.Now().Add(d) })
	return q.atRest(ctx)
}

func (s *Station) order(id uint64, change func(*orders)) error {
	q, err := s.queue(id)
	if err == nil {
		q.order(change)
	}
	return err
}

// SetConfig has all drives treated as another configuration says. Those for
// which it makes a difference are looked through again.
func (s *Station) SetConfig(c config.Config) {
	s.mu.Lock()
	s.config = c
	s.mu.Unlock()
	s.spare.drop() // what confines it may be others' wish
	for _, q := range s.all() {
		q.treat(func(*treatment) {})
	}
}
