package sandbox

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"untag/platform/apply"
	"untag/scrub"
)

// workerName is the only argument of a worker.
const workerName = "untag-worker"

// socketFD is what a worker talks through.
const socketFD = 3

// How a worker ends, other than by a signal or the runtime (2).
const (
	exitDone   = 0
	exitMisuse = 64 // not started by [Start]
	exitOrphan = 65
	exitPanic  = 66
)

// IsWorker tells whether the program was started to be a worker. If so it must
// do nothing but call [Main].
func IsWorker(args []string) bool { return len(args) == 2 && args[1] == workerName }

// Main is the life of a worker: it gives up all it could do, then parses with
// the engine what it is handed. It ends the process.
func Main(e *scrub.Engine) {
	if _, err := unix.GetsockoptInt(socketFD, unix.SOL_SOCKET, unix.SO_TYPE); err != nil {
		fmt.Fprintf(os.Stderr, "%s is for the program itself to start\n", workerName)
		os.Exit(exitMisuse)
	}
	settle()
	s := confine()
	os.Exit(serve(e, s))
}

// settle brings the runtime into the state that it will stay in.
func settle() {
	// The terminal and the service manager signal all processes of the
	// program. It is for the program to end its workers, between two files.
	signal.Ignore(unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2)
	runtime.GOMAXPROCS(2)        // a parser and the collector
	time.Sleep(time.Microsecond) // has the runtime open its epoll set now
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(heapGoal)
	debug.SetMaxStack(16 << 20)
	debug.SetTraceback("none")
}

// server is the worker's end of the conversation.
type server struct {
	engine *scrub.Engine
	in     *bufio.Reader
	out    *bufio.Writer
}

// serve greets and answers until nobody asks.
func serve(engine *scrub.Engine, s Status) int {
	w := server{engine, bufio.NewReaderSize(pipe{}, 16<<10), bufio.NewWriterSize(pipe{}, 32<<10)}
	e := encoder{w: w.out}
	e.status(s)
	if w.out.Flush() != nil {
		return exitDone
	}
	for {
		switch err := w.next(); err {
		case nil:
		case io.EOF:
			return exitDone
		case errPanic:
			return exitPanic
		default:
			return exitMisuse
		}
	}
}

var errPanic = errors.New("panic")

// next answers one request.
func (w *server) next() error {
	no, fd, err := receive()
	if err != nil {
		return err
	}
	d := decoder{r: w.in, left: maxMessage}
	q := d.request()
	if d.err != nil || d.number() != no {
		return fmt.Errorf("a request without an end: %w", d.err)
	}
	r := w.parse(q, fd)
	unix.Close(fd) // before the answer: then nobody holds the file open for us
	e := encoder{w: w.out}
	e.number(no)
	e.reply(r)
	e.number(no)
	if err := w.out.Flush(); err != nil {
		return io.EOF
	}
	if r.panicked != "" {
		return errPanic
	}
	many := r.plan != nil && len(r.plan.Map)+len(r.plan.Edits) > manyPieces
	if r = (reply{}); many {
		debug.FreeOSMemory() // the next file will hardly need as much
	}
	return nil
}

// manyPieces take megabytes.
const manyPieces = 1 << 15

// receive takes the number of a request, and the file that it is about.
func receive() (no uint64, fd int, err error) {
	var head [8]byte
	oob := make([]byte, unix.CmsgSpace(4))
	n, oobn := 0, 0
	err = unix.EINTR
	for err == unix.EINTR {
		n, oobn, _, _, err = unix.Recvmsg(socketFD, head[:], oob, unix.MSG_CMSG_CLOEXEC|unix.MSG_WAITALL)
	}
	if err != nil || n == 0 {
		return 0, 0, io.EOF
	}
	messages, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil || len(messages) != 1 || n != len(head) {
		return 0, 0, fmt.Errorf("a request without a file: %w", err)
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return 0, 0, fmt.Errorf("a request without a file: %w", err)
	}
	return decodeNumber(head[:]), fds[0], nil
}

// parse does what the request asks for.
func (w *server) parse(q request, fd int) (r reply) {
	defer func() {
		if p := recover(); p != nil {
			r = reply{panicked: printable(fmt.Sprint(p), maxLine) + ", " + where()}
		}
	}()
	if err := readOnly(fd); err != nil {
		return reply{err: err}
	}
	switch q.what {
	case askPlan:
		p, err := w.engine.Plan(source(fd), q.size, q.opt)
		return checked(p, err)
	case askCompaction:
		c, err := w.engine.Compact(source(fd), q.size, q.opt)
		if c != nil && (len(c.Drops) > maxEdits || tooManyEdits(c.Patches)) {
			return reply{err: scrub.ErrTooMany}
		}
		return reply{compaction: c, err: err}
	}
	return reply{err: errors.New("nobody knows what is asked for")}
}

// checked is a plan that can be sent.
func checked(p *scrub.Plan, err error) reply {
	switch {
	case err != nil:
	case oversize(p):
		err = scrub.ErrTooMany
	default:
		if unsound := p.Check(); unsound != nil {
			err = fmt.Errorf("%w: %w", apply.ErrPlan, unsound)
		}
	}
	return reply{plan: p, err: err}
}

// readOnly refuses a descriptor that could be used for more than reading. That
// it is one of a file was seen to before: a FUSE file system may tell the user
// who is nobody less than the one who opened the file.
func readOnly(fd int) error {
	flags, err := unix.FcntlInt(uintptr(fd), unix.F_GETFL, 0)
	if err == nil && flags&unix.O_ACCMODE != unix.O_RDONLY {
		err = errors.New("the descriptor is good for more than reading")
	}
	return err
}

// where names the functions that a panic came from, innermost first.
func where() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var names []string
	for more := true; more && len(names) < 4; {
		var f runtime.Frame
		if f, more = frames.Next(); !strings.HasPrefix(f.Function, "runtime.") {
			names = append(names, fmt.Sprintf("%s:%d", f.Function[strings.LastIndexByte(f.Function, '/')+1:], f.Line))
		}
	}
	return "in " + strings.Join(names, " < ")
}

// pipe is the socket without the runtime's poller.
type pipe struct{}

func (pipe) Read(p []byte) (int, error) {
	n, err := retry(func() (int, error) { return unix.Read(socketFD, p) })
	if n == 0 && err == nil {
		err = io.EOF
	}
	return n, err
}

func (pipe) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, err := retry(func() (int, error) { return unix.Write(socketFD, p[done:]) })
		if err != nil {
			return done, err
		}
		done += n
	}
	return done, nil
}

// source is the file that was handed over.
type source int

func (s source) ReadAt(p []byte, off int64) (int, error) {
	done := 0
	for done < len(p) {
		n, err := retry(func() (int, error) { return unix.Pread(int(s), p[done:], off+int64(done)) })
		if err != nil {
			return done, err
		}
		if n == 0 {
			return done, io.EOF
		}
		done += n
	}
	return done, nil
}

func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}
