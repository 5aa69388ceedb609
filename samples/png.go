package samples

import (
	"bytes"
	"compress/zlib"
	"hash/crc32"
	"image/png"
)

// pngChunk is a chunk with its length and checksum.
func pngChunk(typ string, data []byte) []byte {
	body := cat([]byte(typ), data)
	return cat(be32(len(data)), body, be32(int(crc32.ChecksumIEEE(body))))
}

func deflated(data []byte) []byte {
	var b bytes.Buffer
	w := zlib.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// pngPicture returns a coded picture: signature with IHDR, and the rest.
func pngPicture(width, height, seed int) (head, rest []byte) {
	var b bytes.Buffer
	if err := png.Encode(&b, Picture(width, height, seed)); err != nil {
		panic(err)
	}
	const ihdrEnd = 8 + 12 + 13
	return b.Bytes()[:ihdrEnd], b.Bytes()[ihdrEnd:]
}

// pngWith puts chunks between IHDR and the picture.
func pngWith(chunks ...[]byte) []byte {
	head, rest := pngPicture(64, 48, 2)
	return cat(head, cat(chunks...), rest)
}

var pngs = []recipe{
	{"plain", func(k *kit) []byte { return pngWith() }},
	{"text", func(k *kit) []byte {
		return pngWith(
			pngChunk("tEXt", []byte("Author\x00"+k.secret("author"))),
			pngChunk("tEXt", []byte("Software\x00"+k.secret("software"))),
			pngChunk("zTXt", cat([]byte("Comment\x00\x00"), k.hide(deflated([]byte("CANARY-ztxt"))))),
			pngChunk("iTXt", []byte("Title\x00\x00\x00en\x00\x00"+k.secret("title"))))
	}},
	{"xmp", func(k *kit) []byte {
		return pngWith(pngChunk("iTXt", cat([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), xmp(xmpIdentity(k, "")))))
	}},
	{"xmp-orientation", func(k *kit) []byte {
		attributes, elements := xmpIdentity(k, "")
		turned := xmp(`xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6" `+attributes, elements)
		return pngWith(pngChunk("iTXt", cat([]byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), turned)))
	}},
	{"exif", func(k *kit) []byte { return pngWith(pngChunk("eXIf", exif(k, exifOptions{order: big}))) }},
	{"exif-orientation", func(k *kit) []byte {
		return pngWith(pngChunk("eXIf", exif(k, exifOptions{order: little, orientation: 6})))
	}},
	{"time", func(k *kit) []byte {
		return pngWith(pngChunk("tIME", k.hide(cat(be16(2031), []byte{7, 14, 15, 16, 17}))))
	}},
	{"icc", func(k *kit) []byte {
		in := &kit{} // hidden by compression: only the profile as a whole can be looked for
		profile := deflated(iccProfile(in, ""))
		return pngWith(pngChunk("iCCP", cat([]byte("CANARY\x00\x00"), profile)))
	}},
	{"private", func(k *kit) []byte {
		return pngWith(pngChunk("prVt", []byte(k.secret("private"))), pngChunk("caBX", []byte(k.secret("c2pa"))))
	}},
	{"render", func(k *kit) []byte {
		return pngWith(pngChunk("gAMA", k.stay(be32(45455))), pngChunk("sRGB", []byte{0}),
			pngChunk("pHYs", cat(k.stay(cat(be32(2835), be32(2835))), []byte{1})), pngChunk("tEXt", []byte("Comment\x00"+k.secret("comment"))))
	}},
	{"after-idat", func(k *kit) []byte {
		b := pngWith()
		return cat(b[:len(b)-12], pngChunk("tEXt", []byte("Comment\x00"+k.secret("late"))), b[len(b)-12:])
	}},
	{"trailer-red-star", func(k *kit) []byte { return append(pngWith(), redStar(k, "AC9A58CDZ364C")...) }},
	{"trailer-unknown", func(k *kit) []byte { return append(pngWith(), unknownTrailer(k, 1500)...) }},
}
