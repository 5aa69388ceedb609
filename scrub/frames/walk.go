// Package frames cleans sound that is nothing but coded frames in a row, each of which
// tells its own length: AAC in ADTS, AC-3 and E-AC-3, DTS, AMR; and has the walk over
// frames that package mpegaudio uses too.
//
// A run of frames is payload. Tags stand before it, behind it, and between the runs of
// files that were put together. Where bytes are no frame and no tag, the file is in doubt.
package frames

import (
	"bytes"
	"slices"
	"unicode"

	"untag/scrub"
	"untag/scrub/apetag"
	"untag/scrub/id3"
	"untag/scrub/sniff"
)

// Kind is how the frames of a format are written.
type Kind struct {
	Head int // how many bytes Len looks at
	// Len returns the length of the frame that starts with b, 0 if none does.
	Len func(b []byte) int64
	// Split frames are claimed in parts: Frame does so.
	Split bool
	// Blind frames have no mark by which one is found behind what is none.
	Blind bool
	// Same tells whether two headers may be of one stream; nil: any.
	Same func(a, b []byte) bool
	// Sure tells whether a frame shows by itself that it is one, so that none need follow the
	// first; nil: none does.
	Sure func(frame []byte) bool
	// Frame, if not nil, claims a frame by itself and returns true, or leaves it to be
	// payload. It is shown every frame. b is the frame, as far as it reaches.
	Frame func(w *Walk, off int64, b []byte) (claimed bool, err error)
}

// Walk is the work on one stream.
type Walk struct {
	*scrub.Scan
	Kind
	N    int64  // how many frames there are
	End  int64  // where the last one ends
	stop int64  // where the last tag between them ends
	Cut  bool   // the last one is cut short
	Lost bool   // bytes between them are of no known kind
	Odd  bool   // so are those before them: it may be another medium, of which the head is damaged
	Last int64  // length of the last one
	Byte int64  // where the first one starts, -1 before it is found
	head []byte // of the first one
	next []byte // of the one behind a gap

	cleared int // how many times a frame was told to hold no sound

	read [2]piece // the last two of the medium, the newer one first
}

// piece is what was read at base.
type piece struct {
	base int64
	data []byte
}

const (
	window    = 256 << 10
	longest   = 1441    // frame of MPEG audio, nearly
	maxSearch = 1 << 20 // how far the next frame is searched for
)

// Parse claims all of a medium: frames, and the tags behind them. Start is where the first
// frame may stand.
func Parse(s *scrub.Scan, k Kind, start int64, finish func(w *Walk, e *scrub.End) error) error {
	tail, err := apetag.Find(s)
	if err != nil {
		return err
	}
	w := &Walk{Scan: s, Kind: k, End: start, Byte: -1}
	if err := w.run(start, max(start, tail.Start)); err != nil {
		return err
	}
	e := scrub.End{Off: max(w.End, w.stop), Proof: scrub.Counted, More: w.more}
	if b := w.Peek(e.Off, w.Head); bytes.HasPrefix(w.head, b[:min(len(b), w.Head, 2)]) && len(b) < w.Head {
		e.Least = int64(w.Head)
	}
	if w.Lost {
		e.Doubt = "bytes between the frames are of no known kind"
		s.Doubt("%s", e.Doubt)
	}
	if w.Odd {
		e.Doubt = "what stands before the first frame is of no known kind"
		s.Doubt("%s", e.Doubt)
	}
	if w.N == 0 {
		return s.Errorf(start, "no frame")
	}
	if finish != nil {
		if err := finish(w, &e); err != nil {
			return err
		}
	}
	return tail.Clean(e)
}

// Peek returns up to n bytes at off, which stay what they are until two more pieces were read:
// as long as nobody goes on, or back, by more than a window.
func (w *Walk) Peek(off int64, n int) []byte {
	n = int(min(int64(n), w.Size()-off))
	for _, p := range w.read {
		if at := off - p.base; at >= 0 && at+int64(n) <= int64(len(p.data)) {
			return p.data[at:][:n]
		}
	}
	b := w.read[1].data[:0]
	size := int(min(max(window, int64(n)), w.Size()-off))
	w.read[0], w.read[1] = piece{off, slices.Grow(b, size)[:size]}, w.read[0]
	w.GetInto(w.read[0].data, off)
	return w.read[0].data[:n]
}

// length is that of the frame at off, 0 if none is there, or no whole header before end.
func (w *Walk) length(off, end int64) int64 {
	b := w.Peek(off, int(min(int64(w.Head), end-off)))
	if len(b) < w.Head || w.head != nil && w.Same != nil && !w.Same(w.head, b) {
		return 0
	}
	return w.Len(b)
}

// run claims what is in [off, end).
func (w *Walk) run(off, end int64) error {
	from := off // of the run
	flush := func(to int64) {
		w.Claim(from, to-from, scrub.Payload, "frames")
	}
	for at := off; at < end; {
		if to, ok := w.Known(at); ok && !w.Split && to <= end && to > at {
			w.N, w.Byte, at, w.End = w.N+1, max(w.Byte, 0), to, to
			continue
		}
		n := w.length(at, end)
		if n > 0 && w.head == nil { // not by chance
			if second, err := w.follows(at, end); err != nil || !second {
				n = 0
			}
		}
		if n == 0 {
			flush(at)
			next, err := w.between(at, end)
			if err != nil {
				return err
			}
			if next < 0 {
				return nil
			}
			from, at = next, next
			continue
		}
		if w.head == nil {
			w.head, w.Byte = bytes.Clone(w.Peek(at, w.Head)), at
		}
		w.N, w.Last = w.N+1, n
		to := min(end, at+n)
		w.Cut = at+n > end
		if w.Frame != nil {
			claimed, err := w.Frame(w, at, w.Peek(at, int(to-at)))
			if err != nil {
				return err
			}
			if claimed {
				flush(at)
				from = to
			}
		}
		at, w.End = to, to
	}
	flush(w.End)
	return nil
}

// follows tells whether another frame, the end, or nothing but zeros follows the one at off: an
// interrupted run leaves zeros of a tag.
func (w *Walk) follows(off, end int64) (bool, error) {
	b := w.Peek(off, w.Head)
	first := bytes.Clone(b)
	at := off + w.Len(b)
	if at >= end || w.Sure != nil && w.Sure(w.Peek(off, int(at-off))) {
		return true, nil
	}
	if b = w.Peek(at, w.Head); len(b) < w.Head {
		return true, nil
	}
	if w.Len(b) > 0 && (w.Same == nil || w.Same(first, b)) || id3.Len(b) > 0 {
		return true, nil
	}
	return len(bytes.Trim(b, "\x00")) == 0 && w.Zeros(at, end-at), nil
}

// between claims what stands at off and is no frame, and returns where the next frame is,
// -1 if there is none.
func (w *Walk) between(off, end int64) (next int64, err error) {
	b := w.Peek(off, 128)
	if n := id3.Len(b); n > 0 && n <= end-off {
		_, err := id3.Clean(w.Scan, off, n, "ID3")
		w.stop = off + n
		return w.stop, err
	}
	if w.Blind {
		return -1, nil
	}
	if next, err = w.search(off, end); err != nil || next < 0 {
		return -1, err
	}
	w.next = bytes.Clone(w.Peek(next, 10))
	return next, w.gap(off, next-off)
}

// search returns where the next frame is that others follow.
func (w *Walk) search(off, end int64) (int64, error) {
	for at := off; at < min(end, off+maxSearch); at++ {
		n := w.length(at, end)
		if n > 0 {
			if ok, err := w.follows(at, end); err != nil || ok {
				return at, err
			}
		}
		if b := w.Peek(at, 10); at > off && id3.Len(b) > 0 && id3.Len(b) <= end-at {
			return at, nil
		}
	}
	return -1, nil
}

// gap claims bytes between frames: zeros, what stands before the first one, or what may
// be a frame whose header is damaged.
func (w *Walk) gap(off, n int64) error {
	zeros := w.Zeros(off, n)
	b := w.Peek(off, int(min(n, window)))
	if !zeros && w.Byte < 0 && n < longest && !readable(b) && !named(b) { // a recording that begins in a frame
		w.Claim(off, n, scrub.Payload, "frames")
		return nil
	}
	v1 := string(b[:min(3, len(b))]) == "TAG" && n == 128
	switch first := w.Byte < 0 && !w.damaged(off, n) && !sniff.Sound(b); {
	case zeros:
		return w.Blank(off, n, 0, scrub.Hidden, "between frames")
	case v1:
		return w.Blank(off, n, 0, scrub.Caption, "between frames")
	case first && n < 64<<10 && (w.Tagged() || id3.Len(w.next) > 0):
		return w.Blank(off, n, 0, scrub.Hidden, "before frames")
	case first: // perhaps a header that a program knows
		w.Claim(off, n, scrub.Identify, "before frames")
		w.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: "before frames", Off: off, Len: n})
		w.Odd = true
		return nil
	}
	w.Lost, w.Odd = true, w.Odd || w.Byte < 0 && named(b)
	w.Claim(off, n, scrub.Payload, "damage")
	return nil
}

// named tells whether b ends as the head of a box or chunk does: in its name, or that and a
// length.
func named(b []byte) bool {
	for _, from := range []int{4, 8} {
		if len(b) >= from && !bytes.ContainsFunc(b[len(b)-from:][:4], func(r rune) bool { return r > 'z' || !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			return true
		}
	}
	return false
}

// damaged tells whether n bytes before the first frame that is sound may be another one:
// its header is one bit from one.
func (w *Walk) damaged(off, n int64) bool {
	b := w.Peek(off, w.Head)
	if len(b) < w.Head {
		return false
	}
	try := bytes.Clone(b)
	for bit := range 8 * min(len(try), 8) {
		try[bit/8] ^= 1 << (bit % 8)
		if k := w.Len(try); k > 0 && (k == n || n > k) {
			return true
		}
		try[bit/8] ^= 1 << (bit % 8)
	}
	return false
}

// more tells whether what follows the end may be more of the sound.
func (w *Walk) more(off, n int64) (string, error) {
	b := w.Peek(off, int(min(n, window)))
	if n >= w.Last-1 && n <= w.Last+1 || sniff.Sound(b) {
		return "frames or tags", nil
	}
	for at := 0; w.Blind && at < min(len(b), 64); at++ { // frames without a mark have to be several
		end, k := at, 0
		for ; end < len(b) && w.Len(b[end:]) > 0 && k < 8; k++ {
			end += int(w.Len(b[end:]))
		}
		if k == 8 || k > 2 && end == len(b) {
			return "frames", nil
		}
	}
	for at := range b {
		if w.Blind || w.head == nil || len(b)-at < w.Head || w.Same != nil && !w.Same(w.head, b[at:]) {
			continue
		}
		if k := w.Len(b[at:]); k > 0 {
			if rest := b[min(int64(len(b)), int64(at)+k):]; len(rest) < w.Head || w.Len(rest) > 0 {
				return "frames", nil
			}
		}
	}
	return "", nil
}

// readable tells whether b holds a word, longer than chance makes them.
func readable(b []byte) bool {
	const word = 8
	n := 0
	for _, c := range b {
		if n++; (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != ' ' {
			n = 0
		}
		if n == word {
			return true
		}
	}
	return false
}
