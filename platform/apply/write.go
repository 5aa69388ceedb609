package apply

import (
	"context"
	"os"

	"golang.org/x/sys/unix"

	"untag/scrub"
)

// maxWrite is the most that is written at once. Writes end at multiples of it,
// so that none splits a page of the cache or a sector of the drive.
const maxWrite = 1 << 20

// writer gathers bytes that lie next to each other into few writes.
type writer struct {
	ctx   context.Context
	k     kernel
	f     *os.File
	buf   []byte // of maxWrite bytes
	n     int    // how many of them wait to be written
	off   int64  // where they go
	wrote func(n int)
	sent  int64 // bytes since the drive was last asked to begin writing
}

// edit writes what e says; some of it waits until the next edit or flush.
func (w *writer) edit(e scrub.Edit) error {
	for x := range e.Each(e.Off, e.End()) {
		if err := w.piece(x); err != nil {
			return err
		}
	}
	return nil
}

// piece writes an edit that has no parts.
func (w *writer) piece(e scrub.Edit) error {
	for at := e.Off; at < e.End(); {
		if e.Data == nil && e.Fill == 0 && e.End()-at >= maxWrite {
			if at = nextData(w.f, at, e.End()); at == e.End() {
				break
			}
		}
		if w.n > 0 && at != w.off+int64(w.n) {
			if err := w.flush(); err != nil {
				return err
			}
		}
		if w.n == 0 {
			w.off = at
		}
		room := maxWrite - w.off%maxWrite - int64(w.n)
		n := int(min(e.End()-at, room))
		e.Onto(w.buf[w.n:w.n+n], at)
		w.n += n
		at += int64(n)
		if int64(n) == room {
			if err := w.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// nextData returns where the first byte from at on is that lies on the drive, or
// end. What is before it is a hole: it reads as zeros already, and to write them
// could fill the drive.
func nextData(f *os.File, at, end int64) int64 {
	next, err := unix.Seek(int(f.Fd()), at, unix.SEEK_DATA)
	switch {
	case err == unix.ENXIO: // nothing but a hole
		return end
	case err != nil || next < at:
		return at
	}
	return min(next, end)
}

// flush writes what waits. Between two writes, and only there, the work can be
// stopped.
func (w *writer) flush() error {
	if w.n == 0 {
		return nil
	}
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	n, err := w.k.writeAt(w.f, w.buf[:w.n], w.off)
	w.wrote(n)
	if err != nil {
		return explainOf(w.k, w.f, "writing", err)
	}
	w.begin(int64(n))
	w.n = 0
	return nil
}

// window is how much may wait in memory before the drive is asked to begin.
const window = 8 << 20

// begin has the drive start on long fills while they are still being made. The
// sync at the end is then short, and the work can be stopped within seconds
// even on a slow drive.
func (w *writer) begin(n int64) {
	w.sent += n
	if w.sent < window {
		return
	}
	end := w.off + int64(w.n)
	start := max(end-w.sent, 0)
	// Only a hint: what fails here fails again in the sync, which counts.
	if start >= window {
		unix.SyncFileRange(int(w.f.Fd()), start-window, window, unix.SYNC_FILE_RANGE_WAIT_BEFORE|unix.SYNC_FILE_RANGE_WRITE)
	}
	unix.SyncFileRange(int(w.f.Fd()), start, w.sent, unix.SYNC_FILE_RANGE_WRITE)
	w.sent = 0
}
