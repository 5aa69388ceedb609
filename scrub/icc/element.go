package icc

import (
	"encoding/binary"

	"untag/scrub"
)

// element returns the bytes of a tag that its type says it has. Whatever else
// the tag claims to hold, including the reserved bytes after its type, is a gap.
func (p *profile) element(t tag) ([]scrub.Range, error) {
	head := p.Get(t.off, int(min(t.size, 52)))
	var n int64
	switch t.typ {
	case "XYZ ":
		n = 20
	case "sf32":
		n = 8 + 4*9
	case "sig ", "cicp":
		n = 12
	case "curv":
		n = curveLen(head)
	case "para":
		n = paraLen(head)
	case "mft1", "mft2":
		n = tableLen(head, t.typ == "mft2", t.size)
	case "mAB ", "mBA ":
		return p.stages(t, head)
	case "mpet":
		return p.processing(t)
	}
	if n < 12 || n > t.size {
		return nil, p.Errorf(t.off, "tag %q of type %q and %d bytes is cut short", t.sig, t.typ, t.size)
	}
	return []scrub.Range{{Off: t.off, Len: 4}, {Off: t.off + 8, Len: n - 8}}, nil
}

// processing returns the parts of a multiProcessElementsType, 10.17: a table of
// positions, and the elements that it leads to.
func (p *profile) processing(t tag) ([]scrub.Range, error) {
	const head, entry, most = 16, 8, 64
	short := p.Errorf(t.off, "tag %q of type %q and %d bytes is cut short", t.sig, t.typ, t.size)
	if t.size < head {
		return nil, short
	}
	b := p.Get(t.off, head)
	n := int64(binary.BigEndian.Uint32(b[12:]))
	if n > most || n*entry > t.size-head {
		return nil, short
	}
	parts := []scrub.Range{{Off: t.off, Len: 4}, {Off: t.off + 8, Len: head - 8 + n*entry}}
	for b = p.Get(t.off+head, int(n*entry)); len(b) > 0; b = b[entry:] {
		off, size := int64(binary.BigEndian.Uint32(b)), int64(binary.BigEndian.Uint32(b[4:]))
		if off < head+n*entry || off > t.size || size > t.size-off {
			return nil, short
		}
		parts = append(parts, scrub.Range{Off: t.off + off, Len: size})
	}
	return parts, nil
}

// curveLen is the length of a curveType, 10.6, or 0.
func curveLen(b []byte) int64 {
	if len(b) < 12 {
		return 0
	}
	return 12 + 2*int64(binary.BigEndian.Uint32(b[8:]))
}

// paraLen is the length of a parametricCurveType, 10.18, or 0.
func paraLen(b []byte) int64 {
	params := []int64{1, 3, 4, 5, 7}
	if len(b) < 12 || int(binary.BigEndian.Uint16(b[8:])) >= len(params) {
		return 0
	}
	return 12 + 4*params[binary.BigEndian.Uint16(b[8:])]
}

// tableLen is the length of a lut8Type or lut16Type, 10.10 and 10.11, or 0 if
// that is more than most.
func tableLen(b []byte, wide bool, most int64) int64 {
	const head8, head16 = 48, 52
	if len(b) < head16 || b[8] == 0 || b[8] > 16 || b[9] == 0 || b[9] > 16 {
		return 0
	}
	in, out := int64(b[8]), int64(b[9])
	points := power(int64(b[10]), in, most)
	if !wide {
		return head8 + 256*in + points*out + 256*out
	}
	n, m := int64(binary.BigEndian.Uint16(b[48:])), int64(binary.BigEndian.Uint16(b[50:]))
	return head16 + 2*(n*in+points*out+m*out)
}

// power is base to the exp, or something above most.
func power(base, exp, most int64) int64 {
	n := int64(1)
	for ; exp > 0 && n <= most; exp-- {
		n *= base
	}
	return n
}

// stages returns the parts of a lutAToBType or lutBToAType, 10.12 and 10.13:
// curves, a matrix, and a table of colours, each where an offset says.
func (p *profile) stages(t tag, head []byte) ([]scrub.Range, error) {
	const headLen = 32
	short := p.Errorf(t.off, "tag %q of type %q and %d bytes is cut short", t.sig, t.typ, t.size)
	if len(head) < headLen || head[8] == 0 || head[8] > 16 || head[9] == 0 || head[9] > 16 {
		return nil, short
	}
	in, out := int64(head[8]), int64(head[9])
	if t.typ == "mBA " { // B curves stand at the side of the input here
		in, out = out, in
	}
	parts := []scrub.Range{{Off: t.off, Len: 4}, {Off: t.off + 8, Len: headLen - 8}}
	at := func(i int) int64 { return int64(binary.BigEndian.Uint32(head[12+4*i:])) }
	for i, count := range []int64{out, 0, out, 0, in} { // B, matrix, M, CLUT, A
		off := at(i)
		if off == 0 {
			continue
		}
		if off < headLen || off >= t.size {
			return nil, short
		}
		var n int64
		var err error
		switch i {
		case 1:
			n = 4 * 12
		case 3:
			n, err = p.colours(t, off, int64(head[8]), int64(head[9]))
		default:
			n, err = p.curves(t, off, count)
		}
		if err != nil {
			return nil, err
		}
		if n == 0 || n > t.size-off {
			return nil, short
		}
		parts = append(parts, scrub.Range{Off: t.off + off, Len: n})
	}
	return parts, nil
}

// curves returns the length of count curves at off of a tag, each filled up to
// four bytes, or 0 if they don't fit.
func (p *profile) curves(t tag, off, count int64) (int64, error) {
	start := off
	for range count {
		off = (off + 3) &^ 3
		if off > t.size-12 {
			return 0, nil
		}
		b := p.Get(t.off+off, 12)
		n := int64(0)
		switch string(b[:4]) {
		case "curv":
			n = curveLen(b)
		case "para":
			n = paraLen(b)
		}
		if n == 0 || n > t.size-off {
			return 0, nil
		}
		off += n
	}
	return off - start, nil
}

// colours returns the length of a CLUT, 10.12.3, or 0 if it doesn't fit.
func (p *profile) colours(t tag, off, in, out int64) (int64, error) {
	const headLen = 20
	if t.size-off < headLen {
		return 0, nil
	}
	b := p.Get(t.off+off, headLen)
	points := int64(1)
	for _, g := range b[:in] {
		if points *= int64(g); points > t.size {
			return 0, nil
		}
	}
	if b[16] != 1 && b[16] != 2 {
		return 0, nil
	}
	return headLen + points*out*int64(b[16]), nil
}
