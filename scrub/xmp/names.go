package xmp

import (
	"fmt"
	"strings"

	"untag/scrub"
)

// prefixes are the usual ones of name spaces that occur in media.
var prefixes = map[string]string{
	"":                                     "",
	"xmlns":                                "xmlns",
	"adobe:ns:meta/":                       "x",
	"http://www.w3.org/XML/1998/namespace": "xml",
	nsRDF:                                  "rdf",
	nsHDRGM:                                "hdrgm",
	nsContainer:                            "Container",
	nsItem:                                 "Item",
	nsPano:                                 "GPano",
	nsTIFF:                                 "tiff",
	nsAppleHDR:                             "HDRGainMap",
	nsApplePixel:                           "apdi",
	"http://ns.adobe.com/exif/1.0/":        "exif",
	"http://ns.adobe.com/exif/1.0/aux/":    "aux",
	"http://cipa.jp/exif/1.0/":             "exifEX",
	"http://ns.adobe.com/xap/1.0/":         "xmp",
	"http://ns.adobe.com/xap/1.0/mm/":      "xmpMM",
	"http://ns.adobe.com/xap/1.0/rights/":  "xmpRights",
	"http://ns.adobe.com/xap/1.0/bj/":      "xmpBJ",
	"http://ns.adobe.com/xmp/note/":        "xmpNote",
	"http://ns.adobe.com/xmp/1.0/DynamicMedia/":            "xmpDM",
	"http://ns.adobe.com/xap/1.0/sType/ResourceEvent#":     "stEvt",
	"http://ns.adobe.com/xap/1.0/sType/ResourceRef#":       "stRef",
	"http://purl.org/dc/elements/1.1/":                     "dc",
	"http://purl.org/dc/terms/":                            "dcterms",
	"http://ns.adobe.com/photoshop/1.0/":                   "photoshop",
	"http://ns.adobe.com/pdf/1.3/":                         "pdf",
	"http://ns.adobe.com/camera-raw-settings/1.0/":         "crs",
	"http://ns.adobe.com/lightroom/1.0/":                   "lr",
	"http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/":          "Iptc4xmpCore",
	"http://iptc.org/std/Iptc4xmpExt/2008-02-29/":          "Iptc4xmpExt",
	"http://ns.useplus.org/ldf/xmp/1.0/":                   "plus",
	"http://ns.microsoft.com/photo/1.0/":                   "MicrosoftPhoto",
	"http://ns.microsoft.com/photo/1.2/":                   "MP",
	"http://ns.microsoft.com/photo/1.2/t/Region#":          "MPReg",
	"http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
	"http://www.dji.com/drone-dji/1.0/":                    "drone-dji",
	"http://ns.google.com/photos/1.0/camera/":              "GCamera",
	"http://ns.google.com/photos/1.0/creations/":           "GCreations",
	"http://ns.google.com/photos/1.0/image/":               "GImage",
	"http://ns.google.com/photos/1.0/audio/":               "GAudio",
	"http://ns.google.com/photos/1.0/depthmap/":            "GDepth",
	"http://www.digikam.org/ns/1.0/":                       "digiKam",
	"http://www.gimp.org/xmp/":                             "GIMP",
	"http://www.tc260.org.cn/ns/AIGC/1.0/":                 "TC260",
	"http://ns.apple.com/faceinfo/1.0/":                    "apple-fi",
}

// prefix returns the usual prefix of a name space, or the last word of one that
// is not known.
func prefix(space string) string {
	if p, ok := prefixes[space]; ok {
		return p
	}
	words := strings.FieldsFunc(space, func(c rune) bool { return c == '/' || c == '#' || c == ':' })
	for i := len(words) - 1; i >= 0; i-- {
		if word := words[i]; len(word) <= 32 && !strings.ContainsAny(word[:1], "0123456789") {
			return word
		}
	}
	return "other"
}

// kinds says what a property gives away, by its last name; a name that ends in
// a colon stands for all of its prefix that are not named.
var kinds = map[string]scrub.Kind{
	"tiff:Make": scrub.Device, "tiff:Model": scrub.Device, "tiff:Software": scrub.Software, "tiff:Artist": scrub.Person,
	"tiff:DateTime": scrub.Time, "tiff:ImageDescription": scrub.Caption, "tiff:Copyright": scrub.Caption,
	"exif:DateTimeOriginal": scrub.Time, "exif:DateTimeDigitized": scrub.Time, "exif:ImageUniqueID": scrub.ID,
	"exif:UserComment": scrub.Comment, "exif:GPSTimeStamp": scrub.Time, "exif:GPSLatitude": scrub.Place,
	"exif:GPSLongitude": scrub.Place, "exif:GPSAltitude": scrub.Place, "exif:GPSDestLatitude": scrub.Place,
	"exif:GPSDestLongitude": scrub.Place, "exif:GPSImgDirection": scrub.Place, "exif:MakerNote": scrub.MakerNote,
	"aux:SerialNumber": scrub.Serial, "aux:LensSerialNumber": scrub.Serial, "aux:OwnerName": scrub.Person,
	"aux:Lens": scrub.Device, "aux:LensInfo": scrub.Device, "aux:LensID": scrub.Device, "aux:Firmware": scrub.Device,
	"aux:ImageNumber":         scrub.ID,
	"exifEX:BodySerialNumber": scrub.Serial, "exifEX:LensSerialNumber": scrub.Serial,
	"exifEX:CameraOwnerName": scrub.Person, "exifEX:LensModel": scrub.Device, "exifEX:LensMake": scrub.Device,
	"exifEX:LensSpecification": scrub.Device, "exifEX:Photographer": scrub.Person, "exifEX:ImageEditor": scrub.Person,
	"xmp:CreatorTool": scrub.Software, "xmp:CreateDate": scrub.Time, "xmp:ModifyDate": scrub.Time,
	"xmp:MetadataDate": scrub.Time, "xmp:Label": scrub.Caption, "xmp:Rating": scrub.Caption, "xmp:Nickname": scrub.Person,
	"xmp:Identifier": scrub.ID, "xmp:Author": scrub.Person,
	"xmpMM:": scrub.ID, "stRef:": scrub.ID, "stEvt:instanceID": scrub.ID, "stEvt:when": scrub.Time,
	"stEvt:softwareAgent": scrub.Software, "stEvt:": scrub.Provenance, "xmpNote:HasExtendedXMP": scrub.ID,
	"xmpRights:": scrub.Caption, "plus:": scrub.Caption, "lr:": scrub.Caption, "digiKam:": scrub.Caption,
	"dc:creator": scrub.Person, "dc:contributor": scrub.Person, "dc:publisher": scrub.Person, "dc:date": scrub.Time,
	"dc:identifier": scrub.ID, "dc:source": scrub.ID, "dc:title": scrub.Caption, "dc:description": scrub.Caption,
	"dc:subject": scrub.Caption, "dc:rights": scrub.Caption, "dcterms:provenance": scrub.Provenance,
	"photoshop:AuthorsPosition": scrub.Person, "photoshop:CaptionWriter": scrub.Person, "photoshop:Credit": scrub.Person,
	"photoshop:City": scrub.Place, "photoshop:State": scrub.Place, "photoshop:Country": scrub.Place,
	"photoshop:DateCreated": scrub.Time, "photoshop:TransmissionReference": scrub.ID, "photoshop:DocumentAncestors": scrub.ID,
	"photoshop:History": scrub.Provenance, "photoshop:Headline": scrub.Caption, "photoshop:Source": scrub.Caption,
	"photoshop:Instructions": scrub.Caption, "photoshop:Category": scrub.Caption,
	"photoshop:SupplementalCategories": scrub.Caption,
	"Iptc4xmpCore:Location":            scrub.Place, "Iptc4xmpCore:CountryCode": scrub.Place, "Iptc4xmpCore:": scrub.Person,
	"Iptc4xmpExt:PersonInImage": scrub.Person, "Iptc4xmpExt:City": scrub.Place, "Iptc4xmpExt:CountryName": scrub.Place,
	"Iptc4xmpExt:Sublocation": scrub.Place, "Iptc4xmpExt:ProvinceState": scrub.Place, "Iptc4xmpExt:": scrub.Caption,
	"MicrosoftPhoto:CameraSerialNumber": scrub.Serial, "MicrosoftPhoto:DateAcquired": scrub.Time,
	"MicrosoftPhoto:LensModel": scrub.Device, "MicrosoftPhoto:LastKeywordXMP": scrub.Caption,
	"MPReg:PersonDisplayName": scrub.Person, "mwg-rs:Name": scrub.Person, "apple-fi:": scrub.Person,
	"drone-dji:GpsLatitude": scrub.Place, "drone-dji:GpsLongitude": scrub.Place, "drone-dji:GpsLongtitude": scrub.Place,
	"drone-dji:AbsoluteAltitude": scrub.Place, "drone-dji:DroneSerialNumber": scrub.Serial,
	"drone-dji:CameraSerialNumber": scrub.Serial, "drone-dji:": scrub.Telemetry,
	"crs:RawFileName": scrub.ID, "pdf:Producer": scrub.Software, "pdf:Author": scrub.Person, "pdf:Keywords": scrub.Caption,
	"xmpDM:": scrub.Caption, "GIMP:": scrub.Software, "TC260:AIGC": scrub.Provenance,
	"GCamera:hdrp_makernote": scrub.MakerNote, "GCamera:shot_log_data": scrub.MakerNote,
	"GCamera:MotionPhoto": scrub.Motion, "GCamera:MicroVideo": scrub.Motion,
	"GCamera:BurstID": scrub.ID, "GCreations:CameraBurstID": scrub.ID, "GCreations:": scrub.Software,
	"GImage:Data": scrub.Hidden, "GAudio:Data": scrub.Motion, "GDepth:Data": scrub.Hidden,
}

// KindOf says what a property gives away by its name; ok is false if it gives
// away nothing known.
func KindOf(name string) (k scrub.Kind, ok bool) {
	name = last(name)
	if k, ok = kinds[name]; !ok {
		p, _, _ := strings.Cut(name, ":")
		k, ok = kinds[p+":"]
	}
	return k, ok
}

// Report tells what the packet at place gives away; off and n say where it lies.
func (p *Packet) Report(place string, off, n int64, found func(scrub.Finding)) {
	others := p.More
	for _, q := range p.Properties {
		kind, ok := KindOf(q.Name)
		if !ok {
			others++
			continue
		}
		found(scrub.Finding{Kind: kind, Place: place + "/" + q.Name, Off: off, Len: n, Value: q.Value})
	}
	switch {
	case p.Broken != "":
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: off, Len: n, Value: p.Broken})
	case others > 0:
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: off, Len: n, Value: fmt.Sprintf("%d other properties", others)})
	}
}
