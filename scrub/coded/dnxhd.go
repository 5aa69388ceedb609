package coded

import (
	"bytes"

	"untag/scrub"
)

// DNxHD returns the pieces of a frame of VC-3 (SMPTE ST 2019-1) of n bytes at off: the
// user data of its headers, of which an interlaced frame has two.
func DNxHD(r *scrub.Reader, off, n int64) (out []Piece, err error) {
	const userData, userLen, head = 0x60, 0x104, 0x170
	for _, at := range []int64{off, off + n/2} {
		if off+n-at < head {
			continue
		}
		h, err := r.Bytes(at, 5)
		if err != nil {
			return nil, err
		}
		if !bytes.HasPrefix(h, []byte{0, 0}) || h[2] == 0 || h[4] < 1 || h[4] > 3 {
			continue
		}
		p := Piece{Off: at + userData, Len: userLen, Padding: true}
		zero, err := r.Constant(p.Off, p.Len, 0)
		if err != nil {
			return nil, err
		}
		if !zero {
			p.Kind, p.Value = scrub.Unknown, "user data"
			p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Phase: scrub.Destroy}}
		}
		out = append(out, p)
	}
	return out, nil
}
