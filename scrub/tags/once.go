package tags

import (
	"strconv"
	"strings"
	"sync"
)

// Once returns a function that gives what is made of a table. It is made when first
// asked for: a worker starts for a few files, and most tables are of others.
func Once[T any](made func() T) func() T { return sync.OnceValue(made) }

// Index gives the tags of a table by place and ID.
func Index(table string) func() map[string]map[string]Tag {
	return Keyed(table, func(t Tag) (string, Tag) { return t.ID, t })
}

// Keyed is [Index] where files write an ID otherwise than the table: key says how, and
// what is then known of the tag.
func Keyed(table string, key func(Tag) (string, Tag)) func() map[string]map[string]Tag {
	return Once(func() map[string]map[string]Tag { return by(MustParse(table), key) })
}

// Numbered is [Index] for tables in which an ID is a number and a name, such as "0x010F
// Make". What it gives has the name for its ID.
func Numbered(table string) func() map[string]map[uint64]Tag {
	return Once(func() map[string]map[uint64]Tag {
		return by(MustParse(table), func(t Tag) (n uint64, named Tag) {
			number, name, _ := strings.Cut(t.ID, " ")
			n, err := strconv.ParseUint(number, 0, 64)
			if err != nil || name == "" {
				panic("tags: no number and name: " + t.ID)
			}
			t.ID = name
			return n, t
		})
	})
}

func by[K comparable](all []Tag, key func(Tag) (K, Tag)) map[string]map[K]Tag {
	out := map[string]map[K]Tag{}
	for _, t := range all {
		if out[t.Place] == nil {
			out[t.Place] = map[K]Tag{}
		}
		k, t := key(t)
		out[t.Place][k] = t
	}
	return out
}

// ByID gives the tags of a table by their IDs.
func ByID(table string) func() map[string]Tag {
	return Once(func() map[string]Tag {
		all := map[string]Tag{}
		for _, t := range MustParse(table) {
			all[t.ID] = t
		}
		return all
	})
}
