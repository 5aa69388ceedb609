package bmff

import (
	"cmp"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/pattern"
)

// track is one trak box.
type track struct {
	box       box
	place     string
	id        uint32
	handler   string
	handlerAt int64    // where it stands
	timescale uint32   // units of time a second
	media     bool     // its media header is that of picture or sound
	formats   []string // of the sample entries, the first few
	encrypted bool
	secret    bool     // something says that samples are encrypted
	chapters  []uint32 // tracks that this one names as its chapters
	tables    tables
	groups    groups
	codec     codec.Stream
	probes    []sample // the first and last ones, once the tables were read

	decoded int64    // when the next sample of a fragment begins
	hearing *hearing // while it is not known who wrote its text
	swollen bool     // it is longer than it can be
	judged  bool     // what the track is, its samples said
	recurs  bool     // samples that hold positions go
	damaged bool     // some samples are no text

	goes bool
	role scrub.Role
	kind scrub.Kind
}

// readTrack reads what a track is. It claims nothing.
func (p *parser) readTrack(b box) (*track, error) {
	t := &track{box: b, swollen: b.cut}
	_, err := p.children(b.body(), b.end(), func(c box) error {
		switch c.typ {
		case "tkhd":
			return p.readTrackID(c, t)
		case "tref":
			return p.readChapters(c, t)
		case "mdia":
			return p.readMedia(c, t)
		case "trak", "mvex", "mvhd":
			t.swollen = true
			p.insist("a track holds what is beside tracks")
		}
		return nil
	})
	return t, err
}

func (p *parser) readTrackID(b box, t *track) error {
	version, _, err := fullHead(p.s, b)
	if err != nil {
		return err
	}
	at := int64(12)
	if version == 1 {
		at = 20
	}
	if b.size() < at+4 {
		return p.s.Errorf(b.off, "box \"tkhd\" has %d bytes, expected 92 or more", b.len)
	}
	h, err := p.s.Bytes(b.body()+at, 4)
	if err == nil {
		t.id = be32(h)
	}
	return err
}

func (p *parser) readChapters(b box, t *track) error {
	_, err := p.children(b.body(), b.end(), func(c box) error {
		if c.typ != "chap" {
			return nil
		}
		ids, err := p.s.Bytes(c.body(), int(min(c.size(), 4*maxTracks))&^3)
		for ; len(ids) >= 4; ids = ids[4:] {
			t.chapters = append(t.chapters, be32(ids))
		}
		return err
	})
	return err
}

func (p *parser) readMedia(b box, t *track) error {
	_, err := p.children(b.body(), b.end(), func(c box) error {
		switch c.typ {
		case "hdlr":
			if c.size() < 12 {
				return p.s.Errorf(c.off, "box \"hdlr\" has %d bytes, expected 32 or more", c.len)
			}
			h, err := p.s.Bytes(c.body()+8, 4)
			t.handler, t.handlerAt = string(h), c.body()+8
			return err
		case "mdhd":
			return p.readTimescale(c, t)
		case "minf":
			_, err := p.children(c.body(), c.end(), func(c box) error {
				switch c.typ {
				case "vmhd", "smhd":
					t.media = true
				case "stbl":
					return p.readTables(c, t)
				}
				return nil
			})
			return err
		}
		return nil
	})
	return err
}

// readTimescale reads mdhd (8.4.2), whose form is looked at later.
func (p *parser) readTimescale(b box, t *track) error {
	version, _, err := fullHead(p.s, b)
	at := int64(12)
	if version == 1 {
		at = 20
	}
	if err != nil || b.size() < at+4 {
		return err
	}
	h, err := p.s.Bytes(b.body()+at, 4)
	if err == nil {
		t.timescale = be32(h)
	}
	return err
}

// mediaHandlers are what people see, hear and read; a track of any other
// handler is data about the recording.
var mediaHandlers = []string{"vide", "soun", "auxv", "pict", "sbtl", "subt", "text", "clcp", "subp", "MPEG", "hvc1"}

// playedHandlers are of tracks that old movies of QuickTime play, too: notes,
// sprites, panoramas, models.
var playedHandlers = []string{"musi", "sprt", "flsh", "twen", "qd3d", "qtvr", "pano", "obje", "STpn"}

// metaFormats are sample formats that carry positions or sensor data under
// the handler of a medium.
var metaFormats = []string{"gpmd", "fdsc", "mebx", "mett", "metx", "camm", "rtmd", "djmd", "dbgi", "CTMD", "CNOP", "marl", "RVMI", "ctbx", "ssmd", "priv", "nrtm", "psmd", "3gf ", "INSV", "odsm", "sdsm"}

// maxChapters is more than the chapters of an audio book, and fewer samples than a film has.
const maxChapters = 1 << 10

// judge decides whether a track goes.
func (p *parser) judge(m *movie, t *track) error {
	isChapter := (isText(t.handler) || t.pictures() || t.handler == "vide" && t.tables.samples < maxChapters) && slices.ContainsFunc(m.tracks, func(o *track) bool { return slices.Contains(o.chapters, t.id) })
	isMeta := slices.ContainsFunc(t.formats, func(f string) bool { return slices.Contains(metaFormats, f) })
	switch {
	case isChapter:
		t.role, t.kind = scrub.Describe, scrub.Chapters
	case t.handler == "tmcd":
		t.role, t.kind = scrub.Identify, scrub.Time
	case isMeta || slices.Contains([]string{"meta", "data", "camm"}, t.handler) || isAnnounced(t.handler):
		t.role, t.kind = scrub.Identify, scrub.Telemetry
	case slices.Contains(playedHandlers, t.handler):
		t.role = scrub.Render
		p.s.Doubt("a track of a kind that nothing can look into")
	case !slices.Contains(mediaHandlers, t.handler) && (t.media || !isBoxType([]byte(t.handler)) || nearly(t.handler, mediaHandlers)):
		t.role = scrub.Render
		p.distrust("a track is neither picture nor sound nor anything else that is known")
	case !slices.Contains(mediaHandlers, t.handler):
		t.role, t.kind = scrub.Identify, scrub.Unknown
	default:
		t.role = scrub.Render
	}
	t.goes = t.role != scrub.Render && p.s.Goes(t.role, t.kind)
	if t.role == scrub.Identify {
		return nil
	}
	err := p.listen(m, t)
	if !m.fragmented {
		p.settle(t)
	}
	return err
}

var textHandlers = []string{"sbtl", "subt", "text", "subp", "clcp"}

func isText(handler string) bool { return slices.Contains(textHandlers, handler) }

// track claims a trak box and its samples.
func (p *parser) track(m *movie, t *track) error {
	place := t.place
	f := scrub.Finding{Kind: t.kind, Role: t.role, Place: place, Off: t.box.off, Len: t.box.len, Value: t.describe()}
	switch {
	case t.role == scrub.Render:
	case !t.goes && p.s.Goes(t.role, t.kind):
		p.s.Stuck(f)
	default:
		p.s.Found(f)
	}
	if err := p.coverTrack(m, t); err != nil {
		return err
	}
	if t.goes {
		if t.judged {
			p.s.Put(scrub.Announce, t.handlerAt, []byte(announced))
		}
		p.s.Claim(t.box.off, t.box.len, scrub.Identify, place)
		p.retire(t.box, scrub.Destroy, scrub.Repair)
		return nil
	}
	b := t.box
	return p.inside(b, place, func(c box) error {
		return p.trackBox(m, t, c, place+"/"+c.name())
	})
}

func (t *track) describe() string { return fmt.Sprintf("%s track %q", t.handler, t.formats) }

func (p *parser) trackBox(m *movie, t *track, b box, place string) error {
	switch b.typ {
	case "tkhd":
		return p.header(b, place)
	case "mdia":
		return p.media(t, b, place)
	case "tref":
		return p.references(m, b, place)
	case "udta":
		return p.userData(b, place)
	case "meta":
		_, err := p.meta(b, place)
		return err
	case "edts":
		return cmp.Or(p.container(b, place), p.hiddenFilm(m, t, b, place))
	case "tapt", "trgr":
		return p.container(b, place)
	case "txas":
		return p.shaped(b, place)
	case "clip":
		return p.clipping(b, place)
	case "matt", "imap":
		p.keep(b, place)
		p.s.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.off, Len: b.len})
		p.s.Doubt("a track has a mask or inputs that nothing can look into")
	case "free", "skip", "wide", "junk":
		return p.filler(b, place)
	case "uuid":
		return p.trackUUID(b, place)
	default:
		p.drop(b, scrub.Unknown, place, "")
	}
	return nil
}

// references claims tref: what points at no track that stays is retired or
// zeroed, after the tracks themselves. A track of chapters is known by the
// reference alone.
func (p *parser) references(m *movie, b box, place string) error {
	return p.inside(b, place, func(c box) error {
		if c.typ == "free" {
			return p.filler(c, place+"/free")
		}
		return p.reference(m, c, place+"/"+c.name())
	})
}

// referenceTypes are what tracks refer to each other for (8.3.3, -15, -30, QuickTime).
var referenceTypes = []string{"hint", "cdsc", "font", "hind", "vdep", "vplx", "subt", "thmb", "auxl", "cdtg", "shsc", "aest", "chap", "sync", "scpt", "ssrc", "tmcd", "folw", "fall", "forc", "fldr", "clcp",
	"dpnd", "ipir", "mpod", "scal", "sbas", "pred", "mixn", "oref", "swfr", "swto", "tbas", "sabt", "prem", "iloc", "adda", "adrc", "avcp", "evcr", "swto", "subs", "moov", "evte", "mgsm", "tyas"}

func (p *parser) reference(m *movie, b box, place string) error {
	if !slices.Contains(referenceTypes, b.typ) || b.size() > 4*maxTracks {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	ids, err := p.s.Bytes(b.body(), int(min(b.size(), 4*maxTracks))&^3)
	if err != nil {
		return err
	}
	var gone []int64
	for i := 0; i < len(ids); i += 4 {
		if t := m.track(be32(ids[i:])); t == nil || t.goes {
			gone = append(gone, b.body()+int64(i))
		}
	}
	if 4*len(gone) == len(ids) {
		p.s.Claim(b.off, b.len, scrub.Identify, place)
		p.retire(b, scrub.Repair, scrub.Repair)
		return nil
	}
	p.s.Claim(b.off, b.head+int64(len(ids)), scrub.Structure, place)
	if err := p.slack(b, b.body()+int64(len(ids)), place); err != nil {
		return err
	}
	for _, off := range gone {
		zero, err := p.s.Constant(off, 4, 0)
		if err != nil {
			return err
		}
		if !zero {
			p.s.Fill(scrub.Repair, off, 4, 0)
		}
	}
	return nil
}

// media claims mdia.
func (p *parser) media(t *track, b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		switch c.typ {
		case "mdhd":
			return p.header(c, at)
		case "hdlr":
			return p.handler(c, at)
		case "elng":
			return p.extendedLanguage(c, at)
		case "minf":
			return p.mediaInfo(t, c, at)
		case "free", "skip", "wide":
			return p.filler(c, at)
		default:
			p.drop(c, scrub.Unknown, at, "")
		}
		return nil
	})
}

// mediaInfo claims minf.
func (p *parser) mediaInfo(t *track, b box, place string) error {
	headed := false
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		switch c.typ {
		case "vmhd", "smhd", "nmhd", "sthd":
			if headed {
				p.drop(c, scrub.Unknown, at, "")
				return nil
			}
			headed = true
			return p.mediaHeader(c, at)
		case "gmhd":
			return p.container(c, at)
		case "hdlr":
			return p.handler(c, at)
		case "dinf":
			return p.dataInfo(c, at)
		case "stbl":
			return p.sampleTables(t, c, at)
		case "free", "skip", "wide":
			return p.filler(c, at)
		default:
			p.drop(c, scrub.Unknown, at, "")
		}
		return nil
	})
}

// dataInfo claims dinf/dref. A reference to the file itself needs nothing after
// its flags: Mac alias records there hold volume, folder and user names.
func (p *parser) dataInfo(b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		if c.typ == "free" || c.typ == "skip" {
			return p.filler(c, at)
		}
		if c.typ != "dref" {
			p.drop(c, scrub.Unknown, at, "")
			return nil
		}
		if c.size() < 8 {
			return p.s.Errorf(c.off, "box \"dref\" has %d bytes, expected 16 or more", c.len)
		}
		p.s.Claim(c.off, c.head, scrub.Structure, at)
		if _, _, err := p.flags(c, 0, at); err != nil {
			return err
		}
		p.s.Claim(c.body()+4, 4, scrub.Structure, at)
		rest, err := p.children(c.body()+8, c.end(), func(e box) error { return p.dataReference(e, at+"/"+e.name()) })
		if err != nil {
			return err
		}
		return p.rest(rest, c.end(), at)
	})
}

func (p *parser) dataReference(b box, place string) error {
	p.s.Claim(b.off, b.head, scrub.Structure, place)
	_, flags, err := p.flags(b, 1, place)
	if err != nil {
		return err
	}
	empty, err := p.s.Constant(b.body()+4, b.size()-4, 0)
	if err != nil {
		return err
	}
	if flags&1 == 0 && !empty {
		return p.s.Unsupportedf(b.off, "media in another file")
	}
	return p.zero(b.body()+4, b.size()-4, scrub.Person, place, "")
}

// sphericalUUID marks spherical video, version 1: XML that players need to show
// a 360° picture as one. It names the stitching software, too.
const sphericalUUID = "\xff\xcc\x82\x63\xf8\x55\x4a\x93\x88\x14\x58\x7a\x02\x52\x1f\xdd"

func (p *parser) trackUUID(b box, place string) error {
	if b.size() < 16 || b.size() > 64<<10 {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	h, err := p.s.Bytes(b.body(), int(b.size()))
	if err != nil {
		return err
	}
	if string(h[:16]) != sphericalUUID {
		return p.uuid(b, place)
	}
	return p.spherical(b, h[16:], place+"/spherical")
}

// languageTag is a tag of BCP 47 without extensions and private parts.
var languageTag = pattern.New(`^[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?\x00?$`)

// extendedLanguage claims elng (8.4.6).
func (p *parser) extendedLanguage(b box, place string) error {
	const most = 4 + 16
	if b.size() > most || b.size() < 4 {
		p.drop(b, scrub.Unknown, place, "")
		return nil
	}
	h, err := p.s.Bytes(b.body(), int(b.size()))
	if err != nil {
		return err
	}
	if !languageTag().Match(h[4:]) {
		p.drop(b, scrub.Unknown, place, printable(h[4:]))
		return nil
	}
	return p.sized(b, b.size(), 0, place)
}

// clipping claims QuickTime's clip, whose one child is a region: its size in
// bytes, a rectangle, and more if it is no rectangle.
func (p *parser) clipping(b box, place string) error {
	return p.inside(b, place, func(c box) error {
		at := place + "/" + c.name()
		if c.typ == "free" || c.typ == "skip" {
			return p.filler(c, at)
		}
		const rectangle = 10
		if c.typ != "crgn" || c.size() < rectangle {
			p.drop(c, scrub.Unknown, at, "")
			return nil
		}
		h, err := p.s.Bytes(c.body(), 2)
		if err != nil {
			return err
		}
		if n := int64(be16(h)); n > rectangle {
			p.s.Doubt("a clipping region that is no rectangle")
			p.keep(c, at)
			return nil
		}
		p.s.Claim(c.off, c.head+rectangle, scrub.Structure, at)
		return p.slack(c, c.body()+rectangle, at)
	})
}
