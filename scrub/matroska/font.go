package matroska

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/chunk"
)

// font claims a font, whose tables have to fill it (ISO/IEC 14496-22, 4.5): what no table
// uses would be no part of it. Nobody looks into the tables.
func (f *film) font(p chunk.Part, place string) error {
	f.Claim(p.Off, p.Head, scrub.Structure, place)
	f.Claim(p.Body(), p.Size, scrub.Render, place)
	used, ok, err := f.fontTables(p)
	if err != nil {
		return err
	}
	slices.SortFunc(used, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	at := int64(0)
	for _, r := range append(used, scrub.Range{Off: p.Size}) {
		ok = ok && r.End() <= p.Size
		if n := r.Off - at; ok && n > 0 {
			if ok, err = f.Constant(p.Body()+at, n, 0); err != nil {
				return err
			}
		}
		at = max(at, r.End())
	}
	if !ok {
		f.Doubt("a font holds bytes that are none of its tables")
	}
	return nil
}

// fontTables returns what the tables of a font, or of a collection of fonts, use of it,
// tables of tables included.
func (f *film) fontTables(p chunk.Part) (used []scrub.Range, ok bool, err error) {
	const head, row, most = 12, 16, 1 << 12
	b, err := f.Bytes(p.Body(), int(min(p.Size, scrub.MaxPiece)))
	if err != nil || len(b) < head {
		return nil, false, err
	}
	fonts := []uint32{0}
	if bytes.HasPrefix(b, []byte("ttcf")) {
		n := binary.BigEndian.Uint32(b[8:])
		if n > most || int(n)*4 > len(b)-head {
			return nil, false, nil
		}
		fonts = fonts[:0]
		for i := range int(n) {
			fonts = append(fonts, binary.BigEndian.Uint32(b[head+4*i:]))
		}
		used = append(used, scrub.Range{Len: head + 4*int64(n)})
		if binary.BigEndian.Uint32(b[4:]) >= 2<<16 { // with a signature
			used[0].Len += head
		}
	}
	for _, at := range fonts {
		if int64(at) > int64(len(b)-head) {
			return nil, false, nil
		}
		n := int(binary.BigEndian.Uint16(b[at+4:]))
		if n == 0 || n*row > len(b)-head-int(at) || len(used)+n > most {
			return nil, false, nil
		}
		used = append(used, scrub.Range{Off: int64(at), Len: int64(head + row*n)})
		for i := range n {
			r := b[int(at)+head+row*i:]
			used = append(used, scrub.Range{Off: int64(binary.BigEndian.Uint32(r[8:])), Len: int64(binary.BigEndian.Uint32(r[12:]))})
		}
	}
	return used, true, nil
}
