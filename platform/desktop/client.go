package desktop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/godbus/dbus/v5"

	"untag/platform/station"
)

// ErrNotRunning means that there is no daemon to talk to.
var ErrNotRunning = errors.New("untagd is not running")

// ErrNoBus comes with [ErrNotRunning] where there is not even a bus.
var ErrNoBus = errors.New("there is no bus")

// ErrDenied means that the bus has it that others may do this.
var ErrDenied = errors.New("not allowed")

// patience is how long a daemon may take for an answer.
const patience = 10 * time.Second

// Client talks to a daemon.
type Client struct {
	conn  *dbus.Conn
	obj   dbus.BusObject
	owner string // the daemon's connection; signals of others are not its own
	bus   Bus
}

// Status is what a daemon says about itself.
type Status struct {
	State    string // Idle, Working, Watching or Attention
	Progress Progress
	Version  string
	Drives   []station.DriveState
}

// Dial finds the daemon on a bus. With [Auto] it looks on the session bus, and
// then on the system bus. No daemon is started by it. What is found outlives
// ctx, until it is closed.
func Dial(ctx context.Context, b Bus) (*Client, error) {
	buses := []Bus{b}
	if b == Auto {
		buses = []Bus{Session, System}
	}
	err := ErrNotRunning
	for _, b := range buses {
		var c *Client
		if c, err = dial(ctx, b); err == nil {
			return c, nil
		}
	}
	return nil, err
}

func dial(ctx context.Context, b Bus) (*Client, error) {
	conn, err := connect(ctx, b)
	if err != nil {
		return nil, fmt.Errorf("%w: %w: %s: %w", ErrNotRunning, ErrNoBus, b, err)
	}
	var owner string
	if err = conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, Name).Store(&owner); err != nil {
		conn.Close()
		return nil, offBus(err)
	}
	return &Client{conn, conn.Object(owner, Path), owner, b}, nil
}

// Close ends the connection, and every channel of Watch.
func (c *Client) Close() error { return c.conn.Close() }

// Bus is where the daemon was found.
func (c *Client) Bus() Bus { return c.bus }

func (c *Client) Pause(ctx context.Context, id uint64) error  { return c.call(ctx, "Pause", id) }
func (c *Client) Resume(ctx context.Context, id uint64) error { return c.call(ctx, "Resume", id) }
func (c *Client) Rescan(ctx context.Context, id uint64) error { return c.call(ctx, "Rescan", id) }

// Reload has the daemon read its configuration again.
func (c *Client) Reload(ctx context.Context) error { return c.call(ctx, "Reload") }

func (c *Client) call(ctx context.Context, method string, args ...any) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return offBus(c.obj.CallWithContext(ctx, Interface+"."+method, dbus.FlagNoAutoStart, args...).Err)
}

// offBus makes of an error on the bus what it was before.
func offBus(err error) error {
	var e dbus.Error
	if !errors.As(err, &e) {
		if errors.Is(err, dbus.ErrClosed) {
			return ErrNotRunning
		}
		return err
	}
	switch e.Name {
	case noSuchDrive:
		return station.ErrNoDrive
	case denied:
		return ErrDenied
	case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner", "org.freedesktop.DBus.Error.NoReply":
		return ErrNotRunning
	}
	return err
}

// Drives tells the state of all drives.
func (c *Client) Drives(ctx context.Context) ([]station.DriveState, error) {
	s, err := c.Status(ctx)
	return s.Drives, err
}

// Status tells everything at once.
func (c *Client) Status(ctx context.Context) (Status, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var all map[string]dbus.Variant
	err := c.obj.CallWithContext(ctx, "org.freedesktop.DBus.Properties.GetAll", dbus.FlagNoAutoStart, Interface).Store(&all)
	if err != nil {
		return Status{}, offBus(err)
	}
	return readStatus(all)
}

func readStatus(all map[string]dbus.Variant) (s Status, err error) {
	var drives []dict
	for name, to := range map[string]any{"Drives": &drives, "State": &s.State, "Progress": &s.Progress, "Version": &s.Version} {
		v, ok := all[name]
		if !ok {
			return Status{}, fmt.Errorf("the daemon has no %s", name)
		}
		if err := v.Store(to); err != nil {
			return Status{}, fmt.Errorf("what the daemon says of its %s: %w", name, err)
		}
	}
	for _, d := range drives {
		s.Drives = append(s.Drives, d.state())
	}
	return s, nil
}
