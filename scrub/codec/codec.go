// Package codec is the one table of codecs: by the name that a container gives a codec, it
// knows how to look into its configuration and into its frames.
//
// Start with [Of], then [Stream.Config] and, for frames in their order, [Stream.Frame], or
// [Look.Frame], which reports what is found.
package codec

import (
	"bytes"
	"encoding/binary"
	"slices"

	"untag/scrub"
	"untag/scrub/av1"
	"untag/scrub/coded"
	"untag/scrub/h26x"
	"untag/scrub/mpegvideo"
)

// Kind is a codec, or codecs that are looked into alike.
type Kind uint8

const (
	Unknown  Kind = iota // nobody can look into its frames, but for whether they begin or end with text
	H264                 // ITU-T H.264
	H265                 // ITU-T H.265
	H266                 // ITU-T H.266
	AV1                  // AV1
	MPEG12               // MPEG-1 and MPEG-2 video
	MPEG4                // MPEG-4 part 2
	ProRes               // Apple ProRes
	JPEG2000             // Motion JPEG 2000
	VP9                  // VP9
	DNxHD                // VC-3
	Dirac                // Dirac, VC-2
	ADTS                 // AAC whose frames tell their lengths
	LOAS                 // AAC in LATM
	AC3                  // AC-3, E-AC-3, DTS
	MP3                  // MPEG sound, layer III
	Plain                // holds nothing but picture or sound, as far as is known
	Pictures             // each frame is a picture with a format of its own: JPEG, PNG
	Fields               // Motion JPEG whose segments decoders look at
	Tape                 // DV
	Camera               // a camera's own format, whose frames hold metadata that nobody looks at
	VFW                  // Matroska's frames of AVI: the configuration is a BITMAPINFOHEADER
	Theora               // Theora, whose configuration holds comments
	AAC
	Opus
	Vorbis
	FLAC
	ALAC
	ACM // Matroska's sound of AVI: the configuration is a WAVEFORMATEX
)

// Stream is what is known of a stream of coded frames.
type Stream struct {
	Kind   Kind
	Dolby  bool // it is said to be Dolby Vision
	Parsed bool // FFmpeg divides its packets into pictures once more, as it does those of ASF: see [h26x.Video]
	Timed  bool // a frame told a time of day

	streams int // of Opus in a packet: see Several
	latm    coded.LATM
	video   h26x.Video
	mpeg    mpegvideo.Stream

	sliced bool // a slice of the frame at hand has come: see Starts
}

// Known tells whether frames are looked into, all of their bytes being accounted for.
func (st *Stream) Known() bool { return st.Kind >= H264 && st.Kind <= Plain || st.Signed() }

// Sound tells whether the stream is sound with a configuration.
func (st *Stream) Sound() bool { return st.Kind >= AAC }

// Signed tells whether the stream is sound in the frames of which encoders leave their names, or
// anybody else what they like.
func (st *Stream) Signed() bool {
	return st.Kind >= AAC && st.Kind <= ALAC || st.Kind >= ADTS && st.Kind <= MP3
}

// Headed tells whether a header of MPEG-1 or MPEG-2 video has come.
func (st *Stream) Headed() bool { return st.mpeg.Headed() }

// Several says that each packet of Opus holds packets of so many streams.
func (st *Stream) Several(streams int) { st.streams = streams }

// standards are the codecs of NAL units, records what their configuration records are
// called in MP4.
var (
	standards = map[Kind]h26x.Codec{H264: h26x.AVC, H265: h26x.HEVC, H266: h26x.VVC}
	records   = map[string]Kind{"avcC": H264, "hvcC": H265, "vvcC": H266, "lhvC": H265, "avcE": H264, "hvcE": H265, "av1C": AV1}
)

// sequenceAV1 is the head of a sequence header that has its size (AV1 5.3.2).
const sequenceAV1 = 0x0a

// IsRecord tells whether [Stream.Record] reads records of that name.
func IsRecord(name string) bool { return records[name] != Unknown }

// Record returns the pieces of a configuration record of n bytes at off, which has that
// name in MP4 (vvcC without version and flags), and notes what it announces. That of a
// second layer leaves the codec as it is, as do records that can't be read.
func (st *Stream) Record(name string, r *scrub.Reader, off, n int64) (pieces []coded.Piece, err error) {
	kind := records[name]
	if kind == AV1 {
		st.Kind = kind
		return av1.Stream{Dolby: st.Dolby}.Config(r, off, n)
	}
	size := st.video.LengthSize
	st.video.Codec, st.video.Dolby, st.video.Parsed = standards[kind], st.Dolby, st.Parsed
	if pieces, err = st.video.Config(r, off, n, name == "lhvC"); err != nil {
		return nil, err
	}
	switch name {
	case "lhvC":
		st.video.LengthSize = size
	case "avcC", "hvcC", "vvcC":
		st.Kind = kind
	}
	return pieces, nil
}

// Headers stands for the number of a frame where there is none: what is looked into are
// headers.
const Headers = -1

// Config returns the pieces of the configuration of a stream, of n bytes at off: a record
// as in MP4, or headers with start codes, or what else the codec has. One that can't be
// looked into is a piece without edits.
func (st *Stream) Config(r *scrub.Reader, off, n int64) ([]coded.Piece, error) {
	if n == 0 {
		return nil, nil
	}
	b, err := r.Bytes(off, int(min(n, 4)))
	if err != nil {
		return nil, err
	}
	switch codes := bytes.HasPrefix(b, []byte{0, 0, 1}) || bytes.Equal(b, []byte{0, 0, 0, 1}); st.Kind {
	case H264, H265, H266:
		if codes {
			st.video.Codec = standards[st.Kind]
			return st.video.Units(r, off, n)
		}
		return st.Record(map[Kind]string{H264: "avcC", H265: "hvcC", H266: "vvcC"}[st.Kind], r, off, n)
	case AV1:
		if b[0] == sequenceAV1 { // without a record, as in NUT
			return st.Frame(r, off, n, Headers)
		}
		return st.Record("av1C", r, off, n)
	case MPEG12, MPEG4:
		return st.Frame(r, off, n, Headers)
	case VFW:
		return st.bitmapInfo(r, off, n)
	case ACM:
		return st.waveFormat(r, off, n)
	}
	return st.opaque(r, off, n)
}

// bitmapInfo reads a BITMAPINFOHEADER, and what follows it as the configuration of
// the codec that it names.
func (st *Stream) bitmapInfo(r *scrub.Reader, off, n int64) ([]coded.Piece, error) {
	const head = 40
	if n < head {
		return unread(off, n), nil
	}
	b, err := r.Bytes(off, head)
	if err != nil {
		return nil, err
	}
	parsed := st.Parsed
	*st, _ = Of(FourCC, string(b[16:20]))
	st.Parsed = parsed
	return st.Config(r, off+head, n-head)
}

// Frame returns the pieces of frame number no of the stream, n bytes at off. A refusal
// ([scrub.Refusal]) means that it contradicts itself. Frames are units behind their
// lengths if a record announced that, or begin with start codes.
func (st *Stream) Frame(r *scrub.Reader, off, n, no int64) (pieces []coded.Piece, err error) {
	if st.Kind >= ADTS && st.Kind <= MP3 && bytes.HasPrefix(r.Get(off, int(min(n, 3))), []byte{0, 0, 1}) {
		return nil, &scrub.FormatError{Format: "sound", Off: off, Msg: "pictures begin where sound was to"} // the type is damaged
	}
	switch st.Kind {
	case H264, H265, H266:
		st.video.Codec, st.video.Dolby, st.video.Parsed = standards[st.Kind], st.Dolby, st.Parsed
		if st.video.LengthSize == 0 {
			pieces, err = st.video.Units(r, off, n)
		} else {
			pieces, err = st.video.Frame(r, off, n)
		}
	case AV1:
		pieces, err = av1.Stream{Dolby: st.Dolby}.Frame(r, off, n)
	case MPEG12, MPEG4:
		st.mpeg.Codec = mpegvideo.MPEG12
		if st.Kind == MPEG4 {
			st.mpeg.Codec = mpegvideo.MPEG4
		}
		pieces, err = st.mpeg.Frame(r, off, n, no)
	case ProRes:
		pieces, err = coded.ProRes(r, off, n)
	case JPEG2000:
		pieces, err = coded.JPEG2000(r, off, n)
	case VP9:
		pieces, err = coded.VP9(r, off, n)
	case Dirac:
		pieces, err = coded.Dirac(r, off, n)
	case AAC:
		pieces, err = coded.AAC(r, off, n)
	case ADTS:
		pieces, err = coded.Headed(r, off, n)
	case LOAS:
		pieces, err = st.latm.Frames(r, off, n)
	case AC3:
		pieces, err = coded.AC3(r, off, n)
	case MP3:
		pieces, err = coded.Layer3(r, off, n)
	case DNxHD:
		pieces, err = coded.DNxHD(r, off, n)
	case Opus:
		pieces, err = coded.Opus(r, off, n, st.streams)
	case Unknown, Plain, Theora, VFW, Vorbis, FLAC, ALAC:
		pieces, err = coded.Prose(r, off, n)
	}
	st.Timed = st.Timed || slices.ContainsFunc(pieces, func(p coded.Piece) bool { return p.Kind == scrub.Time })
	return pieces, err
}

// Whole tells whether n bytes at off are one frame from their first byte to their last, by
// the syntax of a codec that shows that.
func (st *Stream) Whole(r *scrub.Reader, off, n int64) (bool, error) {
	const least = 4
	if n < least {
		return false, nil
	}
	var err error
	switch {
	case st.Kind == AV1:
		_, err = av1.Stream{}.Frame(r, off, n)
	case standards[st.Kind] != 0 && st.video.LengthSize > 0:
		_, err = (&h26x.Video{Codec: standards[st.Kind], LengthSize: st.video.LengthSize}).Frame(r, off, n)
	case st.Kind == Pictures || st.Kind == Fields:
		return brackets(r, off, n)
	default:
		return false, nil
	}
	if scrub.Refusal(err) {
		return false, nil
	}
	return err == nil, err
}

// brackets tells whether n bytes at off begin and end as a JPEG does.
func brackets(r *scrub.Reader, off, n int64) (bool, error) {
	first, err := r.Bytes(off, 2)
	if err != nil {
		return false, err
	}
	last, err := r.Bytes(off+n-2, 2)
	return binary.BigEndian.Uint16(first) == 0xffd8 && len(last) == 2 && binary.BigEndian.Uint16(last) == 0xffd9, err
}

// unread are n bytes at off that stay and that nobody can look into.
func unread(off, n int64) []coded.Piece {
	return []coded.Piece{{Off: off, Len: n, Kind: scrub.Unknown, Value: "the description of a decoder can't be looked into"}}
}
