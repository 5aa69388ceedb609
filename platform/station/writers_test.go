package station

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What is clean may not be when its writer is done: until then it waits.
func TestWriterOfWhatIsCleanSoFar(t *testing.T) {
	dir := real(t)
	s := begin(t, Options{})
	s.mount(1, dir)
	s.quiet(1)
	f, err := os.Create(filepath.Join(dir, "a.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s.await("waiting for it", func() bool { d := s.of(1); return d.Counts.Waiting == 1 && d.State == Watching })
	if asked := s.spy.list(); len(asked) > 0 {
		t.Errorf("it was looked at: %q", asked)
	}
	if _, err := f.Write(photo.Data); err != nil {
		t.Fatal(err)
	}
	f.Close()
	s.await("cleaned", func() bool { d := s.of(1); return d.Counts.Cleaned == 1 && d.Counts.Waiting == 0 })
}

// Nobody tells of what is written through memory, neither then nor afterwards.
func TestWriterThroughMemory(t *testing.T) {
	dir := real(t)
	s := begin(t, Options{})
	s.mount(1, dir)
	s.quiet(1)
	path := filepath.Join(dir, "a.jpg")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(int64(len(photo.Data))); err != nil {
		t.Fatal(err)
	}
	m, err := unix.Mmap(int(f.Fd()), 0, len(photo.Data), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	f.Close()
	if err != nil {
		t.Fatal(err)
	}
	s.await("waiting for it", func() bool { return s.of(1).Counts.Waiting == 1 })
	copy(m, photo.Data)
	time.Sleep(2 * settle)
	if data, err := os.ReadFile(path); err != nil || !bytes.Equal(data, photo.Data) {
		t.Errorf("it was changed below its writer: %v", err)
	}
	if err := unix.Munmap(m); err != nil {
		t.Fatal(err)
	}
	s.await("cleaned", func() bool { return !secret(t, path) })
	if d := s.quiet(1); d.Counts.Waiting != 0 || d.Counts.Cleaned != 1 {
		t.Errorf("%+v", d.Counts)
	}
}

// Names of one file are no writers of each other.
func TestHardLinks(t *testing.T) {
	dir := real(t)
	first := drop(t, filepath.Join(dir, "a.jpg"), photo.Data, time.Hour)
	for _, name := range []string{"b.jpg", "c.jpg", "d.jpg"} {
		if err := os.Link(first, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	settled()
	s := begin(t, Options{Once: true})
	s.mount(1, dir)
	s.await("done", func() bool { return s.of(1).State == Done })
	if d := s.of(1); d.Counts.Cleaned != 1 || d.Counts.Files != 4 || d.Counts.Waiting+d.Counts.Failed > 0 {
		t.Errorf("%+v", d.Counts)
	}
	if secret(t, first) {
		t.Error("it is not clean")
	}
}
