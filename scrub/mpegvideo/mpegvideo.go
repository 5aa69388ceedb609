// Package mpegvideo finds user data and times of day in MPEG-1, MPEG-2 and MPEG-4 part 2 video,
// where encoders and cameras put their names.
//
// [Stream.Frame] serves for coded frames and for the sequence headers in esds,
// CodecPrivate and the like.
package mpegvideo

import (
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/coded"
)

// Codec selects the standard by which user data is read.
type Codec uint8

const (
	MPEG12 Codec = iota + 1 // ISO/IEC 11172-2 and 13818-2
	MPEG4                   // ISO/IEC 14496-2
)

// maxPieces bounds what is told of one frame: encoders write one or two.
const maxPieces = 1024

// prefixLen is as much of user data as is looked at, and as FFmpeg looks at.
const prefixLen = 255

// Stream is what is known of a track.
type Stream struct {
	Codec  Codec
	simple bool // MPEG-4 of a profile without B-VOPs
	rows   int  // of slices that a picture of MPEG-1 and MPEG-2 has; 0 if no header told it
}

// Headed tells whether a header of the stream has come, without which none can be decoded.
func (st *Stream) Headed() bool { return st.rows > 0 }

// Frame returns the pieces of n bytes of video at off, which are picture number no or
// its headers: what user data holds besides that which decoders act upon, time codes
// that don't count from the start of the film, and extensions for the owner. User data
// is blanked with spaces, in which no start code can come about, each byte for itself.
// All bytes are read.
func (st *Stream) Frame(r *scrub.Reader, off, n, no int64) ([]coded.Piece, error) {
	if st.Codec != MPEG12 && st.Codec != MPEG4 {
		return nil, errorf(off, "codec %d is unknown", st.Codec)
	}
	if n < 0 || n > r.Left(off) {
		return nil, errorf(off, "%d bytes of video, %d are left", n, r.Left(off))
	}
	s, err := newScanner(r, off, n)
	if err != nil {
		return nil, err
	}
	out, err := lead(r, off, s.off-off)
	if err != nil {
		return nil, err
	}
	pictured := false
	var odd []scrub.Range // user data that may be picture
	for {
		code, data, more, err := s.part()
		if err != nil || !more {
			return spared(out, odd, pictured && st.Codec == MPEG4), err
		}
		var p []coded.Piece
		if st.coded(code) {
			pictured = true
			p, err = st.picture(r, code, data, s.gap)
		} else {
			p, err = st.look(r, code, data, no)
		}
		if err != nil {
			return nil, err
		}
		if code == userDataCode && (pictured || st.Codec == MPEG4) && !worded(r, data) {
			odd = append(odd, data)
		}
		if out = append(out, p...); len(out) > maxPieces {
			return nil, errorf(data.Off, "more than %d pieces of user data", maxPieces)
		}
	}
}

// worded tells whether user data are text, or too short to be picture.
func worded(r *scrub.Reader, data scrub.Range) bool {
	const short = 8
	printed := 0
	b := r.Get(data.Off, int(min(data.Len, prefixLen)))
	for _, c := range b {
		if c >= ' ' && c <= '~' {
			printed++
		}
	}
	return len(b) < short || 4*printed >= 3*len(b)
}

// spared returns pieces, of which those in what is no text stay: one wrong bit of its start code makes
// user data of a slice, or of the only picture of a frame. All of them go if there is another picture.
func spared(all []coded.Piece, odd []scrub.Range, another bool) (out []coded.Piece) {
	for _, p := range all {
		if i := slices.IndexFunc(odd, func(x scrub.Range) bool { return p.Off >= x.Off && p.Off < x.End() }); i >= 0 && !another && p.Edits != nil {
			p.Edits, p.Value = nil, "user data that may be picture"
		}
		out = append(out, p)
	}
	return out
}

// look returns the pieces of what follows a start code.
func (st *Stream) look(r *scrub.Reader, code byte, data scrub.Range, no int64) ([]coded.Piece, error) {
	switch {
	case code == userDataCode:
		return pieces(r, st.Codec, data)
	case code == extensionCode && st.Codec == MPEG12:
		return extension(r, data)
	case code == sequenceHeader && st.Codec == MPEG12:
		st.measure(r.Get(data.Off, int(min(data.Len, 3))))
	case code == groupCode && st.Codec == MPEG12, code == groupCode4 && st.Codec == MPEG4:
		p, err := st.timeCode(r, data.Off, no)
		if over := data.Len - 4; err == nil && over > 0 {
			p = append(p, told(data.Off+4, over)...)
		}
		return p, err
	case code == sequenceCode && st.Codec == MPEG4:
		const level0, most = 8, 3 // of the simple profile
		b, err := r.Bytes(data.Off, int(min(1, data.Len)))
		if err != nil {
			return nil, err
		}
		st.simple = len(b) > 0 && (b[0] <= most || b[0] == level0)
	}
	return st.header(r, code, data)
}

// pieces returns what is before and after the part of user data that stays.
func pieces(r *scrub.Reader, codec Codec, data scrub.Range) (out []coded.Piece, err error) {
	b, err := r.Bytes(data.Off, int(min(data.Len, prefixLen)))
	if err != nil {
		return nil, err
	}
	if codec == MPEG12 && data.Len <= int64(len(b)) {
		if v := shown(b); v.Stays && !v.Free {
			return nil, nil
		} else if v.Stays {
			p := coded.Piece{Off: data.Off, Len: data.Len, Padding: true}
			if p.Edits = v.Edits(data.Off); p.Edits != nil {
				p.Kind = scrub.Hidden
			}
			return []coded.Piece{p}, nil
		}
	}
	from, to := known(codec, b)
	kind := scrub.Unknown
	if to > 0 {
		kind = scrub.Software
	}
	rest := scrub.Range{Off: data.Off + int64(to), Len: data.Len - int64(to)}
	for _, x := range []scrub.Range{{Off: data.Off, Len: int64(from)}, rest} {
		if x.Len == 0 {
			continue
		}
		p := coded.Piece{Off: x.Off, Len: x.Len}
		constant, err := r.Constant(x.Off, x.Len, ' ')
		if err != nil {
			return nil, err
		}
		if !constant {
			p.Kind, p.Value = kind, coded.Text(b)
			p.Edits = []scrub.Edit{{Off: x.Off, Len: x.Len, Fill: ' ', Phase: scrub.Destroy}}
		}
		out = append(out, p)
	}
	return out, nil
}

func errorf(off int64, format string, args ...any) error {
	return &scrub.FormatError{Format: "mpegvideo", Off: off, Msg: fmt.Sprintf(format, args...)}
}
