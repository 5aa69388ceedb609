package desktop

import (
	"context"
	"sync"
	"time"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/lang"
	"untag/platform/station"
)

// Shower shows notifications.
type Shower interface {
	// Buttons tells whether notes can have buttons now.
	Buttons(ctx context.Context) bool
	// Show shows a note in the place of an earlier one, 0 for none, and returns
	// its number.
	Show(ctx context.Context, replaces uint32, n Note) (uint32, error)
	// Hide takes a note away.
	Hide(ctx context.Context, number uint32) error
	// Answers tells which buttons are pressed and which notes go away, until ctx ends.
	Answers(ctx context.Context) <-chan Answer
}

// Answer is what somebody did with a note.
type Answer struct {
	Number uint32
	Button Button // closed: the note is gone
	Token  string // lets what the button opens come to the front, "" if there is none
}

// Hands do what buttons say. What is nil has no button.
type Hands struct {
	Decide        func(id uint64, a config.Action) error // what is done with this drive
	Keep          func(a config.Action) error            // what is done with all drives from now on
	Pause, Resume func(id uint64) error
	Eject         func(ctx context.Context, d drive.Drive) error // and all is on it
	Show          func(ctx context.Context, s station.DriveState, token string) error
	Forget        func(id uint64) // what was shown of a drive that is gone
}

const (
	// quick is for how long a drive is cleaned without a word: a bubble that comes
	// and goes disturbs more than it says.
	quick = 2 * time.Second
	// anew is how often a bubble that is still open tells how far the work is.
	anew = 10 * time.Second
)

// Notify shows what becomes of drives until ctx or the changes end: when a drive
// takes more than two seconds to clean, when it is clean, and what can't be. Where a
// drive is to be asked about, it asks, once. Each drive has one bubble. policy says
// what is wanted, as it is now; failed is told what could not be shown.
func Notify(ctx context.Context, changes <-chan station.Change, to Shower, hands Hands, policy func() config.Notify, failed func(error)) {
	ctx, cancel := context.WithCancel(ctx)
	n := &notifier{ctx: ctx, to: to, hands: hands, policy: policy, failed: failed, bubbles: map[uint64]*bubble{}, done: make(chan func())}
	defer n.besides.Wait()
	defer cancel()
	answers := to.Answers(ctx)
	for {
		select {
		case <-ctx.Done():
			return
		case c, ok := <-changes:
			if !ok {
				return
			}
			n.take(c)
		case a, ok := <-answers:
			if !ok {
				answers = nil
				continue
			}
			n.answered(a)
		case finish := <-n.done:
			finish()
		case <-n.alarm():
			n.showSlow()
		}
	}
}

// bubble is what is shown of one drive.
type bubble struct {
	number        uint32    // 0: nothing is
	slowAt        time.Time // when to say how far the work is; zero if not
	shown         bool      // whether it says that the drive is being worked on
	done          int64     // files that it says are done
	asking        bool      // whether it is a question
	asked         bool      // whether there was one: once is enough
	paused        bool      // by its button
	leaving       bool      // is being ejected
	settled       bool      // all that is on it was looked at, as far as is known
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
	hands   Hands
	policy  func() config.Notify
	failed  func(error)
	bubbles map[uint64]*bubble
	besides sync.WaitGroup
	done    chan func() // what is to be done after something that took long
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
		if b.slowAt.IsZero() || time.Now().Before(b.slowAt) {
			continue
		}
		b.slowAt = time.Time{}
		if b.asking || b.shown && b.number == 0 || n.ask(b) { // a question stays, and what was closed stays so
			continue
		}
		b.slowAt = time.Now().Add(anew)
		if !b.shown || b.done != b.last.Done {
			b.shown, b.done = true, b.last.Done
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
	if c.State != station.Paused && c.State != station.Gone {
		b.settled = c.State == station.Watching || c.State == station.Done
	}
	switch c.State {
	case station.Cleaning, station.Checking:
		if before != c.State && !b.shown {
			b.slowAt = time.Now().Add(quick)
		}
		b.paused = false
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
		if n.hands.Forget != nil {
			n.hands.Forget(c.Drive.ID)
		}
		switch {
		case b.leaving: // the end of that is told
		case before == station.Cleaning || before == station.Settling && b.last.Action == config.Scrub:
			n.show(b, pulled(c.DriveState))
		case b.asking:
			n.hide(b)
		}
	case station.Paused:
		n.pause(b)
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
	if b.last.Action != config.Scrub {
		b.tags = 0 // those were found, and are still there
	}
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
	if !n.ask(b) {
		b.asking = false
		n.show(b, note)
	}
}

// ask asks what to do with the drive, if that is to be asked and somebody can
// answer. A question that is open is asked anew, since it tells more by then.
func (n *notifier) ask(b *bubble) bool {
	s := b.last
	if s.Action != config.Ask || s.Counts.Found+s.Counts.Partly == 0 || b.asked && !b.asking ||
		n.hands.Decide == nil || n.policy() == config.NotifyNone || !n.to.Buttons(n.ctx) {
		return false
	}
	b.asking, b.asked = true, true
	n.show(b, question(s))
	return true
}

func (n *notifier) pause(b *bubble) {
	if b.leaving { // which says more
		return
	}
	if b.paused {
		n.show(b, Note{Summary: lang.T("%s is left alone", nameOf(b.last.Drive)), Body: lang.T("What changes on it is looked at once you resume."), Buttons: []Button{buttonResume}})
		return
	}
	n.hide(b)
}

// hide takes away what is not true any more.
func (n *notifier) hide(b *bubble) {
	if (b.shown || b.asking) && b.number != 0 {
		n.fail(n.to.Hide(n.ctx, b.number))
		b.number = 0
	}
	b.asking = false
}

func (n *notifier) show(b *bubble, note Note) {
	switch p := n.policy(); {
	case p == config.NotifyNone, p == config.NotifyProblems && !note.Problem && !note.Question:
		return
	}
	note.Buttons = n.useful(note.Buttons, b.last)
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
