package cli_test

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/rs/zerolog"

	"untag/cmd/untag/internal/cli"
	"untag/cmd/untag/internal/exit"
	"untag/platform/config"
	"untag/platform/desktop"
	"untag/platform/drive"
	"untag/platform/station"
	"untag/platform/testkit"
)

// toyStation serves drives that are none.
type toyStation struct {
	mu     sync.Mutex
	drives []station.DriveState
	subs   map[chan station.Change]bool
	calls  []string
	files  map[uint64]station.Files
}

func (s *toyStation) Snapshot() []station.DriveState {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.drives)
}

func (s *toyStation) Subscribe() (<-chan station.Change, func()) {
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

// set changes the state of the first drive, and tells.
func (s *toyStation) set(state station.State, done int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	was := s.drives[0].State
	s.drives[0].State, s.drives[0].Done, s.drives[0].Counts.Cleaned = state, done, done
	for sub := range s.subs {
		sub <- station.Change{DriveState: s.drives[0], Was: was}
	}
}

func (s *toyStation) order(what string, id uint64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, what+" "+string(rune('0'+id)))
	return nil
}

func (s *toyStation) Pause(id uint64) error              { return s.order("pause", id) }
func (s *toyStation) Resume(id uint64) error             { return s.order("resume", id) }
func (s *toyStation) Decide(uint64, config.Action) error { return nil }
func (s *toyStation) Rescan(id uint64) error             { return s.order("rescan", id) }

func (s *toyStation) Release(_ context.Context, id uint64, _ time.Duration) error {
	return s.order("release", id)
}

func (s *toyStation) Files(id uint64) (station.Files, error) { return s.files[id], nil }

func toyDrive(id uint64, label string, state station.State, c station.Counts) station.DriveState {
	return station.DriveState{
		Drive:  drive.Drive{ID: id, Device: "/dev/sd" + string(rune('a'+id)) + "1", MountPoint: "/media/kim/" + label, Label: label, FS: "vfat", Size: 8e9},
		Action: config.Scrub, State: state, Counts: c, Done: 341, Total: 1204,
	}
}

// daemon serves the drives on a bus of its own. end ends it.
func daemon(t *testing.T, drives ...station.DriveState) (s *toyStation, end func()) {
	t.Helper()
	testkit.SessionBus(t)
	t.Setenv("NOTIFY_SOCKET", "")
	s = &toyStation{drives: drives, subs: map[chan station.Change]bool{}}
	d := desktop.Open(t.Context(), desktop.Options{Station: s, Bus: desktop.Session, Log: zerolog.Nop(), Version: "1.2.3"})
	end = sync.OnceFunc(d.Close)
	t.Cleanup(end)
	testkit.Await(t, "the daemon is there", func() bool {
		c, err := desktop.Dial(t.Context(), desktop.Session)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	return s, end
}

func runWith(t *testing.T, args ...string) (exit.Code, string, string) {
	t.Helper()
	env, out, errs := environment(args...)
	code := cli.Run(t.Context(), env)
	return code, out.String(), errs.String()
}

func TestNoDaemon(t *testing.T) {
	nowhere := "unix:path=" + t.TempDir() + "/none"
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", nowhere)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", nowhere)
	for _, args := range [][]string{{"status"}, {"watch"}, {"pause"}, {"resume", "x"}, {"rescan"}, {"status", "--bus", "system"}} {
		code, out, errs := runWith(t, args...)
		if code != exit.Failed || out != "" || !strings.Contains(errs, "untag: error: untagd is not running\n") || !strings.Contains(errs, "systemctl start untagd") {
			t.Errorf("%v: code %d, printed %q, said %q", args, code, out, errs)
		}
	}
	if code, out, _ := runWith(t, "status", "--json"); code != exit.Failed || !strings.Contains(out, `"error":"untagd is not running"`) || !strings.HasSuffix(out, `"exit":3}`+"\n") {
		t.Errorf("code %d, printed %s", code, out)
	}
	if code, _, errs := runWith(t, "status", "--bus", "school"); code != exit.Usage || !strings.Contains(errs, `--bus "school" is not known`) {
		t.Errorf("code %d, said %q", code, errs)
	}
}

func TestStatus(t *testing.T) {
	evil := toyDrive(2, "A\x1b[2JB", station.Stuck, station.Counts{})
	evil.Problem = station.NoAnswer
	daemon(t, toyDrive(1, "HOLIDAY", station.Cleaning, station.Counts{Cleaned: 41, Tags: 310, Partly: 2, Waiting: 1, Other: 12}), evil)
	want := `untagd 1.2.3 on the session bus: working, 341 of 1204 files
1  HOLIDAY at /media/kim/HOLIDAY             cleaning, 341 of 1204 files  41 cleaned, 2 only partly clean, 1 in use, and 12 other files, which untag does not know, were not looked at
2  "A\x1b[2JB at /media/kim/A\x1b[2JB"  stuck: no answer             
`
	code, out, errs := runWith(t, "status")
	if code != exit.OK || spaceless(out) != spaceless(want) || errs != "" {
		t.Errorf("code %d, said %q, printed\n%s\nwant\n%s", code, errs, out, want)
	}
	code, out, _ = runWith(t, "status", "--json")
	var first struct {
		ID     uint64
		State  string
		Counts struct{ Cleaned, Tags int }
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || code != exit.OK || first.ID != 1 || first.State != "cleaning" || first.Counts.Tags != 310 {
		t.Errorf("code %d, %v, %+v of %s", code, err, first, lines[0])
	}
	if want := `{"state":"working","done":341,"total":1204,"counting":false,"version":"1.2.3","bus":"session"}`; len(lines) != 3 || lines[2] != want {
		t.Errorf("%d lines, the last is %s", len(lines), lines[len(lines)-1])
	}
}

// spaceless leaves out how wide columns are.
func spaceless(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestOrders(t *testing.T) {
	s, _ := daemon(t, toyDrive(1, "HOLIDAY", station.Cleaning, station.Counts{}), toyDrive(2, "SAME", station.Watching, station.Counts{}), toyDrive(3, "SAME", station.Paused, station.Counts{}))
	for _, c := range []struct {
		args  []string
		code  exit.Code
		said  string
		calls []string
	}{
		{[]string{"pause"}, exit.OK, "HOLIDAY at /media/kim/HOLIDAY: paused\n", []string{"pause 1", "pause 2", "pause 3"}},
		{[]string{"resume", "1"}, exit.OK, ": resumed\n", []string{"resume 1"}},
		{[]string{"resume", "/dev/sdd1"}, exit.OK, "", []string{"resume 3"}},
		{[]string{"rescan", "/media/kim/HOLIDAY/"}, exit.OK, ": being looked through again\n", []string{"rescan 1"}},
		{[]string{"rescan", "HOLIDAY", "--json"}, exit.OK, `{"id":1,"order":"rescan"}`, []string{"rescan 1"}},
		{[]string{"pause", "holiday"}, exit.Usage, `no drive "holiday"`, nil},
		{[]string{"pause", ""}, exit.Usage, `no drive ""`, nil},
		{[]string{"pause", "SAME"}, exit.Usage, `2 drives are called "SAME"`, nil},
		{[]string{"pause", "1", "2"}, exit.Usage, "more than one drive", nil},
	} {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			s.mu.Lock()
			s.calls = nil
			s.mu.Unlock()
			code, out, errs := runWith(t, c.args...)
			s.mu.Lock()
			defer s.mu.Unlock()
			if code != c.code || !strings.Contains(out+errs, c.said) || !slices.Equal(s.calls, c.calls) {
				t.Errorf("code %d, want %d; called %q, want %q; printed %q, said %q", code, c.code, s.calls, c.calls, out, errs)
			}
		})
	}
}

// watching runs untag watch beside the test. code waits for its end.
func watching(t *testing.T, ctx context.Context, columns int, args ...string) (out, errs *testkit.Buffer, code func() exit.Code) {
	env, out, errs := environment(append([]string{"watch"}, args...)...)
	env.Columns = func(any) int { return columns }
	ended := make(chan exit.Code, 1)
	go func() { ended <- cli.Run(ctx, env) }()
	testkit.Await(t, "the drive is shown", func() bool { return strings.Contains(out.String(), "HOLIDAY") })
	return out, errs, func() exit.Code { return <-ended }
}

func TestWatchPrintsLines(t *testing.T) {
	s, end := daemon(t, toyDrive(1, "HOLIDAY", station.Cleaning, station.Counts{}))
	out, errs, code := watching(t, t.Context(), 0)
	s.set(station.Cleaning, 500)
	s.set(station.Cleaning, 600)
	s.set(station.Watching, 1204)
	testkit.Await(t, "the end is shown", func() bool { return strings.Contains(out.String(), "watching") })
	end()
	want := "HOLIDAY at /media/kim/HOLIDAY  cleaning, 341 of 1204 files\nHOLIDAY at /media/kim/HOLIDAY  watching  1204 cleaned\n"
	if c := code(); c != exit.Failed || out.String() != want || !strings.Contains(errs.String(), "untagd has ended") {
		t.Errorf("code %d, said %q, printed\n%s\nwant\n%s", c, errs, out, want)
	}
}

func TestWatchDrawsOnATerminal(t *testing.T) {
	s, _ := daemon(t, toyDrive(1, "HOLIDAY", station.Cleaning, station.Counts{}))
	ctx, cancel := context.WithCancel(t.Context())
	out, errs, code := watching(t, ctx, 40)
	s.set(station.Gone, 1)
	testkit.Await(t, "it is gone", func() bool { return strings.HasSuffix(out.String(), "\x1b[1A\r\x1b[Jno drive\n") })
	cancel()
	if c := code(); c != exit.OK || errs.String() != "" {
		t.Errorf("code %d, said %q", c, errs)
	}
	for line := range strings.Lines(out.String()) {
		if n := len([]rune(strings.NewReplacer("\x1b[1A", "", "\x1b[J", "", "\r", "", "\n", "").Replace(line))); n > 39 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

func TestFilesThatAreNotClean(t *testing.T) {
	s, end := daemon(t, toyDrive(1, "HOLIDAY", station.Cleaning, station.Counts{Failed: 1, Other: 5}))
	s.files = map[uint64]station.Files{1: {Left: 4, All: []station.File{
		{Path: "DCIM/it's \x1b[2J.jpg", Status: "failed", Class: "read-only file", Why: "is read-only"},
		{Path: "x.bin\xff", Status: "other"},
	}}}
	want := `untagd 1.2.3 on the session bus: working, 341 of 1204 files
1  HOLIDAY at /media/kim/HOLIDAY  cleaning, 341 of 1204 files  1 failed, and 5 other files, which untag does not know, were not looked at
   failed       $'/media/kim/HOLIDAY/DCIM/it\'s \033[2J.jpg': is read-only
   other        $'/media/kim/HOLIDAY/x.bin\377': of no format that untag knows
   and 4 more, whose names were not kept
   hint: write-protected files: allow writing first (chmod u+w), if they are yours
   hint: files that untag does not know: nobody looked at them; untag inspect PATH says what they are taken for
`
	code, out, errs := runWith(t, "status", "--files")
	if code != exit.OK || out != want || errs != "" {
		t.Errorf("code %d, said %q, printed\n%s\nwant\n%s", code, errs, out, want)
	}
	_, out, _ = runWith(t, "status", "--files", "--json")
	if lines := strings.Split(out, "\n"); len(lines) != 6 || !strings.Contains(lines[1], `"status":"failed","format":"","class":"read-only file","why":"is read-only","advice":"write-protected`) ||
		!strings.Contains(lines[2], `"path_bytes":"`) || lines[3] != `{"drive":1,"files_left_out":4}` {
		t.Errorf("printed\n%s", out)
	}
	shown, _, ended := watching(t, t.Context(), 80, "--files")
	s.set(station.Watching, 1204)
	testkit.Await(t, "files are listed", func() bool { return strings.Contains(shown.String(), "hint: files that untag") })
	s.set(station.Cleaning, 1204)
	s.set(station.Watching, 1205)
	testkit.Await(t, "the end is shown", func() bool { return strings.Count(shown.String(), "watching") == 2 })
	end()
	ended()
	if n := strings.Count(shown.String(), "is read-only"); n != 1 {
		t.Errorf("listed %d times:\n%s", n, shown)
	}
}

// That somebody has seen enough, as with head, needs no words; whatever was to come next.
func TestWatchThatNobodyReads(t *testing.T) {
	s, _ := daemon(t, toyDrive(1, "HOLIDAY", station.Watching, station.Counts{Other: 1}))
	s.files = map[uint64]station.Files{1: {All: []station.File{{Path: "x.bin", Status: "other"}}}}
	for writes, args := range [][]string{{"watch"}, {"watch", "--files"}, {"watch", "--json"}} {
		env, _, errs := environment(args...)
		out := &broken{err: syscall.EPIPE}
		out.left.Store(int32(writes % 2)) // of --files the second: the list
		env.Stdout = out
		if code := cli.Run(t.Context(), env); code != exit.Failed || errs.String() != "" {
			t.Errorf("%s: code %d, said %q", args, code, errs)
		}
	}
}

func TestWatchInJSON(t *testing.T) {
	s, end := daemon(t, toyDrive(1, "HOLIDAY", station.Cleaning, station.Counts{}))
	out, _, code := watching(t, t.Context(), 80, "--json")
	s.set(station.Watching, 1204)
	testkit.Await(t, "the end is shown", func() bool { return strings.Contains(out.String(), `"state":"watching","was":"cleaning"`) })
	end()
	code()
}

// screen is a notification service.
type screen struct{ notes chan string }

func (s screen) Notify(_ string, _ uint32, _, summary, _ string, _ []string, _ map[string]dbus.Variant, _ int32) (uint32, *dbus.Error) {
	s.notes <- summary
	return 1, nil
}

func TestWatchNotifies(t *testing.T) {
	first := toyDrive(1, "HOLIDAY", station.Cleaning, station.Counts{})
	first.Passes = 1
	s, end := daemon(t, first)
	conn, err := dbus.Connect(os.Getenv("DBUS_SESSION_BUS_ADDRESS"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	shown := screen{make(chan string, 10)}
	if err := conn.Export(shown, "/org/freedesktop/Notifications", "org.freedesktop.Notifications"); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.RequestName("org.freedesktop.Notifications", 0); err != nil {
		t.Fatal(err)
	}
	_, _, code := watching(t, t.Context(), 0, "--notify", "--bus", "system")
	s.set(station.Watching, 3)
	if got := <-shown.notes; got != "HOLIDAY is clean" {
		t.Errorf("shown: %q", got)
	}
	end()
	code()
}
