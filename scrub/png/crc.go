package png

import (
	"encoding/binary"
	"hash/crc32"
)

// zeroCRC computes the checksums of chunks "voId".
type zeroCRC struct{ zeros [4096]byte }

func newZeroCRC() *zeroCRC { return &zeroCRC{} }

// void returns the checksum, as it is stored, of a chunk "voId" of n zeros.
func (z *zeroCRC) void(n int64) []byte {
	crc := crc32.ChecksumIEEE([]byte(void))
	for ; n > 0; n -= int64(len(z.zeros)) {
		crc = crc32.Update(crc, crc32.IEEETable, z.zeros[:min(n, int64(len(z.zeros)))])
	}
	return binary.BigEndian.AppendUint32(nil, crc)
}

// sum returns the checksum of a chunk as it is stored.
func sum(typ string, data []byte) []byte {
	return binary.BigEndian.AppendUint32(nil, crc32.Update(crc32.ChecksumIEEE([]byte(typ)), crc32.IEEETable, data))
}

// bridge returns four bytes after which the checksum that has come to the value
// from stands at to. A checksum is a shift register: running it backward from
// to over four bytes tells what has to be fed in.
func bridge(from, to uint32) [4]byte {
	var b [4]byte
	state := ^to
	for range 4 {
		state = state<<8 ^ backward[state>>24]
	}
	binary.LittleEndian.PutUint32(b[:], state^^from)
	return b
}

// backward undoes one step of the table of CRC-32: by the highest byte of an
// entry, which no two share, what the entry was made of.
var backward = func() (t [256]uint32) {
	for i, v := range crc32.IEEETable {
		t[v>>24] = v<<8 ^ uint32(i)
	}
	return t
}()
