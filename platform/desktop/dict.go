package desktop

import (
	"strings"
	"time"

	"github.com/godbus/dbus/v5"

	"untag/platform/config"
	"untag/platform/station"
)

// dict is a drive on the bus, a{sv}.
type dict map[string]dbus.Variant

// toDict leaves out what nobody steers by: serials, and numbers of devices.
func toDict(s station.DriveState) dict {
	d, c := s.Drive, s.Counts
	m := dict{}
	for key, value := range map[string]string{
		"device": d.Device, "mount_point": d.MountPoint, "label": d.Label, "fs": d.FS, "vendor": d.Vendor, "model": d.Model, "bus": d.Bus,
		"action": string(s.Action), "rule": s.Rule, "state": string(s.State), "problem": string(s.Problem),
	} {
		m[key] = dbus.MakeVariant(valid(value))
	}
	for key, value := range map[string]int64{
		"size": d.Size, "done": s.Done, "total": s.Total, "passes": s.Passes, "since": s.Since.Unix(),
		"files": c.Files, "media": c.Media, "cleaned": c.Cleaned, "tags": c.Tags, "found": c.Found,
		"partly": c.Partly, "unsupported": c.Unsupported, "failed": c.Failed, "waiting": c.Waiting, "other": c.Other,
	} {
		m[key] = dbus.MakeVariant(value)
	}
	m["id"] = dbus.MakeVariant(d.ID)
	m["read_only"], m["listing"] = dbus.MakeVariant(d.ReadOnly), dbus.MakeVariant(s.Listing)
	return m
}

// valid makes of s what D-Bus takes for a string; a bus hangs up on anything else.
func valid(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}

// state is the reverse of toDict. What is missing or of another type is zero.
func (m dict) state() (s station.DriveState) {
	d, c := &s.Drive, &s.Counts
	d.Device, d.MountPoint, d.Label, d.FS = m.text("device"), m.text("mount_point"), m.text("label"), m.text("fs")
	d.Vendor, d.Model, d.Bus = m.text("vendor"), m.text("model"), m.text("bus")
	d.ID, d.Size, d.ReadOnly = get[uint64](m, "id"), m.number("size"), get[bool](m, "read_only")
	s.Action, s.Rule = config.Action(m.text("action")), m.text("rule")
	s.State, s.Problem = station.State(m.text("state")), station.Problem(m.text("problem"))
	s.Done, s.Total, s.Passes, s.Listing = m.number("done"), m.number("total"), m.number("passes"), get[bool](m, "listing")
	s.Since = time.Unix(m.number("since"), 0)
	c.Files, c.Media, c.Cleaned, c.Tags, c.Found = m.number("files"), m.number("media"), m.number("cleaned"), m.number("tags"), m.number("found")
	c.Partly, c.Unsupported, c.Failed, c.Waiting, c.Other = m.number("partly"), m.number("unsupported"), m.number("failed"), m.number("waiting"), m.number("other")
	return s
}

func (m dict) text(key string) string  { return get[string](m, key) }
func (m dict) number(key string) int64 { return get[int64](m, key) }

func get[T any](m dict, key string) T {
	v, _ := m[key].Value().(T)
	return v
}
