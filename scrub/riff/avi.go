package riff

import (
	"cmp"
	"slices"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
	"untag/scrub/coded"
	"untag/scrub/telemetry"
)

const maxStreams = 100 // as many as two digits number

// film is what the headers of an AVI say, and what was seen of its frames.
type film struct {
	streams []*stream
	counted bool
	indexed bool // all frames are named by an index, and no others
	sorted  bool // idx1 leads from each frame to the next
	base    int64
	look    codec.Look
}

// stream is one stream of frames.
type stream struct {
	kind    string // vids, auds, txts, mids, iavs
	header  int64  // where its header is
	codec   codec.Stream
	name    string // of the codec: its four letters
	scale   int64  // a unit of time is so many seconds
	rate    int64  // divided by this
	bare    bool   // its format has no configuration
	frames  int64  // how many there are
	no      int64  // of the next one to be claimed
	tells   bool   // a frame held something that others may hold, too
	text    telemetry.Track
	goes    scrub.Kind // what it tells; it goes
	sum     uint64     // of its frames, as an index has them,
	first   uint64     // of those of the first RIFF,
	listed  uint64     // and of what idx1
	indexed uint64     // and the indexes of OpenDML say
}

// kinds are the types of streams. What programs use for their own data is none of them.
var kinds = []string{"vids", "auds", "txts", "mids", "iavs"}

// gone is the type of a stream that went.
const gone = "JUNK"

// streamHeader claims strh, with which a stream begins.
func (m *medium) streamHeader(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	const head, least = 8, 28
	if p.Size < least || len(m.film.streams) == maxStreams {
		return true, w.Errorf(p.Off, "stream header of %d bytes", p.Size)
	}
	b := w.Get(p.Body(), least)
	s := &stream{kind: string(b[:4]), header: p.Body(), scale: w.Number(b[20:24]), rate: w.Number(b[24:28])}
	m.film.streams = append(m.film.streams, s)
	if !slices.Contains(kinds, s.kind) {
		s.goes = scrub.Unknown
		if s.kind != gone && slices.ContainsFunc(kinds, func(k string) bool { return scrub.Near(k, s.kind) }) {
			w.Distrust("a stream is nearly one of picture or sound")
		}
	}
	w.Claim(p.Body(), head, scrub.Structure, place)
	return true, cmp.Or(w.Record(p.Body()+head, p.Size-head, streamHeader, place), claim(w, p, place))
}

// streamFormat claims strf, which tells how a stream is coded.
func (m *medium) streamFormat(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if len(m.film.streams) == 0 {
		return true, w.Errorf(p.Off, "a format of no stream")
	}
	s := m.film.streams[len(m.film.streams)-1]
	var err error
	switch s.kind {
	case "vids", "iavs":
		err = m.pictureFormat(s, p, place)
	case "auds":
		s.bare = p.Size <= 18
		b, e := w.Bytes(p.Body(), int(min(2, p.Size)))
		if e != nil {
			return true, e
		}
		s.codec, _ = codec.Of(codec.Tag, string(b))
		err = m.soundFormat(p, place)
	default:
		err = m.film.look.Config(&codec.Stream{}, p.Body(), p.Size, place)
	}
	if err == nil {
		err = m.handler(s, place)
	}
	if err != nil {
		return true, err
	}
	return true, claim(w, p, place)
}

// handler blanks who handles a stream, but for the codec.
func (m *medium) handler(s *stream, place string) error {
	id := string(m.Get(s.header, 8)[4:])
	if _, known := codec.Of(codec.FourCC, id); known && s.kind != "auds" || id == s.name || id == "DXSB" || id == "DXSA" {
		return nil
	}
	return m.Field(s.header+4, make([]byte, 4), scrub.Software, place+"/handler")
}

// pictureFormat claims a BITMAPINFOHEADER, what the codec needs, and a palette.
func (m *medium) pictureFormat(s *stream, p chunk.Part, place string) error {
	const head, coding = 40, 16
	if p.Size < head {
		if s.kind == "iavs" { // DVINFO: two of each field of the pack of sources and controls
			m.Claim(p.Body(), p.Size, scrub.Structure, place)
			s.codec.Kind = codec.Tape
			return nil
		}
		return m.Errorf(p.Off, "a format of pictures of %d bytes", p.Size)
	}
	b := m.Get(p.Body(), head)
	s.name = string(b[coding : coding+4])
	known := false
	if s.codec, known = codec.Of(codec.FourCC, s.name); !known && s.name != "DXSB" && s.name != "DXSA" {
		m.Doubt("a codec that nobody knows, %q, can't be looked into", s.name)
	}
	depth, off := m.Number(b[14:16]), p.Body()
	m.Claim(off+coding, 4, scrub.Structure, place)
	for _, part := range []struct {
		at, n int64
		l     chunk.Layout
	}{{0, 4, chunk.Layout{chunk.UpTo(4, 1<<16)}}, {4, coding - 4, bitmapInfo[0]}, {coding + 4, head - coding - 4, bitmapInfo[1]}} {
		if err := m.Record(off+part.at, part.n, part.l, place); err != nil {
			return err
		}
	}
	more := scrub.Range{Off: off + head, Len: p.Size - head}
	if colours := int64(4) << depth; depth > 0 && depth <= 8 && more.Len > 0 && s.codec.Kind == codec.Plain {
		if used := 4 * m.Number(b[32:36]); used > 0 && used < colours {
			colours = used
		}
		colours = min(colours, more.Len)
		if err := m.Rows(more.Off, colours&^3, chunk.Layout{chunk.UpTo(4, 0xffffff)}, place); err != nil {
			return err
		}
		if coded.Colours(threes(m.Get(more.Off, int(colours&^3)))) {
			m.Doubt("%s holds text", place)
		}
		more = scrub.Range{Off: more.Off + colours&^3, Len: more.Len - colours&^3}
	}
	s.bare = more.Len == 0
	return m.film.look.Config(&s.codec, more.Off, more.Len, place)
}

// threes is b without each fourth byte.
func threes(b []byte) (out []byte) {
	for ; len(b) >= 4; b = b[4:] {
		out = append(out, b[:3]...)
	}
	return out
}

// driverData deals with strd: cameras have their notes in it, and a few codecs what their
// decoders need, if strf has none of it.
func (m *medium) driverData(w *chunk.Walk, p chunk.Part, place string) (bool, error) {
	if n := len(m.film.streams); n > 0 {
		s := m.film.streams[n-1]
		needs := s.codec.Kind == codec.Unknown || s.codec.Kind >= codec.H264 && s.codec.Kind <= codec.AV1 || s.codec.Sound()
		if s.bare && needs && slices.Contains(kinds, s.kind) {
			return true, cmp.Or(m.film.look.Config(&s.codec, p.Body(), p.Size, place), claim(w, p, place))
		}
	}
	return w.Drop(p, scrub.MakerNote, place, "")
}
