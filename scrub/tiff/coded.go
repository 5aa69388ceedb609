package tiff

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
)

// mostDecoded is the longest part that is followed to its end, in bytes.
const mostDecoded = 16 << 20

// deepUpTo is the size of a file up to which every part is followed to its end.
const deepUpTo = 2 << 20

// edge tells whether a part is the first or the last one.
func (p part) edge() bool {
	return p.index == 0 || p.image.at == nil || p.index == p.image.at.count-1
}

// coded looks into a part: what in it is not picture goes.
func (f *file) coded(p part) error {
	if p.off < 0 || p.len <= 0 || p.off > f.Size() || p.len > f.Left(p.off) {
		return nil
	}
	m, edge := p.image, p.edge()
	switch m.compression {
	case noCompression, webP: // a medium of its own, see payload
	case newJPEG, oldJPEG, lossyJPEG:
		if edge || f.DeepUpTo(deepUpTo) {
			return f.jpeg(p)
		}
	case lzw, deflate, adobeDeflate, packBits:
		if f.DeepUpTo(deepUpTo) && p.len <= mostDecoded {
			used, ok, err := f.used(p)
			if err == nil && !ok {
				f.Doubt("%s has strips that can't be followed to their end", m.dir.name)
			}
			if err != nil || !ok || used == p.len {
				return err
			}
			if m.compression == packBits { // which has no end of its own
				if zeros, err := f.Constant(p.off+used, p.len-used, 0); err != nil || !zeros {
					f.Doubt("%s has strips that are longer than the picture", m.dir.name)
					return err
				}
				return nil
			}
			f.inside = append(f.inside, goes{Range: scrub.Range{Off: p.off + used, Len: p.len - used}, dir: m.dir})
		}
	case jpeg2000, aperioYCC, aperioOther, aperioRGB:
		if edge || f.DeepUpTo(deepUpTo) {
			return f.jpeg2000(p)
		}
	default:
		f.Unread()
		return f.other(p)
	}
	return nil
}

// unseen are ways to code that are not looked into: fax, JBIG, LERC, LZMA, Zstandard, JPEG XL,
// and what libtiff has of scanners and printers.
var unseen = []uint64{2, 3, 4, 9, 10, 32766, 32771, 32809, 32895, 32896, 32897, 32898, 32908, 32909, 32947, 34661, 34676, 34677, 34887, 34925, 50000, 50002, 52546}

// other doubts a part that may be anything, or that begins or ends with text.
func (f *file) other(p part) error {
	if !f.raw && p.image.compression != oldJPEG && !slices.Contains(unseen, p.image.compression) {
		f.Doubt("%s is coded in a way that nobody knows", p.image.dir.name)
	}
	if !p.edge() && !f.DeepUpTo(deepUpTo) {
		return nil
	}
	text, err := coded.Prose(f.Reader, p.off, p.len)
	if len(text) > 0 {
		f.Doubt("%s has strips that hold text", p.image.dir.name)
	}
	return err
}

// whole tells whether a part is followed to its end, and that is where it should be.
func (f *file) whole(p part) (bool, error) {
	if p.image == nil {
		return false, nil
	}
	switch p.image.compression {
	case noCompression:
		return p.len == p.image.plain(p.index), nil
	case newJPEG, oldJPEG, lossyJPEG:
		if p.len < 4 {
			return false, nil
		}
		b, err := f.Bytes(p.off+p.len-2, 2)
		return err == nil && b[0] == 0xFF && b[1] == 0xD9, err
	case fax4:
		return f.blockEnds(p)
	}
	if p.len > mostDecoded {
		return false, nil
	}
	used, ok, err := f.used(p)
	return ok && used == p.len, err
}

// blockEnds tells whether a part ends with the mark that no line of a fax holds, and less than a
// byte of zeros (ITU-T T.6, 2.4.1.1).
func (f *file) blockEnds(p part) (bool, error) {
	const mark, most, length, reversed = 0x001001, 1<<24 - 1, 4, 2
	if p.len < length {
		return false, nil
	}
	order, err := f.value(p.image.dir, tagFillOrder, 1)
	if err != nil {
		return false, err
	}
	b, err := f.Bytes(p.off+p.len-length, length)
	if err != nil {
		return false, err
	}
	v := binary.BigEndian.Uint32(b)
	if order == reversed {
		v = bits.ReverseBytes32(bits.Reverse32(v))
	}
	n := bits.TrailingZeros32(v)
	return n < 8 && v>>n&most == mark, nil
}

// used returns how many bytes of a part a decoder uses, and whether it gets all of the
// picture out of them.
func (f *file) used(p part) (n int64, ok bool, err error) {
	need := p.image.plain(p.index)
	if need < 0 {
		return 0, false, nil
	}
	src := &counter{r: io.NewSectionReader(f, p.off, p.len)}
	dst := &beyond{Writer: io.Discard, left: p.image.plain(0)}
	if x := p.image.indexes; x != nil {
		x.start()
		dst.Writer = x
	}
	var out int64
	switch p.image.compression {
	case deflate, adobeDeflate:
		out, err = inflate(dst, src)
	case lzw:
		out, err = unLZW(dst, src)
	case packBits:
		out, err = unpackBits(dst, src, need)
	default:
		return 0, false, nil
	}
	if x := p.image.indexes; x != nil {
		x.blind = x.blind || err != nil || out != need
	}
	if err != nil && (errors.Is(err, scrub.ErrBudget) || src.err != nil) {
		return 0, false, src.err
	}
	if dst.tells && p.image.compression != packBits {
		f.Doubt("%s has strips that are longer than the picture", p.image.dir.name)
	}
	return src.n, err == nil && out >= need, nil
}

// beyond looks at what comes out behind the picture: some writers have a few zeros there.
type beyond struct {
	io.Writer
	left  int64
	tells bool
}

// Write implements [io.Writer].
func (b *beyond) Write(p []byte) (int, error) {
	more := p[min(max(b.left, 0), int64(len(p))):]
	b.tells = b.tells || len(bytes.Trim(more, "\x00")) > 0
	b.left -= int64(len(p))
	return b.Writer.Write(p)
}

// counter reads byte by byte and counts: what is behind the end of coded data is not read.
type counter struct {
	r   io.Reader
	buf []byte
	pos int
	n   int64
	err error // one of reading
}

// ReadByte implements [io.ByteReader].
func (c *counter) ReadByte() (byte, error) {
	if c.pos == len(c.buf) {
		if c.buf == nil {
			c.buf = make([]byte, 4<<10)
		}
		n, err := io.ReadFull(c.r, c.buf[:cap(c.buf)])
		if c.buf, c.pos = c.buf[:n], 0; n == 0 {
			if err != io.EOF && err != io.ErrUnexpectedEOF {
				c.err = err
			}
			return 0, io.ErrUnexpectedEOF
		}
	}
	b := c.buf[c.pos]
	c.pos++
	c.n++
	return b, nil
}

// Read implements [io.Reader].
func (c *counter) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	b, err := c.ReadByte()
	if err != nil {
		return 0, err
	}
	p[0] = b
	return 1, nil
}

// mostInflated bounds what coded data may become.
const mostInflated = 1 << 30

func inflate(dst io.Writer, src *counter) (int64, error) {
	z, err := zlib.NewReader(src)
	if err != nil {
		return 0, err
	}
	n, err := io.CopyN(dst, z, mostInflated)
	if err == io.EOF {
		err = nil
	}
	return n, err
}

func unpackBits(dst io.Writer, src *counter, need int64) (out int64, err error) {
	var run [128]byte
	for out < need {
		c, err := src.ReadByte()
		if err != nil {
			return out, err
		}
		n, times := 1, 1
		switch {
		case c < 128:
			n = int(c) + 1
		case c == 128:
			continue
		default:
			times = 257 - int(c)
		}
		for i := range n {
			if run[i], err = src.ReadByte(); err != nil {
				return out, err
			}
		}
		for range times {
			_, _ = dst.Write(run[:n])
		}
		out += int64(n * times)
	}
	return out, nil
}

// unLZW follows LZW (TIFF 6.0, section 13) to its end code and returns how many bytes it
// becomes.
func unLZW(dst io.Writer, src *counter) (out int64, err error) {
	const clearCode, endCode = 256, 257
	w := lzwTable{next: lzwFirst, last: -1}
	width, acc, have := uint(9), uint32(0), uint(0)
	for out <= mostInflated {
		for have < width {
			b, err := src.ReadByte()
			if err != nil {
				return out, err
			}
			acc, have = acc<<8|uint32(b), have+8
		}
		have -= width
		code := int(acc >> have & (1<<width - 1))
		switch {
		case code == endCode:
			return out, nil
		case code == clearCode:
			width, w.next, w.last = 9, lzwFirst, -1
			continue
		case code > w.next || code == w.next && w.last < 0 || w.next > lzwMost:
			return out, errors.New("no LZW code")
		}
		w.add(code)
		b := w.bytes(code)
		_, _ = dst.Write(b)
		out += int64(len(b))
		if w.last = code; w.next >= 1<<width-1 && width < 12 {
			width++
		}
	}
	return out, errors.New("too long")
}

// The first code of LZW that stands for several bytes, and how many codes there are.
const lzwFirst, lzwMost = 258, 4096

// lzwTable is what codes of LZW stand for: what another one does, and one more byte.
type lzwTable struct {
	before     [lzwMost + 1]uint16
	end, first [lzwMost + 1]byte
	next, last int
	buf        [lzwMost + 2]byte
}

// add notes what the next new code stands for: the one before code, and its first byte.
func (w *lzwTable) add(code int) {
	if w.last < 0 || w.next >= lzwMost {
		return
	}
	w.before[w.next], w.first[w.next] = uint16(w.last), w.start(w.last)
	w.end[w.next] = w.start(code)
	w.next++
}

// start is the first byte that a code stands for.
func (w *lzwTable) start(code int) byte {
	if code < lzwFirst {
		return byte(code)
	}
	return w.first[code]
}

// bytes is what a code stands for.
func (w *lzwTable) bytes(code int) []byte {
	at := len(w.buf)
	for ; code >= lzwFirst && at > 1; code = int(w.before[code]) {
		at--
		w.buf[at] = w.end[code]
	}
	at--
	w.buf[at] = byte(code)
	return w.buf[at:]
}

// jpeg looks into a JPEG stream: a whole picture is one of its own, in others what is
// neither table nor scan goes.
func (f *file) jpeg(p part) error {
	if p.len < 4 {
		return nil
	}
	odd, sof, err := f.segments(p.off, p.len)
	if err == nil && sof == 0 {
		err = f.noJPEG(p)
	}
	if err != nil || sof == 0 {
		return err
	}
	end, err := f.jpegEnd(p.off, p.len)
	if err != nil {
		return err
	}
	if end < p.len {
		odd = append(odd, scrub.Range{Off: p.off + end, Len: p.len - end})
	}
	for _, r := range odd {
		f.inside = append(f.inside, goes{Range: r, dir: p.image.dir})
	}
	return nil
}

// noJPEG doubts a part that has no frame of JPEG. One of the old kind may be a scan alone.
func (f *file) noJPEG(p part) error {
	if f.raw {
		return nil
	}
	if p.image.compression != oldJPEG {
		f.Doubt("%s has strips that can't be read", p.image.dir.name)
		return nil
	}
	f.Unread()
	return f.other(p)
}

// segments walks the segments before the first scan, and returns those bodies that no
// decoder needs and the kind of frame, 0 if there is none.
func (f *file) segments(off, n int64) (odd []scrub.Range, sof byte, err error) {
	end := off + n
	b, err := f.Bytes(off, 2)
	if err != nil || b[0] != 0xFF || b[1] != 0xD8 {
		return nil, 0, err
	}
	for off += 2; end-off >= 4; {
		if b, err = f.Bytes(off, 4); err != nil || b[0] != 0xFF {
			return nil, 0, err
		}
		size := int64(b[2])<<8 | int64(b[3])
		switch c := b[1]; {
		case c == 0xFF:
			off++
			continue
		case c == 0xDA || c == 0xD9:
			return odd, sof, nil
		case size < 2 || size > end-off-2:
			return nil, 0, nil
		case c >= 0xC0 && c <= 0xCF && c != 0xC4 && c != 0xC8 && c != 0xCC:
			sof = c
		case c == 0xFE || c >= 0xE0 && c <= 0xEF:
			body := scrub.Range{Off: off + 4, Len: size - 2}
			needed, err := f.application(c, body)
			if err != nil {
				return nil, 0, err
			}
			if !needed && body.Len > 0 {
				odd = append(odd, body)
			}
		}
		off += 2 + size
	}
	return odd, sof, nil
}

// application tells whether decoders need an application segment: that of JFIF without a
// thumbnail, and Adobe's, which tells the colours.
func (f *file) application(marker byte, body scrub.Range) (bool, error) {
	b, err := f.Bytes(body.Off, int(min(body.Len, 14)))
	return marker == 0xE0 && body.Len == 14 && bytes.HasPrefix(b, []byte("JFIF\x00")) ||
		marker == 0xEE && body.Len == 12 && bytes.HasPrefix(b, []byte("Adobe")), err
}

// jpegEnd returns where behind off the stream ends: after its last end mark that only
// zeros or nothing but bytes that are no scan follow.
func (f *file) jpegEnd(off, n int64) (int64, error) {
	b, err := f.Bytes(off+n-2, 2)
	if err != nil || b[0] == 0xFF && b[1] == 0xD9 {
		return n, err
	}
	const most = 4 << 10
	from := max(0, n-most)
	if b, err = f.Bytes(off+from, int(n-from)); err != nil {
		return n, err
	}
	if i := bytes.LastIndex(b, []byte{0xFF, 0xD9}); i >= 0 && !bytes.Contains(b[i+2:], []byte{0xFF, 0xDA}) {
		return from + int64(i) + 2, nil
	}
	return n, nil
}
