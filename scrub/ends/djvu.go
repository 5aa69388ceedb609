package ends

import "untag/scrub"

// djvu walks the chunks of the form of a DjVu document.
func djvu(s *scrub.Scan) (end scrub.End, err error) {
	const magic = 4
	b, err := s.Bytes(magic, 12)
	if err != nil {
		return end, err
	}
	size := be32(b, 4)
	if size < 4 || size > s.Left(magic+8) {
		return end, s.Errorf(magic, "list of %d bytes, %d are left", size, s.Left(magic+8))
	}
	off, last := int64(magic+12), magic+8+size
	for off < last {
		if last-off < 8 {
			return end, s.Errorf(off, "%d bytes of a chunk", last-off)
		}
		if b, err = s.Bytes(off, 8); err != nil {
			return end, err
		}
		n := be32(b, 4)
		if n > last-off-8 {
			return end, s.Errorf(off, "chunk %q of %d bytes, %d are left", b[:4], n, last-off-8)
		}
		off += min(8+n+n&1, last-off) // the padding of the last chunk may be missing
	}
	return scrub.End{Off: off, Least: 8, More: func(off, n int64) (string, error) {
		b, err := s.Bytes(off, int(min(n, 8)))
		if err == nil && len(b) == 8 && be32(b, 4) <= s.Left(off+8) {
			return "another chunk", nil
		}
		return "", err
	}}, nil
}

// fourCC tells whether b starts like the id of a chunk or box.
func fourCC(b []byte) bool {
	for _, c := range b[:4] {
		if (c < ' ' || c > '~') && c != 0xa9 {
			return false
		}
	}
	return true
}
