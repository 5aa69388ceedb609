// Package drive tells which removable drives there are and which of them are
// mounted: USB sticks and disks, SD cards, what is encrypted on them.
//
// It joins what the kernel shows in /sys, what udev adds to it, and the mount
// table. [List] looks once; [Watch] goes on looking. The system's own disks are
// never among the drives: see [Options].
//
// udev is asked through libudev, which needs cgo. Built without cgo, or with
// the tag noudev, the package goes by /sys and the mount table alone.
package drive

import "time"

// Drive is a file system on a removable device: a partition, or a whole disk
// without partitions.
type Drive struct {
	ID           uint64 // never that of another drive of the same [Watcher], wherever that one was; from List, 0
	Device       string // "/dev/sdb1"
	Major, Minor uint32 // of the device; taken over by the next drive as soon as this one is gone
	MountPoint   string // where it can be reached; the first place that shows the most of it and can be written to; "" if not mounted
	FS           string // as blkid and lsblk name it: "vfat", "exfat", "ntfs", "ext4"; "" if not known before it is mounted
	Label        string // of the file system, as are FS and UUID
	UUID         string
	Vendor       string // of the device
	Model        string
	Bus          string // "usb", "mmc", "loop", or what udev says; "" if unknown
	Size         int64  // of the device, in bytes
	ReadOnly     bool   // the device, or how it is mounted
	Part         bool   // whether only a part of it is mounted: a folder, or a volume of btrfs
}

// Kind says what became of a drive.
type Kind string

const (
	Attached  Kind = "attached"  // is there, not mounted
	Mounted   Kind = "mounted"   // can be reached at its MountPoint
	Unmounted Kind = "unmounted" // can't be reached there any more; the event has the drive as it was
	Gone      Kind = "gone"      // pulled, or without a medium; the event has the drive as it was
)

// Event is what became of a drive. Each drive goes from Attached through any
// number of pairs of Mounted and Unmounted to Gone. What is mounted elsewhere,
// or becomes writable, is unmounted and mounted. A drive of which other facts
// change (it was formatted anew, say) goes, and comes as another drive.
type Event struct {
	Kind  Kind
	Drive Drive
}

// Options are where to look and what to leave out. The zero value is right for
// a daemon.
//
// Whatever they say, a disk is left alone as a whole if /, /boot, /usr, /var,
// /home, the home folder of somebody in /etc/passwd or swap is on any part of it,
// if a live system runs from it, or if /etc/fstab mounts any of it at every start.
type Options struct {
	// Exclude has device names, mount points and UUIDs that are left out. What is
	// mounted at an excluded point is as if it were gone.
	Exclude []string
	// Loop takes loop devices as drives, for demonstrations and tests.
	Loop bool
	// NoUdev leaves udev alone.
	NoUdev bool
	// Every is the time after which everything is looked at again, since udev's
	// messages get lost when they come too fast. 0 chooses.
	Every time.Duration
	// Root is the folder that /dev, /etc, /proc, /run and /sys are in; "" for /.
	Root string
	// Warn, if not nil, is told what is wrong and can be lived with. It must not
	// block.
	Warn func(error)
	// Lost, if not nil, is told why a [Watcher] stopped before its context ended.
	Lost func(error)

	testPatience time.Duration
}
