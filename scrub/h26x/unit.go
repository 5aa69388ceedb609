package h26x

// class is what a type of NAL unit means here.
type class uint8

const (
	needed  class = iota // parameter sets, delimiters, Dolby Vision: like picture
	slice                // coded picture (VCL)
	message              // SEI
	filler               // filler data
	wrapper              // a NAL unit within, of Dolby Vision's enhancement layer
	foreign              // reserved or unspecified: nobody knows what
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

// class follows ITU-T H.264 table 7-1, H.265 table 7-1, H.266 table 5, and
// ISO/IEC 14496-15 for aggregators and extractors.
func (c Codec) class(typ int) class {
	switch c {
	case AVC:
		return avcClass(typ)
	case HEVC:
		return hevcClass(typ)
	}
	return vvcClass(typ)
}

func avcClass(typ int) class {
	switch typ {
	case 1, 2, 3, 4, 5, 19, 20, 21:
		return slice
	case 6:
		return message
	case 12:
		return filler
	case 7, 8, 9, 10, 11, 13, 14, 15, 16:
		return needed
	case 24, 28, 30, 31: // view delimiter of 3D discs; Dolby Vision RPU and layer or aggregator; extractor
		return needed
	}
	return foreign
}

func hevcClass(typ int) class {
	switch {
	case typ <= 9, typ >= 16 && typ <= 21: // the others up to 31 are reserved
		return slice
	case typ <= 31:
		return foreign
	case typ <= 37, typ == 48, typ == 49, typ == 62: // aggregator, extractor, Dolby Vision RPU
		return needed
	case typ == 38:
		return filler
	case typ == 39, typ == 40:
		return message
	case typ == 63:
		return wrapper
	}
	return foreign
}

func vvcClass(typ int) class {
	switch {
	case typ <= 11:
		return slice
	case typ <= 22:
		return needed
	case typ == 23, typ == 24:
		return message
	case typ == 25:
		return filler
	}
	return foreign
}

// header is the header of a NAL unit.
type header struct {
	typ    int
	size   int   // bytes that it takes
	typeAt int64 // where the byte with the type lies
	b      byte  // that byte
}

func (w *walk) header(off, n int64) (header, error) {
	h := header{size: 2, typeAt: off}
	if w.codec == AVC {
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
	switch w.codec {
	case AVC:
		h.typ = int(b[0] & 31)
	case HEVC:
		h.typ = int(b[0] >> 1)
	case VVC:
		h.b, h.typeAt, h.typ = b[1], off+1, int(b[1]>>3)
	}
	return h, nil
}

// as returns the byte with the type for another type.
func (h header) as(c Codec, typ int) byte {
	switch c {
	case AVC:
		return h.b&^31 | byte(typ)
	case HEVC:
		return h.b&^0x7e | byte(typ<<1)
	}
	return h.b&7 | byte(typ<<3)
}

// fillerType and seiType are the types of filler and of (prefix) SEI units.
func (c Codec) fillerType() int { return [...]int{AVC: 12, HEVC: 38, VVC: 25}[c] }
func (c Codec) seiType() int    { return [...]int{AVC: 6, HEVC: 39, VVC: 23}[c] }
