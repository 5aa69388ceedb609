package meta

import (
	"cmp"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// selections are items of user data by which players choose between tracks, and set
// loudness and looping (ISO/IEC 14496-12, 8.10.3 and 12.2.7; QuickTime).
var selections = map[string]box.Form{
	"LOOP": func(f *box.Fields) { f.UpTo(32, 2) },
	"AllF": func(f *box.Fields) { f.UpTo(8, 1) },
	"SelO": func(f *box.Fields) { f.UpTo(8, 1) },
	"tsel": func(f *box.Fields) {
		f.Full(0)
		f.UpTo(32, 1<<16)
		for f.At/8 < len(f.Data) {
			f.Word("tesc|fgsc|cgsc|spsc|resc|vwsc|cdec|lang|mela|bitr|frar|nvws|scsz|mpsz|mtyp")
		}
	},
	"tlou": loudness, "alou": loudness,
	"ludt": func(f *box.Fields) {
		for at := 0; at+8 <= len(f.Data); at = f.At / 8 {
			end := at + int(f.Number(32))
			f.Word("tlou|alou")
			loudness(f)
			if f.At/8 != end {
				f.Bad = true
				return
			}
		}
	},
}

// loudness is TrackLoudnessInfo and AlbumLoudnessInfo: of each set of instructions and
// down-mix, the peaks, and what was measured how.
func loudness(f *box.Fields) {
	version, count := f.UpTo(8, 1), int64(1)
	f.Zero(24)
	if version == 1 {
		f.Zero(2)
		count = f.Number(6)
	}
	for range count {
		if version == 1 {
			f.Zero(2)
			f.Take(6)
		}
		f.Zero(3)
		f.Take(7 + 6 + 12 + 12 + 4 + 4)
		for range f.UpTo(8, 16) {
			f.UpTo(8, 9)
			f.Take(8)
			f.UpTo(4, 6)
			f.UpTo(4, 3)
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
func (w *Tags) selection(b box.Box, place string) (stays bool, err error) {
	const most = 256
	if b.Size() <= most {
		body := w.Get(b.Body(), int(b.Size()))
		if trackKind().Match(body) && b.Type == "kind" || characteristic().Match(body) && b.Type == "tagc" {
			w.Keep(b, place)
			return true, nil
		}
	}
	if read := selections[b.Type]; read != nil {
		if end, ok, err := w.Formed(b.Body(), b.Size(), read, place); ok || err != nil {
			w.Claim(b.Off, b.Head, scrub.Structure, place)
			return true, cmp.Or(err, w.Slack(b, end, place))
		}
	}
	return !w.Drop(b, scrub.Unknown, place, ""), nil
}
