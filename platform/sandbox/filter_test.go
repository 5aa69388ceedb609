//go:build amd64 || arm64

package sandbox

import (
	"encoding/binary"
	"testing"

	"golang.org/x/sys/unix"
)

// decide is what the kernel makes of a call under a filter.
func decide(t *testing.T, p []unix.SockFilter, arch, call uint32, args ...uint64) uint32 {
	t.Helper()
	data := make([]byte, 64)
	binary.LittleEndian.PutUint32(data[offCall:], call)
	binary.LittleEndian.PutUint32(data[offArch:], arch)
	for i, a := range args {
		binary.LittleEndian.PutUint64(data[offArgs+8*i:], a)
	}
	var acc uint32
	for at := 0; at < len(p); at++ {
		skip := p[at].Jf
		switch f := p[at]; f.Code {
		case unix.BPF_LD | unix.BPF_W | unix.BPF_ABS:
			acc = binary.LittleEndian.Uint32(data[f.K:])
			skip = 0
		case unix.BPF_ALU | unix.BPF_AND | unix.BPF_K:
			acc &= f.K
			skip = 0
		case unix.BPF_JMP | unix.BPF_JA:
			at += int(f.K)
			skip = 0
		case unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K:
			if acc == f.K {
				skip = f.Jt
			}
		case unix.BPF_JMP | unix.BPF_JGE | unix.BPF_K:
			if acc >= f.K {
				skip = f.Jt
			}
		case unix.BPF_RET | unix.BPF_K:
			return f.K
		default:
			t.Fatalf("instruction %d: %+v", at, f)
		}
		at += int(skip)
	}
	t.Fatal("no decision")
	return 0
}

func TestFilter(t *testing.T) {
	if auditArch == 0 {
		t.Skip("no rules for this architecture")
	}
	p := program(workerRules(1234), fails(unix.EPERM))
	if len(p) > 4096 {
		t.Errorf("%d instructions are more than the kernel takes", len(p))
	}
	const rw, anon = unix.PROT_READ | unix.PROT_WRITE, unix.MAP_PRIVATE | unix.MAP_ANONYMOUS
	const thread = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD
	no := fails(unix.EPERM)
	for _, c := range []struct {
		what string
		want uint32
		call uint32
		args []uint64
	}{
		{"pread64", allow, unix.SYS_PREAD64, nil},
		{"the last rule", allow, unix.SYS_TGKILL, []uint64{1234, 1235, uint64(unix.SIGURG)}},
		{"another's thread", no, unix.SYS_TGKILL, []uint64{1, 1, 9}},
		{"openat", no, unix.SYS_OPENAT, nil},
		{"kill", no, unix.SYS_KILL, nil},
		{"sendmsg", no, unix.SYS_SENDMSG, nil},
		{"a call to come", no, 5000, nil},
		{"execve", kill, unix.SYS_EXECVE, nil},
		{"ptrace", kill, unix.SYS_PTRACE, nil},
		{"clone3", fails(unix.ENOSYS), unix.SYS_CLONE3, nil},
		{"a thread", allow, unix.SYS_CLONE, []uint64{thread}},
		{"a thread in a namespace", no, unix.SYS_CLONE, []uint64{thread | unix.CLONE_NEWNET}},
		{"a process", no, unix.SYS_CLONE, []uint64{uint64(unix.SIGCHLD)}},
		{"a process by vfork", no, unix.SYS_CLONE, []uint64{unix.CLONE_VFORK | unix.CLONE_VM}},
		{"memory", allow, unix.SYS_MMAP, []uint64{0, 4096, rw, anon, 1<<64 - 1, 0}},
		{"memory for code", no, unix.SYS_MMAP, []uint64{0, 4096, rw | unix.PROT_EXEC, anon, 1<<64 - 1, 0}},
		{"shared memory", no, unix.SYS_MMAP, []uint64{0, 4096, rw, unix.MAP_SHARED | unix.MAP_ANONYMOUS, 1<<64 - 1, 0}},
		{"shared memory, validated", no, unix.SYS_MMAP, []uint64{0, 4096, rw, unix.MAP_SHARED_VALIDATE | unix.MAP_ANONYMOUS, 1<<64 - 1, 0}},
		{"a file as memory of its own", no, unix.SYS_MMAP, []uint64{0, 4096, unix.PROT_READ, unix.MAP_PRIVATE, 6, 0}},
		{"a file as memory", no, unix.SYS_MMAP, []uint64{0, 4096, unix.PROT_READ, unix.MAP_SHARED, 6, 0}},
		{"lseek to data", allow, unix.SYS_LSEEK, []uint64{6, 0, unix.SEEK_DATA}},
		{"lseek", no, unix.SYS_LSEEK, []uint64{6, 0, unix.SEEK_SET}},
		{"mprotect", allow, unix.SYS_MPROTECT, []uint64{0, 4096, rw}},
		{"mprotect for code", no, unix.SYS_MPROTECT, []uint64{0, 4096, unix.PROT_EXEC}},
		{"F_GETFL", allow, unix.SYS_FCNTL, []uint64{6, unix.F_GETFL}},
		{"F_SETFL", no, unix.SYS_FCNTL, []uint64{6, unix.F_SETFL}},
		{"F_SETLEASE", no, unix.SYS_FCNTL, []uint64{6, unix.F_SETLEASE}},
	} {
		if got := decide(t, p, auditArch, c.call, c.args...); got != c.want {
			t.Errorf("%s: 0x%x, want 0x%x", c.what, got, c.want)
		}
		if got := decide(t, p, unix.AUDIT_ARCH_I386, c.call, c.args...); got != kill {
			t.Errorf("%s by the i386 ABI: 0x%x", c.what, got)
		}
		if foreignCalls != 0 {
			if got := decide(t, p, auditArch, c.call|foreignCalls, c.args...); got != kill {
				t.Errorf("%s by the x32 ABI: 0x%x", c.what, got)
			}
		}
	}
}
