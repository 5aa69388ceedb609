package sandbox

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unsafe"

	"github.com/landlock-lsm/go-landlock/landlock"
	llsys "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"
)

// confine gives up everything but the descriptors 0 to 3, for good and for all
// threads, and tells what of it worked. Nothing here may fail the worker: what
// does not work is found by [attempts] and decided on by the program.
func confine() (s Status) {
	parent := os.Getppid()
	// A system without memory is to end a worker, not the program in the midst of a write.
	os.WriteFile("/proc/self/oom_score_adj", []byte("1000"), 0)
	last := closeOthers()
	dropPrivileges()
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(unix.SIGKILL), 0, 0, 0); err != nil || os.Getppid() != parent {
		os.Exit(exitOrphan) // changing the user clears the signal: the parent may have gone since
	}
	setLimits()
	var err error
	if s.Landlock, err = restrict(); err != nil {
		s.Missing = append(s.Missing, fmt.Sprintf("landlock: %v", err))
	}
	limitFiles(last)
	unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) // others of this user can't look in; too late for libpsx if done earlier
	if err := filterCalls(); err != nil {
		s.Missing = append(s.Missing, fmt.Sprintf("seccomp: %v", err))
	} else {
		s.Seccomp = true
	}
	s.Open = attempts()
	return s
}

// closeOthers closes what the worker inherited by somebody's mistake and what
// the runtime opened to learn about its control group, and returns the highest
// descriptor in use. The runtime's epoll set and the like are of no file type.
func closeOthers() (last int) {
	last = socketFD
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		fd, err := strconv.Atoi(e.Name())
		if err != nil || fd <= socketFD {
			continue
		}
		var st unix.Stat_t
		if unix.Fstat(fd, &st) != nil {
			continue
		}
		if st.Mode&unix.S_IFMT != 0 {
			unix.Close(fd)
		} else {
			last = max(last, fd)
		}
	}
	return last
}

// nobody is the overflow user and group of the kernel.
const nobody = 65534

// dropPrivileges leaves a worker of root with another user, and any worker
// without capabilities. It is a second wall: with the other walls in force none
// of it could be used.
func dropPrivileges() {
	// A user other than the program's can only be ended with CAP_KILL, which
	// a service may have been denied.
	if os.Geteuid() == 0 && capable(unix.CAP_SETUID, unix.CAP_SETGID, unix.CAP_KILL) {
		unix.Setgroups(nil)
		unix.Setresgid(nobody, nobody, nobody)
		unix.Setresuid(nobody, nobody, nobody)
	}
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var none [2]unix.CapUserData
	psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&none[0])), 0)
}

func capable(want ...int) bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var have [2]unix.CapUserData
	if unix.Capget(&header, &have[0]) != nil {
		return false
	}
	for _, c := range want {
		if have[c/32].Effective&(1<<(c%32)) == 0 {
			return false
		}
	}
	return true
}

// Memory in bytes. The collector aims at the first; the second is for what the
// first does not bound, and the end of a worker that asks for more.
const (
	heapGoal = 40 << 20
	dataRoom = 384 << 20
)

// setLimits bounds what is left to be used up. There is no limit on processes:
// the kernel counts those of the user everywhere, and threads among them.
func setLimits() {
	for what, most := range map[int]uint64{
		unix.RLIMIT_CORE:    0,
		unix.RLIMIT_FSIZE:   0,
		unix.RLIMIT_MEMLOCK: 0,
		unix.RLIMIT_DATA:    dataInUse() + dataRoom,
	} {
		limit(what, most)
	}
}

// limitFiles leaves room for the one file that is handed over, when nothing else
// has to be opened any more: Landlock is set up with two, and libpsx lists threads.
func limitFiles(last int) { limit(unix.RLIMIT_NOFILE, uint64(last)+2) }

// limit fails where a lower limit is in force.
func limit(what int, most uint64) { unix.Setrlimit(what, &unix.Rlimit{Cur: most, Max: most}) }

// dataInUse is the memory that counts towards RLIMIT_DATA, in bytes. Address
// space that is only reserved, of which Go takes much, does not.
func dataInUse() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	fields := strings.Fields(string(b))
	if err != nil || len(fields) < 6 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[5], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// restrict takes the file system and more away by Landlock: no rules, so that
// nothing is allowed. It returns the version of the kernel's interface.
func restrict() (version int, err error) {
	if version, err = llsys.LandlockGetABIVersion(); err != nil {
		return 0, err
	}
	if err := landlock.V11.DisableLoggingForOriginatingProcess().BestEffort().Restrict(); err != nil {
		return 0, err
	}
	// Where the kernel refuses, the library can succeed and do nothing.
	fd, err := unix.Open("/", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	if err == nil {
		unix.Close(fd)
		return 0, errors.New("not in force")
	}
	return version, nil
}

func filterCalls() error {
	rules := workerRules(os.Getpid())
	if rules == nil {
		return errors.New("its rules are not known for this architecture")
	}
	return install(program(rules, fails(unix.EPERM)))
}
