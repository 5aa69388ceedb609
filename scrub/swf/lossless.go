package swf

import (
	"bufio"
	"compress/zlib"
	"encoding/binary"
	"io"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/coded"
)

// Forms of pictures that zlib packed (SWF 19, DefineBitsLossless): of colours of a palette, of
// 15 bits, of bytes for each colour. Rows are filled up to words.
const (
	ofPalette, of15Bits, ofBytes = 3, 4, 5
	// maxUnpacked is how many bytes of pictures of one film are looked into.
	maxUnpacked = 256 << 20
)

// bitmap is a picture that zlib packed.
type bitmap struct {
	colours, entry      int64 // of a palette, and how long one is
	row, stride, height int64 // bytes of a row that are pixels, and of one with what fills it up
	every               int64 // of so many bytes of a row, the first has bits that no pixel shows
	spare               byte  // those
}

// lossless is a [chunk.Hand] for such pictures, whose colours have alpha or none.
func (f film) lossless(alpha int64) chunk.Hand {
	return func(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
		if !w.Deep() {
			return true, w.Keep(p, scrub.Payload, place)
		}
		const head = 7 // number, form, width, height
		b := w.Get(p.Body(), int(min(p.Size, head+1)))
		if len(b) <= head {
			w.Doubt("a picture can't be looked into")
			return true, w.Keep(p, scrub.Payload, place)
		}
		width, at := int64(binary.LittleEndian.Uint16(b[3:])), p.Body()+head
		m := bitmap{height: int64(binary.LittleEndian.Uint16(b[5:]))}
		switch b[2] {
		case ofPalette:
			m.colours, m.entry, m.row, at = int64(b[head])+1, 3+alpha, width, at+1
		case of15Bits:
			m.row, m.every, m.spare = 2*width, 2, 0x80
		case ofBytes:
			m.row, m.every = 4*width, 4
			if alpha == 0 {
				m.spare = 0xff
			}
		}
		m.stride = (m.row + 3) &^ 3
		whole, clean, err := f.unpacked(at, p.Tail()-at, m)
		switch {
		case err != nil:
			return true, err
		case !whole || m.row == 0:
			w.Doubt("a picture can't be looked into")
		case !clean:
			w.Doubt("a picture holds what no pixel shows")
		}
		return true, w.Keep(p, scrub.Payload, place)
	}
}

// unpacked looks into n bytes at off that are a picture: whole tells whether they are it and
// nothing else, clean whether all in it is shown.
func (f film) unpacked(off, n int64, m bitmap) (whole, clean bool, err error) {
	need := m.colours*m.entry + m.stride*m.height
	if *f.left -= need; *f.left < 0 {
		return false, false, nil
	}
	in := &counted{Reader: bufio.NewReader(io.NewSectionReader(f, off, n))}
	z, err := zlib.NewReader(in)
	if err != nil {
		return false, false, nil
	}
	table, row := make([]byte, m.colours*m.entry), make([]byte, m.stride)
	if _, err := io.ReadFull(z, table); err != nil {
		return false, false, nil
	}
	var used [256]bool
	var first byte // whose bits that no pixel shows all have
	clean = true
	for i := range m.height {
		if _, err := io.ReadFull(z, row); err != nil {
			return false, false, nil
		}
		for _, c := range row[:m.row] {
			used[c] = true
		}
		if i == 0 && m.row > 0 {
			first = row[0]
		}
		for x := int64(0); m.spare != 0 && x < m.row; x += m.every {
			clean = clean && (row[x]^first)&m.spare == 0
		}
		for _, c := range row[m.row:] {
			clean = clean && c == 0
		}
	}
	for i := range m.colours {
		if used[i] {
			clear(table[i*m.entry:][:m.entry])
		}
	}
	clean = clean && !coded.Colours(table)
	rest, err := io.Copy(io.Discard, io.LimitReader(z, 1))
	return err == nil && rest == 0 && in.n == n, clean, nil
}

// packed tells whether n bytes at off are what zlib made, to the last one.
func (f film) packed(off, n int64) bool {
	if n == 0 || !f.Deep() {
		return true
	}
	in := &counted{Reader: bufio.NewReader(io.NewSectionReader(f, off, n))}
	z, err := zlib.NewReader(in)
	if err != nil {
		return false
	}
	out, err := io.Copy(io.Discard, io.LimitReader(z, *f.left+1))
	*f.left -= out
	return err == nil && *f.left >= 0 && in.n == n
}
