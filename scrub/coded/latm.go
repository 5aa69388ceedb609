package coded

import (
	"encoding/binary"

	"untag/scrub"
)

// LATM is what a stream in LOAS said last of how its frames are multiplexed (ISO/IEC 14496-3,
// 1.7.3): one frame of one layer is looked into.
type LATM struct {
	known bool
	other bool // data beside the sound follow it
}

// LOAS returns how many bytes a frame of AudioSyncStream (1.7.2) says that it has, 0 if b
// begins with none.
func LOAS(b []byte) int64 {
	const head = 3
	if len(b) < head || b[0] != 0x56 || b[1]&0xe0 != 0xe0 {
		return 0
	}
	if n := int64(binary.BigEndian.Uint16(b[1:]) & 0x1fff); n > 0 {
		return head + n
	}
	return 0
}

// Frames returns the pieces of n bytes at off, frames of LOAS one after the other.
func (l *LATM) Frames(r *scrub.Reader, off, n int64) (out []Piece, err error) {
	b, err := r.Bytes(off, int(min(n, mostFrames)))
	if err != nil {
		return nil, err
	}
	eachFrame(b, LOAS, func(at int64, f []byte) {
		clean, parts, why := l.Quiet(f)
		if why != "" {
			out = append(out, Piece{Off: off + at, Len: int64(len(f)), Kind: scrub.Hidden, Value: why})
			return
		}
		out = append(append(out, pieces(off+at, f, clean, parts)...), Behind(off+at, f, parts)...)
	})
	return out, nil
}

// Quiet is [Quiet] for a frame of LOAS; why tells why one can't be looked into.
func (l *LATM) Quiet(b []byte) (clean []byte, parts []scrub.Range, why string) {
	const head, escape = 3, 255
	r := NewBits(b)
	r.Skip(8 * head)
	if !r.Flag() {
		l.config(r)
	}
	if !l.known {
		return b, nil, "frames are multiplexed in a way that can't be looked into"
	}
	size := 0
	for n := escape; n == escape && size < len(b); size += n {
		n = r.Read(8)
	}
	end := r.At() + 8*size
	if end > 8*len(b) {
		return b, nil, "a frame is longer than its length"
	}
	clean, parts = Quiet(b, r.At())
	if l.other {
		parts = ClearBits(clean, parts, end, 8*len(b)-end)
	}
	return clean, parts, ""
}

// config reads StreamMuxConfig.
func (l *LATM) config(r *Bits) {
	const main, ltp, sbr, ps = 1, 4, 5, 29
	*l = LATM{}
	if r.Read(1) != 0 || r.Read(1) != 1 || r.Read(6+4+3) != 0 { // version, same timing; more frames, programs, layers
		return
	}
	object := r.Read(5)
	rate := func() {
		if r.Read(4) == 15 {
			r.Skip(24)
		}
	}
	rate()
	channels := r.Read(4)
	if object == sbr || object == ps {
		rate()
		object = r.Read(5)
	}
	r.Skip(1)
	if object < main || object > ltp || channels == 0 || r.Read(2) != 0 || r.Read(3) != 0 { // a core, an extension; frames of other lengths
		return
	}
	r.Skip(8)
	if l.other = r.Flag(); l.other {
		for r.Flag() {
			r.Skip(8)
		}
		r.Skip(8)
	}
	r.If("B")
	l.known = !r.Failed
}
