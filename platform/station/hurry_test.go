package station

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/platform/config"
	"untag/platform/drive"
	"untag/scrub"
)

// laggard is a drive on which a file takes long the first time; what was read
// before comes from memory.
type laggard struct {
	takes time.Duration
	begun chan struct{} // has a value whenever a file begins to be read

	mu   sync.Mutex
	read map[string]time.Duration
}

func (l *laggard) before(ctx context.Context, path string) error {
	l.mu.Lock()
	left := l.takes - l.read[path]
	l.mu.Unlock()
	select {
	case l.begun <- struct{}{}:
	default:
	}
	began := time.Now()
	select {
	case <-time.After(left):
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.read[path] += time.Since(began)
	return ctx.Err()
}

// Large files on a slow drive don't hold it for longer than a moment at a time,
// and are cleaned all the same.
func TestUnmountAmongLargeFiles(t *testing.T) {
	d, umount := stick(t)
	many(t, d.MountPoint, 20)
	settled()
	spies := newSpy()
	slow := &laggard{takes: 10 * time.Second, begun: make(chan struct{}), read: map[string]time.Duration{}}
	spies.before = slow.before
	s := begin(t, Options{Planners: Shared(spies)})
	s.events <- drive.Event{Kind: drive.Mounted, Drive: d}
	<-slow.begun
	took := umountTries(t, umount)
	t.Logf("unmounted after %v", took)
	if took > 5*time.Second { // half a second, and what a busy machine adds
		t.Errorf("unmounting took %v", took)
	}
}

// However long a file takes, it has its turn; and the others before it.
func TestSlowFiles(t *testing.T) {
	dir := real(t)
	many(t, dir, 3)
	synctest.Test(t, func(t *testing.T) {
		spies := newSpy()
		spies.before = func(ctx context.Context, path string) error {
			if filepath.Base(path) != "IMG_00000.JPG" {
				return nil
			}
			select {
			case <-time.After(time.Minute): // each time anew
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s := begin(t, Options{Planners: Shared(spies), Once: true, Jobs: 1})
		s.mount(1, dir)
		time.Sleep(10 * time.Second)
		if d := s.of(1); d.State != Cleaning || d.Counts.Cleaned != 2 {
			t.Errorf("after a while: %+v", d)
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		if d := s.of(1); d.State != Done || d.Counts.Cleaned != 3 || d.Counts.Failed != 0 || d.Done != 3 {
			t.Errorf("%+v", d)
		}
		s.stop()
	})
}

// sluggard is a planner that takes longer to get ready than a file may take, and
// is not ready any more after it was cut short.
type sluggard struct {
	*spy
	ready chan bool // has a value while nobody is at it
}

func (s *sluggard) Warm(ctx context.Context, _ int) {
	if <-s.ready {
		s.ready <- true
		return
	}
	select {
	case <-time.After(3 * hold):
		s.ready <- true
	case <-ctx.Done():
		s.ready <- false
	}
}

func (s *sluggard) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	s.Warm(ctx, 1)
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return s.spy.Plan(ctx, f, size, opt)
}

// However long parsers take to start, files are cleaned.
func TestSlowStart(t *testing.T) {
	dir := real(t)
	many(t, dir, 20)
	synctest.Test(t, func(t *testing.T) {
		slow := &sluggard{newSpy(), make(chan bool, 1)}
		slow.ready <- false
		s := begin(t, Options{Planners: Shared(slow), Once: true})
		s.mount(1, dir)
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if d := s.of(1); d.State != Done || d.Counts.Cleaned != 20 {
			t.Errorf("%+v", d)
		}
		s.stop()
	})
}

// However long a drive takes to open files, each slice begins one of them.
func TestSlowToOpen(t *testing.T) {
	b := &batch{root: rootAt(t, real(t)), given: map[string]given{"a": {}, "b": {}}, begun: time.Now().Add(-time.Hour)}
	for name, want := range map[string]time.Duration{"a": hold, "b": 0} {
		b.read = name != "a"
		if most, first := b.begins(filepath.Join(b.root.Path(), name)); most != want || !first {
			t.Errorf("%s may be read for %v (for the first time: %v), want %v", name, most, first, want)
		}
	}
}

// The proof of what was written is not cut short.
func TestProofIsNotHurried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spies := newSpy()
		spies.before = func(ctx context.Context, _ string) error {
			select {
			case <-time.After(time.Hour):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		s := New(Options{Config: config.Default()})
		q := newQueue(t.Context(), s, drive.Drive{}, policy{})
		b := &batch{q: q, root: rootAt(t, real(t)), given: map[string]given{"a": {}, "b": {}}, begun: time.Now()}
		f := drop(t, filepath.Join(b.root.Path(), "a"), nil, 0)
		file := open(t, f)
		h := hurried{spies, b}
		began := time.Now()
		if _, err := h.Plan(t.Context(), file, 0, policy{}.scrub); !errors.Is(err, errHurried) || time.Since(began) != hold {
			t.Errorf("the first time: %v after %v", err, time.Since(began))
		}
		began = time.Now()
		if _, err := h.Plan(t.Context(), file, 0, policy{}.scrub); errors.Is(err, errHurried) || time.Since(began) != time.Hour {
			t.Errorf("the second time: %v after %v", err, time.Since(began))
		}
		late := open(t, drop(t, filepath.Join(b.root.Path(), "b"), nil, 0))
		if _, err := h.Plan(t.Context(), late, 0, policy{}.scrub); !errors.Is(err, errHurried) || len(spies.list()) != 2 {
			t.Errorf("too late to begin: %v, asked %q", err, spies.list())
		}
	})
}

func TestPace(t *testing.T) {
	for _, c := range []struct {
		together int
		took     time.Duration
		want     int
	}{
		{alone, 0, most}, {alone, time.Minute, most}, {most, time.Minute, most / 2}, {fewest, time.Minute, fewest}, {6, 800 * time.Millisecond, 6}, {6, 10 * time.Millisecond, 12}, {12, 0, most},
	} {
		if got := pace(c.together, c.took); got != c.want {
			t.Errorf("%d files in %v: %d, want %d", c.together, c.took, got, c.want)
		}
	}
	for tries, want := range map[int]time.Duration{0: hold, holds: hold, holds + 1: 2 * hold, holds + 3: 8 * hold, 1 << 30: hold << 20} {
		if got := allowance(tries); got != want {
			t.Errorf("after %d tries: %v, want %v", tries, got, want)
		}
	}
	for busy, want := range map[time.Duration]time.Duration{0: breath, hold: 125 * time.Millisecond, time.Hour: 5 * breath} {
		if got := breathFor(busy); got != want {
			t.Errorf("after %v: %v, want %v", busy, got, want)
		}
	}
}
