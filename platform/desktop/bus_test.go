package desktop

import (
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"os/user"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/godbus/dbus/v5/introspect"
	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"untag/platform/config"
	"untag/platform/station"
	"untag/platform/testkit"
)

// desk opens one on the test's bus and waits until it is there.
func desk(t *testing.T, s Station, change func(*Options)) *Client {
	t.Helper()
	unset(t, "NOTIFY_SOCKET")
	opt := Options{Station: s, Bus: Session, Log: zerolog.Nop(), Version: "1.2.3"}
	if change != nil {
		change(&opt)
	}
	d := Open(t.Context(), opt)
	t.Cleanup(d.Close)
	var c *Client
	testkit.Await(t, "the daemon is on the bus", func() bool {
		var err error
		c, err = Dial(t.Context(), Auto)
		return err == nil
	})
	t.Cleanup(func() { c.Close() })
	return c
}

func TestStatus(t *testing.T) {
	testkit.SessionBus(t)
	want := stick(station.Cleaning, station.Counts{Files: 9, Media: 8, Cleaned: 7, Tags: 60, Found: 5, Partly: 4, Unsupported: 3, Failed: 2, Waiting: 1, Other: 8})
	want.Problem = station.NoWatches
	c := desk(t, newToy(want), nil)
	got, err := c.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(Status{Working, Progress{9, 12, true}, "1.2.3", []station.DriveState{want}}, got); d != "" {
		t.Error(d)
	}
}

func TestNamesThatAreNoText(t *testing.T) {
	testkit.SessionBus(t)
	s := stick(station.Watching, station.Counts{})
	s.Drive.MountPoint, s.Drive.Label = "/media/\xff", "a\x00b"
	c := desk(t, newToy(s), nil)
	got, err := c.Drives(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m, l := got[0].Drive.MountPoint, got[0].Drive.Label; m != "/media/\ufffd" || l != "a\ufffdb" {
		t.Errorf("%q, %q", m, l)
	}
}

func TestControl(t *testing.T) {
	testkit.SessionBus(t)
	s := newToy(stick(station.Cleaning, station.Counts{}))
	reloads := make(chan bool, 1)
	c := desk(t, s, func(o *Options) {
		o.Reload = func() error {
			reloads <- true
			return nil
		}
	})
	ctx := t.Context()
	if err := errors.Join(c.Pause(ctx, 7), c.Resume(ctx, 7), c.Rescan(ctx, 7), c.Reload(ctx)); err != nil {
		t.Error(err)
	}
	receive(t, reloads)
	if err := c.Pause(ctx, 8); !errors.Is(err, station.ErrNoDrive) {
		t.Errorf("pause of a drive that isn't there: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if want := []string{"pause", "resume", "rescan"}; !slices.Equal(s.calls, want) {
		t.Errorf("called %q, want %q", s.calls, want)
	}
}

func TestWatch(t *testing.T) {
	testkit.SessionBus(t)
	s := newToy(stick(station.Cleaning, station.Counts{}))
	ctx, cancel := context.WithCancel(t.Context())
	d := Open(ctx, Options{Station: s, Bus: System, Log: zerolog.Nop()})
	defer d.Close()
	defer cancel()
	var c *Client
	testkit.Await(t, "the daemon is there", func() (there bool) {
		var err error
		c, err = Dial(t.Context(), System)
		return err == nil
	})
	defer c.Close()
	changes, err := c.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if first := <-changes; first.State != station.Cleaning || first.Was != "" {
		t.Errorf("first: %v, was %q", first.State, first.Was)
	}
	spoof(t)
	for i := range int64(50) {
		s.set(stick(station.Cleaning, station.Counts{Files: i + 1}))
	}
	s.set(stick(station.Watching, station.Counts{Files: 50}))
	var last station.Change
	for last = range changes {
		if last.Drive.ID != 7 {
			t.Fatal("somebody else was believed")
		}
		if last.State == station.Watching {
			break
		}
	}
	if last.Was != station.Cleaning || last.Counts.Files != 50 {
		t.Errorf("last: %v files, was %q", last.Counts.Files, last.Was)
	}
	cancel()
	if c, ok := <-changes; ok {
		t.Errorf("the daemon has ended, and tells of %v", c.State)
	}
}

func TestConnectionOutlivesItsDialing(t *testing.T) {
	testkit.SessionBus(t)
	s := newToy(stick(station.Cleaning, station.Counts{}))
	desk(t, s, nil)
	ctx, cancel := context.WithCancel(t.Context())
	c, err := Dial(ctx, Session)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	changes, err := c.Watch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-changes
	for i := range int64(50) {
		s.set(stick(station.Cleaning, station.Counts{Files: i + 1}))
		got, ok := <-changes
		for ok && got.Counts.Files == i { // that of joining may come twice
			got, ok = <-changes
		}
		if !ok || got.Counts.Files != i+1 {
			t.Fatalf("change %d: %v, %v", i, got.Counts.Files, ok)
		}
	}
}

func TestDialingEndsWithItsContext(t *testing.T) {
	silent, err := net.Listen("unix", t.TempDir()+"/bus") // nobody answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+silent.Addr().String())
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := Dial(ctx, Session)
		ended <- err
	}()
	if _, err := silent.Accept(); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := receive(t, ended); !errors.Is(err, context.Canceled) {
		t.Errorf("dialing ended with %v", err)
	}
}

// spoof sends what only the daemon may.
func spoof(t *testing.T) {
	conn, err := connect(t.Context(), Session)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	other := stick(station.Watching, station.Counts{})
	other.Drive.ID = 8
	if err := conn.Emit(Path, Interface+".DriveChanged", toDict(other), ""); err != nil {
		t.Fatal(err)
	}
}

func TestFinishedSignal(t *testing.T) {
	testkit.SessionBus(t)
	s := newToy(stick(station.Cleaning, station.Counts{}))
	desk(t, s, nil)
	conn, err := connect(t.Context(), Session)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(Interface), dbus.WithMatchMember("Finished")); err != nil {
		t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 10)
	conn.Signal(signals)
	s.set(stick(station.Paused, station.Counts{}))
	s.set(stick(station.Cleaning, station.Counts{}))
	s.set(stick(station.Watching, station.Counts{Cleaned: 41, Tags: 310, Partly: 2, Failed: 1}))
	if d := cmp.Diff([]any{uint64(7), int64(41), int64(310), int64(3)}, receive(t, signals).Body); d != "" {
		t.Error(d)
	}
}

func TestFiles(t *testing.T) {
	testkit.SessionBus(t)
	s := newToy(stick(station.Watching, station.Counts{}))
	s.files = station.Files{Left: 3, All: []station.File{
		{Path: "DCIM/a\x1b[2J\xff.jpg", Status: "failed", Class: "read-only file", Why: "is read-only"},
		{Path: "b.docx", Status: "unsupported", Format: "zip", Why: "no parser\xff"},
	}}
	c := desk(t, s, nil)
	got, err := c.Files(t.Context(), 7)
	want := s.files
	want.All = slices.Clone(want.All)
	want.All[1].Why = "no parser\ufffd"
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if _, err := c.Files(t.Context(), 8); !errors.Is(err, station.ErrNoDrive) {
		t.Errorf("of a drive that isn't there: %v", err)
	}
}

// Whose folder a drive is mounted in owns it there, whatever the drive says.
func TestOwns(t *testing.T) {
	dir := t.TempDir()
	me := uint32(os.Getuid())
	u, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		uid  uint32
		at   string
		want bool
	}{
		{me, dir, true}, {me + 1, dir, false}, {me, dir + "/none", false},
		{me, "/media/" + u.Username + "/X", true}, {me, "/run/media/" + u.Username + "/X", true},
		{me, "/media/somebody-else/X", false}, {4_000_000_000, "/media/somebody-else/X", false},
	} {
		if got := owns(c.uid, c.at); got != c.want {
			t.Errorf("user %d, %s: %v", c.uid, c.at, got)
		}
	}
}

func TestIntrospection(t *testing.T) {
	testkit.SessionBus(t)
	c := desk(t, newToy(stick(station.Watching, station.Counts{})), nil)
	node, err := introspect.Call(c.obj)
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(node.Interfaces, func(i introspect.Interface) bool { return i.Name == Interface })
	if i < 0 {
		t.Fatal("no " + Interface)
	}
	got := node.Interfaces[i]
	var names []string
	for _, m := range introspect.Methods(methods{}) {
		names = append(names, m.Name)
	}
	for _, m := range got.Methods {
		names = slices.DeleteFunc(names, func(n string) bool { return n == m.Name })
	}
	if len(names) > 0 || len(got.Methods) != 5 || len(got.Signals) != 2 {
		t.Errorf("methods not described: %q; %d methods, %d signals", names, len(got.Methods), len(got.Signals))
	}
	for _, p := range got.Properties {
		v, err := c.obj.GetProperty(Interface + "." + p.Name)
		if err != nil || v.Signature().String() != p.Type {
			t.Errorf("%s is %s, described as %s, %v", p.Name, v.Signature(), p.Type, err)
		}
		if err := c.obj.SetProperty(Interface+"."+p.Name, dbus.MakeVariant("x")); err == nil {
			t.Errorf("%s can be set", p.Name)
		}
	}
}

// TestBusctl looks at the service with somebody else's eyes.
func TestBusctl(t *testing.T) {
	busctl, err := exec.LookPath("busctl")
	if err != nil {
		t.Skip("busctl is not installed (Debian package systemd)")
	}
	testkit.SessionBus(t)
	desk(t, newToy(stick(station.Watching, station.Counts{})), nil)
	out, err := exec.Command(busctl, "--user", "introspect", Name, string(Path), Interface).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, want := range []string{".Pause", ".Rescan", ".Drives", ".DriveChanged", `"watching"`} {
		if !strings.Contains(string(out), want) {
			t.Errorf("%s lacks %s", out, want)
		}
	}
}

func TestSecondDaemon(t *testing.T) {
	testkit.SessionBus(t)
	desk(t, newToy(), nil)
	var log testkit.Buffer
	d := Open(t.Context(), Options{Station: newToy(), Bus: Session, Log: zerolog.New(&log)})
	defer d.Close()
	testkit.Await(t, "it is logged", func() bool { return strings.Contains(log.String(), errTaken.Error()) })
}

func TestNoBus(t *testing.T) {
	noBus(t)
	unset(t, "NOTIFY_SOCKET")
	var log testkit.Buffer
	d := Open(t.Context(), Options{Station: newToy(), Bus: Session, Log: zerolog.New(&log)})
	d.Ready()
	testkit.Await(t, "it is logged", func() bool { return log.String() != "" })
	d.Close()
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
	if _, err := Dial(t.Context(), Auto); !errors.Is(err, ErrNotRunning) {
		t.Errorf("dialled nothing: %v", err)
	}
}

// TestBusThatComesAndGoes has a session begin after the daemon, and its bus crash.
func TestBusThatComesAndGoes(t *testing.T) {
	unset(t, "NOTIFY_SOCKET")
	socket := t.TempDir() + "/bus"
	address := "unix:path=" + socket
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	d := Open(t.Context(), Options{Station: newToy(), Bus: Session, Log: zerolog.Nop(), again: 10 * time.Millisecond})
	defer d.Close()
	for range 2 {
		end := testkit.SessionBus(t, "--address="+address)
		testkit.Await(t, "the daemon is on the bus", func() bool {
			c, err := Dial(t.Context(), Session)
			if err == nil {
				c.Close()
			}
			return err == nil
		})
		end()
		os.Remove(socket)
	}
}

// Once the service manager is told that the daemon is ready, the bus has it.
func TestReadyOnTheBus(t *testing.T) {
	messages := managed(t)
	testkit.SessionBus(t)
	for range 20 {
		d := Open(t.Context(), Options{Station: newToy(), Bus: Session, Log: zerolog.Nop()})
		d.Ready()
		await(t, messages, "READY=1")
		c, err := Dial(t.Context(), Session)
		if err != nil {
			t.Fatal(err)
		}
		c.Close()
		d.Close()
	}
}

func TestNoDaemon(t *testing.T) {
	testkit.SessionBus(t)
	if _, err := Dial(t.Context(), Auto); !errors.Is(err, ErrNotRunning) {
		t.Errorf("dialled nothing: %v", err)
	}
}

// fakeDesktop is a notification service.
type fakeDesktop struct {
	mu    sync.Mutex
	notes []string
	hints []map[string]dbus.Variant
}

func (f *fakeDesktop) Notify(app string, replaces uint32, _, summary, body string, _ []string, hints map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.notes, f.hints = append(f.notes, app+": "+summary+" | "+body), append(f.hints, hints)
	if replaces != 0 {
		return replaces, nil
	}
	return 40 + uint32(len(f.notes)), nil
}

func (f *fakeDesktop) CloseNotification(uint32) *dbus.Error { return nil }

func TestNotificationsOnTheBus(t *testing.T) {
	testkit.SessionBus(t)
	conn, err := connect(t.Context(), Session)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var f fakeDesktop
	if err := conn.Export(&f, "/org/freedesktop/Notifications", notifications); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName(notifications, 0); err != nil {
		t.Fatal(err)
	}
	s := newToy(stick(station.Cleaning, station.Counts{}))
	var log testkit.Buffer
	desk(t, s, func(o *Options) {
		o.Notify = func() config.Notify { return config.NotifyAll }
		o.Log = zerolog.New(&log)
	})
	s.set(stick(station.Watching, station.Counts{Cleaned: 41, Tags: 310, Failed: 1}))
	seen := func(n int) func() bool {
		return func() bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			return len(f.notes) == n
		}
	}
	testkit.Await(t, "a note is shown", seen(1))
	s.set(stick(station.Watching, station.Counts{Cleaned: 42, Tags: 311}))
	testkit.Await(t, "another note is shown", seen(2))
	want := []string{
		"untag: HOLIDAY is not entirely clean | 41 files cleaned, 310 tags removed. 1 file not read or not written.",
		"untag: HOLIDAY is clean | 1 file cleaned, 1 tag removed. Eject it before you unplug it.",
	}
	if d := cmp.Diff(want, f.notes); d != "" {
		t.Error(d)
	}
	if _, keeps := f.hints[0]["transient"]; keeps || f.hints[0]["urgency"].Value() != byte(2) {
		t.Errorf("hints of a problem: %v", f.hints[0])
	}
	if f.hints[1]["transient"].Value() != true {
		t.Errorf("hints of a success: %v", f.hints[1])
	}
	if log.String() != "" {
		t.Errorf("logged: %s", log.String())
	}
}

func TestWithoutNotificationService(t *testing.T) {
	testkit.SessionBus(t)
	s := newToy(stick(station.Watching, station.Counts{}))
	var log testkit.Buffer
	desk(t, s, func(o *Options) {
		o.Notify = func() config.Notify { return config.NotifyAll }
		o.Log = zerolog.New(&log)
	})
	testkit.Await(t, "it is logged", func() bool { return log.String() != "" })
	s.set(stick(station.Watching, station.Counts{Cleaned: 1}))
	time.Sleep(50 * time.Millisecond)
	if n := strings.Count(log.String(), "\n"); n != 1 || strings.Contains(log.String(), "HOLIDAY") {
		t.Errorf("%d lines:\n%s", n, log.String())
	}
}
