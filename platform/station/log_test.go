package station

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/config"
	"untag/platform/drive"
)

// Whatever strangers have called a drive and what is on it, and however it fares,
// the log says none of it and stays one object a line.
func TestLogTellsNoNames(t *testing.T) {
	const hostile = "SECRET\"}\n{\"level\":\"fatal\",\"message\":\"\x1b[2J\u202e"
	dir := filepath.Join(real(t), hostile)
	drop(t, filepath.Join(dir, hostile, "SECRET a.jpg"), photo.Data, time.Hour)
	drop(t, filepath.Join(dir, "SECRET\xff.jpg"), []byte("no picture"), time.Hour)
	drop(t, filepath.Join(dir, "SECRET b.jpg"), photo.Data, time.Hour)
	locked := drop(t, filepath.Join(dir, "SECRET locked.jpg"), photo.Data, time.Hour)
	if err := os.Chmod(locked, 0o444); err != nil {
		t.Fatal(err)
	}
	settled()
	c := testConfig()
	c.Rules = []config.Rule{{Name: "SECRET rule", Match: config.Match{Label: "SECRET*"}, Action: config.Scrub}}
	s := begin(t, Options{Config: c})
	d := drive.Drive{ID: 5, MountPoint: dir, Label: hostile, UUID: "SECRET-1", Vendor: "SECRET V", Model: hostile, FS: "vfat", Bus: "usb"}
	s.events <- drive.Event{Kind: drive.Mounted, Drive: d}
	s.quiet(5)
	if got := s.of(5).Counts; got.Cleaned != 2 || got.Unsupported != 1 || got.Failed != 1 {
		t.Errorf("%+v", got)
	}
	busy := open(t, drop(t, filepath.Join(dir, "SECRET c.jpg"), photo.Data, 0))
	if _, err := unix.FcntlInt(busy.Fd(), unix.F_SETLEASE, unix.F_RDLCK); err != nil {
		t.Fatal(err)
	}
	s.await("in use", func() bool { return s.of(5).Counts.Waiting == 1 })
	busy.Close()
	d.ID, d.Device, d.Major, d.Minor = 6, "/dev/SECRET", 1, 3 // is not there
	s.events <- drive.Event{Kind: drive.Mounted, Drive: d}
	s.await("stuck", func() bool { return s.of(6).State == Stuck })
	s.stop()
	for line := range strings.Lines(s.log.String()) {
		if !json.Valid([]byte(line)) || strings.Contains(line, "SECRET") || strings.Contains(line, "fatal") {
			t.Errorf("%q", line)
		}
	}
	if n := strings.Count(s.log.String(), "\n"); n < 4 {
		t.Errorf("only %d lines:\n%s", n, s.log)
	}
}
