package xmp

import (
	_ "embed"
	"fmt"
	"strings"

	"untag/scrub"
	"untag/scrub/tags"
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

//go:embed tags.tsv
var table string

// kinds says what a property gives away, by its prefix and last name; "*" stands for
// all of a prefix that are not named.
var kinds = tags.Index(table)

// KindOf says what a property gives away by its name; ok is false if it gives
// away nothing known.
func KindOf(name string) (k scrub.Kind, ok bool) {
	prefix, name, _ := strings.Cut(last(name), ":")
	t, ok := kinds()[prefix][name]
	if !ok {
		t, ok = kinds()[prefix]["*"]
	}
	return t.Kind, ok
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
