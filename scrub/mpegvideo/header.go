package mpegvideo

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/coded"
)

// headers are how many bytes follow start codes at the most (ISO/IEC 13818-2, 6.2.2 and
// 6.2.3; 14496-2, 6.2.2 to 6.2.4). None follow those that are not here, which are reserved
// or of systems, but for slices and pictures and what has a rule of its own.
var headers = map[Codec]map[byte]int64{
	MPEG12: {0: 8},
	MPEG4:  {sequenceCode: 1, groupCode4: 3, objectCode: 6},
}

const (
	sequenceHeader = 0xb3 // of MPEG-1 and MPEG-2
	objectCode     = 0xb5 // of MPEG-4
	pictureCode4   = 0xb6
	mostLayer      = 200 // bytes of a video object layer, with matrices
)

// coded tells whether a start code begins picture.
func (st *Stream) coded(code byte) bool {
	if st.Codec == MPEG4 {
		return code == pictureCode4
	}
	return code >= 1 && code <= 0xaf
}

// measure notes how many slices stand below each other, of frames and of fields.
func (st *Stream) measure(header []byte) {
	const field = 32
	in := coded.NewBits(header)
	in.Skip(12)
	if height := int(in.Read(12)); !in.Failed {
		st.rows = max(1, 2*((height+field-1)/field))
	}
}

// picture looks at coded picture: not into it, but whether it begins or ends with text, lies
// outside of the picture, or goes on from gap in a way that no code does.
func (st *Stream) picture(r *scrub.Reader, code byte, data scrub.Range, gap int64) ([]coded.Piece, error) {
	const tall = 2800 / 16 // from here on slices have more of a number
	switch {
	case gap >= 0:
		return told(gap, max(0, data.End()-gap)), nil
	case st.Codec == MPEG12 && st.rows > 0 && st.rows < tall && int(code) > st.rows:
		return []coded.Piece{{Off: data.Off, Len: data.Len, Kind: scrub.Unknown, Value: "slices outside of the picture"}}, nil
	}
	return coded.Prose(r, data.Off, data.Len)
}

// header looks at what follows a start code that is not picture. More than there can
// be is told of, and stays: one wrong bit makes another code of that of a slice.
func (st *Stream) header(r *scrub.Reader, code byte, data scrub.Range) ([]coded.Piece, error) {
	const word = 7
	most := headers[st.Codec][code]
	layer := st.Codec == MPEG4 && code >= 0x20 && code <= 0x2f
	b, err := r.Bytes(data.Off, int(min(data.Len, mostLayer)))
	switch {
	case layer:
		most = mostLayer
	case st.Codec == MPEG12 && code == sequenceHeader:
		most = matricesLen(b, 62, 2)
	}
	if err != nil || data.Len <= most && !(layer && coded.Tells(b, word)) {
		return nil, err
	}
	return told(data.Off, data.Len), nil
}

// matricesLen is how long a header of so many bits and matrices is, by which of these it
// says that it has.
func matricesLen(b []byte, fields, n int) int64 {
	const matrix = 64
	in := coded.NewBits(b)
	in.Skip(fields)
	for range n {
		if in.Flag() {
			in.Skip(8 * matrix)
		}
	}
	return int64(in.At()+7) / 8
}

// told is a piece that says something and stays.
func told(off, n int64) []coded.Piece {
	return []coded.Piece{{Off: off, Len: n, Kind: scrub.Unknown, Value: "a header that is longer than it can be"}}
}

// lead looks at what stands before the first start code.
func lead(r *scrub.Reader, off, n int64) ([]coded.Piece, error) {
	const word = 7
	b, err := r.Bytes(off, int(min(n, prefixLen)))
	if err != nil || !coded.Tells(b, word) {
		return nil, err
	}
	return told(off, n), nil
}

// gap returns where in coded picture three zero bytes stand before something else than a
// start code, which no code makes, -1 if nowhere.
func gap(b []byte) int {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte{0, 0, 0})
		if i < 0 {
			return -1
		}
		at += i
		for at < len(b) && b[at] == 0 {
			at++
		}
		if at < len(b) && b[at] != 1 {
			return at
		}
	}
}
