package bmff

import (
	"untag/scrub"
	"untag/scrub/bmff/box"
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

// unknown drops a box that is not needed, named as well as it can be.
func (p *parser) unknown(b box.Box, place string) error {
	kind, ok := vendorBoxes[b.Type]
	if !ok {
		kind = scrub.Unknown
	}
	if b.Type == "uuid" {
		return p.uuid(b, place)
	}
	p.Drop(b, kind, place, "")
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

func (p *parser) uuid(b box.Box, place string) error {
	if b.Size() < 16 {
		p.Drop(b, scrub.Unknown, place, "")
		return nil
	}
	id, err := p.Bytes(b.Body(), 16)
	if err != nil {
		return err
	}
	if known, ok := uuids[string(id)]; ok {
		p.Drop(b, known.kind, place+"/"+known.name, "")
		return nil
	}
	p.Drop(b, scrub.Unknown, place, "")
	return nil
}
