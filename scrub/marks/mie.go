package marks

import (
	"encoding/binary"
	"fmt"
)

// mie recognises groups of Meta Information Encapsulation at the end of a file.
// Each ends in an element without data that holds the length of the group, the
// byte order (0x10 big-endian, 0x18 little-endian) and the size of the length.
func mie(t *tail) (Mark, bool) {
	if !t.has("\x04") && !t.has("\x08") {
		return Mark{}, false
	}
	at, count, proven := t.end, 0, true
	for ; count < 64; count++ {
		n := t.mieGroup(at)
		if n == 0 {
			break
		}
		at -= n
		h := t.read(at, 8)
		proven = proven && h != nil && string(h[4:8]) == "0MIE"
	}
	m := t.from(at, "mie", fmt.Sprintf("%d groups of metadata", count))
	m.Proven = proven
	return m, count > 0
}

// mieGroup returns the length of the group that ends at end, or 0.
func (t *tail) mieGroup(end int64) int64 {
	const shortFoot, longFoot = 10, 14
	b := t.read(end-longFoot, longFoot)
	if b == nil || b[12] != 0x10 && b[12] != 0x18 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	if b[12] == 0x18 {
		order = binary.LittleEndian
	}
	var n uint64
	switch {
	case b[13] == 4 && string(b[4:8]) == "~\x00\x00\x06":
		n = uint64(order.Uint32(b[8:]))
	case b[13] == 8 && string(b[:4]) == "~\x00\x00\x0a":
		n = order.Uint64(b[4:])
	}
	if n < longFoot || n > uint64(end-t.floor) {
		return 0
	}
	if h := t.read(end-int64(n), 4); h == nil || h[0] != '~' || h[1] != b[12] {
		return 0
	}
	return int64(n)
}
