package tiff

import "encoding/binary"

// layout is how a file writes its directories (TIFF 6.0, section 2; BigTIFF).
type layout struct {
	order binary.ByteOrder
	big   bool
}

// counted, entryLen and wide are the lengths of the count of entries, of an entry,
// and of an offset.
func (l layout) counted() int64  { return l.pick(2, 8) }
func (l layout) entryLen() int64 { return l.pick(12, 20) }
func (l layout) wide() int64     { return l.pick(4, 8) }

func (l layout) pick(classic, big int64) int64 {
	if l.big {
		return big
	}
	return classic
}

// uint reads an unsigned number as long as b.
func (l layout) uint(b []byte) uint64 {
	switch len(b) {
	case 1:
		return uint64(b[0])
	case 2:
		return uint64(l.order.Uint16(b))
	case 4:
		return uint64(l.order.Uint32(b))
	case 8:
		return l.order.Uint64(b)
	}
	return 0
}

// offset reads an offset or a length, -1 if no file is as long.
func (l layout) offset(b []byte) int64 {
	if v := l.uint(b); v < 1<<62 {
		return int64(v)
	}
	return -1
}

// put writes an unsigned number as long as b.
func (l layout) put(b []byte, v uint64) {
	switch len(b) {
	case 2:
		l.order.PutUint16(b, uint16(v))
	case 4:
		l.order.PutUint32(b, uint32(v))
	case 8:
		l.order.PutUint64(b, v)
	}
}

// Types of values; those of the second line are of BigTIFF.
const (
	tByte, tASCII, tShort, tLong, tRational, tSByte, tUndefined = 1, 2, 3, 4, 5, 6, 7
	tSShort, tSLong, tSRational, tFloat, tDouble, tIFD          = 8, 9, 10, 11, 12, 13

	tLong8, tSLong8, tIFD8 = 16, 17, 18
)

// typeSize is the length of one value of each type, 0 for types that there are none of.
var typeSize = [...]int64{tByte: 1, tASCII: 1, tShort: 2, tLong: 4, tRational: 8, tSByte: 1, tUndefined: 1, tSShort: 2,
	tSLong: 4, tSRational: 8, tFloat: 4, tDouble: 8, tIFD: 4, tLong8: 8, tSLong8: 8, tIFD8: 8}

func sizeOf(typ uint16) int64 {
	if int(typ) < len(typeSize) {
		return typeSize[typ]
	}
	return 0
}
