package jpeg

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"

	"untag/scrub"
)

// family is a kind of segment, told by its code and what its payload starts with.
type family struct {
	code  byte
	id    string
	place string
	kind  scrub.Kind
	text  bool // the payload is worth showing
}

// Families with a verdict of their own.
const (
	famJFIF    = "APP0/JFIF"
	famExif    = "APP1/Exif"
	famXMP     = "APP1/XMP"
	famICC     = "APP2/ICC"
	famMPF     = "APP2/MPF"
	famISO     = "APP2/ISO 21496-1"
	famJPS     = "APP3/JPS"
	famSPIFF   = "APP8/SPIFF"
	famAROT    = "APP10/AROT"
	famJUMBF   = "APP11/JUMBF"
	famIRB     = "APP13/Photoshop"
	famAdobe   = "APP14/Adobe"
	famComment = "COM"
	famAVI1    = "APP0/AVI1"
	famMJPG    = "APP1/mjpg"
)

const isoURN = "urn:iso:std:iso:ts:21496:-1\x00"

// families are what is known by name (ExifTool 13.58, JPEG.pm). Whatever is not
// listed goes too, as unknown.
var families = []family{
	{code: 0xE0, id: "JFIF\x00", place: famJFIF, kind: scrub.Unknown},
	{code: 0xE0, id: "JFXX\x00", place: "APP0/JFXX", kind: scrub.Thumbnail},
	{code: 0xE0, id: "AVI1", place: famAVI1, kind: scrub.Unknown},
	{code: 0xE0, id: "Ocad", place: "APP0/Ocad", kind: scrub.ID, text: true},
	{code: 0xE1, id: "Exif\x00", place: famExif},
	{code: 0xE1, id: "\x00\x00\x00\x00mjpg", place: famMJPG, kind: scrub.Unknown},
	{code: 0xE1, id: xmpName, place: famXMP},
	{code: 0xE1, id: "http://ns.adobe.com/xmp/extension/\x00", place: "APP1/ExtendedXMP", kind: scrub.Hidden},
	{code: 0xE1, id: "QVCI\x00", place: "APP1/QVCI", kind: scrub.MakerNote},
	{code: 0xE1, id: "FLIR\x00", place: "APP1/FLIR", kind: scrub.Serial},
	{code: 0xE1, id: "PARROT\x00", place: "APP1/PARROT", kind: scrub.MakerNote},
	{code: 0xE2, id: "ICC_PROFILE\x00", place: famICC},
	{code: 0xE2, id: "MPF\x00", place: famMPF},
	{code: 0xE2, id: isoURN, place: famISO, kind: scrub.GainMap},
	{code: 0xE2, id: "FPXR\x00", place: "APP2/FPXR", kind: scrub.MakerNote},
	{code: 0xE2, id: "QVGA\x00", place: "APP2/preview", kind: scrub.Thumbnail},
	{code: 0xE2, id: "BGTH", place: "APP2/preview", kind: scrub.Thumbnail},
	{code: 0xE2, id: "\xFF\xD8\xFF", place: "APP2/preview", kind: scrub.Thumbnail},
	{code: 0xE3, id: "Meta\x00\x00", place: "APP3/Kodak", kind: scrub.MakerNote},
	{code: 0xE3, id: "META\x00\x00", place: "APP3/Kodak", kind: scrub.MakerNote},
	{code: 0xE3, id: "_JPSJPS_", place: famJPS, kind: scrub.Comment},
	{code: 0xE3, id: "\xFF\xD8\xFF", place: "APP3/preview", kind: scrub.Thumbnail},
	{code: 0xE4, id: "SCALADO\x00", place: "APP4/SCALADO", kind: scrub.Software},
	{code: 0xE4, id: "Qualcomm Dual Camera Attributes", place: "APP4/Qualcomm", kind: scrub.Device},
	{code: 0xE4, id: "QTI Debug Metadata\x00", place: "APP4/QTI", kind: scrub.Device},
	{code: 0xE4, id: "FPXR\x00", place: "APP4/FPXR", kind: scrub.MakerNote},
	{code: 0xE4, id: "\xFF\xD8\xFF", place: "APP4/preview", kind: scrub.Thumbnail},
	{code: 0xE5, id: "RMETA\x00", place: "APP5/RMETA", kind: scrub.Device},
	{code: 0xE5, id: "ssuniqueid\x00", place: "APP5/ssuniqueid", kind: scrub.ID, text: true},
	{code: 0xE6, id: "EPPIM\x00", place: "APP6/EPPIM", kind: scrub.Device},
	{code: 0xE6, id: "NITF\x00", place: "APP6/NITF", kind: scrub.Device},
	{code: 0xE6, id: "TDHD", place: "APP6/HP", kind: scrub.Serial},
	{code: 0xE6, id: "GoPro\x00", place: "APP6/GoPro", kind: scrub.Serial},
	{code: 0xE6, id: "DTAT\x00", place: "APP6/DTAT", kind: scrub.Device},
	{code: 0xE6, id: "MMIMETA\x00", place: "APP6/Motorola", kind: scrub.MakerNote},
	{code: 0xE7, id: "PENTAX \x00", place: "APP7/Pentax", kind: scrub.MakerNote},
	{code: 0xE7, id: "RICOH\x00", place: "APP7/Ricoh", kind: scrub.MakerNote},
	{code: 0xE7, id: "HUAWEI\x00\x00", place: "APP7/Huawei", kind: scrub.MakerNote},
	{code: 0xE7, id: "\x1aQualcomm Camera Attributes", place: "APP7/Qualcomm", kind: scrub.Device},
	{code: 0xE7, id: "DJI-DBG\x00", place: "APP7/DJI", kind: scrub.Serial, text: true},
	{code: 0xE8, id: "SPIFF\x00", place: famSPIFF, kind: scrub.Unknown},
	{code: 0xE8, id: "SEAL\x00", place: "APP8/SEAL", kind: scrub.Provenance},
	{code: 0xE9, id: "SEAL\x00", place: "APP9/SEAL", kind: scrub.Provenance},
	{code: 0xE9, id: "Media Jukebox\x00", place: "APP9/MediaJukebox", kind: scrub.Caption},
	{code: 0xEA, id: "UNICODE\x00", place: "APP10/comment", kind: scrub.Comment},
	{code: 0xEA, id: "AROT\x00\x00", place: famAROT, kind: scrub.GainMap},
	{code: 0xEB, id: "HDR_RI ", place: "APP11/JPEG-HDR", kind: scrub.GainMap},
	{code: 0xEB, id: "JP", place: famJUMBF, kind: scrub.Provenance},
	{code: 0xEC, id: "Ducky", place: "APP12/Ducky", kind: scrub.Comment},
	{code: 0xEC, id: "", place: "APP12/picture info", kind: scrub.Serial, text: true},
	{code: 0xED, id: "Photoshop 3.0\x00", place: famIRB},
	{code: 0xED, id: "Adobe_CM", place: "APP13/Adobe_CM", kind: scrub.Software},
	{code: 0xEE, id: "Adobe", place: famAdobe, kind: scrub.Unknown},
	{code: 0xEF, id: "Q ", place: "APP15/quality", kind: scrub.Software, text: true},
	{code: 0xEF, id: "TEXT\x00", place: "APP15/text", kind: scrub.Comment, text: true},
	{code: com, id: "", place: famComment, kind: scrub.Comment, text: true},
}

// longestID is how much of a payload tells its family.
const longestID = 40

// familyOf tells the family of a segment by the start of its payload.
func familyOf(code byte, head []byte) family {
	for _, f := range families {
		if f.code == code && bytes.HasPrefix(head, []byte(f.id)) {
			return f
		}
	}
	place := fmt.Sprintf("marker %02X", code)
	if code >= app0 && code <= app15 {
		place = fmt.Sprintf("APP%d", code-app0)
	}
	if code == app0 && bytes.Contains(head, []byte("HEAPJPGM")) { // Canon's CIFF begins with a length
		return family{code: code, place: "APP0/CIFF", kind: scrub.MakerNote}
	}
	if code == app0+2 && holdsTIFF(head) { // an index whose name is damaged lists nothing, and is missed
		return family{code: code, place: famMPF}
	}
	return family{code: code, place: place, kind: scrub.Unknown, text: bytes.Contains(head, []byte("AIGC"))}
}

// head returns the start of a segment's payload, at most n bytes of it.
func (p *parser) head(g segment, n int64) ([]byte, error) {
	return p.Bytes(g.body(), int(min(n, g.n, p.Left(g.body()))))
}

// show returns what a report says of a payload.
func (f family) show(b []byte, n int64) string {
	if f.text {
		_, b, _ = bytes.Cut(b, []byte(f.id))
		text := strings.TrimSpace(strings.ToValidUTF8(strings.Trim(string(b), "\x00"), "?"))
		if text != "" && !strings.ContainsFunc(text, unprintable) {
			return text
		}
	}
	return fmt.Sprintf("%d bytes", n)
}

func unprintable(c rune) bool { return !unicode.IsPrint(c) && !unicode.IsSpace(c) }

// placeOf names a structure for the map.
func placeOf(code byte) string {
	switch code {
	case soi:
		return "SOI"
	case eoi:
		return "EOI"
	case sos:
		return "SOS"
	case dht:
		return "DHT"
	case dqt:
		return "DQT"
	case dac:
		return "DAC"
	case dri:
		return "DRI"
	case dnl:
		return "DNL"
	case dhp:
		return "DHP"
	case exp:
		return "EXP"
	case lse:
		return "LSE"
	}
	if isFrame(code) {
		return fmt.Sprintf("SOF%d", code&0x3F)
	}
	return fmt.Sprintf("marker %02X", code)
}
