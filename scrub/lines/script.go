package lines

import (
	"bytes"
	_ "embed"
	"regexp"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// script is a text in its encoding, while it is looked at.
type script struct {
	*scrub.Scan
	d       *dialect
	off     int64  // of the first character, behind the byte order mark
	width   int64  // bytes a character: 2 in UTF-16, else 1
	big     bool   // UTF-16 with the high byte first
	section string // that the line is in
	head    *line  // of a section that nobody knows, before it is seen what it holds
	blank   bool   // the line before was
	columns []string
	said    cues
	lists   addresses
}

// line is a line, or a part of one.
type line struct {
	off int64  // of its first byte
	s   []byte // its characters, one byte each: those beyond ASCII are 0x80 or more
	raw []byte // its bytes
	end int64  // behind its line end
}

// short tells whether a line lacks its end: there may have been more of it.
func (l line) short() bool { return l.end == l.off+int64(len(l.raw)) }

// maxLine is how many characters of a line are looked at as one.
const maxLine = 32 << 10

// encoding tells how many bytes of b come before the text, and how its characters
// are written.
func encoding(b []byte) (mark, width int64, big bool) {
	if bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
		return 3, 1, false
	}
	high, wide := words.Wide(b)
	switch {
	case !wide:
		return 0, 1, false
	case bytes.HasPrefix(b, []byte("\xff\xfe")) || bytes.HasPrefix(b, []byte("\xfe\xff")):
		mark = 2
	}
	return mark, 2, high == 0
}

// view returns the characters of b, one byte each.
func view(b []byte, width int64, big bool) []byte {
	if width == 1 {
		return b
	}
	low, high := 0, 1
	if big {
		low, high = 1, 0
	}
	out := make([]byte, len(b)/2)
	for i := range out {
		if out[i] = b[2*i+low]; b[2*i+high] != 0 {
			out[i] = 0x80
		}
	}
	return out
}

// at is the offset of character i of a line.
func (p *script) at(l line, i int) int64 { return l.off + int64(i)*p.width }

// part is characters i to j of a line, without its line end.
func (p *script) part(l line, i, j int) line {
	return line{p.at(l, i), l.s[i:j], l.raw[int64(i)*p.width : int64(j)*p.width], p.at(l, j)}
}

// text decodes a line.
func (p *script) text(l line) string {
	raw := l.raw
	if text, ok := words.Legacy(raw); p.width == 1 && ok {
		return text
	}
	if p.width == 2 {
		raw = append([]byte{0xff, 0xfe}, raw...)
		if p.big {
			raw[0], raw[1] = 0xfe, 0xff
		}
	}
	text, _ := words.Decode(raw)
	return text
}

// linesFrom visits the lines from one offset to another.
func (p *script) linesFrom(from, end int64, visit func(line) error) error {
	for off := from; off < end; {
		n := min(end-off, maxLine*p.width)
		b := p.Get(off, int(n))
		s, at := view(b, p.width, p.big), off
		for len(s) > 0 {
			i, ends, sure := lineEnd(s)
			if !sure && at > off && off+n < end {
				break // the rest of it is in the next piece
			}
			l := line{at, s[:i], b[:int64(i)*p.width], at + int64(i+ends)*p.width}
			if err := visit(l); err != nil {
				return err
			}
			s, b, at = s[i+ends:], b[int64(i+ends)*p.width:], l.end
		}
		if at == off {
			return nil // half a character
		}
		off = at
	}
	return nil
}

// lineEnd returns where the first line of s ends, how long its line end is, and
// whether more bytes would change that.
func lineEnd(s []byte) (i, ends int, sure bool) {
	switch i = bytes.IndexAny(s, "\r\n"); {
	case i < 0:
		return len(s), 0, false
	case s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n':
		return i, 2, true
	}
	return i, 1, s[i] == '\n' || i+1 < len(s)
}

// torn begins what goes and lies in several sectors, until all of it is gone.
const torn = 0x01

// wipe overwrites n bytes with spaces. While that may be interrupted, their
// first character says that the rest goes.
func (p *script) wipe(off, n int64) {
	if p.width == 1 {
		p.replace(off, n, nil)
		return
	}
	p.replace(off, n, p.units(strings.Repeat(" ", int(n/p.width))))
}

// replace puts data, or spaces, over n bytes at off.
func (p *script) replace(off, n int64, data []byte) {
	put := func(phase scrub.Phase, from, to int64) {
		if data == nil {
			p.Fill(phase, off+from, to-from, ' ')
		} else if to > from {
			p.Put(phase, off+from, data[from:to])
		}
	}
	if p.Atomic(off, n) {
		put(scrub.Destroy, 0, n)
		return
	}
	p.Put(scrub.Unlink, off, p.units("\x01"))
	put(scrub.Destroy, p.width, n)
	put(scrub.Repair, 0, p.width)
}

// units encodes ASCII.
func (p *script) units(s string) []byte {
	if p.width == 1 {
		return []byte(s)
	}
	out := make([]byte, 2*len(s))
	low := 0
	if p.big {
		low = 1
	}
	for i := range len(s) {
		out[2*i+low] = s[i]
	}
	return out
}

// stays claims a line with its line end.
func (p *script) stays(l line, role scrub.Role, place string) {
	p.Claim(l.off, l.end-l.off, role, place)
}

// goes has a line go, all but its line end, if the policy says so.
func (p *script) goes(l line, role scrub.Role, kind scrub.Kind, place string) {
	p.leaves(l, role, kind, place, p.wipe)
}

// last is goes for the name of a section, which tells the next run that the lines
// below go. It stays where writing over it can be interrupted.
func (p *script) last(l line, kind scrub.Kind, place string) {
	if !p.Atomic(l.off, int64(len(l.raw))) {
		p.stays(l, scrub.Structure, place)
		return
	}
	p.leaves(l, scrub.Identify, kind, place, func(off, n int64) {
		p.Put(scrub.Repair, off, p.units(strings.Repeat(" ", int(n/p.width))))
	})
}

func (p *script) leaves(l line, role scrub.Role, kind scrub.Kind, place string, wipe func(off, n int64)) {
	n := int64(len(l.raw))
	defer p.Claim(l.off+n, l.end-l.off-n, scrub.Structure, p.d.name)
	if len(bytes.Trim(l.s, " ")) == 0 {
		p.Claim(l.off, n, scrub.Structure, p.d.name)
		return
	}
	p.Claim(l.off, n, role, place)
	f := scrub.Finding{Kind: kind, Role: role, Place: place, Off: l.off, Len: n, Value: strings.TrimSpace(p.text(l))}
	if p.Found(f) {
		wipe(l.off, n)
	}
}

// says deals with what people wrote for people.
func (p *script) says(l line, kind scrub.Kind, most int, place string) {
	if len(bytes.TrimSpace(l.s)) == 0 {
		p.stays(l, scrub.Structure, p.d.name)
		return
	}
	text := strings.Join(strings.Fields(p.text(l)), " ")
	if why := words.Stay([]byte(text), most); why != "" {
		p.goes(l, scrub.Identify, why, place)
		return
	}
	p.goes(l, scrub.Describe, kind, place)
}

// number deals with a number that is the same for all copies of a work.
func (p *script) number(l line, t tags.Tag, place string) {
	kind, role := t.Kind, scrub.Describe
	if int64(len(l.s)) > t.Most || bytes.IndexFunc(l.s, func(r rune) bool { return r < '-' || r > 'z' }) >= 0 {
		kind, role = scrub.Unknown, scrub.Identify
	}
	p.goes(l, role, kind, place)
}

// needed keeps what a reader needs, if it is no more than that.
func (p *script) needed(l line, t tags.Tag, place string) {
	text := strings.Join(strings.Fields(p.text(l)), " ")
	why := words.Stay([]byte(text), int(t.Most))
	if t.In != "" && text != "" {
		if why = scrub.Unknown; forms()[t.In]().MatchString(text) {
			why = ""
		}
	}
	if why != "" {
		p.Claim(l.off, l.end-l.off, scrub.Identify, place)
		p.Stuck(scrub.Finding{Kind: why, Place: place, Off: l.off, Len: int64(len(l.raw)), Value: text})
		p.Doubt("%s holds more than it needs", place)
		return
	}
	p.stays(l, t.Role, place)
}

//go:embed tags.tsv
var table string

// rules are the tags by place and lower-case name.
var rules = tags.Keyed(table, func(t tags.Tag) (string, tags.Tag) { return strings.ToLower(t.ID), t })

// known is needed for a line that the table has as a whole.
func (p *script) known(l line, place, id string) {
	t, _ := find(place, id)
	p.needed(l, t, place+"/"+id)
}

// forms are the patterns of the table.
var forms = tags.Once(func() map[string]func() *regexp.Regexp {
	all := map[string]func() *regexp.Regexp{}
	for _, t := range tags.MustParse(table) {
		if t.Role != 0 && t.In != "" {
			all[t.In] = pattern.New("(?i)^(" + t.In + ")$")
		}
	}
	return all
})

// find returns what is known of a tag. What is unknown and one bit away from a known
// one has a damaged name.
func find(place, id string) (t tags.Tag, damaged bool) {
	known := rules()[place]
	id = strings.ToLower(id)
	t, ok := known[id]
	if ok {
		return t, false
	}
	for k, t := range known {
		damaged = damaged || t.Fate != tags.Go && scrub.Near(k, id)
	}
	return tags.Tag{Fate: tags.Go, Kind: scrub.Unknown, ID: id}, damaged
}

// field deals with a line that is a key and, from character i to j, a value.
func (p *script) field(l line, place, key string, i, j int) {
	t, damaged := find(place, key)
	at, value := place+"/"+safe(key), p.part(l, i, j)
	switch {
	case damaged || t.Kind == scrub.Unknown && (l.short() || named().Match(value.s)):
		p.Doubt("%s may have a damaged name", at)
		p.stays(l, scrub.Structure, at)
		return
	case t.Kind == scrub.Unknown && t.Meaning == "", t.Fate == tags.Go && slices.Contains(p.d.whole, place):
		p.goes(l, scrub.Identify, t.Kind, at)
		return
	}
	p.Claim(l.off, value.off-l.off, scrub.Structure, at)
	rest := line{value.end, l.s[j:], l.raw[int64(j)*p.width:], l.end}
	switch t.Fate {
	case tags.Go:
		p.goes(value, scrub.Identify, t.Kind, at)
	case tags.Words:
		p.says(value, t.Kind, int(t.Most), at)
	case tags.Hand:
		p.path(value, at)
	case "describe":
		p.number(value, t, at)
	default:
		p.needed(value, t, at)
	}
	p.stays(rest, scrub.Structure, at)
}

// named is the name of a medium: what holds one is not unknown, but damaged.
var named = pattern.New(`(?i)` + media + `["'\s]*$`)

// safe is a key as places show it.
func safe(key string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' || r == '/' {
			return '_'
		}
		return r
	}, key[:min(len(key), 32)])
}
