package bmff

import (
	"cmp"

	"untag/scrub"
	"untag/scrub/pattern"
)

// selections are items of user data by which players choose between tracks, and set
// loudness and looping (ISO/IEC 14496-12, 8.10.3 and 12.2.7; QuickTime).
var selections = map[string]form{
	"LOOP": func(f *fields) { f.upTo(32, 2) },
	"AllF": func(f *fields) { f.upTo(8, 1) },
	"SelO": func(f *fields) { f.upTo(8, 1) },
	"tsel": func(f *fields) {
		f.full(0)
		f.upTo(32, 1<<16)
		for f.at/8 < len(f.b) {
			f.word("tesc|fgsc|cgsc|spsc|resc|vwsc|cdec|lang|mela|bitr|frar|nvws|scsz|mpsz|mtyp")
		}
	},
	"tlou": loudness, "alou": loudness,
	"ludt": func(f *fields) {
		for at := 0; at+8 <= len(f.b); at = f.at / 8 {
			end := at + int(f.number(32))
			f.word("tlou|alou")
			loudness(f)
			if f.at/8 != end {
				f.bad = true
				return
			}
		}
	},
}

// loudness is TrackLoudnessInfo and AlbumLoudnessInfo: of each set of instructions and
// down-mix, the peaks, and what was measured how.
func loudness(f *fields) {
	version, count := f.upTo(8, 1), int64(1)
	f.zero(24)
	if version == 1 {
		f.zero(2)
		count = f.number(6)
	}
	for range count {
		if version == 1 {
			f.zero(2)
			f.take(6)
		}
		f.zero(3)
		f.take(7 + 6 + 12 + 12 + 4 + 4)
		for range f.upTo(8, 16) {
			f.upTo(8, 9)
			f.take(8)
			f.upTo(4, 6)
			f.upTo(4, 3)
		}
	}
}

// trackKind is what kind may say: a published scheme and one of its words (8.10.4,
// ISO/IEC 23009-1 5.8.5.5, the track kinds of HTML).
var trackKind = pattern.New(`^\x00{4}(urn:mpeg:dash:role:201[0-9]|urn:tva:metadata:cs:AudioPurposeCS:[0-9]{4}|about:html-kind|https?://www\.w3\.org/TR/html5/?)\x00` +
	`([0-9]?|main(-desc)?|alternat(e|ive)|supplementary|comment(ary|ation)?|dub|captions?|subtitles?|sign|metadata|descriptions?|chapters|easyreader|emergency|karaoke|forced[-_]subtitle|trans(cription|lation)|enhanced-audio-intelligibility)\x00?$`)

// characteristic is a tag of Apple's media characteristics.
var characteristic = pattern.New(`^public\.(main-program-content|auxiliary-content|original-content|easy-to-read|machine-generated|translation(\.(dubbed|voice-over))?|subtitles\.forced-only` +
	`|accessibility\.(transcribes-spoken-dialog|describes-music-and-sound|describes-video|enhances-speech-intelligibility))\x00?$`)

// selection claims an item by which players choose. One that can't be what it is called goes.
func (p *parser) selection(b box, place string) (stays bool, err error) {
	const most = 256
	if b.size() <= most {
		body, err := p.s.Bytes(b.body(), int(b.size()))
		if err != nil {
			return false, err
		}
		if trackKind().Match(body) && b.typ == "kind" || characteristic().Match(body) && b.typ == "tagc" {
			p.keep(b, place)
			return true, nil
		}
	}
	if read := selections[b.typ]; read != nil {
		if end, ok, err := p.formed(b.body(), b.size(), read, place); ok || err != nil {
			p.s.Claim(b.off, b.head, scrub.Structure, place)
			return true, cmp.Or(err, p.slack(b, end, place))
		}
	}
	return !p.drop(b, scrub.Unknown, place, ""), nil
}
