package station

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/config"
	"untag/platform/drive"
)

// claims has check look at each change, and notes what it has against those in
// which a drive passes for one with nothing to do.
func (s *scene) claims(check func(Change) error) (wrong func() []string) {
	changes, cancel := s.Subscribe()
	var all []string
	var done sync.WaitGroup
	done.Go(func() {
		for c := range changes {
			if err := check(c); err != nil && (c.State == Watching || c.State == Done) {
				all = append(all, err.Error())
			}
		}
	})
	s.Cleanup(cancel)
	return func() []string {
		cancel()
		done.Wait()
		return all
	}
}

// A drive is not said to have nothing to do while a file on it waits to be quiet:
// neither one that was there before, nor one that comes later.
func TestNotDoneWhileFilesSettle(t *testing.T) {
	dir := real(t)
	many(t, dir, 3)
	c := testConfig()
	c.Settle = time.Second
	time.Sleep(c.Settle + 50*time.Millisecond)
	s := begin(t, Options{Config: c})
	first, second := drop(t, filepath.Join(dir, "first.jpg"), photo.Data, 0), filepath.Join(dir, "second.jpg")
	there := []string{first}
	wrong := s.claims(func(c Change) error {
		if c.State == Settling && c.Counts.Cleaned == 4 {
			there = append(there, second) // what was said before is heard by now
		}
		for _, path := range there {
			if data, err := os.ReadFile(path); err == nil && holdsSecret(data) {
				return fmt.Errorf("%s is not clean", filepath.Base(path))
			}
		}
		return nil
	})
	s.mount(1, dir)
	s.await("the others are cleaned, and the first waits", func() bool {
		now := time.Now()
		os.Chtimes(first, now, now) // it is still being written
		d := s.of(1)
		return d.State == Settling && d.Counts.Cleaned == 3
	})
	s.await("nothing to do", func() bool { return s.of(1).State == Watching })
	if secret(t, first) {
		t.Error("the first file is not clean")
	}
	drop(t, second, photo.Data, 0)
	s.await("the second waits", func() bool { return s.of(1).State == Settling })
	s.await("nothing to do again", func() bool { return s.of(1).State == Watching })
	if got := s.of(1).Counts.Cleaned; got != 5 {
		t.Errorf("%d files cleaned", got)
	}
	if all := wrong(); len(all) > 0 {
		t.Errorf("said to have nothing to do: %q", all)
	}
}

// What we write ourselves keeps nobody waiting.
func TestOwnChangesNeedNotSettle(t *testing.T) {
	dir := real(t)
	many(t, dir, 10)
	settled()
	s := begin(t, Options{})
	s.mount(1, dir)
	s.await("begun", func() bool { return s.of(1).Counts.Cleaned > 0 })
	q, err := s.queue(1)
	if err != nil {
		t.Fatal(err)
	}
	q.watcher.SetSettle(time.Hour)
	s.await("nothing to do", func() bool { return s.of(1).State == Watching })
}

// While a drive is looked through again, its old result doesn't count, and the
// new one doesn't yet.
func TestRescanForgetsAtOnce(t *testing.T) {
	dir := real(t)
	drop(t, filepath.Join(dir, "a.jpg"), photo.Data, time.Hour)
	drop(t, filepath.Join(dir, "b.jpg"), []byte("no picture"), time.Hour)
	settled()
	s := begin(t, Options{})
	wrong := s.claims(func(c Change) error {
		if c.Listing || c.Counts.Unsupported != 1 {
			return fmt.Errorf("%+v", c.DriveState)
		}
		return nil
	})
	s.mount(1, dir)
	for pass := range int64(3) {
		s.await("a pass", func() bool { d := s.of(1); return d.Passes == pass+1 && d.State == Watching })
		time.Sleep(tellEvery + 50*time.Millisecond) // else counts alone are not told
		if err := s.Rescan(1); err != nil {
			t.Fatal(err)
		}
	}
	if all := wrong(); len(all) > 0 {
		t.Errorf("said to have nothing to do:\n%s", strings.Join(all, "\n"))
	}
}

// The last that a reader hears is the last that was.
func TestSubscribersHearTheLast(t *testing.T) {
	s := New(Options{Config: testConfig()})
	q := newQueue(t.Context(), s, drive.Drive{ID: 1}, policy{action: config.Scrub})
	s.queues[1] = q
	for range 300 {
		var flips sync.WaitGroup
		flips.Go(func() {
			for range 10 {
				q.enter(Watching)
				q.enter(Cleaning)
			}
		})
		changes, cancel := s.Subscribe()
		flips.Wait()
		q.enter(Paused)
		for c := range changes {
			if c.State == Paused {
				break
			}
		}
		select {
		case c := <-changes:
			t.Fatalf("after the last: %v", c.State)
		case <-time.After(time.Millisecond):
		}
		cancel()
		q.enter(Cleaning)
	}
}

// A folder whose path is too long to be watched is looked at now and then.
func TestFolderThatCantBeWatched(t *testing.T) {
	dir := real(t)
	at, err := unix.Open(dir, unix.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.Repeat("x", 250)
	for range 17 { // 4,267 bytes
		if err := unix.Mkdirat(at, name, 0o755); err != nil {
			t.Fatal(err)
		}
		next, err := unix.Openat(at, name, unix.O_RDONLY|unix.O_DIRECTORY, 0)
		unix.Close(at)
		if at = next; err != nil {
			t.Fatal(err)
		}
	}
	defer unix.Close(at)
	s := begin(t, Options{seldom: 300 * time.Millisecond})
	s.mount(1, dir)
	s.await("the problem", func() bool { return s.of(1).Problem == NoWatches })
	fd, err := unix.Openat(at, "a.jpg", unix.O_CREAT|unix.O_RDWR, 0o644)
	if err != nil {
		t.Fatal(err)
	}
	f := os.NewFile(uintptr(fd), "a.jpg")
	if _, err := f.Write(photo.Data); err != nil {
		t.Fatal(err)
	}
	f.Close()
	s.await("cleaned", func() bool { return s.of(1).Counts.Cleaned == 1 })
}

// What a drive was stuck with is not taken back while it is still stuck.
func TestRenewedAfterStuck(t *testing.T) {
	s := New(Options{Config: testConfig()})
	q := newQueue(t.Context(), s, drive.Drive{ID: 1}, policy{action: config.Scrub})
	q.stick(NoAnswer)
	if d := q.snapshot(); d.State != Stuck || d.Problem != NoAnswer {
		t.Errorf("%+v", d)
	}
	q.renew()
	if d := q.snapshot(); d.State != Cleaning || d.Problem != NoProblem || !d.Listing {
		t.Errorf("%+v", d)
	}
}

func TestWorseProblems(t *testing.T) {
	s := New(Options{Config: testConfig()})
	q := newQueue(t.Context(), s, drive.Drive{ID: 1}, policy{action: config.Scrub})
	for _, c := range []struct{ comes, stays Problem }{
		{NoWatches, NoWatches}, {ReadOnly, ReadOnly}, {NoWatches, ReadOnly}, {TooManyFolders, TooManyFolders}, {ReadOnly, TooManyFolders}, {NoWatches, TooManyFolders},
	} {
		q.suffer(c.comes)
		if got := q.snapshot().Problem; got != c.stays {
			t.Errorf("after %q: %q, want %q", c.comes, got, c.stays)
		}
	}
	q.stick(NoAnswer)
	if q.suffer(NoWatches); q.snapshot().Problem != NoAnswer {
		t.Errorf("%q", q.snapshot().Problem)
	}
}
