package testkit

import (
	"bufio"
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// SessionBus starts a bus that is both buses for this test, at an address or
// wherever it likes, and tells how to end it before the test does.
func SessionBus(t testing.TB, at ...string) (end func()) {
	t.Helper()
	address, end := Bus(t, append([]string{"--session"}, at...)...)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
	return end
}

// Bus starts a bus with these options, and returns its address and how to end it
// before the test does. Where there is no bus to start, the test is skipped.
func Bus(t testing.TB, options ...string) (address string, end func()) {
	t.Helper()
	program, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed (Debian package dbus)")
	}
	cmd := exec.Command(program, append([]string{"--print-address", "--nofork", "--nopidfile"}, options...)...)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	t.Cleanup(end)
	address, err = bufio.NewReader(out).ReadString('\n')
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	if address = strings.TrimSpace(address); address == "" {
		t.Fatal("the bus has no address")
	}
	return address, end
}
