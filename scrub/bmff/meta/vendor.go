package meta

import (
	"bytes"
	"encoding/hex"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// IsVendor tells whether a type is that of a box of the top level whose purpose is known.
func IsVendor(typ string) bool {
	_, ok := verdictOf("top", typ)
	return ok
}

// Unknown drops a box that is not needed, named as well as it can be.
func (w *Tags) Unknown(b box.Box, place string) error {
	v, ok := verdictOf("top", b.Type)
	if !ok {
		v.kind = scrub.Unknown
	}
	if b.Type == "uuid" {
		return w.UUID(b, place)
	}
	w.Drop(b, v.kind, place, "")
	return nil
}

// UUID drops a box of a user type (11.1), named as well as it can be.
func (w *Tags) UUID(b box.Box, place string) error {
	if b.Size() < 16 {
		return w.Unneeded(b, place)
	}
	if t, ok := known()["uuid"][hex.EncodeToString(w.Get(b.Body(), 16))]; ok {
		w.Drop(b, t.Kind, place+"/"+t.ID, "")
		return nil
	}
	return w.Unneeded(b, place)
}

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
func (w *Tags) spherical(b box.Box, xml []byte, place string) error {
	frame := sphericalElement().ReplaceAll(xml, nil)
	if !sphericalFrame().Match(bytes.TrimRight(frame, "\x00")) {
		return w.Unneeded(b, place)
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
		w.Claim(off, n, scrub.Identify, place)
		if w.Found(scrub.Finding{Kind: scrub.Software, Place: place + "/" + string(name), Off: off, Len: n, Value: string(value)}) {
			w.Fill(scrub.Repair, off, n, ' ')
		}
		w.Claim(at, off-at, scrub.Structure, place)
		at = off + n
	}
	w.Claim(b.Off, start-b.Off, scrub.Structure, place)
	w.Claim(at, b.End()-at, scrub.Structure, place)
	return nil
}

// sphericalUUID marks spherical video, version 1: XML that players need to show
// a 360° picture as one. It names the stitching software, too.
const sphericalUUID = "\xff\xcc\x82\x63\xf8\x55\x4a\x93\x88\x14\x58\x7a\x02\x52\x1f\xdd"

// TrackUUID claims a box of a user type in a track.
func (w *Tags) TrackUUID(b box.Box, place string) error {
	if b.Size() < 16 || b.Size() > 64<<10 {
		return w.Unneeded(b, place)
	}
	h := w.Get(b.Body(), int(b.Size()))
	if string(h[:16]) != sphericalUUID {
		return w.UUID(b, place)
	}
	return w.spherical(b, h[16:], place+"/spherical")
}
