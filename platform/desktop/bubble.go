package desktop

import (
	"context"
	"html"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

const (
	notifications     = "org.freedesktop.Notifications"
	notificationsPath = dbus.ObjectPath("/org/freedesktop/Notifications")
	// entry is the desktop entry by which desktops know whose notes these are, and
	// have them set apart or off.
	entry = "org.untag.Untagd"
	// ours is before the key of each button: a server that is started anew counts its notes
	// from one again, and gives our numbers to those of other programs.
	ours = "untag-"
)

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

// capabilities are what the server can do; it may be another one each time.
func (d *Desktop) capabilities(ctx context.Context) (all []string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if d.call(ctx, "GetCapabilities").Store(&all) != nil {
		return nil
	}
	return all
}

// Buttons tells whether there is a server whose notes have buttons.
func (d *Desktop) Buttons(ctx context.Context) bool {
	return slices.Contains(d.capabilities(ctx), "actions")
}

// Show asks that nothing be kept of what is not a problem. A drive's label is
// for its owner's eyes, not for a history of notifications.
func (d *Desktop) Show(ctx context.Context, replaces uint32, n Note) (number uint32, err error) {
	can := d.capabilities(ctx)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	body := valid(n.Body)
	if slices.Contains(can, "body-markup") {
		body = html.EscapeString(body)
	}
	buttons := []string{}
	if slices.Contains(can, "actions") {
		for _, b := range n.Buttons {
			buttons = append(buttons, ours+string(b), labels[b].String())
		}
	}
	icon, hints, expires := n.manner()
	err = d.call(ctx, "Notify", "untag", replaces, icon, valid(n.Summary), body, buttons, hints, expires).Store(&number)
	return number, err
}

// manner is the icon, the hints and the time after which a note goes away.
func (n Note) manner() (icon string, hints map[string]dbus.Variant, expires int32) {
	const asTheDesktopLikes, never = -1, 0
	urgency, category := byte(1), "device"
	icon, expires = "drive-removable-media", asTheDesktopLikes
	switch {
	case n.Problem:
		icon, urgency, category = "dialog-warning", 2, "device.error"
	case n.Question:
		icon, expires = "dialog-question", never
	}
	hints = map[string]dbus.Variant{"urgency": dbus.MakeVariant(urgency), "category": dbus.MakeVariant(category), "desktop-entry": dbus.MakeVariant(entry)}
	if !n.Problem && !n.Question { // which are seen when their reader comes back
		hints["transient"] = dbus.MakeVariant(true)
	}
	if n.Working {
		hints["suppress-sound"] = dbus.MakeVariant(true)
	}
	if n.Percent > 0 {
		hints["value"] = dbus.MakeVariant(int32(n.Percent))
	}
	return icon, hints, expires
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
	return d.conn.Object(notifications, notificationsPath).CallWithContext(ctx, notifications+"."+method, 0, args...)
}

// Answers tells what is done with notes, those of other programs too, until ctx or
// the connection ends. Where it can't be heard, nothing is.
func (d *Desktop) Answers(ctx context.Context) <-chan Answer {
	answers := make(chan Answer)
	signals := make(chan *dbus.Signal, unread)
	d.conn.Signal(signals)
	err := d.conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(notifications), dbus.WithMatchInterface(notifications))
	go func() {
		defer close(answers)
		defer d.conn.RemoveSignal(signals)
		if err == nil {
			d.hear(ctx, signals, answers)
		}
	}()
	return answers
}

func (d *Desktop) hear(ctx context.Context, signals <-chan *dbus.Signal, answers chan<- Answer) {
	token := Answer{} // comes before the answer that it is for
	for {
		var s *dbus.Signal
		select {
		case <-ctx.Done():
			return
		case s = <-signals:
		}
		if s == nil {
			return
		}
		a, ok := answerOf(s)
		if !ok || ownerOf(ctx, d.conn, notifications) != s.Sender { // anyone may send a signal to a single program
			continue
		}
		if s.Name == activation {
			token = a
			continue
		}
		if token.Number == a.Number {
			a.Token = token.Token
		}
		select {
		case answers <- a:
		case <-ctx.Done():
			return
		}
	}
}

const activation = notifications + ".ActivationToken"

func answerOf(s *dbus.Signal) (a Answer, ok bool) {
	var text string
	var reason uint32
	switch s.Name {
	case notifications + ".ActionInvoked":
		ok = dbus.Store(s.Body, &a.Number, &text) == nil
		key, known := strings.CutPrefix(text, ours)
		ok, a.Button = ok && known && key != "", Button(key)
	case notifications + ".NotificationClosed":
		ok = dbus.Store(s.Body, &a.Number, &reason) == nil
	case activation:
		ok = dbus.Store(s.Body, &a.Number, &a.Token) == nil
	}
	return a, ok
}
