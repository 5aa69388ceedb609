package sandbox

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
	"kernel.org/pub/linux/libs/security/libcap/psx"

	"untag/platform/leaktest"
	"untag/scrub"
)

// canConfine skips a test where the kernel lacks what it is about.
func canConfine(t testing.TB, p *Pool) {
	t.Helper()
	s, err := p.Status()
	if err != nil {
		t.Fatal(err)
	}
	if !s.Full() {
		t.Skip(s)
	}
}

func TestEverythingIsDenied(t *testing.T) {
	p := start(t, Options{Workers: 1})
	canConfine(t, p)
	got := found(t, p, "TOY:try\nbody")
	allowed := map[string]string{"handed": "true", "pread": "<nil>", "mmap for data": "<nil>", "environment": "0", "body": "\uFFFD\x00name"}
	denied := regexp.MustCompile(`(operation not permitted|permission denied|bad file descriptor)$`)
	for place, value := range got {
		if want, ok := allowed[place]; ok && value != want {
			t.Errorf("%s: %q, want %q", place, value, want)
		} else if !ok && !denied.MatchString(value) {
			t.Errorf("%s: %q", place, value)
		}
	}
	if len(got) < 35 {
		t.Errorf("only %d things were tried", len(got))
	}
	if value := got["pwrite"]; value != "operation not permitted" && value != "bad file descriptor" {
		t.Errorf("pwrite: %q", value)
	}
	serves(t, p) // and none of it was punished
}

// Each of the worker's own attempts finds a process that is not confined.
func TestAttemptsFindOpenDoors(t *testing.T) {
	out := helper(t, "attempts", nil)
	for _, a := range forbidden {
		if !strings.Contains(out, a.what+"\n") {
			t.Errorf("%q was not found open in:\n%s", a.what, out)
		}
	}
}

// What the kernel says of a worker.
func TestWorkerAsSeenFromOutside(t *testing.T) {
	p := start(t, Options{Workers: 1})
	canConfine(t, p)
	serves(t, p)
	proc := fmt.Sprintf("/proc/%d/", pid(t, p))
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatal(err)
	}
	uid := os.Getuid()
	if uid == 0 {
		uid = nobody
	}
	for _, want := range []string{
		fmt.Sprintf("Uid:\t%d\t%[1]d\t%[1]d\t%[1]d", uid), "CapInh:\t0000000000000000", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapAmb:\t0000000000000000",
		"NoNewPrivs:\t1", "Seccomp:\t2",
	} {
		if !strings.Contains(string(status), want+"\n") {
			t.Errorf("no %q in\n%s", want, status)
		}
	}
	if os.Getuid() != 0 {
		return // it can't be looked into, not even by the user who runs it
	}
	if env, err := os.ReadFile(proc + "environ"); err != nil || len(env) > 0 {
		t.Errorf("environment: %q, %v", env, err)
	}
	if dir, err := os.Readlink(proc + "cwd"); dir != "/" {
		t.Errorf("folder: %q, %v", dir, err)
	}
	fds, err := os.ReadDir(proc + "fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		to, _ := os.Readlink(proc + "fd/" + fd.Name())
		if !regexp.MustCompile(`^(/dev/null|pipe:.*|socket:.*|anon_inode:.*)$`).MatchString(to) {
			t.Errorf("it has %s open", to)
		}
	}
	limits, err := os.ReadFile(proc + "limits")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`Max core file size +0 +0 `, `Max file size +0 +0 `, `Max open files +1?\d +1?\d `, `Max data size +\d+ +\d+ `, `Max locked memory +0 +0 `} {
		if !regexp.MustCompile(want).Match(limits) {
			t.Errorf("no %q in\n%s", want, limits)
		}
	}
}

// A file is not handed over with more rights than to read it.
func TestDescriptorsAreReadOnly(t *testing.T) {
	p := start(t, Options{Workers: 1})
	f, size := file(t, "TOY:try\nbody")
	rw, err := os.OpenFile(f.Name(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer rw.Close()
	got, err := p.Plan(bg, rw, size, scrub.Options{})
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(got.Findings, func(f scrub.Finding) bool { return f.Place == "write" })
	if i < 0 || got.Findings[i].Value != "bad file descriptor" {
		t.Errorf("write: %+v", got.Findings)
	}

	pl, err := p.take(bg)
	if err != nil {
		t.Fatal(err)
	}
	defer p.leave(pl)
	r, err := pl.worker.ask(bg, rw, request{what: askPlan, size: 4})
	if err != nil || r.err == nil || r.err.Error() != "the descriptor is good for more than reading" {
		t.Errorf("%+v, %v", r, err)
	}
}

// Nobody has the file open once its plan is there: a lease is granted.
func TestFileIsClosedBeforeTheAnswer(t *testing.T) {
	p := start(t, Options{Workers: 1})
	for i := range 100 {
		f, size := file(t, "TOY:plain\nbody")
		if _, err := p.Plan(bg, f, size, scrub.Options{}); err != nil {
			t.Fatal(err)
		}
		name := f.Name()
		f.Close()
		rw, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unix.FcntlInt(rw.Fd(), unix.F_SETLEASE, unix.F_WRLCK); err != nil {
			t.Errorf("file %d: no lease: %v", i, err)
		}
		rw.Close()
	}
}

// helpers are programs in which a test has part of itself run.
var helpers = map[string]func(){
	"attempts": func() {
		fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
		if err != nil {
			panic(err)
		}
		unix.Dup2(fds[0], socketFD)
		for _, open := range attempts() {
			fmt.Println(open)
		}
	},
	"status": func() {
		for name, with := range restraints {
			if slices.Contains(os.Args, name) {
				if err := with(); err != nil {
					panic(err)
				}
			}
		}
		say := func(opt Options) {
			opt.Engine, opt.Workers = engine, 1
			p, err := Start(opt)
			if err != nil {
				fmt.Println("refused:", err)
				return
			}
			defer p.Close()
			s, err := p.Status()
			fmt.Printf("%v %v %v\n", s.Full(), s, err)
			plan, err := p.Plan(bg, temp("TOY:try\nbody"), 12, scrub.Options{})
			if err != nil {
				fmt.Println("plan:", err)
				return
			}
			fmt.Println("plan:", plan.Format, plan.Status())
			p.Close()
			if left := leaktest.Children(); len(left) > 0 {
				fmt.Println("left:", left)
			}
		}
		say(Options{Warn: func(s string) { fmt.Println("warning:", s) }})
		say(Options{Require: true})
	},
}

// restraints are what a helper does to itself first, as a service manager, an
// old kernel or a container would.
var restraints = map[string]func() error{
	"without landlock":   func() error { return without(unix.ENOSYS, landlockCalls...) },
	"landlock forbidden": func() error { return without(unix.EPERM, landlockCalls...) },
	"without seccomp":    func() error { return without(unix.EINVAL, unix.SYS_SECCOMP) },
	"without both":       func() error { return without(unix.ENOSYS, append(landlockCalls, unix.SYS_SECCOMP)...) },
	"as nobody": func() error {
		if os.Getuid() != 0 {
			return nil
		}
		if err := syscall.Setgroups(nil); err != nil {
			return err
		}
		if err := syscall.Setresgid(nobody, nobody, nobody); err != nil {
			return err
		}
		return syscall.Setresuid(nobody, nobody, nobody)
	},
	"without set-user": func() error {
		return without(unix.EPERM, unix.SYS_SETRESUID, unix.SYS_SETRESGID, unix.SYS_SETGROUPS, unix.SYS_CAPSET)
	},
	"without CAP_KILL": func() error {
		if os.Getuid() != 0 {
			return nil
		}
		_, _, errno := psx.Syscall3(unix.SYS_PRCTL, unix.PR_CAPBSET_DROP, unix.CAP_KILL, 0)
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var have [2]unix.CapUserData
		if err := unix.Capget(&header, &have[0]); err != nil || errno != 0 {
			return fmt.Errorf("%v, %w", errno, err)
		}
		have[0].Effective &^= 1 << unix.CAP_KILL
		have[0].Permitted &^= 1 << unix.CAP_KILL
		if _, _, errno := psx.Syscall3(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&have[0])), 0); errno != 0 {
			return errno
		}
		return nil
	},
	"without limits": func() error { return without(unix.EPERM, unix.SYS_PRLIMIT64) },
}

var landlockCalls = []uintptr{unix.SYS_LANDLOCK_CREATE_RULESET, unix.SYS_LANDLOCK_ADD_RULE, unix.SYS_LANDLOCK_RESTRICT_SELF}

// without has calls fail in this process and those that it starts.
func without(errno unix.Errno, calls ...uintptr) error {
	var rules []rule
	for _, c := range calls {
		rules = append(rules, rule{call: c, do: fails(errno)})
	}
	return install(program(rules, allow))
}

// helper runs this binary as one of the helpers and returns what it prints.
func helper(t *testing.T, name string, args []string) string {
	t.Helper()
	c := exec.Command("/proc/self/exe", args...)
	c.Env = append(os.Environ(), "UNTAG_TEST_HELPER="+name)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Run(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String()
}

func TestStatus(t *testing.T) {
	canConfine(t, start(t, Options{Workers: 1}))
	for _, c := range []struct {
		restraint string
		want      []string // lines
	}{
		{"", []string{`true parsers are confined by landlock \d+ and seccomp <nil>`, `plan: toy dirty`, `true .*`, `plan: toy dirty`}},
		{"as nobody", []string{`true parsers are confined by landlock \d+ and seccomp <nil>`, `plan: toy dirty`, `true .*`, `plan: toy dirty`}},
		{"without set-user", []string{`true .*`, `plan: toy dirty`, `true .*`, `plan: toy dirty`}},
		{"without CAP_KILL", []string{`true .*`, `plan: toy dirty`, `true .*`, `plan: toy dirty`}},
		{"without limits", []string{`true .*`, `plan: toy dirty`, `true .*`, `plan: toy dirty`}},
		{"without landlock", []string{
			`warning: parsers are confined by seccomp alone \(landlock: function not implemented\)`, `false parsers are .*`, `plan: toy dirty`,
			`refused: the parser's process failed: it could not be confined: parsers are confined by seccomp alone \(landlock: .*`,
		}},
		{"landlock forbidden", []string{`warning: parsers are confined by seccomp alone \(landlock: operation not permitted\)`, `false .*`, `plan: toy dirty`, `refused: .*`}},
		{"without seccomp", []string{
			`warning: parsers are confined by landlock \d+ alone \(seccomp: invalid argument\); they could (look at files, )?use the network, use local sockets, .*make files in memory, .*make processes, .*`,
			`false .*`, `plan: .*`, `refused: .*`,
		}},
		{"without both", []string{`warning: parsers are not confined \(landlock: function not implemented; seccomp: function not implemented\)`, `false .*`, `plan: .*`, `refused: .*`}},
	} {
		t.Run(c.restraint, func(t *testing.T) {
			out := strings.TrimSpace(helper(t, "status", []string{c.restraint}))
			lines := strings.Split(out, "\n")
			for i, want := range c.want {
				if i >= len(lines) || !regexp.MustCompile("^"+want+"$").MatchString(lines[i]) {
					t.Fatalf("line %d is not %q:\n%s", i, want, out)
				}
			}
			if len(lines) != len(c.want) {
				t.Errorf("%d lines, want %d:\n%s", len(lines), len(c.want), out)
			}
		})
	}
}

// What confines a worker opens files. Numbers that happen to be free below the
// highest one in use must not be what makes room for that.
func TestConfinedWithoutFreeDescriptors(t *testing.T) {
	canConfine(t, start(t, Options{Workers: 1}))
	if out := helper(t, "without free descriptors", nil); !regexp.MustCompile(`^parsers are confined by landlock \d+ and seccomp\n$`).MatchString(out) {
		t.Error(out)
	}
}

func init() {
	helpers["without free descriptors"] = func() {
		os.ReadFile("/proc/self/stat") // has the runtime open what it waits with
		closeOthers()
		for range 8 {
			unix.Eventfd(0, unix.EFD_CLOEXEC)
		}
		fmt.Println(confine())
	}
}

// A program that is killed takes its workers along, also one that computes.
func TestWorkersDieWithTheProgram(t *testing.T) {
	c := exec.Command("/proc/self/exe")
	c.Env = append(os.Environ(), "UNTAG_TEST_HELPER=busy")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 32)
	n, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	worker, err := strconv.Atoi(strings.TrimSpace(string(line[:n])))
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Kill(worker, 0); err != nil {
		t.Fatal(err)
	}
	c.Process.Kill()
	c.Wait()
	for range 500 {
		if b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", worker)); err != nil || strings.Contains(string(b), ") Z ") {
			return
		}
		unix.Nanosleep(&unix.Timespec{Nsec: 10e6}, nil)
	}
	t.Errorf("worker %d lives", worker)
}

func init() {
	helpers["busy"] = func() {
		p, err := Start(Options{Engine: engine, Workers: 1})
		if err != nil {
			panic(err)
		}
		pl := <-p.manned
		fmt.Println(pl.worker.proc.Pid)
		p.leave(pl)
		p.Plan(bg, temp("TOY:spin\nbody"), 13, scrub.Options{})
	}
}

// temp is a file for a helper.
func temp(content string) *os.File {
	f, err := os.CreateTemp("", "untag-test-")
	if err != nil {
		panic(err)
	}
	os.Remove(f.Name())
	f.WriteString(content)
	return f
}

func TestMisuse(t *testing.T) {
	c := exec.Command("/proc/self/exe", workerName)
	out, err := c.CombinedOutput()
	if c.ProcessState.ExitCode() != exitMisuse || string(out) != "untag-worker is for the program itself to start\n" {
		t.Errorf("%v: %q", err, out)
	}
}
