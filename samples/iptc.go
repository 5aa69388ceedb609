package samples

// photoshop returns the image resource blocks that APP13 holds, with IPTC and a
// thumbnail in them.
func photoshop(k *kit, thumbnail []byte) []byte {
	b := []byte("Photoshop 3.0\x00")
	b = append(b, resource(0x0404, iptc(k))...)
	b = append(b, resource(0x043e, []byte(k.secret("irb-autosave-path")))...)
	head := cat(be32(1), be32(32), be32(24), be32(96), be32(96*24), be32(len(thumbnail)), be16(24), be16(1))
	return append(b, resource(0x040c, cat(head, thumbnail))...)
}

// resource is one block: type, empty name, length, data padded to even.
func resource(id int, data []byte) []byte {
	b := cat([]byte("8BIM"), be16(id), zeros(2), be32(len(data)), data)
	if len(data)%2 == 1 {
		b = append(b, 0)
	}
	return b
}

func iptc(k *kit) []byte {
	var b []byte
	for _, d := range []struct {
		set  byte
		text string
	}{{80, k.secret("iptc-byline")}, {90, k.secret("iptc-city")}, {105, k.secret("iptc-headline")}, {120, k.secret("iptc-caption")}} {
		b = append(b, 0x1c, 2, d.set)
		b = append(b, be16(len(d.text))...)
		b = append(b, d.text...)
	}
	return b
}
