package main

import (
	"context"

	"github.com/rs/zerolog"

	"untag/platform/config"
	"untag/platform/desktop"
	"untag/platform/station"
)

// desk is where the daemon is seen from outside: the bus, the desktop's
// notifications, and the service manager.
type desk interface {
	// Ready is called when drives are served, first and after each reload.
	Ready()
	// Reloading is called before the configuration is read again.
	Reloading()
	// Close is called when the daemon is about to end.
	Close()
}

// deskOptions are what a desk works with.
type deskOptions struct {
	Station *station.Station
	Bus     desktop.Bus
	Config  func() config.Config // as it is now
	Keep    func(config.Action) error
	Taken   func() // another daemon is on the bus
	Log     zerolog.Logger
}

// openDesk opens the desk that people and systemd see. To have the configuration
// read again it sends SIGHUP.
func openDesk(ctx context.Context, o deskOptions) desk {
	return desktop.Open(ctx, desktop.Options{
		Station: o.Station,
		Bus:     o.Bus,
		Notify:  func() config.Notify { return o.Config().Notify },
		Keep:    o.Keep,
		Taken:   o.Taken,
		Log:     o.Log,
		Version: version(),
	})
}

// nobody looks.
type nobody struct{}

func (nobody) Ready()     {}
func (nobody) Reloading() {}
func (nobody) Close()     {}
