// Package chunk cleans containers made of parts that say how long they are: chunks,
// elements, objects, blocks. A family of formats is a [Dialect], which knows how its
// parts are written, and a table of tags (package tags), which says what becomes of
// each; what a table can't say is a [Hand]. What keeps a wrong length or a damaged
// name from costing a film is here, once for all.
//
// Before a part goes its body is searched for vital parts, by their names and lengths; in a
// medium that contradicts itself it goes only if another one that is known follows it. Parts
// that are numbers are read by a [Layout], field by field, so that no word fits into them.
//
// Start with [Parse] and [Walk.Apply].
package chunk

import (
	"encoding/binary"
	"strings"

	"untag/scrub"
	"untag/scrub/tags"
)

// Part is one part of a container: header, body, padding.
type Part struct {
	ID   string // as tables write it
	Off  int64  // of the header
	Head int64  // length of the header
	Size int64  // length of the body
	Pad  int64  // length of what belongs to the part behind its body; zeros
	// Cut tells that the part ends where its holder does and not where its own
	// length says: the file was cut short, or its writer was.
	Cut bool
}

// Body is where the body starts, Tail where it ends, End where the next part starts.
func (p Part) Body() int64 { return p.Off + p.Head }
func (p Part) Tail() int64 { return p.Body() + p.Size }
func (p Part) End() int64  { return p.Tail() + p.Pad }

// Len is the length of all of the part.
func (p Part) Len() int64 { return p.End() - p.Off }

// Dialect is how a family of containers writes its parts.
type Dialect struct {
	// Least is the length of the shortest part. What is left over at the end of a
	// container and shorter than that is padding.
	Least int64
	// Read reads the header of the part at off. It ends at end at the latest: one
	// whose length says more is Cut. A [scrub.FormatError] says that no part is there.
	Read func(s *scrub.Scan, off, end int64) (Part, error)
	// Filler tells whether a part is padding, whose body has to be zeros.
	Filler func(p Part) bool
	// Retire turns a claimed part into padding of the same length: by one write of
	// phase unlink, and zeros in destroy, which comes later.
	Retire func(s *scrub.Scan, p Part, unlink, destroy scrub.Phase)
	// Unlink is the phase in which parts are retired; zero is [scrub.Unlink]. The one
	// after it destroys them.
	Unlink scrub.Phase
	// Vital are the IDs of parts without which nothing plays: one that holds them and
	// is about to go has a wrong length or a damaged name, and stays.
	Vital []string
	// Starts tells whether a vital part may start with b, of which there may be few
	// bytes; nil: if it starts with the ID of one.
	Starts func(b []byte) bool
	// Sure tells that what Starts finds is a vital part even if that is cut short.
	Sure bool
	// Order is that of numbers in parts; see [Walk.Record]. Nil is little-endian.
	Order binary.ByteOrder
	// Raw returns an ID as it stands in files; nil: as tables write it. Those shorter
	// than four bytes are not searched for.
	Raw func(id string) []byte
	// Name returns what people call a part, for reports; nil: its ID.
	Name func(id string) string
	// Closed is called when all parts of a holder were claimed and some of them
	// change: checksums over them are dealt with here. Nil if there are none.
	Closed func(w *Walk, holder Part) error
	// Sane is the second witness beside the ID of a part that stays or goes: its body
	// looks as its tag says. Nil where a family has none.
	Sane func(w *Walk, p Part) (bool, error)
	// Text decodes a text for people; nil is UTF-8 with zeros behind it.
	Text func(b []byte) string
}

func (d *Dialect) phases() (unlink, destroy scrub.Phase) {
	unlink = d.Unlink
	if unlink == 0 {
		unlink = scrub.Unlink
	}
	return unlink, unlink + 1
}

func (d *Dialect) name(id string) string {
	if d.Name != nil {
		return d.Name(id)
	}
	return strings.TrimSpace(id)
}

func (d *Dialect) raw(id string) []byte {
	if d.Raw != nil {
		return d.Raw(id)
	}
	return []byte(id)
}

// Rules are the tags of a family by the place that holds them and by their ID.
type Rules map[string]map[string]tags.Tag

// MustRules returns the rules of a table that is part of the program.
func MustRules(table string) Rules { return tags.Index(table)() }

// Table gives the rules of a table that is part of the program, which it reads when
// first asked.
func Table(table string) func() Rules {
	return tags.Once(func() Rules { return MustRules(table) })
}

// Hand claims a part about which a table can't say everything, by itself or by the
// methods of the walk, and tells whether it stays.
type Hand func(w *Walk, p Part, place string) (stays bool, err error)
