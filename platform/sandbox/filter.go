package sandbox

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

// rule says what becomes of a system call if its arguments are as they should be.
type rule struct {
	call uintptr
	when []argument
	do   uint32
}

// argument holds if the masked low half of argument no is want. Whatever can do
// harm here is told by the low half.
type argument struct {
	no         int
	mask, want uint32
}

const (
	allow = unix.SECCOMP_RET_ALLOW
	kill  = unix.SECCOMP_RET_KILL_PROCESS
)

func fails(with unix.Errno) uint32 { return unix.SECCOMP_RET_ERRNO | uint32(with) }

// Offsets in struct seccomp_data of seccomp(2).
const (
	offCall = 0
	offArch = 4
	offArgs = 16
)

// program compiles rules for the kernel. Calls that no rule is about, or whose
// arguments are others, end in otherwise; those of a foreign architecture, for
// which the numbers mean something else, end the process.
func program(rules []rule, otherwise uint32) []unix.SockFilter {
	p := []unix.SockFilter{
		load(offArch), skipUnless(auditArch, 1), jump(1), give(kill),
		load(offCall),
	}
	if foreignCalls != 0 {
		p = append(p, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K, Jf: 1, K: foreignCalls}, give(kill))
	}
	for _, r := range rules {
		p = append(p, skipUnless(uint32(r.call), uint8(5*len(r.when)+1)))
		for _, a := range r.when {
			p = append(p, load(uint32(offArgs+8*a.no)), mask(a.mask), skipUnless(a.want, 1), jump(1), give(otherwise))
		}
		p = append(p, give(r.do))
	}
	return append(p, give(otherwise))
}

func load(off uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: off}
}

func mask(bits uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: bits}
}

func skipUnless(want uint32, n uint8) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: n, K: want}
}

func jump(n uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JA, K: n}
}

func give(action uint32) unix.SockFilter {
	return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
}

// install puts a filter into force for all threads, for good.
func install(p []unix.SockFilter) error {
	runtime.LockOSThread() // no_new_privs is per thread until the filter is in force
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	prog := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]}
	straggler, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	if errno != 0 {
		return errno
	}
	if straggler != 0 {
		return fmt.Errorf("thread %d can't take the filter", straggler)
	}
	return nil
}
