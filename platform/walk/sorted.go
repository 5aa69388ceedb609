package walk

import (
	"slices"
	"strings"
)

// maxSorted names of a folder are kept in memory to be sorted, some ten megabytes.
// A folder of more is gone through in parts, each of which is sorted.
const maxSorted = 1 << 17

// sorted lists a folder in the order of names, which is the same in every run;
// that of the file system is not.
type sorted struct {
	list  listing
	names []named
	end   bool
	err   error
}

type named struct {
	name string
	kind byte
}

// next is [listing.next] in order. An error comes after the names before it.
func (s *sorted) next() (name string, kind byte, ok bool, err error) {
	if len(s.names) == 0 && !s.end {
		s.read()
	}
	if len(s.names) == 0 {
		err, s.err = s.err, nil
		return "", 0, false, err
	}
	n := s.names[0]
	s.names = s.names[1:]
	return n.name, n.kind, true, nil
}

func (s *sorted) read() {
	s.names = nil
	for len(s.names) < maxSorted {
		name, kind, ok, err := s.list.next()
		if err != nil || !ok {
			s.end, s.err = true, err
			break
		}
		s.names = append(s.names, named{name, kind})
	}
	if s.end {
		s.list = listing{} // what is below may go on for long
	}
	slices.SortFunc(s.names, func(a, b named) int { return strings.Compare(a.name, b.name) })
}
