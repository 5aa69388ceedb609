package desktop

import (
	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"
	"github.com/godbus/dbus/v5/prop"

	"untag/platform/station"
)

// Overall states of a daemon.
const (
	Idle      = "idle"      // there is no drive
	Working   = "working"   // on at least one, or waiting for files to be complete
	Watching  = "watching"  // there is nothing to do on any
	Attention = "attention" // one of them is stuck or paused, or not entirely clean; nothing is being worked on
)

// Progress is how far the work is, over all drives that are being worked on.
type Progress struct {
	Done, Total int64 // files
	Counting    bool  // whether there may be more
}

// overall sums up the drives.
func overall(all []station.DriveState) (state string, p Progress) {
	working, attention := false, false
	for _, s := range all {
		attention = attention || s.State == station.Stuck || s.State == station.Paused || leftovers(s) != ""
		switch s.State {
		case station.Cleaning, station.Checking, station.Settling:
		default:
			continue
		}
		working = true
		p.Done, p.Total, p.Counting = p.Done+s.Done, p.Total+s.Total, p.Counting || s.Listing
	}
	switch {
	case working:
		return Working, p
	case attention:
		return Attention, p
	case len(all) > 0:
		return Watching, p
	}
	return Idle, p
}

// properties answers for all of them at the time of asking. (prop.Properties
// would have to be told of every change.)
type properties struct{ s *service }

func (p properties) all() map[string]dbus.Variant {
	drives := p.s.station.Snapshot()
	state, progress := overall(drives)
	dicts := make([]dict, 0, len(drives))
	for _, d := range drives {
		dicts = append(dicts, toDict(d))
	}
	return map[string]dbus.Variant{
		"Drives": dbus.MakeVariant(dicts), "State": dbus.MakeVariant(state), "Progress": dbus.MakeVariant(progress),
		"Version": dbus.MakeVariant(valid(p.s.version)),
	}
}

func (p properties) Get(iface, name string) (dbus.Variant, *dbus.Error) {
	if iface != Interface {
		return dbus.Variant{}, prop.ErrIfaceNotFound
	}
	v, ok := p.all()[name]
	if !ok {
		return dbus.Variant{}, prop.ErrPropNotFound
	}
	return v, nil
}

func (p properties) GetAll(iface string) (map[string]dbus.Variant, *dbus.Error) {
	if iface != Interface {
		return nil, prop.ErrIfaceNotFound
	}
	return p.all(), nil
}

func (p properties) Set(string, string, dbus.Variant) *dbus.Error { return prop.ErrReadOnly }

// description is the interface as busctl introspect shows it.
var description = introspect.Interface{
	Name: Interface,
	Methods: []introspect.Method{
		{Name: "Pause", Args: []introspect.Arg{{Name: "id", Type: "t", Direction: "in"}}},
		{Name: "Resume", Args: []introspect.Arg{{Name: "id", Type: "t", Direction: "in"}}},
		{Name: "Rescan", Args: []introspect.Arg{{Name: "id", Type: "t", Direction: "in"}}},
		{Name: "Reload"},
		{Name: "Files", Args: []introspect.Arg{{Name: "id", Type: "t", Direction: "in"}, {Name: "files", Type: "aa{sv}", Direction: "out"}, {Name: "left", Type: "x", Direction: "out"}}},
	},
	Signals: []introspect.Signal{
		{Name: "DriveChanged", Args: []introspect.Arg{{Name: "drive", Type: "a{sv}"}, {Name: "was", Type: "s"}}},
		{Name: "Finished", Args: []introspect.Arg{{Name: "id", Type: "t"}, {Name: "cleaned", Type: "x"}, {Name: "tags", Type: "x"}, {Name: "unclean", Type: "x"}}},
	},
	Properties: []introspect.Property{
		{Name: "Drives", Type: "aa{sv}", Access: "read", Annotations: silent},
		{Name: "State", Type: "s", Access: "read", Annotations: silent},
		{Name: "Progress", Type: "(xxb)", Access: "read", Annotations: silent},
		{Name: "Version", Type: "s", Access: "read", Annotations: []introspect.Annotation{{Name: emits, Value: "const"}}},
	},
}

const emits = "org.freedesktop.DBus.Property.EmitsChangedSignal"

// silent properties send no signal of their own: DriveChanged tells.
var silent = []introspect.Annotation{{Name: emits, Value: "false"}}
