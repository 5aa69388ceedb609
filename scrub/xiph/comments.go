// Package xiph cleans what formats of the Xiph foundation have in common: the comments of
// Vorbis, which FLAC, Opus, Theora, Speex and others took over, and the pictures in them.
//
// Start with [Clean].
package xiph

import (
	"bytes"
	"cmp"
	_ "embed" // the table
	"encoding/binary"
	"regexp"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

//go:embed tags.tsv
var table string

// comments are the tags by their names.
var comments = tags.ByID(table)

const maxWords = 4 << 10 // of a comment for which the table has no limit, in bytes

// Text is one text of a header of comments.
type Text struct {
	Off, Len int    // where it lies in the header
	Kept     []byte // what stays of it, nil if nothing does
}

// List is what stays of a header of comments.
type List struct {
	Size    int    // bytes that the header took
	Changed bool   // something of it goes
	Lost    bool   // lengths are wrong: texts are missing
	Texts   []Text // the name of the encoder, and comments
}

// empty is the length of a header of comments without any.
const empty = 8

// Filler is what a comment starts with that only fills room, since it has no name.
const Filler = '='

// Clean judges the header of comments with which b begins: the text that names the
// encoder, and a list of texts NAME=value, each behind a length of four bytes (Vorbis I,
// section 5.2.1). At returns where n bytes of b lie in the medium of s, to which findings
// are reported; blank tells whether n bytes of b are nothing but filler.
func Clean(s *scrub.Scan, b []byte, at func(off, n int) scrub.Range, blank func(off, n int) bool, place string) (l List) {
	lost := func() List { // what can't be read goes
		r := at(l.Size, len(b)-l.Size)
		if l.Lost, l.Changed = true, true; len(b) < empty {
			return l
		}
		s.Gone(scrub.Finding{Kind: scrub.Unknown, Place: place + "/unread", Off: r.Off, Len: r.Len})
		return l
	}
	vendor, ok := l.next(b)
	if !ok {
		return lost()
	}
	goes := len(vendor) > 0 && !blank(4, len(vendor)) &&
		found(s, scrub.Finding{Kind: scrub.Software, Place: place + "/vendor", Value: string(vendor)}, at(4, len(vendor)))
	l.add(4, vendor, kept(goes, vendor))
	if len(b)-l.Size < 4 {
		return lost()
	}
	count := binary.LittleEndian.Uint32(b[l.Size:])
	for l.Size += 4; count > 0; count-- {
		from := l.Size + 4
		text, ok := l.next(b)
		switch {
		case !ok:
			return lost()
		case len(text) == 0 || text[0] == Filler && blank(from+1, len(text)-1):
			l.add(from, text, text)
		default:
			l.add(from, text, Judge(s, text, at(from, len(text)), place))
		}
	}
	return l
}

// next returns the next text of b.
func (l *List) next(b []byte) ([]byte, bool) {
	rest := b[l.Size:]
	if len(rest) < 4 {
		return nil, false
	}
	n := binary.LittleEndian.Uint32(rest)
	if int64(n) > int64(len(rest)-4) {
		return nil, false
	}
	l.Size += 4 + int(n)
	return rest[4 : 4+n], true
}

func (l *List) add(off int, text, kept []byte) {
	l.Texts = append(l.Texts, Text{off, len(text), kept})
	l.Changed = l.Changed || kept == nil || !bytes.Equal(text, kept)
}

// Bytes returns the header of what stays, which is no longer than the old one. If
// nothing names the encoder any more, so many zeros do.
func (l *List) Bytes(slack int) []byte {
	var vendor []byte
	if len(l.Texts) > 0 {
		vendor = bytes.TrimRight(l.Texts[0].Kept, "\x00")
	}
	if len(vendor) == 0 {
		vendor = make([]byte, slack)
	}
	b := append(binary.LittleEndian.AppendUint32(nil, uint32(len(vendor))), vendor...)
	at, n := len(b), uint32(0)
	b = append(b, 0, 0, 0, 0)
	for _, t := range l.comments() {
		if t.Kept != nil && (len(t.Kept) == 0 || t.Kept[0] != Filler) {
			b = append(binary.LittleEndian.AppendUint32(b, uint32(len(t.Kept))), t.Kept...)
			n++
		}
	}
	binary.LittleEndian.PutUint32(b[at:], n)
	return b
}

// Repair writes the number of texts that were read into a header that says another one.
func (l *List) Repair(b []byte) {
	if len(l.Texts) > 0 && l.Size >= l.Texts[0].Off+l.Texts[0].Len+4 {
		binary.LittleEndian.PutUint32(b[l.Texts[0].Off+l.Texts[0].Len:], uint32(len(l.Texts)-1))
		return
	}
	clear(b[:empty])
	l.Size, l.Texts = empty, nil
}

const longest = 64 // bytes of a name

// Cut returns a header of comments that goes on behind b as if it ended there: with as much of its
// last text, and as many of them, as there are. A name that is not yet whole is none. It returns nil
// if not even the number of texts is there.
func Cut(b []byte) []byte {
	var l List
	if _, ok := l.next(b); !ok || len(b)-l.Size < 4 {
		return nil
	}
	b = bytes.Clone(b)
	count, n := b[l.Size:l.Size+4], uint32(0)
	for l.Size += 4; n < binary.LittleEndian.Uint32(count); n++ {
		if _, ok := l.next(b); !ok {
			if left := len(b) - l.Size - 4; left > longest || left > 0 && bytes.IndexByte(b[l.Size+4:], '=') >= 0 {
				binary.LittleEndian.PutUint32(b[l.Size:], uint32(left))
				n++
			}
			binary.LittleEndian.PutUint32(count, n)
			break
		}
	}
	return b
}

// Named tells whether the texts of the header b are surely comments: there are some, and each of
// them has a name, or is nothing but filler.
func (l *List) Named(b []byte, blank func(off, n int) bool) bool {
	for _, t := range l.comments() {
		n := bytes.IndexByte(b[t.Off:t.Off+t.Len], '=')
		if n < 0 || n > longest || n == 0 && !blank(t.Off+1, t.Len-1) {
			return false
		}
	}
	return len(l.Texts) > 1
}

func (l *List) comments() []Text {
	if len(l.Texts) == 0 {
		return nil
	}
	return l.Texts[1:]
}

// Stays tells whether anything stays.
func (l *List) Stays() bool { return len(l.Bytes(0)) > empty }

func found(s *scrub.Scan, f scrub.Finding, r scrub.Range) (goes bool) {
	f.Off, f.Len = r.Off, r.Len
	return s.Found(f)
}

var (
	digits = pattern.New(`\d+`)
	number = pattern.New(`^ *[+-]?\d{1,5}([.,]\d{0,12})?( ?(dB|LUFS|LU))? *$|^0x[0-9A-Fa-f]{1,8}$`)
	name   = pattern.New(`^[ -<>-}]{1,64}$`) // see longest
)

// Judge returns what stays of a comment NAME=value, nil if nothing does. It lies at the
// range at.
func Judge(s *scrub.Scan, text []byte, at scrub.Range, place string) []byte {
	id, value, ok := bytes.Cut(text, []byte("="))
	id = bytes.ToUpper(id)
	f := scrub.Finding{Kind: scrub.Unknown, Place: place + "/?", Value: string(value)}
	if !ok || !name().Match(id) {
		return kept(found(s, f, at), text)
	}
	f.Place = place + "/" + string(id)
	t, known := comments()[digits().ReplaceAllString(string(id), "#")]
	f.Kind = cmp.Or(t.Kind, scrub.Unknown)
	switch {
	case !known:
	case t.Fate == tags.Hand:
		return picture(s, text[:len(text)-len(value)], value, f, at)
	case t.Role != 0:
		if form(number(), value, t.Most) {
			return text
		}
		f.Kind = scrub.Unknown
	case t.Fate == tags.Words:
		told := words.Stay(value, int(cmp.Or(t.Most, maxWords)))
		if told == scrub.Unknown && words.Readable(string(value)) { // too long
			told = cmp.Or(words.Tells(string(value)), scrub.Unknown)
		}
		if told == "" {
			f.Role = scrub.Describe
		} else {
			f.Kind = told
		}
	}
	return kept(found(s, f, at), text)
}

func kept(goes bool, text []byte) []byte {
	if goes {
		return nil
	}
	return append([]byte{}, text...) // not nil, be it empty
}

func form(form *regexp.Regexp, value []byte, most int64) bool {
	return int64(len(value)) <= most && form.Match(value)
}
