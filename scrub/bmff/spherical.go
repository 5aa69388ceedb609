package bmff

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// sphericalElement matches one element of the spherical video metadata,
// version 1, such as <GSpherical:Stitched>true</GSpherical:Stitched>.
var sphericalElement = pattern.New(`<GSpherical:([A-Za-z]+)>([^<>]*)</GSpherical:[A-Za-z]+>`)

// sphericalRender are the elements that a player needs, with values that can't
// say anything else.
var sphericalRender = pattern.New(`^(Spherical|Stitched|ProjectionType|StereoMode|InitialView(Heading|Pitch|Roll)Degrees|FullPano(Width|Height)Pixels|CroppedArea(ImageWidth|ImageHeight|Left|Top)(Pixels)?)$`)
var sphericalValue = pattern.New(`^\s*(true|false|equirectangular|mono|left-right|top-bottom|-?[0-9]{1,6})\s*$`)

// sphericalFrame is what may stand around the elements.
var sphericalFrame = pattern.New(`^\s*(<\?xml version="1\.0"( encoding="UTF-8")?\?>)?\s*<rdf:SphericalVideo\s+xmlns:rdf="http://www\.w3\.org/1999/02/22-rdf-syntax-ns#"\s+xmlns:GSpherical="http://ns\.google\.com/videos/1\.0/spherical/">\s*</rdf:SphericalVideo>\s*$`)

// spherical keeps the XML of spherical video and blanks the elements that are
// not needed to show the picture. XML that says more than that goes whole.
func (p *parser) spherical(b box.Box, xml []byte, place string) error {
	frame := sphericalElement().ReplaceAll(xml, nil)
	if !sphericalFrame().Match(bytes.TrimRight(frame, "\x00")) {
		p.Drop(b, scrub.Unknown, place, "")
		return nil
	}
	start := b.Body() + 16
	at := start
	for _, m := range sphericalElement().FindAllSubmatchIndex(xml, -1) {
		name, value := xml[m[2]:m[3]], xml[m[4]:m[5]]
		if sphericalRender().Match(name) && sphericalValue().Match(value) {
			continue
		}
		off, n := start+int64(m[0]), int64(m[1]-m[0])
		if string(name) == "StitchingSoftware" { // FFmpeg asks for the element
			off, n = start+int64(m[4]), int64(m[5]-m[4])
			if len(bytes.TrimSpace(value)) == 0 {
				continue
			}
		}
		p.Claim(off, n, scrub.Identify, place)
		if p.Found(scrub.Finding{Kind: scrub.Software, Place: place + "/" + string(name), Off: off, Len: n, Value: string(value)}) {
			p.Fill(scrub.Repair, off, n, ' ')
		}
		p.Claim(at, off-at, scrub.Structure, place)
		at = off + n
	}
	p.Claim(b.Off, start-b.Off, scrub.Structure, place)
	p.Claim(at, b.End()-at, scrub.Structure, place)
	return nil
}
