package desktop

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"untag/platform/station"
)

// managed returns the messages that the service manager gets.
func managed(t *testing.T) <-chan string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("NOTIFY_SOCKET", path)
	messages := make(chan string, 1000)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				return
			}
			messages <- string(buf[:n])
		}
	}()
	t.Cleanup(func() {
		conn.Close()
		<-ended
	})
	return messages
}

// await reads messages until one begins so.
func await(t *testing.T, messages <-chan string, prefix string) string {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case m := <-messages:
			if strings.HasPrefix(m, prefix) {
				return m
			}
		case <-late:
			t.Fatalf("no %s within 20 seconds", prefix)
		}
	}
}

func TestLifeOfAService(t *testing.T) {
	messages := managed(t)
	unset(t, "WATCHDOG_USEC")
	s := newToy()
	ctx, cancel := context.WithCancel(t.Context())
	d := Open(ctx, Options{Station: s, Bus: None, Log: zerolog.Nop()})
	d.Ready()
	if m := await(t, messages, "READY=1"); m != "READY=1\nSTATUS=no drive" {
		t.Errorf("%q", m)
	}
	s.set(stick(station.Cleaning, station.Counts{Files: 9}))
	if m := await(t, messages, "STATUS="); m != "STATUS=1 drive, 9 of 12 files or more done" {
		t.Errorf("%q", m)
	}
	d.Reloading()
	if m := await(t, messages, "RELOADING=1"); !strings.Contains(m, "\nMONOTONIC_USEC=") {
		t.Errorf("%q", m)
	}
	cancel()
	await(t, messages, "STOPPING=1")
	d.Close()
	select {
	case m := <-messages:
		t.Errorf("after the end: %q", m)
	case <-time.After(50 * time.Millisecond):
	}
}

func TestWatchdogIsFedWhileTheStationAnswers(t *testing.T) {
	messages := managed(t)
	t.Setenv("WATCHDOG_USEC", "40000")
	unset(t, "WATCHDOG_PID")
	s := newToy()
	d := Open(t.Context(), Options{Station: s, Bus: None, Log: zerolog.Nop()})
	defer d.Close()
	for range 3 {
		await(t, messages, "WATCHDOG=1")
	}
	hang := make(chan struct{})
	s.mu.Lock()
	s.hang = hang
	s.mu.Unlock()
	<-s.hung
	d.Reloading()
	await(t, messages, "RELOADING=1") // what was said before is heard by now
	time.Sleep(200 * time.Millisecond)
	if n := len(messages); n > 0 {
		t.Errorf("fed %d times by a station that does not answer", n)
	}
	close(hang)
	await(t, messages, "WATCHDOG=1")
}

func TestStatusLine(t *testing.T) {
	clean, dirty := stick(station.Watching, station.Counts{Cleaned: 3}), stick(station.Watching, station.Counts{Failed: 1})
	for name, c := range map[string]struct {
		drives []station.DriveState
		want   string
	}{
		"none":         {nil, "no drive"},
		"clean":        {[]station.DriveState{clean, clean}, "2 drives, nothing to do"},
		"not clean":    {[]station.DriveState{clean, dirty}, "2 drives, not all of it clean or looked at"},
		"working":      {[]station.DriveState{dirty, with(stick(station.Cleaning, station.Counts{Files: 1}), func(s *station.DriveState) { s.Listing = false })}, "2 drives, 1 of 4 files done"},
		"paused":       {[]station.DriveState{clean, stick(station.Paused, station.Counts{})}, "2 drives, not all of it clean or looked at"},
		"few watches":  {[]station.DriveState{with(clean, func(s *station.DriveState) { s.Problem = station.NoWatches })}, "1 drive, nothing to do"},
		"not answered": {[]station.DriveState{with(stick(station.Stuck, station.Counts{}), func(s *station.DriveState) { s.Problem = station.NoAnswer })}, "1 drive, not all of it clean or looked at"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := statusLine(c.drives); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
