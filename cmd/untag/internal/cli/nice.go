package cli

import (
	"syscall"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"

	"untag/cmd/untag/internal/exit"
	"untag/platform/lang"
)

// What ioprio_set(2) is asked for; linux/ioprio.h.
const (
	thisThread = 1 // IOPRIO_WHO_PROCESS
	idle       = 3 << 13
)

// giveWay has all threads of the program run only when nobody else wants the processor
// or the drive: in Linux each thread has a priority of its own. Threads and processes
// that are started later inherit it.
func giveWay() error {
	for _, call := range [][4]uintptr{
		{unix.SYS_SETPRIORITY, unix.PRIO_PROCESS, 0, 19},
		{unix.SYS_IOPRIO_SET, thisThread, 0, idle},
	} {
		if _, _, err := psx.Syscall3(call[0], call[1], call[2], call[3]); err != 0 {
			return &failure{exit.Failed, lang.T("--nice: %v", syscall.Errno(err)), lang.T("run it without --nice, or ask whoever confines it")}
		}
	}
	return nil
}
