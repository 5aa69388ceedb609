//go:build e2e

package e2e

import (
	"testing"
	"time"

	"untag/e2e/image"
	"untag/e2e/vm"
)

// busy waits until the daemon is in the middle of its work on the stick.
func (s *stick) busy() {
	s.g.Helper()
	s.g.until("some of the files are cleaned", func() bool {
		d := s.drive()
		if d.State == "watching" {
			s.g.Fatalf("the daemon has done %d files before it could be interrupted", d.Counts.Files)
		}
		return d.Counts.Cleaned > 0
	})
}

// TestPulled pulls a stick while it is being cleaned, and plugs it in again.
func TestPulled(t *testing.T) {
	for _, fs := range []image.FileSystem{image.VFAT, image.ExFAT, image.NTFS, image.Ext4} {
		t.Run(fs.Name, func(t *testing.T) {
			g := resume(t)
			media := few("DCIM", 60)
			s := g.insertSlow(fs, "PULLED", g.files(media))
			s.mountIt()
			s.busy()
			s.pull()
			s.forgotten()
			if finds, err := image.Search(s.Path, secrets(media)); err != nil || len(finds) == 0 {
				t.Fatalf("nothing was left to do (%v)", err)
			}
			if err := s.Check(true); err != nil {
				t.Error("after it was pulled: ", err)
			}

			s.unmounted()
			s.plug(vm.Stick{})
			s.mountIt()
			s.done(1)
			s.leave(true, media)
			g.silent("CANARY", "DCIM", "IMG_")
		})
	}
}

// TestUnmountDuringThePass has somebody unmount the stick in the middle.
func TestUnmountDuringThePass(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 60)
	s := g.insertSlow(image.VFAT, "BUSY", g.files(media))
	s.mountIt()
	s.busy()
	begun := time.Now()
	s.unmountIt()
	took := time.Since(begun)
	t.Logf("unmounted in the middle of a pass within %v", took.Round(10*time.Millisecond))
	if took > 20*time.Second { // some of it is a slow machine's
		t.Errorf("unmounting took %v", took)
	}
	if finds, err := image.Search(s.Path, secrets(media)); err != nil || len(finds) == 0 {
		t.Errorf("it was not in the middle: nothing was left to do (%v)", err)
	}
	if err := s.Check(false); err != nil {
		t.Error(err)
	}
	s.mountIt()
	s.done(1)
	s.leave(false, media)
}
