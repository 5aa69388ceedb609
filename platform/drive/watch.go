package drive

import (
	"cmp"
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"
)

const (
	// patience is for how long udev may take to say what is on a new device.
	patience = 3 * time.Second
	// everyWithUdev is how often everything is looked at although nobody said
	// that it has changed. udev's messages are lost when its socket overflows, in
	// silence, and a file system that makes itself read-only after an error
	// doesn't change the mount table.
	everyWithUdev = 15 * time.Second
	// everyWithout is the same where nobody tells of devices.
	everyWithout = 2 * time.Second
)

// Watcher tells of drives until its context ends.
type Watcher struct {
	events chan Event
	err    error

	opt      Options
	poller   *poller
	messages <-chan message // nil without udev
	said     sayings
	held     holdings
}

// Events delivers what becomes of drives, beginning with those that are there.
// It is closed when the watcher has stopped and holds nothing any more. A slow
// reader loses nothing but what has come and gone meanwhile.
func (w *Watcher) Events() <-chan Event { return w.events }

// Err tells why the watcher stopped, once Events is closed.
func (w *Watcher) Err() error { return w.err }

// Watch begins to look for drives.
func Watch(ctx context.Context, opt Options) (*Watcher, error) {
	if opt.Warn == nil {
		opt.Warn = func(error) {}
	}
	p, err := newPoller(opt.root())
	if err != nil {
		return nil, err
	}
	w := &Watcher{events: make(chan Event), opt: opt, poller: p, said: newSayings(opt), held: newHoldings(p.ends)}
	ctx, cancel := context.WithCancel(ctx)
	// Listen first and look second, so that nothing falls between.
	if !opt.NoUdev {
		if w.messages, err = listen(ctx, opt.Warn); err != nil {
			opt.Warn(err)
		}
	}
	first, err := w.look()
	if err != nil {
		cancel()
		w.release()
		return nil, err
	}
	go func() {
		defer close(w.events)
		defer w.release()
		defer cancel()
		if w.err = w.run(ctx, first); ctx.Err() == nil && opt.Lost != nil {
			opt.Lost(w.err)
		}
	}()
	return w, nil
}

// release waits until nobody holds anything any more. The context has ended.
func (w *Watcher) release() {
	if w.messages != nil {
		for range w.messages {
		}
	}
	w.poller.close()
}

// run delivers events. While they wait, no look is made, so that each look
// begins from what the reader knows. udev's channel closes only after ctx has
// ended, or if it fails.
func (w *Watcher) run(ctx context.Context, queue []Event) error {
	everything, soon := time.NewTimer(w.every()), time.NewTimer(w.opt.patience())
	defer everything.Stop()
	defer soon.Stop()
	for due := false; ; {
		if due && len(queue) == 0 {
			due = false
			queue = w.lookAgain()
		}
		if w.held.waiting {
			soon.Reset(w.opt.patience() / 2)
		}
		var out chan<- Event
		var next Event
		if len(queue) > 0 {
			out, next = w.events, queue[0]
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-w.poller.failed:
			return err
		case out <- next:
			queue = queue[1:]
		case m, ok := <-w.messages:
			if !ok && ctx.Err() != nil {
				return ctx.Err()
			}
			due = true
			w.hear(m, ok)
		case <-w.poller.pokes:
			due = true
		case <-soon.C:
			due = true
		case <-everything.C:
			due = true
			w.said.forget()
			everything.Reset(w.every())
		}
	}
}

func (w *Watcher) hear(m message, ok bool) {
	if ok {
		w.said.hear(m)
		return
	}
	w.messages = nil
	w.opt.Warn(errors.New("udev can't be listened to any more"))
}

func (w *Watcher) every() time.Duration {
	if w.udevRuns() {
		return cmp.Or(w.opt.Every, everyWithUdev)
	}
	return cmp.Or(w.opt.Every, everyWithout)
}

// udevRuns tells whether udev will say what is on a device.
func (w *Watcher) udevRuns() bool {
	_, err := os.Stat(filepath.Join(w.opt.root(), "run/udev/control"))
	return w.messages != nil && err == nil
}

func (o Options) patience() time.Duration { return cmp.Or(o.testPatience, patience) }

func (w *Watcher) lookAgain() []Event {
	events, err := w.look()
	if err != nil { // what is held stays as it is until a look succeeds
		w.opt.Warn(err)
	}
	return events
}

func (w *Watcher) look() ([]Event, error) {
	l, err := newLook(w.opt, w.said.of)
	if err != nil {
		return nil, err
	}
	wait := time.Duration(0)
	if w.udevRuns() {
		wait = w.opt.patience()
	}
	return w.held.update(l.drives(), w.said.removals, time.Now(), wait), nil
}

// List returns the drives that are there, ordered by device.
func List(opt Options) ([]Drive, error) {
	said := newSayings(opt)
	l, err := newLook(opt, said.of)
	if err != nil {
		return nil, err
	}
	var list []Drive
	for _, f := range l.drives() {
		list = append(list, f.Drive)
	}
	return list, nil
}
