package systemd_test

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"untag/platform/desktop"
)

// units are read from here, and installed below PREFIX/lib/systemd.
var (
	daemons = []string{"system/untagd.service", "user/untagd.service"}
	units   = append([]string{"user/untag-notify.service"}, daemons...)
)

// prefix is that of the paths in the units; whoever installs elsewhere changes them.
const prefix = "/usr/local/"

func unit(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var directive = regexp.MustCompile(`^([A-Za-z]+)=(.*)$`)

func TestEveryDirectiveIsExplained(t *testing.T) {
	for _, path := range units {
		before := ""
		for n, line := range strings.Split(unit(t, path), "\n") {
			obvious := strings.HasPrefix(line, "Description=") || strings.HasPrefix(line, "Documentation=") || strings.HasPrefix(line, "Wants=")
			if directive.MatchString(line) && !obvious && !strings.HasPrefix(before, "# ") {
				t.Errorf("%s:%d: %s has no line above it that explains it", path, n+1, line)
			}
			before = line
		}
	}
}

func values(text, name string) (all []string) {
	for line := range strings.Lines(text) {
		if m := directive.FindStringSubmatch(strings.TrimSpace(line)); m != nil && m[1] == name {
			all = append(all, m[2])
		}
	}
	return all
}

// TestWhatTheDaemonCantDoWithout has what was measured to keep a daemon from
// seeing drives, or from writing to them.
func TestWhatTheDaemonCantDoWithout(t *testing.T) {
	text := unit(t, "system/untagd.service")
	for _, c := range []struct{ name, want, why string }{
		{"MountFlags", "slave", "mounts are never seen with private"},
		{"ProtectSystem", "full", "with strict, what is mounted already can't be written"},
		{"RestrictSUIDSGID", "", "openat2 is forbidden by it"},
		{"DynamicUser", "", "implies RestrictSUIDSGID"},
		{"PrivateNetwork", "", "udev is not heard"},
		{"PrivateUsers", "", "other users' drives can't be opened"},
		{"ProcSubset", "", "/proc/swaps is needed"},
		{"TemporaryFileSystem", "", "drives below it can't be opened"},
		{"RestrictAddressFamilies", "AF_UNIX AF_NETLINK", "the bus, and udev"},
		{"CapabilityBoundingSet", "CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN CAP_LEASE", "files of all users"},
	} {
		if got := strings.Join(values(text, c.name), "; "); got != c.want {
			t.Errorf("%s is %q, must be %q: %s", c.name, got, c.want, c.why)
		}
	}
	for _, path := range daemons {
		calls := strings.Fields(strings.Join(values(unit(t, path), "SystemCallFilter"), " "))
		for _, c := range []string{"seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "prlimit64", "setrlimit"} {
			if !slices.Contains(calls, c) {
				t.Errorf("%s: workers can't confine themselves without %s", path, c)
			}
		}
	}
}

// TestPathsAreThoseOfInstall holds the units to what scripts/install.sh does.
func TestPathsAreThoseOfInstall(t *testing.T) {
	script := unit(t, "../scripts/install.sh")
	for _, path := range units {
		start := values(unit(t, path), "ExecStart")
		if len(start) != 1 {
			t.Fatalf("%s: %d lines of ExecStart", path, len(start))
		}
		program, ok := strings.CutPrefix(strings.Fields(start[0])[0], prefix)
		if !ok || !strings.Contains(script, fmt.Sprintf("755 $bin/%s %s\"", filepath.Base(program), program)) {
			t.Errorf("%s starts %s, which scripts/install.sh does not install", path, start[0])
		}
	}
}

// TestCrashesAreRestarted makes sure that only the daemon's own codes for a wrong
// configuration and for another daemon keep it from being started again: Go ends what panics with 2.
func TestCrashesAreRestarted(t *testing.T) {
	m := regexp.MustCompile(`exitUsage *= (\d+)`).FindStringSubmatch(unit(t, "../cmd/untagd/daemon.go"))
	if m == nil || m[1] == "2" {
		t.Fatalf("the code of a wrong configuration: %q", m)
	}
	taken := regexp.MustCompile(`exitTaken *= (\d+)`).FindStringSubmatch(unit(t, "../cmd/untagd/daemon.go"))
	if taken == nil || taken[1] == "2" {
		t.Fatalf("the code where there is another daemon: %q", taken)
	}
	want := []string{m[1] + " " + taken[1]}
	for _, path := range daemons {
		if got := values(unit(t, path), "RestartPreventExitStatus"); !slices.Equal(got, want) {
			t.Errorf("%s: RestartPreventExitStatus=%q, want %q", path, got, want)
		}
	}
}

// with returns the unit in a folder of its own, with a program that exists.
func with(t *testing.T, path string) string {
	t.Helper()
	dir := t.TempDir()
	for _, program := range []string{"untag", "untagd"} {
		if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	text := strings.ReplaceAll(unit(t, path), prefix+"bin", dir)
	to := filepath.Join(dir, filepath.Base(path))
	if err := os.WriteFile(to, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return to
}

func analyze(t *testing.T) string {
	t.Helper()
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed (Debian package systemd)")
	}
	return tool
}

func TestUnitsAreUnderstood(t *testing.T) {
	tool := analyze(t)
	for _, path := range units {
		args := []string{"verify", "--man=no", "--recursive-errors=no", with(t, path)}
		if strings.HasPrefix(path, "user/") {
			args = append([]string{"--user"}, args...)
		}
		cmd := exec.Command(tool, args...)
		cmd.Env = append(os.Environ(), "XDG_RUNTIME_DIR="+t.TempDir())
		if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", path, err, out)
		}
	}
}

func TestMistakesAreNoticed(t *testing.T) {
	tool := analyze(t)
	path := with(t, daemons[0])
	text := unit(t, path)
	if err := os.WriteFile(path, []byte(strings.Replace(text, "@system-service", "@no-such-group", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	out, _ := exec.Command(tool, "verify", "--man=no", "--recursive-errors=no", path).CombinedOutput()
	if !bytes.Contains(out, []byte("no-such-group")) {
		t.Errorf("verify says %q of a group that is none", out)
	}
}

func TestExposure(t *testing.T) {
	tool := analyze(t)
	out, err := exec.Command(tool, "security", "--offline=true", "--threshold=20", "--no-pager", with(t, "system/untagd.service")).CombinedOutput()
	if err != nil {
		t.Errorf("more than 2.0: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "Overall exposure") {
			t.Log(strings.TrimSpace(line))
		}
	}
}

// rule is one line of the bus's configuration.
type rule struct {
	Own         string `xml:"own,attr"`
	Destination string `xml:"send_destination,attr"`
	Interface   string `xml:"send_interface,attr"`
	Member      string `xml:"send_member,attr"`
}

type busConfig struct {
	Policies []struct {
		User    string `xml:"user,attr"`
		Group   string `xml:"group,attr"`
		Context string `xml:"context,attr"`
		Allow   []rule `xml:"allow"`
	} `xml:"policy"`
}

func TestBusPolicy(t *testing.T) {
	var c busConfig
	if err := xml.Unmarshal([]byte(unit(t, "dbus/org.untag.Untagd1.conf")), &c); err != nil {
		t.Fatal(err)
	}
	owners := 0
	for _, p := range c.Policies {
		for _, r := range p.Allow {
			if r.Own != "" && (r.Own != desktop.Name || p.User != "root") {
				t.Errorf("%+v may own %s", p, r.Own)
			}
			if r.Own != "" {
				owners++
			}
			if r.Destination != "" && r.Destination != desktop.Name {
				t.Errorf("%s is none of our business", r.Destination)
			}
			// Of Files the daemon itself looks at who asks: see TestWhoMayKnowNames.
			if p.Context == "default" && (r.Interface == "" || r.Interface == desktop.Interface && r.Member != "Files") {
				t.Errorf("everybody may call %s of %q", r.Member, r.Interface)
			}
			if p.Group != "" && (r.Interface != desktop.Interface || r.Member == "" || r.Member == "Reload") {
				t.Errorf("the group may call %q of %q", r.Member, r.Interface)
			}
		}
	}
	if owners != 1 {
		t.Errorf("%d owners", owners)
	}
}
