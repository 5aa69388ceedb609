package desktop

import (
	"cmp"
	"context"
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/rs/zerolog"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/station"
)

// Options are what a desk works with.
type Options struct {
	Station Station
	Bus     Bus
	// Reload has the daemon read its configuration again; nil sends it SIGHUP.
	Reload func() error
	// Notify says what the desktop is to show, as it is now; nil: nothing.
	Notify func() config.Notify
	// Keep keeps what is done with drives from now on; nil if that can't be.
	Keep func(config.Action) error
	// Taken is told that another daemon serves the bus; nil does without, and leaves it to
	// one that does not.
	Taken   func()
	Log     zerolog.Logger
	Version string

	again time.Duration // see the constant
}

// Desk serves the bus, the desktop and the service manager beside the work.
type Desk struct {
	opt     Options
	manager manager
	cancel  context.CancelFunc
	beside  sync.WaitGroup
	stop    sync.Once
	ended   <-chan struct{}
	found   context.CancelFunc // the daemon is on the bus, or there is none
	looked  <-chan struct{}    // closed by found
}

// Open opens a desk. It is closed by Close; when ctx ends it only says goodbye.
func Open(ctx context.Context, opt Options) *Desk {
	if opt.Reload == nil {
		opt.Reload = func() error { return syscall.Kill(os.Getpid(), syscall.SIGHUP) }
	}
	opt.again = cmp.Or(opt.again, again)
	d := &Desk{opt: opt, manager: manager{opt.Station, opt.Log}}
	ctx, d.cancel = context.WithCancel(ctx)
	looking, found := context.WithCancel(ctx)
	d.ended, d.found, d.looked = ctx.Done(), found, looking.Done()
	d.beside.Go(func() { d.manager.tell(ctx) })
	d.beside.Go(func() { d.manager.feed(ctx) })
	d.beside.Go(func() {
		<-ctx.Done()
		d.stopping()
	})
	if opt.Bus == None {
		d.found()
	} else {
		d.beside.Go(func() { d.onBus(ctx, d.serve, "no bus; untag status will not find the daemon") })
		d.beside.Go(func() { d.onBus(ctx, d.makeWay, "") })
	}
	return d
}

// Ready tells the service manager that drives are served, first and after each
// reload. It waits for the daemon to be on the bus, if there is one: who starts the
// service and then asks for the status should get an answer.
func (d *Desk) Ready() {
	select {
	case <-d.looked:
	case <-time.After(onTheBus):
	}
	select {
	case <-d.ended:
	default:
		d.manager.ready()
	}
}

// onTheBus is how long a bus may take to answer until the daemon is ready without.
const onTheBus = 10 * time.Second

// Reloading tells it that the configuration is being read again.
func (d *Desk) Reloading() { d.manager.reloading() }

// Close tells it that the daemon is about to end, leaves the bus, and removes the pages
// that were shown.
func (d *Desk) Close() {
	d.cancel()
	d.beside.Wait()
	d.stopping()
	for _, s := range d.opt.Station.Snapshot() {
		forgetReport(s.Drive.ID)
	}
}

func (d *Desk) stopping() { d.stop.Do(d.manager.stopping) }

// again is when the bus is looked for once more: a session may begin, and a
// crashed bus may be started anew. Where there is none it takes twice as long each
// time, up to mostAgain times as long: an idle daemon should not wake a laptop up.
const (
	again     = 30 * time.Second
	mostAgain = 32
)

// onBus does the work whenever there is a bus. If there is none, it says so once,
// in those words.
func (d *Desk) onBus(ctx context.Context, work func(context.Context) error, none string) {
	said := none == ""
	for tries := 1; ctx.Err() == nil; tries = min(2*tries, mostAgain) {
		err := work(ctx)
		switch {
		case err == nil:
			tries = 1
		case errors.Is(err, errTaken) && d.opt.Taken != nil:
			d.opt.Taken()
			return
		}
		if err != nil && !said && ctx.Err() == nil {
			said = true
			d.opt.Log.Info().Err(err).Msg(none)
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Duration(tries) * d.opt.again):
		}
	}
}

// serve serves the bus until ctx or the connection ends.
func (d *Desk) serve(ctx context.Context) error {
	defer d.found()
	conn, err := connect(ctx, d.opt.Bus)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })() // a bus that takes nothing doesn't hold up the end
	s := &service{conn, d.opt.Station, d.opt.Reload, d.opt.Version, d.opt.Taken == nil}
	if err := s.export(); err != nil {
		return err
	}
	d.found()
	ctx, cancel := context.WithCancel(ctx)
	var notes sync.WaitGroup
	defer notes.Wait()
	defer cancel()
	if d.opt.Notify != nil && d.opt.Bus.resolve(os.Getuid()) == Session {
		notes.Go(func() { d.notify(ctx, conn) })
	}
	s.tell(ctx)
	return nil
}

func (d *Desk) notify(ctx context.Context, conn *dbus.Conn) {
	changes, cancel := d.opt.Station.Subscribe()
	defer cancel()
	var once sync.Once
	Notify(ctx, changes, &Desktop{conn: conn}, d.hands(conn), d.opt.Notify, func(error) {
		once.Do(func() {
			d.opt.Log.Info().Msg("the desktop did not show a notification, or what it asked for could not be done")
		})
	})
}

// hands are those of the daemon.
func (d *Desk) hands(conn *dbus.Conn) Hands {
	h := Hands{
		Decide: d.opt.Station.Decide, Pause: d.opt.Station.Pause, Resume: d.opt.Station.Resume,
		Eject: func(ctx context.Context, one drive.Drive) error {
			if err := d.opt.Station.Release(ctx, one.ID, away); err != nil {
				return err
			}
			return EjectDrive(ctx, one, d.opt.Station.Snapshot())
		},
		Show: func(ctx context.Context, s station.DriveState, token string) error {
			return d.showReport(ctx, conn, s, token)
		},
		Forget: forgetReport,
	}
	if d.opt.Keep != nil {
		h.Keep = func(a config.Action) error {
			err := d.opt.Keep(a)
			if err == nil {
				err = d.opt.Reload()
			}
			return err
		}
	}
	return h
}
