package station

import (
	"net"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/testkit"
)

func asking() Options {
	c := testConfig()
	c.Action = config.Ask
	return Options{Config: c}
}

// A drive that is asked about is looked at, and left as it is until there is an
// answer, which holds until the configuration itself says what to do.
func TestAskedAbout(t *testing.T) {
	for answer, cleaned := range map[config.Action]bool{config.Scrub: true, config.Report: false, config.Ignore: false} {
		t.Run(string(answer), func(t *testing.T) {
			dir := real(t)
			many(t, dir, 2)
			path := drop(t, dir+"/a.jpg", photo.Data, time.Hour)
			settled()
			s := begin(t, asking())
			s.mount(1, dir)
			if d := s.quiet(1); d.Action != config.Ask || d.State != Watching || d.Counts.Found != 3 || d.Counts.Cleaned != 0 {
				t.Errorf("before: %+v", d)
			}
			if !secret(t, path) {
				t.Fatal("it was cleaned without an answer")
			}
			tags := s.of(1).Counts.Tags
			if err := s.Decide(1, answer); err != nil {
				t.Fatal(err)
			}
			s.await("it is heard", func() bool { return s.of(1).Action == answer })
			if d := s.quiet(1); secret(t, path) == cleaned || cleaned && (d.Counts.Tags != tags || d.Counts.Cleaned != 3) {
				t.Errorf("cleaned: %v; %+v", !cleaned, d.Counts)
			}
			c := testConfig()
			c.Action, c.Notify = config.Ask, config.NotifyNone
			s.SetConfig(c)
			if d := s.quiet(1); d.Action != answer {
				t.Errorf("the answer is forgotten: %+v", d)
			}
			s.mount(1, dir)
			s.await("it is asked about once more", func() bool { return s.of(1).Action == config.Ask })
		})
	}
	s := begin(t, asking())
	if err := s.Decide(7, config.Scrub); err != ErrNoDrive {
		t.Errorf("a drive that isn't there: %v", err)
	}
}

// What no one is asked about can't be answered.
func TestDecidedByTheConfiguration(t *testing.T) {
	dir := real(t)
	path := drop(t, dir+"/a.jpg", photo.Data, time.Hour)
	settled()
	opt := asking()
	opt.Config.Action = config.Report
	s := begin(t, opt)
	s.mount(1, dir)
	s.quiet(1)
	if err := s.Decide(1, config.Scrub); err != nil {
		t.Fatal(err)
	}
	if d := s.quiet(1); d.Action != config.Report || !secret(t, path) {
		t.Errorf("%+v", d)
	}
}

// A rule that asks for a folder is asked before anything is changed.
func TestCardsOfCameras(t *testing.T) {
	c := testConfig()
	c.Rules = []config.Rule{{Name: "cards", Match: config.Match{Folder: "DCIM"}, Action: config.Report}}
	for folder, want := range map[string]config.Action{"dcim": config.Report, "PHOTOS": config.Scrub, "a/DCIM": config.Scrub} {
		t.Run(folder, func(t *testing.T) {
			dir := real(t)
			path := drop(t, dir+"/"+folder+"/a.jpg", photo.Data, time.Hour)
			settled()
			s := begin(t, Options{Config: c})
			s.mount(1, dir)
			if d := s.quiet(1); d.Action != want || secret(t, path) != (want == config.Report) || d.Passes != 1 {
				t.Errorf("%+v", d)
			}
			s.SetConfig(testConfig())
			if s.quiet(1); secret(t, path) {
				t.Error("left as it was by a rule that is gone")
			}
		})
	}
}

func TestTwoDaemons(t *testing.T) {
	dir := real(t)
	path := drop(t, dir+"/a.jpg", photo.Data, time.Hour)
	settled()
	first := begin(t, asking())
	first.mount(1, dir)
	first.quiet(1)
	second := begin(t, Options{})
	second.mount(5, dir)
	second.await("it refuses", func() bool { d := second.of(5); return d.State == Stuck && d.Problem == Taken })
	if err := second.Resume(5); err != nil {
		t.Fatal(err)
	}
	if d := second.quiet(5); d.Problem != Taken || !secret(t, path) {
		t.Errorf("it is let go on: %+v", d)
	}
	first.stop()
	second.await("it takes over", func() bool { return second.of(5).Counts.Cleaned == 1 })
}

// A name that a stranger has taken keeps nobody from cleaning.
func TestClaimsOfStrangers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to be somebody else")
	}
	dir := real(t)
	path := drop(t, dir+"/a.jpg", photo.Data, time.Hour)
	settled()
	var st unix.Stat_t
	if err := unix.Stat(dir, &st); err != nil {
		t.Fatal(err)
	}
	const python = "/usr/bin/python3" // which another user may run, wherever else there is one
	if _, err := os.Stat(python); err != nil {
		t.Skip("python3 is not installed")
	}
	cmd := exec.Command(python, "-c", `import socket, sys, time
s = socket.socket(socket.AF_UNIX)
s.bind("\0" + sys.argv[1])
s.listen()
time.sleep(60)`, claimName(st.Dev, st.Ino).Name[1:])
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	testkit.Await(t, "the stranger is there", func() bool {
		c, err := net.DialUnix("unix", nil, claimName(st.Dev, st.Ino))
		if err == nil {
			c.Close()
		}
		return err == nil
	})
	s := begin(t, Options{})
	s.mount(1, dir)
	s.await("it is cleaned", func() bool { return !secret(t, path) })
}

// Files that are still being written are not done.
func TestProgressWhileFilesSettle(t *testing.T) {
	dir := real(t)
	many(t, dir, 3)
	settled()
	for _, name := range []string{"new1.jpg", "new2.jpg"} {
		drop(t, dir+"/"+name, photo.Data, 0)
	}
	opt := Options{Config: testConfig()}
	opt.Config.Settle = 3 * time.Second
	s := begin(t, opt)
	s.mount(1, dir)
	s.await("it waits for them", func() bool { d := s.of(1); return d.State == Settling && d.Total == 5 && d.Done < 5 })
	s.await("they are done", func() bool { d := s.of(1); return d.State == Watching && d.Total == 5 && d.Done == 5 })
	if d := s.of(1); d.Counts.Cleaned != 5 {
		t.Errorf("%+v", d)
	}
}

// Who waited for a drive and finds that a third daemon has it waits again.
func TestWaitsForTheNext(t *testing.T) {
	q := newQueue(t.Context(), New(Options{}), drive.Drive{}, policy{})
	q.heir.Store(true)
	ours, theirs := net.Pipe()
	theirs.Close()
	q.mu.Lock()
	done := make(chan struct{})
	go func() { q.inherit(ours); close(done) }()
	for late := time.Now().Add(10 * time.Second); q.heir.Load(); time.Sleep(time.Millisecond) {
		if time.Now().After(late) {
			t.Error("nobody could wait when the drive is asked for")
			break
		}
	}
	q.mu.Unlock()
	<-done
	if !q.orders.unstick {
		t.Error("the drive is not asked for")
	}
}
