package jpeg

import (
	"bytes"
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"untag/scrub"
	"untag/scrub/tags"
)

// family is a kind of segment, told by its code and what its payload starts with.
type family struct {
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

//go:embed tags.tsv
var known string

// families are what is known by name, by the segments that they are in. Whatever is not
// listed goes too, as unknown.
var families = tags.Once(func() map[string][]family {
	all := map[string][]family{}
	for _, t := range tags.MustParse(known) {
		name, quoted, _ := strings.Cut(t.ID, ` "`)
		id, err := strconv.Unquote(`"` + quoted)
		if err != nil {
			panic("jpeg: no start of a segment: " + t.ID)
		}
		f := family{id: id, place: t.Place + "/" + name, kind: t.Kind, text: t.In == "shown"}
		if name == t.Place {
			f.place = name
		}
		all[t.Place] = append(all[t.Place], f)
	}
	for _, of := range all { // the longest first
		slices.SortFunc(of, func(a, b family) int { return len(b.id) - len(a.id) })
	}
	return all
})

// longestID is how much of a payload tells its family.
const longestID = 40

// familyOf tells the family of a segment by the start of its payload.
func familyOf(code byte, head []byte) family {
	place := placeOf(code)
	if code >= app0 && code <= app15 {
		place = fmt.Sprintf("APP%d", code-app0)
	}
	for _, f := range families()[place] {
		if bytes.HasPrefix(head, []byte(f.id)) {
			return f
		}
	}
	if code == app0 && bytes.Contains(head, []byte("HEAPJPGM")) { // Canon's CIFF begins with a length
		return family{place: "APP0/CIFF", kind: scrub.MakerNote}
	}
	if code == app0+2 && holdsTIFF(head) { // an index whose name is damaged lists nothing, and is missed
		return family{place: famMPF}
	}
	return family{place: place, kind: scrub.Unknown, text: bytes.Contains(head, []byte("AIGC"))}
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

var markers = map[byte]string{soi: "SOI", eoi: "EOI", sos: "SOS", dht: "DHT", dqt: "DQT", dac: "DAC", dri: "DRI", dnl: "DNL", dhp: "DHP", exp: "EXP", lse: "LSE", com: famComment}

// placeOf names a structure for the map.
func placeOf(code byte) string {
	if name, ok := markers[code]; ok {
		return name
	}
	if isFrame(code) {
		return fmt.Sprintf("SOF%d", code&0x3F)
	}
	return fmt.Sprintf("marker %02X", code)
}
