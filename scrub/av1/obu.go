package av1

import "untag/scrub"

// obu is an open bitstream unit, AV1 specification 5.3.
type obu struct {
	off, body, end int64
	typ            int
	first          byte // of the header, with the type
	sized          bool // it says its size
}

// header reads the header of an OBU of which left bytes are there at most. One
// without a size takes all of them.
func header(r *scrub.Reader, off, left int64) (obu, error) {
	const most = 2 + maxLEB128
	b, err := r.Bytes(off, int(min(left, most)))
	if err != nil {
		return obu{}, err
	}
	o := obu{off: off, typ: int(b[0] >> 3 & 15), first: b[0], end: off + left}
	if b[0]&0x81 != 0 {
		return o, errorf(off, "OBU header %#x with reserved bits", b[0])
	}
	n := 1
	if b[0]&4 != 0 { // obu_extension_flag
		n = 2
	}
	if len(b) < n {
		return o, errorf(off, "OBU of %d bytes, its header has %d", len(b), n)
	}
	if b[0]&2 == 0 { // obu_has_size_field
		o.body = off + int64(n)
		return o, nil
	}
	size, more := leb128(b[n:])
	n += more
	if more == 0 || size > uint64(left)-uint64(n) {
		return o, errorf(off, "OBU of %d bytes, %d are left", size, left-int64(n))
	}
	o.body = off + int64(n)
	o.end = o.body + int64(size)
	o.sized = true
	return o, nil
}

// picture tells whether the OBU is part of a coded frame.
func (o obu) picture() bool {
	switch o.typ {
	case typeFrameHeader, typeTileGroup, typeFrame, typeRedundantHeader, typeTileList:
		return true
	}
	return false
}

// follows tells whether an OBU that is part of a coded frame may stand behind another
// one: tiles behind their header or other tiles, a header that is repeated behind what
// it repeats. Lists of tiles are for films of light fields, in which tracks hold none.
func (o obu) follows(before obu) bool {
	switch o.typ {
	case typeTileGroup:
		return before.typ == typeFrameHeader || before.typ == typeTileGroup || before.typ == typeRedundantHeader
	case typeRedundantHeader:
		return before.typ == typeTileGroup && o.end-o.body <= maxHeader
	case typeFrameHeader:
		return o.end-o.body <= maxHeader
	}
	return o.typ == typeFrame
}

// maxHeader is the length of the longest frame header.
const maxHeader = 1 << 10

const maxLEB128 = 8

// leb128 reads a number and returns how many bytes it takes, 0 if b holds none
// (AV1 specification 4.10.5).
func leb128(b []byte) (v uint64, n int) {
	for i := 0; i < len(b) && i < maxLEB128; i++ {
		v |= uint64(b[i]&0x7f) << (7 * i)
		if b[i]&0x80 == 0 {
			return v, i + 1
		}
	}
	return 0, 0
}

// trailingBits end metadata and padding, AV1 specification 5.3.4.
const trailingBits = 0x80

// remove makes padding of an OBU. What takes the rest of the frame because it
// has no size may be a wrong length just as well, so it stays.
//
// Decoders ignore reserved units and reserved metadata, type 0, but libaom
// refuses a frame with padding that doesn't end in 80, or with other units all of
// zeros, or with a time code that ends otherwise than its fields. So metadata
// becomes reserved first; the unit becomes padding last.
func (o obu) remove() []scrub.Edit {
	if !o.sized {
		return nil
	}
	var edits []scrub.Edit
	end := scrub.Unlink
	if o.typ == typeMetadata && o.end-o.body > 1 {
		edits = append(edits, scrub.Edit{Off: o.body, Len: 1, Phase: scrub.Unlink})
		end = scrub.Destroy
	}
	edits = append(edits, o.refill(end)...)
	typ := []byte{o.first&^0x78 | typePadding<<3}
	return append(edits, scrub.Edit{Off: o.off, Len: 1, Data: typ, Phase: scrub.Repair})
}

// refill blanks the body of padding: zero and, in the given phase, trailing bits.
func (o obu) refill(end scrub.Phase) (edits []scrub.Edit) {
	if o.body == o.end || !o.sized {
		return nil
	}
	last := o.end - 1
	if o.body < last {
		edits = append(edits, scrub.Edit{Off: o.body, Len: last - o.body, Phase: scrub.Destroy})
	}
	return append(edits, scrub.Edit{Off: last, Len: 1, Data: []byte{trailingBits}, Phase: end})
}

// blank tells whether padding is what refill makes of it.
func (o obu) blank(r *scrub.Reader) (bool, error) {
	if o.body == o.end {
		return true, nil
	}
	last := r.Get(o.end-1, 1)
	if last[0] != trailingBits {
		return false, nil
	}
	return r.Constant(o.body, o.end-1-o.body, 0)
}
