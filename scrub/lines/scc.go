package lines

import (
	"bytes"
	"encoding/hex"

	"untag/scrub"
	"untag/scrub/pattern"
)

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
