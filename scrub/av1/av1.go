// Package av1 finds what hides in AV1 video: metadata OBUs that tell of time
// and maker, and padding that isn't padding.
//
// Start with [Stream.Frame] for samples and [Stream.Config] for av1C.
package av1

import (
	"bytes"
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
	typeSequence          = 1
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
	metadataLightLevel = 1
	metadataMastering  = 2
	metadataRegistered = 4 // ITU-T T.35
	metadataTimeCode   = 5
)

// fields read metadata that changes what is seen, AV1 specification 5.8.
var fields = map[uint64]func(b *coded.Bits){
	metadataLightLevel: coded.Light,
	metadataMastering:  func(b *coded.Bits) { coded.Display(b, 1<<16, 10000<<8, 1000<<14) },
}

// Stream is what is known of a track.
type Stream struct {
	Dolby bool // it is said to be Dolby Vision
}

// Frame returns the pieces of a sample: n bytes of OBUs at off. A
// [scrub.FormatError] means that the sample contradicts itself: it is to be
// left alone then. Samples that are encrypted as a whole are not to be passed
// here.
func (st Stream) Frame(r *scrub.Reader, off, n int64) ([]Piece, error) {
	p, picture, err := st.units(r, off, n)
	if err == nil && !picture && len(p) > 0 {
		return nil, errorf(off, "sample without a frame")
	}
	return p, err
}

// units returns the pieces of OBUs, and whether some of them are coded picture.
func (st Stream) units(r *scrub.Reader, off, n int64) (out []Piece, picture bool, err error) {
	if n < 0 || n > r.Left(off) {
		return nil, false, errorf(off, "%d bytes of video, %d are left", n, r.Left(off))
	}
	var before obu
	for end := off + n; off < end; {
		o, err := header(r, off, end-off)
		if err != nil {
			return nil, false, err
		}
		p, found, err := st.look(r, o, before)
		if err != nil {
			return nil, false, err
		}
		if found && p.Kind != "" && !o.sized {
			p.Edits = nil
			p.Value = "a unit without a size"
		}
		if found {
			out = append(out, p)
		}
		if len(out) > maxPieces {
			return nil, false, errorf(off, "more than %d metadata units in a frame", maxPieces)
		}
		picture = picture || o.picture()
		if o.typ != typeMetadata && o.typ != typePadding {
			before = o
		}
		off = o.end
	}
	return out, picture, nil
}

// Config returns the pieces of an AV1CodecConfigurationRecord, as av1C holds it:
// four bytes and OBUs.
func (st Stream) Config(r *scrub.Reader, off, n int64) ([]Piece, error) {
	const head = 4
	if n < head {
		return nil, errorf(off, "configuration record of %d bytes, it has %d at least", n, head)
	}
	b := r.Get(off, 1)
	if b[0] != 0x81 {
		return nil, errorf(off, "configuration record begins with %#x, not marker and version 1", b[0])
	}
	p, _, err := st.units(r, off+head, n-head)
	return p, err
}

// look returns the piece that an OBU is, if it is one. before is the one before it that
// is no metadata.
func (st Stream) look(r *scrub.Reader, o, before obu) (p Piece, found bool, err error) {
	p = Piece{Off: o.off, Len: o.end - o.off}
	switch {
	case o.typ == typePadding:
		blank, err := o.blank(r)
		if err == nil && !blank {
			p.Kind, p.Edits = scrub.Hidden, o.refill(scrub.Unlink)
		}
		return p, true, err
	case o.typ == typeMetadata:
		err := o.metadata(r, st.Dolby, &p)
		return p, p.Kind != "" || p.Padding, err
	case o.typ == typeSequence:
		return o.sequence(r)
	case o.picture() && o.follows(before):
		prose, err := coded.Prose(r, o.body, o.end-o.body)
		if len(prose) > 0 {
			return prose[0], true, err
		}
		return p, false, err
	case o.picture(): // picture all the same if the type is damaged
		p.Kind, p.Value = scrub.Unknown, fmt.Sprintf("unit of type %d where none is due", o.typ)
		return p, true, nil
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
func (o obu) metadata(r *scrub.Reader, dolby bool, p *Piece) error {
	b, err := r.Bytes(o.body, int(min(o.end-o.body, coded.MaxRegistered)))
	if err != nil {
		return err
	}
	typ, n := leb128(b)
	b = b[n:]
	p.Kind, p.Value, p.Edits = scrub.Unknown, fmt.Sprintf("metadata of type %d", typ), o.remove()
	switch read := fields[typ]; {
	case n == 0:
		p.Value = "metadata without a type"
	case read != nil:
		in := coded.NewBits(b)
		read(in)
		if end, ok := in.Stop(); ok && end == len(b) {
			p.Kind = ""
		}
	case typ == metadataRegistered:
		o.registered(b, dolby, p)
	case typ == metadataTimeCode:
		p.Kind, p.Value = scrub.Time, "time code"
	default:
		if text := coded.Text(b); text != "" {
			p.Value += ": " + text
		}
	}
	return nil
}

// registered judges what is registered by ITU-T T.35, with its trailing bits.
func (o obu) registered(b []byte, dolby bool, p *Piece) {
	p.Value = coded.Registrant(b)
	b, ok := bytes.CutSuffix(b, []byte{trailingBits})
	v := coded.Registered(b, dolby)
	switch {
	case !ok || !v.Stays:
		return
	case !v.Known:
		p.Value, p.Edits = coded.Opaque, nil
		return
	}
	p.Kind, p.Edits, p.Padding = "", v.Edits(o.end-1-int64(len(b))), v.Free
	if p.Edits != nil {
		p.Kind = scrub.Hidden
	}
}

func errorf(off int64, format string, args ...any) error {
	return &scrub.FormatError{Format: "av1", Off: off, Msg: fmt.Sprintf(format, args...)}
}

// End returns where the units of a picture end that say their sizes, in n bytes at off: decoders
// pass over what follows. It is off+n if there is no picture among them.
func End(r *scrub.Reader, off, n int64) (int64, error) {
	picture := false
	for at := off; at < off+n; {
		o, err := header(r, at, off+n-at)
		if scrub.Refusal(err) || err == nil && (!o.sized || o.typ == 0) {
			if picture {
				return at, nil
			}
			break
		}
		if err != nil {
			return 0, err
		}
		picture = picture || o.picture()
		at = o.end
	}
	return off + n, nil
}
