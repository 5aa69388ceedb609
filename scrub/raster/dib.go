package raster

import (
	"bytes"
	"math/bits"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/icc"
	"untag/scrub/words"
)

// Headers of bitmaps by their length (Windows GDI: BITMAPCOREHEADER, BITMAPINFOHEADER, with
// masks, V4, V5; OS/2 2.0: BITMAPINFOHEADER2).
const (
	coreHead, infoHead, masksHead, alphaHead, os2Head, v4Head, v5Head = 12, 40, 52, 56, 64, 108, 124
)

// How pixels are packed; OS/2 has other meanings for two of the numbers.
const (
	plain, rle8, rle4, bitfields, asJPEG, asPNG, alphaFields = 0, 1, 2, 3, 4, 5, 6
	huffman, rle24                                           = 3, 4 // OS/2
)

// Colour spaces of V4 and V5, as their four letters stand in a file.
const srgb, windows, backwards, linked, embedded = "BGRs", " niW", "Win ", "KNIL", "DEBM"

// dib is a bitmap with the header that BMP files and icons share.
type dib struct {
	*picture
	at, end int64 // where the header is, and where what it describes ends at the latest
	icon    bool  // a mask follows the pixels, and counts as height
	alpha   bool  // the fourth byte of an entry of the palette is one

	raw                                  []byte // the header
	behind                               int64  // where the colour profile is
	first                                int64  // where the file header says that the pixels are
	head, width, height, depth, packed   int64
	length                               int64 // of the pixels, as the header says; 0: it doesn't
	colours, entry, palette, start, need int64 // entries of the palette, the length of one, where it and the pixels start; length of those, computed
}

func (d *dib) read() (err error) {
	if d.raw, err = d.Bytes(d.at, int(min(v5Head, d.end-d.at))); err != nil {
		return err
	}
	b := d.raw
	if len(b) < coreHead || int64(len(b)) < le32(b, 0) {
		return d.Errorf(d.at, "a header of %d bytes", len(b))
	}
	d.head = le32(b, 0)
	d.raw = b[:d.head]
	switch d.head {
	case coreHead:
		d.width, d.height, d.depth, d.entry = le16(b, 4), le16(b, 6), le16(b, 10), 3
	case infoHead, masksHead, alphaHead, os2Head, v4Head, v5Head:
		d.width, d.height, d.depth, d.entry = int64(int32(le32(b, 4))), int64(int32(le32(b, 8))), le16(b, 14), 4
		d.packed, d.length, d.colours = le32(b, 16), le32(b, 20), le32(b, 32)
	default:
		return d.Unsupportedf(d.at, "a header of %d bytes", d.head)
	}
	if d.height = max(d.height, -d.height); d.icon {
		d.height /= 2
	}
	const most = 1 << 24
	if d.width < 1 || d.width > most || d.height < 1 || d.height > most {
		return d.Errorf(d.at+4, "a picture of %d by %d", d.width, d.height)
	}
	if !slices.Contains([]int64{1, 2, 4, 8, 16, 24, 32, 64}, d.depth) && (d.depth != 0 || d.packed != asJPEG && d.packed != asPNG) {
		return d.Errorf(d.at+14, "pixels of %d bits", d.depth)
	}
	d.palette = d.at + d.head
	switch {
	case d.head == infoHead && d.packed == bitfields:
		d.palette += 12
	case d.head == infoHead && d.packed == alphaFields:
		d.palette += 16
	}
	switch {
	case d.depth > 8 || d.depth == 0:
		d.colours = 0 // a hint for displays of few colours
	case d.colours == 0 || d.colours > 256:
		d.colours = 1 << d.depth
	}
	d.start = d.palette + d.colours*d.entry
	d.need = (d.width*d.depth + 31) / 32 * 4 * d.height
	return nil
}

// grid is the rows of the pixels, where they are not packed.
func (d *dib) grid(off int64) grid {
	return grid{off: off, stride: (d.width*d.depth + 31) / 32 * 4, height: d.height, bits: d.width * d.depth, depth: d.depth}
}

// run tells whether the bits that are set in a mask are neighbours.
func run(v uint64) bool {
	return v>>bits.TrailingZeros64(v|1<<63)&(v>>bits.TrailingZeros64(v|1<<63)+1) == 0
}

// layout is what stands in the header.
func (d *dib) layout() chunk.Layout {
	if d.head == coreHead {
		return chunk.Layout{chunk.One(4, coreHead), chunk.Any(2), chunk.Any(2), chunk.UpTo(2, 1), chunk.One(2, 1, 4, 8, 24)}
	}
	const dots, some = 1 << 20, 1 << 9
	l := chunk.Layout{chunk.UpTo(4, v5Head), chunk.Signed(4, 1<<24), chunk.Signed(4, 1<<24), chunk.UpTo(2, 1), chunk.One(2, 0, 1, 2, 4, 8, 16, 24, 32, 64), chunk.UpTo(4, 13),
		chunk.Any(4), chunk.Signed(4, dots), chunk.Signed(4, dots), chunk.UpTo(4, some), chunk.UpTo(4, some)}
	mask := chunk.Is(4, run)
	switch {
	case d.head == os2Head:
		return append(l, chunk.UpTo(2, 0), chunk.Zero(2), chunk.UpTo(2, 0), chunk.UpTo(2, 3), chunk.UpTo(4, 100), chunk.UpTo(4, 100), chunk.UpTo(4, 0), chunk.Zero(4))
	case d.head == infoHead:
		return append(l, chunk.Layout{mask}.Many(int(d.palette-d.at-d.head)/4)...)
	}
	if d.head >= v4Head && string(d.raw[infoHead:infoHead+4]) == srgb && d.packed == plain { // GIMP forgets the masks
		l = append(l, chunk.Any(4), chunk.Zero(48), chunk.UpTo(4, 8), chunk.Zero(12))
		return append(l, chunk.Layout{chunk.UpTo(4, 8), chunk.Zero(8), chunk.Zero(4)}[:3*(int(d.head)-v4Head)/16]...)
	}
	l = append(l, chunk.Layout{mask}.Many(min(int(d.head)-infoHead, 16)/4)...)
	if d.head < v4Head {
		return l
	}
	l = append(l, chunk.Any(4))
	if d.space() == "\x00\x00\x00\x00" {
		l = append(append(l, chunk.Layout{chunk.UpTo(4, 1<<30)}.Many(9)...), chunk.Layout{chunk.UpTo(4, 16<<16)}.Many(3)...)
	} else {
		l = append(l, chunk.Zero(48))
	}
	if d.head < v5Head {
		return l
	}
	where := chunk.Zero(8)
	if s := d.space(); s == embedded || s == linked {
		where = chunk.Any(8)
	}
	return append(l, chunk.One(4, 0, 1, 2, 4, 8), where, chunk.Zero(4))
}

// space is the colour space that the header names.
func (d *dib) space() string { return string(d.raw[56:60]) }

// header claims the header and the masks behind it.
func (d *dib) header() error {
	if err := d.Record(d.at, d.palette-d.at, d.layout(), "header"); err != nil {
		return err
	}
	d.use(d.at, d.palette-d.at)
	if d.head < v4Head {
		return nil
	}
	switch d.space() {
	case "\x00\x00\x00\x00", srgb, windows, backwards:
		return nil
	case linked, embedded:
		if d.head == v5Head {
			return d.profile()
		}
	}
	d.Doubt("the colour space is one that it can't be")
	return nil
}

// profile cleans the colour profile. One that is the path of a file tells who made the
// picture, and its readers take that for sRGB which lacks one.
func (d *dib) profile() error {
	const where, size = 112, 116
	off, n := d.at+le32(d.raw, where), le32(d.raw, size)
	if n == 0 {
		d.unprofiled(scrub.Finding{Kind: scrub.Hidden, Place: "profile", Off: d.at + where, Len: 8})
		return nil
	}
	if off < d.palette || off > d.end || n > d.end-off {
		d.Doubt("the colour profile lies outside the picture")
		return nil
	}
	if rows := d.packed == plain || d.packed == bitfields || d.packed == alphaFields; rows && off < d.first+d.need && off+n > d.first {
		d.Doubt("the colour profile lies among the pixels")
		return nil
	}
	head, err := d.Bytes(off, int(min(n, scrub.MaxValue)))
	if err != nil {
		return err
	}
	path, _ := words.Legacy(bytes.TrimRight(head, "\x00"))
	found := scrub.Finding{Kind: scrub.Hidden, Place: "profile", Off: off, Len: n}
	switch {
	case d.space() == embedded && icc.Begins(head):
		d.use(off, n)
		d.behind = off
		if err := d.MediumAs("icc", scrub.Extents{{Off: off, Len: n}}, "profile"); err == nil || !scrub.Refusal(err) {
			return err
		}
		d.Doubt("the colour profile can't be read and stays")
		d.Claim(off, n, scrub.Render, "profile")
		return nil
	case d.space() == linked && n <= 1<<10 && words.Readable(path) && strings.ContainsAny(path, `\/.`):
		found.Kind, found.Value = scrub.Person, path
	case d.Careful:
		d.Doubt("the colour profile is none")
		return nil
	}
	d.use(off, n)
	d.behind = off
	d.Claim(off, n, scrub.Identify, "profile")
	d.Fill(scrub.Unlink, off, n, 0)
	d.unprofiled(found)
	return nil
}

// unprofiled has the header name sRGB, for a colour profile that goes.
func (d *dib) unprofiled(f scrub.Finding) {
	d.Gone(f)
	d.Put(scrub.Destroy, d.at+56, []byte(srgb))
	d.Fill(scrub.Destroy, d.at+112, 8, 0)
}

// paint claims the palette: entries that no pixel uses, and the fourth byte of each that is
// not its transparency, show nothing. Without used, all of them may.
func (d *dib) paint(used *[256]bool) error {
	if d.colours == 0 {
		return nil
	}
	n := d.colours * d.entry
	b, err := d.Bytes(d.palette, int(n))
	if err != nil {
		return err
	}
	for i := range 256 {
		if used != nil && used[i] && int64(i) >= d.colours {
			return d.Errorf(d.palette, "a palette of %d colours, pixels have colour %d", d.colours, i)
		}
	}
	for i := range d.colours {
		e := b[i*d.entry:][:d.entry]
		grey := len(e) > 2 && e[0] == byte(i) && e[1] == byte(i) && e[2] == byte(i) // for Pillow, all make a picture of greys
		switch {
		case used != nil && !used[i] && i > 0 && !grey:
			clear(e)
		case !d.alpha && len(e) > 3:
			clear(e[3:])
		}
	}
	d.use(d.palette, n)
	d.Claim(d.palette, n, scrub.Structure, "palette")
	return d.Field(d.palette, b, scrub.Hidden, "palette")
}
