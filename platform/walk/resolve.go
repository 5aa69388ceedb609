package walk

import (
	"errors"
	"sync"

	"golang.org/x/sys/unix"
)

// beneath is how names are resolved: in the folder, through no link of any
// kind, and onto no other mount.
const beneath = unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS | unix.RESOLVE_NO_XDEV

// hasOpenat2 tells whether openat2 may be called. Kernels before 5.6 lack it,
// and systemd's RestrictSUIDSGID= and some container filters answer ENOSYS or
// EPERM, since they can't look into its arguments.
var hasOpenat2 = sync.OnceValue(func() bool {
	fd, err := unix.Openat2(unix.AT_FDCWD, ".", &unix.OpenHow{Flags: unix.O_PATH | unix.O_CLOEXEC})
	if err == nil {
		unix.Close(fd)
	}
	return !errors.Is(err, unix.ENOSYS) && !errors.Is(err, unix.EPERM)
})

// openat opens one name in the folder dir. mount is where the file has to lie;
// nil allows any.
func openat(dir int, name string, flags int, perm uint32, mount *mountID) (int, error) {
	flags |= unix.O_NOFOLLOW | unix.O_CLOEXEC
	if !hasOpenat2() {
		return openatPlain(dir, name, flags, perm, mount)
	}
	how := unix.OpenHow{Flags: uint64(flags), Mode: uint64(perm), Resolve: beneath}
	if mount == nil {
		how.Resolve &^= unix.RESOLVE_NO_XDEV
	}
	return again(func() (int, error) { return unix.Openat2(dir, name, &how) })
}

// openatPlain does with openat what openat2 would: for a single name O_NOFOLLOW
// is as good, and the mount is looked at after the opening.
func openatPlain(dir int, name string, flags int, perm uint32, mount *mountID) (int, error) {
	fd, err := again(func() (int, error) { return unix.Openat(dir, name, flags, perm) })
	if err != nil || mount == nil {
		return fd, err
	}
	at, err := mountOf(fd)
	if err == nil && at != *mount {
		err = unix.EXDEV
	}
	if err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// again calls f anew until no signal interrupts it: opening on a network file system
// or through FUSE can be.
func again(f func() (int, error)) (int, error) {
	for {
		if fd, err := f(); err != unix.EINTR {
			return fd, err
		}
	}
}

// mountID names a mount as well as the kernel lets it be named: by the number
// of the mount since Linux 5.8, else by the device alone.
type mountID struct{ dev, id uint64 }

func mountOf(fd int) (mountID, error) {
	var x unix.Statx_t
	err := unix.Statx(fd, "", unix.AT_EMPTY_PATH, unix.STATX_MNT_ID, &x)
	if err == nil {
		m := mountID{dev: unix.Mkdev(x.Dev_major, x.Dev_minor)}
		if x.Mask&unix.STATX_MNT_ID != 0 && x.Mnt_id != 0 { // which QEMU says of itself and leaves out
			// A btrfs subvolume has a device of its own and is not a mount.
			m = mountID{id: x.Mnt_id}
		}
		return m, nil
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return mountID{}, err
	}
	return mountID{dev: st.Dev}, nil
}
