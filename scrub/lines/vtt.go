package lines

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/tags"
)

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
