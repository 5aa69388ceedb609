package mpegvideo

import (
	"untag/scrub"
	"untag/scrub/coded"
)

// timeCode looks at the time code of a group of pictures (ISO/IEC 13818-2 6.3.8,
// 14496-2 6.2.4). One that counts from the start of the film, or is zero, tells
// nothing. Others become zero, byte for byte, since all but the marker and what
// follows the time does.
//
// MPEG-4 measures by them how far a B-VOP is from the pictures that it is made of:
// where there may be such, all would have to change at once.
func (st *Stream) timeCode(r *scrub.Reader, off, no int64) ([]coded.Piece, error) {
	const fields = 4
	stopped, fixed := []byte{0, 8, 0, 0}, []byte{0, 0, 0, 0x7f} // hour, minute, marker, second, picture
	if st.Codec == MPEG4 {
		stopped, fixed = []byte{0, 0x10, 0}, []byte{0, 0, 0x3f}
	}
	if r.Left(off) < fields {
		return nil, nil
	}
	b, err := r.Bytes(off, len(stopped))
	if err != nil {
		return nil, err
	}
	p := coded.Piece{Off: off, Len: int64(len(b)), Padding: true}
	blank := true
	for i := range stopped {
		stopped[i] |= b[i] & fixed[i]
		blank = blank && stopped[i] == b[i]
	}
	switch in := coded.NewBits(b); {
	case blank:
		return []coded.Piece{p}, nil
	case counts(in, st.Codec, no):
		return nil, nil
	}
	p.Kind, p.Value = scrub.Time, "time codes that don't count from the start"
	if st.Codec == MPEG12 || st.simple {
		p.Edits = []scrub.Edit{{Off: off, Len: p.Len, Data: stopped, Phase: scrub.Destroy}}
	}
	return []coded.Piece{p}, nil
}

// counts tells whether a time code is the time of picture number no, at 23 to 61
// pictures a second.
func counts(b *coded.Bits, codec Codec, no int64) bool {
	if codec == MPEG12 {
		b.Skip(1)
	}
	t := int64(b.Read(5))*3600 + int64(b.Read(6))*60
	b.Skip(1)
	t += int64(b.Read(6))
	return no >= 0 && t >= no/61-1 && t <= no/23+1
}

// extensions are how long those of ISO/IEC 13818-2 table 6-2 are at the most, by their
// number: of sequence, display, matrices, scalability and picture. The others, such as
// that which numbers the owner's copies, go.
var extensions = [16]int64{1: 6, 2: 8, 3: 258, 5: 8, 7: 15, 8: 8, 9: 6, 10: 4}

// matrices and centres are extensions whose length their fields tell.
const matrices, centres = 3, 7

// centresLen is how long the picture display extension is: a centre of one to three
// pictures, each of two numbers of 16 bits with a marker behind.
func centresLen(b []byte) int64 {
	in := coded.NewBits(b)
	in.Skip(4)
	for range 3 {
		at := in.At()
		if in.Skip(16); !in.Flag() {
			return int64(at+7) / 8
		}
		if in.Skip(16); !in.Flag() {
			return int64(at+7) / 8
		}
	}
	return int64(in.At()+7) / 8
}

// extension looks at an extension. What goes becomes a reserved one.
func extension(r *scrub.Reader, data scrub.Range) ([]coded.Piece, error) {
	const fill = 0xff
	if data.Len == 0 {
		return nil, nil
	}
	b, err := r.Bytes(data.Off, int(min(data.Len, extensions[matrices])))
	if err != nil {
		return nil, err
	}
	most := extensions[b[0]>>4]
	switch b[0] >> 4 {
	case matrices:
		most = matricesLen(b, 4, 4)
	case centres:
		most = centresLen(b)
	}
	if data.Len <= most {
		return nil, nil
	}
	p := coded.Piece{Off: data.Off, Len: data.Len, Padding: true}
	blank, err := r.Constant(p.Off, p.Len, fill)
	if err == nil && !blank {
		p.Kind, p.Value = scrub.Unknown, "extension that no decoder needs"
		p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Fill: fill, Phase: scrub.Destroy}}
	}
	return []coded.Piece{p}, err
}
