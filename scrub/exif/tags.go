package exif

import (
	_ "embed"

	"untag/scrub/tags"
)

//go:embed tags.tsv
var table string

// known are the tags that give something away, by the directory or the maker of the
// note that holds them and by their numbers. Those of IFD0 and the Exif IFD don't
// collide; those of the GPS IFD are of Exif 3.0, 4.6.7.
var known = tags.Numbered(table)

// Known returns what is known of a tag of a place: IFD, of IFD0 and the Exif IFD, GPS, or
// the maker of a note.
func Known(place string, tag uint16) (tags.Tag, bool) {
	t, ok := known()[place][uint64(tag)]
	return t, ok
}
