package sandbox

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"untag/platform/apply"
	"untag/platform/leaktest"
	"untag/scrub"
)

// Whatever a parser does, in a worker that is confined, costs the file.
func TestParserFails(t *testing.T) {
	impatient := limits{start: time.Minute, cpu: 300 * time.Millisecond, wall: time.Minute, rate: 1 << 10, slowest: 1 << 10}
	for _, c := range []struct {
		do     string
		limits limits
		err    error
		say    string
	}{
		{"panic", usual, ErrCrashed, "the parser's \uFFFD[31m\uFFFDmistake, in sandbox."},
		{"index 3", usual, ErrCrashed, "index out of range [3] with length 3, in sandbox."},
		{"deep", usual, ErrCrashed, "stack overflow"},
		{"exit 3", usual, ErrCrashed, "exit status 3"},
		{"ptrace", usual, ErrCrashed, "it made a forbidden system call"},
		{"exec", usual, ErrCrashed, "it made a forbidden system call"},
		{"peek", usual, ErrCrashed, "it made a forbidden system call"},
		{"hog 2000", usual, ErrCrashed, "memory"},
		{"spin", impatient, ErrStalled, "it computed for more than 300ms"},
		{"sleep", quick, ErrStalled, "it was given 500ms"},
		{"complain 10000", quick, ErrStalled, "it was given 500ms"}, // nobody listens
	} {
		if raced && c.say == "memory" {
			c.say = "failed to allocate" // the race detector's words
		}
		t.Run(c.do, func(t *testing.T) {
			p := start(t, Options{Workers: 1, limits: c.limits})
			got, err := plan(t, p, "TOY:"+c.do+"\nbody")
			if got != nil || !errors.Is(err, c.err) || !errors.Is(err, ErrWorker) || !errors.Is(err, apply.ErrParser) || !strings.Contains(err.Error(), c.say) {
				t.Fatalf("got %v, %v; want %v: %s", got, err, c.err, c.say)
			}
			if strings.ContainsAny(err.Error(), "\x1b\n") || len(err.Error()) > 600 {
				t.Errorf("not one short line: %q", err)
			}
			serves(t, p)
		})
	}
}

// A worker survives what is no fault of the parser.
func TestWorkerLivesOn(t *testing.T) {
	p := start(t, Options{Workers: 1})
	first := pid(t, p)
	for _, do := range []string{"refuse", "partly", "complain 3", "nap 50", "work", "signal 15", "signal 2", "signal 1", "hog 100"} {
		t.Run(do, func(t *testing.T) {
			if raced && do == "hog 100" {
				t.Skip("the race detector takes the memory that there is")
			}
			got, err := plan(t, p, "TOY:"+do+"\nbody")
			if err != nil {
				t.Fatal(err)
			}
			if do == "refuse" != (got.Refused == "toy: a refusal at 0xb is not supported") {
				t.Errorf("refused: %q", got.Refused)
			}
		})
	}
	if now := pid(t, p); now != first {
		t.Error("another worker took its place")
	}
}

// pid is the process of a pool's only worker.
func pid(t testing.TB, p *Pool) int {
	t.Helper()
	pl, err := p.take(bg)
	if err != nil {
		t.Fatal(err)
	}
	defer p.leave(pl)
	if err := p.ready(bg, pl); err != nil {
		t.Fatal(err)
	}
	return pl.worker.proc.Pid
}

// A worker that dies between two files costs none of them.
func TestWorkerDiesIdle(t *testing.T) {
	p := start(t, Options{Workers: 1})
	before := pid(t, p)
	syscall.Kill(before, syscall.SIGKILL)
	for len(leaktest.Children()) > 0 {
		time.Sleep(time.Millisecond)
	}
	serves(t, p)
	if pid(t, p) == before {
		t.Error("the dead serve")
	}
}

// A program may have been told to ignore its children: nobody hears how they end.
func TestIgnoredChildren(t *testing.T) {
	out := helper(t, "ignorant", nil)
	if out != "the parser's process failed: it crashed: nothing is known\ntoy <nil>\n" {
		t.Error(out)
	}
}

func init() {
	helpers["ignorant"] = func() {
		signal.Ignore(syscall.SIGCHLD)
		p, err := Start(Options{Engine: engine, Workers: 1})
		if err != nil {
			panic(err)
		}
		defer p.Close()
		_, err = p.Plan(bg, temp("TOY:exit 3\nbody"), 15, scrub.Options{})
		fmt.Println(err)
		plan, err := p.Plan(bg, temp("TOY:plain\nbody"), 14, scrub.Options{})
		fmt.Println(plan.Format, err)
	}
}

func TestLimits(t *testing.T) {
	for _, c := range []struct {
		size      int64
		cpu, wall time.Duration
	}{
		{0, 30 * time.Second, 330 * time.Second},
		{4 << 30, 2078 * time.Second, (2078 + 300 + 16384) * time.Second},
		{1<<63 - 1, 1<<30*time.Second + 30*time.Second, 1<<31*time.Second + 330*time.Second},
	} {
		if cpu, wall := usual.cpuFor(c.size), usual.wallFor(c.size); cpu != c.cpu || wall != c.wall {
			t.Errorf("%d bytes: %v, %v", c.size, cpu, wall)
		}
	}
}

func TestCancel(t *testing.T) {
	p := start(t, Options{Workers: 1})
	why := errors.New("enough")
	for _, do := range []string{"sleep", "spin"} {
		f, size := file(t, "TOY:"+do+"\nbody")
		ctx, cancel := context.WithCancelCause(bg)
		begin := time.Now()
		time.AfterFunc(50*time.Millisecond, func() { cancel(why) })
		if _, err := p.Plan(ctx, f, size, scrub.Options{}); err != why {
			t.Errorf("%s: %v", do, err)
		}
		if took := time.Since(begin); took > 10*time.Second { // the worker would take longer
			t.Errorf("%s: took %v", do, took)
		}
		if _, err := p.Plan(ctx, f, size, scrub.Options{}); err != why {
			t.Errorf("%s, cancelled before: %v", do, err)
		}
		serves(t, p)
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	p := start(t, Options{Workers: 1})
	f, size := file(t, "TOY:nap 400\nbody")
	done := make(chan error)
	go func() { _, err := p.Plan(bg, f, size, scrub.Options{}); done <- err }()
	time.Sleep(100 * time.Millisecond)
	ctx, cancel := context.WithTimeout(bg, 50*time.Millisecond)
	defer cancel()
	if _, err := p.Plan(ctx, f, size, scrub.Options{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error("the one that was first:", err)
	}
}

func TestClose(t *testing.T) {
	p := start(t, Options{Workers: 3})
	errs := make(chan error)
	for range 5 { // two of them wait for a worker
		f, size := file(t, "TOY:sleep\nbody")
		go func() { _, err := p.Plan(bg, f, size, scrub.Options{}); errs <- err }()
	}
	time.Sleep(200 * time.Millisecond)
	begin := time.Now()
	go p.Close()
	for range 5 {
		if err := <-errs; err != ErrClosed {
			t.Error(err)
		}
	}
	p.Close()
	if took := time.Since(begin); took > 10*time.Second { // the worker would take longer
		t.Errorf("took %v", took)
	}
	if left := leaktest.Children(); len(left) > 0 {
		t.Error("left:", left)
	}
	if _, err := plan(t, p, "TOY:plain\nbody"); err != ErrClosed {
		t.Error(err)
	}
}

// Workers that are being got ready don't hold up the end.
func TestCloseWhileStarting(t *testing.T) {
	l := quick
	l.start = 20 * time.Second
	p := start(t, Options{Lazy: true, args: []string{os.Args[0], "hostile", "hangs"}, limits: l})
	warmed := make(chan struct{})
	go func() { p.Warm(bg, 1); close(warmed) }()
	time.Sleep(200 * time.Millisecond)
	begin := time.Now()
	p.Close()
	<-warmed
	if took := time.Since(begin); took > l.start/2 {
		t.Errorf("took %v", took)
	}
}

// A parser's reading errors mean what they mean to whoever reads the file himself.
func TestReadingErrors(t *testing.T) {
	p := start(t, Options{Workers: 1})
	f, _ := file(t, "TOY:plain\nbody")
	direct := apply.Direct(engine)
	for _, size := range []int64{1 << 20, 1 << 40} { // the file is shorter
		_, want := direct.Plan(bg, f, size, scrub.Options{})
		_, err := p.Plan(bg, f, size, scrub.Options{})
		if fmt.Sprint(err) != fmt.Sprint(want) || scrub.Refusal(err) != scrub.Refusal(want) {
			t.Errorf("%d: %v, not %v", size, err, want)
		}
	}
	if _, err := p.Plan(bg, f, -1, scrub.Options{}); err != os.ErrInvalid {
		t.Error(err)
	}
	if _, err := p.Plan(bg, os.NewFile(^uintptr(0), "none"), 1, scrub.Options{}); err == nil {
		t.Error("no file, no error")
	}
	folder, err := os.Open("/")
	if err != nil {
		t.Fatal(err)
	}
	defer folder.Close()
	if _, err := p.Plan(bg, folder, 1, scrub.Options{}); err == nil || err.Error() != "not a regular file" {
		t.Error(err)
	}
	serves(t, p)
}

func TestErrorsTravel(t *testing.T) {
	for _, c := range []struct {
		err, is error
		say     string
	}{
		{&os.PathError{Op: "read", Path: "/secret", Err: syscall.EIO}, syscall.EIO, "read /secret: input/output error"},
		{fmt.Errorf("reading: %w", scrub.ErrBudget), scrub.ErrBudget, "reading: the structure leads in circles"},
		{scrub.ErrTooMany, scrub.ErrTooMany, "too many pieces to keep account of"},
		{apply.ErrPlan, apply.ErrPlan, "the plan for it is not sound"},
		{errors.New(strings.Repeat("x", 9999)), nil, strings.Repeat("x", maxLine)},
		{errors.New("red\x1b[31m\n\xff"), nil, "red\uFFFD[31m\uFFFD\uFFFD"},
		{&scrub.FormatError{Format: "toy", Off: 7, Msg: "a \x07"}, nil, "toy: a \uFFFD at 0x7"},
		{&scrub.UnsupportedError{Format: "toy", Off: 7, Msg: "a thing"}, nil, "toy: a thing at 0x7 is not supported"},
	} {
		r := travel(t, reply{err: c.err}, 10)
		if r.err == nil || r.err.Error() != c.say {
			t.Errorf("%v: %v", c.err, r.err)
		}
		if c.is != nil && !errors.Is(r.err, c.is) {
			t.Errorf("%v is not %v", r.err, c.is)
		}
		if scrub.Refusal(r.err) != scrub.Refusal(c.err) {
			t.Errorf("%v: a refusal at one end only", r.err)
		}
	}
}
