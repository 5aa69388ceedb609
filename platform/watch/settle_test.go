package watch

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// bench is a settling with a record of what came out when.
type bench struct {
	*settling
	start time.Time
	log   []string
	lost  bool
}

func newBench(quiet time.Duration) *bench {
	b := &bench{start: time.Now()}
	b.settling = newSettling(quiet, func() {})
	return b
}

// run lets time pass and notes what gets ripe.
func (b *bench) run(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); {
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		ripe, lost := b.take()
		b.lost = b.lost || lost
		for _, f := range ripe {
			b.log = append(b.log, fmt.Sprintf("%s at %v", f.Rel, time.Since(b.start)))
		}
	}
}

// holds tells how many files wait.
func (b *bench) holds() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting)
}

func (b *bench) want(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(b.log, want) {
		t.Errorf("ripe: %q, want %q", b.log, want)
	}
	b.log = nil
}

func TestSettling(t *testing.T) {
	tests := map[string]func(t *testing.T, b *bench){
		"once quiet": func(t *testing.T, b *bench) {
			b.touch("a")
			b.run(10 * time.Second)
			b.want(t, "a at 2s")
		},
		"a copy of ten minutes counts when it is complete": func(t *testing.T, b *bench) {
			for range 600 {
				b.touch("film")
				b.run(time.Second)
			}
			b.run(time.Minute)
			b.want(t, "film at 10m1s")
		},
		"each file by itself": func(t *testing.T, b *bench) {
			b.touch("b")
			b.run(500 * time.Millisecond)
			b.touch("a")
			b.run(10 * time.Second)
			b.want(t, "b at 2s", "a at 2.5s")
		},
		"in the order of names if at once": func(t *testing.T, b *bench) {
			b.touch("b")
			b.touch("a")
			b.run(10 * time.Second)
			b.want(t, "a at 2s", "b at 2s")
		},
		"a file in use waits longer each time, up to a minute": func(t *testing.T, b *bench) {
			b.touch("a")
			time.Sleep(2 * time.Second)
			synctest.Wait()
			var pauses []time.Duration
			for range 8 {
				ripe, _ := b.take()
				if len(ripe) != 1 {
					t.Fatalf("%d files are ripe", len(ripe))
				}
				since := time.Now()
				b.later(ripe[0])
				for b.holds() > 0 {
					time.Sleep(100 * time.Millisecond)
					synctest.Wait()
				}
				pauses = append(pauses, time.Since(since))
			}
			want := []time.Duration{2, 4, 8, 16, 32, 60, 60, 60}
			for i, p := range pauses {
				if p != want[i]*time.Second {
					t.Errorf("pauses %v, want %v s", pauses, want)
					break
				}
			}
		},
		"a change cuts the wait of a file in use short": func(t *testing.T, b *bench) {
			b.later(File{Rel: "a", tries: 5})
			b.run(time.Second)
			b.touch("a")
			b.run(10 * time.Second)
			b.want(t, "a at 3s")
		},
		"a change meanwhile makes later needless": func(t *testing.T, b *bench) {
			b.touch("a")
			b.later(File{Rel: "a", tries: 5})
			b.run(time.Minute)
			b.want(t, "a at 2s")
		},
		"what goes on changing doesn't hold others up": func(t *testing.T, b *bench) {
			b.touch("a")
			for range 10 {
				b.touch("b")
				b.run(time.Second)
			}
			b.want(t, "a at 2s")
		},
		"too many are lost, and that is told": func(t *testing.T, b *bench) {
			for i := range maxWaiting + 1 {
				b.touch(fmt.Sprint(i))
			}
			b.run(10 * time.Second)
			if !b.lost || len(b.log) != 1 {
				t.Errorf("lost %v, %d ripe", b.lost, len(b.log))
			}
		},
		"nothing comes after the end": func(t *testing.T, b *bench) {
			b.touch("a")
			b.close()
			b.touch("b")
			b.run(10 * time.Second)
			b.want(t)
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBench(2 * time.Second)
				defer b.close()
				test(t, b)
			})
		})
	}
}

func TestKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSettling(time.Second, func() {})
		defer s.close()
		ours := Stamp{Ino: 1, Size: 2, MTime: 3, CTime: 4}
		s.expect("a", ours)
		s.touch("a") // the event that our write caused
		s.expect("b", Stamp{Ino: 9})
		s.expect("b", ours)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		ripe, _ := s.take()
		if len(ripe) != 2 || ripe[0].Known != ours || ripe[1].Known != ours {
			t.Errorf("ripe: %+v", ripe)
		}
	})
}

// Our own writes can get ripe while we still wait for the drive.
func TestKnownLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSettling(time.Second, func() {})
		defer s.close()
		s.touch("a")
		s.touch("b")
		time.Sleep(2 * time.Second)
		synctest.Wait()
		ours := Stamp{Ino: 1}
		s.expect("a", ours)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		ripe, _ := s.take()
		if len(ripe) != 2 || ripe[0].Rel != "b" || ripe[1].Rel != "a" || ripe[1].Known != ours {
			t.Errorf("ripe: %+v", ripe)
		}
	})
}

// Whoever thinks that nothing waits is told if something does, whatever of our
// own waits beside it.
func TestWakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wakes := 0
		s := newSettling(time.Second, func() { wakes++ })
		defer s.close()
		for i, c := range []struct {
			do   func()
			want int
		}{
			{func() { s.expect("ours", Stamp{Ino: 1}) }, 0},
			{func() { s.touch("a") }, 1},
			{func() { s.touch("a") }, 1},
			{func() { s.touch("b") }, 1},
			{func() { s.touch("ours") }, 2},
			{func() { s.expect("a", Stamp{Ino: 2}); s.expect("b", Stamp{Ino: 3}) }, 2},
			{func() { s.later(File{Rel: "c"}) }, 2},
			{func() { s.touch("c") }, 3},
			{func() { time.Sleep(3 * time.Second); synctest.Wait(); s.take() }, 4},
			{func() { s.touch("d") }, 5},
		} {
			if c.do(); wakes != c.want {
				t.Errorf("step %d: woken %d times, want %d", i, wakes, c.want)
			}
		}
	})
}

// While nothing waits there is no timer, so that an idle daemon sleeps.
func TestNoTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wakes := 0
		s := newSettling(time.Second, func() { wakes++ })
		defer s.close()
		s.touch("a")
		time.Sleep(time.Hour)
		synctest.Wait()
		if wakes != 2 || !s.next.IsZero() { // when it begins to wait, and when it is ripe
			t.Errorf("woken %d times; next %v", wakes, s.next)
		}
	})
}
