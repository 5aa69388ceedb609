// Clicker is the desktop of a person who clicks: clicker BUTTON shows notifications
// on the session's bus, and presses the button of that name wherever there is one.
package main

import (
	"fmt"
	"log"
	"os"
	"slices"
	"sync/atomic"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	name = "org.freedesktop.Notifications"
	path = dbus.ObjectPath("/org/freedesktop/Notifications")
	// reading is for how long a person looks before she clicks.
	reading = time.Second
)

type desktop struct {
	bus    *dbus.Conn
	button string
	last   *atomic.Uint32
}

// Notify is of the Desktop Notifications Specification, as are the others.
func (d desktop) Notify(_ string, replaces uint32, _, summary, body string, actions []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	id := replaces
	if id == 0 {
		id = d.last.Add(1)
	}
	fmt.Printf("%d: %s: %s %q\n", id, summary, body, actions)
	if slices.Contains(actions, d.button) {
		time.AfterFunc(reading, func() {
			fmt.Printf("%d: click %s\n", id, d.button)
			_ = d.bus.Emit(path, name+".ActionInvoked", id, d.button)
			_ = d.bus.Emit(path, name+".NotificationClosed", id, uint32(2))
		})
	}
	return id, nil
}

// CloseNotification closes nothing: there is no window.
func (d desktop) CloseNotification(uint32) *dbus.Error { return nil }

// GetCapabilities tells that there can be buttons.
func (d desktop) GetCapabilities() ([]string, *dbus.Error) {
	return []string{"body", "actions", "persistence"}, nil
}

// GetServerInformation tells who this is.
func (d desktop) GetServerInformation() (string, string, string, string, *dbus.Error) {
	return "clicker", "untag", "1", "1.2", nil
}

func main() {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		log.Fatal(err)
	}
	if err := bus.Export(desktop{bus, os.Args[1], new(atomic.Uint32)}, path, name); err != nil {
		log.Fatal(err)
	}
	if _, err := bus.RequestName(name, dbus.NameFlagDoNotQueue); err != nil {
		log.Fatal(err)
	}
	<-bus.Context().Done()
}
