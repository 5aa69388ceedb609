package apply

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/testkit"
	"untag/platform/walk"
	"untag/scrub"
)

// What other programs do to the files meanwhile.

func TestInUse(t *testing.T) {
	content := sample(1)
	for _, tt := range []struct {
		name  string
		flags int
	}{{"read", os.O_RDONLY}, {"written", os.O_RDWR}} {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, t.TempDir(), "a.toy", content)
			f, err := os.OpenFile(path, tt.flags, 0)
			if err != nil {
				t.Fatal(err)
			}
			refused(t, path, content, ErrInUse)
			f.Close()
			if o := cleanOne(t, Options{}, path); o.Status != Cleaned {
				t.Errorf("once it is closed: %+v", o)
			}
		})
	}
}

// Somebody who has a short look is waited for.
func TestShortLookIsWaitedFor(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", sample(1))
	f := mustOpen(t, path)
	k := newSpy()
	k.before = func(op string, _ int) error {
		if op == "lease" && k.count("lease") == 2 {
			f.Close()
		}
		return nil
	}
	if o := cleanOne(t, Options{kernel: k}, path); o.Status != Cleaned || k.count("lease") != 2 {
		t.Errorf("%+v after %d tries", o, k.count("lease"))
	}
}

// forking starts a process that takes long to become another program: until then it has
// the file that is planned.
type forking struct {
	Planner
	once *sync.Once
}

func (p forking) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	p.once.Do(func() {
		child, err := unix.FcntlInt(f.Fd(), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			panic(err)
		}
		syscall.ForkLock.Lock()
		time.AfterFunc(2*leaseTries*leaseWait, func() {
			unix.Close(child)
			syscall.ForkLock.Unlock()
		})
	})
	return p.Planner.Plan(ctx, f, size, opt)
}

// A worker that is being started is not somebody who has the file open.
func TestOwnWorkerIsWaitedFor(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", sample(1))
	got := overlapping(t.Context(), t, filepath.Dir(path), forking{Direct(toyEngine), new(sync.Once)}, Options{})
	if got[path].Status != Cleaned {
		t.Errorf("%+v", got[path])
	}
}

// A drive that answers nothing keeps no process from being started, as workers for other drives
// are: nothing is asked of it where that has to wait.
func TestProcessesStartMeanwhile(t *testing.T) {
	k := newSpy()
	k.before = func(op string, _ int) error {
		if !testkit.Within(5*time.Second, syscall.ForkLock.TryLock) { // others may start one
			t.Errorf("%s while none can start", op)
			return nil
		}
		syscall.ForkLock.Unlock()
		return nil
	}
	if o := cleanOne(t, Options{kernel: k}, put(t, t.TempDir(), "a.toy", sample(1))); o.Status != Cleaned {
		t.Errorf("%+v", o)
	}
}

func init() { helpers["lease"] = holdLease }

// holdLease holds a lease on a file until its input ends.
func holdLease() {
	f, err := os.OpenFile(os.Getenv("UNTAG_TEST_PATH"), os.O_RDWR, 0)
	if err == nil {
		err = linux{}.lease(f)
	}
	fmt.Println(err)
	bufio.NewReader(os.Stdin).ReadString('\n')
}

func TestLeaseOfAnotherProcess(t *testing.T) {
	content := sample(1)
	path := put(t, t.TempDir(), "a.toy", content)
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), "UNTAG_TEST_HELPER=lease", "UNTAG_TEST_PATH="+path)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "<nil>\n" {
		t.Skipf("the file system gives no leases: %s %v", line, err)
	}
	start := time.Now()
	o := cleanOne(t, Options{}, path)
	if o.Status != Failed || !errors.Is(o.Err, ErrInUse) {
		t.Errorf("%+v", o)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("waited for %v", took)
	}
	in.Close()
	cmd.Wait()
	if string(get(t, path)) != string(content) {
		t.Error("the file changed")
	}
}

// While it is changed, nobody else can open the file without waiting.
func TestOthersWaitWhileItIsChanged(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", sample(1))
	k := newSpy()
	refused := 0
	k.before = func(op string, _ int) error {
		if strings.HasPrefix(op, "write") {
			fd, err := unix.Open(path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
			if err == unix.EAGAIN {
				refused++
			} else if err == nil {
				unix.Close(fd)
			}
		}
		return nil
	}
	if o := cleanOne(t, Options{kernel: k}, path); o.Status != Cleaned || refused == 0 {
		t.Errorf("%d refused, %+v", refused, o)
	}
}

// planFunc lets a test come between.
type planFunc func(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error)

func (p planFunc) Formats() []scrub.Format { return toyEngine.Formats() }

func (p planFunc) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	return p(ctx, f, size, opt)
}

// plannedBy cleans one file with a planner of the test's own.
func plannedBy(t *testing.T, opt Options, path string, p planFunc) (o Outcome) {
	t.Helper()
	root, err := walk.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := Run(context.Background(), []*walk.Root{root}, p, opt, func(got Outcome) { o = got }); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestChangedMeanwhile(t *testing.T) {
	honest := Direct(toyEngine).Plan
	for _, tt := range []struct {
		name    string
		call    int // before the return of which plan: 1 is the first, 2 the proof
		meddle  func(path string)
		err     error
		content func(before []byte) []byte // what the file has to be afterwards; nil for cleaned
	}{
		{"appended to while planned", 1, func(p string) { appendTo(p, "more") }, ErrChanged, func(b []byte) []byte { return append(b, "more"...) }},
		{"same size, other bytes", 1, func(p string) { writeAt(p, "x", 30) }, ErrChanged, nil},
		{"cut short while planned", 1, func(p string) { os.Truncate(p, 10) }, ErrChanged, func(b []byte) []byte { return b[:10] }},
		{"removed while planned", 1, func(p string) { os.Remove(p) }, ErrGone, func([]byte) []byte { return nil }},
		{"touched while proven", 2, func(p string) { os.Chtimes(p, time.Now(), time.Now()) }, ErrChanged, nil},
		{"written while proven", 2, func(p string) { writeAt(p, "NAME", 20) }, ErrChanged, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			content := sample(1)
			path := put(t, t.TempDir(), "a.toy", content)
			calls := 0
			o := plannedBy(t, Options{}, path, func(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
				plan, err := honest(ctx, f, size, opt)
				if calls++; calls == tt.call {
					time.Sleep(20 * time.Millisecond) // the clock of the file system is that coarse
					tt.meddle(path)
				}
				return plan, err
			})
			if o.Status != Failed || !errors.Is(o.Err, tt.err) {
				t.Errorf("%+v", o)
			}
			if tt.content == nil {
				return
			}
			got, _ := os.ReadFile(path)
			if string(got) != string(tt.content(content)) {
				t.Error("the file was changed after somebody else changed it")
			}
		})
	}
}

func appendTo(path, s string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		f.WriteString(s)
		f.Close()
	}
}

func writeAt(path, s string, off int64) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		f.WriteAt([]byte(s), off)
		f.Close()
	}
}

// Between plan and performing the file is exchanged for another one: that one
// stays as it is.
func TestReplacedBeforeWriting(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "a.toy", sample(1))
	other := put(t, dir, "other", sample(2))
	want := string(get(t, other))
	k := newSpy()
	k.before = func(op string, _ int) error {
		if op == "lease" {
			os.Rename(other, path)
		}
		return nil
	}
	o := cleanOne(t, Options{kernel: k}, path)
	if string(get(t, path)) != want {
		t.Error("the other file was changed")
	}
	if o.Status != Failed || !errors.Is(o.Err, ErrChanged) {
		t.Errorf("%+v", o)
	}
}

// A planner is not trusted: what it may not touch stays untouched.
func TestUnsoundPlans(t *testing.T) {
	content := sample(1)
	for _, tt := range []struct {
		name string
		plan scrub.Plan
	}{
		{"edit outside", scrub.Plan{Edits: []scrub.Edit{{Off: 1 << 40, Len: 1, Phase: scrub.Destroy}}}},
		{"edit on the payload", scrub.Plan{Map: []scrub.Span{{Off: 0, Len: int64(len(content)), Role: scrub.Payload}}, Edits: []scrub.Edit{{Off: 0, Len: 1, Phase: scrub.Destroy}}}},
		{"another length", scrub.Plan{Edits: []scrub.Edit{{Off: 0, Len: 9, Data: []byte("x"), Phase: scrub.Destroy}}}},
		{"no map", scrub.Plan{Map: []scrub.Span{}}},
		{"for another file", scrub.Plan{Size: 5, Map: []scrub.Span{{Off: 0, Len: 5, Role: scrub.Structure}}}},
		{"end beyond", scrub.Plan{End: 1 << 40}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, t.TempDir(), "a.toy", content)
			o := plannedBy(t, Options{}, path, func(_ context.Context, _ *os.File, size int64, _ scrub.Options) (*scrub.Plan, error) {
				p := tt.plan
				if p.Size == 0 {
					p.Size = size
				}
				if p.End == 0 {
					p.End = p.Size
				}
				if p.Map == nil {
					p.Map = []scrub.Span{{Off: 0, Len: p.Size, Role: scrub.Identify}}
				}
				return &p, nil
			})
			if o.Status != Failed || !errors.Is(o.Err, ErrPlan) {
				t.Errorf("%+v", o)
			}
			if string(get(t, path)) != string(content) {
				t.Error("the file changed")
			}
		})
	}
}

// A plan whose performing never leads to a clean file is no success, and ends.
func TestNeverClean(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", make([]byte, 100))
	calls := 0
	o := plannedBy(t, Options{}, path, func(_ context.Context, _ *os.File, size int64, _ scrub.Options) (*scrub.Plan, error) {
		calls++
		return &scrub.Plan{
			Format: "toy", Size: size, End: size, Map: []scrub.Span{{Off: 0, Len: size, Role: scrub.Identify}},
			Edits: []scrub.Edit{{Off: 0, Len: 1, Fill: byte(calls), Phase: scrub.Destroy}},
		}, nil
	})
	if o.Status != Failed || !errors.Is(o.Err, ErrNotProven) || calls != 1+maxRounds {
		t.Errorf("%d plans, %+v", calls, o)
	}
}

// A second plan that finds the payload elsewhere proves nothing.
func TestPayloadMoved(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", make([]byte, 100))
	calls := 0
	o := plannedBy(t, Options{}, path, func(_ context.Context, _ *os.File, size int64, _ scrub.Options) (*scrub.Plan, error) {
		calls++
		p := &scrub.Plan{Format: "toy", Size: size, End: size, Map: []scrub.Span{{Off: 0, Len: 50, Role: scrub.Identify}, {Off: 50, Len: 50, Role: scrub.Payload}}}
		if calls == 1 {
			p.Edits = []scrub.Edit{{Off: 0, Len: 1, Fill: 7, Phase: scrub.Destroy}}
		} else {
			p.Map[0].Len, p.Map[1].Off, p.Map[1].Len = 60, 60, 40
		}
		return p, nil
	})
	if o.Status != Failed || !errors.Is(o.Err, ErrNotProven) {
		t.Errorf("%+v", o)
	}
}

// What could not be parsed before its marks were removed may be a medium that
// can, and is cleaned then.
func TestMarkInTheWay(t *testing.T) {
	content := sample(1)
	path := put(t, t.TempDir(), "a.toy", append(content[:len(content):len(content)], "MARK"...))
	honest := Direct(toyEngine).Plan
	shallow := Options{Scrub: scrub.Options{Depth: scrub.DepthIndex}}
	o := plannedBy(t, shallow, path, func(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
		if size == int64(len(content))+4 {
			return &scrub.Plan{
				Size: size, End: size - 4, Refused: "something is in the way", Map: []scrub.Span{{Off: 0, Len: size, Role: scrub.Identify}},
				Findings: []scrub.Finding{{Kind: scrub.Mark, Off: size - 4, Len: 4, Goes: true}},
				Edits:    []scrub.Edit{{Off: size - 4, Len: 4, Phase: scrub.Destroy}},
			}, nil
		}
		return honest(ctx, f, size, opt)
	})
	if o.Status != Cleaned || o.Format != "toy" || len(o.Reasons) != 0 || len(o.Findings) < 4 || o.Depth != scrub.DepthIndex {
		t.Errorf("%+v", o)
	}
	noTags(t, get(t, path), secret, "MARK")
}

// One file under many names, and roots that overlap, are no other program.
func TestManyNamesOfOneFile(t *testing.T) {
	dir := t.TempDir()
	path := put(t, dir, "a.toy", sample(1))
	for i := range 200 {
		if err := os.Link(path, filepath.Join(dir, fmt.Sprintf("name %d.toy", i))); err != nil {
			t.Skip("no hard links here: ", err)
		}
	}
	got := clean(t, Options{Jobs: 4}, dir)
	cleaned := 0
	for p, o := range got {
		if o.Status == Cleaned {
			cleaned++
		} else if o.Status != Clean {
			t.Errorf("%s: %+v", p, o)
		}
		if o.Links != 201 {
			t.Errorf("%s: %d links", p, o.Links)
		}
	}
	if cleaned != 1 || len(got) != 201 {
		t.Errorf("%d cleaned of %d", cleaned, len(got))
	}
}

func TestOverlappingRoots(t *testing.T) {
	dir := t.TempDir()
	sub := filepath.Join(dir, "sub")
	if err := os.Mkdir(sub, 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		put(t, sub, fmt.Sprintf("%d.toy", i), sample(i))
	}
	root := func(p string) *walk.Root {
		r, err := walk.Open(p)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { r.Close() })
		return r
	}
	n := 0
	err := Run(context.Background(), []*walk.Root{root(dir), root(sub), root(sub)}, Direct(toyEngine), Options{Jobs: 4}, func(o Outcome) {
		n++
		if o.Status != Cleaned && o.Status != Clean {
			t.Errorf("%+v", o)
		}
	})
	if err != nil || n != 60 {
		t.Errorf("%d outcomes, %v", n, err)
	}
}

// Nobody looks at a drive that is mounted in a folder, unless it is named too: so
// it can't be passed over.
func TestMountInFolder(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "here.toy", sample(1))
	mnt := filepath.Join(dir, "mnt")
	if err := os.Mkdir(mnt, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("none", mnt, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("needs the right to mount: ", err)
	}
	defer unix.Unmount(mnt, unix.MNT_DETACH)
	put(t, mnt, "there.toy", sample(2))
	for _, tt := range []struct {
		paths []string
		want  map[string]Status
	}{
		{[]string{dir}, map[string]Status{"here.toy": Cleaned, "mnt": Failed}},
		{[]string{dir, mnt}, map[string]Status{"here.toy": Clean, "mnt/there.toy": Cleaned}},
	} {
		var roots []*walk.Root
		for _, p := range tt.paths {
			r, err := walk.Open(p)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			roots = append(roots, r)
		}
		got := map[string]Status{}
		err := Run(context.Background(), roots, Direct(toyEngine), Options{}, func(o Outcome) {
			got[strings.TrimPrefix(o.Path, dir+"/")] = o.Status
			if o.Status == Failed && !errors.Is(o.Err, walk.ErrMount) {
				t.Error(o.Err)
			}
		})
		if err != nil || !maps.Equal(got, tt.want) {
			t.Errorf("%q: %v, %v", tt.paths, got, err)
		}
	}
}

func init() { helpers["swap"] = swap }

// swap exchanges names in a folder for ever.
func swap() {
	dir := os.Getenv("UNTAG_TEST_PATH")
	fmt.Println("swapping")
	for {
		for _, pair := range [][2]string{{"folder", "to folder"}, {"folder/a.toy", "folder/to file"}, {"to folder/a.toy", "to folder/to file"}} {
			unix.Renameat2(unix.AT_FDCWD, filepath.Join(dir, pair[0]), unix.AT_FDCWD, filepath.Join(dir, pair[1]), unix.RENAME_EXCHANGE)
		}
	}
}

// Another program keeps swapping files and folders for links that lead out.
// Nothing outside is changed.
func TestSymlinkRace(t *testing.T) {
	for _, compact := range []bool{false, true} {
		dir, outside := t.TempDir(), t.TempDir()
		victim := put(t, outside, "a.toy", append(sample(1), "victim"...))
		want := string(get(t, victim))
		was := stat(t, victim)
		if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
			t.Fatal(err)
		}
		os.Symlink(outside, filepath.Join(dir, "to folder"))
		os.Symlink(victim, filepath.Join(dir, "folder/to file"))
		put(t, filepath.Join(dir, "folder"), "a.toy", sample(2))
		cmd := exec.Command("/proc/self/exe")
		cmd.Env = append(os.Environ(), "UNTAG_TEST_HELPER=swap", "UNTAG_TEST_PATH="+dir)
		out, _ := cmd.StdoutPipe()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		bufio.NewReader(out).ReadString('\n')
		outcomes := map[Status]int{}
		end := time.Now().Add(2 * time.Second)
		for time.Now().Before(end) {
			// A new file with tags each time, wherever it ends up.
			os.WriteFile(filepath.Join(dir, "folder", "a.toy.new"), sample(3), 0o644)
			unix.Renameat2(unix.AT_FDCWD, filepath.Join(dir, "folder", "a.toy.new"), unix.AT_FDCWD, filepath.Join(dir, "folder", "b.toy"), 0)
			for _, o := range clean(t, Options{Compact: compact}, dir) {
				outcomes[o.Status]++
			}
			os.Remove(filepath.Join(outside, "a.toy.new"))
			os.Remove(filepath.Join(outside, "b.toy"))
		}
		cmd.Process.Kill()
		cmd.Wait()
		now := stat(t, victim)
		if string(get(t, victim)) != want || !same(&was, &now) {
			t.Error("the file outside was changed")
		}
		if outcomes[Cleaned] == 0 {
			t.Errorf("the test saw nothing: %v", outcomes)
		}
		t.Log(outcomes)
	}
}
