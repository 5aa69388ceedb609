package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"untag/platform/apply"
	"untag/platform/leaktest"
	"untag/scrub"
	"untag/scrub/scrubtest"
)

func TestLimit(t *testing.T) {
	const size, rate = 2 << 20, 2 << 20 // for each of two workers
	p := start(t, Options{Workers: 2})
	p.Limit(2 * rate)
	f, n := file(t, fmt.Sprintf("TOY:read %d\n", size)+strings.Repeat("x", size))
	defer f.Close()
	begun := time.Now()
	plan, err := p.Plan(bg, f, n, scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if took, least := time.Since(begun), time.Duration(plan.Read-burst)*time.Second/rate; plan.Read < size || took < least*9/10 {
		t.Errorf("%d bytes took %v, less than %v", plan.Read, took, least)
	}
}

func TestThousandFiles(t *testing.T) {
	p := start(t, Options{Workers: 3})
	first := leaktest.Children()
	files := make(chan int)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i := range files {
				size := 20 + i%777
				content := fmt.Sprintf("TOY:plain\n%0*d", size, i)
				want := error(nil)
				if i%100 == 99 {
					content, want = "TOY:panic\nbody", ErrCrashed
				}
				f, n := file(t, content)
				got, err := p.Plan(bg, f, n, scrub.Options{})
				f.Close()
				if !errors.Is(err, want) {
					t.Errorf("file %d: %v", i, err)
				}
				if err == nil && (got.Size != n || got.Edits[0].Off != 10 || got.Edits[0].Len != int64(size)) {
					t.Errorf("file %d: the plan for another: %+v", i, got)
				}
			}
		})
	}
	for i := range 1000 {
		files <- i
	}
	close(files)
	all.Wait()
	if now := leaktest.Children(); len(first) != 1 || len(now) > 3 {
		t.Errorf("processes first %v, now %v", first, now)
	}
}

func TestTwoPools(t *testing.T) {
	a, b := start(t, Options{Workers: 1}), start(t, Options{Workers: 1})
	if pid(t, a) == pid(t, b) {
		t.Error("they share a worker")
	}
	f, size := file(t, "TOY:sleep\nbody")
	done := make(chan error)
	go func() { _, err := a.Plan(bg, f, size, scrub.Options{}); done <- err }()
	serves(t, b)
	time.Sleep(50 * time.Millisecond)
	a.Close()
	if err := <-done; err != ErrClosed {
		t.Error(err)
	}
	serves(t, b)
	b.Close()
	if left := leaktest.Children(); len(left) > 0 {
		t.Error("left:", left)
	}
}

// A worker that a file took over in silence doesn't see all that come after it.
func TestWorkersAreReplaced(t *testing.T) {
	p := start(t, Options{Workers: 1})
	f, size := file(t, "TOY:plain\nbody")
	ask := func() {
		if _, err := p.Plan(bg, f, size, scrub.Options{}); err != nil {
			t.Fatal(err)
		}
	}
	first := pid(t, p)
	for range maxAsked - 1 {
		ask()
	}
	if now := pid(t, p); now != first {
		t.Errorf("replaced after less than %d files", maxAsked)
	}
	if ask(); pid(t, p) == first {
		t.Errorf("not replaced after %d files", maxAsked)
	}
	if all := leaktest.Children(); len(all) != 1 {
		t.Errorf("processes %v", all)
	}
}

func TestLazy(t *testing.T) {
	p := start(t, Options{Workers: 2, Lazy: true})
	if all := leaktest.Children(); len(all) > 0 {
		t.Error("started:", all)
	}
	serves(t, p)
	serves(t, p)
	if all := leaktest.Children(); len(all) != 1 {
		t.Error("started, although one was free:", all)
	}
	never := start(t, Options{Lazy: true})
	never.Close()
	if _, err := never.Status(); err != ErrClosed {
		t.Error(err)
	}
	if _, err := Start(Options{}); err == nil {
		t.Error("a pool without an engine")
	}
}

// What the core keeps account of at the most is not too much to be said, nor to
// be remembered.
func TestTheMost(t *testing.T) {
	p := start(t, Options{Workers: 1})
	for _, c := range []struct {
		do   string
		body int
	}{
		{"pieces 131071", 1 << 18},
		{"pieces 43690", 1 << 18}, // the most that is rehearsed
		{"pieces 131073", 1 << 19},
		{"find 5000", 4},
		{"doubt 99", 4},
	} {
		if raced && c.body == 1<<19 {
			continue // it takes its time
		}
		f, size := file(t, "TOY:"+c.do+"\n"+strings.Repeat("a", c.body))
		got, err := p.Plan(bg, f, size, scrub.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := apply.Direct(engine).Plan(bg, f, size, scrub.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, valid(want)) {
			t.Errorf("%s: another plan", c.do)
		}
		again, err := p.Plan(bg, f, size, scrub.Options{Known: got.Map})
		if err != nil || !reflect.DeepEqual(again, got) {
			t.Errorf("%s, with known payload: another plan, %v", c.do, err)
		}
	}
	// 64 MiB, and what is left lying by a collector that comes late, on a busy machine.
	if most := peak(t, pid(t, p)); !raced && most > 80<<20 {
		t.Errorf("the worker took %d MiB", most>>20)
	}
}

// peak is the most memory that a process has had, in bytes.
func peak(t *testing.T, pid int) (n int64) {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(b), "VmHWM:")
	if _, err := fmt.Sscan(after, &n); err != nil {
		t.Fatal(err)
	}
	return n << 10
}

// The kernel ends children with the thread that started them; a pool's live on.
func TestStarterLeaves(t *testing.T) {
	var p *Pool
	done := make(chan error)
	for range 3 {
		go func() {
			runtime.LockOSThread() // the thread ends with the goroutine
			var err error
			if p, err = Start(Options{Engine: engine, Workers: 1}); err == nil {
				_, err = p.Status()
			}
			done <- err
		}()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
		if all := leaktest.Children(); len(all) != 1 || strings.HasSuffix(all[0], "Z") {
			t.Error(all)
		}
		serves(t, p)
		p.Close()
	}
}

// The options reach the parser.
func TestOptions(t *testing.T) {
	p := start(t, Options{Workers: 1})
	f, size := file(t, "TOY:known\nbody")
	opt := scrub.Options{
		Policy: scrub.Policy{Keep: []scrub.Kind{scrub.Person}},
		Known:  []scrub.Span{{Off: 0, Len: 10, Role: scrub.Structure}, {Off: 10, Len: 4, Role: scrub.Payload}},
	}
	got, err := p.Plan(bg, f, size, opt)
	if err != nil {
		t.Fatal(err)
	}
	want, err := apply.Direct(engine).Plan(bg, f, size, opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Findings) != 2 || got.Findings[0].Value != want.Findings[0].Value || got.Findings[0].Value != "14 true" || got.Findings[1].Goes {
		t.Errorf("%+v", got.Findings)
	}
}

func TestCompact(t *testing.T) {
	p := start(t, Options{Workers: 1})
	f, size := file(t, "TOY:plain\nbody")
	got, err := p.Compact(bg, f, size, scrub.Options{})
	want := &scrub.Rewrite{Size: size, Read: size, Changes: []scrub.Change{{Len: 2, Data: []byte("TO")}, {Off: 10, Len: 4}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	f, size = file(t, "TOY:full\nbody")
	if got, err := p.Compact(bg, f, size, scrub.Options{}); got != nil || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	f, size = file(t, "TOY:broken\nbody")
	if got, err := p.Compact(bg, f, size, scrub.Options{}); got != nil || !scrub.Refusal(err) || err.Error() != "toy: a word that can't be\uFFFD\uFFFD[31m at 0x4" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Through a worker, each real file has the plan that it has without one.
func TestPlansAreTheSame(t *testing.T) {
	p := start(t, Options{Workers: 2})
	direct := apply.Direct(engine)
	for _, name := range samples(t) {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		st, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		want, wrong := direct.Plan(bg, f, st.Size(), scrub.Options{})
		got, err := p.Plan(bg, f, st.Size(), scrub.Options{})
		f.Close()
		if got != nil && want != nil && got.Read < want.Read { // a worker knows of holes
			got.Read = want.Read
		}
		if fmt.Sprint(err) != fmt.Sprint(wrong) {
			t.Errorf("%s: %v, not %v", filepath.Base(name), err, wrong)
		} else if err == nil && !reflect.DeepEqual(got, valid(want)) {
			t.Errorf("%s: another plan", filepath.Base(name))
		}
	}
}

// samples are files of a corpus, if there is one: some, or all if it is named.
func samples(t *testing.T) (names []string) {
	t.Helper()
	dir := os.Getenv("UNTAG_CORPUS")
	every := 1
	if dir == "" {
		dir, every = filepath.Join(scrubtest.ModuleRoot(t), "../shared/corpus"), 12
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && rand.IntN(every) == 0 {
			names = append(names, path)
		}
		return nil
	})
	if len(names) == 0 {
		t.Skip("no corpus")
	}
	return names
}

// valid is the plan as it comes from a worker: with all text as UTF-8, and with nil for
// a list of nothing.
func valid(p *scrub.Plan) *scrub.Plan {
	text := func(s *string) { *s = strings.ToValidUTF8(*s, "\uFFFD") }
	for i := range p.Map {
		text(&p.Map[i].Place)
	}
	for i := range p.Findings {
		text(&p.Findings[i].Place)
		text(&p.Findings[i].Value)
	}
	for i := range p.Doubts {
		text(&p.Doubts[i])
	}
	text(&p.Refused)
	if len(p.Findings) == 0 {
		p.Findings = nil
	}
	if len(p.Edits) == 0 {
		p.Edits = nil
	}
	if len(p.Doubts) == 0 {
		p.Doubts = nil
	}
	return p
}

func TestWarm(t *testing.T) {
	p := start(t, Options{Workers: 2, Lazy: true})
	p.Warm(bg, 1)
	one := workers(p)
	p.Warm(bg, 5)
	if two := workers(p); len(one) != 1 || len(two) != 2 || !slices.Contains(two, one[0]) {
		t.Errorf("first %v, then %v", one, two)
	}
	busy, err := p.take(bg)
	if err != nil {
		t.Fatal(err)
	}
	p.Warm(bg, 2) // waits for nobody
	p.leave(busy)
	serves(t, p)
	ctx, cancel := context.WithCancel(bg)
	cancel()
	p.Warm(ctx, 2)
	p.Close()
	p.Warm(bg, 2)
}

// workers are the processes that run while nobody is served.
func workers(p *Pool) (pids []int) {
	var all []*place
	for range p.opt.Workers {
		pl, err := p.take(bg)
		if err != nil {
			return nil
		}
		all = append(all, pl)
	}
	for _, pl := range all {
		if pl.worker != nil {
			pids = append(pids, pl.worker.proc.Pid)
		}
		p.leave(pl)
	}
	return pids
}
