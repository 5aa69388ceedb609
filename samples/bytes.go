package samples

import (
	"bytes"
	"encoding/binary"
	"unicode/utf16"
)

func be16(n int) []byte    { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
func be64(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }
func le16(n int) []byte    { return binary.LittleEndian.AppendUint16(nil, uint16(n)) }
func le32(n int) []byte    { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }

// be32 takes an int as well as what does not fit into one of 32 bits.
func be32[T int | uint32 | uint64](n T) []byte {
	return binary.BigEndian.AppendUint32(nil, uint32(n))
}

func cat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func zeros(n int) []byte { return make([]byte, n) }

// utf16le is how Windows writes text.
func utf16le(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

// field is text in exactly n bytes, the rest zero.
func field(s string, n int) []byte {
	b := make([]byte, n)
	copy(b, s)
	return b
}
