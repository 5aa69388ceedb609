package flac

import (
	"encoding/binary"
	"math/bits"

	"untag/scrub/crc"
)

// frame is the header of a frame, RFC 9639 section 9.1.
type frame struct {
	variable bool
	number   int64 // of the first sample, or of the frame
	samples  int64
	size     int // of the header
	channels int
	side     int // which channel is a difference and has a bit more, -1 for none
	bits     int // of a sample, 0 if STREAMINFO says
}

// next is the number of the frame that follows.
func (f *frame) next() int64 {
	if f.variable {
		return f.number + f.samples
	}
	return f.number + 1
}

const longest = 16 // bytes of a frame's header

// parseFrame reads a frame's header, nil if there is none whose checksum is right.
func parseFrame(b []byte) *frame {
	var h [longest]byte // silence makes frames that are shorter
	copy(h[:], b)
	if h[0] != 0xff || h[1]&0xfe != 0xf8 || h[3]&1 != 0 || h[3]>>4 > 10 {
		return nil
	}
	f := &frame{variable: h[1]&1 == 1, channels: int(h[3]>>4) + 1, side: -1}
	if f.channels > 8 {
		f.side = []int{1, 0, 1}[f.channels-9]
		f.channels = 2
	}
	f.bits = []int{0, 8, 12, -1, 16, 20, 24, 32}[h[3]>>1&7]
	n := bits.LeadingZeros8(^h[4])
	if n == 1 || n > 7 || f.bits < 0 {
		return nil
	}
	f.number = int64(h[4] & (0xff >> max(1, n+1)))
	if n == 0 {
		f.number = int64(h[4])
	}
	i := 5
	for ; i < 4+n; i++ {
		if h[i]&0xc0 != 0x80 {
			return nil
		}
		f.number = f.number<<6 | int64(h[i]&0x3f)
	}
	switch size := h[2] >> 4; {
	case size == 0:
		return nil
	case size == 1:
		f.samples = 192
	case size <= 5:
		f.samples = 144 << size
	case size <= 7:
		w := int(size) - 5
		f.samples = be(h[i:i+w]) + 1
		i += w
	default:
		f.samples = 1 << size
	}
	switch rate := h[2] & 15; {
	case rate == 15:
		return nil
	case rate == 12:
		i++
	case rate > 12:
		i += 2
	}
	f.size = i + 1
	if byte(crc.FLAC8.Update(0, h[:i])>>24) != h[i] {
		return nil
	}
	return f
}

// length steps through the frame with which b begins and returns its length, 0 if it
// isn't whole there.
func (f *frame) length(b []byte, wide int) int {
	if f.bits > 0 {
		wide = f.bits
	}
	r := &reader{b: b, at: f.size * 8}
	for ch := range f.channels {
		n := wide
		if ch == f.side {
			n++
		}
		if !r.subframe(int(f.samples), n) {
			return 0
		}
	}
	for r.at%8 != 0 {
		if r.read(1) != 0 {
			return 0
		}
	}
	end := r.at / 8
	if r.short || len(b)-end < 2 || uint16(crc.FLAC16.Update(0, b[:end])>>16) != binary.BigEndian.Uint16(b[end:]) {
		return 0
	}
	return end + 2
}

// reader reads bits, the highest of a byte first.
type reader struct {
	b     []byte
	at    int // in bits
	short bool
}

func (r *reader) read(n int) (v uint64) {
	for ; n > 0; n-- {
		if r.at>>3 >= len(r.b) {
			r.short = true
			return 0
		}
		v = v<<1 | uint64(r.b[r.at>>3]>>(7-r.at&7)&1)
		r.at++
	}
	return v
}

func (r *reader) skip(n int) bool {
	r.at += n
	r.short = r.short || r.at > len(r.b)*8
	return !r.short
}

// zeros skips a number that is written as so many zeros and a one.
func (r *reader) zeros() (n int) {
	for !r.short {
		if r.at>>3 >= len(r.b) {
			r.short = true
			return n
		}
		c := r.b[r.at>>3] << (r.at & 7)
		z := bits.LeadingZeros8(c)
		if free := 8 - r.at&7; z >= free {
			n, r.at = n+free, r.at+free
			continue
		}
		r.at += z + 1
		return n + z
	}
	return n
}

// subframe steps through the samples of a channel that have so many bits, section 9.2.
func (r *reader) subframe(samples, wide int) bool {
	kind := int(r.read(7)) // a zero, and six bits
	if r.read(1) != 0 {
		wide -= r.zeros() + 1
	}
	if wide <= 0 || r.short {
		return false
	}
	switch {
	case kind == 0:
		return r.skip(wide)
	case kind == 1:
		return r.skip(samples * wide)
	case kind >= 8 && kind <= 12:
		return r.skip((kind-8)*wide) && r.residual(samples, kind-8)
	case kind >= 32 && kind < 64:
		order := kind - 31
		if !r.skip(order * wide) {
			return false
		}
		precision := int(r.read(4)) + 1
		return precision < 16 && r.skip(5+order*precision) && r.residual(samples, order)
	}
	return false
}

// residual steps through Rice codes, section 9.2.7.
func (r *reader) residual(samples, order int) bool {
	method := r.read(2)
	if method > 1 {
		return false
	}
	wide := 4 + int(method)
	parts := 1 << r.read(4)
	if samples%parts != 0 || samples/parts < order {
		return false
	}
	for i := range parts {
		n := samples / parts
		if i == 0 {
			n -= order
		}
		k := int(r.read(wide))
		if k == 1<<wide-1 {
			if !r.skip(n * int(r.read(5))) {
				return false
			}
			continue
		}
		for range n {
			if r.zeros(); !r.skip(k) {
				return false
			}
		}
	}
	return true
}
