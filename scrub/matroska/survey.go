package matroska

import (
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/codec"
)

// Types of tracks (RFC 9559, 5.1.4.1.3).
const (
	typeVideo, typeAudio, typeSubtitle, typeMetadata = 1, 2, 17, 33
)

// track is what is known of a track.
type track struct {
	entry   chunk.Part
	number  int64
	typ     int64
	codec   string
	stream  codec.Stream
	private chunk.Part

	encoding  encoding
	alpha     bool            // of VP8 and VP9, in additions
	additions map[int64]int64 // types by their IDs

	missing bool // something that it has to have
	hearing *hearing
	goes    bool // telemetry
	told    bool // that it is
	recurs  bool // positions in it
	all     bool // every frame is to be looked at
	frames  int64
	last    int64 // where its last block is, 0 if that isn't known
}

// encoding is how the frames of a track are encoded (5.1.4.1.31).
type encoding struct {
	encrypted, unread bool
	stripped          scrub.Range // bytes that are left out of each frame, in the file
	zlib              bool
}

// maxTracks bounds the tracks of a segment; numbers of blocks have 126 in one byte.
const maxTracks = 512

// survey notes what an element of the segment says that others need.
func (f *film) survey(p chunk.Part) error {
	if p.ID == "Cluster" {
		return f.surveyCluster(p)
	}
	if f.parts++; f.parts > maxParts {
		return f.Unsupportedf(p.Off, "more than %d elements that are no clusters", maxParts)
	}
	var err error
	switch p.ID {
	case "Tracks":
		err = f.children(p, func(c chunk.Part) error {
			if c.ID != "TrackEntry" {
				return nil
			}
			return f.surveyTrack(c)
		})
	case "Info":
		err = f.children(p, func(c chunk.Part) (err error) {
			if c.ID == "TimestampScale" {
				f.scale, err = f.number(c)
			}
			return err
		})
	case "Cues":
		f.cues = append(f.cues, p)
	case "Chapters", "Attachments":
		err = f.uids(p, 0)
	}
	return err
}

// children visits what an element holds, as far as it can be read: claims come later
// and say what can't.
func (f *film) children(p chunk.Part, visit func(chunk.Part) error) error {
	_, err := f.Parts(p.Body(), p.Tail(), visit)
	if scrub.Refusal(err) {
		return nil
	}
	return err
}

// number reads the number that an element holds.
func (f *film) number(p chunk.Part) (int64, error) {
	b, err := f.fetch(p.Body(), int(min(p.Size, 8)))
	return value(b), err
}

// text reads the text that an element holds, as far as names of codecs go.
func (f *film) text(p chunk.Part) string {
	text, _, _ := strings.Cut(string(f.Get(p.Body(), int(min(p.Size, 256)))), "\x00")
	return text
}

func (f *film) surveyTrack(p chunk.Part) error {
	if len(f.tracks) >= maxTracks {
		return f.Unsupportedf(p.Off, "more than %d tracks", maxTracks)
	}
	t := &track{entry: p, additions: map[int64]int64{}}
	f.tracks = append(f.tracks, t)
	var have []string
	err := f.children(p, func(c chunk.Part) (err error) {
		have = append(have, c.ID)
		switch c.ID {
		case "TrackNumber":
			t.number, err = f.number(c)
		case "TrackUID":
			err = f.uid(c)
		case "TrackType":
			t.typ, err = f.number(c)
		case "CodecID":
			t.codec = f.text(c)
		case "CodecPrivate":
			t.private = c
		case "Video":
			err = f.children(c, func(v chunk.Part) error {
				n, err := f.number(v)
				t.alpha = t.alpha || v.ID == "AlphaMode" && n == 1
				return err
			})
		case "BlockAdditionMapping":
			err = f.surveyMapping(t, c)
		case "ContentEncodings":
			err = f.surveyEncoding(t, c)
		}
		return err
	})
	for _, id := range []string{"TrackNumber", "TrackType", "CodecID", map[int64]string{typeVideo: "Video", typeAudio: "Audio"}[t.typ]} {
		t.missing = t.missing || id != "" && !slices.Contains(have, id)
	}
	if err != nil {
		return err
	}
	t.stream, _ = codec.Of(codec.Matroska, t.codec)
	err = f.surveyPrivate(t)
	if t.typ == typeVideo && t.stream.Kind == codec.Unknown {
		f.Doubt("a codec that nobody knows can't be looked into")
	}
	return err
}

// surveyPrivate has the codec read its configuration: what that holds, and whether it
// can't be read, claims say.
func (f *film) surveyPrivate(t *track) error {
	if t.private.Size == 0 || t.typ == typeSubtitle {
		return nil
	}
	for _, typ := range t.additions {
		t.stream.Dolby = t.stream.Dolby || isDolby(typ)
	}
	_, err := t.stream.Config(f.Reader, t.private.Body(), t.private.Size)
	if scrub.Refusal(err) {
		return nil
	}
	return err
}

// isDolby tells whether a type of additions is a configuration of Dolby Vision, whose
// type is the name of a box.
func isDolby(typ int64) bool {
	return slices.Contains([]string{"dvcC", "dvvC", "dvwC"}, boxName(typ))
}

func boxName(typ int64) string {
	return string([]byte{byte(typ >> 24), byte(typ >> 16), byte(typ >> 8), byte(typ)})
}

func (f *film) surveyMapping(t *track, p chunk.Part) error {
	var id, typ int64
	err := f.children(p, func(c chunk.Part) (err error) {
		switch c.ID {
		case "BlockAddIDValue":
			id, err = f.number(c)
		case "BlockAddIDType":
			typ, err = f.number(c)
		}
		return err
	})
	if len(t.additions) < maxTracks {
		t.additions[id] = typ
		if isDolby(typ) {
			t.additions[-1] = typ // these have no number
		}
	}
	return err
}

// surveyEncoding notes how frames are encoded: those that are so in several ways are not
// looked into.
func (f *film) surveyEncoding(t *track, p chunk.Part) error {
	const deflate, strip, frames = 0, 3, 1
	return f.children(p, func(c chunk.Part) error {
		algo, encrypted, scope := int64(deflate), false, int64(frames)
		var settings scrub.Range
		var look func(c chunk.Part) error
		look = func(c chunk.Part) (err error) {
			switch c.ID {
			case "ContentEncodingScope":
				scope, err = f.number(c)
			case "ContentCompAlgo":
				algo, err = f.number(c)
			case "ContentCompSettings":
				settings = scrub.Range{Off: c.Body(), Len: c.Size}
			case "ContentCompression":
				err = f.children(c, look)
			case "ContentEncryption":
				encrypted = true
			}
			return err
		}
		if err := f.children(c, look); err != nil || c.ID != "ContentEncoding" {
			return err
		}
		e := &t.encoding
		e.unread = e.unread || e.zlib || e.stripped.Len > 0 || scope != frames
		switch {
		case encrypted:
			e.encrypted = true
		case algo == deflate && settings.Len == 0:
			e.zlib = true
		case algo == strip && settings.Len <= 256:
			e.stripped = settings
		default:
			e.unread = true
		}
		return nil
	})
}
