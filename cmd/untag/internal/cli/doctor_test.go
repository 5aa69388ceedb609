package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"untag/cmd/untag/internal/exit"
	"untag/platform/testkit"
)

// bubbles shows notifications, and can do no more.
type bubbles struct{}

func (bubbles) GetServerInformation() (name, vendor, version, spec string, err *dbus.Error) {
	return "mako\x1b[2J", "x", "1.8", "1.2", nil
}
func (bubbles) GetCapabilities() ([]string, *dbus.Error) { return []string{"persistence", "body"}, nil }

// examined runs doctor at a home of its own and returns what it says of a check.
func examined(t *testing.T, home string, args ...string) (code exit.Code, out string) {
	t.Helper()
	var b strings.Builder
	env := map[string]string{"HOME": home}
	code = Run(t.Context(), Env{
		Args: append([]string{"doctor"}, args...), Stdout: &b, Stderr: &b, Columns: func(any) int { return 0 },
		Getenv: func(name string) string { return env[name] }, Confined: func() error { return nil },
	})
	return code, b.String()
}

func TestDoctor(t *testing.T) {
	testkit.SessionBus(t)
	conn, err := dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.Export(bubbles{}, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.Notifications", 0); err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	code, out := examined(t, home)
	for _, want := range []string{
		"ok        kernel         Linux ", "ok        sandbox        the parsers are confined\n", "ok        session bus    is there\n",
		"degraded  notifications  \"mako\\x1b[2J 1.8 shows them, with body, persistence\"\n", "hint: it can't show buttons", "ok        configuration  has no mistake\n",
		"untagd         is not running\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if code != exit.Found {
		t.Errorf("code %d", code)
	}
	// A mistake in the configuration is shown with its line, and is the worst.
	path := filepath.Join(home, ".config/untag/untagd.toml")
	os.MkdirAll(filepath.Dir(path), 0o755)
	os.WriteFile(path, []byte("settle = \"soon\"\n"), 0o644)
	code, out = examined(t, home)
	if code != exit.Failed || !strings.Contains(out, "broken    configuration  "+path+":1:") || !strings.Contains(out, "^~~") || !strings.Contains(out, `settle = \"soon\"`) && !strings.Contains(out, `settle = "soon"`) {
		t.Errorf("code %d\n%s", code, out)
	}
	code, out = examined(t, home, "--json")
	if !strings.Contains(out, `{"check":"configuration","state":"broken","what":"`) || !strings.HasSuffix(out, "{\"exit\":3}\n") || code != exit.Failed {
		t.Errorf("code %d\n%s", code, out)
	}
	os.Remove(path)
	// Without a desktop, and without any bus, it is told what that means.
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+home+"/none")
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path="+home+"/none")
	if code, out = examined(t, home); code != exit.Found || !strings.Contains(out, "degraded  system bus     is not there\n") {
		t.Errorf("code %d\n%s", code, out)
	}
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		states []health
		want   exit.Code
	}{{nil, exit.OK}, {[]health{well, well}, exit.OK}, {[]health{well, degraded}, exit.Found}, {[]health{broken, degraded}, exit.Failed}} {
		var all []finding
		for _, s := range c.states {
			all = append(all, finding{State: s})
		}
		if got := verdict(all); got != c.want {
			t.Errorf("%v: %d", c.states, got)
		}
	}
}
