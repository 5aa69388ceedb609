package realmedia

import (
	"bytes"
	"encoding/binary"

	"untag/scrub/codec"
)

const (
	probed     = 64 // packets that are looked into where not all are
	packetHead = 12
)

// packet doubts a packet of n bytes at off whose media begin or end with text, or are none of the
// codecs of RealNetworks, as which FFmpeg announces whatever it copies.
func (f *film) packet(off, n int64, film bool) {
	found, err := (&codec.Stream{Kind: codec.Plain}).Frame(f.Reader, off+packetHead, n-packetHead, 0)
	if err == nil && len(found) > 0 {
		f.Doubt("there is text in packets")
	}
	const most = 64 << 10
	if film && units(f.Get(off+packetHead, int(min(n-packetHead, most)))) {
		f.Doubt("pictures are announced as of RealMedia, and are of H.264 or HEVC")
	}
}

// units tells whether the media of a packet are NAL units: behind start codes, or behind their lengths,
// which lead from one to the next.
func units(b []byte) bool {
	const whole, several, size, tall = 1, 3, 4, 1 << 20
	if len(b) < 2 || b[0]>>6 == several {
		return false
	}
	kind := b[0] >> 6 // else part of a picture
	b = b[2:]         // and a number
	if kind != whole {
		for range 2 { // lengths of two bytes, or of four
			n := 4
			if len(b) > 0 && b[0]&0x40 != 0 {
				n = 2
			}
			b = b[min(n, len(b)):]
		}
		b = b[min(1, len(b)):]
	}
	if bytes.HasPrefix(b, []byte{0, 0, 1}) || bytes.HasPrefix(b, []byte{0, 0, 0, 1}) {
		return true
	}
	found := 0
	for ; len(b) > size; found++ {
		n := binary.BigEndian.Uint32(b)
		if n == 0 || n > tall || b[size]&0x80 != 0 {
			return false
		}
		if int(n) > len(b)-size {
			return found > 0
		}
		b = b[size+int(n):]
	}
	return found > 0
}
