package walk

import (
	"bytes"
	"context"
	"slices"

	"golang.org/x/sys/unix"
)

// maxNames is how many bytes the names of a folder take that are kept to be sorted,
// and how many those of all folders that it lies in. One that has more is gone
// through again for the rest, some hundred thousand names at a time: listing a
// million takes a fraction of a second.
const maxNames = 8 << 20

// sorted lists a folder in the order of names, which is the same in every run;
// that of the file system is not. No name is given twice, whatever happens to
// the folder meanwhile.
type sorted struct {
	fd    int
	room  int    // bytes of names
	last  string // the name given last
	names names  // what comes next, in order
	at    int    // how many of these were given
	end   bool   // nothing comes after these
	err   error
}

// next returns the next name. An error comes after the names before it. ok is false
// at the end.
func (s *sorted) next(ctx context.Context, page []byte) (e dirent, ok bool, err error) {
	if s.at == len(s.names.all) && !s.end {
		s.read(ctx, page)
	}
	if s.at == len(s.names.all) {
		err, s.err = s.err, nil
		return dirent{}, false, err
	}
	n := s.names.all[s.at]
	s.at++
	s.last = string(s.names.name(n))
	return dirent{[]byte(s.last), n.kind, n.ino}, true, nil
}

// read picks the first names after the last one.
func (s *sorted) read(ctx context.Context, page []byte) {
	s.names, s.at, s.end, s.err = names{}, 0, true, nil
	if _, err := unix.Seek(s.fd, 0, unix.SEEK_SET); err != nil {
		s.err = err
		return
	}
	var first []byte // of those that are left for the next time; nil if there are none
	list := listing{fd: s.fd, page: page}
	for ctx.Err() == nil {
		e, ok, err := list.next()
		if err != nil || !ok {
			s.err = err
			break
		}
		if string(e.name) <= s.last || first != nil && bytes.Compare(e.name, first) >= 0 {
			continue
		}
		if s.names.add(e); s.names.size() > s.room {
			first = s.names.halve()
		}
	}
	s.names.sort()
	s.end = first == nil || s.err != nil
}

// drop forgets the names that were read and not given. They will be read again.
func (s *sorted) drop() {
	s.end = s.end && s.at == len(s.names.all)
	s.names, s.at = names{}, 0
}

// names are those of a folder, packed: a million strings would be as many objects
// to allocate and to collect.
type names struct {
	text []byte
	all  []slot
}

type slot struct {
	ino uint64
	off uint32 // in text
	len uint16
	kind
}

const slotSize = 16

type kind = byte

func (n *names) size() int { return len(n.text) + slotSize*len(n.all) }

func (n *names) name(s slot) []byte { return n.text[s.off : s.off+uint32(s.len)] }

func (n *names) add(e dirent) {
	n.all = append(n.all, slot{e.ino, uint32(len(n.text)), uint16(len(e.name)), e.kind})
	n.text = append(n.text, e.name...)
}

func (n *names) sort() {
	slices.SortFunc(n.all, func(a, b slot) int { return bytes.Compare(n.name(a), n.name(b)) })
	// A damaged file system may list a name twice.
	n.all = slices.CompactFunc(n.all, func(a, b slot) bool { return bytes.Equal(n.name(a), n.name(b)) })
}

// halve drops the last half of the names in their order, and returns the first of these.
func (n *names) halve() []byte {
	n.sort()
	keep := n.all[:len(n.all)/2]
	first := bytes.Clone(n.name(n.all[len(keep)]))
	var kept names
	for _, s := range keep {
		kept.add(dirent{n.name(s), s.kind, s.ino})
	}
	*n = kept
	return first
}
