package bmff

import (
	"errors"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/av1"
	"untag/scrub/coded"
	"untag/scrub/h26x"
	"untag/scrub/mpegvideo"
)

// codec is what is needed to look into the coded frames of a track.
type codec struct {
	h26x     h26x.Codec // 0 if it is none of these
	av1      bool
	mpeg     mpegvideo.Codec
	pictures bool   // each frame is a JPEG or PNG picture
	format   string // of the sample entry, where frames tells how to look into them
}

func (c codec) known() bool { return c.h26x != 0 || c.av1 || c.mpeg != 0 || c.format != "" }

// frames look into coded frames whose codec needs no description, by sample format.
// Of those that hold nothing but picture, as far as is known, it is looked at whether
// they begin or end with text.
var frames = map[string]func(r *scrub.Reader, off, n int64) ([]coded.Piece, error){
	"apch": coded.ProRes, "apcn": coded.ProRes, "apcs": coded.ProRes, "apco": coded.ProRes, "ap4h": coded.ProRes, "ap4x": coded.ProRes,
	"mjp2": coded.JPEG2000, "vp09": coded.VP9,
	"vp08": coded.Prose, "AVdn": coded.DNxHD, "AVdh": coded.DNxHD, "s263": coded.Prose, "h263": coded.Prose, "H263": coded.Prose,
	"vc-1": coded.Prose, "SVQ1": coded.Prose, "SVQ3": coded.Prose,
}

// mpegFormats are sample formats of MPEG video that may have no esds.
var mpegFormats = map[string]mpegvideo.Codec{
	"mp1v": mpegvideo.MPEG12, "mp2v": mpegvideo.MPEG12, "mpeg": mpegvideo.MPEG12, "mpg1": mpegvideo.MPEG12, "mpg2": mpegvideo.MPEG12, "m1v ": mpegvideo.MPEG12, "m2v1": mpegvideo.MPEG12,
	"XVID": mpegvideo.MPEG4, "xvid": mpegvideo.MPEG4, "DIVX": mpegvideo.MPEG4, "divx": mpegvideo.MPEG4, "DX50": mpegvideo.MPEG4, "FMP4": mpegvideo.MPEG4, "3IV2": mpegvideo.MPEG4, "3iv2": mpegvideo.MPEG4, "3IVD": mpegvideo.MPEG4, "MP4S": mpegvideo.MPEG4, "mp4v": mpegvideo.MPEG4,
}

// tapeMPEG tells whether a format is MPEG-2 of tapes and discs: HDV, XDCAM, IMX, Avid.
func tapeMPEG(format string) bool {
	return slices.ContainsFunc([]string{"hdv", "xdv", "xd5", "xdh", "mx3", "mx4", "mx5", "AVmp"}, func(tape string) bool { return strings.HasPrefix(format, tape) })
}

// readFormat notes the codec from the sample format.
func (t *track) readFormat(format string) {
	if frames[format] != nil {
		t.codec.format = format
	}
	t.codec.mpeg = mpegFormats[format]
	if tapeMPEG(format) {
		t.codec.mpeg = mpegvideo.MPEG12
	}
}

var h26xConfigs = map[string]h26x.Codec{"avcC": h26x.AVC, "hvcC": h26x.HEVC, "vvcC": h26x.VVC, "lhvC": h26x.HEVC, "avcE": h26x.AVC, "hvcE": h26x.HEVC}

// record reads a configuration record, and notes in v what it announces.
func (p *parser) record(v *h26x.Video, b box) (pieces []coded.Piece, err error) {
	off, n := b.body(), b.size()
	switch b.typ {
	case "av1C":
		return av1.Stream{Dolby: v.Dolby}.Config(p.s.Reader, off, n)
	case "vvcC": // a full box
		off, n = off+4, n-4
	}
	v.Codec = h26xConfigs[b.typ]
	return v.Config(p.s.Reader, off, n, b.typ == "lhvC")
}

// readCodec notes the codec from its configuration record.
func (p *parser) readCodec(t *track, b box) error {
	switch b.typ {
	case "av1C":
		t.codec.av1 = true
		return nil
	case "dvcC", "dvvC":
		t.video.Dolby = true
		return nil
	case "esds":
		st, ok, err := p.readStream(b)
		if ok {
			t.codec.mpeg = st.mpegVideo()
			t.codec.pictures = st.object == 0x6c || st.object == 0x6d
			if t.mpeg.Codec = t.codec.mpeg; t.mpeg.Codec != 0 {
				_, err = t.mpeg.Frame(p.s.Reader, b.body()+st.specific.Off, st.specific.Len, headers)
				err = ignoreDamage(err)
			}
		}
		return err
	}
	if _, ok := h26xConfigs[b.typ]; !ok || b.typ == "avcE" || b.typ == "hvcE" {
		return nil
	}
	size := t.video.LengthSize
	_, err := p.record(&t.video, b)
	switch {
	case scrub.Refusal(err):
		return nil // config says so
	case b.typ == "lhvC":
		t.video.LengthSize = size
	case err == nil:
		t.codec.h26x = t.video.Codec
	}
	return err
}

// config claims a configuration record, with the messages in it.
func (p *parser) config(b box, place string) error {
	pieces, err := p.record(&h26x.Video{}, b)
	if err != nil {
		if !scrub.Refusal(err) {
			return err
		}
		empty, err := p.s.Constant(b.body(), b.size(), 0) // GStreamer's av1C, if it was not told
		if err != nil {
			return err
		}
		if !empty {
			p.s.Doubt("the configuration of a codec can't be read")
		}
		pieces = nil
	}
	if p.careful {
		pieces = nil
	}
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	coded.Report(p.s, b.body(), b.size(), place, pieces)
	return nil
}

// maxMessages bounds the messages in coded frames: an hour and more of video
// with one in each frame.
const maxMessages = 1 << 16

// frame looks into one coded frame and tells whether it holds a message, or the
// filler that an earlier run made of one.
func (p *parser) frame(t *track, f sample) (bool, error) {
	var pieces []coded.Piece
	var err error
	switch {
	case t.codec.av1:
		pieces, err = av1.Stream{Dolby: t.video.Dolby}.Frame(p.s.Reader, f.off, f.len)
	case t.codec.mpeg != 0:
		t.mpeg.Codec = t.codec.mpeg
		pieces, err = t.mpeg.Frame(p.s.Reader, f.off, f.len, f.no)
	case t.codec.h26x != 0:
		pieces, err = t.video.Frame(p.s.Reader, f.off, f.len)
	default:
		pieces, err = frames[t.codec.format](p.s.Reader, f.off, f.len)
	}
	if err != nil {
		if scrub.Refusal(err) && !errors.Is(err, scrub.ErrBudget) {
			p.s.Doubt("coded frames can't be read")
			return false, nil
		}
		return false, err
	}
	for _, x := range pieces {
		t.timed = t.timed || x.Kind == scrub.Time
		if len(p.cover.pieces) >= maxMessages {
			p.s.Doubt("more coded frames hold messages than can be kept account of")
			break
		}
		if p.cover.piece(scrub.Range{Off: x.Off, Len: x.Len}) {
			coded.Report(p.s, x.Off, x.Len, "mdat/frame", []coded.Piece{x})
		}
	}
	return slices.ContainsFunc(pieces, func(x coded.Piece) bool { return !x.Padding || x.Kind != "" }), nil
}

// probeMovie looks into the coded frames of each track that stays.
func (p *parser) probeMovie(m *movie) error {
	for _, t := range m.tracks {
		var err error
		switch {
		case t.goes:
		case t.encrypted:
			p.s.Doubt("the samples of an encrypted track can't be looked into")
		case t.codec.known():
			err = p.probeFrames(t)
		case t.tape() && p.s.Deep():
			err = p.eachSample(t, p.inspectTape)
		case t.tape():
			err = p.eachProbe(t, p.inspectTape)
		case t.cameraFormat():
			p.s.Doubt("frames of a camera's own format may hold metadata that is not looked at")
		case t.pictures():
			err = p.probePictures(t)
		case t.timedText() && (p.s.Deep() || t.recurs):
			err = p.eachSample(t, p.textSample(t))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// probeFrames looks into all frames in depth, else into the first and the last
// ones. Encoders write their settings into the first frame alone; where others
// hold something too, or the first one tells the time, all are read.
func (p *parser) probeFrames(t *track) error {
	all := p.s.Deep()
	if !all {
		for _, f := range t.probes {
			tells, err := p.frame(t, f)
			if err != nil {
				return err
			}
			all = all || tells && (f.no > 0 || t.timed)
		}
	}
	if !all {
		return nil
	}
	return p.eachSample(t, func(f sample) error {
		if !p.s.Deep() && probes(f.no, t.tables.samples) {
			return nil
		}
		_, err := p.frame(t, f)
		return err
	})
}
