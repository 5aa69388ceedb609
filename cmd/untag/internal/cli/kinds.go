package cli

import (
	"untag/platform/lang"
	"untag/scrub"
)

// KindWords says what each kind of finding is.
var KindWords = map[scrub.Kind]lang.Text{
	scrub.Device:     lang.Mark("make, model, lens and firmware"),
	scrub.Serial:     lang.Mark("serial and hardware numbers of a device"),
	scrub.Person:     lang.Mark("owner, photographer, account, purchaser"),
	scrub.Place:      lang.Mark("position, country, venue"),
	scrub.Time:       lang.Mark("when it was recorded, edited or bought"),
	scrub.Software:   lang.Mark("programs, encoders and libraries"),
	scrub.ID:         lang.Mark("identifiers that link files to each other or to an account"),
	scrub.Comment:    lang.Mark("free text that is not part of the work"),
	scrub.Caption:    lang.Mark("description, keywords and rights of a photo"),
	scrub.Thumbnail:  lang.Mark("previews, which may show what was cropped away"),
	scrub.Motion:     lang.Mark("the clip of a motion photo"),
	scrub.Telemetry:  lang.Mark("tracks of sensor or position data"),
	scrub.Provenance: lang.Mark("signed manifests such as C2PA, edit history"),
	scrub.MakerNote:  lang.Mark("a vendor's private block"),
	scrub.Sidecar:    lang.Mark("files beside pictures and films that tell of them: GPX, AAE, AppleDouble"),
	scrub.Mark:       lang.Mark("tags known by name that name a machine"),
	scrub.Trailer:    lang.Mark("bytes after the end of the medium"),
	scrub.Hidden:     lang.Mark("content in padding, or in bytes that nothing refers to"),
	scrub.Unknown:    lang.Mark("whatever is not known"),
	scrub.Title:      lang.Mark("title, artist, album, composer, track, genre, year"),
	scrub.Lyrics:     lang.Mark("lyrics"),
	scrub.Chapters:   lang.Mark("chapter names"),
	scrub.Cover:      lang.Mark("cover art, itself cleaned"),
	scrub.GainMap:    lang.Mark("HDR gain map of a photo"),
}

func kindsOf(words []string) (kinds []scrub.Kind) {
	for _, w := range words {
		kinds = append(kinds, scrub.Kind(w))
	}
	return kinds
}

func kindNames(kinds []scrub.Kind) (names []string) {
	for _, k := range kinds {
		names = append(names, string(k))
	}
	return names
}

// split divides the kinds into those that a policy may keep and the others.
func split() (keepable, others []string) {
	for _, k := range scrub.Kinds() {
		if k.Keepable() {
			keepable = append(keepable, string(k))
		} else {
			others = append(others, string(k))
		}
	}
	return keepable, others
}
