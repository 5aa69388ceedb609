package entropy

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"

	"untag/scrub"
)

const (
	bitBuffer = 64 << 10 // how much is read at once, at most
	bitMargin = 64       // zeros behind the last byte before a marker

	firstRestart = 0xD0 // RST0 (T.81, table B.1)
)

// bitReader reads coded bits, the most significant first. A zero is stuffed behind
// each FF (T.81, F.1.2.3). It stops at whatever else follows an FF; behind that it
// reads zeros, and left tells that they are none of the data.
type bitReader struct {
	src       io.ReaderAt
	next, end int64  // what was not read yet
	raw       []byte // what was read, and not looked at yet; part of in
	in        []byte
	buf       []byte // the data without what was stuffed, then the margin
	data      int    // how much of buf is data
	i         int    // buf[i:] is not in acc
	most      int    // the last i from which 8 bytes may be taken
	acc       uint64 // bits to come, left-aligned
	n         int    // how many of them count; those behind them come again
	stopped   bool   // a marker or the end follows buf
	gone      bool   // the zeros behind it were taken
	err       error
}

// start has the reader read r.
func (b *bitReader) start(src io.ReaderAt, r scrub.Range) {
	in, buf := b.in, b.buf
	if size := int(max(min(r.Len, bitBuffer), bitMargin)); len(in) < size {
		in, buf = make([]byte, size), make([]byte, 0, size+2*bitMargin)
	}
	*b = bitReader{src: src, next: r.Off, end: r.End(), in: in, raw: in[:0], buf: buf[:0], most: -1}
}

// offset is where raw stands in the medium.
func (b *bitReader) offset() int64 { return b.next - int64(len(b.raw)) }

// used is the offset behind the byte that holds the last bit taken.
func (b *bitReader) used() int64 {
	left := b.buf[min(b.i-b.n/8, b.data):b.data]
	return b.offset() - int64(len(left)+bytes.Count(left, []byte{0xFF}))
}

// left is how many bits there are before the marker: less than 0 if more were
// taken, a large number before it is reached.
func (b *bitReader) left() int {
	switch {
	case !b.stopped:
		return math.MaxInt
	case b.gone:
		return -1
	}
	return 8*(b.data-b.i) + b.n
}

// refill makes 56 bits or more.
func (b *bitReader) refill() {
	if b.i > b.most {
		b.load()
	}
	b.acc |= binary.BigEndian.Uint64(b.buf[b.i:]) >> (b.n & 63)
	b.i += (63 - b.n) >> 3
	b.n |= 56
}

// load makes 8 bytes or more behind buf[i].
func (b *bitReader) load() {
	if b.stopped {
		b.i, b.gone = b.data, true
		return
	}
	kept := min(b.i, 8) // used looks at what is in acc
	b.buf, b.i = b.buf[:copy(b.buf, b.buf[b.i-kept:b.data])], kept
	for len(b.buf)-b.i < 8 && !b.stopped {
		if b.more(); len(b.raw) > 0 {
			b.unstuff()
		}
	}
	b.data = len(b.buf)
	b.most = b.data - 8
	if b.stopped {
		b.buf = append(b.buf, make([]byte, bitMargin)...)
		b.most += bitMargin
	}
}

// more has two bytes or more in raw, unless the data ends.
func (b *bitReader) more() {
	if len(b.raw) > 1 {
		return
	}
	n := copy(b.in, b.raw)
	b.raw = b.in[:n+int(min(int64(len(b.in)-n), b.end-b.next))]
	if b.stopped = len(b.raw) == n; b.stopped {
		return
	}
	if _, b.err = b.src.ReadAt(b.raw[n:], b.next); b.err != nil {
		b.raw, b.end, b.stopped = b.raw[:n], b.next, true
		return
	}
	b.next += int64(len(b.raw) - n)
}

// unstuff moves data from raw to buf, up to a marker.
func (b *bitReader) unstuff() {
	for {
		k := bytes.IndexByte(b.raw, 0xFF)
		if k < 0 {
			b.buf, b.raw = append(b.buf, b.raw...), nil
			return
		}
		if k+1 == len(b.raw) || b.raw[k+1] != 0 {
			b.buf, b.raw = append(b.buf, b.raw[:k]...), b.raw[k:]
			b.stopped = b.stopped || len(b.raw) > 1
			return
		}
		b.buf, b.raw = append(b.buf, b.raw[:k+1]...), b.raw[k+2:]
	}
}

// take returns the next n bits, at most 16.
func (b *bitReader) take(n int) int {
	if b.n < n {
		b.refill()
	}
	v := int(b.acc >> 48 >> (16 - n))
	b.acc <<= n
	b.n -= n
	return v
}

// drop steps over n bits.
func (b *bitReader) drop(n int) {
	for ; n > 16; n -= 16 {
		b.take(16)
	}
	b.take(n)
}

// align drops what is left up to a marker and returns where that stands.
func (b *bitReader) align() int64 {
	for !b.stopped {
		b.i = b.data
		b.load()
	}
	b.acc, b.n, b.i = 0, 0, b.data
	return b.offset()
}

// restart steps over the restart marker with the number, modulo 8, and the fill
// bytes before it.
func (b *bitReader) restart(number int) bool {
	for {
		if b.more(); len(b.raw) < 2 || b.raw[0] != 0xFF {
			return false
		}
		c := b.raw[1]
		b.raw = b.raw[1:]
		if c == 0xFF {
			continue
		}
		b.raw = b.raw[1:]
		b.stopped, b.gone, b.data, b.i, b.most = false, false, 0, 0, -1
		return c == firstRestart|byte(number&7)
	}
}
