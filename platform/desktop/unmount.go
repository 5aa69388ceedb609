package desktop

import (
	"context"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

// away is for how long a drive is let go of that is about to be unmounted. udisks
// doesn't wait for that, and its first try may find the drive busy; file managers
// try again twice a second.
const away = 10 * time.Second

const (
	udisks     = "org.freedesktop.UDisks2"
	udisksJob  = udisks + ".Job"
	jobBegins  = "org.freedesktop.DBus.ObjectManager.InterfacesAdded"
	unmountJob = "filesystem-unmount"
	blockPath  = "/org/freedesktop/UDisks2/block_devices/"
)

// makeWay lets go of drives that udisks is about to unmount, until ctx or the
// connection to the system bus ends.
func (d *Desk) makeWay(ctx context.Context) error {
	conn, err := connect(ctx, System)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	signals := make(chan *dbus.Signal, unread)
	conn.Signal(signals)
	err = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(udisks), dbus.WithMatchInterface("org.freedesktop.DBus.ObjectManager"), dbus.WithMatchMember("InterfacesAdded"))
	if err != nil {
		return err
	}
	for s := range signals {
		devices := unmounted(s)
		if len(devices) > 0 && ownerOf(ctx, conn, udisks) == s.Sender { // anyone may send a signal to a single program
			d.letGo(ctx, devices)
		}
	}
	return nil
}

func ownerOf(ctx context.Context, conn *dbus.Conn, name string) (owner string) {
	if conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.GetNameOwner", 0, name).Store(&owner) != nil {
		return ""
	}
	return owner
}

// letGo lets go of the drives that are on the devices.
func (d *Desk) letGo(ctx context.Context, devices []string) {
	ctx, cancel := context.WithTimeout(ctx, away)
	defer cancel()
	for _, s := range d.opt.Station.Snapshot() {
		if slices.Contains(devices, filepath.Base(s.Drive.Device)) {
			d.opt.Station.Release(ctx, s.Drive.ID, away) // a drive that is gone needs no letting go
		}
	}
}

// unmounted returns the names of the devices that the signal says are about to be
// unmounted.
func unmounted(s *dbus.Signal) (names []string) {
	var job dbus.ObjectPath
	var added map[string]map[string]dbus.Variant
	if s.Name != jobBegins || dbus.Store(s.Body, &job, &added) != nil {
		return nil
	}
	properties := added[udisksJob] // none of what is no job
	if operation, _ := properties["Operation"].Value().(string); operation != unmountJob {
		return nil
	}
	objects, _ := properties["Objects"].Value().([]dbus.ObjectPath)
	for _, o := range objects {
		if name, ok := strings.CutPrefix(string(o), blockPath); ok {
			names = append(names, deviceName(name))
		}
	}
	return names
}

// deviceName undoes how udisks writes a name as part of a path: whatever is no
// letter or digit is _ and two hexadecimal digits.
func deviceName(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '_' && i+2 < len(s) {
			if c, err := hex.DecodeString(s[i+1 : i+3]); err == nil {
				b.Write(c)
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
