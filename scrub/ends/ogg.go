package ends

import (
	"bytes"

	"untag/scrub"
)

// oggPage is the head of a page, RFC 3533 section 6.
const (
	oggHead           = 27
	oggBegin, oggLast = 2, 4 // flags of the first and the last page of a stream
	oggStreams        = 1 << 12
)

// ogg walks the pages of an Ogg stream (RFC 3533). Where something follows them,
// they are asked for their checksums: a page whose length is damaged leads past
// others.
func ogg(s *scrub.Scan) (scrub.End, error) {
	end, err := oggPages(s, nil)
	if err != nil || s.Left(end.Off) == 0 {
		return end, err
	}
	open := map[string]bool{} // streams by their serial numbers
	if _, err = oggPages(s, open); err != nil {
		return scrub.End{}, err
	}
	end.Proof, end.Least, end.More = scrub.Proven, oggHead, holds(s, "pages", "OggS")
	if len(open) > 0 {
		end.Doubt = "a stream has not come to its last page"
	}
	return end, nil
}

// oggPages returns the end of the last page. If open isn't nil, it checks pages and
// leaves the streams in it that lack their last one.
func oggPages(s *scrub.Scan, open map[string]bool) (end scrub.End, err error) {
	for s.Left(end.Off) >= oggHead {
		b, err := s.Bytes(end.Off, oggHead)
		if err != nil {
			return end, err
		}
		if string(b[:5]) != "OggS\x00" {
			break
		}
		lacing, err := s.Bytes(end.Off+oggHead, int(b[26]))
		if err != nil {
			return end, err
		}
		n := oggHead + int64(len(lacing))
		for _, l := range lacing {
			n += int64(l)
		}
		if n > s.Left(end.Off) {
			return end, s.Errorf(end.Off, "page of %d bytes, %d are left", n, s.Left(end.Off))
		}
		if open != nil {
			if err := oggCheck(s, end.Off, n, open); err != nil {
				return end, err
			}
		}
		end.Off += n
	}
	if end.Off == 0 {
		return end, s.Errorf(0, "no page")
	}
	return end, nil
}

func oggCheck(s *scrub.Scan, off, n int64, open map[string]bool) error {
	b, err := s.Bytes(off, int(n))
	if err != nil {
		return err
	}
	want := bytes.Clone(b[22:26])
	clear(b[22:26])
	var crc uint32
	for _, c := range b {
		crc = crc<<8 ^ oggTable[byte(crc>>24)^c]
	}
	if crc != uint32(le32(want, 0)) {
		return s.Errorf(off, "page of %d bytes with a wrong checksum", n)
	}
	serial := string(b[14:18])
	if b[5]&oggBegin != 0 || len(open) < oggStreams {
		open[serial] = true
	}
	if b[5]&oggLast != 0 {
		delete(open, serial)
	}
	return nil
}

// oggTable is of the CRC-32 that Ogg takes: highest bit first, without inversion.
var oggTable = func() (t [256]uint32) {
	for i := range t {
		crc := uint32(i) << 24
		for range 8 {
			crc = crc<<1 ^ crc>>31*0x04c11db7
		}
		t[i] = crc
	}
	return t
}()
