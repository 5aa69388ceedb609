package sandbox

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"untag/scrub"
)

// toy is a format whose files tell the parser what to do: "TOY:", a word, a
// number perhaps, a line feed, and a body that goes.
var toy = scrub.Format{
	Name:       "toy",
	Extensions: []string{"toy"},
	Sniff:      func(head []byte, _ int64) bool { return bytes.HasPrefix(head, []byte("TOY:")) },
	Parse:      parseToy,
	Compact: func(s *scrub.Scan) ([]scrub.Change, error) {
		line, n, err := toyLine(s)
		if err != nil || line == "full" {
			return nil, err
		}
		if line == "broken" {
			return nil, s.Errorf(4, "a word that can't be\n\x1b[31m")
		}
		return []scrub.Change{{Off: n, Len: s.Size() - n}, {Off: 0, Len: 2, Data: []byte("TO")}}, nil
	},
}

func toyLine(s *scrub.Scan) (line string, n int64, err error) {
	head, err := s.Bytes(0, int(min(s.Size(), 256)))
	if err != nil {
		return "", 0, err
	}
	end := bytes.IndexByte(head, '\n')
	if end < 0 {
		return "", 0, s.Errorf(0, "no end of the line")
	}
	return string(head[4:end]), int64(end) + 1, nil
}

func parseToy(s *scrub.Scan) error {
	line, n, err := toyLine(s)
	if err != nil {
		return err
	}
	s.Claim(0, n, scrub.Structure, "head")
	word, number, _ := strings.Cut(line, " ")
	count, _ := strconv.Atoi(strings.TrimSpace(number))
	if do := toyActs[word]; do != nil {
		do(s, count)
	}
	switch word {
	case "pieces":
		return pieces(s, n, count)
	case "payload":
		s.Claim(n, s.Size()-n, scrub.Payload, "body")
		return nil
	case "known":
		end, ok := s.Known(n)
		s.Found(scrub.Finding{Kind: scrub.Unknown, Place: "known", Value: fmt.Sprint(end, ok)})
	case "refuse":
		return s.Unsupportedf(n, "a refusal")
	case "partly":
		s.Doubt("a doubt about %q", "\xff\n")
	}
	s.Claim(n, s.Size()-n, scrub.Identify, "body")
	s.Found(scrub.Finding{Kind: scrub.Person, Place: "body", Off: n, Len: s.Size() - n, Value: "\xff\x00name"})
	s.Fill(scrub.Destroy, n, s.Size()-n, ' ')
	return nil
}

// pieces claims count bytes one by one, each with an edit of its own.
func pieces(s *scrub.Scan, n int64, count int) error {
	for i := range int64(count) {
		s.Claim(n+2*i, 1, scrub.Identify, "piece")
		s.Claim(n+2*i+1, 1, scrub.Payload, "between")
		s.Put(scrub.Destroy, n+2*i, []byte{'x'})
	}
	n += 2 * int64(count)
	s.Claim(n, s.Size()-n, scrub.Payload, "rest")
	return nil
}

var sink []byte

var spun int

// toyActs are what a parser that was taken over could do.
var toyActs = map[string]func(s *scrub.Scan, n int){
	"panic": func(*scrub.Scan, int) { panic("the parser's \x1b[31m\nmistake") },
	"index": func(_ *scrub.Scan, n int) { _ = make([]byte, 3)[n] },
	"deep":  func(*scrub.Scan, int) { deep(1) },
	"exit":  func(_ *scrub.Scan, n int) { os.Exit(n) },
	"spin": func(*scrub.Scan, int) {
		for {
			spun++
		}
	},
	"sleep":  func(*scrub.Scan, int) { time.Sleep(time.Hour) },
	"nap":    func(_ *scrub.Scan, n int) { time.Sleep(time.Duration(n) * time.Millisecond) },
	"signal": func(_ *scrub.Scan, n int) { unix.Kill(os.Getpid(), unix.Signal(n)); time.Sleep(50 * time.Millisecond) },
	"hog": func(_ *scrub.Scan, n int) {
		sink = make([]byte, n<<20)
		for i := 0; i < len(sink); i += 4096 {
			sink[i] = 1
		}
		sink = nil
	},
	"complain": func(_ *scrub.Scan, n int) {
		for range n {
			os.Stderr.WriteString(strings.Repeat("complaint ", 100))
		}
	},
	"read": func(s *scrub.Scan, n int) {
		for at := int64(0); at < int64(n); at += 64 << 10 {
			_, _ = s.Bytes(at, 64<<10)
		}
	},
	"find": func(s *scrub.Scan, n int) {
		for i := range n {
			s.Found(scrub.Finding{Kind: scrub.Time, Place: fmt.Sprint("time ", i), Off: s.Size(), Len: 0})
		}
	},
	"doubt": func(s *scrub.Scan, n int) {
		for i := range n {
			s.Doubt("doubt %d", i)
		}
	},
	"ptrace": func(*scrub.Scan, int) { unix.RawSyscall(unix.SYS_PTRACE, unix.PTRACE_TRACEME, 0, 0) },
	"exec":   func(*scrub.Scan, int) { unix.Exec("/bin/true", []string{"true"}, nil) },
	"peek": func(*scrub.Scan, int) {
		unix.RawSyscall6(unix.SYS_PROCESS_VM_READV, uintptr(os.Getppid()), 0, 0, 0, 0, 0)
	},
	"try":  tryAll,
	"work": work,
}

func deep(n int) int {
	var room [1 << 10]byte
	room[n%len(room)] = 1
	if n < 0 {
		return 0 // never
	}
	return deep(n+1) + int(room[7])
}

// tell makes a finding of what somebody found out.
func tell(s *scrub.Scan, place string, value any) {
	s.Found(scrub.Finding{Kind: scrub.Unknown, Place: place, Value: fmt.Sprint(value)})
}

// tryAll tries more, and in other ways, than the worker's own check does.
func tryAll(s *scrub.Scan, _ int) {
	_, err := os.ReadFile("/etc/passwd")
	tell(s, "read /etc/passwd", err)
	_, err = os.Open("/")
	tell(s, "open /", err)
	_, err = os.ReadDir("/proc/self/fd")
	tell(s, "read /proc", err)
	tell(s, "write a file", os.WriteFile("/tmp/untag-escaped", nil, 0o600))
	tell(s, "remove a file", os.Remove("/tmp/untag-escaped"))
	_, err = net.DialTimeout("tcp", "127.0.0.1:22", time.Second)
	tell(s, "connect by TCP", err)
	_, err = net.DialTimeout("unix", "/run/systemd/private", time.Second)
	tell(s, "connect locally", err)
	tell(s, "start a program", exec.Command("/bin/true").Run())
	fd, err := unix.Socket(unix.AF_INET6, unix.SOCK_DGRAM, 0)
	tell(s, "socket", fmt.Sprint(fd, err))
	_, err = unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	tell(s, "socketpair", err)
	_, err = unix.MemfdCreate("x", 0)
	tell(s, "memfd_create", err)
	_, err = unix.InotifyInit1(0)
	tell(s, "inotify_init1", err)
	tell(s, "kill the program", unix.Kill(os.Getppid(), 0))
	tell(s, "kill everything", unix.Kill(-1, 0))
	tell(s, "tgkill another", unix.Tgkill(os.Getppid(), os.Getppid(), 0))
	_, err = unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_ANON|unix.MAP_PRIVATE)
	tell(s, "mmap for code", err)
	page, err := unix.Mmap(-1, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	tell(s, "mmap for data", err)
	tell(s, "mprotect for code", unix.Mprotect(page, unix.PROT_READ|unix.PROT_EXEC))
	_, err = unix.FcntlInt(socketFD, unix.F_DUPFD, 0)
	tell(s, "fcntl dup", err)
	tell(s, "prctl dumpable", unix.Prctl(unix.PR_SET_DUMPABLE, 1, 0, 0, 0))
	tell(s, "setrlimit", unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 100, Max: 100}))
	_, err = unix.IoctlGetTermios(socketFD, unix.TCGETS)
	tell(s, "ioctl", err)
	tryHanded(s)
	tell(s, "environment", fmt.Sprint(len(os.Environ())))
}

// tryHanded does to the file what needs no right to write: only the filter of
// calls stands in the way of most of it.
func tryHanded(s *scrub.Scan) {
	fd := -1
	for i := socketFD + 1; i < 64 && fd < 0; i++ {
		if flags, err := unix.FcntlInt(uintptr(i), unix.F_GETFL, 0); err == nil && flags&unix.O_ACCMODE == unix.O_RDONLY {
			fd = i
		}
	}
	tell(s, "handed", fd > 0)
	_, err := unix.Pread(fd, make([]byte, 4), 0)
	tell(s, "pread", err)
	var st unix.Stat_t
	tell(s, "fstat", unix.Fstat(fd, &st))
	_, err = unix.Pwrite(fd, []byte("x"), 0)
	tell(s, "pwrite", err)
	_, err = unix.Write(fd, []byte("x"))
	tell(s, "write", err)
	tell(s, "ftruncate", unix.Ftruncate(fd, 0))
	tell(s, "fchmod", unix.Fchmod(fd, 0o777))
	tell(s, "fchown", unix.Fchown(fd, 1, 1))
	tell(s, "fsetxattr", unix.Fsetxattr(fd, "user.x", []byte("x"), 0))
	tell(s, "futimens", futimens(fd))
	tell(s, "flock", unix.Flock(fd, unix.LOCK_EX))
	_, err = unix.FcntlInt(uintptr(fd), unix.F_SETFL, unix.O_NONBLOCK)
	tell(s, "fcntl setfl", err)
	_, err = unix.Mmap(fd, 0, 1, unix.PROT_READ, unix.MAP_SHARED)
	tell(s, "mmap of it", err)
	_, err = unix.Seek(fd, 1, 0)
	tell(s, "lseek", err)
	_, err = unix.Openat(fd, "..", unix.O_RDONLY, 0)
	tell(s, "openat", err)
}

func futimens(fd int) error {
	var times [2]unix.Timespec
	_, _, errno := unix.Syscall6(unix.SYS_UTIMENSAT, uintptr(fd), 0, uintptr(unsafe.Pointer(&times)), 0, 0, 0)
	if errno == 0 {
		return nil
	}
	return errno
}

// work asks much of the runtime: threads, timers, a heap that grows and shrinks.
func work(s *scrub.Scan, _ int) {
	done := make(chan int)
	for range 30 {
		go func() {
			b := make([]byte, 2<<20)
			time.Sleep(time.Millisecond)
			done <- len(b)
		}()
	}
	sum := 0
	for range 30 {
		sum += <-done
	}
	runtime.GC()
	for range 4 {
		go func() {
			runtime.LockOSThread() // ends the thread with the goroutine
			done <- 1
		}()
		<-done
	}
	tell(s, "sum", sum)
}
