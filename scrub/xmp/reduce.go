package xmp

import (
	"fmt"
	"strconv"
	"strings"
)

const (
	nsRDF        = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	nsHDRGM      = "http://ns.adobe.com/hdr-gain-map/1.0/"
	nsContainer  = "http://ns.google.com/photos/1.0/container/"
	nsItem       = "http://ns.google.com/photos/1.0/container/item/"
	nsPano       = "http://ns.google.com/photos/1.0/panorama/"
	nsTIFF       = "http://ns.adobe.com/tiff/1.0/"
	nsAppleHDR   = "http://ns.apple.com/HDRGainMap/1.0/"
	nsApplePixel = "http://ns.apple.com/pixeldatainfo/1.0/"
)

// Keep says what of a packet stays.
type Keep struct {
	GainMap     int64 // length of the gain map that follows the picture; 0 if there is none
	Padding     int64 // bytes between the picture and its gain map
	Map         bool  // the packet belongs to a gain map: its numbers stay
	Panorama    bool  // the projection of a spherical picture stays
	Orientation bool  // no EXIF tells the orientation
}

// auxGainMap is how Apple says that a picture is a gain map.
const auxGainMap = "urn:com:apple:photo:2020:aux:hdrgainmap"

// IsGainMap tells whether the packet is that of a gain map, by Adobe's or by
// Apple's names.
func (p *Packet) IsGainMap() bool {
	if p.Get("apdi:AuxiliaryImageType") == auxGainMap {
		return true
	}
	return p.HasGainMap() && (p.Get("hdrgm:GainMapMax") != "" || p.Get("hdrgm:HDRCapacityMax") != "")
}

// HasGainMap tells whether the packet says that its picture has a gain map.
func (p *Packet) HasGainMap() bool { return number(p.Get("hdrgm:Version")) }

// Numbers that stay, by what they belong to, in the order in which they are written.
var (
	mapNames = []string{"hdrgm:GainMapMin", "hdrgm:GainMapMax", "hdrgm:Gamma", "hdrgm:OffsetSDR", "hdrgm:OffsetHDR",
		"hdrgm:HDRCapacityMin", "hdrgm:HDRCapacityMax", "HDRGainMap:HDRGainMapVersion", "HDRGainMap:HDRGainMapHeadroom",
		"apdi:NativeFormat", "apdi:StoredFormat"}
	panoNames = []string{"GPano:CroppedAreaImageWidthPixels", "GPano:CroppedAreaImageHeightPixels", "GPano:FullPanoWidthPixels",
		"GPano:FullPanoHeightPixels", "GPano:CroppedAreaLeftPixels", "GPano:CroppedAreaTopPixels", "GPano:PosePitchDegrees",
		"GPano:PoseRollDegrees", "GPano:InitialViewHeadingDegrees", "GPano:InitialViewPitchDegrees",
		"GPano:InitialViewRollDegrees", "GPano:InitialHorizontalFOVDegrees"}
)

// Reduce returns the packet that takes the place of p: nil if nothing stays.
// What it returns reduces to itself.
func (p *Packet) Reduce(k Keep) []byte {
	var w writer
	if k.Map && p.IsGainMap() {
		w.gainMap(p)
	} else if k.GainMap > 0 && p.HasGainMap() {
		w.attr("hdrgm:Version", p.Get("hdrgm:Version"))
		w.directory(p, k)
	}
	if k.Panorama {
		w.panorama(p)
	}
	if v := p.Get("tiff:Orientation"); k.Orientation && len(v) == 1 && v[0] >= '2' && v[0] <= '8' {
		w.attr("tiff:Orientation", v)
	}
	return w.packet()
}

// writer gathers the properties of one rdf:Description.
type writer struct{ attrs, elements strings.Builder }

func (w *writer) attr(name, value string) { fmt.Fprintf(&w.attrs, " %s=%q", name, value) }

// gainMap keeps the numbers that say how a gain map is applied (Ultra HDR 1.0;
// for Apple's, what ImageIO writes).
func (w *writer) gainMap(p *Packet) {
	if v := p.Get("hdrgm:Version"); number(v) {
		w.attr("hdrgm:Version", v)
	}
	if v := p.Get("hdrgm:BaseRenditionIsHDR"); v == "True" || v == "False" {
		w.attr("hdrgm:BaseRenditionIsHDR", v)
	}
	if p.Get("apdi:AuxiliaryImageType") == auxGainMap {
		w.attr("apdi:AuxiliaryImageType", auxGainMap)
	}
	for _, name := range mapNames {
		w.numbers(name, p.All(name))
	}
}

// directory keeps the list of what follows the picture, if there was one: now
// the gain map alone.
func (w *writer) directory(p *Packet, k Keep) {
	if len(p.All("Item:Semantic")) == 0 {
		return
	}
	const item = `<rdf:li rdf:parseType="Resource"><Container:Item Item:Semantic="%s" Item:Mime="image/jpeg"%s/></rdf:li>`
	padding := ""
	if k.Padding > 0 {
		padding = fmt.Sprintf(` Item:Padding="%d"`, k.Padding)
	}
	fmt.Fprintf(&w.elements, `<Container:Directory><rdf:Seq>`+item+item+`</rdf:Seq></Container:Directory>`,
		"Primary", padding, "GainMap", fmt.Sprintf(` Item:Length="%d"`, k.GainMap))
}

// panorama keeps the projection without the heading, the times and the program.
func (w *writer) panorama(p *Packet) {
	projection := p.Get("GPano:ProjectionType")
	if projection != "equirectangular" && projection != "cylindrical" {
		return
	}
	w.attr("GPano:ProjectionType", projection)
	if v := p.Get("GPano:UsePanoramaViewer"); v == "True" || v == "False" {
		w.attr("GPano:UsePanoramaViewer", v)
	}
	for _, name := range panoNames {
		w.numbers(name, p.All(name))
	}
}

// numbers writes one number as an attribute, and three, one for each channel, as a list.
func (w *writer) numbers(name string, values []string) {
	for _, v := range values {
		if !number(v) {
			return
		}
	}
	switch len(values) {
	case 1:
		w.attr(name, values[0])
	case 3:
		fmt.Fprintf(&w.elements, `<%s><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></%s>`, name, strings.Join(values, "</rdf:li><rdf:li>"), name)
	}
}

// number tells whether s is a number and nothing but.
func number(s string) bool {
	_, err := strconv.ParseFloat(s, 64)
	return err == nil && len(s) <= 24 && strings.Trim(s, "0123456789+-.eE") == ""
}

// packet returns what was gathered with the name spaces that it uses.
func (w *writer) packet() []byte {
	if w.attrs.Len()+w.elements.Len() == 0 {
		return nil
	}
	body := w.attrs.String() + w.elements.String()
	var b strings.Builder
	b.WriteString(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="` + nsRDF + `"><rdf:Description rdf:about=""`)
	for _, space := range []string{nsHDRGM, nsContainer, nsItem, nsPano, nsTIFF, nsAppleHDR, nsApplePixel} {
		if p := prefixes[space]; strings.Contains(body, p+":") {
			fmt.Fprintf(&b, ` xmlns:%s="%s"`, p, space)
		}
	}
	b.WriteString(w.attrs.String())
	if w.elements.Len() == 0 {
		b.WriteString(`/>`)
	} else {
		b.WriteString(`>` + w.elements.String() + `</rdf:Description>`)
	}
	b.WriteString(`</rdf:RDF></x:xmpmeta>`)
	return []byte(b.String())
}
