package coded

import (
	"encoding/binary"

	"untag/scrub"
)

// Dirac returns the pieces of n bytes of Dirac or VC-2 at off, parse units one after the
// other (SMPTE ST 2042-1, 10.4): what is in units of auxiliary data and of padding, which no
// decoder reads. FFmpeg and GStreamer leave the name of an encoder there.
func Dirac(r *scrub.Reader, off, n int64) (out []Piece, err error) {
	const head, auxiliary, padding = 13, 0x20, 0x30
	for at := int64(0); n-at >= head; {
		h, err := r.Bytes(off+at, head)
		if err != nil {
			return nil, err
		}
		next := int64(binary.BigEndian.Uint32(h[5:]))
		if string(h[:4]) != "BBCD" || next != 0 && next < head || next > n-at {
			return nil, &scrub.FormatError{Format: "vc2", Off: off + at, Msg: "no parse unit where one was to begin"}
		}
		if next == 0 {
			next = n - at
		}
		if code := h[4]; (code == auxiliary || code == padding) && next > head {
			p := Piece{Off: off + at + head, Len: next - head, Padding: true}
			if body := r.Get(p.Off, int(min(p.Len, 1<<10))); !r.Zeros(p.Off, p.Len) {
				p.Kind, p.Value = scrub.Software, Text(body)
				p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Phase: scrub.Destroy}}
			}
			out = append(out, p)
		}
		if at += next; n-at < head && n > at && !r.Zeros(off+at, n-at) {
			return append(out, Piece{Off: off + at, Len: n - at, Kind: scrub.Hidden, Value: "bytes behind the last parse unit"}), nil
		}
	}
	return out, nil
}
