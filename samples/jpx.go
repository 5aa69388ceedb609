package samples

import "encoding/hex"

// Codestreams of a picture of 16 by 12 pixels, red above and blue below, as cjxl and
// OpenJPEG make them.
var (
	jxlStream = unhex("ff0a583090505c08013c01ab720900800a9551c60d5ecef57cf9a1c362dac67586b6dab6b084b1d95e1824249c80e7e6096f9e92ae3d06d34ef9418c14c6c8328e0154924849b4f3bc8a800c58fbf2041800140040e20090d802")
	j2kHeader = unhex("ff4fff51002f0000000000100000000c0000000000000000000000100000000c00000000000000000003070101070101070101ff52000c00000001010304040001ff5c000d4040484850484850484850")
	j2kTile   = unhex("ff90000a00000000002a0001ff93cfa41808908adf30300b3a27fe608003f7430a808080808080808080")
)

func j2k(comments ...[]byte) []byte {
	return cat(j2kHeader, cat(comments...), j2kTile, []byte{0xff, 0xd9})
}

// j2kComment is a comment of text, or of bytes if kind is 0.
func j2kComment(kind int, text string) []byte {
	return cat([]byte{0xff, 0x64}, be16(4+len(text)), be16(kind), []byte(text))
}

func jxl(boxes ...[]byte) []byte {
	return cat(box("JXL ", []byte("\r\n\x87\n")), box("ftyp", []byte("jxl \x00\x00\x00\x00jxl ")), cat(boxes...))
}

func jxlExif(k *kit, prefix string) []byte {
	return box("Exif", zeros(4), exif(k, exifOptions{order: little, orientation: 6, prefix: prefix}))
}

func jp2(boxes ...[]byte) []byte {
	return cat(box("jP  ", []byte("\r\n\x87\n")), box("ftyp", []byte("jp2 \x00\x00\x00\x00jp2 ")), cat(boxes...))
}

func jp2Header(colour []byte, more ...[]byte) []byte {
	return box("jp2h", box("ihdr", be32(12), be32(16), be16(3), []byte{7, 7, 0, 0}), colour, cat(more...))
}

// jp2Palette has a palette of three bytes a colour.
func jp2Palette(k *kit, colours []byte) []byte {
	return jp2(jp2Header(sRGBColour, box("pclr", be16(len(colours)/3), []byte{3, 7, 7, 7}, colours), box("cmap", be16(0), []byte{1, 0}, be16(0), []byte{1, 1}, be16(0), []byte{1, 2})), k.stay(box("jp2c", j2k())))
}

func identified(id string, data ...[]byte) []byte {
	b, _ := hex.DecodeString(id)
	return box("uuid", b, cat(data...))
}

// brotli is data that are stored, not compressed (RFC 7932, 9.2).
func brotli(data string) []byte {
	return cat(le32((len(data)-1)<<4 | 1<<20)[:3], []byte(data), []byte{3})
}

var sRGBColour = box("colr", []byte{1, 0, 0}, be32(16))

var jxls = []recipe{
	{"plain", func(k *kit) []byte { return jxl(k.stay(box("jxlc", jxlStream))) }},
	{"phone", func(k *kit) []byte {
		return jxl(box("jxll", []byte{5}), jxlExif(k, ""), box("xml ", xmp(xmpIdentity(k, ""))), box("jumb", []byte(k.secret("c2pa"))), k.stay(box("jxlc", jxlStream)), box("jbrd", []byte(k.secret("jbrd"))), box("uuid", []byte(k.secret("uuid-box"))))
	}},
	{"parts", func(k *kit) []byte {
		return jxl(box("brob", []byte("Exif"), brotli("\x00\x00\x00\x00II*\x00"+k.secret("brob-exif"))), k.stay(box("jxlp", be32(0), jxlStream[:40])), box("skip", []byte(k.secret("skip"))), k.stay(box("jxlp", be32(uint32(1<<31|1)), jxlStream[40:])),
			box("brob", []byte("xml "), brotli("<x>"+k.secret("brob-xml")+"</x>")), box("brob", []byte("abcd"), brotli(k.secret("brob-other"))), box("what", []byte(k.secret("what"))))
	}},
	{"behind", func(k *kit) []byte {
		return cat(jxl(k.stay(box("jxlc", jxlStream)), jxlExif(k, "")), []byte(k.secret("behind")))
	}},
	{"profile", func(k *kit) []byte { return jxl(k.stay(box("jxlc", jxlProfiled(iccPlain())))) }},
	{"profile-that-tells", odd(func(k *kit) []byte { return jxl(k.stay(box("jxlc", jxlProfiled(iccProfile(&kit{}, ""))))) })},
	{"cut-short", func(k *kit) []byte {
		k.odd, k.streams = true, true
		b := jxl(jxlExif(k, ""), box("jxlc", jxlStream))
		return b[:len(b)-20]
	}},
}

var jxlStreams = []recipe{
	{"plain", func(k *kit) []byte { k.streams = true; return k.stay(jxlStream) }},
	{"profile", func(k *kit) []byte {
		k.streams = true
		return k.stay(unhex("ff0a5830104277251ca08cb169240f77fd31d822ecb91386ba7e301a8d467f9d012cbbe3b63be77f0000f80eea38006c03000000008852a7490d0000000000207b56079abec6be8978b83a7710562c43b70afc98964702318f40b69e38d79b00080201007c004b188b15001c7417638cf1741708018044b6a2cf7f7b501bca8820fa05840c"))
	}}, // iccPlain, as cjxl codes it
	{"mark", func(k *kit) []byte { k.streams = true; return cat(k.stay(jxlStream), redStar(k, "AC9A58CDZ364C")) }},
}

var jp2s = []recipe{
	{"plain", func(k *kit) []byte { return jp2(jp2Header(sRGBColour), k.stay(box("jp2c", j2k()))) }},
	{"tags", func(k *kit) []byte {
		gml := box("asoc", box("lbl ", []byte("gml.data")), box("xml ", []byte("<gml>"+k.secret("gml")+"</gml>")))
		return jp2(jp2Header(sRGBColour, box("res ", box("resd", be16(300), be16(1), be16(300), be16(1), []byte{2, 2}))), identified("4a706754696666457869662d3e4a5032", exif(k, exifOptions{order: big})), identified("be7acfcb97a942e89c71999491e3afac", xmp(xmpIdentity(k, ""))),
			identified("33c7a4d2b81d4723a0baf1a3e097ad38", []byte(k.secret("iptc"))), identified("b14bf8bd083d4b43a5ae8cd7d5a6ce03", []byte(k.secret("geo"))), box("uuid", []byte(k.secret("who-knows-what"))),
			box("xml ", []byte(k.secret("xml"))), box("jp2i", []byte(k.secret("rights"))), box("uinf", box("url ", []byte(k.secret("url")))), gml, k.stay(box("jp2c", j2k())), box("jumb", []byte(k.secret("jumb"))), box("skip", []byte(k.secret("skip"))))
	}},
	{"channels", func(k *kit) []byte { // depths, and what each is for
		return jp2(jp2Header(sRGBColour, box("bpcc", []byte{7, 7, 7}), box("cdef", be16(3), be16(0), be16(0), be16(1), be16(1), be16(0), be16(2), be16(2), be16(0), be16(3))), k.stay(box("jp2c", j2k())))
	}},
	{"channels-of-words", odd(func(k *kit) []byte {
		return jp2(jp2Header(sRGBColour, box("cdef", []byte("\x00\x03eighteen letters..")), box("bpcc", []byte("seven"))), k.stay(box("jp2c", j2k())))
	})},
	{"required", func(k *kit) []byte {
		return jp2(box("rreq", []byte{1, 0xc0, 0x80}, be16(2), be16(5), []byte{0x80}, be16(45), []byte{0x40}, be16(0)), jp2Header(sRGBColour), k.stay(box("jp2c", j2k())))
	}},
	{"required-words", odd(func(k *kit) []byte {
		return jp2(box("rreq", []byte("\x01\xc0\x80\x00\x03Tanja Beispiel")), jp2Header(sRGBColour), k.stay(box("jp2c", j2k())))
	})},
	{"palette", func(k *kit) []byte { return jp2Palette(k, filled(12, 9)) }},
	{"palette-of-words", odd(func(k *kit) []byte { return jp2Palette(k, []byte("no colour is this one...")) })},
	{"palette-too-long", odd(func(k *kit) []byte { return jp2Palette(k, filled(13, 9)) })},
	{"icc", func(k *kit) []byte {
		return jp2(jp2Header(box("colr", []byte{2, 0, 0}, iccProfile(k, ""))), k.stay(box("jp2c", j2k())))
	}},
	{"comments", func(k *kit) []byte {
		return jp2(jp2Header(box("colr", []byte{1, 0, 0}, be32(16), []byte(k.secret("colour")))), box("jp2c", j2k(j2kComment(1, k.secret("comment")), j2kComment(0, k.secret("bytes"))), []byte(k.secret("behind-end-mark"))))
	}},
	{"behind", func(k *kit) []byte {
		return cat(jp2(jp2Header(sRGBColour), k.stay(box("jp2c", j2k()))), []byte(k.secret("behind")))
	}},
	{"cut-short", func(k *kit) []byte {
		k.odd, k.streams = true, true
		b := jp2(jp2Header(sRGBColour), box("xml ", []byte(k.secret("xml"))), box("jp2c", j2k()))
		return b[:len(b)-20]
	}},
}

var j2ks = []recipe{
	{"plain", func(k *kit) []byte { return k.stay(j2k()) }},
	{"comments", func(k *kit) []byte {
		return cat(j2k(j2kComment(1, k.secret("comment")), j2kComment(0, k.secret("bytes"))), []byte(k.secret("behind")))
	}},
}
