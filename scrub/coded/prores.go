package coded

import (
	"encoding/binary"
	"fmt"

	"untag/scrub"
)

// ProRes returns the pieces of a frame of Apple ProRes (SMPTE RDD 36) of n bytes at
// off: who encoded it, and what its header, its pictures and it itself have behind their
// last field. Matroska leaves out the first eight bytes of a frame.
func ProRes(r *scrub.Reader, off, n int64) (out []Piece, err error) {
	const before, fixed, matrix = 8, 20, 64
	if n < before+fixed {
		return nil, prores(off, "%d bytes, a frame has more", n)
	}
	h, err := r.Bytes(off, before+fixed)
	if err != nil {
		return nil, err
	}
	head, size := int64(before), int64(binary.BigEndian.Uint32(h))
	if named := string(h[4:before]) == "icpf"; !named && h[0] == 0 && h[2] == 0 && h[3] <= 1 {
		head, size = 0, n
	} else if !named {
		size = n + 1
	}
	h = h[head:]
	header := int64(binary.BigEndian.Uint16(h))
	if size > n || header > size-head {
		return nil, prores(off, "frame of %d bytes and a header of %d, %d are there", size, header, n)
	}
	flags := h[fixed-1]
	used := fixed + matrix*int64(flags>>1&1+flags&1)
	if header < used {
		return nil, prores(off, "header of %d bytes, it has %d", header, used)
	}
	pictures := 1
	if h[12]>>2&3 != 0 { // interlace_mode
		pictures = 2
	}
	out = append(out, encoder(off+head+4, h[4:8]))
	at := off + head + header
	spare := []scrub.Range{{Off: off + head + used, Len: header - used}}
	for range pictures {
		gaps, next, err := proresPicture(r, at, off+size)
		if err != nil {
			return nil, err
		}
		spare, at = append(spare, gaps...), next
	}
	for i, s := range append(spare, scrub.Range{Off: at, Len: off + n - at}) {
		p := Piece{Off: s.Off, Len: s.Len, Padding: true}
		if s.Len == 0 {
			continue
		}
		zero, err := r.Constant(s.Off, s.Len, 0)
		if err != nil {
			return nil, err
		}
		if !zero {
			p.Kind, p.Value = scrub.Hidden, "bytes that no slice of a frame uses"
			if i == 0 { // the pictures are where the header ends
				p.Edits = []scrub.Edit{{Off: s.Off, Len: s.Len, Phase: scrub.Destroy}}
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// encoder is the piece that says who encoded a frame: a maker of cameras or of programs. Apple
// itself, which no decoder tells from others, is nobody.
func encoder(off int64, id []byte) Piece {
	const nobody = "apl0"
	p := Piece{Off: off, Len: int64(len(id)), Padding: true}
	if string(id) != nobody && string(id) != "\x00\x00\x00\x00" {
		p.Kind, p.Value = scrub.Device, Text(id)
		p.Edits = []scrub.Edit{{Off: off, Len: p.Len, Data: []byte(nobody), Phase: scrub.Destroy}}
	}
	return p
}

// proresPicture returns what a picture has behind its header and its slices, and where
// it ends.
func proresPicture(r *scrub.Reader, off, end int64) (spare []scrub.Range, next int64, err error) {
	const head, row = 8, 2
	if end-off < head {
		return spare, 0, prores(off, "picture of %d bytes", end-off)
	}
	h, err := r.Bytes(off, head)
	if err != nil {
		return spare, 0, err
	}
	header, size, slices := int64(h[0]>>3), int64(binary.BigEndian.Uint32(h[1:])), int64(binary.BigEndian.Uint16(h[5:]))
	at := off + header + row*slices
	if header < head || size > end-off || at > off+size {
		return spare, 0, prores(off, "picture of %d bytes in %d slices, %d are left", size, slices, end-off)
	}
	table, err := r.Bytes(off+header, int(row*slices))
	if err != nil {
		return spare, 0, err
	}
	for ; len(table) > 0; table = table[row:] {
		at += int64(binary.BigEndian.Uint16(table))
	}
	if at > off+size {
		return spare, 0, prores(off, "slices that end %d bytes behind their picture", at-off-size)
	}
	return []scrub.Range{{Off: off + head, Len: header - head}, {Off: at, Len: off + size - at}}, off + size, nil
}

func prores(off int64, format string, args ...any) error {
	return &scrub.FormatError{Format: "prores", Off: off, Msg: fmt.Sprintf(format, args...)}
}
