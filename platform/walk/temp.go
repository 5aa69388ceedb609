package walk

import (
	"fmt"
	"strconv"
	"strings"
)

// A copy that is to take the place of the file NAME stands beside it as
//
//	.untag-XXXXXXXX-NAME.tmp
//
// from its first byte to the last, XXXXXXXX being the CRC-32C of all its bytes
// once it is whole. So a run that finds one left over knows what to do: if NAME
// is there and whole, the copy is not needed; if NAME is missing, which FAT and
// its relatives do to a file when the power goes in the middle of a rename, and
// the sum is right, the copy becomes NAME. No copy ever holds a tag. If NAME has the
// sum, what is left over is the file that it replaced.
const (
	tempPrefix = ".untag-"
	tempSuffix = ".tmp"
	tempHex    = 8
	// maxName is the longest name on every file system in use: 255 bytes on
	// most, 255 UTF-16 units on FAT, exFAT and NTFS.
	maxName = 255
)

// Temp is what the name of a temporary file says.
type Temp struct {
	For string // the file whose place the copy is to take
	Sum uint32 // CRC-32C of the whole copy
}

// Name returns the name of the temporary file, or "" if there is no room for it.
func (t Temp) Name() string {
	name := fmt.Sprintf("%s%0*x-%s%s", tempPrefix, tempHex, t.Sum, t.For, tempSuffix)
	if len(name) > maxName {
		return ""
	}
	return name
}

// ParseTemp tells whether name is one that [Temp.Name] gives.
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
	sum, err := strconv.ParseUint(digits, 16, 32)
	t := Temp{For: of, Sum: uint32(sum)}
	return t, ok && err == nil && of != "" && of != "." && of != ".." && t.Name() == name
}
