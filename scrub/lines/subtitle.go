package lines

import (
	"bytes"
	"encoding/hex"
	"regexp"
	"strings"

	"untag/scrub"
	"untag/scrub/pattern"
	"untag/scrub/tags"
	"untag/scrub/words"
)

// Times of SubRip and WebVTT, and of SubViewer, whose lines hold nothing else.
const (
	clock  = `((?:\d{1,3}:)?\d{1,2}:\d{1,2}[,.:]\d{1,3})`
	arrow  = `^[ \t]*` + clock + `[ \t]*-{1,2}>[ \t]*` + clock
	commas = `^` + clock + `,` + clock + `[ \t]*$`
)

var (
	arrows     = pattern.New(`(?m)` + arrow)
	arrowTimes = pattern.New(arrow)
	commaTimes = pattern.New(commas)
	digits     = pattern.New(`^[ \t]*\d+[ \t]*$`)
	nonEmpty   = pattern.New(`\S`)
)

var subtitles = []*dialect{
	{
		name: "vtt", first: pattern.New(`^WEBVTT([ \t\r\n]|$)`), again: pattern.New(`-->`), least: 1, alone: pattern.New(`^WEBVTT`),
		line: vtt, number: nonEmpty,
	},
	{
		name: "srt", first: pattern.New(`^\d+[ \t]*\n` + arrow[1:]), again: arrows, least: 2, alone: pattern.New(`^\d`),
		empty: pattern.New(`^\d+[ \t]*\n0[0:]*[,.]000[ \t]*-->?[ \t]*0[0:]*[,.]000[^\n]*\n *\n`),
		line:  timed(arrowTimes), number: digits,
	},
	{ // without numbers
		name: "srt", first: arrowTimes, again: arrows, least: 3,
		line: timed(arrowTimes), number: digits,
		empty: pattern.New(`^0[0:]*[,.]000[ \t]*-->?[ \t]*0[0:]*[,.]000[^\n]*\n *\n`),
	},
	{
		name: "ass", first: pattern.New(`(?i)^([;!][^\n]*\n\s*)*\[script info\]`), again: pattern.New(`(?im)^(\[(v4\+? ?styles\+?|events)\]|scripttype:|format:|dialogue:)`), least: 1,
		line: ass, whole: []string{"ass/Script Info", "ass/Events", "ass"},
	},
	{
		name: "subviewer", first: pattern.New(`(?i)^\[information\]`), again: pattern.New(`(?m)` + clock + `,` + clock + `$`), least: 1,
		line: subviewer,
	},
	{
		name: "sbv", first: pattern.New(`^` + clock + `,` + clock + `\n`), again: pattern.New(`(?m)` + `^` + clock + `,` + clock + `$`), least: 2,
		line: timed(commaTimes), empty: pattern.New(`^0[0:]*\.0+,0[0:]*\.0+\n *\n`),
	},
	oneLine("microdvd", `\{(\d+)\}\{(\d*)\}`, 2, 1/25.),
	oneLine("mpl2", `\[(\d+)\]\[(\d*)\]`, 2, .1),
	{ // Logs look like it: nothing in it is taken for telemetry, save positions.
		name: "tmplayer", first: pattern.New(`^0?0:00:\d\d[:=]`), again: pattern.New(`(?m)^\d?\d:\d\d:\d\d[:=]`), least: 3,
		line: inLine(`^((\d?\d:\d\d:\d\d))[:=]`), stays: true,
	},
	{
		name: "lrc", first: pattern.New(`^(\[[A-Za-z_#]{1,20}:[^\]\n]*\]\s*)*\[0?0?\d:\d\d[.:\]]`), again: pattern.New(`(?m)^\[\d{1,3}:\d\d([.:]\d+)?\]`), least: 2,
		line: lrc, stays: true,
	},
	{
		name: "idx", first: pattern.New(`^# VobSub index file, v\d`), again: pattern.New(`(?m)^(size|palette|langidx|id|timestamp): `), least: 1,
		line: idx,
	},
	{ // Empty cues say until when something is shown.
		name: "aqtitle", first: pattern.New(`^-->> \d+[ \t]*\n`), again: pattern.New(`(?m)^-->> \d+[ \t]*$`), least: 2,
		line: aqtitle, scale: 1 / 25., stays: true,
	},
	{
		name: "scc", first: pattern.New(`^Scenarist_SCC V1\.0`), again: pattern.New(`(?m)` + sccLine), least: 1, alone: pattern.New(`^Scenarist_SCC V1\.0\s*$`),
		line: scc, stays: true,
	},
	sami, ttml, usf, realText,
}

// timed reads cues of which a line tells the time and those below what is said.
func timed(times func() *regexp.Regexp) func(*script, line) error {
	return func(p *script, l line) error {
		if m := times().FindSubmatchIndex(l.s); m != nil {
			p.cue(l, m)
			return nil
		}
		p.add(l)
		return nil
	}
}

// cue begins a cue with a line in which m is a match of two times. What follows them
// is where the text is to be shown.
func (p *script) cue(l line, m []int) {
	p.begin(l, m[2], m[5], l.s[m[2]:m[3]], l.s[m[4]:m[5]])
	p.stays(l, scrub.Payload, p.place())
}

func oneLine(name, head string, least int, scale float64) *dialect {
	return &dialect{
		name: name, first: pattern.New(`^` + head), again: pattern.New(`(?m)^` + head), least: least,
		empty: pattern.New(`^[{\[]0+[}\]][{\[]0*[}\]] *\n`),
		line:  inLine(`^` + head), scale: scale,
	}
}

// inLine reads cues of a line each.
func inLine(head string) func(*script, line) error {
	heads := pattern.New(head)
	return func(p *script, l line) error {
		m := heads().FindSubmatchIndex(l.s)
		if m == nil {
			p.add(l)
			return nil
		}
		p.begin(l, m[2], m[5], l.s[m[2]:m[3]], l.s[m[4]:m[5]])
		p.upTo(l, m[1])
		p.add(p.rest(l, m[1]))
		p.flush()
		return nil
	}
}

// upTo claims the first characters of a line as they are.
func (p *script) upTo(l line, n int) {
	p.Claim(l.off, int64(n)*p.width, scrub.Payload, p.place())
}

// rest is a line from character i on, with its line end.
func (p *script) rest(l line, i int) line {
	out := p.part(l, i, len(l.s))
	out.end = l.end
	return out
}

var keyed = pattern.New(`^[ \t]*([A-Za-z][A-Za-z0-9+ _-]{0,40}?)[ \t]*[:=][ \t]*(.*)$`)

// vtt is WebVTT (W3C, 4.1): a head, then blocks with empty lines between.
func vtt(p *script, l line) error {
	word := func(s string) bool {
		return bytes.HasPrefix(l.s, []byte(s)) && (len(l.s) == len(s) || l.s[len(s)] <= ' ' || l.s[len(s)] == 0x7f)
	}
	switch {
	case p.section == "": // the first line
		p.section = "head"
		p.Claim(l.off, 6*p.width, scrub.Structure, "vtt")
		p.goes(p.rest(l, 6), scrub.Identify, scrub.Comment, "vtt/WEBVTT")
		return nil
	case p.section == "head" && !p.blank && arrowTimes().Match(l.s):
		p.section = "cue"
	case len(l.s) == 0 && (p.section == "head" || p.section == "NOTE" || p.section == "STYLE"):
		p.section = "block"
	case p.section == "head":
		return p.header(l)
	case p.section == "NOTE", p.blank && word("NOTE"):
		n := 0
		if p.section != "NOTE" {
			p.flush()
			n = len("NOTE")
		}
		p.section = "NOTE"
		p.Claim(l.off, int64(n)*p.width, scrub.Structure, "vtt/NOTE")
		p.goes(p.rest(l, n), scrub.Identify, scrub.Comment, "vtt/NOTE")
		return nil
	case p.section == "STYLE", p.blank && (word("STYLE") || word("REGION")):
		p.flush()
		p.section = "STYLE"
		p.needed(l, tags.Tag{Role: scrub.Render, Most: 1 << 10}, "vtt/STYLE")
		return nil
	}
	if m := arrowTimes().FindSubmatchIndex(l.s); m != nil {
		p.section = "cue"
		p.cue(l, m)
		return nil
	}
	switch {
	case p.section == "cue" && len(l.s) > 0:
	case len(l.s) == 0:
		p.section = "block"
	case p.section == "name":
		p.Doubt("a block of text is no cue")
	default:
		p.section = "name"
	}
	p.add(l)
	return nil
}

// header deals with a line of the head of WebVTT.
func (p *script) header(l line) error {
	if m := keyed().FindSubmatchIndex(l.s); m != nil {
		p.field(l, "vtt", string(l.s[m[2]:m[3]]), m[4], m[5])
		return nil
	}
	p.goes(l, scrub.Identify, scrub.Comment, "vtt/head")
	return nil
}

// subviewer is SubViewer 2: a head of [KEY]value, then cues.
func subviewer(p *script, l line) error {
	if m := commaTimes().FindSubmatchIndex(l.s); m != nil {
		p.cue(l, m)
		return nil
	}
	if p.said.open != nil {
		p.add(l)
		return nil
	}
	if m := bracketed().FindSubmatchIndex(l.s); m != nil {
		p.field(l, "subviewer", string(l.s[m[2]:m[3]]), m[4], m[5])
		return nil
	}
	p.goes(l, scrub.Identify, scrub.Comment, "subviewer/head")
	return nil
}

var (
	bracketed  = pattern.New(`^\[([A-Za-z ]+)\](.*)$`)
	idxPicture = pattern.New(`^timestamp: \d\d:\d\d:\d\d:\d{3}, filepos: [0-9a-fA-F]{1,12}$`)
	lrcTimes   = pattern.New(`^((?:[ \t]*\[\d{1,3}:\d\d(?:[.:]\d{1,3})?\])+)`)
	lrcFirst   = pattern.New(`\d{1,3}:\d\d(?:[.:]\d{1,3})?`)
	lrcTag     = pattern.New(`^\[([A-Za-z#_]{1,16}):([^\]]*)\]?[ \t]*$`)
)

// lrc is lyrics with times.
func lrc(p *script, l line) error {
	if m := lrcTimes().FindIndex(l.s); m != nil {
		t := lrcFirst().FindIndex(l.s)
		p.begin(l, t[0], t[1], l.s[t[0]:t[1]], l.s[t[0]:t[1]])
		p.upTo(l, m[1])
		p.add(p.rest(l, m[1]))
		p.flush()
		return nil
	}
	if m := lrcTag().FindSubmatchIndex(l.s); m != nil {
		p.field(l, "lrc", string(l.s[m[2]:m[3]]), m[4], m[5])
		return nil
	}
	p.add(l)
	return nil
}

// idx is the index of VobSub: comments, settings, and where each picture lies.
func idx(p *script, l line) error {
	key, value, ok := bytes.Cut(l.s, []byte(":"))
	switch {
	case p.section == "":
		p.section = "head"
		p.known(l, "idx", "version")
	case idxPicture().Match(l.s):
		p.stays(l, scrub.Payload, "idx/timestamp")
	case len(bytes.TrimSpace(l.s)) == 0:
		p.stays(l, scrub.Structure, "idx")
	case l.s[0] == '#':
		p.Claim(l.off, p.width, scrub.Structure, "idx")
		p.goes(p.rest(l, 1), scrub.Identify, scrub.Comment, "idx/comment")
	case ok:
		p.field(l, "idx", string(key), len(l.s)-len(value), len(l.s))
	case l.short():
		p.Doubt("the last line may be cut short")
		p.stays(l, scrub.Structure, "idx")
	default:
		p.goes(l, scrub.Identify, scrub.Unknown, "idx/line")
	}
	return nil
}

var aqtitleTime = pattern.New(`^-->> (\d+)[ \t]*$`)

// aqtitle reads cues of which a line tells the picture they begin with.
func aqtitle(p *script, l line) error {
	m := aqtitleTime().FindSubmatchIndex(l.s)
	if m == nil {
		p.add(l)
		return nil
	}
	p.begin(l, m[2], m[3], l.s[m[2]:m[3]], l.s[m[2]:m[3]])
	p.stays(l, scrub.Payload, p.place())
	return nil
}

const sccLine = `^(\d\d:\d\d:\d\d)[:;.,]\d\d[ \t]+([0-9A-Fa-f]{4}(?:[ \t]+[0-9A-Fa-f]{4})*)[ \t]*$`

var (
	sccCodes = pattern.New(sccLine)
	sccLike  = pattern.New(`\d:\d\d[:;.,]\d\d|[0-9A-Fa-f]{4}[ \t]+[0-9A-Fa-f]{4}`) // or nearly
)

// scc is captions as broadcasters code them, CEA-608, in hexadecimal digits.
func scc(p *script, l line) error {
	m := sccCodes().FindSubmatchIndex(l.s)
	switch {
	case p.section == "":
		p.section = "head"
		p.known(l, "scc", "version")
	case m != nil:
		at := p.d.seconds(l.s[m[2]:m[3]])
		if text := bytes.TrimSpace(p.captions(l.s[m[4]:m[5]])); len(text) > 0 {
			p.said.Add(at, at, text)
		}
		p.stays(l, scrub.Payload, p.place())
	case sccLike().Match(l.s):
		p.Doubt("a line of captions is damaged")
		p.stays(l, scrub.Payload, p.place())
	case l.short():
		p.Doubt("the last line may be cut short")
		p.stays(l, scrub.Structure, "scc")
	default:
		p.goes(l, scrub.Identify, scrub.Comment, "scc/line")
	}
	return nil
}

// captions are the letters of pairs of bytes, of which one bit is for parity. What a station
// tells of itself, its programme and the hour is none.
func (p *script) captions(codes []byte) (text []byte) {
	const parity = 0x7f
	for _, pair := range bytes.Fields(codes) {
		var b [2]byte
		if _, err := hex.Decode(b[:], pair); err != nil {
			continue
		}
		switch c := b[0] & parity; {
		case c >= ' ':
			text = append(text, c, max(' ', b[1]&parity))
		case c > 0 && c < 0x10:
			p.Doubt("captions hold data of a station")
		default:
			text = append(text, ' ')
		}
	}
	return text
}

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
