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

// Descriptors cleans the descriptors of program maps, which program streams have, too.
type Descriptors struct{ names names }

// NewDescriptors reads the table.
func NewDescriptors() Descriptors { return Descriptors{readNames()} }

// Clean zeroes, in a list of descriptors, the bodies of those that tell something, and adds
// what reads as text in them to texts. ok is false if it is no such list.
func (d Descriptors) Clean(list []byte, texts *[]string) (ok bool) {
	if !descriptors(list, func(byte, []byte) {}) {
		return false
	}
	var found []tags.Tag
	copy(list, d.names.cleaned(list, &found))
	for _, t := range found {
		*texts = append(*texts, describe([]byte(t.Meaning)))
	}
	return true
}
