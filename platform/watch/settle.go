package watch

import (
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// maxWaiting files are waited for. If more change, it is cheaper to look
	// through the whole drive.
	maxWaiting = 1 << 16
	// maxPatience is the longest pause between two looks at a file in use.
	maxPatience = time.Minute
)

// Stamp is what a file looks like from outside.
type Stamp struct {
	Ino          uint64
	Size         int64
	MTime, CTime int64 // nanoseconds
}

// File is a file that has changed and is quiet since.
type File struct {
	Rel string
	// Known is what the file looked like when we left it, if we were the last
	// who is known to have changed it: see [Watcher.Expect].
	Known Stamp
	tries int
}

// wait is a file that is not quiet yet.
type wait struct {
	due   time.Time
	known Stamp
	tries int
}

// others tells whether it waits because somebody else changed it.
func (w wait) others() bool { return !w.due.IsZero() && w.tries == 0 && w.known == Stamp{} }

// settling holds files back until they are quiet. There is one timer, and none
// while nothing waits.
type settling struct {
	wake func() // told of more than before: something is ripe, or [settling.unsettled]; must not block

	mu      sync.Mutex
	quiet   time.Duration
	waiting map[string]wait
	changed int // how many of them wait because somebody else changed them
	ripe    []File
	full    bool // more files waited than can be
	timer   *time.Timer
	next    time.Time // when the timer fires; zero if it doesn't
	closed  bool
}

func newSettling(quiet time.Duration, wake func()) *settling {
	return &settling{wake: wake, quiet: quiet, waiting: map[string]wait{}}
}

// touch notes that the file has changed now.
func (s *settling) touch(rel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.waiting[rel].known
	s.put(rel, wait{due: time.Now().Add(s.quiet), known: known})
	if known != (Stamp{}) {
		s.wake() // it may have been somebody else
	}
}

// expect notes that we changed the file, which we will be told of as well, or
// have been: where syncing takes long, our first write is ripe before the last.
func (s *settling) expect(rel string, known Stamp) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ripe = slices.DeleteFunc(s.ripe, func(f File) bool { return f.Rel == rel })
	s.put(rel, wait{due: time.Now().Add(s.quiet), known: known})
}

// later has the file wait again, longer each time.
func (s *settling) later(f File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, again := s.waiting[f.Rel]; again {
		return // it has changed since: that will do
	}
	pause := max(s.quiet, 100*time.Millisecond)
	for range min(f.tries, 20) {
		pause = min(2*pause, maxPatience)
	}
	s.put(f.Rel, wait{due: time.Now().Add(pause), tries: f.tries + 1})
}

func (s *settling) put(rel string, w wait) {
	if s.closed {
		return
	}
	if _, there := s.waiting[rel]; !there && len(s.waiting)+len(s.ripe) >= maxWaiting {
		s.waiting, s.changed, s.ripe, s.full = map[string]wait{}, 0, nil, true
		s.wake()
	}
	before := s.changed
	s.remove(rel)
	s.waiting[rel] = w
	if w.others() {
		s.changed++
	}
	if before == 0 && s.changed > 0 {
		s.wake()
	}
	s.arm(w.due)
}

// remove has a file not wait.
func (s *settling) remove(rel string) {
	if s.waiting[rel].others() {
		s.changed--
	}
	delete(s.waiting, rel)
}

// arm sees to it that the timer fires when a file is due, or before.
func (s *settling) arm(due time.Time) {
	if !s.next.IsZero() && !due.Before(s.next) {
		return
	}
	s.next = due
	if s.timer == nil {
		s.timer = time.AfterFunc(time.Until(due), s.fire)
		return
	}
	s.timer.Reset(time.Until(due))
}

// fire takes out what is ripe.
func (s *settling) fire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	now := time.Now()
	var first time.Time
	before := len(s.ripe)
	for rel, w := range s.waiting {
		switch {
		case !w.due.After(now):
			s.ripe = append(s.ripe, File{rel, w.known, w.tries})
			s.remove(rel)
		case first.IsZero() || w.due.Before(first):
			first = w.due
		}
	}
	slices.SortFunc(s.ripe[before:], func(a, b File) int { return strings.Compare(a.Rel, b.Rel) })
	s.next = time.Time{}
	if !first.IsZero() {
		// All are looked at each time: not more often than needed.
		if soon := now.Add(s.quiet / 8); first.Before(soon) {
			first = soon
		}
		s.arm(first)
	}
	if len(s.ripe) > before {
		s.wake()
	}
}

// take hands out what is ripe, and whether something was forgotten.
func (s *settling) take() (ripe []File, lost bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ripe, lost = s.ripe, s.full
	s.ripe, s.full = nil, false
	return ripe, lost
}

// unsettled lists the files that wait because they have changed.
func (s *settling) unsettled() (list []File) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for rel, w := range s.waiting {
		if w.tries == 0 {
			list = append(list, File{Rel: rel, Known: w.known})
		}
	}
	return list
}

func (s *settling) set(quiet time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quiet = quiet
}

func (s *settling) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.waiting, s.ripe = nil, nil
	if s.timer != nil {
		s.timer.Stop()
	}
}
