package samples

import (
	"crypto/md5"
	"fmt"
	"strings"
)

// xmp returns a packet with the properties given as attributes and elements.
func xmp(attributes, elements string) []byte {
	return []byte(`<?xpacket begin="` + "\ufeff" + `" id="W5M0MpCehiHzreSzNTczkc9d"?>` + "\n" +
		`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" ` + attributes + `>` + elements + `</rdf:Description></rdf:RDF></x:xmpmeta>` +
		strings.Repeat(" ", 200) + "\n" + `<?xpacket end="w"?>`)
}

// xmpIdentity is what cameras and editors write into XMP.
func xmpIdentity(k *kit, prefix string) (attributes, elements string) {
	say := func(name string) string { return k.secret(prefix + "xmp-" + name) }
	attributes = fmt.Sprintf(`xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" `+
		`xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/" `+
		`xmlns:exif="http://ns.adobe.com/exif/1.0/" xmp:CreatorTool="%s" xmpMM:DocumentID="xmp.did:%s" `+
		`aux:SerialNumber="%s" exif:GPSLatitude="47,11.0%s"`,
		say("tool"), say("document-id"), say("serial"), say("gps"))
	elements = fmt.Sprintf(`<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>`, say("creator"))
	return attributes, elements
}

// extendedXMP returns the property that announces an extension and the payloads
// of the APP1 segments that carry it, in parts of at most size bytes.
func extendedXMP(packet []byte, size int) (attribute string, segments [][]byte) {
	guid := fmt.Sprintf("%X", md5.Sum(packet))
	for off := 0; off < len(packet); off += size {
		part := packet[off:min(off+size, len(packet))]
		segments = append(segments, cat([]byte("http://ns.adobe.com/xmp/extension/\x00"+guid), be32(len(packet)), be32(off), part))
	}
	return `xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="` + guid + `"`, segments
}
