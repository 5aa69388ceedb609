package samples

import (
	"bytes"
	"slices"
)

// nutNumber is one of seven bits a byte.
func nutNumber[T int | int64](n T) []byte {
	b := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		b = slices.Insert(b, 0, byte(n&0x7f|0x80))
	}
	return b
}

func nutNumbers(all ...int) (b []byte) {
	for _, n := range all {
		b = append(b, nutNumber(n)...)
	}
	return b
}

func nutBlob(s string) []byte { return cat(nutNumber(len(s)), []byte(s)) }

func nutCheck(b []byte) []byte {
	c := uint32(0)
	for _, x := range b {
		c ^= uint32(x) << 24
		for range 8 {
			c = c<<1 ^ c>>31*0x04c11db7
		}
	}
	return be32(c)
}

const (
	nutMain   = "NM\x7a\x56\x1f\x5f\x04\xad"
	nutStream = "NS\x11\x40\x5b\xf2\xf9\xdb"
	nutSync   = "NK\xe4\xad\xee\xca\x45\x69"
	nutIndex  = "NX\xdd\x67\x2f\x23\xe6\x4e"
	nutInfo   = "NI\xab\x68\xb5\x96\xba\x78"
)

func nutPacket(code string, parts ...[]byte) []byte {
	body := cat(parts...)
	head := cat([]byte(code), nutNumber(len(body)+4))
	if len(body)+4 > 4096 {
		head = append(head, nutCheck(head)...)
	}
	return cat(head, body, nutCheck(body))
}

// nutTags is a packet of tags, names and values in turn.
func nutTags(stream, chapter int, rest string, texts ...string) []byte {
	b := cat(nutNumbers(stream, 2*chapter, 0, 0, len(texts)/2))
	for i := 0; i < len(texts); i += 2 {
		b = append(b, cat(nutBlob(texts[i]), []byte{2}, nutBlob(texts[i+1]))...)
	}
	return nutPacket(nutInfo, b, []byte(rest))
}

// nut is a film of pictures, with packets of tags behind its headers.
func nut(pictures [][]byte, config []byte, closed bool, infos ...[]byte) []byte {
	return nutOf("H264", pictures, config, closed, infos...)
}

func nutOf(codec string, pictures [][]byte, config []byte, closed bool, infos ...[]byte) []byte {
	const key, time, stream, size, check, invalid = 1, 8, 16, 32, 64, 8192
	elided := []byte{0, 0, 0, 1}
	film := []byte("nut/multimedia container\x00")
	main := cat(nutNumbers(3, 1, 65536, 1, 1, 10), nutNumbers(key|time|stream|size|check, 6, 0, 1, 0, 0, 0, 1, key|time|stream|size|check, 8, 0, 1, 0, 0, 0, 1, 0, 1, invalid, 6, 0, 1, 0, 0, 0, 253, 1), nutBlob(string(elided)))
	film = append(film, nutPacket(nutMain, main)...)
	film = append(film, nutPacket(nutStream, nutNumbers(0, 0), nutBlob(codec), nutNumbers(0, 7, 100, 0, 0), nutBlob(string(config)), nutNumbers(48, 32, 0, 0, 0))...)
	film = append(film, cat(infos...)...)
	at := len(film)
	film = append(film, nutPacket(nutSync, nutNumbers(0, 0))...)
	for i, p := range pictures {
		head := nutNumbers(0, 0, i+1<<7, len(p)) // whole times are written with so many added
		if i%2 == 1 && bytes.HasPrefix(p, elided) && len(p) < 4096 {
			p = p[len(elided):]
			head[0] = 1
		}
		film = append(film, cat(head, nutCheck(head), p)...)
	}
	if closed {
		body := cat(nutNumbers(len(pictures), 1, at/16, 1, 1))
		n := 8 + 1 + len(body) + 8 + 4
		film = append(film, nutPacket(nutIndex, body, be64(uint64(n)))...)
	}
	return film
}

func nutPictures(pictures [][]byte) ([][]byte, []byte) {
	return startCoded(pictures), cat(startCoded([][]byte{accessUnit(tiny.sps(), tiny.pps())})...)
}

var nuts = []recipe{
	{"plain", func(k *kit) []byte {
		p, config := nutPictures(tiny.frames(5))
		return nut(p, config, true)
	}},
	{"words", func(k *kit) []byte {
		p, config := nutPictures(tiny.frames(5))
		k.stay([]byte("A film"))
		k.stay([]byte("The first chapter"))
		k.stay([]byte("X-Language\x02\x03eng"))
		return nut(p, config, true,
			nutTags(0, 0, "", "title", "A film", "encoder", k.secret("encoder"), "creation_time", k.secret("2031-11-29T14:33:47Z"), "XYZ", k.secret("unknown"), "artist", "47.3769 N, 8.5417 E "+k.secret("artist")),
			nutTags(1, 0, k.secret("rest"), "X-Language", "eng", "encoder", k.secret("encoder of a stream"), "Disposition", "default"),
			nutTags(0, 1, "", "title", "The first chapter", "comment", k.secret("comment on a chapter")))
	}},
	{"messages", func(k *kit) []byte {
		var pictures [][]byte
		for i := range 5 {
			own := sei(message(5, []byte("\x53\x69\x67\x6e\x65\x64\x20\x56\x69\x64\x65\x6f\x2e\x2e\x2e\x30"+k.secret("signed-video-serial"))))
			pictures = append(pictures, accessUnit(own, tiny.slice(i)))
		}
		p, config := nutPictures(pictures)
		return nut(p, config, true)
	}},
	{"mjpeg", func(k *kit) []byte {
		return nutOf("MJPG", mjpegFrames(3, segment(0xfe, []byte(k.secret("frame-comment")))), nil, true)
	}},
	{"dated", odd(func(k *kit) []byte { // times count from 1970
		p, config := nutPictures(tiny.frames(5))
		film := nut(p, config, true, nutTags(0, 0, "", "encoder", k.secret("encoder")))
		return bytes.Replace(film, nutPacket(nutSync, nutNumbers(0, 0)), nutPacket(nutSync, cat(nutNumber(int64(17067236810)), nutNumber(0))), 1)
	})},
	{"unfinished", odd(func(k *kit) []byte {
		p, config := nutPictures(tiny.frames(5))
		return nut(p, config, false, nutTags(0, 0, "", "encoder", k.secret("encoder")))
	})},
	{"red-star", func(k *kit) []byte {
		p, config := nutPictures(tiny.frames(5))
		return append(nut(p, config, true), k.hide(RedStarTrailer("8295FF513293A"))...)
	}},
}
