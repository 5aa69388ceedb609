package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"untag/platform/desktop"
	"untag/platform/leaktest"
	"untag/platform/sandbox"
	"untag/platform/testkit"
	"untag/samples"
	"untag/scrub/formats"
)

// TestMain lets this binary be a worker, or the daemon, and fails if
// descriptors or goroutines are left.
func TestMain(m *testing.M) {
	if sandbox.IsWorker(os.Args) || os.Getenv("UNTAGD_TEST_MAIN") != "" {
		main()
	}
	os.Exit(leaktest.Run(m))
}

// program is the daemon at work in this process.
type program struct {
	*testing.T
	home     string
	out, err testkit.Buffer
	reload   chan os.Signal
	stop     func() int
}

// start runs the daemon with the arguments, and nothing configured.
func start(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{T: t, home: t.TempDir(), reload: make(chan os.Signal, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, env{
			Args: args, Stdout: &p.out, Stderr: &p.err, Reload: p.reload, Engine: formats.Engine(),
			Getenv: func(name string) string { return map[string]string{"HOME": p.home}[name] },
		})
	}()
	p.stop = sync.OnceValue(func() int { cancel(); return <-ended })
	t.Cleanup(func() { p.stop() })
	return p
}

// finish runs the daemon to its end.
func finish(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err testkit.Buffer
	code = run(context.Background(), env{
		Args: args, Stdout: &out, Stderr: &err, Engine: formats.Engine(), Getenv: func(string) string { return "" },
	})
	return code, out.String(), err.String()
}

func (p *program) await(what string, ok func() bool) {
	p.Helper()
	if !testkit.Within(time.Minute, ok) {
		p.Fatalf("never: %s\n%s", what, p.err.String())
	}
}

func (p *program) logged(s string) bool { return strings.Contains(p.err.String(), s) }

func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func holds(t *testing.T, path string, secrets [][]byte) bool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range secrets {
		if bytes.Contains(data, s) {
			return true
		}
	}
	return false
}

var photo = samples.Get("jpeg/exif-ii")

// media are one of each container.
func media() (all []samples.Sample) {
	seen := map[string]bool{}
	for _, s := range samples.All() {
		if !seen[s.Format] && len(s.Secrets) > 0 && !s.Odd {
			seen[s.Format] = true
			all = append(all, s)
		}
	}
	return all
}

// What is there when the daemon starts is cleaned, and what is dropped later.
func TestDaemon(t *testing.T) {
	dir := t.TempDir()
	there := write(t, filepath.Join(dir, "DCIM", "there.jpg"), photo.Data)
	p := start(t, "--drive", dir, "--settle", "200ms", "--log", "json")
	p.await("the first photo is clean", func() bool { return !holds(t, there, photo.Secrets) })
	all := media()
	if len(all) < 2 {
		t.Fatalf("%d media to drop", len(all))
	}
	for _, m := range all {
		write(t, filepath.Join(dir, "new", m.Format+m.Ext), m.Data)
	}
	for _, m := range all {
		path := filepath.Join(dir, "new", m.Format+m.Ext)
		p.await(m.Name+" is clean", func() bool { return !holds(t, path, m.Secrets) })
		if left := strings.Count(string(must(os.ReadFile(path))), "CANARY"); left > 0 {
			t.Errorf("%s: %d marks are left", m.Name, left)
		}
	}
	p.await("the log says so", func() bool { return p.logged("files looked at") })
	if code := p.stop(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	p.tellsNothing(dir)
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// tellsNothing fails if the log names files, or what was in them.
func (p *program) tellsNothing(dir string) {
	p.Helper()
	for line := range strings.Lines(p.err.String()) {
		if !json.Valid([]byte(line)) {
			p.Errorf("not JSON: %s", line)
		}
		for _, word := range []string{"CANARY", ".jpg", ".mp4", "DCIM", dir} {
			if strings.Contains(line, word) {
				p.Errorf("the log has %q: %s", word, line)
			}
		}
	}
}

func TestOnce(t *testing.T) {
	mp4 := samples.Get("bmff/udta")
	tests := map[string]struct {
		files map[string][]byte
		code  int
	}{
		"all clean":   {map[string][]byte{"a.jpg": photo.Data, "b/c.mp4": mp4.Data, "notes.txt": []byte("hello")}, exitOK},
		"nothing":     {nil, exitOK},
		"unsupported": {map[string][]byte{"a.jpg": photo.Data, "old.wmv": []byte("not known")}, exitPartly},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			for rel, data := range test.files {
				write(t, filepath.Join(dir, rel), data)
			}
			code, _, log := finish(t, "--drive", dir, "--once")
			if code != test.code {
				t.Errorf("exit code %d, want %d\n%s", code, test.code, log)
			}
			for rel := range test.files {
				if holds(t, filepath.Join(dir, rel), photo.Secrets) {
					t.Errorf("%s is not clean", rel)
				}
			}
		})
	}
}

// What a rule has it leave as it is doesn't keep it from ending, and isn't called clean.
func TestOnceByRules(t *testing.T) {
	for action, want := range map[string]int{"ignore": exitOK, "report": exitFound, "scrub": exitOK} {
		t.Run(action, func(t *testing.T) {
			dir := t.TempDir()
			path := write(t, filepath.Join(dir, "a.jpg"), photo.Data)
			rules := write(t, filepath.Join(t.TempDir(), "untagd.toml"), []byte("[[rule]]\naction = \""+action+"\"\n"))
			code, _, log := finish(t, "--drive", dir, "--once", "--config", rules)
			if code != want || holds(t, path, photo.Secrets) != (action != "scrub") {
				t.Errorf("exit code %d, want %d\n%s", code, want, log)
			}
		})
	}
}

// Whoever names a folder has chosen, unless a configuration has it otherwise.
func TestByHand(t *testing.T) {
	for action, cleaned := range map[string]bool{"ask": true, "scrub": true, "report": false} {
		t.Run(action, func(t *testing.T) {
			dir := t.TempDir()
			path := write(t, filepath.Join(dir, "a.jpg"), photo.Data)
			rules := write(t, filepath.Join(t.TempDir(), "untagd.toml"), []byte("action = \""+action+"\"\n"))
			_, _, log := finish(t, "--drive", dir, "--once", "--config", rules)
			if holds(t, path, photo.Secrets) == cleaned {
				t.Errorf("cleaned: %v\n%s", !cleaned, log)
			}
		})
	}
}

func TestOnceInUse(t *testing.T) {
	dir := t.TempDir()
	f := must(os.OpenFile(write(t, filepath.Join(dir, "a.jpg"), photo.Data), os.O_RDWR, 0))
	defer f.Close()
	if code, _, log := finish(t, "--drive", dir, "--once"); code != exitFailed {
		t.Errorf("exit code %d\n%s", code, log)
	}
}

// A broken configuration leaves the old one in force, and the log doesn't show it.
func TestReload(t *testing.T) {
	dir := t.TempDir()
	file := write(t, filepath.Join(t.TempDir(), "untagd.toml"), []byte("settle = \"200ms\"\n"))
	p := start(t, "--drive", dir, "--log", "json", "--config", file)
	p.await("ready", func() bool { return p.logged("ready") })
	write(t, file, []byte("settle = \"100ms\"\n[[rule]]\nmatch = { label = \"SECRET-LABEL\", color = \"red\" }\n"))
	p.reload <- syscall.SIGHUP
	p.await("the complaint", func() bool { return p.logged(`"line":3`) && p.logged("stays in force") })
	if !p.logged(`"reason":"no key \"·····\" here`) || !p.logged(`"shown":"`) || !p.logged("^~~~~") {
		t.Errorf("the log doesn't show what is wrong:\n%s", p.err.String())
	}
	if p.logged("SECRET-LABEL") {
		t.Error("the log has the label")
	}
	a := write(t, filepath.Join(dir, "a.jpg"), photo.Data)
	p.await("still at work", func() bool { return !holds(t, a, photo.Secrets) })
	write(t, file, []byte("settle = \"100ms\"\n[[rule]]\nmatch = { label = \"*\" }\naction = \"ignore\"\n"))
	p.reload <- syscall.SIGHUP
	p.await("read", func() bool { return p.logged("configuration read") })
	b := write(t, filepath.Join(dir, "b.jpg"), photo.Data)
	time.Sleep(time.Second)
	if !holds(t, b, photo.Secrets) {
		t.Error("an ignored drive was cleaned")
	}
}

// A person is told of a mistake as at the start.
func TestReloadOnATerminal(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "untagd.toml"), nil)
	p := start(t, "--drive", t.TempDir(), "--config", file)
	p.await("ready", func() bool { return p.logged("ready") })
	write(t, file, []byte("settle = 3\n"))
	p.reload <- syscall.SIGHUP
	p.await("the complaint", func() bool {
		return p.logged("untagd: error: "+file+":1:10: settle must be a text in quotes\n 1 | settle = 3\n   |          ^\n") && p.logged("stays in force")
	})
}

// A second daemon on the same bus refuses, but for a folder that somebody names.
func TestTwoOnABus(t *testing.T) {
	testkit.SessionBus(t)
	conn := must(dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS")))
	defer conn.Close()
	must(conn.RequestName(desktop.Name, dbus.NameFlagDoNotQueue))
	var log testkit.Buffer
	e := env{Args: []string{"--bus", "session", "--log", "json"}, Stdout: &log, Stderr: &log, Engine: formats.Engine(), Getenv: func(string) string { return "" }, Desk: openDesk}
	if code := run(t.Context(), e); code != exitTaken || !strings.Contains(log.String(), "another untagd is on the bus") {
		t.Errorf("exit code %d\n%s", code, log.String())
	}
	dir := t.TempDir()
	path := write(t, filepath.Join(dir, "a.jpg"), photo.Data)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int, 1)
	e.Args = append(e.Args, "--drive", dir, "--settle", "100ms")
	go func() { ended <- run(ctx, e) }()
	if !testkit.Within(time.Minute, func() bool { return !holds(t, path, photo.Secrets) }) {
		t.Errorf("the folder is not clean\n%s", log.String())
	}
	cancel()
	if code := <-ended; code != exitOK {
		t.Errorf("exit code %d\n%s", code, log.String())
	}
}

// Who cleans a folder by hand doesn't keep the service from the bus.
func TestServiceComesSecond(t *testing.T) {
	testkit.SessionBus(t)
	conn := must(dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS")))
	defer conn.Close()
	owner := func() (name string) {
		_ = conn.BusObject().Call("org.freedesktop.DBus.GetNameOwner", 0, desktop.Name).Store(&name)
		return name
	}
	var log testkit.Buffer
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan int, 2)
	begin := func(args ...string) {
		e := env{Args: append(args, "--bus", "session", "--log", "json"), Stdout: &log, Stderr: &log, Engine: formats.Engine(), Getenv: func(string) string { return "" }, Desk: openDesk}
		go func() { ended <- run(ctx, e) }()
	}
	begin("--drive", t.TempDir())
	if !testkit.Within(time.Minute, func() bool { return owner() != "" }) {
		t.Fatalf("it is not on the bus\n%s", log.String())
	}
	byHand := owner()
	begin()
	if !testkit.Within(time.Minute, func() bool { return owner() != byHand }) {
		t.Errorf("the service is not on the bus\n%s", log.String())
	}
	cancel()
	for range 2 {
		if code := <-ended; code != exitOK {
			t.Errorf("exit code %d\n%s", code, log.String())
		}
	}
}

func TestUsage(t *testing.T) {
	dir := t.TempDir()
	broken := write(t, filepath.Join(dir, "broken.toml"), []byte("settle = 3\n"))
	tests := map[string]struct {
		args []string
		code int
		out  string // in standard output, or the error
	}{
		"help":            {[]string{"--help"}, exitOK, "--require-sandbox"},
		"version":         {[]string{"--version"}, exitOK, "untagd "},
		"an argument":     {[]string{dir}, exitUsage, "a folder is given with --drive"},
		"no such flag":    {[]string{"--no-such"}, exitUsage, "--no-such"},
		"log format":      {[]string{"--log", "xml"}, exitUsage, "json or console"},
		"bus":             {[]string{"--bus", "yellow"}, exitUsage, "auto, session, system or none"},
		"no such letter":  {[]string{"-x"}, exitUsage, "error: unknown flag: -x\n"},
		"no duration":     {[]string{"--settle", "soon"}, exitUsage, "error: --settle can't be \"soon\"\n"},
		"too quiet":       {[]string{"--log-level", "fatal"}, exitUsage, "debug, info, warn or error"},
		"log level":       {[]string{"--log-level", "loud"}, exitUsage, "debug, info, warn or error"},
		"empty folder":    {[]string{"--drive", ""}, exitUsage, "it is empty"},
		"no folder":       {[]string{"--drive", broken}, exitUsage, "is not a folder"},
		"nothing there":   {[]string{"--drive", filepath.Join(dir, "no")}, exitUsage, "no such file or directory"},
		"no config":       {[]string{"--config", filepath.Join(dir, "no.toml")}, exitUsage, "no such file or directory\nuntagd: hint: check the spelling\n"},
		"a broken config": {[]string{"--config", broken}, exitUsage, "broken.toml:1:10"},
		"settle":          {[]string{"--settle", "-1s"}, exitUsage, "less than 0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			code, out, err := finish(t, test.args...)
			if code != test.code || !strings.Contains(out+err, test.out) {
				t.Errorf("exit code %d\n%s%s", code, out, err)
			}
			if hint := strings.Contains(err, "\nuntagd: hint: "); hint != (code == exitUsage) {
				t.Errorf("a hint: %v\n%s", hint, err)
			}
		})
	}
}
