package walk

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
)

// Temporary files of this project stand beside the file that they are to
// replace, so their names must tell a later run what to do with them:
//
//	.untag-XXXXXXXX.tmp         XXXXXXXX is random: the copy may be unfinished. Remove it.
//	.untag-XXXXXXXX-NAME.tmp    the copy is whole and proven, XXXXXXXX is the CRC-32C of
//	                            its bytes. Remove it if NAME is there and whole; if NAME
//	                            is gone, give it that name.
//
// Neither ever holds a tag: what they are copies of was cleaned before.
const (
	tempPrefix = ".untag-"
	tempSuffix = ".tmp"
	tempHex    = 8
)

// Temp is what the name of a temporary file says.
type Temp struct {
	For string // the file that the finished copy is for; "" if it may be unfinished
	Sum uint32 // CRC-32C of a finished copy
}

// TempName returns a new name for an unfinished copy.
func TempName() string {
	var b [tempHex / 2]byte
	rand.Read(b[:]) // never fails
	return tempPrefix + hex.EncodeToString(b[:]) + tempSuffix
}

// FinishedName returns the name under which a finished copy waits to become name.
func FinishedName(name string, sum uint32) string {
	return fmt.Sprintf("%s%08x-%s%s", tempPrefix, sum, name, tempSuffix)
}

// ParseTemp tells whether name is one that [TempName] or [FinishedName] gives.
func ParseTemp(name string) (Temp, bool) {
	rest, ok := strings.CutPrefix(name, tempPrefix)
	if !ok {
		return Temp{}, false
	}
	rest, ok = strings.CutSuffix(rest, tempSuffix)
	if !ok || len(rest) < tempHex || strings.ToLower(rest[:tempHex]) != rest[:tempHex] {
		return Temp{}, false
	}
	b, err := hex.DecodeString(rest[:tempHex])
	if err != nil {
		return Temp{}, false
	}
	rest = rest[tempHex:]
	switch {
	case rest == "":
		return Temp{}, true
	case len(rest) > 1 && rest[0] == '-':
		sum := uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
		return Temp{For: rest[1:], Sum: sum}, true
	}
	return Temp{}, false
}
