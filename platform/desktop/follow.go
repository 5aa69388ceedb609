package desktop

import (
	"context"

	"github.com/godbus/dbus/v5"

	"untag/platform/station"
)

// unread is how many signals wait for a reader.
const unread = 256

// Watch tells of all drives, and then what becomes of them, as
// [station.Station.Subscribe] does. The channel is closed when ctx ends or the
// daemon does.
func (c *Client) Watch(ctx context.Context) (<-chan station.Change, error) {
	signals := make(chan *dbus.Signal, unread)
	c.conn.Signal(signals)
	for _, options := range watched {
		if err := c.conn.AddMatchSignalContext(ctx, options...); err != nil {
			c.conn.RemoveSignal(signals)
			return nil, offBus(err)
		}
	}
	drives, err := c.Drives(ctx)
	if err != nil {
		c.conn.RemoveSignal(signals)
		return nil, err
	}
	changes := make(chan station.Change)
	go func() {
		defer close(changes)
		defer c.conn.RemoveSignal(signals)
		c.follow(ctx, drives, signals, changes)
	}()
	return changes, nil
}

// watched is what to listen to: the daemon, and its end.
var watched = [][]dbus.MatchOption{
	{dbus.WithMatchSender(Name), dbus.WithMatchInterface(Interface), dbus.WithMatchMember("DriveChanged")},
	{dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, Name)},
}

func (c *Client) follow(ctx context.Context, drives []station.DriveState, signals <-chan *dbus.Signal, changes chan<- station.Change) {
	for _, d := range drives {
		if !send(ctx, changes, station.Change{DriveState: d}) {
			return
		}
	}
	for {
		select {
		case <-ctx.Done():
			return
		case s, ok := <-signals:
			if !ok || ended(s) {
				return
			}
			if s.Sender != c.owner {
				continue
			}
			if change, ok := changeOf(s); ok && !send(ctx, changes, change) {
				return
			}
		}
	}
}

func send(ctx context.Context, to chan<- station.Change, c station.Change) bool {
	select {
	case to <- c:
		return true
	case <-ctx.Done():
		return false
	}
}

func changeOf(s *dbus.Signal) (c station.Change, ok bool) {
	var d dict
	var was string
	if s.Name != Interface+".DriveChanged" || dbus.Store(s.Body, &d, &was) != nil {
		return c, false
	}
	return station.Change{DriveState: d.state(), Was: station.State(was)}, true
}

// ended tells whether the signal says that the daemon is gone.
func ended(s *dbus.Signal) bool {
	var name, before, after string
	return s.Sender == "org.freedesktop.DBus" && s.Name == "org.freedesktop.DBus.NameOwnerChanged" && dbus.Store(s.Body, &name, &before, &after) == nil && name == Name && after == ""
}
