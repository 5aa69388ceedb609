package xmp

// Oriented returns a packet that says nothing but the orientation p tells, nil if
// that is the usual one or none.
func (p *Packet) Oriented() []byte {
	const name = "tiff:Orientation"
	value := p.Get(name)
	if !orientationNames[name](value) {
		return nil
	}
	return []byte(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="` + nsRDF + `"><rdf:Description rdf:about="" xmlns:tiff="` + nsTIFF +
		`" tiff:Orientation="` + value + `"/></rdf:RDF></x:xmpmeta>`)
}
