package sandbox

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/time/rate"

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
	runtime.GOMAXPROCS(1)        // on a second one the collector takes as much again, asking after work
	time.Sleep(time.Microsecond) // has the runtime open its epoll set now
	debug.SetGCPercent(200)
	debug.SetMemoryLimit(heapGoal)
	debug.SetMaxStack(16 << 20)
	debug.SetTraceback("none")
}

// server is the worker's end of the conversation.
type server struct {
	engine *scrub.Engine
	socket *socket
	in     *bufio.Reader
	out    *bufio.Writer
	pace   *rate.Limiter // nil until one is asked for
}

func newServer(e *scrub.Engine) *server {
	s := &socket{}
	return &server{engine: e, socket: s, in: bufio.NewReaderSize(s, 16<<10), out: bufio.NewWriterSize(s, 32<<10)}
}

// serve greets and answers until nobody asks.
func serve(engine *scrub.Engine, s Status) int {
	w := newServer(engine)
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
	no, q, fd, err := w.receive()
	if err != nil {
		return err
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

// receive takes a request with its number, and the file that it is about. The
// error is io.EOF if there is none.
func (w *server) receive() (no uint64, q request, fd int, err error) {
	d := decoder{r: w.in, left: maxMessage}
	no = d.number()
	q = d.request()
	if end := d.number(); d.err == nil && end != no {
		d.malformed("a request without an end")
	}
	if d.err != nil {
		return 0, q, 0, d.err
	}
	fd, err = w.socket.file()
	return no, q, fd, err
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
		p, err := w.engine.Rehearse(w.source(fd, q.rate), q.size, q.opt)
		return checked(p, err)
	case askCompaction:
		c, err := w.engine.Compact(w.source(fd, q.rate), q.size, q.opt)
		if c != nil && len(c.Changes) > scrub.MaxPieces {
			return reply{err: scrub.ErrTooMany}
		}
		return reply{rewrite: c, err: err}
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

// socket is what a worker talks through, without the runtime's poller.
type socket struct {
	oob    [64]byte
	handed []int // descriptors that came with what was read
}

func (s *socket) Read(p []byte) (int, error) {
	oobn := 0
	n, err := retry(func() (n int, err error) {
		n, oobn, _, _, err = unix.Recvmsg(socketFD, p, s.oob[:], unix.MSG_CMSG_CLOEXEC)
		return n, err
	})
	if err != nil {
		return n, err
	}
	if oobn > 0 {
		return n, s.keep(s.oob[:oobn])
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// keep notes what came beside bytes.
func (s *socket) keep(oob []byte) error {
	messages, err := unix.ParseSocketControlMessage(oob)
	for i := range messages {
		fds, err := unix.ParseUnixRights(&messages[i])
		if err != nil {
			return err
		}
		s.handed = append(s.handed, fds...)
	}
	return err
}

// file returns the descriptor that came with a request.
func (s *socket) file() (int, error) {
	if len(s.handed) != 1 {
		return 0, fmt.Errorf("a request with %d files", len(s.handed))
	}
	fd := s.handed[0]
	s.handed = s.handed[:0]
	return fd, nil
}

func (s *socket) Write(p []byte) (int, error) {
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

// source is the file that was handed over, read at so many bytes a second, if not 0.
func (w *server) source(fd int, bytesPerSecond int64) io.ReaderAt {
	if bytesPerSecond == 0 {
		return source(fd)
	}
	if w.pace == nil {
		w.pace = rate.NewLimiter(rate.Limit(bytesPerSecond), burst)
	}
	w.pace.SetLimit(rate.Limit(bytesPerSecond))
	return slow{source(fd), w.pace}
}

// slow is a file that is read no faster than it may be.
type slow struct {
	source
	pace *rate.Limiter
}

const burst = 256 << 10

func (s slow) ReadAt(p []byte, off int64) (int, error) {
	for n := len(p); n > 0; n -= burst {
		_ = s.pace.WaitN(context.Background(), min(n, burst)) // which never ends, and no more than a burst
	}
	return s.source.ReadAt(p, off)
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

// NextData implements [scrub.Sparse].
func (s source) NextData(off int64) int64 {
	next, err := unix.Seek(int(s), off, unix.SEEK_DATA)
	switch {
	case err == unix.ENXIO: // nothing but a hole
		return math.MaxInt64
	case err != nil:
		return off
	}
	return next
}

func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if err != syscall.EINTR {
			return max(n, 0), err
		}
	}
}
