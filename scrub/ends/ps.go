package ends

import (
	"bytes"

	"untag/scrub"
)

// programStream finds the end code of an MPEG program stream (ISO/IEC 13818-1,
// 2.5): packets have to lead to it from the last pack on.
func programStream(s *scrub.Scan) (scrub.End, error) {
	from := max(0, s.Size()-2*window)
	b, err := s.Bytes(from, int(s.Left(from)))
	if err != nil {
		return scrub.End{}, err
	}
	end := bytes.LastIndex(b, []byte("\x00\x00\x01\xb9"))
	if end < 0 {
		return scrub.End{}, s.Errorf(from, "no end code")
	}
	pack := bytes.LastIndex(b[:end], []byte("\x00\x00\x01\xba"))
	if pack < 0 || bytes.Contains(b[end+4:], []byte("\x00\x00\x01\xba")) {
		return scrub.End{}, s.Errorf(from, "no pack before the end code, or one after it")
	}
	for at := packLen(b[pack:]) + pack; at != end; {
		if at+6 > end || string(b[at:at+3]) != "\x00\x00\x01" || b[at+3] < 0xbb {
			return scrub.End{}, s.Errorf(from+int64(at), "no packet")
		}
		at += 6 + int(be(b, at+4, 2))
	}
	more := holds(s, "packets", "\x00\x00\x01\xe0", "\x00\x00\x01\xc0", "\x00\x00\x01\xbd", "\x00\x00\x01\xbb")
	return scrub.End{Off: from + int64(end) + 4, Proof: scrub.Proven, More: more}, nil
}

// packLen is the length of the pack header at the start of b, of MPEG-2 or
// MPEG-1.
func packLen(b []byte) int {
	if len(b) > 13 && b[4]&0xc0 == 0x40 {
		return 14 + int(b[13]&7)
	}
	return 12
}
