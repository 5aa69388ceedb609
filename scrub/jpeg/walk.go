package jpeg

import (
	"bytes"
	"fmt"

	"untag/scrub"
)

// Marker codes (T.81, table B.1).
const (
	tem   = 0x01
	sof0  = 0xC0
	dht   = 0xC4
	jpg   = 0xC8
	dac   = 0xCC
	sof15 = 0xCF
	rst0  = 0xD0
	rst7  = 0xD7
	soi   = 0xD8
	eoi   = 0xD9
	sos   = 0xDA
	dqt   = 0xDB
	dnl   = 0xDC
	dri   = 0xDD
	dhp   = 0xDE
	exp   = 0xDF
	app0  = 0xE0
	app15 = 0xEF
	jpg0  = 0xF0
	sof55 = 0xF7 // JPEG-LS (T.87)
	lse   = 0xF8 // JPEG-LS
	jpg13 = 0xFD
	com   = 0xFE
)

// segment is a marker and what belongs to it. Codes without parameters have no
// length field; then n is -2.
type segment struct {
	off  int64 // of the FF that comes right before the code
	n    int64 // length of the payload behind the length field
	code byte
}

func (g segment) body() int64 { return g.off + 4 }
func (g segment) end() int64  { return g.off + 4 + g.n }

// picture is what walking one picture finds.
type picture struct {
	off, end int64 // end is that of what is understood
	segments []segment
	junk     []junk        // bytes between segments that decoders skip
	fill     []scrub.Range // fill bytes
	scans    []scrub.Range // entropy-coded data
	damage   string        // why the walk stopped early; empty if it reached EOI
	frames   []segment     // frame headers
	cut      *segment      // the one that is longer than what is left, if that stopped the walk
	missing  bool          // the medium ends in a scan, or where a marker should be
	fresh    bool          // there is coded data that no earlier plan knew
}

// junk is bytes between segments.
type junk struct {
	scrub.Range
	behind int // number of the segment before, -1 if there is none
}

// shown tells whether there is something to see.
func (p *picture) shown() bool { return len(p.frames) > 0 && len(p.scans) > 0 }

// maxSegments bounds the list of segments: far above what 100 scans and 64 KiB
// pieces of anything come to.
const maxSegments = 1 << 14

// walk steps through the picture at off, marker by marker, never by searching
// for EOI.
func (p *parser) walk(off int64) (*picture, error) {
	w := &walker{parser: p, pic: &picture{off: off}, at: off + 2}
	for {
		more, err := w.step()
		if err != nil {
			return nil, err
		}
		if !more {
			w.pic.end = w.at
			return w.pic, nil
		}
		if len(w.pic.segments) > maxSegments || len(w.pic.junk) > maxSegments || len(w.pic.fill) > maxSegments {
			return nil, p.Unsupportedf(w.at, "a picture of more than %d segments", maxSegments)
		}
	}
}

type walker struct {
	*parser
	pic *picture
	at  int64
	ls  bool // JPEG-LS: bits are stuffed otherwise
	buf []byte
}

// stop ends the walk at damage.
func (w *walker) stop(format string, args ...any) bool {
	w.pic.damage = fmt.Sprintf(format, args...)
	return false
}

// step takes one marker with what belongs to it.
func (w *walker) step() (more bool, err error) {
	start, skipped := w.at, len(w.pic.junk)
	g, ok, err := w.marker()
	if err != nil {
		return false, err
	}
	if len(w.pic.scans) > 0 && len(w.pic.junk) > skipped {
		w.at, w.pic.junk = start, w.pic.junk[:skipped]
		return w.stop("what follows a scan is no marker"), nil
	}
	if !ok {
		w.pic.missing = true
		return w.stop("the end of the picture is missing"), nil
	}
	switch {
	case g.code == eoi:
		w.take(g)
		return false, nil
	case g.code == soi && g.off > w.pic.off+2: // as where the length of EXIF is wrong and its thumbnail comes into sight
		return w.stop("another picture begins before the end"), nil
	case g.code == soi:
		w.take(g)
		return true, nil
	case g.code == tem || g.code >= rst0 && g.code <= rst7:
		return w.odd(g)
	}
	return w.segment(g)
}

// odd takes a marker that no encoder puts between segments, if another follows.
func (w *walker) odd(g segment) (more bool, err error) {
	if chained, err := w.chained(g.end()); err != nil || !chained || len(w.pic.scans) > 0 || w.Left(g.end()) == 0 {
		w.pic.damage = fmt.Sprintf("marker %02X leads nowhere", g.code)
		return false, err
	}
	w.take(g)
	return true, nil
}

func (w *walker) take(g segment) {
	w.pic.segments = append(w.pic.segments, g)
	w.at = g.end()
}

// segment takes a marker that has a length field.
func (w *walker) segment(g segment) (more bool, err error) {
	after := len(w.pic.scans) > 0
	if after && !w.follows(g.code) {
		return w.stop("marker %02X is not one that follows a scan", g.code), nil
	}
	if w.Left(g.off+2) < 2 {
		w.pic.missing = true
		return w.stop("the end of the picture is missing"), nil
	}
	b := w.Get(g.off+2, 2)
	length := int64(b[0])<<8 | int64(b[1])
	if length < 2 {
		return w.stop("segment %02X says it is %d bytes long", g.code, length), nil
	}
	g.n = length - 2
	if length > w.Left(g.off+2) {
		w.pic.cut = &segment{g.off, w.Left(g.body()), g.code}
		return w.stop("segment %02X says it is %d bytes long, %d are left", g.code, length, w.Left(g.off+2)), nil
	}
	if after && g.code != sos || reserved(g.code) && !w.ls {
		if chained, err := w.chained(g.end()); err != nil || !chained {
			w.pic.damage = fmt.Sprintf("segment %02X leads nowhere", g.code)
			return false, err
		}
	}
	w.take(g)
	if isFrame(g.code) {
		w.pic.frames = append(w.pic.frames, g)
		w.ls = w.ls || g.code == sof55
	}
	if g.code == sos {
		return true, w.scan()
	}
	return true, nil
}

// follows tells whether a segment may come between scans. A frame header may
// only in the hierarchical mode, which begins with DHP.
func (w *walker) follows(code byte) bool {
	switch code {
	case dht, dqt, dac, dri, dnl, exp, sos, com:
		return true
	case lse:
		return w.ls
	}
	if isFrame(code) {
		for _, g := range w.pic.segments {
			if g.code == dhp {
				return true
			}
		}
	}
	return code >= app0 && code <= app15
}

func isFrame(code byte) bool {
	return code >= sof0 && code <= sof15 && code != dht && code != jpg && code != dac || code == sof55
}

// removable tells whether segments of this code are no part of the picture's coding.
func removable(code byte) bool {
	return code >= app0 && code <= app15 || code == com || reserved(code)
}

// reserved tells whether a code is left for later or for extensions (T.81, table B.1).
func reserved(code byte) bool {
	return code == jpg || code > tem && code < sof0 || code >= jpg0 && code <= jpg13
}

// chained tells whether a marker stands at off.
func (p *parser) chained(off int64) (bool, error) {
	if p.Left(off) < 2 {
		return p.Left(off) == 0, nil
	}
	b := p.Get(off, 2)
	return b[0] == 0xFF && b[1] != 0, nil
}

// marker finds the next marker as libjpeg's next_marker does: bytes up to FF are
// junk, further FFs are fill, and FF 00 is junk again.
func (w *walker) marker() (g segment, ok bool, err error) {
	for w.Left(w.at) >= 2 {
		b := w.Get(w.at, 2)
		switch {
		case b[0] != 0xFF:
			err = w.skipJunk()
		case b[1] == 0xFF:
			err = w.skipFill()
		case b[1] == 0 && w.filled():
			w.pic.fill = append(w.pic.fill, scrub.Range{Off: w.at, Len: 1})
			w.addJunk(w.at+1, 1)
		case b[1] == 0:
			w.addJunk(w.at, 2)
		default:
			return segment{off: w.at, code: b[1], n: -2}, true, nil
		}
		if err != nil {
			return g, false, err
		}
	}
	return g, false, nil
}

// filled tells whether an FF where the walk is counts as a fill byte although no
// marker follows: behind other fill bytes, and behind SOI, where it is what
// JPEG is recognised by.
func (w *walker) filled() bool {
	f := w.pic.fill
	return w.at == w.pic.off+2 || len(f) > 0 && f[len(f)-1].End() == w.at
}

// skipJunk steps to the next FF.
func (w *walker) skipJunk() error {
	start := w.at
	for at := w.at; ; {
		n := min(w.Left(at), 4<<10)
		if n == 0 {
			w.addJunk(start, w.Size()-start)
			return nil
		}
		if i := bytes.IndexByte(w.Get(at, int(n)), 0xFF); i >= 0 {
			w.addJunk(start, at+int64(i)-start)
			return nil
		}
		at += n
	}
}

func (w *walker) addJunk(off, n int64) {
	w.at = off + n
	if j := w.pic.junk; len(j) > 0 && j[len(j)-1].End() == off {
		j[len(j)-1].Len += n
		return
	}
	w.pic.junk = append(w.pic.junk, junk{scrub.Range{Off: off, Len: n}, len(w.pic.segments) - 1})
}

// skipFill steps over fill bytes to the last FF of the run.
func (w *walker) skipFill() error {
	start, at := w.at, w.at
	for {
		n := min(w.Left(at), 4<<10)
		b := w.Get(at, int(n))
		run := 0
		for run < len(b) && b[run] == 0xFF {
			run++
		}
		at += int64(run)
		if run < len(b) || n == 0 {
			break
		}
	}
	w.at = at - 1
	w.pic.fill = append(w.pic.fill, scrub.Range{Off: start, Len: w.at - start})
	return nil
}
