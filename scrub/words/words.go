// Package words reads what texts in media say: it decodes them, takes out what
// only styles, divides them into tokens, and tells whether they hold a
// position, a date, a time of day or a measurement. Each step is one pass over
// the text; what is made of it is no longer than a few times the text.
package words

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxText is how many bytes of a text are looked at: lines of dashcams and
// drones have up to 500, the longest subtitles of films about 2000.
const MaxText = 4 << 10

// Decode returns the text that b holds, at most MaxText bytes of it: UTF-16 where it
// starts with a byte order mark or has zeros in every other place (TS 26.245, 5.2;
// subtitles of Windows programs), else UTF-8, else every byte as the letter of
// that number. Legacy code pages (GBK, CP1251 and others) come out as
// nonsense, but their digits and signs are right, which is what counts here.
// Control is the share of control characters that no text has.
func Decode(b []byte) (text string, control float64) {
	cut := len(b) > MaxText
	b = b[:min(len(b), MaxText)]
	if high, ok := Wide(b); ok {
		text = UTF16(b, high)
	} else {
		for len(b) > 0 && b[len(b)-1] == 0 {
			b = b[:len(b)-1]
		}
		text = decodeBytes(b, cut)
	}
	text = strings.TrimRight(text, "\x00")
	all, bad := 0, 0
	for _, r := range text {
		all++
		if r < ' ' && !strings.ContainsRune("\t\n\v\f\r\x1b", r) || r == 0x7f {
			bad++
		}
	}
	return text, float64(bad) / float64(max(1, all))
}

// Wide tells whether b is UTF-16, and at which of two bytes the high one is.
func Wide(b []byte) (high int, ok bool) {
	if len(b) >= 2 && b[0] == 0xfe && b[1] == 0xff {
		return 0, true
	}
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0xfe {
		return 1, true
	}
	for len(b) > 1 && b[len(b)-1] == 0 && b[len(b)-2] == 0 {
		b = b[:len(b)-2]
	}
	var zeros [2]int
	for i, c := range b {
		if c == 0 {
			zeros[i&1]++
		}
	}
	if zeros[1] > zeros[0] {
		high = 1
	}
	return high, len(b) >= 8 && zeros[1-high] == 0 && 20*zeros[high] >= 3*len(b)
}

// UTF16 decodes text of two bytes a unit, of which the byte high is the higher one: 0 or 1.
// It has no byte order mark after that.
func UTF16(b []byte, high int) string {
	units := make([]uint16, 0, len(b)/2)
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, uint16(b[high])<<8|uint16(b[1-high]))
	}
	return strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff")
}

func decodeBytes(b []byte, cut bool) string {
	if cut { // perhaps in a character
		for i := 1; i <= min(len(b), utf8.UTFMax-1); i++ {
			if last := b[len(b)-i:]; utf8.RuneStart(last[0]) {
				if !utf8.FullRune(last) {
					b = b[:len(b)-i]
				}
				break
			}
		}
	}
	if utf8.Valid(b) {
		return string(b)
	}
	runes := make([]rune, len(b))
	for i, c := range b {
		if runes[i] = rune(c); c >= 0x80 && c <= 0xa0 {
			runes[i] += 0x100 // a letter, where Latin-1 has controls and spaces
		}
	}
	return string(runes)
}
