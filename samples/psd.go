package samples

import "strings"

// psdResource is an image resource.
func psdResource(id int, name string, data ...[]byte) []byte {
	b := cat(data...)
	head := cat([]byte("8BIM"), be16(id), pascal(name))
	if len(head)%2 == 1 {
		head = append(head, 0)
	}
	return cat(head, be32(len(b)), b, zeros(len(b)&1))
}

func psdBlock(key string, data ...[]byte) []byte {
	b := cat(data...)
	b = append(b, zeros(len(b)&1)...)
	return cat([]byte("8BIM"+key), be32(len(b)), b)
}

// psdRows is rows of pixels as runs, behind a table of their lengths, for three channels.
func psdRows(width, height int) (b []byte) {
	var rows []byte
	for i := range 3 * height {
		row := []byte{byte(1 - width/2), byte(i * 5), byte(width - width/2 - 1)}
		for x := range width - width/2 {
			row = append(row, byte(i*7+x*9))
		}
		rows, b = append(rows, row...), append(b, be16(len(row))...)
	}
	return cat(be16(1), b, rows)
}

// psdLayer is the record of a layer of raw pixels.
func psdLayer(name string, width, height int, blocks ...[]byte) []byte {
	record := cat(zeros(8), be32(height), be32(width), be16(3))
	for i := range 3 {
		record = cat(record, be16(i), be32(2+width*height))
	}
	label := pascal(name)
	label = append(label, zeros(-len(label)&3)...)
	extra := cat(be32(0), be32(8), be32(0xffff), be32(0xffff), label, cat(blocks...))
	return cat(record, []byte("8BIMnorm\xff\x00\x08\x00"), be32(len(extra)), extra)
}

// psdLayers is the section of layers of two records.
func psdLayers(width, height int, one, two []byte, all ...[]byte) []byte {
	info := cat(be16(2), one, two)
	for i := range 6 {
		info = cat(info, be16(0))
		for n := range width * height {
			info = append(info, byte(n*i))
		}
	}
	info = append(info, zeros(len(info)&1)...)
	return cat(be32(len(info)), info, be32(0), cat(all...))
}

func psd(resources, layers []byte) []byte {
	const width, height = 20, 12
	return cat([]byte("8BPS\x00\x01"), zeros(6), be16(3), be32(height), be32(width), be16(8), be16(3), be32(0), be32(len(resources)), resources, be32(len(layers)), layers, psdRows(width, height))
}

// psdIndexed is a document of colours 0 to 8 of a table; hidden stands in others of its green.
func psdIndexed(packed bool, hidden string) []byte {
	const width, height, used = 20, 12, 9
	colours := zeros(768)
	for i := range used {
		colours[i], colours[256+i], colours[512+i] = byte(i*28), byte(255-i*20), byte(i*9)
	}
	copy(colours[256+used:512], hidden)
	lengths, rows, packing := []byte(nil), []byte(nil), be16(0)
	for y := range height {
		var row []byte
		for x := range width {
			row = append(row, byte((x/3+y)%used))
		}
		if packed {
			packing, row = be16(1), cat([]byte{byte(width - 1 - 5)}, row[:width-5], []byte{0xfc, byte(y % used)})
			lengths = append(lengths, be16(len(row))...)
		}
		rows = append(rows, row...)
	}
	return cat([]byte("8BPS\x00\x01"), zeros(6), be16(1), be32(height), be32(width), be16(8), be16(2), be32(len(colours)), colours, be32(0), be32(0), packing, lengths, rows)
}

// psdPacked is a document of a deflated picture, and of a layer of deflated channels, of which
// ImageMagick writes the way to blend backwards.
func psdPacked(k *kit) []byte {
	const width, height = 20, 12
	plane := func(i int) (b []byte) {
		for n := range width * height {
			b = append(b, byte(n*i))
		}
		return b
	}
	record, channels := cat(be16(1), zeros(8), be32(height), be32(width), be16(3)), []byte(nil)
	for i := range 3 {
		packed := cat(be16(2+i%2), deflated(plane(i)))
		record, channels = cat(record, be16(i), be32(len(packed))), cat(channels, packed)
	}
	label := cat([]byte{7}, []byte(k.hide([]byte("SPYNAME"))))
	info := cat(record, []byte("8BIMmron\xff\x00\x08\x00"), be32(8+len(label)), zeros(8), label, k.stay(channels))
	info = append(info, zeros(len(info)&1)...)
	layers := cat(be32(len(info)), info, be32(0))
	picture := k.stay(deflated(cat(plane(1), plane(3), plane(5))))
	return cat([]byte("8BPS\x00\x01"), zeros(6), be16(3), be32(height), be32(width), be16(8), be16(3), be32(0), be32(0), be32(len(layers)), layers, be16(2), picture)
}

// psdVersion tells that the picture of all layers is there.
func psdVersion(writer string) []byte {
	return psdResource(0x0421, "", be32(1), []byte{1}, be32(len(writer)), utf16be(writer), be32(1), utf16be("x"), be32(1))
}

var psdResolution = psdResource(0x03ed, "", be32(72<<16), be16(1), be16(1), be32(72<<16), be16(1), be16(1))

var psds = []recipe{
	{"plain", func(k *kit) []byte { return psd(k.stay(psdResolution), nil) }},
	{"resources", func(k *kit) []byte {
		k.hide(utf16be("CANARY-writer"))
		return psd(cat(psdResolution, psdVersion("CANARY-writer"), psdResource(0x0404, "", []byte("\x1c\x02\x50\x00\x0e"+k.secret("by-line"))), psdResource(0x040c, "", zeros(28), photo(small)),
			psdResource(0x0422, "", exif(k, exifOptions{order: little})), psdResource(0x0424, "", xmp(xmpIdentity(k, ""))), psdResource(0x07d0, k.secret("path"), zeros(26)), psdResource(0x041a, "odd", []byte(k.secret("slice"))),
			psdResource(0x043e, "", []byte(k.secret("autosave"))), psdResource(0x0fa5, k.secret("plug-in")), psdResource(0x0bb7, "", pascal(k.secret("clipping"))), psdResource(0x040f, k.secret("name"), iccProfile(k, "")),
			psdResource(0x0fa0, "", []byte(k.secret("filler")))), nil)
	}},
	{"layers", func(k *kit) []byte {
		name := "CANARY-luni"
		k.hide(utf16be(name))
		one := psdLayer(k.secret("layer"), 20, 12, psdBlock("luni", be32(len(name)), utf16be(name)), psdBlock("lyid", be32(spectre)), psdBlock("shmd", be32(1), []byte("8BIMcust"), zeros(4), be32(30), []byte(k.secret("time"))), k.stay(psdBlock("knko", zeros(4))))
		two := psdLayer("", 20, 12, psdBlock("lyvr", be32(80)), psdBlock("zzzz", []byte(k.secret("unknown"))))
		k.mustStay = nil // the key of a block
		return psd(psdVersion(""), psdLayers(20, 12, one, two, psdBlock("cinf", []byte(strings.Repeat(k.secret("cinf"), 50))), psdBlock("anno", []byte(k.secret("anno"))), psdBlock("Patt"), psdBlock("FMsk", k.stay(unhex("0000ffff0000000000000032")))))
	}},
	{"indexed", func(k *kit) []byte { return psdIndexed(false, k.secret("unused colours")) }},
	{"indexed-runs", func(k *kit) []byte { return psdIndexed(true, k.secret("unused colours")) }},
	{"packed", func(k *kit) []byte { return append(psdPacked(k), k.secret("behind")...) }},
	{"gaps", func(k *kit) []byte {
		b := psd(psdResolution, psdLayers(20, 12, psdLayer("", 20, 12), psdLayer("", 20, 12)))
		copy(b[6:], k.hide([]byte("SPYSPY")))
		return append(b, k.secret("behind")...)
	}},
	{"cut-short", func(k *kit) []byte {
		k.odd, k.streams = true, true
		b := psd(cat(psdResource(0x0404, "", []byte(k.secret("iptc"))), psdResolution), nil)
		return b[:len(b)-100]
	}},
}
