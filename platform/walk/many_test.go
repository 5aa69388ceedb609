package walk

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A folder of more names than may be kept is gone through in their order all the same,
// each name once, also where what is made meanwhile comes before the name at hand; and
// those of folders above are read again if need be.
func TestMoreNamesThanRoom(t *testing.T) {
	dir := t.TempDir()
	var want []string
	for i := range 300 {
		rel := fmt.Sprintf("a%04d", i)
		if i%50 == 0 {
			rel = fmt.Sprintf("a%04d/b%d/c", i, i)
			for k := range 100 {
				rel := fmt.Sprintf("%s%03d", rel, k)
				write(t, filepath.Join(dir, rel))
				want = append(want, rel)
			}
			continue
		}
		write(t, filepath.Join(dir, rel))
		want = append(want, rel)
	}
	slices.Sort(want)
	top, err := newFolder(descriptor(t, dir), dir)
	must(t, err)
	var got []string
	most := 0
	const room = 20 * (slotSize + 5)
	w := walker{ctx: context.Background(), room: room, page: make([]byte, readSize)}
	w.yield = func(e *Entry, err error) bool {
		must(t, err)
		if len(got) == 30 {
			write(t, filepath.Join(dir, "A"))
			write(t, filepath.Join(dir, "zzz"))
			want = append(want, "zzz")
		}
		got = append(got, e.Rel)
		kept := 0
		for _, l := range w.stack {
			kept += l.list.names.size()
		}
		most = max(most, kept)
		return true
	}
	defer w.close()
	w.push(top)
	w.run()
	if !slices.Equal(got, want) {
		t.Errorf("got %d of %d names", len(got), len(want))
	}
	if most > 2*room {
		t.Errorf("names of %d bytes were kept, there is room for %d", most, 2*room)
	}
}

func descriptor(t *testing.T, dir string) int {
	t.Helper()
	f, err := os.Open(dir)
	must(t, err)
	defer f.Close()
	fd, err := unix.Dup(int(f.Fd()))
	must(t, err)
	return fd
}

func TestChoice(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"a.jpg", "b.raw", "raw/c.jpg", "d/e.raw", "d/f.jpg"} {
		write(t, filepath.Join(dir, name))
		must(t, os.Chtimes(filepath.Join(dir, name), old, old))
	}
	must(t, os.Symlink("a.jpg", filepath.Join(dir, "l.raw")))
	exclude := func(rel string, folder bool) bool { return folder && rel == "raw" || filepath.Ext(rel) == ".raw" }
	for _, tt := range []struct {
		choice Choice
		want   []string
	}{
		{Choice{Exclude: exclude}, []string{"a.jpg", "b.raw is excluded", "d/e.raw is excluded", "d/f.jpg", "l.raw is excluded", "raw " + ErrExcludedFolder.Error()}},
		// What keeps its times when it is copied was made here all the same.
		{Choice{Exclude: exclude, Since: old.Add(time.Minute)}, []string{"a.jpg", "b.raw is excluded", "d/e.raw is excluded", "d/f.jpg", "l.raw is excluded", "raw " + ErrExcludedFolder.Error()}},
		{Choice{Since: time.Now().Add(time.Hour)}, []string{"a.jpg has not changed since", "b.raw has not changed since", "d/e.raw has not changed since", "d/f.jpg has not changed since", "l.raw has not changed since", "raw/c.jpg has not changed since"}},
	} {
		r, err := Open(dir)
		must(t, err)
		var got []string
		n := int64(0)
		for e, err := range r.Files(context.Background(), tt.choice) {
			s := e.Rel
			if err != nil {
				s += " " + err.Error()
			} else {
				n++
			}
			if err != nil && !Left(err) {
				t.Errorf("%s: %v is no choice", e.Rel, err)
			}
			got = append(got, s)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%+v: got %q", tt.choice, got)
		}
		if all, err := Count(context.Background(), []*Root{r}, tt.choice); err != nil || all.Files != n || all.Bytes != 5*n {
			t.Errorf("counted %+v of %d, %v", all, n, err)
		}
		r.Close()
	}
}

// A copy that is being made is met by the shard of its file only.
func TestShardOfTemp(t *testing.T) {
	dir := t.TempDir()
	temp := Temp{For: "a.jpg", Sum: 7}.Name()
	write(t, filepath.Join(dir, "d/a.jpg"))
	write(t, filepath.Join(dir, "d", temp))
	met := 0
	for i := range 5 {
		files, errs := list(t, dir, Shard{I: i, N: 5})
		if len(files) == 0 {
			continue
		}
		if met++; len(errs) > 0 || !slices.Equal(files, []string{"d/" + temp, "d/a.jpg"}) {
			t.Errorf("shard %d: %q, %v", i, files, errs)
		}
	}
	if met != 1 {
		t.Errorf("%d shards have them", met)
	}
}

// What an interrupted run left may be the old file with all that was to go. No pattern that
// is meant for others, as *.tmp, leaves it there for ever, and it is never too old.
func TestChoiceOfTemp(t *testing.T) {
	dir := t.TempDir()
	a, b := Temp{For: "a.jpg", Sum: 7}.Name(), Temp{For: "b.raw", Sum: 7}.Name()
	write(t, filepath.Join(dir, a))
	write(t, filepath.Join(dir, b))
	for _, tt := range []struct {
		choice Choice
		left   []string
	}{
		{Choice{Exclude: func(rel string, _ bool) bool { return filepath.Ext(rel) == ".tmp" }}, nil},
		{Choice{Exclude: func(rel string, _ bool) bool { return filepath.Ext(rel) == ".raw" }}, []string{b}},
		{Choice{Since: time.Now().Add(time.Hour)}, nil},
	} {
		r, err := Open(dir)
		must(t, err)
		var left []string
		for e, err := range r.Files(context.Background(), tt.choice) {
			if err != nil {
				left = append(left, e.Rel)
			}
		}
		if !slices.Equal(left, tt.left) {
			t.Errorf("%+v: left out %q, want %q", tt.choice, left, tt.left)
		}
		r.Close()
	}
}
