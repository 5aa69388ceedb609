package station

import (
	"context"
	"net"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"untag/platform/apply"
	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/walk"
	"untag/platform/watch"
)

const (
	// slice is for how long files are begun before all is let go of.
	slice = 150 * time.Millisecond
	// breath is the pause after that in which a drive can be unmounted.
	breath = 50 * time.Millisecond
	// listFirst is for how long a drive is only listed, to find the newest files.
	listFirst = 500 * time.Millisecond
	// seldom is how often a drive is looked through that can't be watched.
	seldom = time.Minute
	// tellEvery is the least time between two messages about counts.
	tellEvery = 250 * time.Millisecond
)

// orders are what others want of a queue.
type orders struct {
	paused  bool
	away    time.Time // until when to let go of the drive
	rescan  bool
	unstick bool
	policy  policy
}

// queue is the work on one drive.
type queue struct {
	station *Station
	drive   drive.Drive
	log     zerolog.Logger
	ctx     context.Context
	cancel  context.CancelFunc
	ended   chan struct{}
	poke    chan struct{} // has a value when there are new orders

	treatment treatment

	mu     sync.Mutex
	orders orders
	halt   context.CancelFunc // ends the slice of work at hand; nil if there is none
	atWork chan struct{}      // closed when the slice has ended
	state  DriveState
	told   time.Time // when the state was published

	marks marks

	// What follows is for the goroutine of run.
	policy  policy
	place   place
	claim   net.Listener   // says that the drive is ours
	heir    atomic.Bool    // waits for another daemon to let go of it
	watcher *watch.Watcher // nil if nothing is watched
	planner apply.Planner  // nil while there is no work
	dismiss func()         // for the planner
	warming sync.WaitGroup // of the planner

	folders  []folder     // to be listed
	found    byAge        // by the pass
	unsifted []watch.File // changed, perhaps by us
	changed  []work
	pass     pass
	turn     int // whose turn it is: folders, changed or found files
	busy     time.Duration
	stuck    bool
	sick     int              // failures of the drive in a row
	unsound  int              // failures of the sandbox in a row
	halfway  map[string]int64 // tags of files that were changed and not proven
	together int              // how many files are changed under the same syncs
	tally    tally
	late     atomic.Int64 // files of the pass that wait to be quiet
	worked   bool         // since the queue was idle
	nextPass time.Time
}

// pass is one look through the whole drive.
type pass struct {
	begun time.Time
	on    bool
	again bool // something was lost meanwhile
	blind bool // not everything could be watched
	shard walk.Shard
}

func newQueue(ctx context.Context, s *Station, d drive.Drive, p policy) *queue {
	q := &queue{
		station: s, drive: d, policy: p, together: alone,
		log:   s.opt.Log.With().Uint64("drive", d.ID).Logger(),
		ended: make(chan struct{}), poke: make(chan struct{}, 1),
		place: place{drive: d},
	}
	q.ctx, q.cancel = context.WithCancel(ctx)
	q.orders.policy = p
	q.state = DriveState{Drive: d, Action: p.action, Rule: p.rule, Since: time.Now()}
	return q
}

// stop ends the work and doesn't wait for that: the drive may never answer.
func (q *queue) stop() {
	q.cancel()
	q.enter(Gone)
}

// order changes the orders and ends the work at hand.
func (q *queue) order(change func(*orders)) {
	q.mu.Lock()
	change(&q.orders)
	if q.halt != nil {
		q.halt()
	}
	q.mu.Unlock()
	select {
	case q.poke <- struct{}{}:
	default:
	}
}

func (q *queue) setPolicy(p policy) {
	q.mu.Lock()
	same := q.orders.policy.same(p)
	q.mu.Unlock()
	if !same {
		q.order(func(o *orders) { o.policy = p })
	}
}

// begin opens the drive for a slice of work; ok is false if it is to be left
// alone now. end lets go of it.
func (q *queue) begin() (ctx context.Context, root *walk.Root, end func(), ok bool) {
	q.mu.Lock()
	if q.orders.idle() || q.ctx.Err() != nil {
		q.mu.Unlock()
		return nil, nil, nil, false
	}
	ctx, q.halt = context.WithCancel(q.ctx)
	q.atWork = make(chan struct{})
	q.mu.Unlock()
	begun := time.Now()
	root, err := q.place.open()
	end = func() {
		if root != nil {
			root.Close()
		}
		q.busy += time.Since(begun)
		q.mu.Lock()
		defer q.mu.Unlock()
		q.halt()
		close(q.atWork)
		q.halt, q.atWork = nil, nil
	}
	if err != nil {
		end()
		q.cantOpen(err)
		return nil, nil, nil, false
	}
	if !q.claimed() {
		end()
		return nil, nil, nil, false
	}
	return ctx, root, end, true
}

func (o *orders) idle() bool { return o.paused || time.Now().Before(o.away) }

// atRest waits until nothing on the drive is open.
func (q *queue) atRest(ctx context.Context) error {
	q.mu.Lock()
	atWork := q.atWork
	q.mu.Unlock()
	if atWork == nil {
		return nil
	}
	select {
	case <-atWork:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run works until the drive is gone, or done.
func (q *queue) run() {
	defer q.end()
	q.log.Info().Str("action", string(q.policy.action)).Str("fs", q.drive.FS).Str("bus", q.drive.Bus).Bool("read_only", q.drive.ReadOnly).Msg("drive is served")
	for q.ctx.Err() == nil {
		q.obey()
		switch {
		case q.step():
			q.worked = true
			q.breathe()
		case q.station.opt.Once && q.finished():
			return
		default:
			q.release()
			q.rest()
		}
	}
}

// end lets go of everything and tells that the drive is not served any more.
func (q *queue) end() {
	q.cancel()
	q.release()
	q.disclaim()
	if q.watcher != nil {
		q.watcher.Close()
	}
	q.enter(Gone)
	q.report()
	q.log.Info().Msg("drive is not served any more")
	close(q.ended)
}

// obey takes up new orders.
func (q *queue) obey() {
	q.mu.Lock()
	o := q.orders
	q.orders.rescan, q.orders.unstick = false, false
	q.mu.Unlock()
	again := o.rescan || o.unstick && q.stuck // what was skipped while stuck is not known
	if again {
		q.stuck, q.sick, q.unsound = false, 0, 0
	}
	switch {
	case !q.policy.same(o.policy):
		q.adopt(o.policy)
	case again:
		q.restart()
	}
}

func (q *queue) adopt(p policy) {
	q.policy, q.stuck = p, false
	q.update(func(d *DriveState) {
		if d.Action != config.Scrub {
			d.Counts.Tags = 0 // which were found, not removed
		}
		d.Action, d.Rule = p.action, p.rule
	})
	if q.watcher != nil {
		q.watcher.SetSettle(p.settle)
	}
	if p.action == config.Ignore {
		q.unwatch()
		return
	}
	q.restart()
}

// unwatch forgets all that was to be done.
func (q *queue) unwatch() {
	if q.watcher != nil {
		q.watcher.Close()
		q.watcher = nil
	}
	q.disclaim()
	q.folders, q.found, q.changed, q.unsifted = nil, nil, nil, nil
	q.pass, q.nextPass = pass{}, time.Time{}
}

// step does a slice of the work. It returns false if there is none, or none may
// be done now.
func (q *queue) step() bool {
	if !q.mayWork() {
		return false
	}
	if q.policy.unmet {
		return q.meet()
	}
	if q.pass.begun.IsZero() {
		q.restart()
	}
	q.collect()
	if !q.sift() {
		return false
	}
	if q.pass.on && len(q.folders) == 0 && len(q.found) == 0 {
		q.endPass()
	}
	if len(q.folders) == 0 && len(q.found) == 0 && len(q.changed) == 0 {
		q.idle()
		return false
	}
	q.enter(q.working())
	return q.work()
}

// mayWork tells whether the drive may be touched, and what its state is if not.
func (q *queue) mayWork() bool {
	q.mu.Lock()
	o := q.orders
	q.mu.Unlock()
	switch {
	case q.policy.action == config.Ignore && q.station.opt.Once:
		q.enter(Done)
	case q.policy.action == config.Ignore:
		q.enter(Ignored)
	case o.idle():
		q.enter(Paused)
	case q.stuck:
		q.enter(Stuck)
	default:
		return true
	}
	return false
}

func (q *queue) working() State {
	if q.policy.action == config.Scrub {
		return Cleaning
	}
	return Checking
}

// work does a slice for whoever's turn it is.
func (q *queue) work() bool {
	if len(q.folders) > 0 && time.Since(q.pass.begun) < listFirst {
		if !q.plan() {
			return false
		}
		q.warm(q.station.opt.Jobs)
		return q.list()
	}
	for range 3 {
		q.turn = (q.turn + 1) % 3
		switch {
		case q.turn == 0 && len(q.folders) > 0:
			return q.list()
		case q.turn == 1 && len(q.changed) > 0:
			return q.batch(q.nextChanged)
		case q.turn == 2 && len(q.found) > 0:
			return q.batch(q.nextFound)
		}
	}
	return false
}

// breathe leaves the drive alone for a moment, now and then.
func (q *queue) breathe() {
	if q.busy < slice {
		return
	}
	pause := time.NewTimer(breathFor(q.busy))
	q.busy = 0
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-q.ctx.Done():
	}
}

// rest waits until something happens.
func (q *queue) rest() {
	var changes <-chan struct{}
	if q.watcher != nil {
		changes = q.watcher.Ready()
	}
	var alarm <-chan time.Time
	if at := q.wakeAt(); !at.IsZero() {
		t := time.NewTimer(time.Until(at))
		defer t.Stop()
		alarm = t.C
	}
	select {
	case <-q.ctx.Done():
	case <-q.poke:
	case <-changes:
	case <-alarm:
	}
}

// wakeAt is when there is something to do although nothing happens; zero for never.
func (q *queue) wakeAt() time.Time {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.orders.paused || q.stuck || q.policy.action == config.Ignore:
		return time.Time{}
	case q.orders.away.After(time.Now()):
		return q.orders.away
	}
	return q.nextPass
}

// idle lets go of what is only needed for work.
func (q *queue) idle() {
	if q.worked {
		q.worked = false
		q.report()
		q.found, q.folders, q.changed, q.halfway = nil, nil, nil, nil
		debug.FreeOSMemory()
	}
	q.progress()
	switch {
	case q.station.opt.Once:
		q.enter(Done)
	case q.settled():
		q.enter(Watching)
	case !q.stuck:
		q.enter(Settling)
	}
}

// settled tells whether no file has changed that was not looked at since. Our own
// changes wait like others, until it is seen that they were the last.
func (q *queue) settled() bool {
	if q.watcher == nil {
		return true
	}
	waiting := q.watcher.Waiting()
	if len(waiting) == 0 {
		return true
	}
	if slices.ContainsFunc(waiting, func(f watch.File) bool { return f.Known == watch.Stamp{} }) {
		return false
	}
	_, root, end, ok := q.begin()
	if !ok {
		return false
	}
	defer end()
	return !slices.ContainsFunc(waiting, func(f watch.File) bool {
		st, err := statAt(root, f.Rel)
		return err != nil || f.Known != stampOf(&st)
	})
}

func (q *queue) finished() bool { return q.snapshot().State == Done || q.stuck }

// release lets go of the planner.
func (q *queue) release() {
	if q.planner != nil {
		q.dismiss()
		q.planner, q.dismiss = nil, nil
	}
}

// plan sees to it that there is a planner.
func (q *queue) plan() bool {
	if q.planner != nil {
		return true
	}
	if q.planner, q.dismiss = q.station.spare.take(); q.planner != nil {
		return true
	}
	p, done, err := q.station.opt.Planners()
	if err != nil {
		q.log.Error().Str("class", class(err)).Msg("parsers can't be started")
		q.stick(NoSandbox)
		return false
	}
	q.planner, q.dismiss = p, done
	return true
}

// stick ends the work until somebody has it go on.
func (q *queue) stick(p Problem) {
	q.stuck = true
	q.update(func(d *DriveState) { d.Problem = p })
	q.enter(Stuck)
	q.log.Warn().Str("problem", string(p)).Msg("work on the drive stops")
}

// snapshot returns the state.
func (q *queue) snapshot() DriveState {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.state
}

// enter changes the state. What is gone or done stays so.
func (q *queue) enter(s State) {
	q.update(func(d *DriveState) {
		if d.State != Gone && d.State != Done {
			d.State = s
		}
	})
}

// update changes what there is to tell. A new state or problem is told at once,
// in the order in which they come; the rest now and then.
func (q *queue) update(change func(*DriveState)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	was := q.state
	change(&q.state)
	now := time.Now()
	if q.state.State != was.State {
		q.state.Since = now
	} else if was.State == Gone || q.state.Problem == was.Problem && now.Sub(q.told) < tellEvery {
		return
	}
	q.told = now
	q.station.publish(Change{q.state, was.State})
}
