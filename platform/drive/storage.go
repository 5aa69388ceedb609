package drive

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// Storage is what is to be known of the file system that files lie on, beside the files.
type Storage struct {
	Type  string `json:"type"`  // as the mount table names it: ext4, nfs4, fuse.sshfs
	Keeps Keeps  `json:"keeps"` // why bytes may stay that were overwritten; "" if nothing is known of that
}

// Keeps is why bytes may stay where they were after they were overwritten.
type Keeps string

const (
	// Elsewhere: what changes is written to another place. The old one is used again
	// some time; a snapshot keeps it.
	Elsewhere Keeps = "copy-on-write"
	// Below: the file as it was stays in the layer below.
	Below Keeps = "layers"
	// Snapshots: the volume has snapshots, or is of a kind that may have.
	Snapshots Keeps = "snapshots"
	// Server: another computer has the drive. What it keeps, and who else has a file
	// open, is not known here.
	Server Keeps = "server"
	// Program: a program makes the file system, and only it knows.
	Program Keeps = "program"
)

var kept = map[string]Keeps{
	"btrfs": Elsewhere, "zfs": Elsewhere, "bcachefs": Elsewhere, "nilfs2": Elsewhere, "f2fs": Elsewhere, "apfs": Elsewhere,
	"overlay": Below, "aufs": Below,
	"nfs": Server, "nfs4": Server, "cifs": Server, "smb3": Server, "9p": Server, "virtiofs": Server, "ceph": Server, "lustre": Server,
	"afs": Server, "ocfs2": Server, "gfs2": Server, "beegfs": Server, "gpfs": Server, "vboxsf": Server,
	"fuse.sshfs": Server, "fuse.glusterfs": Server, "fuse.ceph": Server, "fuse.rclone": Server, "fuse.s3fs": Server, "fuse.gvfsd-fuse": Server, "fuse.davfs": Server,
}

// StorageOf tells what the file or folder at path lies on. root is where /proc and /sys
// are, "/" outside of tests. Where it can't be told, everything is "".
func StorageOf(root, path string) Storage {
	var x unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_MNT_ID, &x); err != nil {
		return Storage{}
	}
	text, err := os.ReadFile(filepath.Join(root, "proc/self/mountinfo"))
	if err != nil {
		return Storage{}
	}
	for _, m := range parseMounts(string(text)).mounts {
		known := x.Mask&unix.STATX_MNT_ID != 0
		if known && uint64(m.id) == x.Mnt_id || !known && m.major == x.Dev_major && m.minor == x.Dev_minor {
			return storage(root, m)
		}
	}
	return Storage{}
}

func storage(root string, m *mount) Storage {
	s := Storage{m.fs, kept[m.fs]}
	switch {
	case s.Keeps != "":
	case strings.HasPrefix(m.fs, "fuse."):
		s.Keeps = Program
	case snapshots(filepath.Join(root, "sys/dev/block", fmt.Sprintf("%d:%d", m.major, m.minor)), layers):
		s.Keeps = Snapshots
	}
	return s
}

// layers is through how many devices below each other is looked: encryption, RAID, volumes.
const layers = 8

// snapshots tells whether a device, given by its folder in /sys, is or lies on a logical volume
// that has snapshots, or shares a thin pool, where it may have some. The device mapper
// puts what such a volume is made of below it, under names of LVM's: see
// lib/activate/dev_manager.c of LVM2.
func snapshots(device string, depth int) bool {
	below, _ := filepath.Glob(filepath.Join(device, "slaves/*"))
	for _, one := range below {
		uuid, _ := os.ReadFile(filepath.Join(one, "dm/uuid"))
		id := strings.TrimSpace(string(uuid))
		ours := strings.HasPrefix(id, "LVM-") && (strings.HasSuffix(id, "-real") || strings.HasSuffix(id, "-tpool"))
		if ours || depth > 0 && snapshots(one, depth-1) {
			return true
		}
	}
	return false
}
