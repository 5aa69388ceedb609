package desktop

import (
	"context"

	"github.com/godbus/dbus/v5"
)

const notifications = "org.freedesktop.Notifications"

// Desktop shows notifications as the Desktop Notifications Specification has it.
type Desktop struct {
	conn *dbus.Conn
	own  bool
}

// DialDesktop finds the session's desktop. What is found outlives ctx.
func DialDesktop(ctx context.Context) (*Desktop, error) {
	conn, err := connect(ctx, Session)
	if err != nil {
		return nil, err
	}
	return &Desktop{conn, true}, nil
}

// Close ends the connection. What is shown stays.
func (d *Desktop) Close() error {
	if !d.own {
		return nil
	}
	return d.conn.Close()
}

// Show asks that nothing be kept of what is not a problem. A drive's label is
// for its owner's eyes, not for a history of notifications.
func (d *Desktop) Show(ctx context.Context, replaces uint32, n Note) (number uint32, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	hints := map[string]dbus.Variant{"urgency": dbus.MakeVariant(byte(1)), "transient": dbus.MakeVariant(true), "category": dbus.MakeVariant("device")}
	icon := "drive-removable-media"
	if n.Problem {
		icon = "dialog-warning"
		hints["urgency"], hints["category"] = dbus.MakeVariant(byte(2)), dbus.MakeVariant("device.error")
		delete(hints, "transient") // it is seen when its reader comes back
	}
	const asTheDesktopLikes = int32(-1)
	err = d.call(ctx, "Notify", "untag", replaces, icon, valid(n.Summary), valid(n.Body), []string{}, hints, asTheDesktopLikes).Store(&number)
	return number, err
}

// Hide takes a note away.
func (d *Desktop) Hide(ctx context.Context, number uint32) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return d.call(ctx, "CloseNotification", number).Err
}

// About tells who shows notifications, and what of the specification they can.
func (d *Desktop) About(ctx context.Context) (name string, capabilities []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var vendor, version, spec string
	if err = d.call(ctx, "GetServerInformation").Store(&name, &vendor, &version, &spec); err != nil {
		return "", nil, err
	}
	err = d.call(ctx, "GetCapabilities").Store(&capabilities)
	return name + " " + version, capabilities, err
}

func (d *Desktop) call(ctx context.Context, method string, args ...any) *dbus.Call {
	return d.conn.Object(notifications, "/org/freedesktop/Notifications").CallWithContext(ctx, notifications+"."+method, 0, args...)
}
