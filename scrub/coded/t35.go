package coded

import (
	"bytes"
	"fmt"
)

// shown are the registered messages that change what is seen: by country and
// provider code, and the provider's own codes where it registers several things.
var shown = [][]byte{
	[]byte("\xb5\x00\x31GA94"),        // captions and bar data, ATSC A/53; ST 2094-10
	[]byte("\xb5\x00\x31DTG1"),        // active format description
	{0xb5, 0x00, 0x2f, 0x03},          // captions, DirecTV
	{0xb5, 0x00, 0x3c, 0x00, 0x01, 4}, // HDR10+, ST 2094-40
	{0xb5, 0x00, 0x3b},                // Dolby Vision
	{0xb5, 0x00, 0x3a},                // SL-HDR, ETSI TS 103 433
	{0xb5, 0x00, 0x90},                // ST 2094-50
	{0xb5, 0x58, 0x90},                // film grain, AFGS1
	{0x26, 0x00, 0x04, 0x00, 0x05},    // HDR Vivid
	{0xb4, 0x00, 0x50},                // LCEVC: an enhancement layer of the picture
}

// Shown tells whether a message registered by ITU-T T.35 changes what is seen.
// The message begins with its country code.
func Shown(message []byte) bool {
	for _, s := range shown {
		if bytes.HasPrefix(message, s) {
			return true
		}
	}
	return false
}

// Registrant names who registered a message that nobody shows.
func Registrant(message []byte) string {
	return fmt.Sprintf("t.35 %x", message[:min(len(message), 3)])
}
