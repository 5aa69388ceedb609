package apply

import (
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// together are the file systems on which one syncfs does for many files what a
// sync of each would. FUSE is not among them: for it, syncfs asks the server
// nothing. Nor are network file systems.
var together = []int64{
	unix.MSDOS_SUPER_MAGIC, unix.EXFAT_SUPER_MAGIC, unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC,
	unix.F2FS_SUPER_MAGIC, ntfs3Magic, unix.TMPFS_MAGIC, unix.OVERLAYFS_SUPER_MAGIC, unix.UDF_SUPER_MAGIC,
}

const ntfs3Magic = 0x7366746e // fs/ntfs3/ntfs.h: NTFS_SUPER_MAGIC

// barrier waits until all that was written to the items is on the drive, and
// fails the items of which that isn't certain. With the last one, sizes and
// times count too.
func (r *run) barrier(items []*item, last bool) {
	items = slices.DeleteFunc(slices.Clone(items), func(it *item) bool { return it.file() == nil })
	if len(items) < 2 || !syncsTogether(items[0]) {
		for _, it := range items {
			it.fail(explainOf(r.opt.kernel, it.file(), "syncing", r.syncOne(it, last)))
		}
		return
	}
	err := explain("syncing", r.opt.kernel.syncfs(items[0].file()))
	if err == nil {
		// On FAT, syncfs leaves it to the drive when to empty the drive's own
		// cache; the sync of any file makes it do so.
		err = explain("syncing", r.syncOne(items[0], last))
	}
	for _, it := range items {
		if err != nil {
			it.fail(err)
		} else {
			it.fail(explain("syncing", r.opt.kernel.await(it.file())))
		}
	}
}

func (r *run) syncOne(it *item, last bool) error {
	if last {
		return r.opt.kernel.sync(it.file())
	}
	return r.opt.kernel.datasync(it.file())
}

func syncsTogether(it *item) bool { return slices.Contains(together, fsOf(it.file())) }

// fsOf returns the magic number of the file system that f lies on, 0 if it can't be told.
func fsOf(f *os.File) int64 {
	var st unix.Statfs_t
	if err := restart(func() error { return unix.Fstatfs(int(f.Fd()), &st) }); err != nil {
		return 0
	}
	return int64(st.Type)
}
