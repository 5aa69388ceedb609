//go:build amd64 || arm64

package sandbox

import "golang.org/x/sys/unix"

// workerRules are the system calls of a worker. Allowed is what the Go runtime
// and the C library need to run threads, timers and a heap, and what [serve]
// needs. All others fail; those that only an attacker would try end the process.
func workerRules(pid int) (rules []rule) {
	for _, call := range []uintptr{
		unix.SYS_PTRACE, unix.SYS_PROCESS_VM_READV, unix.SYS_PROCESS_VM_WRITEV, unix.SYS_PIDFD_GETFD,
		unix.SYS_EXECVE, unix.SYS_EXECVEAT,
		unix.SYS_OPEN_BY_HANDLE_AT, unix.SYS_MOUNT, unix.SYS_UNSHARE, unix.SYS_SETNS, unix.SYS_PIVOT_ROOT, unix.SYS_CHROOT,
		unix.SYS_BPF, unix.SYS_PERF_EVENT_OPEN, unix.SYS_USERFAULTFD,
		unix.SYS_KEYCTL, unix.SYS_ADD_KEY, unix.SYS_REQUEST_KEY,
		unix.SYS_INIT_MODULE, unix.SYS_FINIT_MODULE, unix.SYS_DELETE_MODULE, unix.SYS_KEXEC_LOAD, unix.SYS_REBOOT,
	} {
		rules = append(rules, rule{call: call, do: kill})
	}
	for _, call := range []uintptr{
		unix.SYS_PREAD64, unix.SYS_READ, unix.SYS_WRITE, unix.SYS_RECVMSG, unix.SYS_CLOSE,
		unix.SYS_FUTEX, unix.SYS_SCHED_YIELD, unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_RESTART_SYSCALL,
		unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_CTL,
		unix.SYS_MUNMAP, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_BRK, unix.SYS_MREMAP, unix.SYS_GETRANDOM,
		unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
		unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_SCHED_GETAFFINITY,
		unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	} {
		rules = append(rules, rule{call: call, do: allow})
	}
	data := argument{2, unix.PROT_EXEC, 0}
	// Shared memory does not count towards the limit on data.
	own := argument{3, unix.MAP_TYPE | unix.MAP_ANONYMOUS, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS}
	return append(rules,
		rule{unix.SYS_MMAP, []argument{data, own}, allow},
		rule{unix.SYS_MPROTECT, []argument{data}, allow},
		rule{unix.SYS_CLONE, []argument{{0, unix.CLONE_THREAD | namespaces, unix.CLONE_THREAD}}, allow},
		rule{unix.SYS_CLONE3, nil, fails(unix.ENOSYS)},                           // its arguments can't be seen; glibc falls back to clone
		rule{unix.SYS_LSEEK, []argument{{2, ^uint32(0), unix.SEEK_DATA}}, allow}, // nobody reads from where the file's offset is
		rule{unix.SYS_FCNTL, []argument{{1, ^uint32(0), unix.F_GETFL}}, allow},
		rule{unix.SYS_TGKILL, []argument{{0, ^uint32(0), uint32(pid)}}, allow}, // how the runtime interrupts its threads
	)
}

const namespaces = unix.CLONE_NEWNS | unix.CLONE_NEWCGROUP | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC | unix.CLONE_NEWUSER | unix.CLONE_NEWPID | unix.CLONE_NEWNET
