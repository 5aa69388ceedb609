// Package image makes images of sticks and cards, and looks into them with
// programs that share nothing with the machine that used them: mtools, FUSE,
// fsck, and a search of every byte.
package image

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// FileSystem is a kind of file system.
type FileSystem struct {
	Name  string // as blkid has it
	kind  byte   // of a partition with it, in a table of the old kind
	make  []string
	label string // the flag of make
	check []string
}

// FileSystems are those that sticks and cards come with.
var (
	VFAT  = FileSystem{"vfat", 0x0c, []string{"mkfs.vfat", "-F", "32"}, "-n", []string{"fsck.vfat", "-n"}}
	ExFAT = FileSystem{"exfat", 0x07, []string{"mkfs.exfat"}, "-L", []string{"fsck.exfat", "-n"}}
	NTFS  = FileSystem{"ntfs", 0x07, []string{"mkntfs", "-QFq"}, "-L", []string{"ntfsfix", "-n"}}
	Ext4  = FileSystem{"ext4", 0x83, []string{"mkfs.ext4", "-qF"}, "-L", []string{"e2fsck", "-fn"}}
)

// Image is a stick or card with one partition.
type Image struct {
	Path  string
	FS    FileSystem
	Label string
}

// start is where the partition starts, as on sticks from the shop.
const start = 1 << 20

// Make makes an image of some megabytes that has the files of a folder on it;
// "" for none.
func Make(path string, fs FileSystem, label string, megabytes int, files string) (Image, error) {
	i := Image{path, fs, label}
	if err := i.allocate(int64(megabytes) << 20); err != nil {
		return i, err
	}
	device, detach, err := i.attach()
	if err != nil {
		return i, err
	}
	args := append(fs.make[1:len(fs.make):len(fs.make)], fs.label, label)
	if fs.Name == Ext4.Name && files != "" {
		args = append(args, "-d", files) // whatever they are, devices as well
	}
	_, err = run(fs.make[0], append(args, device)...)
	detach()
	if err != nil || files == "" || fs.Name == Ext4.Name {
		return i, err
	}
	return i, i.fill(files)
}

// allocate makes an empty file with a partition table in it.
func (i Image) allocate(size int64) error {
	sector := make([]byte, 512)
	entry := sector[446:]
	entry[4] = i.FS.kind
	binary.LittleEndian.PutUint32(entry[8:], start/512)
	binary.LittleEndian.PutUint32(entry[12:], uint32((size-start)/512))
	sector[510], sector[511] = 0x55, 0xaa
	if err := os.WriteFile(i.Path, sector, 0o600); err != nil {
		return err
	}
	return os.Truncate(i.Path, size)
}

// attach makes a device of the partition.
func (i Image) attach() (device string, detach func(), err error) {
	out, err := run("losetup", "--find", "--show", "--offset", fmt.Sprint(start), i.Path)
	device = strings.TrimSpace(out)
	return device, func() { _, _ = run("losetup", "--detach", device) }, err
}

func (i Image) fill(files string) error {
	if i.FS.Name == VFAT.Name {
		all, err := filepath.Glob(filepath.Join(files, "*"))
		if err == nil {
			_, err = run("mcopy", append(append([]string{"-s", "-Q", "-i", i.partition()}, all...), "::/")...)
		}
		return err
	}
	return i.mounted(false, func(dir string) error {
		_, err := run("cp", "-r", files+"/.", dir)
		return err
	})
}

// partition is how mtools name it.
func (i Image) partition() string { return fmt.Sprintf("%s@@%d", i.Path, start) }

func run(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "MTOOLS_SKIP_CHECK=1", "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%s %q: %w: %s", name, args, err, out)
	}
	return string(out), err
}
