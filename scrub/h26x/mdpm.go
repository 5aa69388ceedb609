package h26x

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Tags of modified digital video pack metadata, which AVCHD camcorders write:
// packs of DV tape with a tag byte and four more.
const (
	mdpmYear   = 0x18 // time zone, year, month
	mdpmDay    = 0x19 // day, hour, minute, second
	mdpmGPS    = 0xb0 // first of position
	mdpmGPSEnd = 0xcc
	mdpmMake   = 0xe0
)

// mdpm says what a camcorder tells of itself, as text to go after its name.
func mdpm(data []byte) (text string) {
	packs, ok := bytes.CutPrefix(data, []byte("MDPM"))
	if !ok || len(packs) == 0 {
		return ""
	}
	packs = packs[1:] // their number
	placed := false
	for ; len(packs) >= 5; packs = packs[5:] {
		v := packs[1:5]
		switch tag := packs[0]; {
		case tag == mdpmYear:
			text += fmt.Sprintf(", %x-%02x", v[1:3], v[3])
		case tag == mdpmDay:
			text += fmt.Sprintf("-%02x %02x:%02x:%02x", v[0], v[1], v[2], v[3])
		case tag == mdpmMake:
			text += fmt.Sprintf(", make %#x", binary.BigEndian.Uint16(v))
		case tag >= mdpmGPS && tag <= mdpmGPSEnd && !placed:
			text += ", with position"
			placed = true
		}
		if len(text) > 200 {
			break
		}
	}
	return text
}
