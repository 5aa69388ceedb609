package bmff

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/pattern"
)

// byteAt is b[i], or 0 behind its end.
func byteAt(b []byte, i int) int {
	if i >= len(b) {
		return 0
	}
	return int(b[i])
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

// fontNames are the families that players have; another name is a font of the
// machine that wrote the file, and no other one has it.
var fontNames = pattern.New(`^(?i)(serif|sans-?serif|monospace|(proportional|monospaced?)[ -]?(sans[ -]?)?serif|default|casual|cursive|small[ -]?caps|arial|helvetica( neue)?|times( new roman)?|courier( new)?|verdana|tahoma|geneva|lucida grande|monaco|,| )*$`)

// fonts claims ftab (3GPP TS 26.245, 5.16): numbers and names of fonts.
func (p *parser) fonts(b box, place string) error {
	h, err := p.s.Bytes(b.body(), int(min(b.size(), mostFields)))
	if err != nil {
		return err
	}
	at := 2
	for range byteAt(h, 0)<<8 + byteAt(h, 1) {
		if at += 3 + byteAt(h, at+2); at >= len(h) {
			break
		}
	}
	end := min(at, len(h))
	p.s.Claim(b.off, b.head+int64(end), scrub.Structure, place)
	for at := 2; at+3 < end; {
		name := h[at+3 : min(end, at+3+int(h[at+2]))]
		if !fontNames().Match(name) {
			p.rewrite(b.body()+int64(at+3), bytes.Repeat([]byte{' '}, len(name)), scrub.Software, place+"/font")
		}
		at += 3 + int(h[at+2])
	}
	return p.slack(b, b.body()+int64(end), place)
}
