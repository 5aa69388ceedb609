package still

import (
	_ "embed"
	"maps"
	"slices"

	"untag/scrub/tags"
)

//go:embed tags.tsv
var table string

// known are the parts of pictures whose names tell what they are.
var known = tags.Index(table)

// itemTypes and the others are the names of one kind of parts.
var (
	itemTypes      = tags.Once(func() []string { return names("item") })
	propertyTypes  = tags.Once(func() []string { return names("property") })
	referenceTypes = tags.Once(func() []string { return names("reference") })
	groupTypes     = tags.Once(func() []string { return names("group") })
)

func names(place string) []string { return slices.Sorted(maps.Keys(known()[place])) }
