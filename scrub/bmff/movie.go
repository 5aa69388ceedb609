package bmff

import (
	"fmt"
	"slices"

	"untag/scrub"
)

// movie is one moov box and its tracks.
type movie struct {
	timescale  uint32 // units of time a second
	box        box
	tracks     []*track
	trex       map[uint32]defaults // by track
	fragmented bool
}

// defaults are what holds for the samples of a fragment that says nothing else.
type defaults struct{ duration, size uint32 }

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
func (p *parser) readMovie(b box) (*movie, error) {
	m := &movie{box: b, trex: map[uint32]defaults{}}
	_, err := p.children(b.body(), b.end(), func(c box) error {
		if p.torn(c, "trak") {
			c.typ = "trak"
		}
		switch c.typ {
		case "cmov", "rmra":
			return p.s.Unsupportedf(c.off, "movie box %q", c.name())
		case "mvhd":
			return p.readScale(c, m)
		case "mvex":
			return p.readExtends(c, m)
		case "udta", "meta":
			return p.readRecorder(c)
		case "trak":
			if len(m.tracks) == maxTracks {
				return p.s.Unsupportedf(c.off, "more than %d tracks", maxTracks)
			}
			t, err := p.readTrack(c)
			t.place = fmt.Sprintf("moov/trak[%d]", len(m.tracks)+1)
			m.tracks = append(m.tracks, t)
			return err
		default:
			if !isBoxType([]byte(c.typ)) {
				p.insist("the movie box holds something that is no box")
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, t := range m.tracks {
		t.groups.fragmented = len(m.trex) > 0 // whose fragments may say what is encrypted
		t.encrypted = t.encrypted && (t.secret || t.groups.fragmented)
		if err := p.judge(m, t); err != nil && !(p.careful && damaged(err)) {
			return nil, err
		}
	}
	return m, nil
}

// readScale notes the units of time of mvhd (8.2.2).
func (p *parser) readScale(b box, m *movie) error {
	h, err := p.s.Bytes(b.body(), int(min(b.size(), 24)))
	switch {
	case err != nil || len(h) < 24:
	case h[0] == 1:
		m.timescale = be32(h[20:])
	default:
		m.timescale = be32(h[12:])
	}
	return err
}

// readExtends notes the defaults of mvex/trex (8.8.3).
func (p *parser) readExtends(b box, m *movie) error {
	m.fragmented = true
	_, err := p.children(b.body(), b.end(), func(c box) error {
		if c.typ != "trex" || c.size() < 24 {
			return nil
		}
		h, err := p.s.Bytes(c.body(), 24)
		if err == nil && len(m.trex) < maxTracks {
			m.trex[be32(h[4:])] = defaults{be32(h[12:]), be32(h[16:])}
		}
		return err
	})
	return err
}

// movie claims a moov box.
func (p *parser) movie(m *movie) error {
	b := m.box
	tracks := m.tracks
	return p.inside(b, "moov", func(c box) error {
		if p.torn(c, "trak") {
			c.typ = "trak"
		}
		place := "moov/" + c.name()
		switch c.typ {
		case "mvhd":
			return p.header(c, place)
		case "trak":
			t := tracks[0]
			tracks = tracks[1:]
			return p.track(m, t)
		case "mvex":
			return p.extends(m, c, place)
		case "udta":
			p.wordless = false
			return p.userData(c, place)
		case "meta":
			p.wordless = false
			_, err := p.meta(c, place)
			return err
		case "iods":
			return p.objectDescriptor(m, c, place)
		case "clip":
			return p.clipping(c, place)
		case "pssh":
			return p.protection(m, c, place)
		case "gps ":
			return p.gpsIndex(c, place)
		case "free", "skip", "wide", "junk":
			return p.filler(c, place)
		default:
			if !isBoxType([]byte(c.typ)) { // a track whose name is damaged? readMovie doubts it
				p.s.Claim(c.off, c.len, scrub.Identify, place)
				return nil
			}
			return p.unknown(c, place)
		}
	})
}

// extends claims mvex; the trex of a track that goes, goes with it.
func (p *parser) extends(m *movie, b box, place string) error {
	return p.inside(b, place, func(c box) error {
		switch c.typ {
		case "trex":
			return p.trackExtends(m, c, place+"/trex")
		case "mehd":
			return p.shaped(c, place+"/mehd")
		case "leva":
			return p.levels(c, place+"/leva")
		case "free", "skip":
			return p.filler(c, place+"/"+c.name())
		default:
			p.drop(c, scrub.Unknown, place+"/"+c.name(), "")
		}
		return nil
	})
}

func (p *parser) trackExtends(m *movie, b box, place string) error {
	if b.size() < 8 {
		return p.s.Errorf(b.off, "box \"trex\" has %d bytes, expected 32", b.len)
	}
	h, err := p.s.Bytes(b.body(), 8)
	if err != nil {
		return err
	}
	if t := m.track(be32(h[4:])); t != nil && t.goes {
		p.discard(b, place)
		return nil
	}
	return p.shaped(b, place)
}

// discard makes a box that belongs to a track that goes a free box; the track
// is the finding.
func (p *parser) discard(b box, place string) {
	p.s.Claim(b.off, b.len, scrub.Identify, place)
	p.retire(b, scrub.Unlink, scrub.Destroy)
}

// protection keeps the key systems' data where a track needs it.
func (p *parser) protection(m *movie, b box, place string) error {
	if slices.ContainsFunc(m.tracks, func(t *track) bool { return t.encrypted }) {
		return p.keySystem(b, place)
	}
	p.drop(b, scrub.ID, place, "")
	return nil
}

// gpsIndex drops the index that dashcams of the Novatek family keep of the
// freeGPS blocks in mdat, and notes the blocks: eight bytes, then pairs of
// offset and size. Only what starts like such a block is believed.
func (p *parser) gpsIndex(b box, place string) error {
	for off := b.body() + 8; b.end()-off >= 8; off += 8 {
		h, err := p.s.Bytes(off, 8)
		if err != nil {
			return err
		}
		at, n := int64(be32(h)), int64(be32(h[4:]))
		if n < 16 || n > p.s.Left(at) {
			continue
		}
		head, err := p.s.Bytes(at, 12)
		if err != nil {
			return err
		}
		if string(head[4:12]) == "freeGPS " {
			if err := p.cover.Add(region{Off: at, Len: n, Place: "mdat/freeGPS"}); err != nil {
				return err
			}
		}
	}
	p.drop(b, scrub.Place, place, "")
	return nil
}

// keySystem claims pssh (ISO/IEC 23001-7, 8.1): the system, key identifiers, and
// data that only the system can read.
func (p *parser) keySystem(b box, place string) error {
	version, _, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	at := int64(20)
	if version > 0 {
		c, err := p.column(b, at, 16)
		if err != nil {
			return err
		}
		at = c.off + 16*c.n - b.body()
	}
	c, err := p.column(b, at, 1)
	if err != nil {
		return err
	}
	return p.sized(b, at+4+c.n, 0, place)
}

// levels claims leva (8.8.13).
func (p *parser) levels(b box, place string) error {
	if b.size() < 5 {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	h, err := p.s.Bytes(b.body(), int(min(b.size(), 5+256*13)))
	if err != nil {
		return err
	}
	extra := map[byte]int{0: 4, 1: 8, 4: 4}
	at := 5
	for range h[4] {
		if at += 5; at > len(h) {
			p.drop(b, scrub.Unknown, place, "")
			return nil
		}
		at += extra[h[at-1]&0x7f]
	}
	return p.sized(b, int64(at), 0, place)
}

// objectDescriptor claims iods, the initial object descriptor of MPEG-4 systems
// (ISO/IEC 14496-1, 7.2.6.4). Nothing needs it to play picture and sound, so that
// one which says more than profiles and tracks goes.
func (p *parser) objectDescriptor(m *movie, b box, place string) error {
	const most = 4 + 5 + 2 + 5 + 9*maxTracks
	body, err := p.s.Bytes(b.body(), int(min(b.size(), most)))
	if err != nil {
		return err
	}
	if int64(len(body)) < b.size() || !plainDescriptor(m, body) {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	p.keep(b, place)
	return nil
}

func plainDescriptor(m *movie, body []byte) bool {
	if len(body) < 4 || be32(body) != 0 {
		return false
	}
	tag, d, rest := descriptor(body[4:])
	// Without a URL the last five bits of the second byte are reserved.
	if tag != 0x10 && tag != 2 || len(rest) > 0 || len(d) < 7 || d[1]&0x20 != 0 {
		return false
	}
	for d = d[7:]; len(d) > 0; {
		var in []byte
		tag, in, d = descriptor(d)
		if tag != 0x0e || len(in) != 4 || m.track(be32(in)) == nil {
			return false
		}
	}
	return true
}
