package bmff

import (
	"cmp"
	"fmt"
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/bmff/entry"
	"untag/scrub/bmff/header"
	"untag/scrub/bmff/media"
	"untag/scrub/bmff/samples"
	"untag/scrub/bmff/text"
	"untag/scrub/telemetry"
)

// track is one trak box.
type track struct {
	box   box.Box
	place string
	id    uint32
	media.Samples
	handlerAt int64    // where its handler stands
	timescale uint32   // units of time a second
	media     bool     // its media header is that of picture or sound
	chapters  []uint32 // tracks that this one names as its chapters
	groups    samples.Groups

	decoded int64       // when the next sample of a fragment begins
	heard   *text.Heard // while it is not known who wrote its text
	swollen bool        // it is longer than it can be
	unsure  bool        // its handler may be another's
	judged  bool        // what the track is, its samples said

	role scrub.Role
	kind scrub.Kind
}

// readTrack reads what a track is. It claims nothing.
func (p *parser) readTrack(b box.Box) (*track, error) {
	t := &track{box: b, swollen: b.Cut}
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) (err error) {
		switch c.Type {
		case "tkhd":
			var ok bool
			if t.id, ok, err = header.AfterTimes(p.Walk, c); err == nil && !ok {
				err = p.Errorf(c.Off, "box \"tkhd\" has %d bytes, expected 92 or more", c.Len)
			}
			return err
		case "tref":
			return p.readChapters(c, t)
		case "mdia":
			return p.readMedia(c, t)
		case "trak", "mvex", "mvhd":
			t.swollen = true
			p.Insist("a track holds what is beside tracks")
		}
		return nil
	})
	return t, err
}

func (p *parser) readChapters(b box.Box, t *track) error {
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) error {
		if c.Type != "chap" {
			return nil
		}
		ids := p.Get(c.Body(), int(min(c.Size(), 4*maxTracks))&^3)
		for ; len(ids) >= 4; ids = ids[4:] {
			t.chapters = append(t.chapters, box.Uint32(ids))
		}
		return nil
	})
	return err
}

// readMedia reads mdia. A length that is wrong can bring the handler of minf, which is
// about where the data are, in the place of the one that tells what they are.
func (p *parser) readMedia(b box.Box, t *track) error {
	informed := false
	_, err := p.Children(b.Body(), b.End(), func(c box.Box) (err error) {
		switch c.Type {
		case "hdlr":
			if c.Size() < 12 {
				return p.Errorf(c.Off, "box \"hdlr\" has %d bytes, expected 32 or more", c.Len)
			}
			h := p.Get(c.Body()+8, 4)
			t.unsure = t.unsure || t.Handler != ""
			t.Handler, t.handlerAt = string(h), c.Body()+8
			return nil
		case "mdhd":
			t.timescale, _, err = header.AfterTimes(p.Walk, c)
			return err
		case "minf":
			informed = true
			_, err := p.Children(c.Body(), c.End(), func(c box.Box) error {
				switch c.Type {
				case "vmhd", "smhd":
					t.media = true
				case "stbl":
					return t.Tables.Read(p.Walk, c, func(c box.Box) error { return p.readTable(c, t) })
				}
				return nil
			})
			return err
		}
		return nil
	})
	t.unsure = t.unsure || !informed
	return err
}

// readTable notes what is no table of where samples lie.
func (p *parser) readTable(b box.Box, t *track) error {
	switch b.Type {
	case "stsd":
		return entry.Read(p.Walk, b, &t.Track)
	case "senc", "saiz", "saio":
		t.Secret = true
	case "sgpd":
		typ, err := samples.GroupType(p.Walk, b)
		t.Secret = t.Secret || typ == "seig"
		return err
	}
	return nil
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
	isChapter := (t.Text() || t.Pictures() || t.Handler == "vide" && t.Tables.Count < maxChapters) && slices.ContainsFunc(m.tracks, func(o *track) bool { return slices.Contains(o.chapters, t.id) })
	isMeta := slices.ContainsFunc(t.Formats, func(f string) bool { return slices.Contains(metaFormats, f) })
	switch {
	case isChapter:
		t.role, t.kind = scrub.Describe, scrub.Chapters
	case t.Handler == "tmcd":
		t.role, t.kind = scrub.Identify, scrub.Time
	case isMeta || slices.Contains([]string{"meta", "data", "camm"}, t.Handler) || text.IsAnnounced(t.Handler):
		t.role, t.kind = scrub.Identify, scrub.Telemetry
	case slices.Contains(playedHandlers, t.Handler):
		t.role = scrub.Render
		p.Doubt("a track of a kind that nothing can look into")
	case !slices.Contains(mediaHandlers, t.Handler) && (t.media || t.unsure || !box.IsType([]byte(t.Handler)) || box.Nearly(t.Handler, mediaHandlers)):
		t.role = scrub.Render
		p.Distrust("a track is neither picture nor sound nor anything else that is known")
	case !slices.Contains(mediaHandlers, t.Handler):
		t.role, t.kind = scrub.Identify, scrub.Unknown
	default:
		t.role = scrub.Render
	}
	t.Goes = t.role != scrub.Render && p.Goes(t.role, t.kind)
	if t.role == scrub.Identify {
		return nil
	}
	err := p.listen(m, t)
	if !m.fragmented {
		p.settle(t)
	}
	return err
}

// maxHearings is how many tracks of text are read of one fragmented movie, whose texts come
// side by side.
const maxHearings = 32

// listen reads what the samples say that the movie box knows. The tables of a damaged
// track, which is doubted anyway, say nothing.
func (p *parser) listen(m *movie, t *track) error {
	if !text.Spoken(&t.Track) {
		return nil
	}
	why, err := t.Tables.Complete()
	if err != nil || why != "" {
		return err
	}
	if p.hearings++; p.hearings > maxHearings && m.fragmented {
		p.Doubt("more tracks of text than can be looked at")
		return nil
	}
	t.heard, err = text.Listen(p.Walk, &t.Track, t.timescale, &p.media.Visited)
	return err
}

// settle decides what a track is, now that all of its samples were read.
func (p *parser) settle(t *track) {
	h := t.heard
	if h == nil {
		return
	}
	t.heard = nil
	verdict, rule := h.Judge()
	if verdict == telemetry.Telemetry && !h.Damaged {
		t.role, t.kind, t.judged = scrub.Identify, scrub.Telemetry, true
		t.Goes = p.Goes(t.role, t.kind)
		return
	}
	if t.Goes {
		return
	}
	if t.Damaged = h.Damaged; t.Damaged {
		p.Doubt("a track of text holds something that is no text")
	}
	if h.Partial {
		p.Doubt("more subtitles than can be looked at")
	}
	if t.Damaged || !p.Goes(scrub.Identify, scrub.Telemetry) {
		return
	}
	t.Recurs = h.Repeats(&t.Track)
	if verdict == telemetry.Unsure {
		p.Doubt("subtitles may be telemetry: %s", rule)
	}
}

// track claims a trak box and its samples.
func (p *parser) track(m *movie, t *track) error {
	place := t.place
	f := scrub.Finding{Kind: t.kind, Role: t.role, Place: place, Off: t.box.Off, Len: t.box.Len, Value: t.describe()}
	switch {
	case t.role == scrub.Render:
	case !t.Goes && p.Goes(t.role, t.kind):
		p.Stuck(f)
	default:
		p.Found(f)
	}
	if err := p.coverTrack(m, t); err != nil {
		return err
	}
	if t.Goes {
		if t.judged {
			p.Put(scrub.Announce, t.handlerAt, []byte(text.Announced))
		}
		p.Claim(t.box.Off, t.box.Len, scrub.Identify, place)
		p.Retire(t.box, scrub.Destroy, scrub.Repair)
		return nil
	}
	b := t.box
	return p.Inside(b, place, func(c box.Box) error {
		return p.trackBox(m, t, c, place+"/"+c.Name())
	})
}

func (t *track) describe() string { return fmt.Sprintf("%s track %q", t.Handler, t.Formats) }

func (p *parser) trackBox(m *movie, t *track, b box.Box, place string) error {
	switch b.Type {
	case "tkhd", "tapt", "trgr", "txas", "clip":
		return header.Claim(p.Walk, b, place)
	case "mdia":
		return p.trackMedia(t, b, place)
	case "tref":
		return p.references(m, b, place)
	case "udta", "meta":
		return p.tags.Container(b, place)
	case "edts":
		return cmp.Or(header.Claim(p.Walk, b, place), p.hiddenFilm(m, t, b, place))
	case "matt", "imap":
		p.Keep(b, place)
		p.Stuck(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: b.Off, Len: b.Len})
		p.Doubt("a track has a mask or inputs that nothing can look into")
		return nil
	case "free", "skip", "wide", "junk":
		return p.Filler(b, place)
	case "uuid":
		return p.tags.TrackUUID(b, place)
	}
	return p.Unneeded(b, place)
}

// references claims tref: what points at no track that stays is retired or
// zeroed, after the tracks themselves. A track of chapters is known by the
// reference alone.
func (p *parser) references(m *movie, b box.Box, place string) error {
	return p.Inside(b, place, func(c box.Box) error {
		if c.Type == "free" {
			return p.Filler(c, place+"/free")
		}
		return p.reference(m, c, place+"/"+c.Name())
	})
}

// referenceTypes are what tracks refer to each other for (8.3.3, -15, -30, QuickTime).
var referenceTypes = []string{"hint", "cdsc", "font", "hind", "vdep", "vplx", "subt", "thmb", "auxl", "cdtg", "shsc", "aest", "chap", "sync", "scpt", "ssrc", "tmcd", "folw", "fall", "forc", "fldr", "clcp",
	"dpnd", "ipir", "mpod", "scal", "sbas", "pred", "mixn", "oref", "swfr", "swto", "tbas", "sabt", "prem", "iloc", "adda", "adrc", "avcp", "evcr", "swto", "subs", "moov", "evte", "mgsm", "tyas"}

func (p *parser) reference(m *movie, b box.Box, place string) error {
	if !slices.Contains(referenceTypes, b.Type) || b.Size() > 4*maxTracks {
		return p.Unneeded(b, place)
	}
	ids := p.Get(b.Body(), int(min(b.Size(), 4*maxTracks))&^3)
	var gone []int64
	for i := 0; i < len(ids); i += 4 {
		if t := m.track(box.Uint32(ids[i:])); t == nil || t.Goes {
			gone = append(gone, b.Body()+int64(i))
		}
	}
	if 4*len(gone) == len(ids) {
		p.Claim(b.Off, b.Len, scrub.Identify, place)
		p.Retire(b, scrub.Repair, scrub.Repair)
		return nil
	}
	p.Claim(b.Off, b.Head+int64(len(ids)), scrub.Structure, place)
	if err := p.Slack(b, b.Body()+int64(len(ids)), place); err != nil {
		return err
	}
	for _, off := range gone {
		if !p.Zeros(off, 4) {
			p.Fill(scrub.Repair, off, 4, 0)
		}
	}
	return nil
}

// trackMedia claims mdia.
func (p *parser) trackMedia(t *track, b box.Box, place string) error {
	return p.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		switch c.Type {
		case "mdhd", "hdlr", "elng":
			return header.Claim(p.Walk, c, at)
		case "minf":
			return p.mediaInfo(t, c, at)
		case "free", "skip", "wide":
			return p.Filler(c, at)
		}
		return p.Unneeded(c, at)
	})
}

// mediaInfo claims minf.
func (p *parser) mediaInfo(t *track, b box.Box, place string) error {
	headed := false
	return p.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		switch c.Type {
		case "vmhd", "smhd", "nmhd", "sthd":
			if headed {
				return p.Unneeded(c, at)
			}
			headed = true
			return header.Claim(p.Walk, c, at)
		case "gmhd", "hdlr", "dinf":
			return header.Claim(p.Walk, c, at)
		case "stbl":
			return p.sampleTables(t, c, at)
		case "free", "skip", "wide":
			return p.Filler(c, at)
		}
		return p.Unneeded(c, at)
	})
}

// sampleTables claims stbl.
func (p *parser) sampleTables(t *track, b box.Box, place string) error {
	t.Data = t.role == scrub.Identify
	if err := t.groups.Read(p.Walk, b, t.Tables.Count); err != nil {
		return err
	}
	return p.Inside(b, place, func(c box.Box) error {
		at := place + "/" + c.Name()
		switch c.Type {
		case "stsd":
			return entry.Claim(p.Walk, &t.Track, c, at)
		case "free", "skip":
			return p.Filler(c, at)
		}
		return t.sampleKind().Table(p.Walk, &t.Tables, &t.groups, c, at)
	})
}

// sampleKind is what is known of the samples of a track that may not be known.
func (t *track) sampleKind() samples.Kind {
	if t == nil {
		return samples.Kind{Text: true}
	}
	return samples.Kind{Clear: !t.Encrypted, Text: t.Text()}
}

// coverTrack is called for each track that is claimed; the samples of all tracks of a movie are
// covered when it is the first of them.
func (p *parser) coverTrack(m *movie, t *track) error {
	if t != m.tracks[0] {
		return nil
	}
	var all []*media.Samples
	for _, t := range m.tracks {
		all = append(all, &t.Samples)
	}
	return p.media.CoverMovie(all)
}
