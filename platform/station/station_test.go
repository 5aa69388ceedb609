package station

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/leaktest"
)

func TestPass(t *testing.T) {
	dir := real(t)
	paths := many(t, dir, 30)
	drop(t, filepath.Join(dir, "notes.txt"), []byte("hello"), 9*time.Hour)
	settled()
	s := begin(t, Options{Jobs: 1})
	s.mount(7, dir)
	d := s.quiet(7)
	if d.State != Watching || d.Counts.Cleaned != 30 || d.Counts.Media != 30 || d.Counts.Files != 31 || d.Counts.Other != 1 || d.Counts.Tags < 30 || d.Passes != 1 || d.Done != 31 || d.Total != 31 {
		t.Errorf("%+v", d)
	}
	for _, p := range paths {
		if secret(t, p) {
			t.Errorf("%s is not clean", p)
		}
	}
	asked := s.spy.list()
	if !slices.IsSorted(asked[:30]) {
		t.Errorf("the newest are not the first: %q", asked)
	}
	if strings.Contains(s.log.String(), "IMG_") || strings.Contains(s.log.String(), dir) {
		t.Errorf("the log names files: %s", s.log)
	}
}

// A drive with more files than are kept at a time is gone through in parts.
func TestParts(t *testing.T) {
	dir := real(t)
	paths := many(t, dir, 300)
	settled()
	s := begin(t, Options{found: 50})
	s.mount(1, dir)
	d := s.quiet(1)
	if d.Counts.Cleaned != 300 || d.Passes != 1 {
		t.Errorf("%+v", d)
	}
	for _, p := range paths {
		if secret(t, p) {
			t.Errorf("%s is not clean", p)
		}
	}
}

// What is clean is read, and not written to; and what we clean doesn't wake us.
func TestQuiet(t *testing.T) {
	dir := real(t)
	paths := many(t, dir, 10)
	settled()
	s := begin(t, Options{})
	s.mount(1, dir)
	s.quiet(1)
	if n := len(s.spy.list()); n != 10 {
		t.Errorf("asked %d times: %q", n, s.spy.list())
	}
	before := stamps(t, paths)
	if err := s.Rescan(1); err != nil {
		t.Fatal(err)
	}
	s.await("a second pass", func() bool { return s.of(1).Passes == 2 })
	s.quiet(1)
	if n := len(s.spy.list()); n != 20 {
		t.Errorf("asked %d times", n)
	}
	if after := stamps(t, paths); !slices.Equal(before, after) {
		t.Errorf("clean files were changed:\n%v\n%v", before, after)
	}
}

func stamps(t *testing.T, paths []string) (all []string) {
	t.Helper()
	for _, p := range paths {
		var st unix.Stat_t
		if err := unix.Lstat(p, &st); err != nil {
			t.Fatal(err)
		}
		all = append(all, fmt.Sprint(st.Ino, st.Size, st.Atim, st.Mtim, st.Ctim))
	}
	return all
}

func TestChanges(t *testing.T) {
	tests := map[string]struct {
		do     func(t *testing.T, dir string)
		clean  []string
		asked  int           // at most; 0 for any
		settle time.Duration // 0 for the usual
	}{
		"dropped": {
			do:    func(t *testing.T, dir string) { drop(t, filepath.Join(dir, "a.jpg"), photo.Data, 0) },
			clean: []string{"a.jpg"}, asked: 1,
		},
		"moved into place": {
			do: func(t *testing.T, dir string) {
				from := drop(t, filepath.Join(dir, "a.jpg.part"), photo.Data, 0)
				if err := os.Rename(from, filepath.Join(dir, "a.jpg")); err != nil {
					t.Fatal(err)
				}
			},
			clean: []string{"a.jpg"}, asked: 1,
		},
		"in folders in new folders": {
			do:    func(t *testing.T, dir string) { drop(t, filepath.Join(dir, "x/y/z/a.jpg"), photo.Data, 0) },
			clean: []string{"x/y/z/a.jpg"}, asked: 1,
		},
		"a tree that is moved in": {
			do: func(t *testing.T, dir string) {
				from := real(t)
				drop(t, filepath.Join(from, "tree/sub/a.jpg"), photo.Data, time.Hour)
				if err := os.Rename(filepath.Join(from, "tree"), filepath.Join(dir, "tree")); err != nil {
					t.Fatal(err)
				}
			},
			clean: []string{"tree/sub/a.jpg"},
		},
		"later in a folder that was moved": {
			do: func(t *testing.T, dir string) {
				os.MkdirAll(filepath.Join(dir, "x/y"), 0o755)
				time.Sleep(2 * settle)
				if err := os.Rename(filepath.Join(dir, "x"), filepath.Join(dir, "z")); err != nil {
					t.Fatal(err)
				}
				time.Sleep(2 * settle)
				drop(t, filepath.Join(dir, "z/y/a.jpg"), photo.Data, 0)
			},
			clean: []string{"z/y/a.jpg"},
		},
		"changed, cleaned, and changed again": {
			do: func(t *testing.T, dir string) {
				p := drop(t, filepath.Join(dir, "a.jpg"), photo.Data, 0)
				for secret(t, p) {
					time.Sleep(10 * time.Millisecond)
				}
				drop(t, p, photo.Data, 0)
			},
			clean: []string{"a.jpg"},
		},
		"grown": {
			do: func(t *testing.T, dir string) {
				f, err := os.Create(filepath.Join(dir, "a.jpg"))
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				for piece := range slices.Chunk(photo.Data, len(photo.Data)/10+1) {
					f.Write(piece)
					time.Sleep(settle / 2)
				}
			},
			clean: []string{"a.jpg"}, asked: 1, settle: 10 * settle, // no pause of a busy machine is as long
		},
		"a link out of the drive": {
			do: func(t *testing.T, dir string) {
				out := drop(t, filepath.Join(real(t), "out.jpg"), photo.Data, 0)
				if err := os.Symlink(out, filepath.Join(dir, "a.jpg")); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					if !secret(t, out) {
						t.Error("it was followed")
					}
				})
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := real(t)
			c := testConfig()
			c.Settle = cmp.Or(test.settle, c.Settle)
			s := begin(t, Options{Config: c})
			s.mount(1, dir)
			s.quiet(1)
			test.do(t, dir)
			for _, rel := range test.clean {
				s.await(rel+" is clean", func() bool { return !secret(t, filepath.Join(dir, rel)) })
			}
			d := s.quiet(1)
			if d.State != Watching || d.Counts.Failed+d.Counts.Partly+d.Counts.Waiting > 0 {
				t.Errorf("%+v\n%s", d, s.log)
			}
			if n := len(s.spy.list()); test.asked > 0 && n != test.asked {
				t.Errorf("asked %d times: %q", n, s.spy.list())
			}
		})
	}
}

// A file that somebody has open is left alone until it isn't.
func TestInUse(t *testing.T) {
	dir := real(t)
	s := begin(t, Options{})
	s.mount(1, dir)
	s.quiet(1)
	path := drop(t, filepath.Join(dir, "a.jpg"), photo.Data, 0)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s.await("waiting for it", func() bool { return s.of(1).Counts.Waiting == 1 })
	if !secret(t, path) {
		t.Error("it was changed while it was open")
	}
	f.Close()
	s.await("cleaned", func() bool { return !secret(t, path) })
	if d := s.quiet(1); d.Counts.Waiting != 0 || d.Counts.Cleaned != 1 || d.Counts.Failed != 0 {
		t.Errorf("%+v", d.Counts)
	}
}

// What was lost is found by looking through everything.
func TestLost(t *testing.T) {
	dir := real(t)
	s := begin(t, Options{})
	s.mount(1, dir)
	s.quiet(1)
	q, err := s.queue(1)
	if err != nil {
		t.Fatal(err)
	}
	path := drop(t, filepath.Join(dir, "a.jpg"), photo.Data, 0)
	q.watcher.SetSettle(time.Hour)
	for i := range 1<<16 + 10 {
		q.watcher.Touch(fmt.Sprint("no/", i)) // more than can be noted
	}
	q.watcher.SetSettle(settle)
	s.await("another pass", func() bool { return s.of(1).Passes >= 2 })
	s.await("cleaned", func() bool { return !secret(t, path) })
}

// Where not all folders can be watched, they are looked at now and then.
func TestNoWatches(t *testing.T) {
	dir := real(t)
	for _, sub := range []string{"a", "b", "c", "d"} {
		os.Mkdir(filepath.Join(dir, sub), 0o755)
	}
	s := begin(t, Options{folders: 2, seldom: 300 * time.Millisecond})
	s.mount(1, dir)
	s.await("the problem", func() bool { return s.of(1).Problem == NoWatches })
	var paths []string
	for _, sub := range []string{"a", "b", "c", "d"} {
		paths = append(paths, drop(t, filepath.Join(dir, sub, "a.jpg"), photo.Data, 0))
	}
	for _, p := range paths {
		s.await(p, func() bool { return !secret(t, p) })
	}
}

// A drive that is slow, or hangs, is nobody else's concern.
func TestSideBySide(t *testing.T) {
	slow, quick := real(t), real(t)
	many(t, slow, 50)
	paths := many(t, quick, 200)
	settled()
	hang := make(chan struct{})
	spies := newSpy()
	spies.before = func(ctx context.Context, path string) error {
		if !strings.HasPrefix(path, slow) {
			return nil
		}
		select {
		case <-hang:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s := begin(t, Options{Planners: Shared(spies)})
	s.mount(1, slow)
	s.await("the slow one has begun", func() bool { return len(spies.list()) > 0 })
	s.mount(2, quick)
	d := s.quiet(2)
	if d.Counts.Cleaned != int64(len(paths)) || s.of(1).State != Cleaning {
		t.Errorf("%+v", s.Snapshot())
	}
	s.events <- drive.Event{Kind: drive.Gone, Drive: drive.Drive{ID: 1}}
	s.await("nothing of the slow one", func() bool { return len(s.Snapshot()) == 1 })
	close(hang)
}

// Sixteen drives take as long as they take, and none waits for another to end.
func TestSixteen(t *testing.T) {
	s := begin(t, Options{})
	var dirs []string
	for range 16 {
		dirs = append(dirs, real(t))
		many(t, dirs[len(dirs)-1], 20)
	}
	settled()
	started := time.Now()
	for i, dir := range dirs {
		s.mount(uint64(i+1), dir)
	}
	var first time.Duration
	s.await("all have begun", func() bool {
		for _, d := range s.Snapshot() {
			if d.Counts.Cleaned == 0 {
				return false
			}
		}
		first = time.Since(started)
		return true
	})
	s.await("all are done", func() bool {
		for _, d := range s.Snapshot() {
			if d.Counts.Cleaned != 20 {
				return false
			}
		}
		return true
	})
	t.Logf("each of 16 drives had a file cleaned after %v; all 320 after %v", first, time.Since(started))
}

func TestPolicies(t *testing.T) {
	c := testConfig()
	c.Rules = []config.Rule{
		{Name: "left alone", Match: config.Match{Label: "BACKUP*"}, Action: config.Ignore},
		{Name: "looked at", Match: config.Match{Label: "LOOK"}, Action: config.Report},
	}
	tests := map[string]struct {
		drive   drive.Drive
		state   State
		problem Problem
		counts  Counts
		rule    string
	}{
		"cleaned":   {drive.Drive{Label: "X"}, Watching, NoProblem, Counts{Files: 1, Media: 1, Cleaned: 1}, ""},
		"ignored":   {drive.Drive{Label: "BACKUP1"}, Ignored, NoProblem, Counts{}, "left alone"},
		"report":    {drive.Drive{Label: "LOOK"}, Watching, NoProblem, Counts{Files: 1, Media: 1, Found: 1}, "looked at"},
		"a part":    {drive.Drive{Part: true}, Watching, PartMounted, Counts{Files: 1, Media: 1, Cleaned: 1}, ""},
		"read-only": {drive.Drive{ReadOnly: true}, Watching, ReadOnly, Counts{Files: 1, Media: 1, Found: 1}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := real(t)
			path := drop(t, filepath.Join(dir, "a.jpg"), photo.Data, time.Hour)
			settled()
			s := begin(t, Options{Config: c})
			test.drive.ID, test.drive.MountPoint = 3, dir
			s.events <- drive.Event{Kind: drive.Mounted, Drive: test.drive}
			d := s.quiet(3)
			d.Counts.Tags = 0
			if d.State != test.state || d.Problem != test.problem || d.Counts != test.counts || d.Rule != test.rule {
				t.Errorf("%+v", d)
			}
			if secret(t, path) != (test.counts.Cleaned == 0) {
				t.Error("the file is not as it should be")
			}
		})
	}
}

// Another configuration counts at once, for the drives it makes a difference for.
func TestSetConfig(t *testing.T) {
	one, two := real(t), real(t)
	a := drop(t, filepath.Join(one, "a.jpg"), photo.Data, time.Hour)
	drop(t, filepath.Join(two, "b.jpg"), photo.Data, time.Hour)
	settled()
	c := testConfig()
	c.Rules = []config.Rule{{Name: "r", Match: config.Match{Label: "ONE"}, Action: config.Ignore}}
	s := begin(t, Options{Config: c})
	s.events <- drive.Event{Kind: drive.Mounted, Drive: drive.Drive{ID: 1, Label: "ONE", MountPoint: one}}
	s.events <- drive.Event{Kind: drive.Mounted, Drive: drive.Drive{ID: 2, Label: "TWO", MountPoint: two}}
	s.quiet(2)
	if s.of(1).State != Ignored || !secret(t, a) {
		t.Fatalf("%+v", s.of(1))
	}
	s.SetConfig(testConfig())
	s.await("cleaned", func() bool { return !secret(t, a) })
	s.quiet(1)
	if s.of(1).Passes != 1 || s.of(2).Passes != 1 {
		t.Errorf("%+v", s.Snapshot())
	}
	s.SetConfig(c)
	s.await("ignored", func() bool { return s.of(1).State == Ignored })
	q, _ := s.queue(1)
	s.await("not watched", func() bool { return q.snapshot().State == Ignored })
}

// Pausing stops in the middle of a file, and nothing is lost by it.
func TestPause(t *testing.T) {
	dir := real(t)
	many(t, dir, 10)
	synctest.Test(t, func(t *testing.T) {
		spies := newSpy()
		spies.before = func(ctx context.Context, _ string) error {
			select {
			case <-time.After(time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s := begin(t, Options{Planners: Shared(spies), Once: true, Jobs: 1})
		s.mount(1, dir)
		time.Sleep(90 * time.Second)
		if err := s.Pause(1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		if d := s.of(1); d.State != Paused || d.Counts.Cleaned != 0 {
			t.Errorf("%+v", d)
		}
		if open := openBeneath(dir); len(open) > 0 {
			t.Errorf("open: %q", open)
		}
		asked := len(spies.list())
		time.Sleep(time.Hour)
		if n := len(spies.list()) - asked; n > 0 {
			t.Errorf("asked %d times while pausing", n)
		}
		if err := s.Resume(1); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if d := s.of(1); d.State != Done || d.Counts.Cleaned != 10 || d.Counts.Failed != 0 {
			t.Errorf("%+v", d)
		}
		s.stop()
	})
}

// Release makes way at once, for a while.
func TestRelease(t *testing.T) {
	dir := real(t)
	many(t, dir, 10)
	synctest.Test(t, func(t *testing.T) {
		spies := newSpy()
		spies.before = func(ctx context.Context, _ string) error {
			select {
			case <-time.After(time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s := begin(t, Options{Planners: Shared(spies), Once: true})
		s.mount(1, dir)
		time.Sleep(30 * time.Second)
		began := time.Now()
		if err := s.Release(context.Background(), 1, 5*time.Second); err != nil {
			t.Fatal(err)
		}
		if open := openBeneath(dir); len(open) > 0 || time.Since(began) > time.Second {
			t.Errorf("after %v open: %q", time.Since(began), open)
		}
		asked := len(spies.list())
		time.Sleep(4 * time.Second)
		if len(spies.list()) != asked {
			t.Error("it didn't wait")
		}
		time.Sleep(time.Hour)
		if d := s.of(1); d.State != Done || d.Counts.Cleaned != 10 {
			t.Errorf("%+v", d)
		}
		s.stop()
	})
}

func TestNoDrive(t *testing.T) {
	s := begin(t, Options{})
	for name, err := range map[string]error{
		"pause": s.Pause(5), "resume": s.Resume(5), "rescan": s.Rescan(5), "release": s.Release(context.Background(), 5, time.Second),
	} {
		if !errors.Is(err, ErrNoDrive) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A drive that answers nothing but errors is left alone after a few, until somebody
// has it gone on with.
func TestNoStorm(t *testing.T) {
	t.Run("rescan", func(t *testing.T) { testNoStorm(t, (*Station).Rescan) })
	t.Run("resume", func(t *testing.T) { testNoStorm(t, (*Station).Resume) })
}

func testNoStorm(t *testing.T, again func(*Station, uint64) error) {
	dir := real(t)
	many(t, dir, 200)
	settled()
	spies := newSpy()
	var well atomic.Bool
	spies.before = func(context.Context, string) error {
		if well.Load() {
			return nil
		}
		return unix.EIO
	}
	s := begin(t, Options{Planners: Shared(spies)})
	s.mount(1, dir)
	s.await("stuck", func() bool { return s.of(1).State == Stuck })
	if n := len(spies.list()); n > 2*sickAfter {
		t.Errorf("asked %d times", n)
	}
	if n := strings.Count(s.log.String(), "\n"); n > 3 {
		t.Errorf("%d lines are logged:\n%s", n, s.log)
	}
	if d := s.of(1); d.Problem != NoAnswer {
		t.Errorf("%+v", d)
	}
	well.Store(true)
	if err := again(s.Station, 1); err != nil {
		t.Fatal(err)
	}
	s.await("all cleaned", func() bool { return s.of(1).Counts.Cleaned == 200 })
	if d := s.quiet(1); d.State != Watching || d.Problem != NoProblem || d.Counts.Failed > 0 {
		t.Errorf("%+v", d)
	}
}

// The folder that stands in for a drive goes away.
func TestRootVanishes(t *testing.T) {
	dir := filepath.Join(real(t), "stick")
	many(t, dir, 5)
	settled()
	s := begin(t, Options{})
	changes, cancel := s.Subscribe()
	defer cancel()
	s.mount(1, dir)
	s.quiet(1)
	os.RemoveAll(dir)
	s.quiet(1)
	s.Rescan(1)
	for c := range changes {
		if c.State == Gone {
			break
		}
	}
}

// What is at the mount point after the drive was unmounted is not touched.
func TestElsewhere(t *testing.T) {
	dir := filepath.Join(real(t), "stick")
	many(t, dir, 2)
	settled()
	s := begin(t, Options{})
	s.mount(1, dir)
	s.quiet(1)
	if err := os.Rename(dir, dir+"-old"); err != nil {
		t.Fatal(err)
	}
	path := drop(t, filepath.Join(dir, "mine.jpg"), photo.Data, time.Hour)
	settled()
	s.Rescan(1)
	s.quiet(1)
	if !secret(t, path) {
		t.Error("something else was taken for the drive")
	}
	s.events <- drive.Event{Kind: drive.Mounted, Drive: drive.Drive{ID: 2, Device: "/dev/null", Major: 1, Minor: 3, MountPoint: dir}}
	s.await("stuck", func() bool { d := s.of(2); return d.State == Stuck && d.Problem == NotThere })
	if !secret(t, path) {
		t.Error("something else was taken for the drive")
	}
}

// A drive is often found missing before it is said to be unmounted. That is no problem.
func TestUnmountedUnheard(t *testing.T) {
	dir := real(t)
	synctest.Test(t, func(t *testing.T) {
		s := begin(t, Options{Once: true})
		d := drive.Drive{ID: 1, Device: "/dev/null", Major: 1, Minor: 3, MountPoint: dir}
		s.events <- drive.Event{Kind: drive.Mounted, Drive: d}
		time.Sleep(grace / 4)
		s.events <- drive.Event{Kind: drive.Unmounted, Drive: d}
		s.await("gone", func() bool { return s.of(1).State == Gone })
		s.stop()
		if log := s.log.String(); strings.Contains(log, string(NotThere)) {
			t.Errorf("the log says\n%s", log)
		}
	})
}

// openBeneath lists what this process has open beneath the folder.
func openBeneath(dir string) (open []string) {
	for _, f := range leaktest.Files() {
		if _, path, _ := strings.Cut(f, " "); path == dir || strings.HasPrefix(path, dir+"/") {
			open = append(open, f)
		}
	}
	return open
}

// When there is nothing to do, nothing is open, and nobody asks for anything.
func TestNothingOpen(t *testing.T) {
	dir := real(t)
	many(t, dir, 20)
	settled()
	s := begin(t, Options{})
	s.mount(1, dir)
	s.quiet(1)
	if open := openBeneath(dir); len(open) > 0 {
		t.Errorf("open: %q", open)
	}
}

func TestSubscribe(t *testing.T) {
	dir := real(t)
	many(t, dir, 20)
	settled()
	s := begin(t, Options{})
	changes, cancel := s.Subscribe()
	silent, cancelSilent := s.Subscribe() // nobody reads
	defer cancelSilent()
	s.mount(1, dir)
	s.quiet(1)
	s.Pause(1)
	s.await("paused", func() bool { return s.of(1).State == Paused })
	s.events <- drive.Event{Kind: drive.Unmounted, Drive: drive.Drive{ID: 1}}
	var states []State
	for c := range changes {
		if c.Was != c.State {
			states = append(states, c.State)
		}
		if c.State == Watching && c.Counts.Cleaned != 20 {
			t.Errorf("done, and the counts are %+v", c.Counts)
		}
		if c.State == Gone {
			cancel()
			cancel()
		}
	}
	if want := []State{Cleaning, Watching, Paused, Gone}; !slices.Equal(states, want) {
		t.Errorf("states %q, want %q", states, want)
	}
	_ = silent
}

// Stopped in the middle, every file is whole, and the next time finishes the work.
func TestStopInPass(t *testing.T) {
	dir := real(t)
	paths := many(t, dir, 300)
	settled()
	s := begin(t, Options{})
	s.mount(1, dir)
	s.await("some are clean", func() bool { return s.of(1).Counts.Cleaned > 10 })
	began := time.Now()
	s.stop()
	if took := time.Since(began); took > patience {
		t.Errorf("stopping took %v", took)
	}
	if open := openBeneath(dir); len(open) > 0 {
		t.Errorf("open: %q", open)
	}
	again := begin(t, Options{Once: true})
	again.mount(1, dir)
	again.await("done", func() bool { return again.of(1).State == Done })
	if d := again.of(1); d.Counts.Files != 300 || d.Counts.Failed+d.Counts.Partly+d.Counts.Unsupported > 0 {
		t.Errorf("%+v", d)
	}
	for _, p := range paths {
		if secret(t, p) {
			t.Errorf("%s is not clean", p)
		}
	}
}
