package state

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/testkit"
)

// trusted skips a test of what is remembered where temporary files are on a file
// system of which nothing is.
func trusted(t *testing.T) {
	t.Helper()
	var fs unix.Statfs_t
	if err := unix.Statfs(t.TempDir(), &fs); err != nil || !Trusted(int64(fs.Type)) {
		t.Skip("temporary files are on a file system of which nothing is remembered")
	}
}

func probe(t *testing.T, path string) bool {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		t.Fatal(err)
	}
	return Probe(f, &st)
}

// What was changed in this tick of the clock could be changed once more in it.
func TestRacilyClean(t *testing.T) {
	trusted(t)
	f := filepath.Join(t.TempDir(), "f")
	for range 50 {
		if err := os.WriteFile(f, []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
		var st, now unix.Stat_t
		unix.Stat(f, &st)
		fresh := probe(t, f)
		if fresh { // then whatever is done from now on shows
			os.WriteFile(f, []byte("y"), 0o644)
			if unix.Stat(f, &now); now.Ctim == st.Ctim {
				t.Fatal("a change after the probe does not show")
			}
			continue
		}
		if Tick(context.Background(), &st); !probe(t, f) {
			t.Fatal("not to be remembered after the tick")
		}
	}
	var st unix.Stat_t
	unix.Stat(f, &st)
	st.Ctim.Sec += 3600 // the clock was put back
	if ticked(time.Unix(st.Ctim.Unix())) {
		t.Error("a time to come has passed")
	}
	now := time.Now()
	if ticked(now.Truncate(time.Second)) || !ticked(now.Truncate(time.Second).Add(-3*time.Second)) {
		t.Error("where times are seconds, it takes seconds")
	}
}

// Who has a file mapped writes into it without any time being set.
func TestOpenForWriting(t *testing.T) {
	trusted(t)
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, make([]byte, 4096), 0o644); err != nil {
		t.Fatal(err)
	}
	time.Sleep(30 * time.Millisecond)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	mapped, err := unix.Mmap(int(f.Fd()), 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	f.Close()
	if err != nil {
		t.Fatal(err)
	}
	mapped[0]++
	time.Sleep(30 * time.Millisecond)
	if probe(t, path) {
		t.Error("to be remembered while it is mapped")
	}
	unix.Munmap(mapped)
	if !probe(t, path) {
		t.Error("not to be remembered afterwards")
	}
}

// In tmpfs, who has a file mapped and has only read it writes into it later without any time being
// set, though it was not open when it was looked at. Through an overlay, no lease tells
// of a file that is mapped and was closed.
func TestHiddenWritesAreNotTrusted(t *testing.T) {
	tmpfs := filepath.Join(t.TempDir(), "tmpfs")
	os.Mkdir(tmpfs, 0o755)
	if err := unix.Mount("none", tmpfs, "tmpfs", 0, "size=1m"); err != nil {
		t.Skip("needs to mount: ", err)
	}
	t.Cleanup(func() { unix.Unmount(tmpfs, 0) })
	overlay := t.TempDir()
	for _, dir := range []string{"lower", "upper", "work", "all"} {
		os.Mkdir(filepath.Join(overlay, dir), 0o755)
	}
	all := filepath.Join(overlay, "all")
	layers := "lowerdir=" + overlay + "/lower,upperdir=" + overlay + "/upper,workdir=" + overlay + "/work"
	if err := unix.Mount("none", all, "overlay", 0, layers); err != nil {
		t.Log("no overlay: ", err)
		all = ""
	} else {
		t.Cleanup(func() { unix.Unmount(all, 0) })
	}
	for _, at := range []struct {
		dir    string
		mapped bool // before it is looked at, or after
	}{{tmpfs, false}, {all, true}} {
		if at.dir == "" {
			continue
		}
		path := filepath.Join(at.dir, "f")
		if err := os.WriteFile(path, make([]byte, 4096), 0o644); err != nil {
			t.Fatal(err)
		}
		var mapped []byte
		read := func() {
			f, err := os.OpenFile(path, os.O_RDWR, 0)
			if err == nil {
				mapped, err = unix.Mmap(int(f.Fd()), 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
			}
			if err != nil {
				t.Fatal(err)
			}
			f.Close()
			_ = mapped[0]
		}
		if at.mapped {
			read()
			mapped[0]++
		}
		time.Sleep(30 * time.Millisecond)
		var was, now unix.Stat_t
		unix.Stat(path, &was)
		remembered := probe(t, path)
		if !at.mapped {
			read()
		}
		mapped[0]++
		if unix.Stat(path, &now); remembered && now.Ctim == was.Ctim {
			t.Errorf("%s: a change after the probe does not show", at.dir)
		}
		unix.Munmap(mapped)
	}
}

// FAT has no ctime: who writes and sets the time back leaves no trace.
func TestFATIsNotTrusted(t *testing.T) {
	for _, fs := range []int64{unix.MSDOS_SUPER_MAGIC, unix.EXFAT_SUPER_MAGIC, unix.FUSE_SUPER_MAGIC, unix.CIFS_SUPER_MAGIC, unix.SMB2_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, 0} {
		if Trusted(fs) {
			t.Errorf("%#x is trusted", fs)
		}
	}
	dir := t.TempDir()
	image := filepath.Join(dir, "fat")
	testkit.Image(t, image, 8<<20, "mkfs.vfat")
	at := filepath.Join(dir, "mounted")
	os.Mkdir(at, 0o755)
	if out, err := exec.Command("mount", "-o", "loop", image, at).CombinedOutput(); err != nil {
		t.Skipf("needs a kernel that mounts FAT: %s", out)
	}
	t.Cleanup(func() { testkit.Execute(t, "umount", at) })
	f := filepath.Join(at, "f")
	if err := os.WriteFile(f, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-time.Hour)
	os.Chtimes(f, old, old)
	if probe(t, f) {
		t.Error("to be remembered")
	}
}
