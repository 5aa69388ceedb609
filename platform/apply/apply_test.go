package apply

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/scrub"
)

const secret = "ACME Camera 4711"

func TestStatus(t *testing.T) {
	dirty := makeToy(data(1, 3000), name(secret), data(2, 10), trailer("appended "+secret))
	for _, tt := range []struct {
		name    string
		file    string
		content []byte
		status  Status
		dry     Status // in a dry run
		media   bool
		mode    string
		reason  string
	}{
		{"clean", "a.toy", makeToy(data(1, 3000)), Clean, Clean, true, "", ""},
		{"tag and tail", "a.toy", dirty, Cleaned, Dirty, true, inPlace, ""},
		{"leftovers of an interrupted run", "a.toy", makeToy(data(1, 9), chunk{"FREE", []byte(secret)}), Cleaned, Dirty, true, inPlace, ""},
		{"doubt with a tag", "a.toy", makeToy(flaw(), name(secret), data(1, 9)), Partly, Partly, true, inPlace, "there is a flaw"},
		{"doubt without a tag", "a.toy", makeToy(flaw(), data(1, 9)), Partly, Partly, true, "", "there is a flaw"},
		{"broken", "a.toy", []byte("TOY1\x00\x00\x00\x00NAME\xff\xff\xff\xff"), Unsupported, Unsupported, true, "", "toy: chunk of 4294967295 bytes, 0 are left at 0x8"},
		{"known by name only", "a.TOY", []byte("not a toy"), Unsupported, Unsupported, true, "", "not a medium of a known format"},
		{"text", "a.txt", []byte("just text"), Unsupported, Unsupported, false, "", "not a medium of a known format"},
		{"of a format that is no medium", "a", []byte("NOTE"), Unsupported, Unsupported, false, "", "not a medium of a known format"},
		{"empty", "a.toy", nil, Clean, Clean, true, "", "it is empty"},
		{"empty, no medium", "a.txt", nil, Clean, Clean, false, "", ""},
		{"recognised under any name", "README", makeToy(data(1, 9)), Clean, Clean, true, "", ""},
		{"tag that the parser leaves", "a.toy", makeToy(chunk{"STAY", []byte("x")}), Failed, Dirty, true, "", ""},
		{"parser that panics", "a.toy", makeToy(chunk{"BANG", nil}), Failed, Failed, true, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, t.TempDir(), tt.file, tt.content)
			o := cleanOne(t, Options{DryRun: true}, path)
			if o.Status != tt.dry || o.Media != tt.media || o.Mode != "" || o.Written != 0 {
				t.Errorf("dry run: %+v", o)
			}
			if !bytes.Equal(get(t, path), tt.content) {
				t.Error("the dry run changed the file")
			}
			o = cleanOne(t, Options{}, path)
			if o.Status != tt.status || o.Media != tt.media || o.Mode != tt.mode {
				t.Errorf("%+v", o)
			}
			if (o.Err != nil) != (tt.status == Failed) {
				t.Errorf("status %s, error %v", o.Status, o.Err)
			}
			if !strings.Contains(strings.Join(o.Reasons, "\n"), tt.reason) {
				t.Errorf("reasons %q, want %q", o.Reasons, tt.reason)
			}
			if tt.status == Failed {
				return
			}
			after := get(t, path)
			noTags(t, after, secret)
			if played(after) != played(tt.content) {
				t.Error("plays otherwise than before")
			}
			if int64(len(after)) != o.NewSize || int64(len(tt.content)) != o.Size {
				t.Errorf("sizes %d and %d of %d and %d", o.Size, o.NewSize, len(tt.content), len(after))
			}
			if o.Status != Cleaned {
				return
			}
			if again := cleanOne(t, Options{}, path); again.Status != Clean || again.Written != 0 {
				t.Errorf("second run: %+v", again)
			}
		})
	}
}

func TestFindingsAreThoseOfTheFirstPlan(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", makeToy(name("one"), data(1, 5), name("two")))
	o := cleanOne(t, Options{}, path)
	var values []string
	for _, f := range o.Findings {
		values = append(values, f.Value)
	}
	if !slices.Equal(values, []string{"one", "two"}) || o.Read == 0 || o.Written == 0 || o.Depth != scrub.DepthDeep {
		t.Errorf("%+v", o)
	}
}

func TestCleanFileIsNotTouched(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", makeToy(data(1, 100)))
	old := time.Now().Add(-48 * time.Hour) // so that relatime would update it
	if err := os.Chtimes(path, old, longAgo); err != nil {
		t.Fatal(err)
	}
	before := stat(t, path)
	k := newSpy()
	cleanOne(t, Options{kernel: k}, path)
	after := stat(t, path)
	if len(k.ops) > 0 {
		t.Errorf("asked for %v", k.ops)
	}
	if before.Atim != after.Atim || before.Mtim != after.Mtim || before.Ctim != after.Ctim {
		t.Errorf("times changed: %v, %v", before, after)
	}
}

// What the kernel makes up as it is read has no size, and is not empty.
func TestNotEmpty(t *testing.T) {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	it := &item{ro: f}
	if err := unix.Fstat(int(f.Fd()), &it.at); err != nil || it.at.Size != 0 || it.empty() {
		t.Errorf("%d bytes, empty %t, %v", it.at.Size, it.empty(), err)
	}
}

func TestOrderOnTheDrive(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", makeToy(name(secret), data(1, 5), trailer("tail")))
	k := newSpy()
	if o := cleanOne(t, Options{kernel: k}, path); o.Status != Cleaned {
		t.Fatalf("%+v", o)
	}
	want := []string{
		"lease",
		"write 20+4", "datasync", // unlink
		"write 28+16", "write 65+4", "datasync", // destroy: the name and the tail
		"write 4+4", "datasync", // repair
		"truncate 65", "times", "sync",
	}
	if !slices.Equal(k.ops, want) {
		t.Errorf("got  %q\nwant %q", k.ops, want)
	}
}

func TestNoSyncForEmptyPhases(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", makeToy(data(1, 5), chunk{"FREE", []byte(secret)}))
	k := newSpy()
	cleanOne(t, Options{kernel: k}, path)
	if want := []string{"lease", "write 41+16", "times", "sync"}; !slices.Equal(k.ops, want) {
		t.Errorf("got %q, want %q", k.ops, want)
	}
}

// A file can be said to be long without taking space. Cleaning it takes none.
func TestHolesAreNotFilled(t *testing.T) {
	content := sample(1)
	path := put(t, t.TempDir(), "a.toy", content)
	const size = 100 << 30
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err = f.WriteAt([]byte(secret), size/2); err == nil {
		err = f.Truncate(size)
	}
	if err != nil || nextData(f, size/2+maxWrite, size) != size {
		t.Skip("no holes in files here: ", err)
	}
	f.Close()
	k := newSpy()
	o := cleanOne(t, Options{kernel: k}, path)
	if o.Status != Cleaned || o.Written > 16<<20 || k.count(fmt.Sprintf("write %d", int64(size/2/maxWrite*maxWrite))) != 1 {
		t.Errorf("%s, %v, %d bytes written", o.Status, o.Err, o.Written)
	}
	noTags(t, get(t, path), secret)
}

// What lies side by side is written at once, and long fills in pieces that end
// at round offsets.
func TestWritesAreGathered(t *testing.T) {
	for _, tt := range []struct {
		name  string
		edits []scrub.Edit
		want  []string
	}{
		{"side by side", []scrub.Edit{{Off: 10, Len: 2, Data: []byte("ab")}, {Off: 12, Len: 3, Fill: 7}, {Off: 15, Len: 1, Data: []byte("c")}}, []string{"write 10+6"}},
		{"apart", []scrub.Edit{{Off: 10, Len: 2, Data: []byte("ab")}, {Off: 13, Len: 3}}, []string{"write 10+2", "write 13+3"}},
		{"in stripes", []scrub.Edit{{Off: 20, Len: 16, Over: &scrub.Stripes{Step: 8, Parts: []scrub.Edit{{Off: 1, Len: 2, Data: []byte("ab")}, {Off: 6, Len: 2, Fill: 7}}}}}, []string{"write 21+2", "write 26+2", "write 29+2", "write 34+2"}},
		{"across a border", []scrub.Edit{{Off: maxWrite - 3, Len: 5, Fill: 1}}, []string{"write 1048573+3", "write 1048576+2"}},
		{"long", []scrub.Edit{{Off: 100, Len: 2 * maxWrite, Fill: 0xff}, {Off: 100 + 2*maxWrite, Len: 4, Data: []byte("last")}}, []string{"write 100+1048476", "write 1048576+1048576", "write 2097152+104"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := os.Create(filepath.Join(t.TempDir(), "f"))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			k := newSpy()
			w := writer{ctx: context.Background(), k: k, f: f, buf: make([]byte, maxWrite), wrote: func(int) {}}
			for _, e := range tt.edits {
				if err := w.edit(e); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.flush(); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(k.ops, tt.want) {
				t.Errorf("got %v, want %v", k.ops, tt.want)
			}
			for _, e := range pieces(tt.edits) {
				want := e.Data
				if want == nil {
					want = bytes.Repeat([]byte{e.Fill}, int(e.Len))
				}
				got := make([]byte, e.Len)
				if _, err := f.ReadAt(got, e.Off); err != nil || !bytes.Equal(got, want) {
					t.Errorf("at %d: %v, %v", e.Off, got[:min(8, len(got))], err)
				}
			}
		})
	}
}

// pieces are edits one by one.
func pieces(edits []scrub.Edit) (all []scrub.Edit) {
	for _, e := range edits {
		all = slices.AppendSeq(all, e.Each(e.Off, e.End()))
	}
	return all
}

func TestBatchesShareSyncs(t *testing.T) {
	const files, batch = 1000, 100
	dir := t.TempDir()
	if !syncsTogether(&item{ro: mustOpen(t, dir)}) {
		t.Skip("the file system of " + dir + " is not one of those with a shared sync")
	}
	for i := range files {
		put(t, dir, strings.Repeat("x", i%7)+string(rune('a'+i%26))+"-"+time.Duration(i).String()+".toy", makeToy(name(secret), data(i, 50), trailer("t")))
	}
	k := newSpy()
	got := clean(t, Options{Batch: batch, kernel: k}, dir)
	if len(got) != files {
		t.Fatalf("%d outcomes", len(got))
	}
	for _, o := range got {
		if o.Status != Cleaned {
			t.Fatalf("%+v", o)
		}
	}
	// Four steps a batch: unlink, destroy, repair, cut. Each ends with one syncfs
	// and one sync that has the drive empty its cache. Slow planning may make a
	// few batches smaller.
	most := 4 * (files/batch + 3)
	if n := k.count("syncfs"); n > most || n < 4 {
		t.Errorf("%d times syncfs, at most %d expected", n, most)
	}
	if n := k.count("datasync") + k.count("sync") - k.count("syncfs"); n > most {
		t.Errorf("%d times fsync and fdatasync, at most %d expected", n, most)
	}
	if n := k.count("write"); n != files*4 {
		t.Errorf("%d writes, want %d", n, files*4)
	}
}

// In a batch too, no write of a phase may come before the sync of the phase
// before.
func TestBatchKeepsOrder(t *testing.T) {
	dir := t.TempDir()
	put(t, dir, "a.toy", makeToy(name(secret), data(1, 50), trailer("t")))
	put(t, dir, "b.toy", makeToy(chunk{"FREE", []byte(secret)}, data(1, 50)))
	put(t, dir, "c.toy", makeToy(name(secret), data(1, 70)))
	k := newSpy()
	clean(t, Options{Jobs: 1, kernel: k}, dir)
	var order []string
	for _, op := range k.ops {
		kind, _, _ := strings.Cut(op, " ")
		if len(order) == 0 || order[len(order)-1] != kind {
			order = append(order, kind)
		}
	}
	want := []string{"lease", "write", "syncfs", "datasync", "write", "syncfs", "datasync", "write", "syncfs", "datasync", "truncate", "times", "syncfs", "sync"}
	if !slices.Equal(order, want) && syncsTogether(&item{ro: mustOpen(t, dir)}) {
		t.Errorf("got  %q\nwant %q", order, want)
	}
}

func TestTimes(t *testing.T) {
	dirty, cleanFile := makeToy(name(secret), data(1, 5)), makeToy(data(1, 5))
	zero := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name    string
		mtime   MTime
		content []byte
		want    func(time.Time) bool
	}{
		{"kept unless asked", "", dirty, longAgo.Equal},
		{"kept", KeepTime, dirty, longAgo.Equal},
		{"now", NowTime, dirty, func(m time.Time) bool { return time.Since(m) < time.Minute }},
		{"now leaves clean files alone", NowTime, cleanFile, longAgo.Equal},
		{"zero", ZeroTime, dirty, zero.Equal},
		{"zero for clean media too", ZeroTime, cleanFile, zero.Equal},
		{"zero leaves what is no medium", ZeroTime, []byte("text"), longAgo.Equal},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := put(t, t.TempDir(), "file", tt.content)
			if err := os.Chtimes(path, longAgo, longAgo); err != nil {
				t.Fatal(err)
			}
			o := cleanOne(t, Options{MTime: tt.mtime}, path)
			if st, err := os.Stat(path); err != nil || !tt.want(st.ModTime()) || o.Err != nil {
				t.Errorf("%v, %v, %+v", st.ModTime(), err, o)
			}
		})
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		name string
		opt  Options
		want string
	}{
		{"time", Options{MTime: "later"}, `no time "later": keep, now or zero`},
		{"policy", Options{Scrub: scrub.Options{Policy: scrub.Policy{Profile: "x"}}}, `no profile "x": device or strict`},
	} {
		if _, err := tt.opt.normal(); err == nil || err.Error() != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestProgress(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", makeToy(name(strings.Repeat("x", 3*maxWrite)), data(1, 5)))
	var stages []Stage
	var done int64
	clean(t, Options{Progress: func(e Event) {
		if e.Path != path || e.Done > e.Total {
			t.Errorf("%+v", e)
		}
		if len(stages) == 0 || stages[len(stages)-1] != e.Stage {
			stages = append(stages, e.Stage)
		}
		if e.Stage == Writing {
			done = max(done, e.Done)
		}
	}}, path)
	if want := []Stage{Planning, Writing, Proving}; !slices.Equal(stages, want) || done != 3*maxWrite {
		t.Errorf("stages %v, %d bytes", stages, done)
	}
}

func TestCancel(t *testing.T) {
	content := makeToy(name(strings.Repeat(secret, maxWrite/4)), data(1, 500), trailer("t"))
	for stop := range 8 {
		path := put(t, t.TempDir(), "a.toy", content)
		if err := os.Chtimes(path, longAgo, longAgo); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		k := newSpy()
		writes := 0
		k.before = func(op string, _ int) error {
			if strings.HasPrefix(op, "write") {
				if writes++; writes > stop {
					cancel()
				}
			}
			return nil
		}
		got, err := cleanContext(ctx, t, Options{kernel: k}, path)
		if ctx.Err() != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("stop %d: %v", stop, err)
		}
		after := get(t, path)
		if played(after) != played(content) {
			t.Errorf("stop %d: does not play", stop)
		}
		if st, _ := os.Stat(path); !st.ModTime().Equal(longAgo) {
			t.Errorf("stop %d: time changed to %v", stop, st.ModTime())
		}
		o := got[path]
		if ctx.Err() != nil && (o.Status != Failed || !errors.Is(o.Err, ErrStopped) || !strings.Contains(o.Reasons[0], "still opens")) {
			t.Errorf("stop %d: %+v", stop, o)
		}
		if o := cleanOne(t, Options{}, path); o.Status != Cleaned && o.Status != Clean {
			t.Errorf("stop %d: second run %+v", stop, o)
		}
		noTags(t, get(t, path), secret)
		cancel()
	}
}

func TestCancelledBeforeAnything(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", makeToy(name(secret)))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	got, err := cleanContext(ctx, t, Options{}, path)
	if len(got) != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("%v, %v", got, err)
	}
}

// A picture shows the file as it was found, and as it was proven to be.
func TestPictures(t *testing.T) {
	path := put(t, t.TempDir(), "a.toy", makeToy(data(1, 500), name("a long name of somebody")))
	dry := cleanOne(t, Options{DryRun: true, Strokes: 9}, path)
	o := cleanOne(t, Options{Strokes: 9}, path)
	bytes := func(strokes []scrub.Stroke) (size, goes, identify int64) {
		for _, s := range strokes {
			size, goes = size+s.Len, goes+s.Goes
			if s.Role == scrub.Identify {
				identify += s.Len
			}
		}
		return size, goes, identify
	}
	size, goes, identify := bytes(o.Before)
	if size != o.Size || goes < 23 || identify < 23 || !slices.Equal(o.Before, dry.Before) {
		t.Errorf("before: %v, in a dry run %v", o.Before, dry.Before)
	}
	size, goes, identify = bytes(o.After)
	if size != o.NewSize || goes != 0 || identify != 0 || dry.After != nil {
		t.Errorf("after: %v, in a dry run %v", o.After, dry.After)
	}
	if o := cleanOne(t, Options{}, path); o.Before != nil || o.After != nil {
		t.Errorf("nobody asked for %v and %v", o.Before, o.After)
	}
}
