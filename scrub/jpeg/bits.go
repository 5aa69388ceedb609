package jpeg

import (
	"encoding/binary"
	"io"
	"math/bits"

	"untag/scrub"
)

// bitBuffer is how much is read at once.
const bitBuffer = 64 << 10

// bitReader reads coded bits, the most significant first. A zero is stuffed behind
// each FF (T.81, F.1.2.3). It stops at whatever else follows an FF; then n falls
// below 0 as more is taken than there is.
type bitReader struct {
	src       io.ReaderAt
	next, end int64  // what of the data is not in buf
	buf       []byte // of which buf[i:] is not in acc
	i         int
	acc       uint64 // bits to come, left-aligned
	n         int    // how many of them are there
	stuffed   uint64 // one bit for each byte taken into acc, the last one lowest
	stopped   bool
	err       error
}

// start has the reader read r.
func (b *bitReader) start(src io.ReaderAt, r scrub.Range) {
	buf := b.buf[:0]
	if buf == nil {
		buf = make([]byte, 0, bitBuffer)
	}
	*b = bitReader{src: src, next: r.Off, end: r.End(), buf: buf}
}

// offset is where buf[i] stands in the medium.
func (b *bitReader) offset() int64 { return b.next - int64(len(b.buf)-b.i) }

// used is the offset behind the byte that holds the last bit taken.
func (b *bitReader) used() int64 {
	left := max(b.n, 0) / 8
	return b.offset() - int64(left) - int64(bits.OnesCount64(b.stuffed&(1<<left-1)))
}

// refill makes 32 bits or more, unless the data stops.
func (b *bitReader) refill() {
	if len(b.buf)-b.i < 16 && b.next < b.end {
		b.load()
	}
	for b.n <= 56 && !b.stopped {
		if b.i+8 <= len(b.buf) {
			const low, high = 0x0101010101010101, 0x8080808080808080
			v := binary.BigEndian.Uint64(b.buf[b.i:])
			if x := ^v; (x-low)&^x&high == 0 { // no byte is FF
				k := (64 - b.n) / 8
				b.acc |= v >> b.n // part of a byte more than is counted, which comes again
				b.i, b.n, b.stuffed = b.i+k, b.n+8*k, b.stuffed<<k
				return
			}
		}
		b.one()
	}
}

// one takes one byte.
func (b *bitReader) one() {
	size := 1
	switch {
	case b.i >= len(b.buf):
		b.stopped = true
		return
	case b.buf[b.i] == 0xFF:
		if b.i+1 >= len(b.buf) || b.buf[b.i+1] != 0 {
			b.stopped = true
			return
		}
		size = 2
	}
	b.acc |= uint64(b.buf[b.i]) << (56 - b.n)
	b.stuffed = b.stuffed<<1 | uint64(size-1)
	b.i, b.n = b.i+size, b.n+8
}

// load reads on.
func (b *bitReader) load() {
	kept := copy(b.buf[:cap(b.buf)], b.buf[b.i:])
	n := int(min(int64(cap(b.buf)-kept), b.end-b.next))
	b.buf, b.i = b.buf[:kept+n], 0
	if _, err := b.src.ReadAt(b.buf[kept:], b.next); err != nil {
		b.err, b.buf, b.end = err, b.buf[:kept], b.next
		return
	}
	b.next += int64(n)
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
	for !b.stopped && b.err == nil {
		b.acc, b.n = 0, 0
		b.refill()
	}
	b.acc, b.n, b.stuffed = 0, 0, 0
	return b.offset()
}

// restart steps over the restart marker with the number, modulo 8, and the fill
// bytes before it.
func (b *bitReader) restart(number int) bool {
	for {
		if len(b.buf)-b.i < 2 && b.next < b.end {
			b.load()
		}
		if b.i+1 >= len(b.buf) || b.buf[b.i] != 0xFF {
			return false
		}
		b.i++
		if c := b.buf[b.i]; c != 0xFF {
			if c != rst0|byte(number&7) {
				return false
			}
			b.i++
			b.stopped = false
			return true
		}
	}
}
