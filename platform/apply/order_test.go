package apply

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

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
		ticket := l.ticket(t.Context(), nil, nil)
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
		l.ticket(ctx, nil, nil)
	}
	cancel()
	if ticket := l.ticket(ctx, nil, nil); ticket != 0 {
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
	opt := Options{Ordered: true, Jobs: 8, Batch: 10, Left: func(error) { links++ }}
	if err := Run(t.Context(), []*walk.Root{root}, uneven{Direct(toyEngine)}, opt, func(o Outcome) { got = append(got, o.Path) }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) || links != 3 {
		t.Errorf("%d of %d reports, or not in order; %d links", len(got), len(want), links)
	}
}

// Files are looked at in the order of their numbers, and reported in that of their names.
func TestOrderOfTheDrive(t *testing.T) {
	dir := t.TempDir()
	const n = 100
	for i := range n { // made backwards, so that numbers and names go opposite ways
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%03d", n-1-i)), []byte("TOY\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var looked []uint64
	var told []string
	opt := Options{Ordered: true, Jobs: 1, Progress: func(e Event) {
		var st unix.Stat_t
		if err := unix.Stat(e.Path, &st); err != nil {
			t.Error(err)
		}
		looked = append(looked, st.Ino)
	}}
	if err := Run(t.Context(), []*walk.Root{root}, Direct(toyEngine), opt, func(o Outcome) { told = append(told, o.Path) }); err != nil {
		t.Fatal(err)
	}
	if len(looked) != n || !slices.IsSorted(looked) {
		t.Errorf("looked at %d, by number: %v", len(looked), slices.IsSorted(looked))
	}
	if len(told) != n || !slices.IsSorted(told) {
		t.Errorf("told of %d, by name: %v", len(told), slices.IsSorted(told))
	}
}

// One file that is to be changed does not keep the others waiting.
func TestOneAmongMany(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 * ahead {
		text := "TOY\n"
		if i%ahead == 0 {
			text += "identify device exif/Make Nokia\n"
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d", i)), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	begun := time.Now()
	err = Run(t.Context(), []*walk.Root{root}, Direct(toyEngine), Options{Ordered: true}, func(Outcome) {})
	if took := time.Since(begun); err != nil || took > 2*patience {
		t.Errorf("it took %v, %v", took, err)
	}
}
