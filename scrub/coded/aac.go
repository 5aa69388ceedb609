package coded

import (
	"bytes"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
)

// mostFrames is more bytes of frames than are looked into at once.
const mostFrames = scrub.MaxPiece

// AAC returns the pieces of n bytes of AAC at off, one raw frame or whole ones of ADTS
// (ISO/IEC 13818-7, 6.2): what frames begin with that is no sound.
func AAC(r *scrub.Reader, off, n int64) (out []Piece, err error) {
	b, err := r.Bytes(off, int(min(n, mostFrames)))
	if err != nil {
		return nil, err
	}
	if ADTS(b) != 0 {
		return Headed(r, off, n)
	}
	clean, parts := Quiet(b, 0)
	out = pieces(off, b, clean, parts)
	for i, p := range out { // nothing proves that a frame begins here but the container's word
		if len(p.Edits) > 0 && !signs(b[p.Off-off:p.Off-off+p.Len]) {
			out[i] = Piece{Off: p.Off, Len: p.Len, Kind: scrub.Hidden, Value: "fill that nobody's name explains"}
		}
	}
	return append(out, Behind(off, b, parts)...), nil
}

// Headed is [AAC] for frames of ADTS, of which the first and the last may be cut off.
func Headed(r *scrub.Reader, off, n int64) (out []Piece, err error) {
	const head = 7
	b, err := r.Bytes(off, int(min(n, mostFrames)))
	if err != nil {
		return nil, err
	}
	eachFrame(b, ADTS, func(at int64, f []byte) {
		if Owned(f) {
			out = append(out, Piece{Off: off + at + 3, Len: 1, Kind: scrub.ID, Value: "headers hold the number of a right, a bit in each"})
		}
		if f[1]&1 != 0 && f[6]&3 == 0 { // no checksum, and one block
			clean, parts := Quiet(f, 8*head)
			out = append(append(out, pieces(off+at, f, clean, parts)...), Behind(off+at, f, parts)...)
		} else {
			out = append(out, Behind(off+at, f, nil)...)
		}
	})
	return out, nil
}

// eachFrame visits the whole frames in b, which tell their lengths. Where none begins, one is
// searched for that the next follows, or the end.
func eachFrame(b []byte, length func([]byte) int64, visit func(at int64, f []byte)) {
	size, sure := int64(len(b)), true
	for at := int64(0); at < size; {
		end := at + length(b[at:])
		if end == at || end > size || !sure && end < size && length(b[end:]) == 0 {
			at, sure = at+1, false
			continue
		}
		visit(at, b[at:end])
		at, sure = end, true
	}
}

// ADTS returns how many bytes a frame of ADTS says that it has, 0 if b begins with none.
func ADTS(b []byte) int64 {
	const head = 7
	if len(b) < head || b[0] != 0xff || b[1]&0xf6 != 0xf0 || b[2]>>2&15 > 12 {
		return 0
	}
	n := int64(b[3]&3)<<11 | int64(b[4])<<3 | int64(b[5])>>5
	if n < head {
		return 0
	}
	return n
}

// Owned tells whether a header of ADTS holds a bit of who has the rights: 72 of them in a row
// are a registration and a number (6.2.2, copyright_identification).
func Owned(head []byte) bool { return head[3]&0x0c != 0 }

// pieces are the parts of a frame b at off that are no sound, and are to be as in clean.
func pieces(off int64, b, clean []byte, parts []scrub.Range) (out []Piece) {
	for _, p := range parts {
		x := Piece{Off: off + p.Off, Len: p.Len, Padding: true}
		if was, is := b[p.Off:p.End()], clean[p.Off:p.End()]; !bytes.Equal(was, is) {
			x.Kind, x.Value = scrub.Software, strings.ToValidUTF8(strings.Trim(string(was), "\x00"), "")
			x.Edits = []scrub.Edit{{Off: x.Off, Len: x.Len, Data: bytes.Clone(is), Phase: scrub.Destroy}}
		}
		out = append(out, x)
	}
	return out
}

// signs tells whether the fill of a frame is an encoder's signature, or what an interrupted run
// left of it: text, and nothing that might be sound.
func signs(b []byte) bool {
	const word, emptied = 8, 4
	begun := len(b) > emptied && len(bytes.Trim(b[1:1+emptied], "\x00")) == 0
	text, other := 0, 0
	for _, c := range b {
		switch {
		case c >= ' ' && c <= '~':
			text++
		case c != 0:
			other++
		}
	}
	return (begun || Tells(b, word)) && text >= 3*other
}

// Behind returns the sound of a frame b at off, which stands behind those parts of it that are none,
// as a piece if there is text in it, at any bit.
func Behind(off int64, b []byte, parts []scrub.Range) []Piece {
	const sentence = 32
	from := int64(0)
	if n := len(parts); n > 0 {
		from = parts[n-1].End()
	}
	if !tellsBits(b[from:], sentence) {
		return nil
	}
	return []Piece{{Off: off + from, Len: int64(len(b)) - from, Kind: scrub.Unknown, Value: "text among the coded sound"}}
}

// Quiet returns a frame of AAC, which begins at a bit of b, without what it begins with that
// is no sound: fill, in which encoders leave their names, and data (ISO/IEC 14496-3, 4.4.2.1);
// and where that lies. What stands behind coded sound can't be found without decoding it.
func Quiet(b []byte, start int) (clean []byte, parts []scrub.Range) {
	const data, fill, dataElement, dynamicRange = 4, 6, 2, 11
	r := &Bits{b: b, at: start}
	clean = bytes.Clone(b)
	for !r.Failed {
		n := 0
		switch r.Read(3) {
		case fill:
			if n = r.Read(4); n == 15 {
				n += r.Read(8) - 1
			}
			if n == 0 {
				continue
			}
			n = 8*n - 4
			kind := r.Read(4)
			if kind == dynamicRange && rangeFits(*r, n) {
				r.at += n
				continue
			}
			if kind > dataElement && kind != dynamicRange && !spare(kind) { // replicated spectrum
				n = -1
			}
		case data:
			r.Read(4)
			align := r.Flag()
			if n = r.Read(8); n == 255 {
				n += r.Read(8)
			}
			if n *= 8; align {
				r.at += (start - r.at) & 7
			}
		default:
			n = -1
		}
		if n < 0 || r.Failed || r.at+n > 8*len(b) {
			break
		}
		parts = ClearBits(clean, parts, r.at, n)
		if at := (r.at + 13) / 8; n >= 13+8*len(faacName) && faac().Match(b[at:]) { // FFmpeg skips what its encoder puts before the sound
			copy(clean[at:], faacName)
		}
		r.at += n
	}
	return clean, parts
}

// spare tells whether nobody has given a kind of fill a meaning (ISO/IEC 14496-3, table 4.121).
func spare(kind int) bool { return kind >= 3 && kind <= 8 || kind == 10 || kind == 15 }

// rangeFits tells whether n bits are a dynamic_range_info (4.4.2.7) from the first to the last.
func rangeFits(r Bits, n int) bool {
	end := r.at + n
	r.If("44") // a program
	for more := r.Flag(); more && !r.Failed; more = r.Flag() {
		r.Skip(7) // channels that are left out
	}
	bands := 1
	if r.Flag() {
		bands += r.Read(4)
		r.Skip(4 + 8*bands)
	}
	r.If("71") // the level of reference
	r.Skip(8 * bands)
	return !r.Failed && end-r.at >= 0 && end-r.at < 8
}

// faac is how an encoder signs the first frame, and faacName the same without its version.
var faac = pattern.New(`^libfaac \d+\.\d`)

const faacName = "libfaac 1.1"

// ClearBits sets the n bits at at to zero, and adds the bytes that they lie in to parts.
func ClearBits(b []byte, parts []scrub.Range, at, n int) []scrub.Range {
	for i := at; i < at+n; i++ {
		b[i/8] &^= 0x80 >> (i % 8)
	}
	p := scrub.Range{Off: int64(at / 8), Len: int64((at+n+7)/8 - at/8)}
	if last := len(parts) - 1; last >= 0 && parts[last].End() >= p.Off {
		parts[last].Len = max(parts[last].End(), p.End()) - parts[last].Off
		return parts
	}
	return append(parts, p)
}
