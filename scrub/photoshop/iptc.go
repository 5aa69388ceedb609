package photoshop

import (
	"encoding/binary"
	"fmt"
	"strings"

	"untag/scrub"
	"untag/scrub/tags"
)

// maxDatasets bounds the list of datasets.
const maxDatasets = 1024

// ReportIPTC tells what the datasets in src give away, as TIFF's tag 0x83BB holds them. An
// error is one of reading.
func ReportIPTC(src Source, place string, found func(scrub.Finding)) error {
	return reportIPTC(src, 0, src.Size(), place, found)
}

// reportIPTC tells what n bytes of IPTC datasets at off give away.
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
		d, ok := known()["IPTC"][uint64(b[2])]
		if b[1] != 2 || !ok || size == 0 {
			others++
			continue
		}
		text, err := piece(src, body, int(min(size, scrub.MaxValue)))
		if err != nil {
			return err
		}
		found(dataset(d, place, body, size, string(text)))
	}
	if others > 0 || off < end {
		found(scrub.Finding{Kind: scrub.Unknown, Place: place, Off: start, Len: n, Value: fmt.Sprintf("%d other datasets", others)})
	}
	return nil
}

// dataset makes a report of one dataset. Facebook's mark has a name of its own:
// "FBMD" and numbers in hexadecimal, beside a reference that is unique to the
// copy that was downloaded.
func dataset(d tags.Tag, place string, off, n int64, text string) scrub.Finding {
	if d.ID == "SpecialInstructions" && strings.HasPrefix(text, "FBMD") {
		return scrub.Finding{Kind: scrub.Mark, Place: place + "/FBMD", Off: off, Len: n, Value: text}
	}
	if d.Kind == scrub.Thumbnail {
		text = fmt.Sprintf("%d bytes", n)
	}
	return scrub.Finding{Kind: d.Kind, Place: place + "/" + d.ID, Off: off, Len: n, Value: strings.ToValidUTF8(text, "?")}
}
