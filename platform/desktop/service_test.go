package desktop

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/station"
	"untag/platform/testkit"
)

// server is a notification service with capabilities, and a portal.
type server struct {
	t    *testing.T
	conn *dbus.Conn
	can  []string

	mu     sync.Mutex
	notes  []string
	hints  []map[string]dbus.Variant
	expiry []int32
	opened []string
}

func serveNotes(t *testing.T, can ...string) *server {
	s := &server{t: t, conn: join(t), can: can}
	err := errors.Join(s.conn.Export(s, notificationsPath, notifications), s.conn.Export(s, "/org/freedesktop/portal/desktop", "org.freedesktop.portal.OpenURI"))
	for _, name := range []string{notifications, "org.freedesktop.portal.Desktop"} {
		_, e := s.conn.RequestName(name, 0)
		err = errors.Join(err, e)
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *server) GetCapabilities() ([]string, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.can, nil
}

func (s *server) CloseNotification(uint32) *dbus.Error { return nil }

func (s *server) Notify(_ string, _ uint32, icon, summary, body string, buttons []string, hints map[string]dbus.Variant, expiry int32) (uint32, *dbus.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes = append(s.notes, icon+": "+summary+" | "+body+" | "+strings.Join(buttons, ","))
	s.hints, s.expiry = append(s.hints, hints), append(s.expiry, expiry)
	return 41, nil
}

func (s *server) OpenFile(_ string, f dbus.UnixFD, options map[string]dbus.Variant) (dbus.ObjectPath, *dbus.Error) {
	file := os.NewFile(uintptr(f), "page")
	defer file.Close()
	path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(f)))
	if err != nil {
		s.t.Error(err)
	}
	token, _ := options["activation_token"].Value().(string)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened = append(s.opened, path, token)
	return "/request/1", nil
}

func (s *server) press(number uint32, button Button) {
	s.emit("ActivationToken", number, "token")
	s.emit("ActionInvoked", number, ours+string(button))
}

func (s *server) emit(signal string, args ...any) {
	if err := s.conn.Emit(notificationsPath, notifications+"."+signal, args...); err != nil {
		s.t.Error(err)
	}
}

// await returns what is shown once it is so many notes.
func (s *server) await(n int) (notes []string) {
	s.t.Helper()
	testkit.Await(s.t, "a note is shown", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		notes = slices.Clone(s.notes)
		return len(notes) >= n
	})
	return notes
}

func (s *toy) did(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Contains(s.calls, what)
}

// A question is asked, answered, kept, and what is kept is read again.
func TestQuestionOnTheBus(t *testing.T) {
	testkit.SessionBus(t)
	screen := serveNotes(t, "actions", "body", "body-markup")
	s := newToy(asked(station.Watching, 2))
	s.drives[0].Drive.Label = "<b>A&B</b>"
	kept, reloaded := make(chan config.Action, 1), make(chan bool, 1)
	desk(t, s, func(o *Options) {
		o.Notify = func() config.Notify { return config.NotifyAll }
		o.Keep = func(a config.Action) error { kept <- a; return nil }
		o.Reload = func() error { reloaded <- true; return nil }
	})
	notes := screen.await(1)
	want := "dialog-question: <b>A&B</b>: clean it? That can't be undone | 2 files with tags. untag removes from the files themselves what identifies people, devices, places and times. Copy the originals elsewhere first. Without an answer nothing is changed. | untag-always,Clean now and always,untag-once,Only this one,untag-leave,Leave it,untag-report,Only report"
	screen.mu.Lock()
	if notes[0] != want || screen.expiry[0] != 0 || screen.hints[0]["desktop-entry"].Value() != entry || screen.hints[0]["transient"].Value() != nil {
		t.Errorf("%s\n%v, %v", notes[0], screen.hints[0], screen.expiry[0])
	}
	screen.mu.Unlock()
	stranger := join(t)
	unicast := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldPath: dbus.MakeVariant(notificationsPath), dbus.FieldInterface: dbus.MakeVariant(notifications), dbus.FieldMember: dbus.MakeVariant("ActionInvoked"),
		dbus.FieldSignature: dbus.MakeVariant(dbus.SignatureOf(uint32(0), "")), dbus.FieldDestination: dbus.MakeVariant(ownerOf(t.Context(), stranger, Name)),
	}, Body: []any{uint32(41), ours + "leave"}}
	if call := stranger.Send(unicast, nil); call != nil && call.Err != nil {
		t.Fatal(call.Err)
	}
	screen.emit("ActionInvoked", uint32(41), "leave") // a button of another program's
	screen.emit("ActionInvoked", uint32(41), ours)    // which is none
	screen.press(41, buttonAlways)
	if a := receive(t, kept); a != config.Scrub {
		t.Errorf("kept %s", a)
	}
	receive(t, reloaded)
	if !s.did("decide scrub") || s.did("decide ignore") {
		t.Error("the wrong answer was heard")
	}
}

// Where the server has no buttons, or shows no bodies with markup, words do.
func TestPlainServer(t *testing.T) {
	testkit.SessionBus(t)
	screen := serveNotes(t, "body")
	s := newToy(asked(station.Watching, 2))
	desk(t, s, func(o *Options) { o.Notify = func() config.Notify { return config.NotifyAll } })
	if d := cmp.Diff([]string{"drive-removable-media:" + isLeft + " | "}, screen.await(1)); d != "" {
		t.Error(d)
	}
	plain := (&Desktop{conn: join(t)})
	for can, want := range map[string]string{"body": "drive-removable-media: s | a < b | ", "body-markup": "drive-removable-media: s | a &lt; b | "} {
		screen.mu.Lock()
		screen.can = []string{can}
		screen.mu.Unlock()
		if _, err := plain.Show(t.Context(), 0, Note{Summary: "s", Body: "a < b", Buttons: []Button{buttonEject}}); err != nil || !slices.Contains(screen.await(2), want) {
			t.Errorf("%v: %q", err, screen.await(2))
		}
	}
}

// The report lies where it is gone at logout, and nobody else can read it.
func TestShowOnTheBus(t *testing.T) {
	testkit.SessionBus(t)
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	screen := serveNotes(t, "actions", "body")
	s := newToy(stick(station.Watching, station.Counts{Partly: 1, Found: 1, Cleaned: 3}))
	s.files = station.Files{All: []station.File{{Path: "DCIM/<a>.JPG", Status: "found", Format: "jpeg"}, {Path: "b\u202egpj.mp4", Status: "partly", Why: "its index lies"}}}
	desk(t, s, func(o *Options) { o.Notify = func() config.Notify { return config.NotifyAll } })
	if notes := screen.await(1); !strings.HasSuffix(notes[0], " | untag-show,Show,untag-eject,Eject") {
		t.Fatal(notes[0])
	}
	screen.press(41, buttonShow)
	path := filepath.Join(os.Getenv("XDG_RUNTIME_DIR"), "untag", "drive-7.html")
	testkit.Await(t, "it is opened", func() bool {
		screen.mu.Lock()
		defer screen.mu.Unlock()
		return slices.Equal(screen.opened, []string{path, "token"})
	})
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"DCIM/&lt;a&gt;.JPG", "its index lies", "HOLIDAY: what is not clean", "only partly clean"} {
		if !strings.Contains(string(page), want) {
			t.Errorf("the page doesn't say %q", want)
		}
	}
	for name, mode := range map[string]os.FileMode{path: 0o600, filepath.Dir(path): 0o700} {
		if st, err := os.Stat(name); err != nil || st.Mode().Perm() != mode {
			t.Errorf("%s: %v, %v", name, st.Mode(), err)
		}
	}
}

// disks is udisks with a stick of two partitions, one of them encrypted.
type disks struct {
	mu    sync.Mutex
	calls []string
	fail  map[string]string
}

func (d *disks) GetManagedObjects() (objects, *dbus.Error) {
	v := dbus.MakeVariant
	block := func(device, drive, crypto string, mounts ...string) map[string]map[string]dbus.Variant {
		points := [][]byte{}
		for _, m := range mounts {
			points = append(points, []byte(m+"\x00"))
		}
		return map[string]map[string]dbus.Variant{
			udisks + ".Block":      {"Device": v([]byte(device + "\x00")), "Drive": v(dbus.ObjectPath(drive)), "CryptoBackingDevice": v(dbus.ObjectPath(crypto))},
			udisks + ".Filesystem": {"MountPoints": v(points)},
		}
	}
	return objects{
		"/b/sda1":  block("/dev/sda1", "/d/system", "/", "/"),
		"/b/sdb":   block("/dev/sdb", "/d/stick", "/"),
		"/b/sdb1":  block("/dev/sdb1", "/d/stick", "/", "/media/HOLIDAY", "/srv/again"),
		"/b/sdb2":  block("/dev/sdb2", "/d/stick", "/"),
		"/b/dm_0":  block("/dev/dm-0", "/", "/b/sdb2", "/media/SECRET"),
		"/b/loop":  block("/dev/loop0", "/", "/", "/mnt/loop"),
		"/d/stick": {udisks + ".Drive": {"CanPowerOff": v(true), "Ejectable": v(true)}},
	}, nil
}

func (d *disks) call(m dbus.Message, method string) *dbus.Error {
	d.mu.Lock()
	defer d.mu.Unlock()
	what := method + " " + string(m.Headers[dbus.FieldPath].Value().(dbus.ObjectPath))
	d.calls = append(d.calls, what)
	if e := d.fail[what]; e != "" {
		return dbus.NewError(udisks+".Error."+e, []any{e})
	}
	return nil
}

func (d *disks) Unmount(m dbus.Message, _ map[string]dbus.Variant) *dbus.Error {
	return d.call(m, "unmount")
}
func (d *disks) Lock(m dbus.Message, _ map[string]dbus.Variant) *dbus.Error { return d.call(m, "lock") }
func (d *disks) PowerOff(m dbus.Message, _ map[string]dbus.Variant) *dbus.Error {
	return d.call(m, "off")
}

func TestEjectDrive(t *testing.T) {
	testkit.SessionBus(t)
	d := &disks{}
	conn := join(t)
	err := conn.Export(d, "/org/freedesktop/UDisks2", "org.freedesktop.DBus.ObjectManager")
	managed, _ := d.GetManagedObjects()
	for path := range managed {
		for _, face := range []string{"Filesystem", "Encrypted", "Drive"} {
			err = errors.Join(err, conn.Export(d, path, udisks+"."+face))
		}
	}
	if _, e := conn.RequestName(udisks, 0); errors.Join(err, e) != nil {
		t.Fatal(err, e)
	}
	all := []string{"lock /b/sdb2", "off /d/stick", "unmount /b/dm_0", "unmount /b/sdb1", "unmount /b/sdb1"}
	for name, c := range map[string]struct {
		device string
		fail   map[string]string
		want   []string
		done   bool
	}{
		"a partition":        {"/dev/sdb1", nil, all, true},
		"an encrypted one":   {"/dev/dm-0", nil, all, true},
		"another is busy":    {"/dev/dm-0", nil, nil, false},
		"it has no drive":    {"/dev/loop0", nil, []string{"unmount /b/loop"}, true},
		"no such":            {"/dev/sdc1", nil, nil, false},
		"a folder":           {"", nil, nil, false},
		"may not be off":     {"/dev/sdb1", map[string]string{"off /d/stick": "NotAuthorized"}, all, true},
		"somebody uses it":   {"/dev/sdb1", map[string]string{"off /d/stick": "DeviceBusy"}, all, false},
		"it stays mounted":   {"/dev/loop0", map[string]string{"unmount /b/loop": "DeviceBusy"}, []string{"unmount /b/loop"}, false},
		"it can't be locked": {"/dev/sdb1", map[string]string{"lock /b/sdb2": "Failed"}, []string{"lock /b/sdb2", "unmount /b/dm_0", "unmount /b/sdb1", "unmount /b/sdb1"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			d.mu.Lock()
			d.calls, d.fail = nil, c.fail
			d.mu.Unlock()
			other := stick(station.Settling, station.Counts{})
			if name != "another is busy" {
				other.State = station.Watching
			}
			err := EjectDrive(context.Background(), drive.Drive{Device: c.device}, []station.DriveState{other})
			d.mu.Lock()
			defer d.mu.Unlock()
			if n := slices.IndexFunc(d.calls, func(s string) bool { return !strings.HasPrefix(s, "unmount") }); n >= 0 && slices.ContainsFunc(d.calls[n:], func(s string) bool { return strings.HasPrefix(s, "unmount") }) {
				t.Errorf("off before all was unmounted: %q", d.calls)
			}
			slices.Sort(d.calls)
			if d := cmp.Diff(c.want, d.calls); d != "" || (err == nil) != c.done {
				t.Errorf("%v %s", err, d)
			}
		})
	}
}
