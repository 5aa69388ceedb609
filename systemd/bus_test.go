package systemd_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"untag/platform/config"
	"untag/platform/desktop"
	"untag/platform/drive"
	"untag/platform/station"
	"untag/platform/testkit"
)

// systemBus is what every distribution's own configuration begins with: who is
// not allowed to, can't own a name or call anything.
const systemBus = `<busconfig>
  <type>system</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>%s</include>
</busconfig>`

// startBus starts a system bus with the policy, and makes it that of the test.
func startBus(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("needs root, to be root and somebody else")
	}
	dir, err := os.MkdirTemp("", "bus") // t.TempDir is nobody else's
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	os.Chmod(dir, 0o755)
	policy, err := filepath.Abs("dbus/org.untag.Untagd1.conf")
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "bus.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, systemBus, dir+"/socket", policy), 0o644); err != nil {
		t.Fatal(err)
	}
	address, _ := testkit.Bus(t, "--config-file="+config, "--nosyslog")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
}

// nothing is a station without drives.
type nothing struct{}

func (nothing) Snapshot() []station.DriveState { return nil }
func (nothing) Subscribe() (<-chan station.Change, func()) {
	return make(chan station.Change), func() {}
}
func (nothing) Pause(uint64) error                                   { return station.ErrNoDrive }
func (nothing) Resume(uint64) error                                  { return station.ErrNoDrive }
func (nothing) Rescan(uint64) error                                  { return station.ErrNoDrive }
func (nothing) Decide(uint64, config.Action) error                   { return nil }
func (nothing) Release(context.Context, uint64, time.Duration) error { return station.ErrNoDrive }

func (nothing) Files(uint64) (station.Files, error) { return station.Files{}, station.ErrNoDrive }

// TestWhoMayDoWhat asks a real bus.
func TestWhoMayDoWhat(t *testing.T) {
	openDesk(t, nothing{})
	const denied, noDrive = "AccessDenied", "NoSuchDrive"
	const get, introspect = "org.freedesktop.DBus.Properties.GetAll", "org.freedesktop.DBus.Introspectable.Introspect"
	for _, c := range []struct {
		who  uint32
		call []string
		want string
	}{
		{0, []string{get, "string:" + desktop.Interface}, "idle"},
		{65534, []string{get, "string:" + desktop.Interface}, "idle"},
		{65534, []string{introspect}, "DriveChanged"},
		{0, []string{desktop.Interface + ".Pause", "uint64:1"}, noDrive},
		{65534, []string{desktop.Interface + ".Pause", "uint64:1"}, denied},
		{65534, []string{desktop.Interface + ".Resume", "uint64:1"}, denied},
		{65534, []string{desktop.Interface + ".Rescan", "uint64:1"}, denied},
		{65534, []string{desktop.Interface + ".Reload"}, denied},
		{65534, []string{desktop.Interface + ".Files", "uint64:1"}, noDrive},
		{0, []string{desktop.Interface + ".Reload"}, "method return"},
	} {
		ask(t, c.who, c.want, c.call...)
	}
}

// TestWhoMayKnowNames asks for names of files on a drive of somebody's.
func TestWhoMayKnowNames(t *testing.T) {
	theirs := t.TempDir()
	if err := os.Chown(theirs, 65534, 65534); err != nil {
		t.Skip("needs root, to be root and somebody else")
	}
	openDesk(t, one{at: theirs})
	for who, want := range map[uint32]string{0: "secret.jpg", 65534: "secret.jpg", 1: "AccessDenied"} {
		ask(t, who, want, desktop.Interface+".Files", "uint64:1")
	}
}

// one is a station with a drive on which a file is not clean.
type one struct {
	nothing
	at string
}

func (o one) Snapshot() []station.DriveState {
	return []station.DriveState{{Drive: drive.Drive{ID: 1, MountPoint: o.at}, State: station.Watching}}
}

func (one) Files(uint64) (station.Files, error) {
	return station.Files{All: []station.File{{Path: "secret.jpg", Status: "partly"}}}, nil
}

// openDesk serves a station on a system bus.
func openDesk(t *testing.T, s desktop.Station) {
	t.Helper()
	startBus(t)
	t.Setenv("NOTIFY_SOCKET", "")
	desk := desktop.Open(t.Context(), desktop.Options{Station: s, Bus: desktop.System, Reload: func() error { return nil }, Log: zerolog.Nop()})
	t.Cleanup(desk.Close)
	testkit.Await(t, "the daemon is there", func() bool {
		c, err := desktop.Dial(t.Context(), desktop.System)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// ask calls the daemon as a user and wants the answer to hold a word.
func ask(t *testing.T, who uint32, want string, call ...string) {
	t.Helper()
	send, err := exec.LookPath("dbus-send")
	if err != nil {
		t.Skip("dbus-send is not installed (Debian package dbus-bin)")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, send, append([]string{"--system", "--print-reply", "--dest=" + desktop.Name, string(desktop.Path)}, call...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: who, Gid: who}}
	out, _ := cmd.CombinedOutput()
	if !strings.Contains(string(out), want) {
		t.Errorf("user %d, %s: want %s, got\n%s", who, call[0], want, out)
	}
}
