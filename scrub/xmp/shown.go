package xmp

import (
	"slices"
	"strings"
)

// Shown returns a packet that says nothing but how the picture p describes is
// shown: the projection of a panorama, and with oriented how it is turned. It is
// nil if p tells neither, or only what is usual.
func (p *Packet) Shown(oriented bool) []byte {
	said := map[string]bool{}
	var tiff, pano []string
	for _, q := range p.Properties {
		switch {
		case said[q.Name]:
		case oriented && orientationNames[q.Name] != nil && orientationNames[q.Name](q.Value):
			tiff = append(tiff, q.Name+`="`+q.Value+`"`)
		case panoNames[q.Name] != nil && panoNames[q.Name](q.Value):
			pano = append(pano, q.Name+`="`+q.Value+`"`)
		}
		said[q.Name] = true
	}
	slices.Sort(pano)
	about := []string{`rdf:about=""`}
	if tiff != nil {
		about = append(append(about, `xmlns:tiff="`+nsTIFF+`"`), tiff...)
	}
	if pano != nil {
		about = append(append(about, `xmlns:GPano="`+nsPano+`"`), pano...)
	}
	if len(about) == 1 {
		return nil
	}
	return []byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="` + nsRDF + `"><rdf:Description ` + strings.Join(about, " ") + `/></rdf:RDF></x:xmpmeta>`)
}
