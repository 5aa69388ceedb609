package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/testkit"
)

// TestStick has a drive come and go, as the kernel tells of it.
func TestStick(t *testing.T) {
	dir := must(os.MkdirTemp("/dev/shm", "untagd-test-"))
	t.Cleanup(func() { os.RemoveAll(dir) })
	image, at := filepath.Join(dir, "image"), filepath.Join(dir, "stick")
	testkit.Image(t, image, 32<<20, "mkfs.ext4", "-q", "-F", "-L", "SECRETLABEL")
	if err := os.Mkdir(at, 0o755); err != nil {
		t.Fatal(err)
	}
	mount := func() {
		if out, err := exec.Command("mount", "-o", "loop", image, at).CombinedOutput(); err != nil {
			t.Skipf("mount: %v: %s", err, out)
		}
	}
	t.Cleanup(func() { unix.Unmount(at, unix.MNT_DETACH) })

	mount()
	there := write(t, filepath.Join(at, "DCIM", "there.jpg"), photo.Data)
	testkit.Execute(t, "umount", at)
	time.Sleep(200 * time.Millisecond)
	rules := write(t, filepath.Join(dir, "untagd.toml"), []byte("[[rule]]\nmatch = { fs = \"ext4\", min_size = \"32MB\", max_size = \"35MB\" }\naction = \"scrub\"\n[[rule]]\naction = \"ignore\"\n")) // what else is plugged in is none of ours
	p := start(t, "--loop", "--settle", "150ms", "--log", "json", "--config", rules)
	p.await("ready", func() bool { return p.logged("ready") })
	began := time.Now()
	mount()
	p.await("clean", func() bool { return !holds(t, there, photo.Secrets) })
	took := time.Since(began)
	t.Logf("from mount to the first clean photo: %v", took.Round(time.Millisecond))
	if took > 15*time.Second { // a busy machine, and still not the next look at everything
		t.Error("that is too long")
	}
	dropped := write(t, filepath.Join(at, "dropped.jpg"), photo.Data)
	p.await("the dropped photo is clean", func() bool { return !holds(t, dropped, photo.Secrets) })
	p.await("unmounted", func() bool { return unix.Unmount(at, 0) == nil })
	p.stop()
	p.tellsNothing(dir)
	if strings.Contains(p.err.String(), "SECRETLABEL") {
		t.Error("the log has the label")
	}
}
