package desktop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"untag/platform/drive"
	"untag/platform/station"
)

// flushing is how long a drive may take to write what programs have written to it.
const flushing = 5 * time.Minute

// errNotThere means that udisks knows no such drive, or not what it is on.
var errNotThere = errors.New("udisks does not know the drive")

// errBusy means that something else on the device is being worked on.
var errBusy = errors.New("another drive of the device is being worked on")

// EjectDrive unmounts all file systems of the device that a drive is on, unless one of the
// drives, as they are now, is on it too and is being worked on; locks what is encrypted on
// it, and turns it off if that can be done. When it returns without an error all that was
// written is on the device: to unmount is to sync.
func EjectDrive(ctx context.Context, d drive.Drive, drives []station.DriveState) error {
	ctx, cancel := context.WithTimeout(ctx, flushing)
	defer cancel()
	conn, err := connect(ctx, System)
	if err != nil {
		return err
	}
	defer conn.Close()
	u := objects{}
	err = conn.Object(udisks, "/org/freedesktop/UDisks2").CallWithContext(ctx, "org.freedesktop.DBus.ObjectManager.GetManagedObjects", 0).Store(&u)
	if err != nil {
		return err
	}
	device, siblings := u.siblings(d.Device)
	if len(siblings) == 0 || device == "/" && !strings.HasPrefix(d.Device, "/dev/loop") { // a volume of several devices
		return errNotThere
	}
	for _, s := range drives {
		if s.State.Working() && slices.ContainsFunc(siblings, func(path dbus.ObjectPath) bool { return u.name(path) == s.Drive.Device }) {
			return errBusy
		}
	}
	call := func(path dbus.ObjectPath, method string) error {
		return conn.Object(udisks, path).CallWithContext(ctx, udisks+"."+method, 0, map[string]dbus.Variant{}).Err
	}
	for _, path := range siblings {
		points, _ := u.value(path, "Filesystem", "MountPoints").([][]byte)
		if len(points) == 0 && u.name(path) == d.Device {
			return errNotThere
		}
		for range points { // each call unmounts one
			if err := call(path, "Filesystem.Unmount"); err != nil {
				return fmt.Errorf("unmount: %w", err)
			}
		}
	}
	for _, path := range siblings {
		if inner := u.path(path, "Block", "CryptoBackingDevice"); inner != "/" {
			if err := call(inner, "Encrypted.Lock"); err != nil {
				return fmt.Errorf("lock: %w", err)
			}
		}
	}
	return off(u, device, call)
}

// off turns a device off on which nothing is mounted any more. That it can't be, or
// may not, is no harm, but that somebody uses it is.
func off(u objects, device dbus.ObjectPath, call func(dbus.ObjectPath, string) error) error {
	var err error
	if yes, _ := u.value(device, "Drive", "CanPowerOff").(bool); yes {
		err = call(device, "Drive.PowerOff")
	} else if yes, _ := u.value(device, "Drive", "Ejectable").(bool); yes {
		err = call(device, "Drive.Eject")
	}
	var e dbus.Error
	if errors.As(err, &e) && e.Name == udisks+".Error.DeviceBusy" {
		return err
	}
	return nil
}

// objects are those of udisks: properties by path and interface.
type objects map[dbus.ObjectPath]map[string]map[string]dbus.Variant

func (u objects) value(path dbus.ObjectPath, face, property string) any {
	return u[path][udisks+"."+face][property].Value()
}

// path is a property that is one; "/" is none.
func (u objects) path(path dbus.ObjectPath, face, property string) dbus.ObjectPath {
	if p, _ := u.value(path, face, property).(dbus.ObjectPath); p != "" {
		return p
	}
	return "/"
}

// name is that of a block device, such as /dev/sdb1.
func (u objects) name(path dbus.ObjectPath) string {
	name, _ := u.value(path, "Block", "Device").([]byte)
	return string(bytes.TrimRight(name, "\x00"))
}

// siblings are what udisks calls the device that a block device is on, "/" if it
// has none, and the block devices that are on it, this one among them.
func (u objects) siblings(device string) (on dbus.ObjectPath, all []dbus.ObjectPath) {
	on = "/"
	for path := range u {
		if device != "" && u.name(path) == device {
			on, all = u.deviceOf(path), []dbus.ObjectPath{path}
		}
	}
	for path := range u {
		if len(all) > 0 && on != "/" && path != all[0] && u.deviceOf(path) == on {
			all = append(all, path)
		}
	}
	return on, all
}

// deviceOf looks through what is encrypted.
func (u objects) deviceOf(block dbus.ObjectPath) dbus.ObjectPath {
	for range 4 {
		inner := u.path(block, "Block", "CryptoBackingDevice")
		if inner == "/" {
			break
		}
		block = inner
	}
	return u.path(block, "Block", "Drive")
}
