package mpegvideo

import (
	"bytes"

	"untag/scrub"
)

// scanner goes from start code to start code (ISO/IEC 13818-2 6.2.1), a window
// at a time.
type scanner struct {
	r    *scrub.Reader
	end  int64
	off  int64 // of the start code, end if there are no more
	code byte  // its last byte

	window []byte
	base   int64 // where the window lies
	pos    int   // what of the window is behind
	gap    int64 // where something follows zero bytes that is no start code, -1 if nothing does
}

const (
	windowLen = 64 << 10
	codeLen   = 4
	// Start codes, ISO/IEC 13818-2 table 6-1 and 14496-2 table 6-3.
	userDataCode  = 0xb2
	extensionCode = 0xb5 // of MPEG-2
	groupCode     = 0xb8 // of MPEG-1 and MPEG-2
	sequenceCode  = 0xb0 // of MPEG-4
	groupCode4    = 0xb3 // of MPEG-4
)

var codePrefix = []byte{0, 0, 1}

func newScanner(r *scrub.Reader, off, n int64) (*scanner, error) {
	s := &scanner{r: r, end: off + n, base: off}
	return s, s.next()
}

// next finds the next start code.
func (s *scanner) next() (err error) {
	for {
		i := bytes.Index(s.window[s.pos:], codePrefix)
		passed := s.window[s.pos:]
		if i >= 0 {
			passed = passed[:i]
		}
		if g := gap(passed); g >= 0 && s.gap < 0 {
			s.gap = s.base + int64(s.pos+g)
		}
		if at := s.pos + i; i >= 0 && at+codeLen <= len(s.window) {
			s.off, s.code = s.base+int64(at), s.window[at+codeLen-1]
			s.pos = at + codeLen - 1
			return nil
		}
		behind := max(s.pos, len(s.window)-codeLen+1)
		s.base, s.pos = s.base+int64(behind), 0
		left := s.end - s.base
		if left < codeLen {
			s.off, s.window = s.end, nil
			return nil
		}
		if s.window, err = s.r.Bytes(s.base, int(min(left, windowLen))); err != nil {
			return err
		}
	}
}

// part returns what follows the next start code, without the zero bytes that may stand
// before the one after it.
func (s *scanner) part() (code byte, data scrub.Range, more bool, err error) {
	if s.off >= s.end {
		return 0, data, false, nil
	}
	data.Off, code, s.gap = s.off+codeLen, s.code, -1
	if err = s.next(); err != nil {
		return 0, data, false, err
	}
	data.Len, err = s.trim(data.Off, s.off)
	return code, data, true, err
}

// trim returns the length of what lies between from and to without zero bytes
// at its end, or a start code that is cut off there.
func (s *scanner) trim(from, to int64) (int64, error) {
	const most = 64
	n := min(to-from, most)
	b, err := s.r.Bytes(to-n, int(n))
	if err != nil {
		return 0, err
	}
	if to == s.end {
		b = bytes.TrimSuffix(b, codePrefix)
	}
	return to - from - n + int64(len(bytes.TrimRight(b, "\x00"))), nil
}
