// Package h26x finds what hides in H.264, H.265 and H.266 video: supplemental
// enhancement information (SEI), which encoders, cameras and security systems
// fill with names, positions and serial numbers, and filler that isn't filler.
//
// Start with [Video.Config] for avcC, hvcC and vvcC, and [Video.Frame] for samples.
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
	AVC  Codec = iota + 1 // ITU-T H.264: avc1, avc3
	HEVC                  // ITU-T H.265: hvc1, hev1, dvh1, dvhe
	VVC                   // ITU-T H.266: vvc1, vvi1
)

// maxPieces bounds what is told of one frame: encoders write a handful.
const maxPieces = 1024

// Frame returns the pieces of a sample: n bytes at off that hold NAL units, each
// behind its length. A [scrub.FormatError] means that the sample contradicts itself:
// it is to be left alone then. Samples that are encrypted as a whole are not to be
// passed here.
func (v *Video) Frame(r *scrub.Reader, off, n int64) ([]Piece, error) {
	if v.LengthSize < 1 || v.LengthSize > 4 {
		return nil, errorf(off, "lengths of %d bytes, 1 to 4 are possible", v.LengthSize)
	}
	w, err := v.walk(r, off, n)
	if err != nil {
		return nil, err
	}
	for at, end := off, off+n; at < end; {
		size, err := w.length(at, end-at, int64(v.LengthSize))
		if err != nil {
			return nil, err
		}
		at += min(int64(v.LengthSize), end-at)
		if err := w.unit(at, size); err != nil {
			return nil, err
		}
		at += size
	}
	return w.pieces, nil
}

// walk goes through NAL units in their order.
type walk struct {
	r       *scrub.Reader
	video   *Video
	slices  bool // whether a slice of the picture has come
	typ     int  // of the slices of the picture
	strange []stranger
	pieces  []Piece
}

// stranger is a unit of a type that nothing announces.
type stranger struct {
	piece int // its number
	h     header
}

func (v *Video) walk(r *scrub.Reader, off, n int64) (*walk, error) {
	if v.Codec < AVC || v.Codec > VVC {
		return nil, errorf(off, "codec %d is unknown", v.Codec)
	}
	if n < 0 || n > r.Left(off) {
		return nil, errorf(off, "%d bytes of video, %d are left", n, r.Left(off))
	}
	return &walk{r: r, video: v}, nil
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
	if fields, ok := w.video.Codec.delimiter(h.typ); ok {
		return w.delimiter(off+int64(h.size)+fields, off+n)
	}
	switch w.video.class(h.typ) {
	case slice:
		return w.slice(off, n, h)
	case set:
		w.video.layered = w.video.layered || w.video.Codec == AVC && h.typ == subsetSequence
		return w.set(off, n, h)
	case message:
		return w.sei(off, n, h)
	case filler:
		return w.filler(off, n, h)
	case dolby:
		return w.dolby(off, n, h)
	case wrapper:
		return w.wrapped(off+int64(h.size), n-int64(h.size))
	}
	if n > int64(h.size)+least {
		w.strange = append(w.strange, stranger{len(w.pieces), h})
		return w.add(Piece{Off: off, Len: n, Kind: scrub.Unknown, Value: fmt.Sprintf("NAL unit of type %d", h.typ)})
	}
	return nil
}

const (
	subsetSequence = 15 // sequence parameter set for layers and views of H.264
	least          = 2  // bytes that can be more than chance
)

// slice looks at coded picture: not into it, but whether it reads as text where it
// begins and ends, and is of the same kind as the slices before. The first one shows
// that no slice is among the units of unknown types before it, whose name is damaged:
// these can go then.
func (w *walk) slice(off, n int64, h header) error {
	from := off + int64(h.size)
	b, err := w.r.Bytes(from, int(min(off+n-from, 1)))
	if err != nil || len(b) == 0 {
		return err
	}
	first := b[0]&0x80 != 0 // first_mb_in_slice is 0, first_slice_segment_in_pic_flag
	if w.video.Codec != VVC && first && !w.slices {
		w.dismiss()
	}
	other := w.video.Codec == HEVC && h.layer == 0 && w.slices && !first && h.typ != w.typ
	if h.layer == 0 {
		w.slices, w.typ = true, h.typ
	}
	if other {
		return w.add(Piece{Off: off, Len: n, Kind: scrub.Unknown, Value: "slices of several kinds in a picture"})
	}
	p, err := coded.Prose(w.r, from, off+n-from)
	if err == nil && len(p) == 0 {
		p, err = w.padded(from, off+n)
	}
	if err != nil {
		return err
	}
	return w.add(p...)
}

// padded looks for what is hidden between the words of zeros behind a slice (H.264
// 7.3.2.10): where a byte that escapes zeros escapes nothing, a decoder has stopped.
func (w *walk) padded(from, to int64) ([]Piece, error) {
	const most = 512
	at := max(from, to-most)
	b, err := w.r.Bytes(at, int(to-at))
	if err != nil {
		return nil, err
	}
	for i := 0; i+3 < len(b); i++ {
		if b[i] == 0 && b[i+1] == 0 && b[i+2] == 3 && b[i+3] > 3 {
			return []Piece{{Off: at + int64(i), Len: to - at - int64(i), Kind: scrub.Unknown, Value: "bytes behind a slice"}}, nil
		}
	}
	return nil, nil
}

// dismiss makes filler of the units of unknown types before the first slice.
func (w *walk) dismiss() {
	for _, s := range w.strange {
		p := &w.pieces[s.piece]
		if p.Len <= scrub.MaxPiece {
			p.Edits = w.refill(p.Off+int64(s.h.size), p.Off+p.Len, s.h)
		}
	}
	w.strange = nil
}

// dolby looks at the metadata of Dolby Vision: whether it is one with a checksum.
func (w *walk) dolby(off, n int64, h header) error {
	raw, err := w.r.Bytes(off, int(min(n, maxSet)))
	if err != nil {
		return err
	}
	c := cursor{raw: raw, at: h.size}
	if !coded.DolbyVision(c.rest()) {
		return w.add(Piece{Off: off, Len: n, Kind: scrub.Unknown, Value: "metadata of Dolby Vision that can't be read"})
	}
	return nil
}

// delimiter looks at what follows the fields of a delimiter. Zeros may.
func (w *walk) delimiter(from, end int64) error {
	if from >= end {
		return nil
	}
	if w.r.Zeros(from, end-from) {
		return nil
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
	if c := w.video.class(h.typ); c == message || c == filler || c == slice || c == set {
		return w.unit(off, n)
	}
	return nil
}

func (w *walk) add(p ...Piece) error {
	if len(p) > 0 && len(w.pieces)+len(p) > maxPieces {
		return errorf(p[0].Off, "more than %d messages in a frame", maxPieces)
	}
	w.pieces = append(w.pieces, p...)
	return nil
}

func errorf(off int64, format string, args ...any) error {
	return &scrub.FormatError{Format: "h26x", Off: off, Msg: fmt.Sprintf(format, args...)}
}
