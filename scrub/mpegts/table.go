package mpegts

import (
	_ "embed"
	"strconv"

	"untag/scrub/tags"
)

//go:embed tags.tsv
var table string

// Tags is what is known about the parts of a transport stream.
func Tags() []tags.Tag { return tags.MustParse(table) }

// names are the tags by place and number, registrations by their letters.
type names struct {
	numbers map[string]map[int]tags.Tag
	letters map[string]tags.Tag
}

func readNames() names {
	n := names{map[string]map[int]tags.Tag{}, map[string]tags.Tag{}}
	for _, t := range Tags() {
		id, err := strconv.ParseInt(t.ID, 0, 32)
		if err != nil {
			n.letters[t.ID] = t
			continue
		}
		if n.numbers[t.Place] == nil {
			n.numbers[t.Place] = map[int]tags.Tag{}
		}
		n.numbers[t.Place][int(id)] = t
	}
	return n
}

// stays tells whether a tag is picture, sound, or what these need.
func stays(t tags.Tag) bool { return t.Role != 0 }
