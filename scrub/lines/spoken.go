package lines

import (
	"bytes"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"untag/scrub"
)

// glyph is a character of a line and where it stands.
type glyph struct {
	r    rune
	i, n int
}

// glyphs decodes a line. What is no UTF-8 is in an encoding of before, of which
// the bytes below 0x20 are all that is known.
func (p *script) glyphs(l line) (all []glyph) {
	if p.width == 2 {
		unit := func(i int) rune {
			if p.big {
				return rune(l.raw[2*i])<<8 | rune(l.raw[2*i+1])
			}
			return rune(l.raw[2*i+1])<<8 | rune(l.raw[2*i])
		}
		for i := 0; i < len(l.s); i++ {
			g := glyph{unit(i), i, 1}
			if utf16.IsSurrogate(g.r) && i+1 < len(l.s) {
				if r := utf16.DecodeRune(g.r, unit(i+1)); r != utf8.RuneError {
					g.r, g.n = r, 2
					i++
				}
			}
			all = append(all, g)
		}
		return all
	}
	valid := utf8.Valid(l.s)
	for i := 0; i < len(l.s); {
		g := glyph{rune(l.s[i]), i, 1}
		if valid {
			g.r, g.n = utf8.DecodeRune(l.s[i:])
		} else if g.r >= utf8.RuneSelf {
			g.r = 'é'
		}
		all = append(all, g)
		i += g.n
	}
	return all
}

// mute tells whether a character shows nothing and is no space.
func mute(r rune) bool {
	switch {
	case r == '\t' || r == '\f' || r == '\v' || r == 0x1a || r == 0x1b: // the last begin and end other encodings
		return false
	case r == 0x34f || r == 0x115f || r == 0x1160 || r == 0x17b4 || r == 0x17b5 || r == 0x3164 || r == 0xffa0 || unicode.Is(unicode.Variation_Selector, r):
		return true
	case r >= 0x1f000 && r <= 0x1faff: // pictures that are newer than the table
		return false
	}
	return !unicode.IsGraphic(r)
}

// joins tells whether writing needs a character that shows nothing, in lines of other
// scripts than Latin: joiners, marks of direction, places where a line may be broken.
func joins(r rune) bool {
	return r >= 0x200b && r <= 0x200f || r == 0x61c || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x2069 || r == 0xad || unicode.Is(unicode.Variation_Selector, r)
}

// spoken claims what is shown of a line, and takes out what is not.
func (p *script) spoken(l line) {
	plain := bytes.IndexFunc(l.s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
	if plain {
		p.stays(l, scrub.Payload, p.place())
		return
	}
	all, at := p.glyphs(l), 0
	foreign := false
	for _, g := range all {
		foreign = foreign || g.r >= 0x370 && unicode.In(g.r, unicode.L, unicode.So)
	}
	hide := func(i, j int) {
		p.Claim(p.at(l, at), int64(i-at)*p.width, scrub.Payload, p.place())
		p.goes(p.part(l, i, j), scrub.Identify, scrub.Hidden, p.place())
		at = j
	}
	for a := 0; a < len(all); a++ {
		b := a
		for b < len(all) && mute(all[b].r) {
			b++
		}
		if b > a {
			if p.hides(all, a, b, foreign) {
				hide(all[a].i, all[b-1].i+all[b-1].n)
			}
			a = b
		}
	}
	if n := len(bytes.TrimRight(l.s, " \t")); n >= at && len(l.s)-n > 1 && bytes.IndexByte(l.s[n:], '\t') >= 0 {
		hide(n, len(l.s)) // spaces and tabs in turn are a code
	}
	rest := p.at(l, at)
	p.Claim(rest, l.end-rest, scrub.Payload, p.place())
}

// hides tells whether glyphs a to b, which show nothing, go: blanks show nothing
// either where they stand, or they are a code. Others are in doubt.
func (p *script) hides(all []glyph, a, b int, foreign bool) bool {
	const few, code = 2, 4
	space := func(i int) bool { return i < 0 || i >= len(all) || unicode.IsSpace(all[i].r) }
	needed, control := foreign && b-a <= few, false
	for _, g := range all[a:b] {
		needed = needed && joins(g.r)
		control = control || g.r < ' ' || g.r == 0x7f
	}
	switch {
	case needed:
		return false
	case control || b-a >= code || space(a-1) || space(b):
		return true
	}
	p.Doubt("%s holds a character that is not shown", p.place())
	return false
}
