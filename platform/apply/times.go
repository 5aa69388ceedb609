package apply

import (
	"os"
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

// setTimes is futimens(3), for which x/sys has no name.
func (linux) setTimes(f *os.File, t times) error {
	_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, f.Fd(), 0, uintptr(unsafe.Pointer(&t)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	return nil
}
