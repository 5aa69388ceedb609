package meta

import (
	"bytes"

	"untag/scrub"
	"untag/scrub/bmff/box"
	"untag/scrub/pattern"
)

// vendorBoxes are boxes of the top level and of moov whose purpose is known;
// everything that is not in a list of boxes to keep goes, known or not.
var vendorBoxes = map[string]scrub.Kind{
	"prft": scrub.Time, "pdin": scrub.Unknown, "emsg": scrub.Telemetry, "pnot": scrub.Thumbnail, "PICT": scrub.Thumbnail, "pict": scrub.Thumbnail,
	"thum": scrub.Thumbnail, "thm ": scrub.Thumbnail, "frea": scrub.Thumbnail, "IDIT": scrub.Time,
	"gps0": scrub.Place, "gsen": scrub.Telemetry, "gpsa": scrub.Place, "gsea": scrub.Telemetry, "gdat": scrub.Place,
	"GPS ": scrub.Place, "gps ": scrub.Place, "udat": scrub.Place, "nbmt": scrub.Serial, "infi": scrub.Serial,
	"sefd": scrub.MakerNote, "mpvd": scrub.Motion, "axte": scrub.Motion, "inst": scrub.MakerNote, "kvar": scrub.Serial, "kfix": scrub.Serial, "kstb": scrub.Telemetry,
	"meta": scrub.MakerNote, "udta": scrub.MakerNote, "_htc": scrub.MakerNote, "SEAL": scrub.Provenance, "ainf": scrub.ID,
	"ardt": scrub.Telemetry, "prrt": scrub.Telemetry, "XMP_": scrub.Provenance, "uuid": scrub.Unknown,
}

// IsVendor tells whether a type is that of a box of the top level whose purpose is known.
func IsVendor(typ string) bool { return vendorBoxes[typ] != "" }

// Unknown drops a box that is not needed, named as well as it can be.
func (w *Tags) Unknown(b box.Box, place string) error {
	kind, ok := vendorBoxes[b.Type]
	if !ok {
		kind = scrub.Unknown
	}
	if b.Type == "uuid" {
		return w.UUID(b, place)
	}
	w.Drop(b, kind, place, "")
	return nil
}

// uuids names the user types that are known, all of which go.
var uuids = map[string]struct {
	name string
	kind scrub.Kind
}{
	"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac": {"XMP", scrub.Provenance},
	"\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81": {"C2PA", scrub.Provenance},
	"PROF\x21\xd2\x4f\xce\xbb\x88\x69\x5c\xfa\xc9\xc7\x40":             {"PROF", scrub.Device},
	"USMT\x21\xd2\x4f\xce\xbb\x88\x69\x5c\xfa\xc9\xc7\x40":             {"USMT", scrub.Comment},
	"\x4a\xb0\x3b\x0f\x61\x8d\x40\x75\x82\xb2\xd9\xfa\xce\xd3\x5f\xf5": {"Flip", scrub.Serial},
	"\x98\x7f\xa3\xdf\x2a\x85\x43\xc0\x8f\x8f\xd9\x7c\x47\x1e\x8e\xea": {"Flip", scrub.MakerNote},
	"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48": {"Canon", scrub.MakerNote},
	"\x21\x0f\x16\x87\x91\x49\x11\xe4\x81\x11\x00\x24\x21\x31\xfc\xe4": {"Canon", scrub.MakerNote},
	"\xef\xe1\x58\x9a\xbb\x77\x49\xef\x80\x95\x27\x75\x9e\xb1\xdc\x6f": {"360Fly", scrub.Telemetry},
	"\x11\x6e\x40\xdc\xb1\x86\x46\xe4\x84\x7c\xd9\xc0\xc3\x49\x10\x81": {"Garmin thumbnail", scrub.Thumbnail},
	"\x9b\x63\x0f\x8d\x63\x74\x40\xec\x82\x04\xbc\x5f\xf5\x09\x17\x28": {"Garmin position", scrub.Place},
	"\x57\xf5\xb9\x3e\x51\xe4\x48\xaf\xa0\xd9\xc3\xef\x1b\x37\xf7\x12": {"FLIR", scrub.Serial},
}

// UUID drops a box of a user type (11.1), named as well as it can be.
func (w *Tags) UUID(b box.Box, place string) error {
	if b.Size() < 16 {
		return w.Unneeded(b, place)
	}
	id, err := w.Bytes(b.Body(), 16)
	if err != nil {
		return err
	}
	if known, ok := uuids[string(id)]; ok {
		w.Drop(b, known.kind, place+"/"+known.name, "")
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
	h, err := w.Bytes(b.Body(), int(b.Size()))
	if err != nil {
		return err
	}
	if string(h[:16]) != sphericalUUID {
		return w.UUID(b, place)
	}
	return w.spherical(b, h[16:], place+"/spherical")
}
