package ends

import (
	"bytes"
	"encoding/binary"
	"math/bits"

	"untag/scrub"
)

// flac finds the end of the last frame (RFC 9639): nothing says how long a
// frame is, but its number says whether it is the last one, and its checksum
// where it ends, if only one place in all that follows agrees.
func flac(s *scrub.Scan) (end scrub.End, err error) {
	info, err := s.Bytes(8, 34)
	if err != nil {
		return end, err
	}
	block := be(info, 2, 2)
	total := be(info, 13, 5) & (1<<36 - 1)
	if block == 0 || total == 0 {
		return end, s.Errorf(8, "sound of unknown length")
	}
	from := max(42, s.Size()-2*window)
	b, err := s.Bytes(from, int(s.Left(from)))
	if err != nil {
		return end, err
	}
	for at := len(b); ; {
		if at = bytes.LastIndexByte(b[:at], 0xff); at < 0 {
			return end, s.Errorf(from, "no last frame")
		}
		h, ok := flacHeader(b[at:])
		if !ok {
			continue
		}
		first := h.number
		if !h.variable {
			first *= block
		}
		if first >= total || total-first != h.samples {
			continue
		}
		n, ok := flacEnd(b[at:], h.size)
		if !ok {
			return end, s.Errorf(from+int64(at), "a last frame without a sure end")
		}
		return scrub.End{Off: from + int64(at+n), Proof: scrub.Proven}, nil
	}
}

type flacFrame struct {
	variable bool
	number   int64 // of the first sample, or of the frame
	samples  int64
	size     int // of the header
}

// flacHeader reads a frame header, RFC 9639 section 9.1.
func flacHeader(frame []byte) (h flacFrame, ok bool) {
	var b [16]byte // the longest header; silence makes frames that are shorter
	copy(b[:], frame)
	if b[1]&0xfe != 0xf8 || b[3]&1 != 0 {
		return h, false
	}
	h.variable = b[1]&1 == 1
	n := bits.LeadingZeros8(^b[4])
	if n == 1 || n > 7 {
		return h, false
	}
	h.number = int64(b[4])
	if n > 1 {
		h.number = int64(b[4] & (0x7f >> n))
	}
	i := 5
	for ; i < 4+n; i++ {
		if b[i]&0xc0 != 0x80 {
			return h, false
		}
		h.number = h.number<<6 | int64(b[i]&0x3f)
	}
	switch size := b[2] >> 4; {
	case size == 0:
		return h, false
	case size == 1:
		h.samples = 192
	case size <= 5:
		h.samples = 144 << size
	case size == 6:
		h.samples = int64(b[i]) + 1
		i++
	case size == 7:
		h.samples = be(b[:], i, 2) + 1
		i += 2
	default:
		h.samples = 1 << size
	}
	switch rate := b[2] & 15; {
	case rate == 15:
		return h, false
	case rate == 12:
		i++
	case rate > 12:
		i += 2
	}
	h.size = i + 1
	return h, crc8(b[:i]) == b[i]
}

// flacEnd returns the only place at which the checksum of the frame agrees.
func flacEnd(b []byte, head int) (end int, ok bool) {
	var crc uint16
	for i, c := range b {
		if i > head && i+2 <= len(b) && binary.BigEndian.Uint16(b[i:]) == crc {
			if ok {
				return 0, false
			}
			end, ok = i+2, true
		}
		crc = crc16(crc, c)
	}
	return end, ok
}

func crc8(b []byte) (crc byte) {
	for _, c := range b {
		crc ^= c
		for range 8 {
			if crc&0x80 != 0 {
				crc = crc<<1 ^ 7
			} else {
				crc <<= 1
			}
		}
	}
	return crc
}

func crc16(crc uint16, c byte) uint16 {
	crc ^= uint16(c) << 8
	for range 8 {
		if crc&0x8000 != 0 {
			crc = crc<<1 ^ 0x8005
		} else {
			crc <<= 1
		}
	}
	return crc
}
