package coded

import (
	"fmt"

	"untag/scrub"
	"untag/scrub/pattern"
)

// VP9 returns the pieces of a sample of VP9 of n bytes at off: what no frame of a
// superframe is (VP9 bitstream specification, annex B), and text where frames end.
func VP9(r *scrub.Reader, off, n int64) ([]Piece, error) {
	if n == 0 {
		return nil, nil
	}
	last, err := r.Bytes(off+n-1, 1)
	if err != nil {
		return nil, err
	}
	frames, mag := int64(last[0]&7)+1, int64(last[0]>>3&3)+1
	index := 2 + mag*frames
	if last[0]>>5 != 6 || index > n {
		return Prose(r, off, n)
	}
	b, err := r.Bytes(off+n-index, int(index))
	if err != nil {
		return nil, err
	}
	if b[0] != last[0] {
		return Prose(r, off, n)
	}
	at := off
	var out []Piece
	for i := range frames {
		var size int64
		for j := range mag {
			size |= int64(b[1+i*mag+j]) << (8 * j)
		}
		if size > off+n-index-at {
			return nil, &scrub.FormatError{Format: "vp9", Off: at, Msg: fmt.Sprintf("frame of %d bytes, %d are left", size, off+n-index-at)}
		}
		p, err := Prose(r, at, size)
		if err != nil {
			return nil, err
		}
		out, at = append(out, p...), at+size
	}
	p := Piece{Off: at, Len: off + n - index - at, Padding: true}
	if p.Len == 0 {
		return out, nil
	}
	zero, err := r.Constant(p.Off, p.Len, 0)
	if !zero {
		p.Kind, p.Value = scrub.Hidden, "bytes that no frame of a superframe uses"
	}
	return append(out, p), err
}

// filling is what LAME puts where a frame has bits to spare, or the end of it.
var filling = pattern.New(`L?AME\d\.\d{2,3}(\.\d|[ab]\d?)?U*|\d\.\d{2,3}(\.\d|[ab]\d?)?UU+|LAME|U{8,}`)

// Speaks is [Tells] for what may be MP3 that LAME filled.
func Speaks(b []byte, n int) bool {
	return Tells(b, n) && Tells(filling().ReplaceAll(b, []byte{0}), n) // the second takes long
}

// Prose returns n bytes at off, coded picture that is not looked into, as a piece if
// they begin or end with text other than the filling of LAME, which is in the frames of
// half of the world's MP3.
func Prose(r *scrub.Reader, off, n int64) ([]Piece, error) {
	const most, sentence = 512, 24
	for _, at := range []int64{off, max(off, off+n-most)} {
		b, err := r.Bytes(at, int(min(off+n-at, most)))
		if err != nil {
			return nil, err
		}
		if Speaks(b, sentence) {
			return []Piece{{Off: off, Len: n, Kind: scrub.Unknown, Value: "text among the coded picture"}}, nil
		}
	}
	return nil, nil
}
