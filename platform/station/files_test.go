package station

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/platform/apply"
)

func TestFilesThatAreNotClean(t *testing.T) {
	dir := real(t)
	many(t, dir, 2)
	drop(t, dir+"/notes.pdf", []byte("%PDF-1.4\nnot one\n"), time.Hour)
	drop(t, dir+"/x.bin", []byte("who knows\x00"), time.Hour)
	protected := drop(t, dir+"/mine/kept.jpg", photo.Data, time.Hour)
	if err := os.Chmod(protected, 0o444); err != nil {
		t.Fatal(err)
	}
	settled()
	s := begin(t, Options{})
	s.mount(1, dir)
	s.quiet(1)
	got, err := s.Files(1)
	if err != nil || len(got.All) != 3 || got.Left != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
	for i := range got.All {
		if got.All[i].Why == "" && got.All[i].Status != "other" {
			t.Errorf("nobody says why: %+v", got.All[i])
		}
		got.All[i].Why = ""
	}
	want := []File{{"mine/kept.jpg", "failed", "", "read-only file", ""}, {"notes.pdf", "unsupported", "pdf", "", ""}, {"x.bin", "other", "", "", ""}}
	if d := cmp.Diff(want, got.All); d != "" {
		t.Error(d)
	}
	if ErrorOf("read-only file") != apply.ErrReadOnlyFile || ErrorOf("") != nil {
		t.Error("the class leads to no error")
	}
	// What is put right is taken off the list, and what goes with its drive is forgotten.
	os.Remove(filepath.Join(dir, "x.bin"))
	os.Chmod(protected, 0o644)
	drop(t, protected, photo.Data, 0)
	s.await("the list is shorter", func() bool { f, _ := s.Files(1); return len(f.All) == 1 })
	s.remove(1)
	if _, err := s.Files(1); err != ErrNoDrive {
		t.Errorf("of a drive that is gone: %v", err)
	}
	if s.stop(); strings.Contains(s.log.String(), "kept") {
		t.Errorf("a name is in the log:\n%s", s.log)
	}
}

func TestNamesAreBounded(t *testing.T) {
	var k marks
	long := strings.Repeat("x", 4000)
	for i := range 3 * maxMarks {
		k.put(fmt.Sprint(long, i), note{mark: partly})
	}
	if k.bytes > maxNames || len(k.notes) == 0 {
		t.Errorf("%d bytes of %d names", k.bytes, len(k.notes))
	}
	for i := range 3 * maxMarks {
		k.take(fmt.Sprint(long, i))
	}
	if k.bytes != 0 || len(k.notes) != 0 {
		t.Errorf("%d bytes of %d names are left", k.bytes, len(k.notes))
	}
}
