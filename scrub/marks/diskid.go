package marks

import (
	"strconv"
	"strings"
)

const (
	// idLen is the length of the identifier that Red Star OS makes of the
	// serial number of the disk it runs from.
	idLen = 13
	// unreadable is the identifier where no serial number could be read.
	unreadable = "3BCH496784712"
)

// DiskSerial returns the serial number that an identifier of Red Star OS 3.0 may stand for:
// get_disk_serial in opprc writes the number in base 36 modulo 2^64 as hexadecimal digits, with
// Z for zero, cut to 13. It is a candidate: dashes, leading zeros and the start of some makers'
// numbers are lost, and a serial of more than ten characters was cut and can't be told from a
// short one.
func DiskSerial(id string) (serial string, ok bool) {
	if len(id) != idLen || id == unreadable {
		return "", false
	}
	n, err := strconv.ParseUint(strings.ReplaceAll(id, "Z", "0"), 16, 64)
	const longest = 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36 * 36 // ten characters
	if err != nil || n == 0 || n >= longest {
		return "", false
	}
	return strings.ToUpper(strconv.FormatUint(n, 36)), true
}
