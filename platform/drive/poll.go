package drive

import (
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// poller waits for changes of the mount table and for the ends of file systems.
type poller struct {
	table  int // /proc/self/mountinfo
	stop   int // eventfd
	ends   *ends
	pokes  chan struct{} // has something when there is a reason to look
	failed chan error
	done   sync.WaitGroup
}

func newPoller(root string) (*poller, error) {
	// Not os.Open: that adds the file to Go's own epoll set, whose look at it
	// takes the change away from the poll below, since the kernel tells it once
	// for each open file.
	name := filepath.Join(root, "proc/self/mountinfo")
	table, err := unix.Open(name, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: name, Err: err}
	}
	stop, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		_ = unix.Close(table)
		return nil, os.NewSyscallError("eventfd", err)
	}
	p := &poller{table: table, stop: stop, pokes: make(chan struct{}, 1), failed: make(chan error, 1)}
	p.ends = newEnds(p.poke)
	p.done.Go(p.run)
	return p, nil
}

// poke asks for a look. One that is due will see everything.
func (p *poller) poke() {
	select {
	case p.pokes <- struct{}{}:
	default:
	}
}

// close waits until the poller holds nothing any more.
func (p *poller) close() {
	_, _ = unix.Write(p.stop, binary.NativeEndian.AppendUint64(nil, 1)) // never blocks, nor is interrupted, at 1
	p.done.Wait()
	p.ends.close()
	_ = unix.Close(p.table)
	_ = unix.Close(p.stop)
}

func (p *poller) run() {
	fds := []unix.PollFd{
		{Fd: int32(p.stop), Events: unix.POLLIN},
		{Fd: int32(p.table), Events: unix.POLLPRI},
		{Fd: -1, Events: unix.POLLIN}, // passed over
	}
	if p.ends.file != nil {
		fds[2].Fd = int32(p.ends.file.Fd())
	}
	for {
		if _, err := unix.Poll(fds, -1); errors.Is(err, unix.EINTR) {
			continue
		} else if err != nil {
			p.failed <- os.NewSyscallError("poll", err)
			return
		}
		if fds[0].Revents != 0 {
			return
		}
		p.ends.read()
		p.poke()
	}
}
