package desktop

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/station"
)

// bus starts a bus of its own that is both buses for this test.
func bus(t *testing.T) {
	t.Helper()
	startBus(t)
}

// startBus does it at an address, or wherever it likes, and tells how to end it.
func startBus(t *testing.T, at ...string) (end func()) {
	t.Helper()
	path, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed (Debian package dbus)")
	}
	cmd := exec.Command(path, append([]string{"--session", "--print-address", "--nofork", "--nopidfile"}, at...)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	t.Cleanup(end)
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if address = strings.TrimSpace(address); address == "" {
		t.Fatal("the bus has no address")
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	return end
}

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

func (s *toy) Release(_ context.Context, id uint64, d time.Duration) error {
	return s.call("release for "+d.String(), id)
}

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

// eventually waits until it is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !so(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 20 seconds", what)
		}
	}
}

// buffer is for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func unset(t *testing.T, key string) {
	t.Setenv(key, "")
	os.Unsetenv(key)
}
