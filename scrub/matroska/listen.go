package matroska

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"

	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/coded"
	"untag/scrub/telemetry"
	"untag/scrub/words"
)

// errFound ends a walk that has found what it looks for.
var errFound = errors.New("found")

// hearing is what the blocks of a text track say.
type hearing struct {
	telemetry.Track
	n      int
	damage bool // something that is no text
}

// maxHeard bounds the texts of a track that are judged: a day of three in two seconds.
const maxHeard = 1 << 17

// commas is how many fields stand before the text, by the codecs of text.
var commas = map[string]int{
	"S_TEXT/UTF8": 0, "S_TEXT/ASCII": 0, "S_TEXT/WEBVTT": 0, "S_TEXT/USF": 0, "S_TEXT/ASS": 8, "S_TEXT/SSA": 8, "S_ASS": 8, "S_SSA": 8,
	"D_WEBVTT/SUBTITLES": 0, "D_WEBVTT/CAPTIONS": 0, "D_WEBVTT/DESCRIPTIONS": 0,
}

func (t *track) isText() bool {
	_, ok := commas[t.codec]
	return ok
}

// listen decides which tracks are telemetry: those that say so, and those of text that a
// machine wrote.
func (f *film) listen() error {
	goes := f.Goes(scrub.Identify, scrub.Telemetry)
	spoken := false
	for _, t := range f.tracks {
		described := t.codec == "D_WEBVTT/DESCRIPTIONS"
		image := t.missing || len(t.codec) > 1 && (t.codec[:2] == "V_" || t.codec[:2] == "A_")
		switch {
		case t.typ == typeMetadata && !described && !image:
			t.goes = goes
		case t.isText() && !t.encoding.encrypted && !t.encoding.unread && t.typ != typeVideo && t.typ != typeAudio:
			t.hearing, spoken = &hearing{}, true
		}
	}
	if !spoken {
		return nil
	}
	if err := f.hear(); err != nil {
		return err
	}
	for _, t := range f.tracks {
		if t.hearing != nil {
			f.settle(t, goes)
		}
	}
	return nil
}

// settle decides what a track is, now that its texts were read.
func (f *film) settle(t *track, goes bool) {
	h := t.hearing
	verdict, rule := h.Judge()
	switch {
	case h.damage:
		f.Doubt("a track of text holds something that is no text")
	case verdict == telemetry.Telemetry:
		t.goes = goes
	case !goes:
	default:
		t.recurs = h.Recurs()
		if verdict == telemetry.Unsure {
			f.Doubt("subtitles may be telemetry: %s", rule)
		}
	}
	if h.n > maxHeard && !t.goes {
		f.Doubt("more subtitles than can be looked at")
	}
}

// hear reads the texts of all tracks: all of them in depth, or where the index does not
// tell where they are, else the first and last ones and neighbours between.
func (f *film) hear() error {
	if !f.Deep() {
		for _, t := range f.tracks {
			if t.hearing == nil {
				continue
			}
			points, err := f.points(t)
			if err != nil {
				return err
			}
			if len(points) == 0 {
				return f.hearAll()
			}
			if err := f.hearSome(t, points); err != nil {
				return err
			}
		}
		return nil
	}
	return f.hearAll()
}

// hearAll reads the texts of all tracks that have not been read.
func (f *film) hearAll() error {
	return f.each(false, func(p chunk.Part) error {
		if p.ID != "Cluster" {
			return nil
		}
		time := int64(0)
		_, err := f.blocks(p, func(c chunk.Part, b *block) (err error) {
			switch {
			case c.ID == "Timestamp":
				time, err = f.number(c)
			case b != nil && b.track != nil && b.track.hearing != nil:
				err = f.hearBlock(b.track, time, b)
			}
			return err
		})
		if scrub.Refusal(err) {
			return nil
		}
		return err
	})
}

// point is where the index says that a block is: the cluster, and the block in it.
type point struct{ cluster, block int64 }

// points returns what the index knows of a track.
func (f *film) points(t *track) (all []point, err error) {
	for _, cues := range f.cues {
		err := f.children(cues, func(c chunk.Part) error {
			return f.children(c, func(c chunk.Part) error {
				if c.ID != "CueTrackPositions" || len(all) >= maxHeard {
					return nil
				}
				number, at := int64(0), point{block: -1}
				err := f.children(c, func(c chunk.Part) (err error) {
					switch c.ID {
					case "CueTrack":
						number, err = f.number(c)
					case "CueClusterPosition":
						at.cluster, err = f.number(c)
					case "CueRelativePosition":
						at.block, err = f.number(c)
					}
					return err
				})
				if number == t.number && at.block >= 0 {
					all = append(all, at)
				}
				return err
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (f *film) hearSome(t *track, points []point) error {
	last, time := int64(-1), int64(0)
	for i, at := range points {
		if !telemetry.Picked(int64(i), int64(len(points))) {
			continue
		}
		if last >= 0 && last != int64(i)-1 {
			t.hearing.Jump()
		}
		last = int64(i)
		off := f.segment.Body() + at.cluster
		if off < f.segment.Body() || off >= f.segment.Tail() {
			return nil
		}
		p, err := element(f.Scan, off, f.segment.Tail(), f.fetch, f.openCluster)
		if err == nil && p.ID == "Cluster" && at.block < p.Size {
			if time, err = f.clusterTime(p); err == nil {
				p.Off, p.Head, p.Size = p.Body()+at.block, 0, p.Size-at.block
				_, err = f.blocks(p, func(_ chunk.Part, b *block) error {
					if b != nil && b.track == t {
						if err := f.hearBlock(t, time, b); err != nil {
							return err
						}
					}
					return errFound
				})
			}
		}
		if err != nil && err != errFound && !scrub.Refusal(err) {
			return err
		}
	}
	return nil
}

// clusterTime reads the time of a cluster, which stands before its blocks.
func (f *film) clusterTime(p chunk.Part) (time int64, err error) {
	_, err = f.blocks(p, func(c chunk.Part, b *block) (err error) {
		switch {
		case c.ID == "Timestamp":
			if time, err = f.number(c); err != nil {
				return err
			}
		case b == nil: // a checksum, or what was one
			return nil
		}
		return errFound
	})
	if err == errFound {
		err = nil
	}
	return time, err
}

// hearBlock reads the texts of a block.
func (f *film) hearBlock(t *track, cluster int64, b *block) error {
	h := t.hearing
	if h.n++; h.n > maxHeard {
		return nil
	}
	frames, ok, err := b.frames(f)
	if err != nil || !ok {
		return err
	}
	start := float64(cluster+b.time) * float64(f.scale) / 1e9
	end := start + float64(max(0, b.duration))*float64(f.scale)/1e9
	for _, x := range frames {
		text, ok, err := f.content(t, x)
		if err != nil {
			return err
		}
		h.damage = h.damage || !ok
		for range commas[t.codec] {
			_, text, _ = bytes.Cut(text, []byte(","))
		}
		if t.codec[0] == 'D' { // an identifier and settings stand before
			for range 2 {
				_, text, _ = bytes.Cut(text, []byte("\n"))
			}
		}
		h.Add(start, end, text)
	}
	return nil
}

// content returns the start of a frame of text, decoded.
func (f *film) content(t *track, x scrub.Range) (text []byte, ok bool, err error) {
	const most = 2 * words.MaxText
	raw, err := f.fetch(x.Off, int(min(x.Len, most)))
	if err != nil {
		return nil, false, err
	}
	switch e := t.encoding; {
	case e.zlib:
		raw, ok = inflate(raw, most)
		return raw, ok, nil
	case e.stripped.Len > 0:
		return append(f.Get(e.stripped.Off, int(e.stripped.Len)), raw...), true, nil
	}
	return raw, true, nil
}

// inflate returns the start of what is deflated in b; ok is false if nothing is.
func inflate(b []byte, most int64) (raw []byte, ok bool) {
	r, err := zlib.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, len(b) == 0
	}
	raw, err = io.ReadAll(io.LimitReader(r, most))
	return raw, err == nil || len(raw) > 0
}

// inflated doubts a frame that is compressed and tells something.
func (f *film) inflated(x scrub.Range) error {
	const most, sentence = 64 << 10, 24
	if raw, ok := inflate(f.Get(x.Off, int(min(x.Len, most))), most); !ok || coded.Tells(raw, sentence) {
		f.Doubt("compressed frames hold text, or can't be read")
	}
	return nil
}

// textFrame claims what of a frame of text is none: what follows its end, and positions
// in a track in which they recur.
func (f *film) textFrame(t *track, x scrub.Range) error {
	if t.encoding.zlib || t.encoding.stripped.Len > 0 || x.Len == 0 {
		return nil
	}
	b := f.Get(x.Off, int(min(x.Len, scrub.MaxPiece)))
	blank := func(n int64, kind scrub.Kind) error {
		f.now.flush(x.Off+n, x.Off+x.Len)
		return f.Blank(x.Off+n, x.Len-n, 0, kind, clusterPlace+"/text")
	}
	if t.recurs && telemetry.Placed(b[:min(len(b), words.MaxText)]) {
		return blank(0, scrub.Telemetry)
	}
	if i := bytes.IndexByte(b, 0); i > 0 && b[0] < 0xfe && isText(b[:i], false) && !f.Careful {
		return blank(int64(i), scrub.Hidden)
	}
	return nil
}
