package ends

import "untag/scrub"

// GUIDs as they stand in the file.
const (
	asfHeader = "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
	asfFile   = "\xa1\xdc\xab\x8c\x47\xa9\xcf\x11\x8e\xe4\x00\xc0\x0c\x20\x53\x65" // File Properties
	asfData   = "\x36\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c"
)

// asf compares the length in the File Properties with a walk over the objects, and
// their number of packets with the length of the Data object.
func asf(s *scrub.Scan) (end scrub.End, err error) {
	f, err := asfProperties(s)
	if err != nil {
		return end, err
	}
	end = scrub.End{Off: f.size, Least: 24, More: holds(s, "packets", "\x82\x00\x00", asfData)}
	for off := int64(0); off < f.size; {
		b, err := s.Bytes(off, 24)
		if err != nil {
			return end, err
		}
		n := le32(b, 16) | le32(b, 20)<<32
		if n < 24 || n > f.size-off {
			return end, s.Errorf(off, "object of %d bytes, %d are left", n, f.size-off)
		}
		if string(b[:16]) == asfData && f.packets > 0 && (n-50)/f.packets == f.packet && (n-50)%f.packets == 0 {
			end.Proof = scrub.Counted
		}
		off += n
	}
	return end, nil
}

// asfFacts are the lengths of the file and of a packet, and how many there are.
type asfFacts struct{ size, packets, packet int64 }

// asfProperties reads the File Properties in the header.
func asfProperties(s *scrub.Scan) (f asfFacts, err error) {
	b, err := s.Bytes(0, 30)
	if err != nil {
		return f, err
	}
	end := le32(b, 16) | le32(b, 20)<<32
	if end < 30 || end > s.Size() {
		return f, s.Errorf(16, "header of %d bytes, %d are there", end, s.Size())
	}
	for off := int64(30); end-off >= 24; {
		if b, err = s.Bytes(off, 24); err != nil {
			return f, err
		}
		n := le32(b, 16) | le32(b, 20)<<32
		if n < 24 || n > end-off {
			return f, s.Errorf(off, "object of %d bytes, %d are left", n, end-off)
		}
		if string(b[:16]) != asfFile {
			off += n
			continue
		}
		if b, err = s.Bytes(off, 100); err != nil {
			return f, err
		}
		f = asfFacts{le32(b, 40) | le32(b, 44)<<32, le32(b, 56) | le32(b, 60)<<32, le32(b, 92)}
		if b[88]&1 != 0 || f.size < end || f.size > s.Size() { // bit 0: broadcast, the length isn't valid
			return f, s.Errorf(off, "file of %d bytes, %d are there", f.size, s.Size())
		}
		return f, nil
	}
	return f, s.Errorf(30, "no file properties")
}
