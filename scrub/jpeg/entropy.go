package jpeg

import (
	"bytes"

	"untag/scrub"
)

// scanBuffer is how much of a scan is read at once: little enough to stay in the
// processor's cache between being read and being searched, and to make no work
// for the collector.
const scanBuffer = 128 << 10

// scan takes the entropy-coded data that follows a scan header.
func (w *walker) scan() error {
	start := w.at
	end, known, err := w.knownEnd(start)
	if err != nil {
		return err
	}
	if !known {
		w.pic.fresh = true
		if end, err = w.entropyEnd(start); err != nil {
			return err
		}
	}
	w.at = end
	w.pic.scans = append(w.pic.scans, scrub.Range{Off: start, Len: end - start})
	return nil
}

// knownEnd returns where the data ends that starts at off, if an earlier plan
// knew and found nothing in it that isn't coded data.
func (w *walker) knownEnd(off int64) (end int64, known bool, err error) {
	if end, known = w.Known(off); !known || w.Left(end) < 2 {
		return end, false, nil
	}
	b, err := w.Bytes(end, 2)
	return end, err == nil && b[0] == 0xFF && b[1] != 0xFF && !w.data(b[1]), err
}

// entropyEnd returns where the data ends that starts at off: at the FF of the
// next marker, or of the fill bytes before it.
func (w *walker) entropyEnd(off int64) (int64, error) {
	if w.buf == nil {
		w.buf = make([]byte, min(scanBuffer, w.Left(off)))
	}
	for w.Left(off) >= 2 {
		b := w.buf[:min(int64(len(w.buf)), w.Left(off))]
		if _, err := w.ReadAt(b, off); err != nil {
			return 0, err
		}
		i, found := w.findMarker(b)
		off += int64(i)
		if found {
			return off, nil
		}
		if i == 0 { // the buffer is full of fill bytes
			next := w.fillEnd(off)
			if next < 0 {
				return off, nil
			}
			off = next
		}
	}
	return w.Size(), nil
}

// findMarker returns the index of the first marker in b, or of the fill bytes
// before it. If there is none, it returns how much of b is done with: an FF at
// the end is to be seen again with what follows it.
func (w *walker) findMarker(b []byte) (int, bool) {
	for i := 0; i < len(b); {
		k := bytes.IndexByte(b[i:], 0xFF)
		if k < 0 {
			return len(b), false
		}
		first := i + k
		for i = first + 1; i < len(b) && b[i] == 0xFF; i++ { // T.81, B.1.1.2
		}
		if i == len(b) {
			return first, false
		}
		if !w.data(b[i]) {
			return first, true
		}
		i++
	}
	return len(b), false
}

// data tells whether FF c is coded data or a restart marker.
func (w *walker) data(c byte) bool {
	if w.ls && c < 0x80 { // T.87, A.1: a zero bit is stuffed, not a zero byte
		return true
	}
	return c == 0 || c >= rst0 && c <= rst7
}

// fillEnd steps over a run of fill bytes that is longer than the buffer. It
// returns where coded data goes on, or -1 if a marker follows.
func (w *walker) fillEnd(off int64) int64 {
	for w.Left(off) > 0 {
		b := w.Get(off, int(min(w.Left(off), 64<<10)))
		i := 0
		for i < len(b) && b[i] == 0xFF {
			i++
		}
		off += int64(i)
		if i == len(b) {
			continue
		}
		if !w.data(b[i]) {
			return -1
		}
		return off + 1
	}
	return w.Size()
}
