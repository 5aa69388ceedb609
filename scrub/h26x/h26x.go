// Package h26x finds what hides in H.264, H.265 and H.266 video: supplemental
// enhancement information (SEI), which encoders, cameras and security systems
// fill with names, positions and serial numbers, and filler that isn't filler.
//
// Start with [Frame] for samples and [Config] for avcC, hvcC and vvcC.
//
// What goes becomes an SEI message of type filler_payload as long as before. The
// edits keep to this rule: in whatever order the sectors of a phase reach the
// drive, picture and messages that stay decode, and a second plan finishes.
package h26x

import (
	"fmt"

	"untag/scrub"
	"untag/scrub/coded"
)

// Piece is a part of a frame that is not picture. See [coded.Piece].
type Piece = coded.Piece

// Codec selects the standard by which NAL units are read.
type Codec uint8

const (
	AVC   Codec = iota + 1 // ITU-T H.264: avc1, avc3
	HEVC                   // ITU-T H.265: hvc1, hev1, dvh1, dvhe
	VVC                    // ITU-T H.266: vvc1, vvi1
	LHEVC                  // layered H.265: frames as HEVC, the record is lhvC
)

// maxPieces bounds what is told of one frame: encoders write a handful.
const maxPieces = 1024

// Frame returns the pieces of a sample: n bytes at off that hold NAL units, each
// behind its length in lengthSize bytes. A [scrub.FormatError] means that the
// sample contradicts itself: it is to be left alone then. Samples that are
// encrypted as a whole are not to be passed here.
func Frame(r *scrub.Reader, codec Codec, off, n int64, lengthSize int) ([]Piece, error) {
	if lengthSize < 1 || lengthSize > 4 {
		return nil, errorf(off, "lengths of %d bytes, 1 to 4 are possible", lengthSize)
	}
	w, err := newWalk(r, codec, off, n)
	if err != nil {
		return nil, err
	}
	for at, end := off, off+n; at < end; {
		size, err := w.length(at, end-at, int64(lengthSize))
		if err != nil {
			return nil, err
		}
		at += min(int64(lengthSize), end-at)
		if err := w.unit(at, size); err != nil {
			return nil, err
		}
		at += size
	}
	return w.pieces, nil
}

// NAL returns the pieces of one NAL unit of n bytes at off, without start code
// or length. It matters to filler whether slices of the picture came before.
func NAL(r *scrub.Reader, codec Codec, off, n int64, afterSlice bool) ([]Piece, error) {
	w, err := newWalk(r, codec, off, n)
	if err != nil {
		return nil, err
	}
	w.slices = afterSlice
	if err := w.unit(off, n); err != nil {
		return nil, err
	}
	return w.pieces, nil
}

// walk goes through NAL units in their order.
type walk struct {
	r      *scrub.Reader
	codec  Codec
	slices bool // whether a slice of the picture has come
	pieces []Piece
}

func newWalk(r *scrub.Reader, codec Codec, off, n int64) (*walk, error) {
	if codec == LHEVC {
		codec = HEVC
	}
	if codec < AVC || codec > VVC {
		return nil, errorf(off, "codec %d is unknown", codec)
	}
	if n < 0 || n > r.Left(off) {
		return nil, errorf(off, "%d bytes of video, %d are left", n, r.Left(off))
	}
	return &walk{r: r, codec: codec}, nil
}

// length reads the length before a NAL unit. Some writers pad samples with
// zero bytes, which read as empty units.
func (w *walk) length(at, left, lengthSize int64) (int64, error) {
	b, err := w.r.Bytes(at, int(min(lengthSize, left)))
	if err != nil {
		return 0, err
	}
	var size int64
	for _, c := range b {
		size = size<<8 | int64(c)
	}
	if size > 0 && (left < lengthSize || size > left-lengthSize) {
		return 0, errorf(at, "NAL unit of %d bytes, %d are left", size, max(left-lengthSize, 0))
	}
	return size, nil
}

// unit looks at one NAL unit.
func (w *walk) unit(off, n int64) error {
	if n == 0 {
		return nil
	}
	h, err := w.header(off, n)
	if err != nil {
		return err
	}
	if fields, ok := w.codec.delimiter(h.typ); ok {
		return w.delimiter(off+int64(h.size)+fields, off+n)
	}
	switch w.codec.class(h.typ) {
	case slice:
		w.slices = true
	case message:
		return w.sei(off, n, h)
	case filler:
		return w.filler(off, n, h)
	case wrapper:
		return w.wrapped(off+int64(h.size), n-int64(h.size))
	case foreign:
		if n > int64(h.size) {
			return w.add(Piece{Off: off, Len: n, Kind: scrub.Unknown, Value: fmt.Sprintf("NAL unit of type %d", h.typ)})
		}
	}
	return nil
}

// delimiter looks at what follows the fields of a delimiter. Zeros may.
func (w *walk) delimiter(from, end int64) error {
	if from >= end {
		return nil
	}
	zero, err := w.r.Constant(from, end-from, 0)
	if err != nil || zero {
		return err
	}
	p := Piece{Off: from, Len: end - from, Padding: true}
	blank, err := w.r.Constant(from, end-from, fill)
	if err != nil {
		return err
	}
	if !blank {
		p.Kind = scrub.Hidden
		p.Edits = []scrub.Edit{{Off: from, Len: end - from, Fill: fill, Phase: scrub.Destroy}}
	}
	return w.add(p)
}

// wrapped looks at a NAL unit inside another one. What isn't one is left alone.
func (w *walk) wrapped(off, n int64) error {
	h, err := w.header(off, n)
	if err != nil {
		if scrub.Refusal(err) {
			return nil
		}
		return err
	}
	if c := w.codec.class(h.typ); c == message || c == filler {
		return w.unit(off, n)
	}
	return nil
}

func (w *walk) add(p ...Piece) error {
	if len(w.pieces)+len(p) > maxPieces {
		return errorf(p[0].Off, "more than %d messages in a frame", maxPieces)
	}
	w.pieces = append(w.pieces, p...)
	return nil
}

func errorf(off int64, format string, args ...any) error {
	return &scrub.FormatError{Format: "h26x", Off: off, Msg: fmt.Sprintf(format, args...)}
}
