// Package marks knows tags by name: trailers that name a machine or that a
// phone, camera or workstation appends after the end of a file.
package marks

import "io"

// Mark is one recognised tag.
type Mark struct {
	Name   string // short name, such as "red-star"
	Off    int64  // where it starts in the file
	Len    int64  // how many bytes it takes
	Value  string // what it says, decoded where that is possible
	Proven bool   // it proves itself (by a cipher, a checksum, consistent lengths): sure even where the logical end of the file is not known
}

// Source is what a detector reads from. Size is not needed: the end is given.
type Source interface{ io.ReaderAt }

// Trailer recognises the outermost trailer of the bytes [floor, end): one that
// ends at end exactly. ok is false if there is none.
func Trailer(src Source, floor, end int64) (m Mark, ok bool, err error) {
	return Mark{}, false, nil
}
