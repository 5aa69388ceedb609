package h26x

import "slices"

// class is what a type of NAL unit means here.
type class uint8

const (
	foreign class = iota // reserved, unspecified, or of what nothing announces
	slice                // coded picture (VCL)
	set                  // a parameter set
	message              // SEI
	filler               // filler data
	dolby                // metadata of Dolby Vision
	wrapper              // a NAL unit within, of Dolby Vision's enhancement layer
)

// delimiter returns how many bytes follow the header of an access unit delimiter,
// end of sequence or end of bitstream; ok is false for other types.
func (c Codec) delimiter(typ int) (n int64, ok bool) {
	first := map[Codec]int{AVC: 9, HEVC: 35, VVC: 20}[c]
	if typ < first || typ > first+2 {
		return 0, false
	}
	if typ == first {
		return 1, true
	}
	return 0, true
}

// classes of the types of each codec (H.264 table 7-1, H.265 table 7-1, H.266 table
// 5). What isn't here is foreign: extractors and view delimiters, which streams have
// and tracks don't, pictures that no decoder shows, and all that is reserved.
var classes = map[Codec]map[class][]int{
	AVC:  {slice: {1, 5}, set: {7, 8, 15}, message: {6}, filler: {12}},
	HEVC: {slice: {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 17, 18, 19, 20, 21}, set: {32, 33, 34}, message: {39, 40}, filler: {38}},
	VVC:  {slice: {0, 1, 2, 3, 7, 8, 9, 10, 19}, set: {12, 13, 14, 15, 16, 17, 18}, message: {23, 24}, filler: {25}},
}

// class is what a type means in this track.
func (v *Video) class(typ int) class {
	layer, partition := typ == 14 || typ == 20 || typ == 21, typ >= 2 && typ <= 4
	switch c := v.Codec; {
	case c == AVC && (layer && v.layered || partition && v.partitioned()):
		return slice
	case v.Dolby && (c == AVC && typ == 28 || c == HEVC && typ == 62):
		return dolby
	case v.Dolby && (c == AVC && typ == 30 || c == HEVC && typ == 63):
		return wrapper
	}
	for class, types := range classes[v.Codec] {
		if slices.Contains(types, typ) {
			return class
		}
	}
	return foreign
}

// partitioned tells whether slices may come in partitions: in the extended profile.
func (v *Video) partitioned() bool {
	const extended = 88
	return slices.ContainsFunc(v.sequences, func(s *sequence) bool { return s.profile == extended })
}

// header is the header of a NAL unit.
type header struct {
	typ    int
	layer  int
	size   int   // bytes that it takes
	typeAt int64 // where the byte with the type lies
	b      byte  // that byte
}

func (w *walk) header(off, n int64) (header, error) {
	h := header{size: 2, typeAt: off}
	if w.video.Codec == AVC {
		h.size = 1
	}
	if n < int64(h.size) {
		return h, errorf(off, "NAL unit of %d bytes, its header has %d", n, h.size)
	}
	b, err := w.r.Bytes(off, h.size)
	if err != nil {
		return h, err
	}
	if b[0]&0x80 != 0 || h.size == 2 && b[1]&7 == 0 {
		return h, errorf(off, "NAL unit header %x, which is forbidden", b)
	}
	h.b = b[0]
	switch w.video.Codec {
	case AVC:
		h.typ = int(b[0] & 31)
	case HEVC:
		h.typ, h.layer = int(b[0]>>1), int(b[0]&1)<<5|int(b[1]>>3)
	case VVC:
		h.b, h.typeAt, h.typ, h.layer = b[1], off+1, int(b[1]>>3), int(b[0]&63)
	}
	return h, nil
}

// as returns the byte with the type for another type.
func (h header) as(c Codec, typ int) byte {
	switch c {
	case AVC:
		return byte(typ) // of no reference, as filler and SEI are
	case HEVC:
		return h.b&^0x7e | byte(typ<<1)
	}
	return h.b&7 | byte(typ<<3)
}

// fillerType and seiType are the types of filler and of (prefix) SEI units.
func (c Codec) fillerType() int { return [...]int{AVC: 12, HEVC: 38, VVC: 25}[c] }
func (c Codec) seiType() int    { return [...]int{AVC: 6, HEVC: 39, VVC: 23}[c] }
