package watch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

const settle = 150 * time.Millisecond

// scene is a watched folder.
type scene struct {
	*testing.T
	dir string
	w   *Watcher
}

func newScene(t *testing.T, opt Options) *scene {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	opt.Settle = settle
	w, err := New(dir, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	s := &scene{t, dir, w}
	s.watch("")
	return s
}

func (s *scene) watch(rel string) {
	s.Helper()
	if err := s.w.Watch(rel); err != nil {
		s.Fatalf("%q: %v", rel, err)
	}
}

func (s *scene) path(rel string) string { return filepath.Join(s.dir, rel) }

func (s *scene) mkdir(rel string) {
	s.Helper()
	s.must(os.MkdirAll(s.path(rel), 0o755))
}

func (s *scene) write(rel, text string) {
	s.Helper()
	s.must(os.WriteFile(s.path(rel), []byte(text), 0o644))
}

func (s *scene) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// all returns what happens until it has been quiet for a while. Folders end in "/".
func (s *scene) all() (got []string, lost bool) {
	s.Helper()
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); {
		select {
		case <-s.w.Ready():
		case <-time.After(4 * settle):
			if len(s.w.Waiting()) == 0 {
				slices.Sort(got)
				return got, lost
			}
			continue
		}
		c := s.w.Take()
		for _, f := range c.Files {
			got = append(got, f.Rel)
		}
		for _, f := range c.Folders {
			got = append(got, f+"/")
			s.watch(f)
		}
		lost = lost || c.Lost
	}
	s.Fatal("it never gets quiet")
	return nil, false
}

func (s *scene) want(want ...string) {
	s.Helper()
	if got, _ := s.all(); !slices.Equal(got, want) {
		s.Errorf("got %q, want %q", got, want)
	}
}

func TestEvents(t *testing.T) {
	tests := map[string]struct {
		before func(*scene)
		do     func(*scene)
		want   []string
	}{
		"a new file":              {do: func(s *scene) { s.write("a.jpg", "x") }, want: []string{"a.jpg"}},
		"a name with odd letters": {do: func(s *scene) { s.write("a\nb\xff [1].jpg", "x") }, want: []string{"a\nb\xff [1].jpg"}},
		"written to": {
			before: func(s *scene) { s.write("a", "x") },
			do:     func(s *scene) { s.write("a", "yy") },
			want:   []string{"a"},
		},
		"moved into place": {
			before: func(s *scene) { s.write("a.part", "x") },
			do:     func(s *scene) { s.must(os.Rename(s.path("a.part"), s.path("a.jpg"))) },
			want:   []string{"a.jpg", "a.part"},
		},
		"read only": {
			before: func(s *scene) { s.write("a", "x") },
			do:     func(s *scene) { _, err := os.ReadFile(s.path("a")); s.must(err) },
		},
		"our own copies": {do: func(s *scene) { s.write(".untag-0badcafe-a.jpg.tmp", "x") }},
		"removed": {
			before: func(s *scene) { s.write("a", "x") },
			do:     func(s *scene) { s.must(os.Remove(s.path("a"))) },
			want:   []string{"a"},
		},
		"a new folder": {do: func(s *scene) { s.mkdir("d") }, want: []string{"d/"}},
		"in a folder that was moved": {
			before: func(s *scene) { s.mkdir("a/sub"); s.all(); s.watch("a"); s.watch("a/sub") },
			do: func(s *scene) {
				s.must(os.Rename(s.path("a"), s.path("b")))
				if got, _ := s.all(); !slices.Equal(got, []string{"a", "b/"}) {
					s.Errorf("the move: %q", got)
				}
				s.watch("b/sub")
				s.write("b/one", "x")
				s.write("b/sub/two", "x")
			},
			want: []string{"b/one", "b/sub/two"},
		},
		"in folders that were exchanged": {
			before: func(s *scene) {
				s.mkdir("a")
				s.mkdir("b")
				s.all()
				s.write("a/in-a", "x")
				s.write("b/in-b", "x")
			},
			do: func(s *scene) {
				s.must(unix.Renameat2(unix.AT_FDCWD, s.path("a"), unix.AT_FDCWD, s.path("b"), unix.RENAME_EXCHANGE))
				s.all()
				s.write("a/in-b", "yy")
				s.write("b/in-a", "yy")
			},
			want: []string{"a/in-b", "b/in-a"},
		},
		"a folder with files removed": {
			before: func(s *scene) { s.mkdir("a"); s.all(); s.write("a/x", "x") },
			do:     func(s *scene) { s.must(os.RemoveAll(s.path("a"))) },
			want:   []string{"a", "a/x"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, Options{})
			if test.before != nil {
				test.before(s)
				s.all()
			}
			test.do(s)
			s.want(test.want...)
		})
	}
}

// A file that grows is told of once, when it has stopped to.
func TestGrowing(t *testing.T) {
	s := newScene(t, Options{})
	s.w.SetSettle(10 * settle) // no pause of a busy machine is as long
	f, err := os.Create(s.path("film"))
	s.must(err)
	defer f.Close()
	for range 40 {
		_, err := f.Write(make([]byte, 1000))
		s.must(err)
		time.Sleep(settle / 3)
		if c := s.w.Take(); len(c.Files) > 0 {
			t.Fatal("told of while it grew")
		}
	}
	s.want("film")
}

func TestNoMoreWatches(t *testing.T) {
	s := newScene(t, Options{Folders: 2})
	s.must(os.Mkdir(s.path("a"), 0o755))
	s.all() // watches it
	s.must(os.Mkdir(s.path("b"), 0o755))
	if err := s.w.Watch("b"); !errors.Is(err, ErrNoWatches) {
		t.Errorf("the third of two folders: %v", err)
	}
	s.watch("a") // again
	s.w.Take()
	s.must(os.Remove(s.path("a")))
	s.all()
	s.watch("b") // there is room now
}

// The kernel's queue holds max_queued_events; what comes after is lost, which
// must be told.
func TestOverflow(t *testing.T) {
	s := newScene(t, Options{})
	s.w.fs.Errors <- errors.New("overflow") // as fsnotify does
	if _, lost := s.all(); !lost {
		t.Error("nothing was lost")
	}
	s.write("a", "x")
	if got, lost := s.all(); lost || len(got) != 1 {
		t.Errorf("afterwards: %q, lost %v", got, lost)
	}
}

func TestCloseWhileBusy(t *testing.T) {
	for i := range 20 {
		s := newScene(t, Options{})
		stop := make(chan struct{})
		done := make(chan struct{})
		go func() {
			defer close(done)
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
					os.WriteFile(s.path(fmt.Sprint(n%100)), nil, 0o644)
				}
			}
		}()
		time.Sleep(time.Duration(i) * time.Millisecond)
		s.w.Close()
		s.w.Close()
		close(stop)
		<-done
	}
}

// fsnotify holds its lock until an error is taken, as of a folder that was moved out of what is
// watched and is gone before it reads of that, and who adds a watch holds ours and waits for that one.
func TestErrorsAreTakenMeanwhile(t *testing.T) {
	s := newScene(t, Options{})
	s.w.mu.Lock()
	for range 2 {
		select {
		case s.w.fs.Errors <- unix.EINVAL:
		case <-time.After(10 * time.Second):
			t.Error("an error waits for who adds a watch")
		}
	}
	s.w.mu.Unlock()
	if !s.w.Take().Lost {
		t.Error("what may be lost is not told")
	}
}

func TestMovedOutAndGone(t *testing.T) {
	s := newScene(t, Options{})
	s.mkdir("out")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 1000 {
			name := fmt.Sprint("in", i)
			os.Mkdir(s.path(name), 0o755)
			s.w.Watch(name)
			os.Rename(s.path(name), s.path("out/"+name))
			os.Remove(s.path("out/" + name))
		}
		s.w.Close()
	}()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("hangs")
	}
}
