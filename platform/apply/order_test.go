package apply

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"untag/platform/walk"
	"untag/scrub"
)

func TestLineTellsInOrder(t *testing.T) {
	var got []string
	l := newLine(func(o Outcome) { got = append(got, o.Path) })
	const n = 10 * ahead
	var want []string
	var jobs sync.WaitGroup
	free := make(chan bool, 8)
	for i := range n {
		ticket := l.ticket(t.Context())
		free <- true
		jobs.Go(func() {
			defer func() { <-free }()
			if rand.N(50) == 0 {
				time.Sleep(time.Millisecond)
			}
			if i%7 == 3 {
				l.done(ticket, nil)
				return
			}
			l.done(ticket, &Outcome{Path: fmt.Sprint(i)})
			l.done(ticket, nil) // whoever lets go of what was reported
		})
		if i%7 != 3 {
			want = append(want, fmt.Sprint(i))
		}
	}
	jobs.Wait()
	if !slices.Equal(got, want) {
		t.Errorf("told %d of %d, or not in order", len(got), len(want))
	}
	if len(l.waiting) > 0 || len(l.room) > 0 {
		t.Errorf("%d wait, %d places are taken", len(l.waiting), len(l.room))
	}
	ctx, cancel := context.WithCancel(t.Context())
	for range ahead {
		l.ticket(ctx)
	}
	cancel()
	if ticket := l.ticket(ctx); ticket != 0 {
		t.Errorf("ticket %d beyond the last place", ticket)
	}
}

// uneven takes longer for some files than for others.
type uneven struct{ Planner }

func (p uneven) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	time.Sleep(rand.N(3 * time.Millisecond))
	return p.Planner.Plan(ctx, f, size, opt)
}

func TestReportsComeInOrder(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for i := range 300 {
		path := fmt.Sprintf("%s/%02d/%03d.toy", dir, i/50, i)
		want = append(want, path)
		os.MkdirAll(fmt.Sprintf("%s/%02d", dir, i/50), 0o755)
		if err := os.WriteFile(path, []byte("TOY\nidentify device exif/Make Nokia\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if i%100 == 50 {
			os.Symlink(path, path+".link")
		}
	}
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var got []string
	links := 0
	opt := Options{Ordered: true, Jobs: 8, Batch: 10, Link: func() { links++ }}
	if err := Run(t.Context(), []*walk.Root{root}, uneven{Direct(toyEngine)}, opt, func(o Outcome) { got = append(got, o.Path) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) || links != 3 {
		t.Errorf("%d of %d reports, or not in order; %d links", len(got), len(want), links)
	}
}
