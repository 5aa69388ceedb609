package apply

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"untag/platform/leaktest"
	"untag/platform/walk"
	"untag/scrub"
)

// noticing tells of each first plan of a file.
type noticing struct {
	direct
	planned func()
}

func (n noticing) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	p, err := n.direct.Plan(ctx, f, size, opt)
	if len(opt.Known) == 0 {
		n.planned()
	}
	return p, err
}

// While a batch is performed the next one is planned, and is not performed
// before the first one is done; if the run ends then, no file of either is lost,
// changed halfway without a word, or left open.
func TestBatchesOverlap(t *testing.T) {
	const files, batch = 9, 2
	for _, cancelled := range []bool{false, true} {
		t.Run(fmt.Sprint("cancelled ", cancelled), func(t *testing.T) {
			defer leaktest.Check(t)()
			dir, original := t.TempDir(), map[string][]byte{}
			for i := range files {
				b := makeToy(name(secret), data(i, 50), trailer("t"))
				original[put(t, dir, fmt.Sprint(i, ".toy"), b)] = b
			}
			ctx, cancel := context.WithCancel(bg)
			defer cancel()
			var plans, writing atomic.Int32
			next := make(chan struct{})
			planner := noticing{direct{toyEngine}, func() {
				if plans.Add(1) == batch+2 { // one more can be planned at any time
					close(next)
				}
			}}
			k := newSpy()
			var first sync.Once
			k.before = func(op string, _ int) error {
				if !strings.HasPrefix(op, "write") {
					return nil
				}
				if writing.Add(1) > 1 {
					t.Error("two batches are written at a time")
				}
				defer writing.Add(-1)
				first.Do(func() {
					select {
					case <-next:
					case <-time.After(20 * time.Second):
						t.Error("nothing is planned while a batch is performed")
					}
					if cancelled {
						cancel()
					}
				})
				return nil
			}
			got := overlapping(ctx, t, dir, planner, Options{Jobs: 1, Batch: batch, kernel: k})
			if !cancelled && len(got) != files {
				t.Errorf("%d of %d files are reported", len(got), files)
			}
			for path, b := range original {
				o, reported := got[path]
				changed := !bytes.Equal(get(t, path), b)
				if cancelled && changed != reported || !cancelled && o.Status != Cleaned {
					t.Errorf("reported %v, changed %v: %+v", reported, changed, o)
				}
			}
		})
	}
}

// overlapping is a run that may be ended, of which it returns the outcomes.
func overlapping(ctx context.Context, t *testing.T, dir string, planner Planner, opt Options) map[string]Outcome {
	t.Helper()
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	got := map[string]Outcome{}
	err = Run(ctx, []*walk.Root{root}, planner, opt, func(o Outcome) {
		if _, twice := got[o.Path]; twice {
			t.Errorf("%s is reported twice", o.Path)
		}
		got[o.Path] = o
	})
	if (err != nil) != (ctx.Err() != nil) {
		t.Error(err)
	}
	return got
}

// Names can change hands while they are followed: two workers would then wait for each
// other's file, or one for its own, and nobody would wake them.
func TestNobodyWaitsInACircle(t *testing.T) {
	for most := 1; most <= 3; most++ {
		b := newBusy()
		var waiters sync.WaitGroup
		file := func(i int) inode { return inode{1, uint64(i)} }
		for i := range most {
			if err := b.enter(bg, file(i), inode{}); err != nil {
				t.Fatal(err)
			}
		}
		for i := range most - 1 {
			waiters.Go(func() {
				if err := b.enter(bg, file(i+1), file(i)); err != nil {
					t.Error(err)
				}
				b.leave(file(i + 1))
				b.leave(file(i))
			})
			for waiting := 0; waiting <= i; time.Sleep(time.Millisecond) {
				b.mu.Lock()
				waiting = b.waiting
				b.mu.Unlock()
			}
		}
		want := ErrInUse
		if most == 1 {
			want = errHeld
		}
		ctx, cancel := context.WithTimeout(bg, 10*time.Second)
		if err := b.enter(ctx, file(0), file(most-1)); err != want {
			t.Errorf("%d files: %v, want %v", most, err, want)
		}
		cancel()
		b.leave(file(most - 1))
		waiters.Wait()
		if most > 1 && len(b.files) != 0 {
			t.Errorf("%d files: %v are left", most, b.files)
		}
	}
}
