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
