// Package raster cleans pictures that are a header of fixed fields, pixels of a size that
// can be computed, and an end: each header is a [chunk.Layout], and what lies between and
// behind the pieces has to be zeros.
//
// Nothing is destroyed because of one number. The size of the pixels, computed, has to agree
// with a second one: the length of the file, or one that the header gives. Where none does,
// the picture stays as it is but for what has a name, and is partly clean.
package raster

import (
	"cmp"
	"encoding/binary"
	"math/bits"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
)

// Texts are the entries of this package in the table of formats that may be texts.
func Texts() []scrub.Format {
	return []scrub.Format{one("pnm", "Netpbm picture", "pbm pgm ppm pnm pam pfm", pnmSniff, pnm)}
}

func one(name, title, extensions string, is sniff.Func, plan func(*picture) error) scrub.Format {
	parse := func(s *scrub.Scan) error {
		return chunk.Parse(s, dialect, nil, func(w *chunk.Walk) error {
			before := w.Point()
			err := plan(&picture{Walk: w})
			if err == nil && w.Doubted(before) {
				w.Distrust("the picture contradicts itself")
			}
			return err
		})
	}
	return scrub.Format{Name: name, Title: title, Extensions: strings.Fields(extensions), Sniff: is, Parse: parse}
}

// Formats are the other ones.
func Formats() []scrub.Format {
	return []scrub.Format{
		one("bmp", "BMP picture", "bmp dib", bmpSniff, bmp),
		one("qoi", "QOI picture", "qoi", qoiSniff, qoi),
		one("pcx", "PCX picture", "pcx", pcxSniff, pcx),
		one("tga", "Targa picture", "tga", tgaSniff, tga),
		one("dds", "DirectDraw surface", "dds", ddsSniff, dds),
		one("hdr", "Radiance picture", "hdr rgbe", hdrSniff, hdr),
		one("exr", "OpenEXR picture", "exr", exrSniff, exr),
		one("ico", "Windows icon, cursor", "ico cur", icoSniff, ico),
		{Name: "djvu", Title: "DjVu document", Extensions: []string{"djvu", "djv"}, Sniff: djvuSniff, Parse: djvu},
	}
}

// dialect is how numbers are written; there are no parts.
var dialect = &chunk.Dialect{Order: binary.LittleEndian}

// picture is the work on one picture.
type picture struct {
	*chunk.Walk
	used []scrub.Range // what was claimed, or is to be
}

func (p *picture) use(off, n int64) { p.used = append(p.used, scrub.Range{Off: off, Len: n}) }

// between visits what of [from, to) is not used.
func (p *picture) between(from, to int64, visit func(off, n int64) error) error {
	slices.SortFunc(p.used, func(a, b scrub.Range) int { return cmp.Compare(a.Off, b.Off) })
	for _, r := range append(p.used, scrub.Range{Off: to}) {
		if n := min(r.Off, to) - from; n > 0 {
			if err := visit(from, n); err != nil {
				return err
			}
		}
		from = max(from, r.End())
	}
	return nil
}

// hideBetween claims what of [from, to) is not used: zeros.
func (p *picture) hideBetween(from, to int64) error {
	return p.between(from, to, func(off, n int64) error { return p.Hide(off, n, "gap") })
}

// leave claims all from off on that is not used as picture: where it ends is not known.
func (p *picture) leave(off int64) error {
	end, err := p.CutMarks(off)
	if err != nil {
		return err
	}
	return p.between(off, end, func(off, n int64) error { p.Claim(off, n, scrub.Payload, "pixels"); return nil })
}

// hole is n bytes in the pixels that show nothing, but for the bits of the first one that
// are in keep.
type hole struct {
	off   int64
	n     int
	keep  byte // bits of a pixel in the first byte; 0: none
	dirty bool // they are not zeros
	first byte // with nothing but the bits of a pixel
}

// maxHoles is how many of them there may be.
const maxHoles = 1 << 16

// pixels claims n bytes at off, and zeroes the holes in them.
func (p *picture) pixels(off, n int64, holes []hole, place string) {
	end, padding := off+n, place+"/padding"
	dirty := slices.DeleteFunc(slices.Clone(holes), func(h hole) bool { return !h.dirty })
	if len(holes) > maxHoles {
		if len(dirty) > 0 {
			p.Doubt("what stands between the rows of %s stays: there are too many", place)
		}
		holes, dirty = nil, nil
	}
	for _, h := range holes {
		p.Claim(off, h.off-off, scrub.Payload, place)
		at, left := h.off, int64(h.n)
		if h.keep != 0 {
			p.Claim(at, 1, scrub.Structure, place+"/last")
			at, left = at+1, left-1
		}
		role := scrub.Filler
		if h.dirty {
			role = scrub.Identify
		}
		p.Claim(at, left, role, padding)
		off = at + left
	}
	p.Claim(off, end-off, scrub.Payload, place)
	if len(dirty) == 0 || !p.Found(scrub.Finding{Kind: scrub.Hidden, Place: padding, Off: dirty[0].off, Len: int64(len(dirty) * dirty[0].n)}) {
		return
	}
	for _, h := range dirty {
		b := make([]byte, h.n)
		b[0] = h.first
		p.Put(scrub.Destroy, h.off, b)
	}
}

// grid is rows of pixels, each filled up to a multiple of some bytes.
type grid struct {
	off, stride, height int64
	bits                int64 // of a row that are pixels
	depth               int64 // bits of a pixel
}

func (g grid) size() int64 { return g.stride * g.height }

// look returns what fills rows up, and notes in used which values pixels
// of up to eight bits have.
func (p *picture) look(g grid, used *[256]bool) (holes []hole, err error) {
	over := g.bits < 8*g.stride
	switch {
	case g.height == 0 || !over && used == nil:
		return nil, nil
	case g.stride > scrub.MaxPiece:
		return nil, p.Errorf(g.off, "rows of %d bytes, too long to be looked into", g.stride)
	}
	var whole [256]bool
	var fill filler
	rows := max(1, min(scrub.MaxPiece, 64<<10)/g.stride)
	for y := int64(0); y < g.height; y += rows {
		b, err := p.Bytes(g.off+y*g.stride, int(min(rows, g.height-y)*g.stride))
		if err != nil {
			return nil, err
		}
		for at := g.off + y*g.stride; len(b) > 0; at, b = at+g.stride, b[g.stride:] {
			row := b[:g.stride]
			if used != nil {
				for _, c := range row[:g.bits/8] {
					whole[c] = true
				}
				if n := g.bits % 8; n > 0 {
					values(row[g.bits/8], n, g.depth, used)
				}
			}
			if over {
				h := fill.row(row, g)
				h.off += at
				if len(holes) <= maxHoles || h.dirty {
					holes = append(holes[:min(len(holes), maxHoles)], h)
				}
			}
		}
	}
	for c := range whole {
		if whole[c] && used != nil {
			values(byte(c), 8, g.depth, used)
		}
	}
	if why := fill.why(g); why != "" {
		return nil, p.Errorf(g.off, "%s", why)
	}
	if fill.constant(g) {
		return nil, nil
	}
	return holes, nil
}

// values notes the pixels in the first bits of b.
func values(b byte, bits, depth int64, used *[256]bool) {
	for ; bits >= depth; bits -= depth {
		used[b>>(8-depth)] = true
		b <<= depth & 7
	}
}

// filler is what is learned of the ends of rows: a width with one bit flipped makes a
// column of the picture of them.
type filler struct {
	dirty int64 // rows that are not filled with zeros
	alike int64 // those whose filling goes on as the pixels before
	same  int64 // those filled as the first row is
	last  int64 // how many bits of a row are not zeros in any
	first []byte
}

// row returns what fills a row up.
func (f *filler) row(row []byte, g grid) (h hole) {
	at, left := g.bits/8, byte(g.bits%8)
	h = hole{off: at, n: int(g.stride - at)}
	if left > 0 {
		h.keep = 0xff << (8 - left)
	}
	rest := slices.Clone(row[at:])
	h.first = rest[0] & h.keep
	rest[0] &^= h.keep
	if zeros(rest) {
		return h
	}
	h.dirty = true
	if f.dirty++; f.dirty == 1 {
		f.first = rest
	}
	if slices.Equal(rest, f.first) {
		f.same++
	}
	for i := int64(len(rest)) - 1; i >= 0; i-- {
		if rest[i] != 0 {
			f.last = max(f.last, 8*(at+i+1)-int64(bits.TrailingZeros8(rest[i])))
			break
		}
	}
	pixel := func(bit int64) int64 { return int64(row[bit/8]>>(8-g.depth-bit%8)) & (1<<g.depth - 1) }
	switch {
	case g.depth > 8:
		if d := int64(row[at]) - int64(row[at-g.depth/8]); d < 12 && d > -12 {
			f.alike++
		}
	case pixel(g.bits) == pixel(g.bits-g.depth):
		f.alike++
	}
	return h
}

// Few rows tell nothing, some tell more.
const few, some = 4, 6

// why tells why what fills rows up may be pixels: nearly all of it goes on as those before, or
// most does and with one more bit in the width all behind them is zeros.
func (f *filler) why(g grid) string {
	const column = "what fills the rows up looks like a column of the picture"
	if f.dirty < few || f.alike <= f.dirty*3/4 || f.constant(g) {
		return ""
	}
	if f.dirty >= some && f.alike > f.dirty*9/10 {
		return column
	}
	width := g.bits / g.depth
	for bit := int64(1); bit < 32*8; bit <<= 1 {
		if n := (width | bit) * g.depth; width&bit == 0 && n <= 8*g.stride && n >= f.last {
			return column
		}
	}
	return ""
}

// constant tells whether all rows are filled with one and the same byte, which tells nothing.
func (f *filler) constant(g grid) bool {
	whole := f.first[min(1, len(f.first), int(g.bits%8)):] // without the byte that pixels share
	return g.height >= few && f.same == g.height && !slices.ContainsFunc(whole, func(c byte) bool { return c != whole[0] })
}

func zeros(b []byte) bool { return !slices.ContainsFunc(b, func(c byte) bool { return c != 0 }) }

func le16(b []byte, at int) int64 { return int64(binary.LittleEndian.Uint16(b[at:])) }
func le32(b []byte, at int) int64 { return int64(binary.LittleEndian.Uint32(b[at:])) }
func ul32(n int64) []byte         { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
