package desktop

import (
	"context"
	"time"

	"untag/platform/config"
	"untag/platform/station"
)

// Shower shows notifications.
type Shower interface {
	// Show shows a note in the place of an earlier one, 0 for none, and returns
	// its number.
	Show(ctx context.Context, replaces uint32, n Note) (uint32, error)
	// Hide takes a note away.
	Hide(ctx context.Context, number uint32) error
}

// quick is for how long a drive is cleaned without a word: a bubble that comes
// and goes disturbs more than it says.
const quick = 2 * time.Second

// Notify shows what becomes of drives until ctx or the changes end: when a drive
// takes more than two seconds to clean, when it is clean, and what can't be. Each
// drive has one bubble. policy says what is wanted, as it is now; failed is told
// what could not be shown.
func Notify(ctx context.Context, changes <-chan station.Change, to Shower, policy func() config.Notify, failed func(error)) {
	n := &notifier{ctx: ctx, to: to, policy: policy, failed: failed, bubbles: map[uint64]*bubble{}}
	for {
		select {
		case <-ctx.Done():
			return
		case c, ok := <-changes:
			if !ok {
				return
			}
			n.take(c)
		case <-n.alarm():
			n.showSlow()
		}
	}
}

// bubble is what is shown of one drive.
type bubble struct {
	number        uint32
	slowAt        time.Time // when to say that it is being cleaned; zero if not
	shown         bool      // whether it says so
	last          station.DriveState
	cleaned, tags int64 // told before
	unclean       int64
	other         int64
	problem       station.Problem
	told          bool // whether a result was told
}

type notifier struct {
	ctx     context.Context
	to      Shower
	policy  func() config.Notify
	failed  func(error)
	bubbles map[uint64]*bubble
}

// alarm rings when the next drive has become slow.
func (n *notifier) alarm() <-chan time.Time {
	var next time.Time
	for _, b := range n.bubbles {
		if !b.slowAt.IsZero() && (next.IsZero() || b.slowAt.Before(next)) {
			next = b.slowAt
		}
	}
	if next.IsZero() {
		return nil
	}
	return time.After(time.Until(next))
}

func (n *notifier) showSlow() {
	for _, b := range n.bubbles {
		if !b.slowAt.IsZero() && !time.Now().Before(b.slowAt) {
			b.slowAt, b.shown = time.Time{}, true
			n.show(b, working(b.last))
		}
	}
}

// take looks at states and not at what they were before: a slow reader may have
// missed some.
func (n *notifier) take(c station.Change) {
	b := n.bubbles[c.Drive.ID]
	if b == nil {
		b = &bubble{}
		n.bubbles[c.Drive.ID] = b
	}
	before := b.last.State
	b.last = c.DriveState
	switch c.State {
	case station.Cleaning, station.Checking:
		if before != c.State && !b.shown {
			b.slowAt = time.Now().Add(quick)
		}
		return
	case station.Settling:
		b.slowAt = time.Time{} // whoever writes knows; what is shown stays true
		return
	case station.Watching, station.Done:
		n.finish(b)
	case station.Stuck:
		b.rest()
		if b.problem != c.Problem || !b.told {
			b.remember()
			n.show(b, stuck(c.DriveState))
		}
	case station.Gone:
		delete(n.bubbles, c.Drive.ID)
		if before == station.Cleaning || before == station.Settling && b.last.Action == config.Scrub {
			n.show(b, pulled(c.DriveState))
		}
	default:
		n.hide(b)
	}
	if c.State != station.Gone {
		b.rest()
	}
}

// rest notes that the drive is not being worked on.
func (b *bubble) rest() { b.slowAt, b.shown = time.Time{}, false }

// remember notes that the result as it is has been told.
func (b *bubble) remember() {
	b.told, b.problem = true, b.last.Problem
	b.cleaned, b.tags, b.unclean = b.last.Counts.Cleaned, b.last.Counts.Tags, unclean(b.last)
	b.other = b.last.Counts.Other
}

// finish tells the result, the first time and whenever there is a new one.
func (n *notifier) finish(b *bubble) {
	s := b.last
	news := !b.told || b.shown || s.Counts.Cleaned != b.cleaned || unclean(s) != b.unclean || s.Counts.Other != b.other || s.Problem != b.problem
	if !news {
		return
	}
	note := result(s, s.Counts.Cleaned-b.cleaned, s.Counts.Tags-b.tags)
	b.remember()
	n.show(b, note)
}

func (n *notifier) hide(b *bubble) {
	if b.shown && b.number != 0 {
		n.fail(n.to.Hide(n.ctx, b.number))
		b.number = 0
	}
}

func (n *notifier) show(b *bubble, note Note) {
	switch p := n.policy(); {
	case p == config.NotifyNone, p == config.NotifyProblems && !note.Problem:
		return
	}
	number, err := n.to.Show(n.ctx, b.number, note)
	n.fail(err)
	if err == nil {
		b.number = number
	}
}

func (n *notifier) fail(err error) {
	if err != nil {
		n.failed(err)
	}
}
