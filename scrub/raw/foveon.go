package raw

import (
	"cmp"
	"unicode/utf16"

	"untag/scrub"
	"untag/scrub/tags"
	"untag/scrub/words"
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
	const id, size, later, most = 8, 24, 40, 0x300
	end := min(first, most)
	x.Claim(0, id, scrub.Structure, "header")
	_ = x.BlankValue(id, size-id, 0, scrub.ID, "header/ImageUniqueID", "number of the picture")
	if x.Get(6, 1)[0] < 4 { // settings, of which the version says which they are
		x.Claim(size, end-size, scrub.Structure, "header")
		return end
	}
	at, n := int64(later), min(end-later, 12) // width, height, rotation
	_ = x.Blank(size, later-size, 0, scrub.Unknown, "header")
	x.Claim(at, n, scrub.Structure, "header")
	if at += n; x.Zeros(at, end-at) {
		x.Claim(at, end-at, scrub.Filler, "header")
	} else {
		x.Claim(at, end-at, scrub.Structure, "header")
		x.Doubt("what the header says of newer cameras is not known")
	}
	return end
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
		return preview(x.Scan, off+head, n-head) // by its EXIF decoders know some cameras
	case (name == "IMAG" || name == "IMA2") && begins == "SECi":
		x.Claim(off, n, scrub.Payload, name)
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
	chars := x.Get(text, int(2*size))
	owner := make([]tags.Tag, size) // of each character, by the property whose value it is; what stays counts before what goes
	for i := range count {
		e := x.Get(off+head+entry*i, entry)
		name, value := letters(chars, le32(e)), letters(chars, le32(e[4:]))
		use(owner, le32(e), name, tags.Tag{ID: "name", Role: scrub.Structure})
		use(owner, le32(e[4:]), value, property(string(utf16.Decode(name)), string(utf16.Decode(value))))
	}
	for at := int64(0); at < size; {
		t, next := owner[at], at+1
		for next < size && owner[next] == t {
			next++
		}
		place, value := "PROP/"+t.ID, string(utf16.Decode(letters(chars, at)))
		if t.Role != 0 {
			x.Claim(text+2*at, 2*(next-at), t.Role, place)
		} else if err := x.BlankValue(text+2*at, 2*(next-at), 0, cmp.Or(t.Kind, scrub.Hidden), place, value); err != nil {
			return err
		}
		if t.Role != 0 && t.Kind != "" {
			x.Stuck(scrub.Finding{Kind: t.Kind, Role: scrub.Render, Place: place, Off: text + 2*at, Len: 2 * (next - at), Value: value})
		}
		at = next
	}
	end := text + 2*size
	return x.Blank(end, off+n-end, 0, scrub.Hidden, "PROP")
}

// property says what becomes of one.
func property(name, value string) tags.Tag {
	const most = 64
	t, ok := known()["PROP"][name]
	if !ok {
		return tags.Tag{ID: "unknown", Kind: scrub.Unknown}
	}
	if len(value) > most || !words.Readable(value) {
		t.Role = 0
	}
	return t
}

// use notes whose text the characters at off are.
func use(owner []tags.Tag, off int64, text []uint16, t tags.Tag) {
	for k := off; k < min(off+int64(len(text)), int64(len(owner))); k++ {
		if owner[k].Role == 0 {
			owner[k] = t
		}
	}
}

// letters returns the characters from number at on, up to a zero.
func letters(chars []byte, at int64) (text []uint16) {
	for at *= 2; at+1 < int64(len(chars)) && (chars[at] != 0 || chars[at+1] != 0); at += 2 {
		text = append(text, uint16(chars[at])|uint16(chars[at+1])<<8)
	}
	return text
}
