//go:build e2e

package e2e

import (
	"testing"

	"untag/e2e/image"
)

// TestFileSystems has a stick with each of the file systems that sticks come
// with: media are on it when it is plugged in, others are copied to it.
func TestFileSystems(t *testing.T) {
	for _, fs := range []image.FileSystem{image.VFAT, image.ExFAT, image.NTFS, image.Ext4} {
		t.Run(fs.Name, func(t *testing.T) {
			g := resume(t)
			there, real, copied := few("DCIM", 40), corpus(t, "REAL"), few("COPIED", 10)
			if fs.Name == image.VFAT.Name { // all of them on one
				there = planted("DCIM")
			}
			write(t, g.share, copied)
			s := g.insert(fs, "STICK", 64, g.files(there, real))
			g.step("%d files planted, %d real ones", len(there), len(real))
			mustHold(t, s.Image, true, secrets(there))

			s.mountIt()
			d := s.done(len(there) + len(real))
			g.step("%d files looked at, %d media, %d cleaned, %d tags", d.Counts.Files, d.Counts.Media, d.Counts.Cleaned, d.Counts.Tags)
			g.sh("cp -r /share/COPIED %s", s.mount)
			s.done(len(there) + len(real) + len(copied))
			g.step("%d copied files cleaned", len(copied))

			s.leave(false, there, real, copied)
			g.silent("CANARY", "DCIM", "REAL0", "COPIED", "IMG_")
		})
	}
}
