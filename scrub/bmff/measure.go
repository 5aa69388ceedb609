package bmff

import (
	"untag/scrub"
	"untag/scrub/pattern"
)

// measures tell from the fields of a decoder's description how long it is. They
// get no more than measured bytes of it.
var measures = map[string]func(b []byte) int{
	"alac": measureALAC, "dac3": func([]byte) int { return 3 }, "dec3": measureEAC3, "dOps": measureOpus, "ftab": measureFonts, "vpcC": measureVP9,
	"chan": measureRows(16, 20), // QuickTime: a layout and descriptions of channels
	"SA3D": measureRows(12, 4),  // Spatial Audio RFC of Google
}

const measured = 1 << 10

// measure returns how many bytes of a description are for the decoder: all of
// them where that is not known.
func (p *parser) measure(b box) (int64, error) {
	f, ok := measures[b.typ]
	if !ok {
		return b.size(), nil
	}
	h, err := p.s.Bytes(b.body(), int(min(b.size(), measured)))
	if err != nil {
		return 0, err
	}
	return min(b.size(), int64(f(h))), nil
}

// byteAt is b[i], or 0 behind its end.
func byteAt(b []byte, i int) int {
	if i >= len(b) {
		return 0
	}
	return int(b[i])
}

// measureOpus is for dOps (Encapsulation of Opus in ISOBMFF, 4.3.2).
func measureOpus(b []byte) int {
	const fields = 11
	if byteAt(b, 10) == 0 {
		return fields
	}
	return fields + 2 + byteAt(b, 1)
}

// measureALAC is for Apple's magic cookie, after which the layout of channels
// may stand.
func measureALAC(b []byte) int {
	const cookie, layout = 28, 24
	if len(b) >= cookie+layout && string(b[cookie+4:cookie+8]) == "chan" {
		return cookie + layout
	}
	return cookie
}

// measureEAC3 is for dec3 (ETSI TS 102 366, F.6), which may tell of objects at its end.
func measureEAC3(b []byte) int {
	n := 2
	for range byteAt(b, 1)&7 + 1 {
		dependent := byteAt(b, n+2) >> 1 & 15
		if n += 3; dependent > 0 {
			n++
		}
	}
	if byteAt(b, n) == 1 {
		return n + 2
	}
	return n
}

// measureVP9 is for vpcC (VP Codec ISO Media File Format Binding).
func measureVP9(b []byte) int {
	at := 10 // of the length of what initializes the decoder
	if byteAt(b, 0) == 0 {
		at = 8
	}
	return at + 2 + byteAt(b, at)<<8 + byteAt(b, at+1)
}

// measureRows is for descriptions of n bytes, the last four of which count the
// rows that follow, of so many bytes each.
func measureRows(n, row int) func(b []byte) int {
	return func(b []byte) int {
		if len(b) < n {
			return len(b)
		}
		return n + row*int(min(be32(b[n-4:]), measured))
	}
}

// measureFonts is for ftab (3GPP TS 26.245, 5.16): numbers and names of fonts.
func measureFonts(b []byte) int {
	n := 2
	for range byteAt(b, 0)<<8 + byteAt(b, 1) {
		if n >= len(b) {
			break
		}
		n += 3 + byteAt(b, n+2)
	}
	return n
}

// styles is the head of a WebVTT file that says nothing but how cues look and where.
var styles = pattern.New(`^WEBVTT\s*\n\n(STYLE\s*\n[^\x00-\x08<>]+|REGION\s*\n[a-z0-9:%,.\s-]+)$`)

// webVTT claims vttC (ISO/IEC 14496-30, 7.5), the head of a WebVTT file: what
// follows its first word is for people, but for the styles and regions of cues.
func (p *parser) webVTT(b box, place string) error {
	const word, most = 6, 4 << 10
	h, err := p.s.Bytes(b.body(), int(min(b.size(), most)))
	if err != nil {
		return err
	}
	n := min(b.size(), word)
	if b.size() <= most && styles().Match(h) {
		n = b.size()
	}
	p.s.Claim(b.off, b.head+n, scrub.Structure, place)
	blank, err := p.s.Constant(b.body()+n, b.size()-n, '\n')
	if err != nil || blank {
		p.s.Claim(b.body()+n, b.size()-n, scrub.Structure, place)
		return err
	}
	p.s.Claim(b.body()+n, b.size()-n, scrub.Identify, place)
	if p.s.Found(scrub.Finding{Kind: scrub.Comment, Place: place, Off: b.body() + n, Len: b.size() - n, Value: printable(h[n:])}) {
		p.s.Fill(scrub.Repair, b.body()+n, b.size()-n, '\n')
	}
	return nil
}
