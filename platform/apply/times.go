package apply

import (
	"context"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// times are those of last access and of last change.
type times [2]unix.Timespec

// fatEpoch is the first moment that FAT can store, 1980-01-01 in UTC.
const fatEpoch = 315532800

var zeroTimes = times{{Sec: fatEpoch}, {Sec: fatEpoch}}

// after returns the times that a file of times st has when the work is done.
func (m MTime) after(st *unix.Stat_t) times {
	switch m {
	case NowTime:
		return times{st.Atim, {Nsec: unix.UTIME_NOW}}
	case ZeroTime:
		return zeroTimes
	}
	return times{st.Atim, st.Mtim}
}

// ripen waits until a change of the file can't go unnoticed any more. FAT counts
// in steps of 2 s: a file that was written a moment ago could be written again
// while it is planned, and show the same time.
func (it *item) ripen(ctx context.Context) error {
	age := time.Since(time.Unix(it.at.Mtim.Unix()))
	wait := step(fsOf(it.ro)) - age
	if age < 0 || wait <= 0 {
		return nil
	}
	select {
	case <-time.After(wait):
		return unchanged(it.ro, &it.at)
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// step is no less than the steps in which a file system counts the times of
// changes. Most take what the kernel's clock says, every 1 to 10 ms.
func step(fs int64) time.Duration {
	switch fs {
	case unix.MSDOS_SUPER_MAGIC, unix.EXFAT_SUPER_MAGIC, unix.FUSE_SUPER_MAGIC:
		return 2 * time.Second
	}
	return 20 * time.Millisecond
}

// setTimes is futimens(3), for which x/sys has no name.
func (linux) setTimes(f *os.File, t times) error {
	_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, f.Fd(), 0, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
