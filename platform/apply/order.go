package apply

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// ahead is how many files may be done before one that was found earlier. Their
// reports wait in memory.
const ahead = 256

// maxHeap files of a folder are opened in the order in which they lie on the drive.
const maxHeap = ahead / 2

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

// ticket gives the next place in the line, 0 if ctx ended before there was room. What
// happens when nobody has anything to do meanwhile is up to idle.
func (l *line) ticket(ctx context.Context, nothing <-chan struct{}, idle func()) int64 {
	if l == nil {
		return 0
	}
	for waits := true; waits; {
		select {
		case l.room <- struct{}{}:
			waits = false
		case <-nothing:
			idle()
		case <-ctx.Done():
			return 0
		}
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

// heap hands files on in the order of their numbers, a folder's few at a time: so a
// disk's heads go over it once and not to and fro, for names tell nothing of places.
// Without a line, nobody knows when the next file comes, and none waits for it.
type heap struct {
	run *run
	to  chan<- entry
	all []entry // of one folder
	// passed is how many files after the first of all were not handed on, and hold up the
	// line when they are reported.
	passed int
}

// add takes e and returns false if ctx ended.
func (h *heap) add(ctx context.Context, e entry) bool {
	other := len(h.all) > 0 && h.all[0].Folder() != e.Folder()
	if (other || len(h.all) == maxHeap) && !h.hand(ctx) {
		h.run.leave(e)
		return false
	}
	h.all = append(h.all, e)
	return h.run.line != nil || h.hand(ctx)
}

// pass takes note of a file that is not handed on, and returns false if ctx ended.
func (h *heap) pass(ctx context.Context) bool {
	if len(h.all) == 0 {
		return true
	}
	h.passed++
	return len(h.all)+h.passed < maxHeap || h.hand(ctx)
}

// hand hands all of them on.
func (h *heap) hand(ctx context.Context) bool {
	slices.SortFunc(h.all, func(a, b entry) int { return cmp.Compare(a.Ino, b.Ino) })
	for i, e := range h.all {
		h.run.looking.Add(1)
		select {
		case h.to <- e:
		case <-ctx.Done():
			for _, e := range h.all[i:] {
				h.run.leave(e)
			}
			h.all, h.passed = nil, 0
			return false
		}
	}
	h.all, h.passed = h.all[:0], 0
	return true
}
