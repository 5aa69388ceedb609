package raw

import (
	"bytes"
	"cmp"
	"regexp"
	"strings"
	"unicode/utf16"

	"untag/scrub"
	"untag/scrub/tags"
)

// foveon plans an X3F: a header, sections, and a directory of them, to which the last four
// bytes point (Sigma's X3F_Format.pdf; ExifTool, SigmaRaw.pm; LibRaw).
func foveon(s *scrub.Scan) error {
	const least, pointer, entry, most = 40, 4, 12, 64
	at, end := s.Size()-pointer, s.Size()
	if end < least+pointer+entry {
		s.Doubt("the header is cut short")
		s.Claim(0, end, scrub.Structure, "header")
		return nil
	}
	dir := le32(s.Get(at, pointer))
	n := int64(0)
	if dir >= least && dir+entry <= at && string(s.Get(dir, 4)) == "SECd" {
		n = le32(s.Get(dir+8, 4))
	}
	x := &sections{Scan: s}
	if n == 0 || n > most || dir+entry*(n+1) > at {
		s.Doubt("there is no directory of %d sections", n)
		head := x.header(end)
		s.Claim(head, end-head, scrub.Payload, "unread")
		return nil
	}
	parts := []part{x.as(dir, entry*(n+1), scrub.Structure, "directory"), x.as(at, pointer, scrub.Structure, "directory")}
	first, picture := dir, false
	for i := range n {
		e := s.Get(dir+entry*(i+1), entry)
		p := part{off: le32(e), len: le32(e[4:])}
		if p.off < least || p.off > dir || p.len > dir-p.off {
			s.Doubt("section %q lies outside the file", e[8:12])
			continue
		}
		name := string(e[8:12])
		p.clean = func(off, n int64) error { return x.section(name, off, n) }
		parts, first = append(parts, p), min(first, p.off)
		picture = picture || name == "IMAG" || name == "IMA2"
	}
	if !picture {
		s.Doubt("there is no picture")
	}
	s.Unread()
	return inOrder(s, x.header(first), end, 0, parts)
}

// sections is the work on the sections of an X3F.
type sections struct{ *scrub.Scan }

func (x *sections) as(off, n int64, role scrub.Role, place string) part {
	return part{off: off, len: n, clean: func(off, n int64) error { x.Claim(off, n, role, place); return nil }}
}

// header cleans what stands before the first section, and returns where that ends: a
// number of the picture, and what else is said of it depending on the version.
func (x *sections) header(first int64) int64 {
	const id, size, later, label, settings, most = 8, 24, 40, 32, 32 + 4*32, 0x300
	end := min(first, most)
	x.Claim(0, id, scrub.Structure, "header")
	_ = x.BlankValue(id, size-id, 0, scrub.ID, "header/ImageUniqueID", "number of the picture")
	at := int64(later)
	switch version := le32(x.Get(4, 4)); {
	case version>>16 >= 4: // width, height, rotation
		_ = x.Blank(size, later-size, 0, scrub.Unknown, "header")
		n := min(end-later, 12)
		x.Claim(at, n, scrub.Structure, "header")
		at += n
	default: // which settings there are the version says
		x.Claim(size, later-size, scrub.Structure, "header")
		if version >= 0x20001 && end-at >= label {
			x.label(at, label, "WB_DESC")
			at += label
		}
		if version >= 0x20003 && end-at >= label {
			x.label(at, label, "CM_DESC")
			at += label
		}
		if n := min(end-at, settings); version >= 0x20001 {
			x.Claim(at, n, scrub.Structure, "header")
			_ = numbers(x.Scan, at, n, "header")
			at += n
		}
	}
	if x.Zeros(at, end-at) {
		x.Claim(at, end-at, scrub.Filler, "header")
	} else {
		x.Claim(at, end-at, scrub.Structure, "header")
		x.Doubt("what the header says of newer cameras is not known")
	}
	return end
}

// label looks at the name of a setting, which zeros follow.
func (x *sections) label(at, n int64, property string) {
	text, rest, _ := bytes.Cut(x.Get(at, int(n)), []byte{0})
	x.Claim(at, n, scrub.Structure, "header")
	if len(text) > 0 && !forms()[property].Match(text) || len(bytes.Trim(rest, "\x00")) > 0 {
		x.Doubt("the header holds text")
	}
}

// section cleans one section.
func (x *sections) section(name string, off, n int64) error {
	const head, form, coded = 28, 12, 18
	begins := ""
	if n >= head-4 {
		begins = string(x.Get(off, 4))
	}
	switch {
	case name == "PROP" && begins == "SECp":
		return x.properties(off, n)
	case (name == "IMAG" || name == "IMA2") && begins == "SECi" && n > head && le32(x.Get(off+form, 4)) == coded:
		x.Claim(off, head, scrub.Structure, name)
		if err := numbers(x.Scan, off, head, name); err != nil {
			return err
		}
		return preview(x.Scan, off+head, n-head) // by its EXIF decoders know some cameras
	case (name == "IMAG" || name == "IMA2") && begins == "SECi":
		return cmp.Or(numbers(x.Scan, off, min(n, head), name), picture(x.Scan, off, n, name))
	case name == "CAMF" && begins == "SECc":
		x.Claim(off, n, scrub.Render, name)
		x.Doubt("CAMF stays: decoders need it, and it is enciphered")
	default:
		x.Claim(off, n, scrub.Structure, name)
		x.Doubt("section %q is not known", name)
	}
	return nil
}

// properties has values of the list of properties go: names and values are text in UTF-16,
// one after the other.
func (x *sections) properties(off, n int64) error {
	const head, entry, most = 24, 8, 1 << 10
	b := x.Get(off, head)
	count, form, size := le32(b[8:]), le32(b[12:]), le32(b[20:])
	text := off + head + entry*count
	if form != 0 || count > most || size > (n-head-entry*count)/2 || n > scrub.MaxPiece {
		x.Doubt("properties are not what they should be")
		x.Claim(off, n, scrub.Structure, "PROP")
		return nil
	}
	x.Claim(off, text-off, scrub.Structure, "PROP")
	l := &list{sections: x, chars: x.Get(text, int(2*size)), owner: make([]int16, size), tags: []tags.Tag{{ID: "rest", Kind: scrub.Hidden}}}
	for i := range count {
		e := x.Get(off+head+entry*i, entry)
		name, value := le32(e), le32(e[4:])
		if max(name, value) >= size && !l.careful {
			l.careful = true
			x.Doubt("properties are not what they should be")
		}
		l.note(name, value)
	}
	if l.torn { // what went would not tell any more that it was another one's
		x.Doubt("properties are not what they should be")
		x.Claim(text, off+n-text, scrub.Structure, "PROP")
		return nil
	}
	if l.needed < vital { // one of them may be what is of no use now
		l.careful = true
		x.Doubt("properties that decoders need are not what they should be")
	}
	if err := l.clean(text); err != nil {
		return err
	}
	end := text + 2*size
	if l.careful && !x.Zeros(end, off+n-end) {
		x.Claim(end, off+n-end, scrub.Structure, "PROP")
		return nil
	}
	return x.Blank(end, off+n-end, 0, scrub.Hidden, "PROP")
}

// list is one of properties.
type list struct {
	*sections
	chars   []byte
	owner   []int16    // of each character, by number, the property whose name or value it is; what stays counts before what goes
	tags    []tags.Tag // by number; the first is that of what belongs to none
	needed  int        // properties that are there of those which decoders need
	careful bool       // only what has a name goes
	torn    bool       // a name or a value begins within another one
}

// vital is how many properties decoders need: maker, model, white balance.
const vital = 3

// maxText is the longest name or value that may stay, in characters.
const maxText = 64

// note notes whose the characters of a name and a value are.
func (l *list) note(name, value int64) {
	n, v := letters(l.chars, name), letters(l.chars, value)
	key, text := string(utf16.Decode(n)), string(utf16.Decode(v))
	t, ok := known()["PROP"][key]
	named := tags.Tag{ID: "name", Role: scrub.Structure}
	fits := t.Role == 0 || len(v) <= maxText && forms()[key].MatchString(text)
	switch {
	case !ok:
		t = tags.Tag{ID: "unknown", Kind: scrub.Unknown}
		named = t
	case fits && t.Role == scrub.Render:
		l.needed++
	case !fits && t.Role == scrub.Render:
		l.careful = true
		l.Doubt("%s stays: decoders may need it, and it is not what it should be", t.ID)
	case !fits:
		t.Role, t.Kind = 0, scrub.Unknown
	}
	l.use(name, n, named)
	l.use(value, v, t)
}

// use notes whose text the characters at off are.
func (l *list) use(off int64, text []uint16, t tags.Tag) {
	l.torn = l.torn || off > 0 && len(letters(l.chars, off-1)) > 0
	l.tags = append(l.tags, t)
	for k := off; k < min(off+int64(len(text)), int64(len(l.owner))); k++ {
		if l.tags[l.owner[k]].Role == 0 {
			l.owner[k] = int16(len(l.tags) - 1)
		}
	}
}

// clean claims the characters, which begin at text in the file, and has go what does.
func (l *list) clean(text int64) error {
	for at, size := int64(0), int64(len(l.owner)); at < size; {
		next := at + 1
		for next < size && l.owner[next] == l.owner[at] {
			next++
		}
		t, off, n := l.tags[l.owner[at]], text+2*at, 2*(next-at)
		place, value := "PROP/"+t.ID, string(utf16.Decode(letters(l.chars, at)))
		unnamed := t.Kind == scrub.Unknown || t.Kind == scrub.Hidden
		switch {
		case t.Role != 0 && t.Kind != "":
			l.Stuck(scrub.Finding{Kind: t.Kind, Role: scrub.Render, Place: place, Off: off, Len: n, Value: value})
			l.Claim(off, n, t.Role, place)
		case t.Role != 0 || unnamed && l.careful:
			l.Claim(off, n, scrub.Structure, place)
		default:
			if err := l.BlankValue(off, n, 0, t.Kind, place, value); err != nil {
				return err
			}
		}
		at = next
	}
	return nil
}

// forms are those of the values of properties that stay: numbers, and words that cameras write.
var forms = tags.Once(func() map[string]*regexp.Regexp {
	const number = `[-+]?(\d{1,9}/)?(\d{1,9}|\d{0,9}\.\d{1,6})`
	all := map[string]*regexp.Regexp{}
	for name, t := range known()["PROP"] {
		all[name] = regexp.MustCompile(`^(?i:` + strings.ReplaceAll(t.In, "number", number) + `)$`)
	}
	return all
})

// letters returns the characters from number at on, up to a zero or one more than may stay.
func letters(chars []byte, at int64) (text []uint16) {
	for at *= 2; at+1 < int64(len(chars)) && len(text) <= maxText && (chars[at] != 0 || chars[at+1] != 0); at += 2 {
		text = append(text, uint16(chars[at])|uint16(chars[at+1])<<8)
	}
	return text
}
