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

// longs are numbers of 32 bits.
func longs(n ...int) (b []byte) {
	for _, v := range n {
		b = binary.LittleEndian.AppendUint32(b, uint32(v))
	}
	return b
}

// noisyData are samples of a sensor.
func noisyData(n int) (b []byte) {
	for i := range n {
		b = append(b, byte(i*i*7+i*31+i>>5))
	}
	return b
}

// crx is a picture of Canon's that no decoder takes for a whole one: the header of a tile, and n bytes.
func crx(n int) []byte { return cat([]byte{0xff, 0x01, 0, 8}, be32(n), zeros(4), noisyData(n)) }

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

var cr3s = []recipe{{"plain", func(k *kit) []byte { return k.cr3([]string{"CRAW"}, nil) }}, {"timed", func(k *kit) []byte {
	jpg := photo(scene(16, 12, 3), segment(0xfe, []byte(k.secret("preview"))))
	record := func(n int, body ...[]byte) []byte {
		return cat(longs(12+len(cat(body...))), []byte{byte(n), 0, 0, 0, 0, 1, 0xff, 0xff}, cat(body...))
	}
	inner := func(n int, b []byte) []byte { return cat(longs(8+len(b), n), b) }
	exif := tiff(little, ifd{{0xa431, tASCII, k.secret("timed-body")}})
	note := tiff(little, ifd{{0x0009, tASCII, k.secret("timed-owner")}, {0x0096, tASCII, k.secret("timed-serial")}, {0x4001, tShort, append([]int{8, 7, 6, 5}, make([]int, 300)...)}})
	k.stay([]byte{8, 0, 7, 0, 6, 0, 5, 0})
	when := k.hide([]byte{0xef, 0x07, 7, 14, 15, 16, 17, 18})
	timed := cat(record(1, zeros(2), when, zeros(2)), record(3, []byte("\xff\xff\xff\xff")), record(5, longs(35, 10, 1, 50, 100)),
		record(7, inner(0x8769, exif), inner(0x927c, note)), record(8, inner(0x927c, note)), record(11, []byte(k.secret("timed-unknown"))))
	return k.cr3([]string{"CRAW", "CRAW", "CTMD"}, [][]byte{jpg, k.stay(crx(800)), timed})
}}}

// cr3 has a track for each of the codecs, with one sample each.
func (k *kit) cr3(codecs []string, data [][]byte) []byte {
	k.odd = true // no decoder takes it for a whole picture
	gps := tiff(little, gpsIFD(k, little, func(n string) string { return k.secret("cmt4-" + n) }))
	note := tiff(little, ifd{{0x0006, tASCII, k.secret("image-type")}, {0x0009, tASCII, k.secret("owner")}, {0x0010, tLong, []int{0x412}}, {0x0096, tASCII, k.secret("internal-serial")}, {0x4001, tShort, []int{1, 2, 3, 4}}})
	exif := tiff(little, ifd{{0x829a, tRational, []int{1, 60}}, {0x9003, tASCII, "2031:07:14 15:16:17"}, {0xa431, tASCII, k.secret("body")}})
	tags := cat([]byte("\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48"), box("CNCV", []byte("CanonCR3_001/00.10.00/00.00.00")),
		box("CMT1", k.rawBlock(little, "Canon", "Canon EOS M50")), box("CMT2", exif), box("CMT3", note), box("CMT4", gps),
		box("THMB", zeros(16), photo(scene(16, 12, 2), segment(0xfe, []byte(k.secret("thumbnail"))))))
	times := cat(zeros(4), k.hide([]byte{0xd6, 0xb1, 0xc5, 0x21}), []byte{0xd6, 0xb1, 0xc5, 0x21})
	head := cat(box("ftyp", []byte("crx \x00\x00\x00\x01crx isom")))
	x := box("uuid", []byte("\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac"), []byte(k.secret("xmp")))
	free := box("free", []byte(k.secret("free")))
	if len(data) == 0 {
		data = [][]byte{k.stay(crx(800))}
	}
	moov := func(at int) []byte {
		parts := [][]byte{box("uuid", tags), box("mvhd", times, zeros(88))}
		for i, codec := range codecs {
			stbl := box("stbl", box("stsd", zeros(4), be32(1), box(codec, zeros(7), []byte{1})), box("stts", zeros(4), be32(1), be32(1), be32(1)),
				box("stsc", zeros(4), be32(1), be32(1), be32(1), be32(1)), box("stsz", zeros(4), be32(len(data[i])), be32(1)), box("co64", zeros(4), be32(1), zeros(4), be32(at)))
			parts = append(parts, box("trak", box("tkhd", times, zeros(80)), box("mdia", box("mdhd", times, zeros(12)), box("minf", stbl))))
			at += len(data[i])
		}
		return box("moov", parts...)
	}
	at := len(head) + len(moov(0)) + len(x) + len(free) + 8
	return cat(head, moov(at), x, free, box("mdat", data...))
}

var crws = []recipe{{"plain", func(k *kit) []byte { return k.crw() }}, {"recipe", func(k *kit) []byte { // of Canon's program, before the pointer
	b := k.crw()
	pointer := b[len(b)-4:]
	words := []byte(k.secret("recipe"))
	magic := []byte("CANON OPTIONAL DATA\x00")
	return cat(b, magic, []byte{0, 1, 0, 0}, be32(len(words)), words, magic, be32(len(words)), zeros(36), pointer)
}}}

// crw is a raw picture with an owner, a serial number, a preview.
func (k *kit) crw() []byte {
	short := func(n ...int) (b []byte) {
		for _, v := range n {
			b = binary.LittleEndian.AppendUint16(b, uint16(v))
		}
		return b
	}
	type value struct {
		tag  int
		data []byte
	}
	heap := func(values ...value) []byte {
		var data, dir []byte
		for _, v := range values {
			if dir = append(dir, short(v.tag)...); v.tag&0x4000 != 0 {
				dir = append(dir, v.data...)
				continue
			}
			dir = append(dir, longs(len(v.data), len(data))...)
			if data = append(data, v.data...); len(data)%2 == 1 {
				data = append(data, 0)
			}
		}
		return cat(data, short(len(values)), dir, longs(len(data)))
	}
	model := k.stay([]byte("Canon\x00Canon EOS DIGITAL REBEL\x00"))
	camera := heap(value{0x0810, field(k.secret("owner"), 32)}, value{0x080a, field(string(model), 32)}, value{0x3004, heap(
		value{0x580b, cat(k.hide([]byte{0x15, 0xcd, 0x5b, 0x07}), zeros(4))}, value{0x080b, field("Firmware Version 1.1.1", 32)}, value{0x080d, field(k.secret("region"), 32)})})
	shot := heap(value{0x102a, short(18, 0, 160, 0, 116, 189, 0, 0, 3)}, value{0x1031, k.stay(short(34, 128, 64, 1, 1, 8, 4, 119, 59, 0, 0, 0, 0, 0, 0, 0, 0))},
		value{0x1093, cat(short(20), []byte(k.secret("counter")))}, value{0x10a9, k.stay(short(82, 1734, 1024, 1023, 1500))}, value{0x1833, []byte(k.secret("unknown"))})
	props := heap(value{0x1810, k.stay(longs(112, 56, 0x3f800000, 0, 8, 24, 257))}, value{0x580e, cat(k.hide(longs(0x73b5c9e2)), zeros(4))}, value{0x5817, cat(k.hide(longs(116160277)), zeros(4))},
		value{0x0816, field(k.secret("file"), 32)}, value{0x0805, field(k.secret("comment"), 256)}, value{0x2807, camera}, value{0x300b, shot}, value{0x1835, longs(1, 0x9a4)})
	jpg := photo(scene(16, 12, 1), appExif(k.rawBlock(little, "Canon", "Canon EOS DIGITAL REBEL")), segment(0xfe, []byte(k.secret("preview"))))
	k.stay(model)
	body := heap(value{0x2005, k.stay(noisyData(8 << 10))}, value{0x2007, jpg}, value{0x300a, props})
	return cat([]byte("II\x1a\x00\x00\x00HEAPCCDR\x02\x00\x01\x00"), zeros(8), body)
}

var x3fs = []recipe{{"plain", func(k *kit) []byte {
	k.odd = true // CAMF is not looked into
	return k.x3f("CAMF")
}}, {"early", func(k *kit) []byte { return k.x3f("") }}} // of a camera without CAMF

// x3f has a section of that name, which is enciphered, unless it is "".
func (k *kit) x3f(secret string) []byte {
	wide := func(s string) []byte { return utf16le(s + "\x00") }
	var entries, chars []byte
	count := 0
	property := func(name, value string) {
		entries = append(entries, longs(len(chars)/2)...)
		chars = append(chars, wide(name)...)
		entries = append(entries, longs(len(chars)/2)...)
		chars = append(chars, wide(value)...)
		count++
	}
	hidden := func(name string) string {
		k.hide(wide("CANARY-" + name))
		return "CANARY-" + name
	}
	property("CAMMANUF", "SIGMA")
	property("CAMMODEL", "SIGMA SD14")
	property("CAMSERIAL", hidden("serial"))
	property("TIME", "1941893777")
	k.hide(wide("1941893777"))
	property("WB_DESC", "Sunlight")
	property("OWNERNAME", hidden("owner"))
	property("ISO", hidden("This is no number but a text that is far too long for one of them"))
	k.stay(wide("SIGMA SD14"))
	k.stay(wide("Sunlight"))
	prop := cat([]byte("SECp"), longs(0x20000, count, 0, 0, len(chars)/2), entries, chars)
	jpg := photo(scene(16, 12, 1), appExif(k.rawBlock(little, "SIGMA", "SIGMA SD14")), segment(0xfe, []byte(k.secret("comment"))))
	image := func(kind, form int, data []byte) []byte {
		return cat([]byte("SECi"), longs(0x20000, kind, form, 16, 12, 0), data)
	}
	file := cat([]byte("FOVb"), longs(0x20003), k.hide([]byte("\x9a\x81\x77\x13\x5c\x42\x66\x08\xd1\xee\x90\x3b\x27\x51\x4f\xac")), longs(0, 16, 12, 0), field("Sunlight", 32), field("Auto", 32), zeros(160))
	sections := 4
	if secret == "" {
		sections = 3
	}
	dir := cat([]byte("SECd"), longs(0x20000, sections))
	for _, s := range []struct {
		name string
		data []byte
	}{{"IMA2", image(2, 18, jpg)}, {"IMAG", image(1, 30, k.stay(noisyData(900)))}, {"PROP", prop}, {secret, cat([]byte("SECc"), longs(0x20000, 2, 0, 0, 0, 0), noisyData(90))}}[:sections] {
		dir = cat(dir, longs(len(file), len(s.data)), []byte(s.name))
		if file = cat(file, s.data); len(file)%4 > 0 {
			file = cat(file, zeros(4-len(file)%4))
		}
	}
	return cat(file, dir, longs(len(file)))
}
