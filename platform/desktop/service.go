package desktop

import (
	"context"
	"errors"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"
	"github.com/godbus/dbus/v5/prop"

	"untag/platform/config"
	"untag/platform/station"
)

// Station is what the desk shows and steers; a [station.Station] is one.
type Station interface {
	Snapshot() []station.DriveState
	Subscribe() (changes <-chan station.Change, cancel func())
	Pause(id uint64) error
	Resume(id uint64) error
	Rescan(id uint64) error
	Decide(id uint64, a config.Action) error
	Release(ctx context.Context, id uint64, d time.Duration) error
	Files(id uint64) (station.Files, error)
}

// Errors on the bus.
const (
	noSuchDrive = Interface + ".Error.NoSuchDrive"
	cantReload  = Interface + ".Error.CantReload"
)

// service is the daemon on one bus.
type service struct {
	conn    *dbus.Conn
	station Station
	reload  func() error
	version string
	yields  bool // lets a daemon that does not yield have the name
}

// errTaken means that another daemon serves the bus already.
var errTaken = errors.New("another untagd is on the bus")

// export puts the service on the bus; the name comes last, so that who waits
// for it finds everything there.
func (s *service) export() error {
	node := introspect.NewIntrospectable(&introspect.Node{Interfaces: []introspect.Interface{introspect.IntrospectData, prop.IntrospectData, description}})
	err := errors.Join(
		s.conn.Export(methods{s}, Path, Interface),
		s.conn.Export(properties{s}, Path, "org.freedesktop.DBus.Properties"),
		s.conn.Export(node, Path, "org.freedesktop.DBus.Introspectable"))
	if err != nil {
		return err
	}
	how := dbus.NameFlagReplaceExisting
	if s.yields {
		how = dbus.NameFlagAllowReplacement
	}
	got, err := s.conn.RequestName(Name, dbus.NameFlagDoNotQueue|how)
	if err == nil && got != dbus.RequestNameReplyPrimaryOwner {
		err = errTaken
	}
	return err
}

// tell sends signals until ctx or the connection ends.
func (s *service) tell(ctx context.Context) {
	changes, cancel := s.station.Subscribe()
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.conn.Context().Done():
			return
		case c, ok := <-changes:
			if !ok {
				return
			}
			s.emit(c)
		}
	}
}

// emit doesn't care whether anybody hears: when the connection ends, tell does.
func (s *service) emit(c station.Change) {
	_ = s.conn.Emit(Path, Interface+".DriveChanged", toDict(c.DriveState), valid(string(c.Was)))
	if finished(c) {
		_ = s.conn.Emit(Path, Interface+".Finished", c.Drive.ID, c.Counts.Cleaned, c.Counts.Tags, unclean(c.DriveState))
	}
}

// finished tells whether there was work on a drive and is none any more.
func finished(c station.Change) bool {
	return c.Was.Working() && (c.State == station.Watching || c.State == station.Done)
}

// unclean counts the media that are not clean, or not yet. It is never 0 where
// something stands between the drive and being clean.
func unclean(s station.DriveState) int64 {
	c := s.Counts
	n := c.Found + c.Partly + c.Unsupported + c.Failed + c.Waiting
	if n == 0 && leftovers(s) != "" {
		return 1
	}
	return n
}

// methods are those of the interface.
type methods struct{ s *service }

func (m methods) Pause(id uint64) *dbus.Error  { return onBus(m.s.station.Pause(id)) }
func (m methods) Resume(id uint64) *dbus.Error { return onBus(m.s.station.Resume(id)) }
func (m methods) Rescan(id uint64) *dbus.Error { return onBus(m.s.station.Rescan(id)) }

func (m methods) Reload() *dbus.Error {
	if m.s.reload == nil {
		return dbus.NewError(cantReload, []any{"this daemon can't read its configuration again"})
	}
	return onBus(m.s.reload())
}

func onBus(err error) *dbus.Error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, station.ErrNoDrive):
		return dbus.NewError(noSuchDrive, []any{err.Error()})
	}
	return dbus.MakeFailedError(err)
}
