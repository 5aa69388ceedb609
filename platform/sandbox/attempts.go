package sandbox

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// attempt is something that a worker must not be able to do.
type attempt struct {
	what string
	try  func() error
}

// attempts tries what is forbidden and returns what worked. What ends the
// process, as starting a program does, can't be tried. A filter answers before
// the kernel looks at a descriptor, so that -1 does for those that it is about.
func attempts() (open []string) {
	for _, a := range forbidden {
		switch a.try() {
		case unix.EPERM, unix.EACCES, unix.ENOSYS:
		default:
			open = append(open, a.what)
		}
	}
	return open
}

var forbidden = []attempt{
	{"open files", func() error { return opened(unix.Open("/", unix.O_RDONLY|unix.O_CLOEXEC, 0)) }},
	{"write to devices", func() error { return opened(unix.Open("/dev/null", unix.O_WRONLY|unix.O_CLOEXEC, 0)) }},
	{"look at files", func() error { var st unix.Stat_t; return unix.Lstat("/", &st) }},
	{"use the network", func() error { return opened(unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)) }},
	{"use local sockets", func() error { return opened(unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)) }},
	{"talk to the kernel", func() error {
		return opened(unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE))
	}},
	{"connect", func() error { return unix.Connect(-1, &unix.SockaddrUnix{Name: "/"}) }},
	{"hand on descriptors", func() error { return unix.Sendmsg(-1, nil, nil, nil, 0) }},
	{"copy descriptors", func() error { return opened(unix.Dup(-1)) }},
	{"make files in memory", func() error { return opened(unix.MemfdCreate("untag", unix.MFD_CLOEXEC)) }},
	{"change what descriptors lead to", func() error { return unix.Fchmod(-1, 0o600) }},
	{"make processes", fork},
	{"signal processes", func() error { return unix.Kill(os.Getppid(), 0) }},
	{"run code that it wrote", func() error {
		b, err := unix.Mmap(-1, 0, 1, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS)
		if err == nil {
			unix.Munmap(b)
		}
		return err
	}},
	{"lift its limits", func() error { return unix.Prlimit(0, unix.RLIMIT_CORE, &unix.Rlimit{}, nil) }},
	{"have calls made by the kernel", func() error {
		var params [120]byte // struct io_uring_params
		fd, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, 1, uintptr(unsafe.Pointer(&params)), 0)
		return opened(int(fd), unix.Errno(errno))
	}},
}

// opened closes what should not have been opened.
func opened(fd int, err error) error {
	if errno, ok := err.(unix.Errno); ok && errno != 0 {
		return errno
	}
	unix.Close(fd)
	return nil
}

// fork makes a copy of the process that ends at once.
func fork() error {
	pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		for {
			unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
	unix.Wait4(int(pid), nil, 0, nil)
	return nil
}
