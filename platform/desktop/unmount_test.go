package desktop

import (
	"context"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"untag/platform/drive"
	"untag/platform/station"
	"untag/platform/testkit"
)

// begin tells of a job as udisks does.
func begin(t *testing.T, conn *dbus.Conn, operation string, objects ...dbus.ObjectPath) {
	t.Helper()
	job := map[string]map[string]dbus.Variant{udisksJob: {"Operation": dbus.MakeVariant(operation), "Objects": dbus.MakeVariant(objects)}}
	if err := conn.Emit("/org/freedesktop/UDisks2", jobBegins, dbus.ObjectPath("/org/freedesktop/UDisks2/jobs/1"), job); err != nil {
		t.Fatal(err)
	}
}

// leaving is a station that tells which drives are let go of.
type leaving struct {
	*toy
	id chan uint64
}

func (l leaving) Release(_ context.Context, id uint64, _ time.Duration) error {
	l.id <- id
	return nil
}

// A drive is let go of when udisks begins to unmount it, and for nobody else.
func TestUnmounting(t *testing.T) {
	testkit.SessionBus(t)
	s := leaving{newToy(), make(chan uint64, 1000)}
	for i, device := range []string{"/dev/sda1", "/dev/sdb1", "/dev/dm-0"} {
		s.drives = append(s.drives, station.DriveState{Drive: drive.Drive{ID: uint64(i), Device: device}})
	}
	desk(t, s, nil)
	manager, other := join(t), join(t)
	if _, err := manager.RequestName(udisks, 0); err != nil {
		t.Fatal(err)
	}
	testkit.Await(t, "somebody listens", func() bool {
		begin(t, manager, unmountJob, blockPath+"sda1")
		return len(s.id) > 0
	})
	begin(t, other, unmountJob, blockPath+"sdb1")
	begin(t, manager, "filesystem-mount", blockPath+"sdb1")
	begin(t, manager, unmountJob, blockPath+"sdb2", "/org/freedesktop/UDisks2/drives/sdb1")
	begin(t, manager, unmountJob, blockPath+"sdc1", blockPath+"dm_2d0")
	for { // signals of one sender come in order
		switch id := <-s.id; id {
		case 1:
			t.Fatal("a drive is let go of without a reason")
		case 2:
			return
		}
	}
}

// Signals of udisks are about much else, and anyone may send one.
func TestOtherSignals(t *testing.T) {
	job := func(properties map[string]dbus.Variant) []any {
		return []any{dbus.ObjectPath("/job"), map[string]map[string]dbus.Variant{udisksJob: properties}}
	}
	unmount := dbus.MakeVariant(unmountJob)
	for name, body := range map[string][]any{
		"nothing":            nil,
		"words":              {"a", "b"},
		"no job":             {dbus.ObjectPath("/block"), map[string]map[string]dbus.Variant{udisks + ".Block": {"Size": dbus.MakeVariant(uint64(1))}}},
		"no properties":      job(nil),
		"no operation":       job(map[string]dbus.Variant{"Objects": dbus.MakeVariant([]dbus.ObjectPath{blockPath + "sdb1"})}),
		"no objects":         job(map[string]dbus.Variant{"Operation": unmount}),
		"a number":           job(map[string]dbus.Variant{"Operation": dbus.MakeVariant(7)}),
		"objects of a kind":  job(map[string]dbus.Variant{"Operation": unmount, "Objects": dbus.MakeVariant([]string{blockPath + "sdb1"})}),
		"an object, no list": job(map[string]dbus.Variant{"Operation": unmount, "Objects": dbus.MakeVariant(dbus.ObjectPath(blockPath + "sdb1"))}),
	} {
		if names := unmounted(&dbus.Signal{Name: jobBegins, Body: body}); len(names) > 0 {
			t.Errorf("%s: %q", name, names)
		}
	}
}

func join(t *testing.T) *dbus.Conn {
	t.Helper()
	conn, err := connect(t.Context(), System)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestDeviceName(t *testing.T) {
	for s, want := range map[string]string{"sdb1": "sdb1", "dm_2d0": "dm-0", "cciss_21c0d0": "cciss!c0d0", "x_2d": "x-", "x_": "x_", "x_2": "x_2", "_zz": "_zz"} {
		if got := deviceName(s); got != want {
			t.Errorf("%q is %q, not %q", s, got, want)
		}
	}
}
