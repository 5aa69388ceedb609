package words

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/scrub"
	"untag/scrub/pattern"
)

// Stay answers whether a text that people wrote for people may stay: it is valid
// UTF-8 of at most so many bytes, holds nothing that is not shown, and does not
// tell of a position, a moment, a person or a device. It returns "" if it may, and
// else what it tells; [scrub.Unknown] stands for what is no text.
func Stay(text []byte, most int) scrub.Kind {
	if len(text) > most || !Readable(string(text)) {
		return scrub.Unknown
	}
	return Tells(string(text))
}

// Readable tells whether all that text holds is shown, in the scripts of all
// languages: white space of all kinds, combining marks, the joiners of Persian and
// of Indic scripts, and emoji with theirs. Control characters, overrides of
// direction, tag characters, private ones, and what is not shown where no script
// needs it are hiding places.
func Readable(text string) bool {
	if !utf8.ValidString(text) {
		return false
	}
	var last rune
	marks, spaces := 0, 0
	for _, r := range text {
		if r != '\n' && unicode.IsSpace(r) {
			spaces++
		} else {
			spaces = 0
		}
		switch {
		case invisible(r):
			if !joins(last, r) {
				return false
			}
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				return false
			}
		case unicode.IsPrint(r) || r == '\n' || r == '\r' || r == '\t' || r == 0x3000 || r == 0xa0 || r == 0x202f || r >= 0x2000 && r <= 0x200a:
			marks = 0
		default:
			return false
		}
		if spaces > maxSpaces {
			return false
		}
		last = r
	}
	return true
}

const (
	maxMarks  = 6  // Tibetan and Hebrew with all its accents stack as many
	maxSpaces = 16 // lines of lyrics are indented; thousands of blanks and tabs are a code
)

// invisible tells whether r shows nothing, or only changes what is beside it, but
// has its place in texts. Fillers of Hangul are letters to Unicode.
func invisible(r rune) bool {
	switch r {
	case 0x200c, 0x200d, 0x200e, 0x200f, 0x61c, 0x115f, 0x1160, 0x3164, 0xffa0, 0x34f, 0x17b4, 0x17b5, 0x2800:
		return true
	}
	return unicode.Is(unicode.Variation_Selector, r)
}

// joiners are the scripts in whose words letters are joined or kept apart by what
// is not shown.
var joiners = []*unicode.RangeTable{unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala, unicode.Khmer, unicode.Tibetan, unicode.Myanmar}

// joins tells whether r, which is not shown, has its place behind last.
func joins(last, r rune) bool {
	picture := unicode.In(last, unicode.So, unicode.Sk) || last == 0xfe0f
	switch {
	case r == 0x200c || r == 0x200d:
		return unicode.In(last, joiners...) || r == 0x200d && picture
	case r == 0x200e || r == 0x200f || r == 0x61c: // where the direction of a bracket or number is unclear
		return last != 0 && !invisible(last)
	case r == 0xfe0e || r == 0xfe0f:
		return picture && last != 0xfe0f || strings.ContainsRune("0123456789#*©®™‼⁉〰〽㊗㊙", last) || unicode.In(last, unicode.Sm)
	case unicode.Is(unicode.Variation_Selector, r): // the forms of a Chinese character in names
		return unicode.Is(unicode.Han, last)
	}
	return false
}

// told are texts that identify, each proof enough. Words of songs and films are
// not among them: the names of devices are those with a number.
var told = []struct {
	kind scrub.Kind
	form func() *regexp.Regexp
}{
	{scrub.Place, pattern.New(`(?i)\bgeo:-?\d|\b(lat|latitude|lon|lng|longitude)\b\W{0,4}\d{1,3}[.,°]\d|\b(maps\.google|google\.[a-z.]+/maps|maps\.app\.goo\.gl|goo\.gl/maps|maps\.apple|openstreetmap\.org/)|///\pL+\.\pL+\.\pL+`)},
	// Springfield, IL 62704; Lindenstraße 14, 10969 Berlin; 12 rue de Rivoli, 75001 Paris; London SW1A 1AA
	{scrub.Place, pattern.New(`\pL, ?[A-Z]{2},? \d{5}\b|\pL{3}\.? \d{1,4} ?[a-z]?, ?([A-Z]{1,2}-)?(\d{5}|[2-9]\d{3}) \p{Lu}\pL|\b\d{1,4} ?(bis)?,? \pL[\pL .'’-]{2,40}, ?\d{5} \p{Lu}\pL|\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b`)},
	{scrub.Person, pattern.New(`(?i)[\pL\pN._%+-]+ ?(@|[(\[] ?at ?[)\]]) ?[\pL\pN-]+(\.[\pL\pN-]+)*\.\pL{2,}|\b(twitter|x|instagram|facebook|tiktok|vk|threads|linkedin)\.com/@?[\pL\pN]|\bt\.me/\pL`)},
	// Folders of Windows, its servers, and those below which other systems keep users' files.
	{scrub.Person, pattern.New(`(?i)(^|\PL)[a-z]:[\\/][^\s\\/]|\\\\[\pL\pN._-]+\\|\bfile:/|(^|[\s"'(=:])(~|%\w+%|/(home|users|root|mnt|media|storage|sdcard|volumes|var|tmp|data|private|export|run|srv|opt|usr))[/\\][^\s/]`)},
	// +49 30 1234567, 030 1234567, 010-1234-5678, (212) 555-0123
	{scrub.Person, pattern.New(`(^|[^\pL\pN])(\+[1-9]\d{0,2}([ ./()-]{0,3}\d{2,}){2,5}|0\d{2,4}[ /-]{1,3}\d{3,4}[ -]?\d{3,5}|0\d-\d{3,4}-\d{4}|\(\d{2,5}\)[ -]?\d{3,4}[ -.]?\d{3,5}|\d{3}[-.]\d{3}[-.]\d{4})($|[^\pL\pN])`)},
	{scrub.Person, pattern.New(`(?i)['’]s (iphone|ipad|macbook)\b|\b(iphone|ipad|macbook) (de|von|van|di|of) \pL`)},
	{scrub.Serial, pattern.New(`(?i)\b(s/n|sn|ser\.? ?no|serial( ?(no|number|nr))?|seriennummer|imei|meid|udid|mac)\b[ .:#=-]{1,4}[0-9a-z-]*\d[0-9a-z-]{3,}|\bsn\d{5,}`)},
	{scrub.Serial, pattern.New(`(?i)\b([0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b|(^|\D)\d{15}(\D|$)`)},
	{scrub.ID, pattern.New(`(?i)\b[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}\b|\b[0-9a-f]{32,}\b|\b[1-9]\d{1,2}(\.\d{1,3}){3}\b`)},
	// How cameras and phones name files (DCF and others), and how Windows names computers.
	{scrub.Device, pattern.New(`\b((IMG|PXL|VID|MVI|DJI|DSC|MOV|WP|PANO|BURST)_?|DSCN|DSCF|GOPR|G[XH]|SAM_|MAH0|PICT|R00|_DSC)\d{4,}|\b(IMG|VID|AUD|PTT|STK|DOC)-\d{8}-WA\d{4}|\b(DESKTOP|LAPTOP)-[A-Z0-9]{6,8}\b`)},
	{scrub.Device, pattern.New(`(?i)\b(i(phone|pad|pod)|macbook) ?(\d|se\b|x[sr]?\b|pro|air|mini)|\bgalaxy (s|a|z|m|j|note|tab|fold|flip)[ a-z]*\d|\bsm-[a-z]\d{3}|\bpixel \d|` +
		`\beos[ -]?(r|m|\d)\d?\b|\b(ilce|dsc|dmc|slt|nex)-[a-z0-9]+\d|\bnikon [dz] ?\d|\bgopro (hero|max|fusion)|\bdji (mini|air|mavic|phantom|osmo|avata|fpv|pocket|matrice|action)|\bmavic (air|mini|pro|\d)|` +
		`\b(xiaomi|redmi|huawei|oneplus|fairphone|realme|fujifilm|lumix|olympus|insta360|blackvue|viofo|nextbase|thinkware)[ -]?[a-z]{0,8}[ -]?\d|\baxon body\b`)},
	{scrub.Software, pattern.New(`(?i)\blav[fc]\d+\.\d|\bhandbrake \d|\bx26[45] core\b|\bffmpeg (version )?n?\d|\badobe (premiere|after effects|media encoder|photoshop|lightroom|audition)\b|\b(imovie|final cut pro|davinci resolve|capcut|vegas pro|avid media composer) \d`)},
}

// moment is a time of day without seconds, or without colons, beside a date.
var momentAfter, momentBefore = pattern.New(`^[日일]?(\s|[T_,-]|\bat\b|\bum\b){0,6}\d{1,2}[:.h_-]?\d{2}([^\d]|\d{2}|$)`), pattern.New(`\d{1,2}[:.h]\d{2}\D{0,4}$`)

// Tells returns what text tells of: a place where something was recorded, a moment, a
// person or their computer, a device. Titles, names of artists, places of concerts
// and days without a time of day are what people write in music and film. "" is nothing.
func Tells(text string) scrub.Kind {
	t := Scan(text)
	if _, _, ok := t.Position(); ok {
		return scrub.Place
	}
	for _, f := range told {
		if f.form().MatchString(text) {
			return f.kind
		}
	}
	if lo, hi, ok := t.Date(); ok {
		if _, ok := t.Clock(); ok || momentAfter().MatchString(text[hi:]) || momentBefore().MatchString(text[:lo]) {
			return scrub.Time
		}
	}
	if serial(text) {
		return scrub.Serial
	}
	return ""
}

// serial tells whether a word of text is capital letters and digits mixed, as
// numbers of devices are: nine characters and more with four digits, or ten with three.
func serial(text string) bool {
	other := func(r rune) bool { return (r < 'A' || r > 'Z') && (r < '0' || r > '9') }
	for _, w := range strings.FieldsFunc(text, other) {
		digits := 0
		for _, c := range []byte(w) {
			if c <= '9' {
				digits++
			}
		}
		if len(w)+digits >= 13 && min(digits, len(w)-6) >= 3 && len(w)-digits >= 2 {
			return true
		}
	}
	return false
}
