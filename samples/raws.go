package samples

import "encoding/binary"

// rawBlock is the TIFF without a picture that a raw picture holds.
func (k *kit) rawBlock(order byteOrder, maker, model string) []byte {
	k.hide([]byte("2031:07:14 15:16:17"))
	k.stay([]byte(maker))
	k.stay([]byte(model))
	return tiff(order, ifd{
		{0x010f, tASCII, maker}, {0x0110, tASCII, model}, {0x0112, tShort, []int{6}}, {0x0131, tASCII, k.secret("software")}, {0x0132, tASCII, "2031:07:14 15:16:17"},
		{0x013b, tASCII, k.secret("artist")}, {0x8769, tLong, ifd{{0x829a, tRational, []int{1, 125}}, {0x9003, tASCII, "2031:07:14 15:16:17"}, {0xa431, tASCII, k.secret("serial")}}},
		{0x8825, tLong, gpsIFD(k, order, func(n string) string { return k.secret(n) })},
	})
}

// noisyData are samples of a sensor.
func noisyData(n int) (b []byte) {
	for i := range n {
		b = append(b, byte(i*i*7+i*31+i>>5))
	}
	return b
}

var rafs = []recipe{{"plain", func(k *kit) []byte {
	jpg := photo(scene(16, 12, 1), appExif(k.rawBlock(little, "FUJIFILM", "FinePix S5Pro")), segment(0xfe, []byte(k.secret("comment"))))
	head := cat([]byte("FUJIFILMCCD-RAW 0201"), k.hide([]byte("FF392201")), field(k.secret("model"), 32), zeros(24))
	sensor := cat(be32(1), be16(0x0100), be16(4), be16(12), be16(16))
	data := k.stay(noisyData(600))
	at := 0x6c
	for _, p := range [][]byte{jpg, sensor, data} {
		head = cat(head, be32(at), be32(len(p)))
		at += len(p)
	}
	return cat(head, jpg, sensor, data)
}}}

var mrws = []recipe{{"plain", func(k *kit) []byte {
	part := func(name string, b []byte) []byte { return cat([]byte("\x00"+name), be32(len(b)), b) }
	blocks := cat(part("PRD", k.stay([]byte("27730001\x00\x1e\x00\x14\x06\x00\x08\x00\x0c\x0c\x00\x00\x00\x00\x00\x01"))),
		part("TTW", k.rawBlock(binary.BigEndian, "Minolta", "DiMAGE A2")), part("WBG", []byte{2, 2, 2, 2, 1, 100, 1, 0, 1, 0, 1, 120}), part("PAD", []byte(k.secret("padding"))))
	return cat([]byte("\x00MRM"), be32(len(blocks)), blocks, k.stay(noisyData(900)))
}}}

var cr3s = []recipe{{"plain", func(k *kit) []byte {
	k.odd = true // no decoder takes it for a whole picture
	gps := tiff(little, gpsIFD(k, little, func(n string) string { return k.secret("cmt4-" + n) }))
	note := tiff(little, ifd{{0x0006, tASCII, k.secret("image-type")}, {0x0009, tASCII, k.secret("owner")}, {0x0010, tLong, []int{0x412}}, {0x0096, tASCII, k.secret("internal-serial")}, {0x4001, tShort, []int{1, 2, 3, 4}}})
	exif := tiff(little, ifd{{0x829a, tRational, []int{1, 60}}, {0x9003, tASCII, "2031:07:14 15:16:17"}, {0xa431, tASCII, k.secret("body")}})
	tags := cat([]byte("\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48"), box("CNCV", []byte("CanonCR3_001/00.10.00/00.00.00")),
		box("CMT1", k.rawBlock(little, "Canon", "Canon EOS M50")), box("CMT2", exif), box("CMT3", note), box("CMT4", gps),
		box("THMB", zeros(16), photo(scene(16, 12, 2), segment(0xfe, []byte(k.secret("thumbnail"))))))
	moov := box("moov", box("uuid", tags), box("mvhd", zeros(4), k.hide([]byte{0xd6, 0xb1, 0xc5, 0x21}), []byte{0xd6, 0xb1, 0xc5, 0x21}, zeros(88)))
	x := box("uuid", []byte("\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"), []byte(k.secret("xmp")))
	return cat(box("ftyp", []byte("crx \x00\x00\x00\x01crx isom")), moov, x, box("free", []byte(k.secret("free"))), box("mdat", k.stay(noisyData(800))))
}}}
