package bmff

import (
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/entry"
	"untag/scrub/bmff/header"
	"untag/scrub/bmff/samples"
)

// movie is one moov box and its tracks.
type movie struct {
	timescale  uint32 // units of time a second
	box        box.Box
	tracks     []*track
	trex       map[uint32]samples.Defaults // by track
	fragmented bool
}

// maxTracks is far above what files have; each track costs buffers.
const maxTracks = 256

func (m *movie) track(id uint32) *track {
	for _, t := range m.tracks {
		if t.id == id {
			return t
		}
	}
	return nil
}

// readMovie reads what the tracks are and decides which ones go. It claims nothing.
func (p *parser) readMovie(b box.Box) (*movie, error) {
	m := &movie{box: b, trex: map[uint32]samples.Defaults{}}
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) (err error) {
		if p.Torn(c, "trak") {
			c.Type = "trak"
		}
		switch c.Type {
		case "cmov", "rmra":
			return p.Unsupportedf(c.Off, "movie box %q", c.Name())
		case "mvhd":
			m.timescale, _, err = header.AfterTimes(p.Walk, c)
			return err
		case "mvex":
			return p.readExtends(c, m)
		case "udta", "meta":
			return p.tags.ReadRecorder(c)
		case "trak":
			if len(m.tracks) == maxTracks {
				return p.Unsupportedf(c.Off, "more than %d tracks", maxTracks)
			}
			t, err := p.readTrack(c)
			t.place = fmt.Sprintf("moov/trak[%d]", len(m.tracks)+1)
			m.tracks = append(m.tracks, t)
			return err
		default:
			if !box.IsType([]byte(c.Type)) {
				p.Insist("the movie box holds something that is no box")
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, t := range m.tracks {
		t.groups.Fragmented = len(m.trex) > 0 // whose fragments may say what is encrypted
		t.Encrypted = t.Encrypted && (t.Secret || t.groups.Fragmented)
		if err := p.judge(m, t); err != nil && !(p.Careful && box.Damaged(err)) {
			return nil, err
		}
	}
	return m, nil
}

// readExtends notes the defaults of mvex/trex (8.8.3).
func (p *parser) readExtends(b box.Box, m *movie) error {
	m.fragmented = true
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		if c.Type != "trex" || c.Size() < 24 {
			return nil
		}
		h := p.Get(c.Body(), 24)
		if len(m.trex) < maxTracks {
			m.trex[box.Uint32(h[4:])] = samples.Defaults{Duration: box.Uint32(h[12:]), Size: box.Uint32(h[16:])}
		}
		return nil
	})
	return err
}

// movie claims a moov box.
func (p *parser) movie(m *movie) error {
	b := m.box
	tracks := m.tracks
	return p.Inside(b, "moov", func(c box.Box) error {
		if p.Torn(c, "trak") {
			c.Type = "trak"
		}
		place := "moov/" + c.Name()
		switch c.Type {
		case "mvhd", "clip":
			return header.Claim(p.Walk, c, place)
		case "trak":
			t := tracks[0]
			tracks = tracks[1:]
			return p.track(m, t)
		case "mvex":
			return p.extends(m, c, place)
		case "udta", "meta":
			p.tags.Wordless = false
			return p.tags.Container(c, place)
		case "iods":
			return p.objectDescriptor(m, c, place)
		case "pssh":
			return p.protection(m, c, place)
		case "gps ":
			return p.gpsIndex(c, place)
		case "free", "skip", "wide", "junk":
			return p.Filler(c, place)
		default:
			if !box.IsType([]byte(c.Type)) { // a track whose name is damaged? readMovie doubts it
				p.Claim(c.Off, c.Len, scrub.Identify, place)
				return nil
			}
			return p.tags.Unknown(c, place)
		}
	})
}

// extends claims mvex; the trex of a track that goes, goes with it.
func (p *parser) extends(m *movie, b box.Box, place string) error {
	return p.Inside(b, place, func(c box.Box) error {
		switch c.Type {
		case "trex":
			return p.trackExtends(m, c, place+"/trex")
		case "mehd", "leva":
			return header.Claim(p.Walk, c, place+"/"+c.Name())
		}
		return p.Other(c, place+"/"+c.Name())
	})
}

func (p *parser) trackExtends(m *movie, b box.Box, place string) error {
	if b.Size() < 8 {
		return p.Errorf(b.Off, "box \"trex\" has %d bytes, expected 32", b.Len)
	}
	if t := m.track(box.Uint32(p.Get(b.Body(), 8)[4:])); t != nil && t.Goes {
		p.discard(b, place)
		return nil
	}
	return header.Claim(p.Walk, b, place)
}

// discard makes a box that belongs to a track that goes a free box; the track
// is the finding.
func (p *parser) discard(b box.Box, place string) {
	p.Claim(b.Off, b.Len, scrub.Identify, place)
	p.Retire(b, scrub.Unlink, scrub.Destroy)
}

// protection keeps the key systems' data where a track needs it.
func (p *parser) protection(m *movie, b box.Box, place string) error {
	if slices.ContainsFunc(m.tracks, func(t *track) bool { return t.Encrypted }) {
		return header.Claim(p.Walk, b, place)
	}
	p.Drop(b, scrub.ID, place, "")
	return nil
}

// gpsIndex drops the index that dashcams of the Novatek family keep of the
// freeGPS blocks in mdat, and notes the blocks: eight bytes, then pairs of
// offset and size. Only what starts like such a block is believed.
func (p *parser) gpsIndex(b box.Box, place string) error {
	for off := b.Body() + 8; b.End()-off >= 8; off += 8 {
		h := p.Get(off, 8)
		at, n := int64(box.Uint32(h)), int64(box.Uint32(h[4:]))
		if n < 16 || n > p.Left(at) {
			continue
		}
		if string(p.Get(at, 12)[4:12]) == "freeGPS " {
			if err := p.media.CoverTag(at, n, "mdat/freeGPS"); err != nil {
				return err
			}
		}
	}
	p.Drop(b, scrub.Place, place, "")
	return nil
}

// objectDescriptor claims iods, the initial object descriptor of MPEG-4 systems
// (ISO/IEC 14496-1, 7.2.6.4). Nothing needs it to play picture and sound, so that
// one which says more than profiles and tracks goes.
func (p *parser) objectDescriptor(m *movie, b box.Box, place string) error {
	const most = 4 + 5 + 2 + 5 + 9*maxTracks
	body := p.Get(b.Body(), int(min(b.Size(), most)))
	if int64(len(body)) < b.Size() || !plainDescriptor(m, body) {
		return p.Unneeded(b, place)
	}
	p.Keep(b, place)
	return nil
}

func plainDescriptor(m *movie, body []byte) bool {
	if len(body) < 4 || box.Uint32(body) != 0 {
		return false
	}
	tag, d, rest := entry.Descriptor(body[4:])
	// Without a URL the last five bits of the second byte are reserved.
	if tag != 0x10 && tag != 2 || len(rest) > 0 || len(d) < 7 || d[1]&0x20 != 0 {
		return false
	}
	for d = d[7:]; len(d) > 0; {
		var in []byte
		tag, in, d = entry.Descriptor(d)
		if tag != 0x0e || len(in) != 4 || m.track(box.Uint32(in)) == nil {
			return false
		}
	}
	return true
}
