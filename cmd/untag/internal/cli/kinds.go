package cli

import (
	"untag/scrub"
)

// KindWords says what each kind of finding is.
var KindWords = map[scrub.Kind]string{
	scrub.Device:     "make, model, lens and firmware",
	scrub.Serial:     "serial and hardware numbers of a device",
	scrub.Person:     "owner, photographer, account, purchaser",
	scrub.Place:      "position, country, venue",
	scrub.Time:       "when it was recorded, edited or bought",
	scrub.Software:   "programs, encoders and libraries",
	scrub.ID:         "identifiers that link files to each other or to an account",
	scrub.Comment:    "free text that is not part of the work",
	scrub.Caption:    "description, keywords and rights of a photo",
	scrub.Thumbnail:  "previews, which may show what was cropped away",
	scrub.Motion:     "the clip of a motion photo",
	scrub.Telemetry:  "tracks of sensor or position data",
	scrub.Provenance: "signed manifests such as C2PA, edit history",
	scrub.MakerNote:  "a vendor's private block",
	scrub.Sidecar:    "files beside pictures and films that tell of them: GPX, AAE, AppleDouble",
	scrub.Mark:       "tags known by name that name a machine",
	scrub.Trailer:    "bytes after the end of the medium",
	scrub.Hidden:     "content in padding, or in bytes that nothing refers to",
	scrub.Unknown:    "whatever is not known",
	scrub.Title:      "title, artist, album, composer, track, genre, year",
	scrub.Lyrics:     "lyrics",
	scrub.Chapters:   "chapter names",
	scrub.Cover:      "cover art, itself cleaned",
	scrub.GainMap:    "HDR gain map of a photo",
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
