package ends

import "untag/scrub"

// GUIDs as they stand in the file.
const (
	asfHeader = "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
	asfFile   = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65" // File Properties
)

// asf compares the length in the File Properties with a walk over the objects.
func asf(s *scrub.Scan) (int64, error) {
	want, err := asfLength(s)
	if err != nil {
		return 0, err
	}
	for off := int64(0); off < want; {
		b, err := s.Bytes(off, 24)
		if err != nil {
			return 0, err
		}
		n := le32(b, 16) | le32(b, 20)<<32
		if n < 24 || n > want-off {
			return 0, s.Errorf(off, "object of %d bytes, %d are left", n, want-off)
		}
		off += n
	}
	return unlessZeros(s, want)
}

// asfLength returns the length that the header gives for the file.
func asfLength(s *scrub.Scan) (int64, error) {
	b, err := s.Bytes(0, 30)
	if err != nil {
		return 0, err
	}
	end := le32(b, 16) | le32(b, 20)<<32
	if end < 30 || end > s.Size() {
		return 0, s.Errorf(16, "header of %d bytes, %d are there", end, s.Size())
	}
	for off := int64(30); end-off >= 24; {
		if b, err = s.Bytes(off, 24); err != nil {
			return 0, err
		}
		n := le32(b, 16) | le32(b, 20)<<32
		if n < 24 || n > end-off {
			return 0, s.Errorf(off, "object of %d bytes, %d are left", n, end-off)
		}
		if string(b[:16]) != asfFile {
			off += n
			continue
		}
		if b, err = s.Bytes(off, 92); err != nil {
			return 0, err
		}
		size := le32(b, 40) | le32(b, 44)<<32
		if b[88]&1 != 0 || size < end || size > s.Size() { // bit 0: broadcast, the length isn't valid
			return 0, s.Errorf(off, "file of %d bytes, %d are there", size, s.Size())
		}
		return size, nil
	}
	return 0, s.Errorf(30, "no file properties")
}
