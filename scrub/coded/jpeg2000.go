package coded

import (
	"encoding/binary"
	"errors"
	"fmt"

	"untag/scrub"
)

// Markers of JPEG 2000 codestreams (ISO/IEC 15444-1 table A.2).
const (
	markSOC = 0xff4f
	markCOM = 0xff64
	markSOT = 0xff90
	markSOD = 0xff93
	markEOC = 0xffd9
)

// JPEG2000 returns the pieces of a picture of JPEG 2000 of n bytes at off, a codestream or
// boxes with one (ISO/IEC 15444-1 annex I): comments, segments and boxes that nobody
// needs, and what follows its end.
func JPEG2000(r *scrub.Reader, off, n int64) ([]Piece, error) {
	const soc = 2
	w := codestream{r: r, end: off + n}
	off, err := w.boxes(off)
	if err != nil {
		return nil, err
	}
	if mark, err := w.number(off, 2); err != nil || mark != markSOC {
		return nil, jpeg2000(off, err, "no codestream")
	}
	if w.tiles, err = w.grid(off + soc); err != nil {
		return nil, err
	}
	at, err := w.header(off+soc, markSOT)
	for err == nil && at < w.end {
		var mark int64
		if mark, err = w.number(at, 2); err != nil || mark != markSOT {
			break
		}
		at, err = w.tile(at)
	}
	if err != nil {
		return nil, err
	}
	if w.end-at < soc { // it is cut short, as frames of a limited size are
		return w.pieces, nil
	}
	if mark, err := w.number(at, 2); err != nil || mark != markEOC {
		return w.pieces, errors.Join(err, w.odd(at, w.end, "bytes behind the tiles"))
	}
	return w.pieces, w.spare(at+2, w.end, "bytes behind a codestream", false)
}

type codestream struct {
	r      *scrub.Reader
	end    int64
	pieces []Piece
	tiles  int64               // how many there are
	parts  map[int64]tileParts // by number of the tile
}

// tileParts is how many parts of a tile there were, and how many there are to be, 0 if that was not said.
type tileParts struct{ seen, all int64 }

// grid is how many tiles the picture has, by the segment SIZ that comes first (A.5.1).
func (w *codestream) grid(at int64) (int64, error) {
	const sizes, first, most = 4 + 2, 0xff51, 1 << 16 // numbers of tiles have two bytes
	w.parts = map[int64]tileParts{}
	if mark, err := w.number(at, 2); err != nil || mark != first {
		return 0, err
	}
	tiles := int64(1)
	for i := range int64(2) {
		var v [3]int64
		for j, field := range []int64{0, 4, 6} { // of the picture, a tile and where tiles begin
			var err error
			if v[j], err = w.number(at+sizes+4*(field+i), 4); err != nil {
				return 0, err
			}
		}
		if v[1] == 0 || v[0] <= v[2] {
			return 0, nil
		}
		tiles = min(most, tiles*((v[0]-v[2]-1)/v[1]+1))
	}
	return tiles, nil
}

// next tells whether a tile-part is the next one of a tile that there is.
func (w *codestream) next(at int64) (bool, error) {
	var tile, number, all int64
	for _, field := range []struct {
		to   *int64
		at   int64
		size int
	}{{&tile, 4, 2}, {&number, 10, 1}, {&all, 11, 1}} {
		var err error
		if *field.to, err = w.number(at+field.at, field.size); err != nil {
			return false, err
		}
	}
	p := w.parts[tile]
	if p.all == 0 {
		p.all = all
	}
	ok := tile < w.tiles && number == p.seen && (p.all == 0 || number < p.all)
	p.seen++
	w.parts[tile] = p
	return ok, nil
}

// boxes looks at the boxes before a codestream and returns where that is.
func (w *codestream) boxes(at int64) (int64, error) {
	const head, most = 8, 256 // bytes of a header without a colour profile
	for w.end-at >= head {
		h, err := w.r.Bytes(at, head)
		if err != nil {
			return 0, err
		}
		n := int64(binary.BigEndian.Uint32(h))
		switch typ := string(h[4:]); {
		case binary.BigEndian.Uint16(h) == markSOC:
			return at, nil
		case typ == "jp2c":
			return at + head, nil
		case n < head || n > w.end-at:
			return 0, jpeg2000(at, nil, "box of %d bytes, %d are left", n, w.end-at)
		case typ == "jP  ", typ == "ftyp" && n <= most, typ == "jp2h" && n <= most:
		default:
			w.pieces = append(w.pieces, Piece{Off: at, Len: n, Kind: scrub.Unknown, Value: "a box before a codestream"})
		}
		at += n
	}
	return at, nil
}

// tile looks at a tile-part (A.4.2) and returns where it ends.
func (w *codestream) tile(at int64) (int64, error) {
	const fields, sizeAt = 12, 6
	size, err := w.number(at+sizeAt, 4)
	if err != nil {
		return 0, err
	}
	ok, err := w.next(at)
	if err != nil {
		return 0, err
	}
	data, err := w.header(at+fields, markSOD)
	switch {
	case err != nil:
		return 0, err
	case size == 0: // to the end of the codestream
		size = w.end - 2 - at
	case size < data-at || size > w.end-at:
		return 0, jpeg2000(at, nil, "tile-part of %d bytes, %d are left", size, w.end-at)
	}
	if from := data + 2; !ok && from < at+size {
		return at + size, w.odd(from, at+size, "a tile that may never be shown")
	}
	text, err := Prose(w.r, data, max(0, at+size-data))
	w.pieces = append(w.pieces, text...)
	return at + size, err
}

// header looks at the segments up to a marker and returns where that is.
func (w *codestream) header(at, until int64) (int64, error) {
	seen := map[int]bool{}
	for {
		mark, err := w.number(at, 2)
		if err != nil || mark == until {
			return at, err
		}
		n, err := w.number(at+2, 2)
		if err != nil || n < 2 || n > w.end-at-2 || mark>>8 != 0xff {
			return 0, jpeg2000(at, err, "segment %#x of %d bytes", mark, n)
		}
		const head = 6 // marker, length, and of a comment what it is
		switch end := at + 2 + n; {
		case mark == markCOM && n > head-2:
			kind, fail := w.number(at+2+2, 2) // bytes or text: another is that of a segment whose marker is damaged
			err = errors.Join(fail, w.spare(at+head, end, "comment", kind <= 1))
		case mark != markCOM:
			err = w.segment(int(mark&0xff), at+2+2, end, seen)
		}
		if err != nil || len(w.pieces) > 1<<10 {
			return 0, jpeg2000(at, err, "many comments")
		}
		at += 2 + n
	}
}

// segment looks at the body of a segment. One that decoders need, once perhaps, has a form.
func (w *codestream) segment(mark int, from, to int64, seen map[int]bool) error {
	b, err := w.r.Bytes(from, int(to-from))
	if err != nil {
		return err
	}
	form, known := segments[mark]
	const word = 12
	if known && form.fits(b) && !Spoken(b, word) && !(form.once && seen[mark]) {
		seen[mark] = true
		return nil
	}
	return w.spare(from, to, fmt.Sprintf("segment 0xff%02x", mark), false)
}

// spare looks at bytes that may go, or only be told of. A comment becomes spaces.
func (w *codestream) spare(from, to int64, what string, goes bool) error {
	if from >= to {
		return nil
	}
	p := Piece{Off: from, Len: to - from, Padding: !goes}
	for _, blank := range []byte{' ', 0} {
		if constant, err := w.r.Constant(p.Off, p.Len, blank); err != nil || constant {
			w.pieces = append(w.pieces, p)
			return err
		}
	}
	p.Kind, p.Value = scrub.Unknown, what
	if goes {
		p.Kind, p.Edits = scrub.Comment, []scrub.Edit{{Off: p.Off, Len: p.Len, Fill: ' ', Phase: scrub.Destroy}}
	}
	w.pieces = append(w.pieces, p)
	return nil
}

// odd tells of bytes that are zeros, or may be picture.
func (w *codestream) odd(from, to int64, what string) error {
	zeros, err := w.r.Constant(from, to-from, 0)
	if err == nil && !zeros {
		w.pieces = append(w.pieces, Piece{Off: from, Len: to - from, Kind: scrub.Unknown, Value: what})
	}
	return err
}

// number reads n bytes, 4 at most.
func (w *codestream) number(at int64, n int) (int64, error) {
	if at < 0 || int64(n) > w.end-at {
		return 0, jpeg2000(at, nil, "codestream that ends early")
	}
	b, err := w.r.Bytes(at, n)
	if err != nil {
		return 0, err
	}
	return int64(binary.BigEndian.Uint32(append(make([]byte, 4-n), b...))), nil
}

func jpeg2000(off int64, err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return &scrub.FormatError{Format: "jpeg2000", Off: off, Msg: fmt.Sprintf(format, args...)}
}
