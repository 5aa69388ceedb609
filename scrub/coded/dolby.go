package coded

// DolbyVision tells whether b is metadata of Dolby Vision (an RPU, ETSI GS CCM 001),
// with the checksum that ends it.
func DolbyVision(b []byte) bool {
	const prefix, stop, sum, least, most = 0x19, 0x80, 4, 8, 2 << 10
	for len(b) > 0 && b[len(b)-1] == 0 {
		b = b[:len(b)-1]
	}
	if len(b) < least || len(b) > most || b[0] != prefix || b[len(b)-1] != stop || Tells(b, 12) {
		return false
	}
	b = b[1 : len(b)-1]
	return crcMPEG2(b) == 0
}

// crcMPEG2 is the checksum of ISO/IEC 13818-1 annex A: 0 over data and their sum.
func crcMPEG2(b []byte) uint32 {
	const poly = 0x04c11db7
	crc := ^uint32(0)
	for _, c := range b {
		crc ^= uint32(c) << 24
		for range 8 {
			crc = crc<<1 ^ poly*(crc>>31)
		}
	}
	return crc
}
