package image

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// View calls look with a folder that shows the files of the image.
func (i Image) View(look func(dir string) error) error {
	if i.FS.Name != VFAT.Name {
		return i.mounted(true, look)
	}
	dir, err := os.MkdirTemp(filepath.Dir(i.Path), "files-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, err := run("mcopy", "-s", "-Q", "-n", "-m", "-i", i.partition(), "::/", dir); err != nil {
		return err
	}
	return look(dir)
}

// Salvage is View for a vfat that may be damaged: files that can't be read whole
// are missing from the folder.
func (i Image) Salvage(look func(dir string) error) error {
	dir, err := os.MkdirTemp(filepath.Dir(i.Path), "files-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if _, err := run("mcopy", "-s", "-Q", "-n", "-m", "-i", i.partition(), "::/", dir); err == nil {
		return look(dir)
	}
	list, err := run("mdir", "-/", "-b", "-a", "-i", i.partition(), "::/")
	if err != nil {
		return err
	}
	for line := range strings.Lines(list) {
		from := strings.TrimSpace(line)
		to := filepath.Join(dir, strings.TrimPrefix(from, "::/"))
		if strings.HasSuffix(from, "/") {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if _, err := run("mcopy", "-Q", "-n", "-m", "-i", i.partition(), from, to); err != nil {
			os.Remove(to)
		}
	}
	return look(dir)
}

// mounted mounts the partition while do runs.
func (i Image) mounted(readOnly bool, do func(dir string) error) error {
	device, detach, err := i.attach()
	if err != nil {
		return err
	}
	defer detach()
	dir, err := os.MkdirTemp(filepath.Dir(i.Path), "mounted-")
	if err != nil {
		return err
	}
	defer os.Remove(dir)
	if _, err := run(i.mounter(readOnly)[0], append(i.mounter(readOnly)[1:], device, dir)...); err != nil {
		return err
	}
	err = do(dir)
	if e := unmount(dir); err == nil {
		err = e
	}
	return err
}

func (i Image) mounter(readOnly bool) []string {
	options := "rw,nosuid,nodev"
	if readOnly {
		options = "ro,nosuid,nodev"
	}
	switch i.FS.Name {
	case ExFAT.Name:
		return []string{"mount.exfat-fuse", "-o", options}
	case NTFS.Name:
		return []string{"ntfs-3g", "-o", options}
	}
	return []string{"mount", "-t", i.FS.Name, "-o", options}
}

// unmount waits until the process of the file system has ended, too: it has the
// device open until then.
func unmount(dir string) error {
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if _, err = run("umount", dir); err == nil {
			return nil
		}
	}
	return err
}

// Check has fsck look at the file system. What it complains of is an error. If
// the drive was pulled, it may say so, and nothing else.
func (i Image) Check(pulled bool) error {
	if pulled && i.FS.Name == Ext4.Name {
		return i.replay()
	}
	device, detach, err := i.attach()
	if err != nil {
		return err
	}
	defer detach()
	out, err := run(i.FS.check[0], append(i.FS.check[1:], device)...)
	if pulled && err != nil && dirtyOnly(out) {
		return nil
	}
	if err == nil && strings.Contains(out, "ERROR") {
		err = fmt.Errorf("%s: %s", i.FS.check[0], out)
	}
	return err
}

// dirtyOnly tells whether fsck.vfat has nothing to say but that the file system
// was not unmounted.
func dirtyOnly(out string) bool {
	for line := range strings.Lines(out) {
		if !notUnmounted.MatchString(strings.TrimSpace(line)) {
			return false
		}
	}
	return true
}

var notUnmounted = regexp.MustCompile(`^(|fsck\.fat .*|There are differences between boot sector and its backup\.|` +
	`This is mostly harmless\. Differences: .*|65:01/00|Not automatically fixing this\.|` +
	`Dirty bit is set\. .*|Automatically removing dirty bit\.|Leaving filesystem unchanged\.|/dev/loop.*: \d+ files, .* clusters)$`)

// replay has a copy of the file system brought up to date with its journal, as
// whoever mounts it next does. More must not be needed.
func (i Image) replay() error {
	c := i
	c.Path += ".copy"
	defer os.Remove(c.Path)
	if _, err := run("cp", "--sparse=always", i.Path, c.Path); err != nil {
		return err
	}
	device, detach, err := c.attach()
	if err != nil {
		return err
	}
	defer detach()
	_, err = run("e2fsck", "-fp", device)
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 { // it was replayed
		return nil
	}
	return err
}
