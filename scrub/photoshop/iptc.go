package photoshop

import (
	"encoding/binary"
	"fmt"
	"strings"

	"untag/scrub"
)

// datasets are those of IPTC IIM record 2 (IIM 4.2) that give something away.
var datasets = map[byte]resource{
	5:   {"ObjectName", scrub.Caption},
	15:  {"Category", scrub.Caption},
	20:  {"SupplementalCategories", scrub.Caption},
	25:  {"Keywords", scrub.Caption},
	26:  {"ContentLocationCode", scrub.Place},
	27:  {"ContentLocationName", scrub.Place},
	30:  {"ReleaseDate", scrub.Time},
	35:  {"ReleaseTime", scrub.Time},
	40:  {"SpecialInstructions", scrub.Comment},
	55:  {"DateCreated", scrub.Time},
	60:  {"TimeCreated", scrub.Time},
	62:  {"DigitalCreationDate", scrub.Time},
	63:  {"DigitalCreationTime", scrub.Time},
	65:  {"OriginatingProgram", scrub.Software},
	70:  {"ProgramVersion", scrub.Software},
	80:  {"By-line", scrub.Person},
	85:  {"By-lineTitle", scrub.Person},
	90:  {"City", scrub.Place},
	92:  {"Sub-location", scrub.Place},
	95:  {"Province-State", scrub.Place},
	100: {"Country-PrimaryLocationCode", scrub.Place},
	101: {"Country-PrimaryLocationName", scrub.Place},
	103: {"OriginalTransmissionReference", scrub.ID},
	105: {"Headline", scrub.Caption},
	110: {"Credit", scrub.Person},
	115: {"Source", scrub.Person},
	116: {"CopyrightNotice", scrub.Caption},
	118: {"Contact", scrub.Person},
	120: {"Caption-Abstract", scrub.Caption},
	122: {"Writer-Editor", scrub.Person},
	187: {"UniqueDocumentID", scrub.ID},
	188: {"OwnerID", scrub.Person},
	200: {"ObjectPreviewFileFormat", scrub.Thumbnail},
	202: {"ObjectPreviewData", scrub.Thumbnail},
}

// maxDatasets bounds the list of datasets.
const maxDatasets = 1024

// ReportIPTC tells what the IPTC datasets in src give away.
func ReportIPTC(src Source, place string, found func(scrub.Finding)) error {
	return reportIPTC(src, 0, src.Size(), place, found)
}

func reportIPTC(src Source, off, n int64, place string, found func(scrub.Finding)) error {
	start, end, others := off, off+n, 0
	for count := 0; count < maxDatasets && end-off >= 5; count++ {
		b, err := piece(src, off, 5)
		if err != nil {
			return err
		}
		if b == nil || b[0] != 0x1C {
			break
		}
		size := int64(binary.BigEndian.Uint16(b[3:]))
		body := off + 5
		if size > 0x7FFF || size > end-body { // extended sizes are for pictures
			others++
			break
		}
		off = body + size
		d, ok := datasets[b[2]]
		if b[1] != 2 || !ok || size == 0 {
			others++
			continue
		}
		text, err := piece(src, body, int(min(size, scrub.MaxValue)))
		if err != nil {
			return err
		}
		found(d.finding(place, body, size, string(text)))
	}
	if others > 0 || off < end {
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: start, Len: n, Value: fmt.Sprintf("%d other datasets", others)})
	}
	return nil
}

// finding makes a report of one dataset. Facebook's mark has a name of its own:
// "FBMD" and numbers in hexadecimal, beside a reference that is unique to the
// copy that was downloaded.
func (d resource) finding(place string, off, n int64, text string) scrub.Finding {
	if d.name == "SpecialInstructions" && strings.HasPrefix(text, "FBMD") {
		return scrub.Finding{Kind: scrub.Mark, Place: place + "/FBMD", Off: off, Len: n, Value: text}
	}
	if d.kind == scrub.Thumbnail {
		text = fmt.Sprintf("%d bytes", n)
	}
	return scrub.Finding{Kind: d.kind, Place: place + "/" + d.name, Off: off, Len: n, Value: strings.ToValidUTF8(text, "?")}
}
