package station

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"untag/platform/apply"
	"untag/platform/config"
	"untag/platform/drive"
	"untag/platform/testkit"
	"untag/platform/walk"
	"untag/samples"
	"untag/scrub"
	"untag/scrub/formats"
)

const settle = 200 * time.Millisecond

var photo = samples.Get("jpeg/exif-ii")

// spy is a planner that notes what it is asked, and can be slow or fail.
type spy struct {
	apply.Planner
	before func(ctx context.Context, path string) error

	mu    sync.Mutex
	asked []string // base names
}

func newSpy() *spy { return &spy{Planner: apply.Direct(formats.Engine())} }

func (s *spy) Plan(ctx context.Context, f *os.File, size int64, opt scrub.Options) (*scrub.Plan, error) {
	if len(opt.Known) == 0 { // not a proof
		s.mu.Lock()
		s.asked = append(s.asked, filepath.Base(f.Name()))
		s.mu.Unlock()
	}
	if s.before != nil {
		if err := s.before(ctx, f.Name()); err != nil {
			return nil, err
		}
	}
	return s.Planner.Plan(ctx, f, size, opt)
}

func (s *spy) list() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.asked...)
}

// scene is a station at work on folders.
type scene struct {
	testing.TB
	*Station
	spy    *spy
	events chan drive.Event
	log    *testkit.Buffer
	stop   func()
}

func testConfig() config.Config {
	c := config.Default()
	c.Action, c.Settle = config.Scrub, settle
	return c
}

// begin starts a station. Options that are not set are chosen.
func begin(t testing.TB, opt Options) *scene {
	t.Helper()
	s := &scene{TB: t, spy: newSpy(), events: make(chan drive.Event), log: &testkit.Buffer{}}
	if opt.Planners == nil {
		opt.Planners = Shared(s.spy)
	}
	if opt.Config.Profile == "" {
		opt.Config = testConfig()
	}
	opt.Log = zerolog.New(s.log).Level(zerolog.InfoLevel)
	s.Station = New(opt)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, s.events) }()
	s.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the station: %v", err)
		}
	})
	t.Cleanup(s.stop)
	return s
}

// mount has the station serve a folder as the drive id.
func (s *scene) mount(id uint64, dir string) {
	s.events <- drive.Event{Kind: drive.Mounted, Drive: drive.Drive{ID: id, MountPoint: dir}}
}

func (s *scene) of(id uint64) DriveState {
	for _, d := range s.Snapshot() {
		if d.Drive.ID == id {
			return d
		}
	}
	return DriveState{State: Gone}
}

// await waits until ok.
func (s *scene) await(what string, ok func() bool) {
	s.Helper()
	if !testkit.Within(20*time.Second, ok) {
		s.Fatalf("never: %s; %+v\n%s", what, s.Snapshot(), s.log)
	}
}

// quiet waits until the drive has nothing to do any more.
func (s *scene) quiet(id uint64) DriveState {
	s.Helper()
	calm := time.Now()
	s.await("quiet", func() bool {
		if d := s.of(id); d.State == Cleaning || d.State == Checking || d.State == Settling || d.State == "" {
			calm = time.Now()
		}
		return time.Since(calm) > 3*settle
	})
	return s.of(id)
}

// drop puts a file into the folder, some time ago, unless age is 0.
func drop(t testing.TB, path string, data []byte, age time.Duration) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	if age != 0 {
		when := time.Now().Add(-age)
		if err := os.Chtimes(path, when, when); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// secret tells whether the file still gives something away.
func secret(t testing.TB, path string) bool {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return holdsSecret(data)
}

func holdsSecret(data []byte) bool {
	return slices.ContainsFunc(photo.Secrets, func(s []byte) bool { return bytes.Contains(data, s) })
}

// settled waits until files that were dropped don't count as new.
func settled() { time.Sleep(settle + 50*time.Millisecond) }

func many(t testing.TB, dir string, n int) (paths []string) {
	t.Helper()
	for i := range n {
		paths = append(paths, drop(t, filepath.Join(dir, fmt.Sprintf("DCIM/%03d/IMG_%05d.JPG", i/100, i)), photo.Data, time.Hour+time.Duration(i)*time.Second))
	}
	return paths
}

func real(t testing.TB) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func rootAt(t testing.TB, dir string) *walk.Root {
	t.Helper()
	root, err := walk.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

func open(t testing.TB, path string) *os.File {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
