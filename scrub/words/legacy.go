package words

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// page is a code page of Windows or of a system before it, and what texts in it are
// made of besides ASCII and signs.
type page struct {
	encoding.Encoding
	scripts []*unicode.RangeTable
	letters func(r rune) bool // the common ones of the script, nil for all
}

var cjk = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul}

// pages are in the order of how sure a text that fits tells its page.
var pages = []page{
	{charmap.Windows1252, []*unicode.RangeTable{unicode.Latin}, nil},
	{charmap.Windows1251, []*unicode.RangeTable{unicode.Cyrillic}, russian},
	{charmap.KOI8R, []*unicode.RangeTable{unicode.Cyrillic}, russian},
	{korean.EUCKR, []*unicode.RangeTable{unicode.Hangul}, nil},
	{simplifiedchinese.GBK, cjk[:3], nil},
	{japanese.ShiftJIS, cjk[:3], nil},
	{traditionalchinese.Big5, cjk[:3], nil},
	{japanese.EUCJP, cjk[:3], nil},
	{korean.EUCKR, cjk, nil},
	{charmap.Windows1251, []*unicode.RangeTable{unicode.Cyrillic}, nil},
	{charmap.Windows1250, []*unicode.RangeTable{unicode.Latin}, nil},
	{charmap.Windows1253, []*unicode.RangeTable{unicode.Greek}, nil},
	{charmap.Windows1255, []*unicode.RangeTable{unicode.Hebrew}, nil},
	{charmap.Windows1256, []*unicode.RangeTable{unicode.Arabic}, nil},
	{charmap.Windows874, []*unicode.RangeTable{unicode.Thai}, nil},
}

func russian(r rune) bool { return r >= 'А' && r <= 'я' || r == 'ё' || r == 'Ё' }

// signs are what of the upper half of code pages stands between words.
const signs = "¡¿«»‘’“”„‚‹›–—…·•°º²³´©®™№§£€¥\u00a0"

// Legacy decodes a text in a field without a word of its encoding, or with a wrong one:
// music of Asia and Russia is full of the code pages of its Windows. ok is false if the
// bytes are a text in none of them, as those of numbers and pictures are.
func Legacy(b []byte) (text string, ok bool) {
	if utf8.Valid(b) {
		return string(b), Readable(string(b))
	}
	for _, p := range pages {
		if out, err := p.NewDecoder().Bytes(b); err == nil && p.likely(string(out)) {
			return string(out), true
		}
	}
	return "", false
}

// likely tells whether text is one of the page's scripts: nothing else has its place
// in it but ASCII and signs, letters make up the most of it, and they stand in words.
func (p page) likely(text string) bool {
	if !Readable(text) {
		return false
	}
	own, ascii, other, turns, last := 0, 0, 0, 0, ' '
	for _, r := range text {
		switch {
		case r == utf8.RuneError:
			return false
		case r < utf8.RuneSelf:
			if unicode.IsLetter(r) {
				ascii++
				break
			}
			if !strings.ContainsRune(" \n\r.,-0123456789", r) {
				other++
			}
			last = ' '
			continue
		case unicode.In(r, p.scripts...) && (p.letters == nil || p.letters(r)):
			own++
		case unicode.In(r, unicode.Mn) || strings.ContainsRune(signs, r) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xff60:
			other++
			continue
		default:
			return false
		}
		if last != ' ' && (last < utf8.RuneSelf) != (r < utf8.RuneSelf) && p.scripts[0] != unicode.Latin || unicode.IsLower(last) && unicode.IsUpper(r) {
			turns++
		}
		last = r
	}
	if p.scripts[0] == unicode.Latin && own > ascii {
		return false
	}
	return 3*other <= own+ascii+2 && 6*turns <= own+ascii
}
