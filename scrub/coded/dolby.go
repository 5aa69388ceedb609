package coded

import "untag/scrub/crc"

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
	return crc.MPEG2(b) == 0
}
