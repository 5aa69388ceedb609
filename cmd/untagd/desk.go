package main

import (
	"context"

	"github.com/rs/zerolog"

	"untag/platform/config"
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
	Config  func() config.Config // as it is now
	Log     zerolog.Logger
	Version string
}

// openDesk opens the desk, if there is one in this build. It has to be left
// out of tests, which have no bus of their own.
var openDesk = func(context.Context, deskOptions) (desk, error) { return nobody{}, nil }

// nobody looks.
type nobody struct{}

func (nobody) Ready()     {}
func (nobody) Reloading() {}
func (nobody) Close()     {}
