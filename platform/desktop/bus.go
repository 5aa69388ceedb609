package desktop

import (
	"context"
	"fmt"
	"os"

	"github.com/godbus/dbus/v5"
)

// Names on the bus.
const (
	Name      = "org.untag.Untagd1"
	Path      = dbus.ObjectPath("/org/untag/Untagd1")
	Interface = "org.untag.Untagd1"
)

// Bus is one of the buses of D-Bus.
type Bus string

const (
	// Auto is the system bus for root and the session bus for others; for a
	// client, the one on which there is a daemon.
	Auto    Bus = ""
	Session Bus = "session"
	System  Bus = "system"
	None    Bus = "none"
)

// resolve decides where a daemon is to be found.
func (b Bus) resolve(uid int) Bus {
	switch {
	case b != Auto:
		return b
	case uid == 0:
		return System
	}
	return Session
}

// connect never starts a bus. When ctx ends, connecting does, but no connection:
// contexts are told of an end one after the other, and one that closed its
// connection first would pass for a daemon that has ended.
func connect(ctx context.Context, b Bus) (*dbus.Conn, error) {
	var conn *dbus.Conn
	var err error
	options := dbus.WithSignalHandler(dbus.NewSequentialSignalHandler())
	switch b.resolve(os.Getuid()) {
	case Session:
		conn, err = dbus.SessionBusPrivateNoAutoStartup(options)
	case System:
		conn, err = dbus.SystemBusPrivate(options)
	default:
		return nil, fmt.Errorf("no bus %q", b)
	}
	if err != nil {
		return nil, err
	}
	going := context.AfterFunc(ctx, func() { conn.Close() })
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if !going() {
		err = context.Cause(ctx)
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}
