package drive

import (
	"encoding/binary"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// ends tells when file systems are taken down. The mount table doesn't tell that
// of one that was unmounted and mounted again between two looks: its line is the
// same, mount IDs and device numbers being given out anew at once. And yet who
// watched its folders through inotify watches nothing since.
//
// A watch of inotify ends with the file system and doesn't keep it busy.
type ends struct {
	file *os.File // nil if there are too many users of inotify
	poke func()

	mu    sync.Mutex
	of    map[int32]string // where what is watched is mounted
	early map[int32]bool   // ended before it was known where
	ended map[string]bool
}

func newEnds(poke func()) *ends {
	e := &ends{poke: poke, of: map[int32]string{}, early: map[int32]bool{}, ended: map[string]bool{}}
	// Blocking, so that Close doesn't wait for an add that hangs.
	if fd, err := unix.InotifyInit1(unix.IN_CLOEXEC); err == nil {
		e.file = os.NewFile(uintptr(fd), "inotify")
	}
	return e
}

func (e *ends) close() {
	if e.file != nil {
		e.file.Close()
	}
}

// begin watches what is mounted at point. It doesn't wait, since a file system
// in a process may.
func (e *ends) begin(point string) {
	e.read()
	e.mu.Lock()
	delete(e.ended, point)
	e.mu.Unlock()
	if e.file != nil {
		go e.add(point)
	}
}

func (e *ends) add(point string) {
	conn, err := e.file.SyscallConn()
	if err != nil {
		return
	}
	// Control keeps the descriptor from being closed and used anew meanwhile.
	_ = conn.Control(func(fd uintptr) {
		// Any watch gets IN_UNMOUNT, and the root of a file system nothing else of this.
		if wd, err := unix.InotifyAddWatch(int(fd), point, unix.IN_DELETE_SELF); err == nil {
			e.added(int32(wd), point)
		}
	})
}

func (e *ends) added(wd int32, point string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if !e.early[wd] {
		e.of[wd] = point
		return
	}
	delete(e.early, wd)
	e.ended[point] = true
	e.poke()
}

// take tells whether what was mounted at point has ended since begin. To be
// asked after the mount table was read: it changes before a file system ends,
// and what ended can be mounted anew only then.
func (e *ends) take(point string) bool {
	e.read()
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ended[point]
}

// read takes in what inotify has to say by now.
func (e *ends) read() {
	if e.file == nil {
		return
	}
	conn, err := e.file.SyscallConn()
	if err != nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = conn.Control(func(fd uintptr) {
		var buf [4 << 10]byte
		for ready(int(fd)) {
			n, err := unix.Read(int(fd), buf[:])
			if err != nil {
				return
			}
			e.note(buf[:n])
		}
	})
}

func ready(fd int) bool {
	n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, 0)
	return n > 0 && err == nil
}

// note takes events apart: watch, mask, cookie, length of a name, name.
func (e *ends) note(b []byte) {
	for len(b) >= unix.SizeofInotifyEvent {
		wd, mask := int32(binary.NativeEndian.Uint32(b)), binary.NativeEndian.Uint32(b[4:])
		n := binary.NativeEndian.Uint32(b[12:])
		b = b[unix.SizeofInotifyEvent:]
		b = b[min(n, uint32(len(b))):]
		point, known := e.of[wd]
		switch {
		case mask&unix.IN_UNMOUNT != 0 && known:
			e.ended[point] = true
		case mask&unix.IN_UNMOUNT != 0:
			e.early[wd] = true
		case mask&unix.IN_IGNORED != 0:
			delete(e.of, wd)
		}
	}
}
