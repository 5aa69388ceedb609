package samples

import (
	"bytes"
	"cmp"

	"github.com/ulikunitz/xz/lzma"
)

// swfTag is a tag of a Flash film; long ones have their length behind the code.
func swfTag(code int, parts ...[]byte) []byte {
	body := cat(parts...)
	if len(body) < 0x3f {
		return cat(le16(code<<6|len(body)), body)
	}
	return cat(le16(code<<6|0x3f), le32(len(body)), body)
}

// swf is a film of three pictures, with tags before them.
func swf(tags ...[]byte) []byte {
	rect := []byte{0x60, 0x00, 0x3c, 0x00, 0x00, 0x28, 0x00} // 12 bits a number
	body := cat(rect, le16(10<<8), le16(3), cat(tags...))
	for i := range 3 {
		picture := photo(scene(48, 32, i))
		body = cat(body, swfTag(21, le16(i+1), picture), swfTag(26, []byte{6}, le16(1), le16(i+1), zeros(1)), swfTag(1))
	}
	body = cat(body, swfTag(0))
	return cat([]byte("FWS\x08"), le32(8+len(body)), body)
}

// packed is a film that zlib compressed.
func packed(film []byte) []byte {
	return cat([]byte("CWS"), film[3:8], deflated(film[8:]))
}

// packedLZMA is a film that LZMA compressed.
func packedLZMA(film []byte) []byte {
	var b bytes.Buffer
	z, err := lzma.WriterConfig{SizeInHeader: true, Size: int64(len(film) - 8)}.NewWriter(&b)
	if err == nil {
		_, err = z.Write(film[8:])
	}
	if err = cmp.Or(err, z.Close()); err != nil {
		panic(err)
	}
	packed := b.Bytes()
	return cat([]byte("ZWS\x0d"), film[4:8], le32(len(packed)-lzma.HeaderLen), packed[:5], packed[lzma.HeaderLen:])
}

func swfTags(k *kit) [][]byte {
	return [][]byte{
		swfTag(69, []byte{0x10, 0, 0, 0}),
		swfTag(77, []byte("<rdf:RDF "+k.secret("xmp"))), swfTag(41, zeros(8), k.hide([]byte("CANARY-when made!!"))), swfTag(63, []byte(k.secret("debug id"))),
		swfTag(64, zeros(2), []byte(k.secret("debugger"))), swfTag(58, []byte(k.secret("old debugger"))), swfTag(24, []byte(k.secret("protection"))),
		swfTag(9, []byte{0, 0, 0}), swfTag(700, []byte(k.secret("unknown tag, which is long, as some of them are: more than 62 bytes"))), swfTag(1000, []byte(k.secret("unused"))),
		swfTag(39, le16(9), le16(1), swfTag(1), swfTag(77, []byte("<rdf:RDF "+k.secret("in a sprite"))), swfTag(0)),
	}
}

var swfs = []recipe{
	{"plain", func(k *kit) []byte { return swf() }},
	{"tags", func(k *kit) []byte { return swf(swfTags(k)...) }},
	{"pictures", func(k *kit) []byte {
		return swf(swfTag(21, le16(9), []byte("\xff\xd9\xff\xd8"), photo(scene(48, 32, 4), segment(0xfe, []byte(k.secret("comment"))))),
			swfTag(35, le16(10), le32(len(photo(small))), photo(small), deflated(filled(64, 0xff))))
	}},
	{"bitmaps", func(k *kit) []byte {
		pixels := k.stay(deflated(cat([]byte{9, 9, 9, 200, 100, 0}, []byte("\x00\x01\x01\x00\x01\x00\x00\x00"))))
		return swf(swfTag(20, le16(9), []byte{3}, le16(5), le16(1), []byte{1}, pixels), swfTag(36, le16(10), []byte{5}, le16(2), le16(2), deflated(filled(16, 7))))
	}},
	{"bitmap-colours", func(k *kit) []byte {
		return swf(swfTag(36, le16(9), []byte{3}, le16(4), le16(1), []byte{4}, deflated(cat(filled(8, 9), []byte{255, 0, 0, 255, 0, 128, 0, 255, 9, 9, 9, 0}, []byte("\x00\x01\x01\x00")))))
	}},
	{"bitmap-words", odd(func(k *kit) []byte {
		return swf(swfTag(36, le16(9), []byte{3}, le16(4), le16(1), []byte{4}, deflated(cat(filled(8, 9), []byte("WHO MADE IT "), []byte("\x00\x01\x01\x00")))))
	})},
	{"bitmap-spare", odd(func(k *kit) []byte { // the fourth byte of a pixel
		return swf(swfTag(20, le16(9), []byte{4}, le16(2), le16(1), deflated([]byte{0x80, 1, 0x80, 2})), swfTag(20, le16(8), []byte{5}, le16(2), le16(1), deflated([]byte("hRGBiRGB"))))
	})},
	{"bitmap-more", odd(func(k *kit) []byte {
		return swf(swfTag(20, le16(9), []byte{5}, le16(1), le16(1), deflated([]byte{0, 1, 2, 3}), []byte("words behind the pixels")))
	})},
	{"alpha-more", odd(func(k *kit) []byte {
		return swf(swfTag(35, le16(10), le32(len(photo(small))), photo(small), deflated(filled(64, 0xff)), []byte("words behind what can be seen through")))
	})},
	{"mp3-names", func(k *kit) []byte {
		sound := cat(signedMP3(k)...)
		return swf(swfTag(14, le16(8), []byte{0x02}, le32(40), k.stay([]byte("sound as it is, which is not looked into"))), swfTag(14, le16(9), []byte{0x2e}, le32(6*1152), zeros(2), sound), swfTag(18, []byte{0x2e, 0x2e}, le16(1152), zeros(2)), swfTag(19, le16(1152), zeros(2), sound[:417]))
	}},
	{"packed", odd(func(k *kit) []byte { return packed(swf()) })}, // which FFmpeg does not open
	{"packed-tags", odd(func(k *kit) []byte { return packed(swf(swfTags(&kit{})...)) })},
	{"packed-trailer", odd(func(k *kit) []byte { return append(packed(swf()), k.secret("trailer")...) })},
	{"lzma", odd(func(k *kit) []byte { return packedLZMA(swf()) })},
	{"lzma-tags", odd(func(k *kit) []byte { return packedLZMA(swf(swfTags(&kit{})...)) })},
	{"lzma-trailer", odd(func(k *kit) []byte { return append(packedLZMA(swf()), k.secret("trailer")...) })},
	{"red-star", func(k *kit) []byte { return append(swf(), k.hide(RedStarTrailer("8295FF513293A"))...) }},
}
