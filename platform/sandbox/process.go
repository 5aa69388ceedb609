package sandbox

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// process is the program's end of a worker. One request at a time.
type process struct {
	proc  *os.Process
	conn  *os.File // the socket
	errs  *os.File // what the worker writes to its standard error
	in    *bufio.Reader
	out   *bufio.Writer // to the process itself
	asked uint64
	hand  *os.File // what is to be handed over with the next bytes; nil if nothing

	done  chan struct{}    // closed when the process has ended
	state *os.ProcessState // once done
}

// spawn starts a worker. The calling thread must outlive it: the kernel ends a
// process with the thread that started it.
func spawn(args []string) (*process, error) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer null.Close()
	ours, theirs, err := ends(unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0))
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	errs, complaints, err := ends(pipe())
	if err != nil {
		ours.Close()
		return nil, err
	}
	defer complaints.Close()
	proc, err := os.StartProcess("/proc/self/exe", args, &os.ProcAttr{
		Dir:   "/", // not a folder of the drive
		Env:   []string{},
		Files: []*os.File{null, null, complaints, theirs},
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setsid: true},
	})
	if err != nil {
		ours.Close()
		errs.Close()
		return nil, err
	}
	p := &process{
		proc: proc, conn: ours, errs: errs, done: make(chan struct{}), in: bufio.NewReaderSize(ours, 32<<10),
	}
	p.out = bufio.NewWriterSize(p, 16<<10)
	go func() {
		p.state, _ = proc.Wait()
		close(p.done)
	}()
	return p, nil
}

func pipe() (fds [2]int, err error) {
	err = unix.Pipe2(fds[:], unix.O_CLOEXEC)
	return fds, err
}

// ends makes files of two descriptors. The first is ours, and can be given a
// deadline.
func ends(fds [2]int, err error) (ours, theirs *os.File, _ error) {
	if err != nil {
		return nil, nil, err
	}
	if err := unix.SetNonblock(fds[0], true); err != nil {
		unix.Close(fds[0])
		unix.Close(fds[1])
		return nil, nil, err
	}
	return os.NewFile(uintptr(fds[0]), "worker"), os.NewFile(uintptr(fds[1]), "worker"), nil
}

// greet waits for the worker to be ready.
func (p *process) greet(ctx context.Context) (Status, error) {
	defer context.AfterFunc(ctx, p.abort)()
	d := decoder{r: p.in, left: maxMessage}
	s := d.status()
	return s, p.verdict(ctx, d.err)
}

// ask has the worker parse f, which must be open for reading only. After an
// error the process is of no use.
func (p *process) ask(ctx context.Context, f *os.File, q request) (reply, error) {
	stop := context.AfterFunc(ctx, p.abort)
	r, err := p.exchange(f, q)
	if err = p.verdict(ctx, err); err != nil {
		return reply{}, err
	}
	if !stop() {
		return reply{}, context.Cause(ctx)
	}
	return r, nil
}

func (p *process) exchange(f *os.File, q request) (r reply, err error) {
	p.asked++
	p.hand = f
	e := encoder{w: p.out}
	e.number(p.asked)
	e.request(q)
	e.number(p.asked)
	if err := p.out.Flush(); err != nil {
		return r, err
	}
	d := decoder{r: p.in, left: maxMessage}
	if no := d.number(); no != p.asked && d.err == nil {
		return r, fmt.Errorf("%w: an answer to another question", errMalformed)
	}
	r = d.reply(q.size)
	if no := d.number(); no != p.asked {
		d.malformed("an answer without an end")
	}
	if p.in.Buffered() > 0 {
		d.malformed("more than an answer")
	}
	return r, d.err
}

// Write sends part of a request, the first with the descriptor of the file.
func (p *process) Write(b []byte) (n int, err error) {
	if p.hand != nil {
		if n, err = p.sendWith(p.hand, b); err != nil {
			return n, err
		}
		p.hand = nil
	}
	if n == len(b) {
		return n, nil
	}
	m, err := p.conn.Write(b[n:])
	return n + m, err
}

// sendWith sends the start of b, and with it the descriptor of f.
func (p *process) sendWith(f *os.File, b []byte) (n int, err error) {
	file, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	conn, err := p.conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	var sent error
	err = file.Control(func(fd uintptr) {
		rights := unix.UnixRights(int(fd))
		err := conn.Write(func(to uintptr) bool {
			n, sent = retry(func() (int, error) { return unix.SendmsgN(int(to), b, rights, nil, unix.MSG_NOSIGNAL) })
			return sent != unix.EAGAIN
		})
		sent = errors.Join(sent, err)
	})
	return n, errors.Join(sent, err)
}

// fresh tells whether a worker that has answered can be asked again: it lives,
// and says nothing of its own accord.
func (p *process) fresh() bool {
	select {
	case <-p.done:
		return false
	default:
	}
	conn, err := p.conn.SyscallConn()
	if err != nil {
		return false
	}
	var quiet bool
	err = conn.Control(func(fd uintptr) {
		_, _, err := unix.Recvfrom(int(fd), make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		quiet = err == unix.EAGAIN
	})
	return quiet && err == nil
}

// abort ends the worker, and whatever waits for it.
func (p *process) abort() {
	p.proc.Kill()
	p.conn.SetDeadline(time.Unix(1, 0)) // a worker that hangs in a failing drive lives on
}

// patience is how long a worker may take to die.
const patience = 2 * time.Second

// end ends the worker and lets go of it. It returns whether it is gone.
func (p *process) end() bool {
	p.abort()
	defer p.conn.Close()
	defer p.errs.Close()
	return p.gone(patience)
}

func (p *process) gone(within time.Duration) bool {
	select {
	case <-p.done:
		return true
	case <-time.After(within):
		return false
	}
}

// verdict says what an error of talking to the worker means.
func (p *process) verdict(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, errMalformed) {
		return failed(ErrNonsense, "%s", strings.TrimPrefix(err.Error(), errMalformed.Error()+": "))
	}
	dead := ctx.Err() == nil && p.gone(patience/2)
	switch {
	case ctx.Err() != nil: // and so it was ended, if it was
		p.abort()
		p.gone(patience) // it may have the file open until then
		return context.Cause(ctx)
	case !dead:
		return failed(ErrNonsense, "it stopped talking")
	}
	return failed(ErrCrashed, "%s", p.lastWords())
}

// lastWords tells how the process ended.
func (p *process) lastWords() string {
	if p.state == nil {
		return "nothing is known" // who ignores SIGCHLD doesn't hear of the end of children
	}
	status, _ := p.state.Sys().(syscall.WaitStatus)
	switch {
	case status.Signaled() && status.Signal() == syscall.SIGSYS:
		return "it made a forbidden system call"
	case status.Signaled():
		return fmt.Sprintf("signal: %v", status.Signal())
	}
	if line := p.complaint(); line != "" {
		return line
	}
	return p.state.String()
}

// complaint is the line of the runtime's last message that tells most.
func (p *process) complaint() string {
	p.errs.SetReadDeadline(time.Now().Add(time.Second))
	b := make([]byte, 4<<10)
	n, _ := p.errs.Read(b)
	var first string
	for line := range bytes.Lines(b[:max(n, 0)]) {
		line := printable(strings.TrimSpace(string(line)), maxLine)
		if first == "" || strings.HasPrefix(line, "fatal error: ") || strings.HasPrefix(line, "panic: ") {
			first = line
		}
	}
	return first
}
