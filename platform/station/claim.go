package station

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"
)

// claimName is the name of the socket that tells other daemons that a drive is
// served. It is an abstract one: nothing is written to the drive or kept open on it,
// daemons of other users see it (but not those in containers, which have a network
// of their own), and the kernel takes it away however a daemon ends.
func claimName(dev, ino uint64) *net.UnixAddr {
	return &net.UnixAddr{Net: "unix", Name: fmt.Sprintf("@untagd/%d:%d/%d", unix.Major(dev), unix.Minor(dev), ino)}
}

// claimed sees to it that no other daemon serves the drive.
func (q *queue) claimed() bool {
	if q.claim != nil {
		return true
	}
	name := claimName(q.place.dev, q.place.ino)
	l, err := net.ListenUnix("unix", name)
	if err == nil {
		q.claim = l
		return true
	}
	if !errors.Is(err, unix.EADDRINUSE) {
		return true
	}
	c, err := net.DialUnix("unix", nil, name)
	if err != nil {
		return true
	}
	if !trusted(c) { // anybody may take a name
		c.Close()
		return true
	}
	if q.heir.CompareAndSwap(false, true) {
		q.station.queued.Go(func() { q.inherit(c) })
	} else {
		c.Close()
	}
	q.stick(Taken)
	return false
}

// trusted tells whether the other end is a program of this user, or root's. Root takes no
// other user's word: a daemon of its own serves the drive as well then.
func trusted(c *net.UnixConn) bool {
	var peer *unix.Ucred
	raw, err := c.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { peer, _ = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	}
	return err == nil && peer != nil && (peer.Uid == 0 || int(peer.Uid) == os.Getuid())
}

// inherit goes on with the drive when the other daemon lets go of it.
func (q *queue) inherit(c net.Conn) {
	defer c.Close()
	defer context.AfterFunc(q.ctx, func() { c.Close() })()
	io.Copy(io.Discard, c) // nothing is ever said
	q.heir.Store(false)    // before the drive is asked for: if a third daemon has it, that one is waited for
	q.order(func(o *orders) { o.unstick = true })
}

// disclaim lets others have the drive.
func (q *queue) disclaim() {
	if q.claim != nil {
		q.claim.Close()
		q.claim = nil
	}
}
