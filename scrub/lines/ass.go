package lines

import (
	"bytes"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// ass is Advanced SubStation Alpha and SubStation Alpha: sections of lines.
func ass(p *script, l line) error {
	s := bytes.TrimSpace(l.s)
	if len(s) > 2 && s[0] == '[' && s[len(s)-1] == ']' {
		name := string(s[1 : len(s)-1])
		if t, damaged := find("ass", name); !encoded(p.section) || t.Kind != scrub.Unknown || damaged {
			return p.sectionOf(l, name)
		}
	}
	t, _ := find("ass", p.section)
	if assVital().Match(s) && (p.section == "script info" || t.Kind == scrub.Unknown && p.section != "damaged") {
		p.Doubt("section %s holds cues", safe(p.section))
		p.section = "damaged"
	}
	if len(s) > 0 {
		p.settle()
	}
	switch {
	case p.section == "damaged":
		p.spoken(l)
	case len(s) == 0:
		p.stays(l, scrub.Structure, "ass")
	case p.section == "" || t.Fate == tags.Go:
		p.goes(l, scrub.Identify, t.Kind, "ass/"+safe(p.section))
	case encoded(p.section):
		if p.section == "fonts" {
			p.Doubt("an embedded font is not looked into")
		}
		p.stays(l, scrub.Render, "ass/Fonts")
	case s[0] == ';' || s[0] == '!':
		p.goes(l, scrub.Identify, scrub.Comment, "ass/comment")
	default:
		return p.assLine(l, s)
	}
	return nil
}

func encoded(section string) bool { return section == "fonts" || section == "graphics" }

// sectionOf begins a section. One that may be that of the cues with a damaged name
// stays as it is.
func (p *script) sectionOf(l line, name string) error {
	t, damaged := find("ass", name)
	p.section = strings.ToLower(name)
	if damaged {
		p.Doubt("section %s may have a damaged name", safe(name))
		p.section = "damaged"
	}
	p.settle()
	switch {
	case damaged || t.Fate != tags.Go:
		p.stays(l, scrub.Structure, "ass")
	case t.Kind == scrub.Unknown:
		l = clone(l)
		p.head = &l
	default:
		p.last(l, t.Kind, "ass/"+safe(name))
	}
	return nil
}

// settle decides on the name of an unknown section by what is seen of it now.
func (p *script) settle() {
	switch l := p.head; {
	case l == nil:
	case p.section == "damaged":
		p.stays(*l, scrub.Structure, "ass")
	default:
		p.last(*l, scrub.Unknown, "ass/section")
	}
	p.head = nil
}

// assLine deals with a line of a section that stays.
func (p *script) assLine(l line, s []byte) error {
	key, columns, ok := bytes.Cut(s, []byte(":"))
	name := strings.ToLower(string(key))
	switch {
	case p.section == "script info":
		at := bytes.IndexByte(l.s, ':') + 1
		if !ok {
			p.goes(l, scrub.Identify, scrub.Unknown, "ass/Script Info")
			return nil
		}
		p.field(l, "ass/Script Info", string(key), at, len(l.s))
	case name == "format":
		p.columns = strings.Split(strings.ReplaceAll(strings.ToLower(string(columns)), " ", ""), ",")
		p.known(l, "ass", "Format")
	case p.section != "events":
		p.style(l)
	case name == "dialogue":
		return p.dialogue(l)
	default:
		t, damaged := find("ass/Events", string(key))
		if damaged || t.Kind == scrub.Unknown && l.s[0] != torn {
			p.Doubt("a line of the events is of no known kind")
			p.add(l)
			return nil
		}
		p.goes(l, scrub.Identify, t.Kind, "ass/"+safe(string(key)))
	}
	return nil
}

var (
	assVital = pattern.New(`(?i)^(dialogue|style|format):`)
	assStyle = pattern.New(`(?i)^[ \t]*style:([^,]*),([^,]*)((?:,[ \t]*(?:[+-]?[\d.]*|&?H?[\dA-F]+&?)[ \t]*)+)$`)
)

// style deals with a line of the styles: a name, a font, and numbers.
func (p *script) style(l line) {
	m := assStyle().FindSubmatchIndex(l.s)
	if m == nil {
		p.Doubt("a style is none")
	} else if why := words.Stay([]byte(p.text(p.part(l, m[2], m[5]))), 256); why != "" {
		p.Doubt("a style or its font has a name that tells something (%s)", why)
	}
	p.stays(l, scrub.Render, "ass/Styles")
}

// dialogue deals with a cue: fields apart by commas, of which the last is the text.
func (p *script) dialogue(l line) error {
	names := p.columns
	if len(names) < 4 || names[len(names)-1] != "text" {
		names = []string{"layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"}
	}
	at := map[string][2]int{}
	i := bytes.IndexByte(l.s, ':') + 1
	for n, name := range names {
		j := len(l.s)
		if n < len(names)-1 {
			k := bytes.IndexByte(l.s[i:], ',')
			if k < 0 {
				p.Doubt("a cue lacks fields")
				p.spoken(l)
				return nil
			}
			j = i + k
		}
		at[name] = [2]int{i, j}
		i = j + 1
	}
	start, end, text := at["start"], at["end"], at["text"]
	p.begin(l, start[0], max(start[1], end[1]), l.s[start[0]:start[1]], l.s[end[0]:end[1]])
	done := 0
	for _, name := range names {
		x := at[name]
		if t, _ := find("ass/Dialogue", name); t.Fate == tags.Words && x[1] > x[0] {
			p.between(l, done, x[0])
			p.says(p.part(l, x[0], x[1]), t.Kind, int(t.Most), "ass/"+name)
			done = x[1]
		}
	}
	p.between(l, done, text[0])
	p.said.open.body = p.unnoted(l, text[0])
	p.flush()
	return nil
}

// between claims characters i to j of a line as they are.
func (p *script) between(l line, i, j int) {
	p.Claim(p.at(l, i), int64(j-i)*p.width, scrub.Payload, p.place())
}

// unnoted takes out of a text what stands in braces and is no code, which is not
// shown, and returns the parts between.
func (p *script) unnoted(l line, at int) (body []line) {
	for i := at; i < len(l.s); i++ {
		n := bytes.IndexByte(l.s[i:], '}')
		if l.s[i] != '{' || n < 0 || l.s[i-1] >= 0x80 && p.width == 1 {
			continue
		}
		end := i + n
		if k := bytes.IndexByte(l.s[i:end], '\\'); k >= 0 {
			end = i + k
		}
		if end > i+1 {
			body = append(body, clone(p.part(l, at, i+1)))
			p.goes(p.part(l, i+1, end), scrub.Identify, scrub.Comment, "ass/note")
			at = end
		}
		i += n
	}
	return append(body, clone(p.rest(l, at)))
}
