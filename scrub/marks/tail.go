package marks

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// footLen covers the longest footer that a detector matches, Insta360's.
const footLen = 96

// tail is the window that a detector looks at. It keeps the first error of
// reading, so that detectors only deal with bytes that are there or are not.
type tail struct {
	src        Source
	floor, end int64
	foot       []byte // the last bytes of the window, footLen of them at most
	err        error
}

// read returns n bytes at off, or nil if they aren't all inside of the window.
func (t *tail) read(off int64, n int) []byte {
	if t.err != nil || n <= 0 || off < t.floor || off > t.end || int64(n) > t.end-off {
		return nil
	}
	b := make([]byte, n)
	if k, err := t.src.ReadAt(b, off); k < n {
		t.err = err
		return nil
	}
	return b
}

// has tells whether the window ends in s.
func (t *tail) has(s string) bool { return bytes.HasSuffix(t.foot, []byte(s)) }

// footer returns the last n bytes of the window, or nil if it is shorter.
func (t *tail) footer(n int) []byte {
	if n > len(t.foot) {
		return nil
	}
	return t.foot[len(t.foot)-n:]
}

// from is the mark that reaches from off to the end of the window.
func (t *tail) from(off int64, name, value string) Mark {
	return Mark{Name: name, Off: off, Len: t.end - off, Value: value}
}

// last is the mark that takes the last n bytes of the window.
func (t *tail) last(n int64, name, value string) Mark { return t.from(t.end-n, name, value) }

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) int64  { return int64(binary.LittleEndian.Uint32(b)) }
func be32(b []byte) int64  { return int64(binary.BigEndian.Uint32(b)) }

// text returns b up to its first NUL with everything unprintable left out.
func text(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, string(b))
}
