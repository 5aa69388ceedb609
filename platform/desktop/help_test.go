package desktop

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/station"
)

// noBus leaves the test without any.
func noBus(t *testing.T) {
	nowhere := "unix:path=" + t.TempDir() + "/none"
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", nowhere)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", nowhere)
}

// toy is a station without drives.
type toy struct {
	mu     sync.Mutex
	drives []station.DriveState
	subs   map[chan station.Change]bool
	calls  []string
	files  station.Files
	hang   chan struct{} // if not nil, it doesn't answer before this is closed
	hung   chan struct{} // has a value when it doesn't answer
}

func newToy(drives ...station.DriveState) *toy {
	return &toy{drives: drives, subs: map[chan station.Change]bool{}, hung: make(chan struct{}, 1)}
}

func (s *toy) Snapshot() []station.DriveState {
	s.mu.Lock()
	hang := s.hang
	s.mu.Unlock()
	if hang != nil {
		select {
		case s.hung <- struct{}{}:
		default:
		}
		<-hang
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]station.DriveState(nil), s.drives...)
}

func (s *toy) Subscribe() (<-chan station.Change, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := make(chan station.Change, 100)
	for _, d := range s.drives {
		sub <- station.Change{DriveState: d}
	}
	s.subs[sub] = true
	return sub, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subs, sub)
	}
}

// set changes the state of the only drive, and tells.
func (s *toy) set(d station.DriveState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var was station.State
	if len(s.drives) > 0 {
		was = s.drives[0].State
	}
	s.drives = []station.DriveState{d}
	for sub := range s.subs {
		sub <- station.Change{DriveState: d, Was: was}
	}
}

func (s *toy) Pause(id uint64) error  { return s.call("pause", id) }
func (s *toy) Resume(id uint64) error { return s.call("resume", id) }
func (s *toy) Rescan(id uint64) error { return s.call("rescan", id) }

func (s *toy) Decide(id uint64, a config.Action) error {
	return s.call("decide "+string(a), id)
}

func (s *toy) Release(_ context.Context, id uint64, d time.Duration) error {
	return s.call("release for "+d.String(), id)
}

func (s *toy) Files(id uint64) (station.Files, error) { return s.files, s.call("files", id) }

func (s *toy) call(what string, id uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.drives) == 0 || s.drives[0].Drive.ID != id {
		return station.ErrNoDrive
	}
	s.calls = append(s.calls, what)
	return nil
}

// stick is a drive in that state.
func stick(state station.State, c station.Counts) station.DriveState {
	return station.DriveState{
		Drive:  drive.Drive{ID: 7, Device: "/dev/sdb1", MountPoint: "/media/kim/HOLIDAY", FS: "vfat", Label: "HOLIDAY", Vendor: "SanDisk", Model: "Ultra", Bus: "usb", Size: 64e9},
		Action: config.Scrub, Rule: "all sticks", State: state, Counts: c, Done: c.Files, Total: c.Files + 3, Listing: state == station.Cleaning || state == station.Checking, Passes: 2,
		Since: time.Unix(1700000000, 0),
	}
}

func unset(t *testing.T, key string) {
	t.Setenv(key, "")
	os.Unsetenv(key)
}

// receive returns what comes through a channel before long.
func receive[T any](t testing.TB, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(30 * time.Second):
		t.Fatal("nothing came")
	}
	return v
}
