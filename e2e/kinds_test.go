//go:build e2e

package e2e

import (
	"bytes"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"untag/e2e/image"
	"untag/e2e/vm"
)

// TestCard has a card in a reader, which is not a USB stick to the kernel. The
// machine is booted for it: a reader that goes on from a saved state hears nothing.
func TestCard(t *testing.T) {
	g := reboot(t)
	media := few("DCIM", 15)
	s := g.stick(image.VFAT, "CARD", 64, g.files(media))
	g.sh("until [ -e /sys/class/mmc_host/mmc0 ]; do sleep 0.1; done")
	g.must(g.PlugCard(s.Path))
	g.sh("until [ -b /dev/disk/by-label/CARD ]; do sleep 0.05; done; udevadm settle")
	s.mountIt()
	if d := s.done(len(media)); d.Bus != "mmc" || !strings.HasPrefix(d.Device, "/dev/mmcblk") {
		t.Errorf("it is taken for %+v", d)
	}
	s.unmountIt()
	g.must(g.UnplugCard())
	s.forgotten()
	mustBeClean(t, s.Image, false, media)
}

// TestTwoSticks has two at once; one is pulled while the other is worked on.
func TestTwoSticks(t *testing.T) {
	g := resume(t)
	many, some := few("DCIM", 60), few("MUSIC", 10)
	write(t, filepath.Join(g.dir, "many"), many)
	write(t, filepath.Join(g.dir, "some"), some)
	a := g.insert(image.VFAT, "FIRST", 64, filepath.Join(g.dir, "many"))
	b := g.insert(image.ExFAT, "SECOND", 64, filepath.Join(g.dir, "some"))
	a.mountIt()
	b.mountIt()
	b.done(len(some))
	b.unmountIt()
	b.pull()
	a.done(len(many))
	a.leave(false, many)
	mustBeClean(t, b.Image, false, some)
	g.silent("CANARY", "DCIM", "MUSIC", "IMG_")
}

// TestOtherWaysToMount has sticks that no desktop mounts: by systemd, and by a
// user into a folder that nobody else may enter.
func TestOtherWaysToMount(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 10)
	files := g.files(media)
	a := g.insert(image.VFAT, "AUTO", 64, files)
	g.sh("systemd-mount --no-block --automount=no --collect --fsck=no /dev/disk/by-label/AUTO /media/auto")
	a.done(len(media))
	g.sh("until systemd-umount /media/auto; do sleep 0.1; done")
	a.pull()
	mustBeClean(t, a.Image, false, media)

	b := g.insert(image.VFAT, "ALICE", 64, files)
	g.sh("useradd alice && install -d -m 700 -o alice /media/alice && install -d /media/alice/ALICE" +
		" && mount -t vfat -o utf8,flush,uid=alice,fmask=0177,dmask=0077,nosuid,nodev /dev/disk/by-label/ALICE /media/alice/ALICE")
	b.done(len(media))
	b.mount = "/media/alice/ALICE"
	b.leave(false, media)
}

// TestReadOnly has a stick with its switch on.
func TestReadOnly(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 10)
	s := g.stick(image.VFAT, "LOCKED", 64, g.files(media))
	before := sum(t, s.Path)
	s.plug(vm.Stick{ReadOnly: true})
	s.mountIt()
	d := s.done(0)
	if !d.ReadOnly || d.Action != "report" || d.Problem != "read-only" || d.Counts.Found != int64(len(media)) || d.Counts.Cleaned != 0 {
		t.Errorf("the daemon tells of it as %+v", d)
	}
	s.unmountIt()
	s.pull()
	if !bytes.Equal(before, sum(t, s.Path)) {
		t.Error("the stick has changed")
	}
}

func sum(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s := sha256.Sum256(b)
	return s[:]
}

// TestFull has a stick without a free byte: cleaning in place needs none.
func TestFull(t *testing.T) {
	g := resume(t)
	media := few("DCIM", 15)
	s := g.insert(image.VFAT, "FULL", 40, g.files(media))
	g.sh("systemctl stop untagd")
	s.mountIt()
	g.sh("dd if=/dev/zero of=%s/fill bs=64k 2>/dev/null; dd if=/dev/zero of=%[1]s/rest bs=512 2>/dev/null; sync; [ $(stat -f -c %%a %[1]s) = 0 ]", s.mount)
	g.sh("systemctl start untagd")
	s.done(len(media))
	s.leave(false, media)
}
