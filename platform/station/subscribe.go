package station

import "sync"

// subscription hands changes to one reader, however slow.
type subscription struct {
	out  chan Change
	stop chan struct{}
	more chan struct{}

	mu    sync.Mutex
	queue []Change
}

// maxUnread changes wait for a reader; a thousand drives don't fit on a desk.
const maxUnread = 1000

// Subscribe delivers what becomes of the drives, beginning with those that are
// there. A slow reader misses counts, but no state unless it is very slow. cancel
// closes the channel.
func (s *Station) Subscribe() (changes <-chan Change, cancel func()) {
	sub := &subscription{out: make(chan Change), stop: make(chan struct{}), more: make(chan struct{}, 1)}
	s.mu.Lock()
	s.subs[sub] = struct{}{}
	s.mu.Unlock()
	for _, q := range s.all() {
		q.introduce(sub)
	}
	var pump sync.WaitGroup
	pump.Go(sub.pump)
	return sub.out, sync.OnceFunc(func() {
		s.mu.Lock()
		delete(s.subs, sub)
		s.mu.Unlock()
		close(sub.stop)
		pump.Wait()
	})
}

// introduce tells the reader of the state. Nothing is published meanwhile, so
// that what comes later is newer.
func (q *queue) introduce(sub *subscription) {
	q.mu.Lock()
	defer q.mu.Unlock()
	sub.put(Change{q.state, ""})
}

func (s *Station) publish(c Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sub := range s.subs {
		sub.put(c)
	}
}

// put appends the change, or brings up to date what the reader hasn't read.
func (s *subscription) put(c Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.Was == c.State {
		for i := len(s.queue) - 1; i >= 0; i-- {
			if old := &s.queue[i]; old.Drive.ID == c.Drive.ID {
				if old.State == c.State {
					old.DriveState = c.DriveState
					return
				}
				break
			}
		}
	}
	if len(s.queue) >= maxUnread {
		s.queue = s.queue[1:]
	}
	s.queue = append(s.queue, c)
	select {
	case s.more <- struct{}{}:
	default:
	}
}

func (s *subscription) next() (Change, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return Change{}, false
	}
	c := s.queue[0]
	s.queue = s.queue[1:]
	return c, true
}

func (s *subscription) pump() {
	defer close(s.out)
	for {
		c, ok := s.next()
		if !ok {
			select {
			case <-s.more:
				continue
			case <-s.stop:
				return
			}
		}
		select {
		case s.out <- c:
		case <-s.stop:
			return
		}
	}
}
