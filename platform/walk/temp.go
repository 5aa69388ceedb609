package walk

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
)

// A copy that is to take the place of the file NAME stands beside it as
//
//	.untag-XXXXXXXX-NAME.tmp
//
// XXXXXXXX is the CRC-32C of the copy as a whole. Such a file is one of these:
//
//   - A copy that was not finished, or is not needed, since NAME is there and whole. No
//     copy ever holds a tag.
//   - A copy that is whole while NAME is missing, which FAT and its relatives do to a file
//     when the power goes in the middle of a rename: it becomes NAME.
//   - The old file, with all that was to go, if NAME has the sum: where names can be
//     exchanged, it gets the name of the copy, is overwritten, and removed.
//   - Somebody else's: a name proves nothing.
//
// A copy that replaces nothing, of a file that is elsewhere, is made as
//
//	.untag-copy-XXXXXXXXXXXXXXXX.tmp
//
// with a sum of the name that it gets. Left over, it is of no use: it may end anywhere.
const (
	tempPrefix = ".untag-"
	tempSuffix = ".tmp"
	tempHex    = 8
	copyWord   = "copy"
	copyHex    = 16
	// maxName is the longest name on every file system in use: 255 bytes on
	// most, 255 UTF-16 units on FAT, exFAT and NTFS.
	maxName = 255
)

// Temp is what the name of a temporary file says.
type Temp struct {
	For  string // the file whose place the copy is to take
	Sum  uint32 // CRC-32C of the whole copy
	Copy bool   // it replaces nothing, and the name says no more
}

// CopyName returns the name of the temporary file that becomes name. That one may be as
// long as names can be.
func CopyName(name string) string {
	h := fnv.New64a()
	h.Write([]byte(name))
	return copyName(h.Sum64())
}

func copyName(sum uint64) string {
	return fmt.Sprintf("%s%s-%0*x%s", tempPrefix, copyWord, copyHex, sum, tempSuffix)
}

// Name returns the name of the temporary file, or "" if there is no room for it.
func (t Temp) Name() string {
	name := fmt.Sprintf("%s%0*x-%s%s", tempPrefix, tempHex, t.Sum, t.For, tempSuffix)
	if len(name) > maxName {
		return ""
	}
	return name
}

// ParseTemp tells whether name is one that [Temp.Name] or [CopyName] gives.
func ParseTemp(name string) (Temp, bool) {
	rest, ok := strings.CutPrefix(name, tempPrefix)
	if !ok {
		return Temp{}, false
	}
	rest, ok = strings.CutSuffix(rest, tempSuffix)
	if !ok {
		return Temp{}, false
	}
	digits, of, ok := strings.Cut(rest, "-")
	if digits == copyWord {
		sum, err := strconv.ParseUint(of, 16, 64)
		return Temp{Copy: true}, err == nil && copyName(sum) == name
	}
	sum, err := strconv.ParseUint(digits, 16, 32)
	t := Temp{For: of, Sum: uint32(sum)}
	return t, ok && err == nil && of != "" && of != "." && of != ".." && t.Name() == name
}
