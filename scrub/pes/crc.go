package pes

// CRC is the checksum of sections and stream maps (ISO/IEC 13818-1 annex A).
func CRC(b []byte) uint32 {
	const poly = 0x04c11db7
	c := ^uint32(0)
	for _, x := range b {
		c ^= uint32(x) << 24
		for range 8 {
			c = c<<1 ^ poly*(c>>31)
		}
	}
	return c
}

// Sound tells whether b ends in its checksum.
func Sound(b []byte) bool { return CRC(b) == 0 }
