package lines

import (
	"bytes"
	"slices"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// markup is how a dialect of elements is read: XML, or what is like it.
type markup struct {
	loose bool       // elements need no end: one of the same name ends them
	text  scrub.Role // of text in elements that no table knows; 0: it goes
}

// maxMarkup is how long a text of elements may be, in bytes.
const maxMarkup = 8 << 20

var (
	sami = &dialect{
		name: "sami", first: pattern.New(`(?i)^(<\?xml[^>]*>\s*)?<sami`), again: pattern.New(`(?i)<(sync\s+start|head|body|style)\b`), least: 1,
		markup: &markup{loose: true, text: scrub.Payload}, scale: .001,
	}
	ttml = &dialect{
		name: "ttml", first: pattern.New(`^(<\?xml[^>]*>\s*|<!--[^>]*-->\s*)*<([\w-]+:)?tt[\s>]`), again: pattern.New(`xmlns(:\w+)?\s*=\s*["']http://www\.w3\.org/(ns/ttml|200[46]/(10|04|02|11)/ttaf1)`), least: 1,
		markup: &markup{text: scrub.Payload},
	}
	usf = &dialect{
		name: "usf", first: pattern.New(`^(<\?[^>]*>\s*|<!--[^>]*-->\s*|<!DOCTYPE[^>]*>\s*)*<USFSubtitles\b`), again: pattern.New(`<(metadata|styles|subtitles)\b`), least: 1,
		markup: &markup{text: scrub.Payload},
	}
	realText = &dialect{
		name: "realtext", first: pattern.New(`(?i)^(<!--[^>]*-->\s*)*<window\b`), again: pattern.New(`(?i)<time\s+(begin|end)\b`), least: 1,
		markup: &markup{loose: true, text: scrub.Payload},
	}
	asx = &dialect{
		name: "asx", first: pattern.New(`(?i)^(<\?xml[^>]*>\s*)?<asx\b`), again: pattern.New(`(?i)<(entry|ref|entryref|title)\b`), least: 1,
		markup: &markup{loose: true},
	}
	xspf = &dialect{
		name: "xspf", first: pattern.New(`^(<\?xml[^>]*>\s*|<!--[^>]*-->\s*)*<playlist\b`), again: pattern.New(`xspf\.org/ns|<trackList\b`), least: 1,
		markup: &markup{},
	}
	wpl = &dialect{
		name: "wpl", first: pattern.New(`^(<\?(wpl|zpl)[^>]*>\s*)<smil\b`), again: pattern.New(`<(media|seq|head)\b`), least: 1,
		markup: &markup{},
	}
)

// elements deals with a text of elements.
func (p *script) elements(end int64) error {
	if end-p.off > maxMarkup {
		return p.Unsupportedf(p.off, "%s of more than %d bytes", p.d.name, maxMarkup)
	}
	raw := make([]byte, end-p.off)
	if _, err := p.ReadAt(raw, p.off); err != nil {
		return err
	}
	m := elements{script: p, l: line{p.off, view(raw, p.width, p.big), raw, end}}
	for i := 0; i < len(m.l.s); {
		i = m.token(i)
	}
	return nil
}

// elements is a text of elements while it is read.
type elements struct {
	*script
	l     line
	stack []string // the elements that are open
	time  []byte   // when what follows is said
}

// maxDepth is how many elements may be open.
const maxDepth = 64

// token deals with what starts at character i and returns where it ends.
func (m *elements) token(i int) int {
	s := m.l.s[i:]
	until := func(mark string, from int) int {
		if n := bytes.Index(s[min(from, len(s)):], []byte(mark)); n >= 0 {
			return from + n + len(mark)
		}
		return len(s)
	}
	switch {
	case s[0] != '<':
		n := bytes.IndexByte(s, '<')
		if n < 0 {
			n = len(s)
		}
		m.content(i, i+n)
		return i + n
	case bytes.HasPrefix(s, []byte("<!--")):
		n := until("-->", 4)
		if vital().Match(s[:n]) {
			m.Doubt("a comment holds what is said, or its end is damaged")
			n = 4
		}
		m.comment(i, i+n, 4, 3)
		return i + n
	case bytes.HasPrefix(s, []byte("<![CDATA[")):
		n := until("]]>", 9)
		if vital().Match(s[:n]) {
			m.Doubt("text holds what is said, or its end is damaged")
			m.keep(i, i+1)
			return i + 1
		}
		m.keep(i, i+9)
		m.content(i+9, i+max(9, n-3))
		m.keep(i+max(9, n-3), i+n)
		return i + n
	case bytes.HasPrefix(s, []byte("<?")):
		n := until("?>", 2)
		if first := strings.ToLower(string(s[2:min(6, n)])); first == "xml " || first == "wpl " || first == "zpl " {
			m.known(m.part(m.l, i, i+n), "xml", "declaration")
		} else {
			m.comment(i, i+n, 2, 2)
		}
		return i + n
	case bytes.HasPrefix(s, []byte("<!")):
		n := until(">", 2)
		m.known(m.part(m.l, i, i+n), "xml", "doctype")
		return i + n
	}
	return m.tag(i)
}

func (m *elements) keep(i, j int) {
	m.Claim(m.at(m.l, i), int64(j-i)*m.width, scrub.Structure, m.d.name)
}

// comment blanks a comment between marks of so many characters. In styles it is the
// style, for programs that know of none.
func (m *elements) comment(i, j, head, tail int) {
	if slices.Contains(m.stack, "style") {
		m.Claim(m.at(m.l, i), int64(j-i)*m.width, scrub.Render, m.d.name+"/style")
		return
	}
	from, to := min(i+head, j), max(min(i+head, j), j-tail)
	m.keep(i, from)
	m.goes(m.part(m.l, from, to), scrub.Identify, scrub.Comment, m.d.name+"/comment")
	m.keep(to, j)
}

// fate is what becomes of text: what the innermost element says that the table knows.
func (m *elements) fate() (t tags.Tag, place string) {
	for n := len(m.stack) - 1; n >= 0; n-- {
		t, damaged := find(m.d.name, m.stack[n])
		if damaged {
			m.Doubt("element %s may have a damaged name", safe(m.stack[n]))
			return tags.Tag{Role: scrub.Structure, Most: 4 << 10}, m.d.name
		}
		if t.Meaning != "" {
			return t, m.d.name + "/" + t.ID
		}
	}
	if m.d.markup.text != 0 {
		return tags.Tag{Role: m.d.markup.text}, m.d.name
	}
	return tags.Tag{Fate: tags.Go, Kind: scrub.Unknown}, m.d.name + "/text"
}

// content deals with text between tags.
func (m *elements) content(i, j int) {
	for i < j && m.l.s[i] <= ' ' && m.l.s[i] != torn {
		m.keep(i, i+1)
		i++
	}
	tail := j
	for tail > i && m.l.s[tail-1] <= ' ' && m.l.s[tail-1] != torn {
		tail--
	}
	defer m.keep(tail, j)
	l := m.part(m.l, i, tail)
	if len(l.s) == 0 {
		return
	}
	switch t, place := m.fate(); {
	case t.Fate == tags.Go && t.Kind == scrub.Unknown && named().Match(l.s):
		m.Doubt("%s holds the name of a medium", place)
		m.Claim(l.off, l.end-l.off, scrub.Structure, place)
	case t.Fate == tags.Go:
		m.goes(l, scrub.Identify, t.Kind, place)
	case t.Fate == tags.Words:
		m.says(l, t.Kind, int(t.Most), place)
	case t.Fate == tags.Hand:
		m.path(l, place)
	case t.Role == scrub.Payload:
		if m.time != nil {
			at := m.d.seconds(m.time)
			m.said.Add(at, at, m.sample([]line{l}))
		}
		m.spoken(l)
	default:
		t.Most = max(t.Most, 64)
		m.needed(l, t, place)
	}
}

var (
	vital     = pattern.New(`(?i)<([\w-]+:)?(sync|p|span|body|subtitle|time|track|location|entry|ref|media|seq)[\s/>]`)
	tagLike   = pattern.New(`^</?([A-Za-z_][\w:.-]*)`)
	attribute = pattern.New(`([A-Za-z_:][\w:.-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)`)
)

// tag deals with a tag and its attributes.
func (m *elements) tag(i int) int {
	s := m.l.s[i:]
	head := tagLike().FindSubmatchIndex(s)
	if head == nil {
		m.content(i, i+1) // a sign among words
		return i + 1
	}
	n, quote := head[1], byte(0)
	for ; n < len(s) && (s[n] != '>' || quote != 0); n++ {
		switch {
		case s[n] == '<':
			m.Doubt("a tag has no end")
			n--
			quote, s = 0, s[:n+1]
		case quote == 0 && (s[n] == '"' || s[n] == '\''):
			quote = s[n]
		case s[n] == quote:
			quote = 0
		}
	}
	n = min(n+1, len(s))
	name := strings.ToLower(string(s[head[2]:head[3]]))
	name = name[strings.IndexByte(name, ':')+1:]
	if s[1] == '/' {
		m.close(name)
		m.keep(i, i+n)
		return i + n
	}
	m.open(name)
	m.attributes(i, i+head[1], i+n, name)
	if s[max(0, n-2)] == '/' {
		m.close(name)
	}
	return i + n
}

func (m *elements) open(name string) {
	if m.d.markup.loose {
		m.close(name)
	}
	if len(m.stack) < maxDepth {
		m.stack = append(m.stack, name)
	}
}

func (m *elements) close(name string) {
	for n := len(m.stack) - 1; n >= 0; n-- {
		if m.stack[n] == name {
			m.stack = m.stack[:n]
			return
		}
	}
}

// attributes deals with those of a tag from character i to j, whose name ends at
// head.
func (m *elements) attributes(i, head, j int, name string) {
	done := i
	for _, a := range attribute().FindAllSubmatchIndex(m.l.s[head:j], -1) {
		key := strings.ToLower(string(m.l.s[head+a[2] : head+a[3]]))
		from, to := head+a[4], head+a[5]
		if c := m.l.s[from]; c == '"' || c == '\'' {
			from, to = from+1, to-1
		}
		if from < to && m.value(name, key, from, to, done) {
			done = to
		}
	}
	m.keep(done, j)
}

// timing is by element the attribute that tells when something is said.
var timing = map[string]string{"sync": "start", "p": "begin", "subtitle": "start", "time": "begin"}

// value deals with the value of an attribute, and claims what comes before it. It
// returns false if it stays as it is.
func (m *elements) value(name, key string, from, to, done int) bool {
	l := m.part(m.l, from, to)
	if timing[name] == key {
		m.time = bytes.Clone(l.s)
	}
	t, damaged := find(m.d.name, name+"@"+key)
	place := m.d.name + "/" + safe(name+"@"+key)
	text := m.text(l)
	if t.Meaning == "" {
		switch {
		case key == "xmlns" || strings.HasPrefix(key, "xmlns:"):
			t, _ = find("xml", "xmlns")
		case m.d.markup.text == 0 && named().Match(l.s):
			m.Doubt("%s may have a damaged name", place)
			damaged = true
			fallthrough
		case m.d.markup.text != 0 || damaged:
			t = tags.Tag{Fate: "structure", Role: scrub.Structure, Most: 256}
			if why := words.Tells(text); why != "" && !damaged {
				t = tags.Tag{Fate: tags.Go, Kind: why}
			}
		}
	}
	if charset := key == "content" && strings.Contains(text, "charset="); charset {
		t = tags.Tag{Fate: "structure", Role: scrub.Structure, Most: 64}
	}
	m.keep(done, from)
	switch t.Fate {
	case tags.Go:
		m.goes(l, scrub.Identify, t.Kind, place)
	case tags.Words:
		m.says(l, t.Kind, int(t.Most), place)
	case tags.Hand:
		m.path(l, place)
	default:
		m.needed(l, t, place)
	}
	return true
}
