package ends

import (
	"bytes"

	"untag/scrub"
)

// ogg walks the pages of an Ogg stream (RFC 3533).
func ogg(s *scrub.Scan) (int64, error) {
	const pageHead = 27
	off := int64(0)
	for s.Left(off) >= pageHead {
		b, err := s.Bytes(off, pageHead)
		if err != nil {
			return 0, err
		}
		if string(b[:5]) != "OggS\x00" {
			break
		}
		lacing, err := s.Bytes(off+pageHead, int(b[26]))
		if err != nil {
			return 0, err
		}
		n := pageHead + int64(len(lacing))
		for _, l := range lacing {
			n += int64(l)
		}
		if n > s.Left(off) {
			return 0, s.Errorf(off, "page of %d bytes, %d are left", n, s.Left(off))
		}
		off += n
	}
	b, err := rest(s, off)
	if err != nil {
		return 0, err
	}
	if off == 0 || bytes.Contains(b, []byte("OggS")) {
		return 0, s.Errorf(off, "another page after what is none")
	}
	return unlessShort(s, off, pageHead)
}
