// Package av1 finds what hides in AV1 video: metadata OBUs that tell of time
// and maker, and padding that isn't padding.
//
// Start with [Frame] for samples and [Config] for av1C.
package av1

import (
	"fmt"

	"untag/scrub"
	"untag/scrub/coded"
)

// Piece is a part of a frame that is not picture. See [coded.Piece].
type Piece = coded.Piece

// maxPieces bounds what is told of one frame: encoders write a handful.
const maxPieces = 1024

// Types of open bitstream units, AV1 specification 6.2.2.
const (
	typeTemporalDelimiter = 2
	typeMetadata          = 5
	typeFrameHeader       = 3
	typeTileGroup         = 4
	typeFrame             = 6
	typeRedundantHeader   = 7
	typeTileList          = 8
	typePadding           = 15
)

// Types of metadata, AV1 specification 6.7.1.
const (
	metadataLightLevel  = 1
	metadataMastering   = 2
	metadataScalability = 3
	metadataRegistered  = 4 // ITU-T T.35
	metadataTimeCode    = 5
)

// kept are the most bytes that metadata which stays can take after its type,
// trailing bits included, AV1 specification 5.8.
var kept = map[uint64]int64{metadataLightLevel: 5, metadataMastering: 25, metadataScalability: 256}

// Frame returns the pieces of a sample: n bytes of OBUs at off. A
// [scrub.FormatError] means that the sample contradicts itself: it is to be
// left alone then. Samples that are encrypted as a whole are not to be passed
// here.
func Frame(r *scrub.Reader, off, n int64) ([]Piece, error) {
	p, picture, err := units(r, off, n)
	if err == nil && !picture && len(p) > 0 {
		return nil, errorf(off, "sample without a frame")
	}
	return p, err
}

// units returns the pieces of OBUs, and whether some of them are coded picture.
func units(r *scrub.Reader, off, n int64) (out []Piece, picture bool, err error) {
	if n < 0 || n > r.Left(off) {
		return nil, false, errorf(off, "%d bytes of video, %d are left", n, r.Left(off))
	}
	for end := off + n; off < end; {
		o, err := header(r, off, end-off)
		if err != nil {
			return nil, false, err
		}
		p, found, err := look(r, o)
		if err != nil {
			return nil, false, err
		}
		if found && p.Kind != "" && len(p.Edits) == 0 {
			p.Value = "a unit without a size"
		}
		if found {
			out = append(out, p)
		}
		if len(out) > maxPieces {
			return nil, false, errorf(off, "more than %d metadata units in a frame", maxPieces)
		}
		picture = picture || o.picture()
		off = o.end
	}
	return out, picture, nil
}

// Config returns the pieces of an AV1CodecConfigurationRecord, as av1C holds it:
// four bytes and OBUs.
func Config(r *scrub.Reader, off, n int64) ([]Piece, error) {
	const head = 4
	if n < head {
		return nil, errorf(off, "configuration record of %d bytes, it has %d at least", n, head)
	}
	b, err := r.Bytes(off, 1)
	if err != nil {
		return nil, err
	}
	if b[0] != 0x81 {
		return nil, errorf(off, "configuration record begins with %#x, not marker and version 1", b[0])
	}
	p, _, err := units(r, off+head, n-head)
	return p, err
}

// look returns the piece that an OBU is, if it is one.
func look(r *scrub.Reader, o obu) (p Piece, found bool, err error) {
	p = Piece{Off: o.off, Len: o.end - o.off}
	switch {
	case o.typ == typePadding:
		blank, err := o.blank(r)
		if err == nil && !blank {
			p.Kind, p.Edits = scrub.Hidden, o.refill(scrub.Unlink)
		}
		return p, true, err
	case o.typ == typeMetadata:
		stays, err := o.metadata(r, &p)
		p.Edits = o.remove()
		return p, !stays, err
	case o.typ == 0 || o.typ > typeTileList:
		p.Kind, p.Value, p.Edits = scrub.Unknown, fmt.Sprintf("unit of type %d", o.typ), o.remove()
		return p, true, nil
	case o.typ == typeTemporalDelimiter && o.body < o.end: // it has no body
		p.Off, p.Len = o.body, o.end-o.body
		zero, err := r.Constant(p.Off, p.Len, 0)
		if err == nil && !zero {
			p.Kind = scrub.Hidden
			if o.sized {
				p.Edits = []scrub.Edit{{Off: p.Off, Len: p.Len, Phase: scrub.Destroy}}
			}
		}
		return p, true, err
	}
	return p, false, nil
}

// metadata judges a metadata OBU.
func (o obu) metadata(r *scrub.Reader, p *Piece) (stays bool, err error) {
	const most = 64
	b, err := r.Bytes(o.body, int(min(o.end-o.body, most)))
	if err != nil {
		return false, err
	}
	typ, n := leb128(b)
	p.Kind, p.Value = scrub.Unknown, fmt.Sprintf("metadata of type %d", typ)
	switch {
	case n == 0:
		p.Value = "metadata without a type"
	case typ == metadataLightLevel, typ == metadataMastering, typ == metadataScalability:
		if o.end-o.body <= int64(n)+kept[typ] {
			return true, nil
		}
		p.Value = "metadata longer than its fields"
	case typ == metadataRegistered:
		p.Value = coded.Registrant(b[n:])
		return coded.Shown(b[n:]), nil
	case typ == metadataTimeCode:
		p.Kind, p.Value = scrub.Time, "time code"
	default:
		if text := coded.Text(b[n:]); text != "" {
			p.Value += ": " + text
		}
	}
	return false, nil
}

func errorf(off int64, format string, args ...any) error {
	return &scrub.FormatError{Format: "av1", Off: off, Msg: fmt.Sprintf(format, args...)}
}
