package pes

import (
	"bytes"

	"untag/scrub"
)

// Header is what stands before the data of a packet of an elementary stream (ISO/IEC
// 13818-1, 2.4.3.7).
type Header struct {
	ID     byte
	Len    int // with the start code
	Sealed bool
	Data   int // bytes that follow the length field, 0 if it is not said

	private scrub.Range   // in the header: data for nobody
	spare   []scrub.Range // and stuffing
	torn    bool          // its fields go past its end
}

// ReadHeader reads the header at the start of b, of MPEG-2 or, in program streams, MPEG-1. It
// may be longer than b.
func ReadHeader(b []byte) (h Header, ok bool) {
	const start = 6
	if len(b) < start || !bytes.HasPrefix(b, []byte{0, 0, 1}) || b[3] < 0xbc {
		return h, false
	}
	h = Header{ID: b[3], Len: start, Data: int(b[4])<<8 | int(b[5])}
	switch {
	case plain(h.ID):
		return h, true
	case len(b) >= 9 && b[6]&0xc0 == 0x80:
		h.Len = 9 + int(b[8])
		h.Sealed = b[6]&0x30 != 0
		h.fields(b)
		return h, true
	}
	return h, h.old(b)
}

// Padding is the id of packets that hold nothing.
const Padding = 0xbe

// plain tells whether packets of a stream have data behind their length.
func plain(id byte) bool {
	switch id {
	case 0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff:
		return true
	}
	return false
}

// fields reads the optional fields of MPEG-2.
func (h *Header) fields(b []byte) {
	at := 9
	flags := b[7]
	for _, f := range []struct {
		mask, value byte
		long        int
	}{{0xc0, 0x80, 5}, {0xc0, 0xc0, 10}, {0x20, 0x20, 6}, {0x10, 0x10, 3}, {0x08, 0x08, 1}, {0x04, 0x04, 1}, {0x02, 0x02, 2}} {
		if flags&f.mask == f.value {
			at += f.long
		}
	}
	end := min(h.Len, len(b))
	if flags&1 != 0 && at < end {
		more := b[at]
		at++
		if more&0x80 != 0 {
			h.private = scrub.Range{Off: int64(at), Len: 16}
			at += 16
		}
		if more&0x40 != 0 && at < end { // the header of a pack
			h.spare = append(h.spare, scrub.Range{Off: int64(at) + 1, Len: int64(b[at])})
			at += 1 + int(b[at])
		}
		if more&0x20 != 0 {
			at += 2
		}
		if more&0x10 != 0 {
			at += 2
		}
		if more&1 != 0 && at+1 < end {
			h.spare = append(h.spare, extension(b, at))
			at += 1 + int(b[at]&0x7f)
		}
	}
	switch {
	case at < h.Len:
		h.spare = append(h.spare, scrub.Range{Off: int64(at), Len: int64(h.Len - at)})
	case at > h.Len: // then the length is wrong, or one of the flags
		h.private, h.spare, h.torn = scrub.Range{}, nil, true
	}
}

// extension returns what is reserved in the second extension of a header: behind the number
// of a stream, or a time.
func extension(b []byte, at int) scrub.Range {
	used := 1
	if b[at+1]&0x81 == 0x80 {
		used += 5
	}
	n := max(0, int(b[at]&0x7f)-used)
	return scrub.Range{Off: int64(at + 1 + used), Len: int64(n)}
}

// old reads the fields of MPEG-1 (ISO/IEC 11172-1, 2.4.3.3).
func (h *Header) old(b []byte) bool {
	const most = 16
	at := 6
	for at < len(b) && at < 6+most && b[at] == 0xff {
		at++
	}
	if at+2 < len(b) && b[at]&0xc0 == 0x40 {
		at += 2
	}
	if at >= len(b) {
		return false
	}
	switch {
	case b[at]&0xf0 == 0x20:
		at += 5
	case b[at]&0xf0 == 0x30:
		at += 10
	case b[at] == 0x0f:
		at++
	default:
		return false
	}
	h.Len = at
	return true
}

// Header has what nobody needs in the header at off filled, as far as b holds it.
func (f *Film) Header(h Header, off int64, b []byte) {
	if h.torn {
		f.S.Doubt("fields of the header of a packet go past its end")
	}
	for _, r := range append(h.spare, h.private) {
		if r.Len == 0 || r.Off >= int64(len(b)) {
			continue
		}
		kind := scrub.Hidden
		if r == h.private {
			kind = scrub.Unknown
		}
		f.Fill(off+r.Off, b[r.Off:min(r.End(), int64(len(b)))], 0xff, kind, "packets/header")
	}
}
