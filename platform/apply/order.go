package apply

import (
	"context"
	"sync"
)

// ahead is how many files may be done before one that was found earlier. Their
// reports wait in memory.
const ahead = 256

// line has files reported in the order in which they were found, whoever is done
// first, so that every run says the same. A nil line lets everybody pass.
type line struct {
	room chan struct{}

	mu      sync.Mutex
	given   int64 // tickets; the first is 1
	told    int64
	waiting map[int64]*Outcome // done before their turn; nil if there is nothing to report
	tell    func(Outcome)
}

func newLine(tell func(Outcome)) *line {
	return &line{room: make(chan struct{}, ahead), waiting: map[int64]*Outcome{}, tell: tell}
}

// ticket gives the next place in the line, 0 if ctx ended before there was room.
func (l *line) ticket(ctx context.Context) int64 {
	if l == nil {
		return 0
	}
	select {
	case l.room <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.given++
	return l.given
}

// done gives the ticket back, with what there is to report, if there is.
func (l *line) done(ticket int64, o *Outcome) {
	if l == nil || ticket == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, twice := l.waiting[ticket]; twice || ticket <= l.told {
		return
	}
	l.waiting[ticket] = o
	for {
		next, ok := l.waiting[l.told+1]
		if !ok {
			return
		}
		l.told++
		delete(l.waiting, l.told)
		<-l.room
		if next != nil {
			l.tell(*next)
		}
	}
}
