package marks

import (
	"fmt"
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

// DiskID returns the identifier that Red Star OS 3.0 makes of the serial number
// of a disk (get_disk_serial in opprc): the number in base 36, modulo 2^64, in
// hexadecimal digits with Z for zero, cut to 13.
func DiskID(serial string) string {
	s := strings.ToUpper(strings.TrimRight(serial[:min(len(serial), 20)], " "))
	if strings.HasPrefix(s, "WD-W") {
		s = s[min(len(s), 5):]
	}
	var acc uint64
	for _, c := range []byte(s) {
		switch {
		case c == '-':
			continue
		case c >= '0' && c <= '9':
			acc = acc*36 + uint64(c-'0')
		case c >= 'A' && c <= 'Z':
			acc = acc*36 + uint64(c-'A'+10)
		default:
			acc *= 36
		}
	}
	hex := fmt.Sprintf("%05.5X%08.8X", uint32(acc>>32), uint32(acc))
	return strings.ReplaceAll(hex[:idLen], "0", "Z")
}

// DiskSerial returns the serial number that an identifier may stand for. It is
// a candidate: dashes, leading zeros and the start of some makers' numbers are
// lost, and a serial of more than ten characters was cut and can't be told from
// a short one.
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
