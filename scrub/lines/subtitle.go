package lines

import (
	"bytes"
	"regexp"

	"untag/scrub"
	"untag/scrub/pattern"
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
