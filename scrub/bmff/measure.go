package bmff

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// styles is the head of a WebVTT file that says nothing but how cues look and where.
var styles = pattern.New(`^WEBVTT\s*\n\n(STYLE\s*\n[^\x00-\x08<>]+|REGION\s*\n[a-z0-9:%,.\s-]+)$`)

// webVTT claims vttC (ISO/IEC 14496-30, 7.5), the head of a WebVTT file: what
// follows its first word is for people, but for the styles and regions of cues.
func (p *parser) webVTT(b box.Box, place string) error {
	const word, most = 6, 4 << 10
	h, err := p.Bytes(b.Body(), int(min(b.Size(), most)))
	if err != nil {
		return err
	}
	n := min(b.Size(), word)
	if b.Size() <= most && styles().Match(h) {
		n = b.Size()
	}
	p.Claim(b.Off, b.Head+n, scrub.Structure, place)
	blank, err := p.Constant(b.Body()+n, b.Size()-n, '\n')
	if err != nil || blank {
		p.Claim(b.Body()+n, b.Size()-n, scrub.Structure, place)
		return err
	}
	p.Claim(b.Body()+n, b.Size()-n, scrub.Identify, place)
	if p.Found(scrub.Finding{Kind: scrub.Comment, Place: place, Off: b.Body() + n, Len: b.Size() - n, Value: box.Printable(h[n:])}) {
		p.Fill(scrub.Repair, b.Body()+n, b.Size()-n, '\n')
	}
	return nil
}

// fontNames are the families that players have; another name is a font of the
// machine that wrote the file, and no other one has it.
var fontNames = pattern.New(`^(?i)(serif|sans-?serif|monospace|(proportional|monospaced?)[ -]?(sans[ -]?)?serif|default|casual|cursive|small[ -]?caps|arial|helvetica( neue)?|times( new roman)?|courier( new)?|verdana|tahoma|geneva|lucida grande|monaco|,| )*$`)

// fonts claims ftab (3GPP TS 26.245, 5.16): numbers and names of fonts.
func (p *parser) fonts(b box.Box, place string) error {
	h, err := p.Bytes(b.Body(), int(min(b.Size(), box.MostFields)))
	if err != nil {
		return err
	}
	at := 2
	for range box.ByteAt(h, 0)<<8 + box.ByteAt(h, 1) {
		if at += 3 + box.ByteAt(h, at+2); at >= len(h) {
			break
		}
	}
	end := min(at, len(h))
	p.Claim(b.Off, b.Head+int64(end), scrub.Structure, place)
	for at := 2; at+3 < end; {
		name := h[at+3 : min(end, at+3+int(h[at+2]))]
		if !fontNames().Match(name) {
			p.Rewrite(b.Body()+int64(at+3), bytes.Repeat([]byte{' '}, len(name)), scrub.Software, place+"/font")
		}
		at += 3 + int(h[at+2])
	}
	return p.Slack(b, b.Body()+int64(end), place)
}
