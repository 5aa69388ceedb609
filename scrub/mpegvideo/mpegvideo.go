// Package mpegvideo finds user data in MPEG-1, MPEG-2 and MPEG-4 part 2 video,
// where encoders and cameras put their names.
//
// [UserData] serves for coded frames and for the sequence headers in esds,
// CodecPrivate and the like.
package mpegvideo

import (
	"fmt"

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

// UserData returns the pieces of n bytes of video at off: what user data holds
// besides that which decoders act upon. It is blanked with spaces, in which no
// start code can come about, each byte for itself. All bytes are read.
func UserData(r *scrub.Reader, codec Codec, off, n int64) ([]coded.Piece, error) {
	if codec != MPEG12 && codec != MPEG4 {
		return nil, errorf(off, "codec %d is unknown", codec)
	}
	if n < 0 || n > r.Left(off) {
		return nil, errorf(off, "%d bytes of video, %d are left", n, r.Left(off))
	}
	s, err := newScanner(r, off, n)
	if err != nil {
		return nil, err
	}
	var out []coded.Piece
	for {
		data, found, err := s.userData()
		if err != nil {
			return nil, err
		}
		if !found {
			return out, nil
		}
		p, err := pieces(r, codec, data)
		if err != nil {
			return nil, err
		}
		if out = append(out, p...); len(out) > maxPieces {
			return nil, errorf(data.Off, "more than %d pieces of user data", maxPieces)
		}
	}
}

// pieces returns what is before and after the part of user data that stays.
func pieces(r *scrub.Reader, codec Codec, data scrub.Range) (out []coded.Piece, err error) {
	b, err := r.Bytes(data.Off, int(min(data.Len, prefixLen)))
	if err != nil {
		return nil, err
	}
	if codec == MPEG12 && shown(b) {
		return nil, nil
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
