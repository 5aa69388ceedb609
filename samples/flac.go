package samples

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"fmt"

	"untag/scrub/crc"
)

// flacRate and flacBlock are samples in a second and in a frame.
const flacRate, flacBlock = 8000, 192

// flacInfo is STREAMINFO of so many frames of one channel and 16 bits.
func flacInfo(frames int) []byte {
	n := uint64(frames * flacBlock)
	var sound []byte
	for i := range frames {
		for _, v := range flacSamples(i) {
			sound = binary.LittleEndian.AppendUint16(sound, uint16(v))
		}
	}
	sum := md5.Sum(sound)
	return cat(be16(flacBlock), be16(flacBlock), zeros(6), be64(flacRate<<44|0<<41|15<<36|n), sum[:])
}

// flacSamples are those of a frame.
func flacSamples(number int) (all []int16) {
	for i := range flacBlock {
		all = append(all, int16((i*i+number*77)%2001-1000))
	}
	return all
}

// flacFrame is a frame of samples that are written as they are.
func flacFrame(number int) []byte {
	b := append([]byte{0xff, 0xf8, 0x14, 0x08}, string(rune(number))...) // a number is coded as a letter of UTF-8 is
	b = append(b, byte(crc.FLAC8.Update(0, b)>>24), 0x02)
	for _, v := range flacSamples(number) {
		b = binary.BigEndian.AppendUint16(b, uint16(v))
	}
	return binary.BigEndian.AppendUint16(b, uint16(crc.FLAC16.Update(0, b)>>16))
}

// flacPart is a metadata block.
func flacPart(kind byte, body ...[]byte) []byte {
	b := cat(body...)
	return append(be32(int(kind)<<24|len(b)), b...)
}

// flac is a file of six frames with metadata blocks behind the first one.
func flac(blocks ...[]byte) []byte {
	all := [][]byte{flacPart(0, flacInfo(6))}
	all = append(all, blocks...)
	all[len(all)-1][0] |= 0x80
	return cat([]byte("fLaC"), cat(all...), flacFrames(6))
}

func flacFrames(n int) (b []byte) {
	for i := range n {
		b = append(b, flacFrame(i)...)
	}
	return b
}

// Flac is a file of so many frames of about 400 bytes.
func Flac(frames int) []byte {
	b := flacPart(0, flacInfo(frames))
	b[0] |= 0x80
	return cat([]byte("fLaC"), b, flacFrames(frames))
}

// comments are comments of Vorbis.
func comments(vendor string, list ...string) []byte {
	b := append(le32(len(vendor)), vendor...)
	b = append(b, le32(len(list))...)
	for _, c := range list {
		b = append(append(b, le32(len(c))...), c...)
	}
	return b
}

// tagged are comments of which some stay.
func tagged(k *kit) []byte {
	return comments(k.secret("vendor"), string(k.stay([]byte("TITLE=A song of the sea"))), "Encoder="+k.secret("encoder"), "CONTACT="+k.secret("contact"),
		string(k.stay([]byte("REPLAYGAIN_TRACK_GAIN=-6.50 dB"))), "DATE=2021-05-04T12:13:14 "+k.secret("date"), string(k.stay([]byte("artist=Somebody"))),
		"REPLAYGAIN_TRACK_PEAK="+k.secret("peak"), "MUSICBRAINZ_TRACKID="+k.secret("id"), "WHATEVER="+k.secret("unknown"), "TITLE=51.5007, -0.1246 "+k.secret("place"))
}

// telling are comments of which nothing stays.
func telling(k *kit) []byte { return comments(k.secret("vendor"), "ENCODER="+k.secret("encoder")) }

// flacCover is a picture as FLAC holds it.
func flacCover(k *kit, prefix string) []byte {
	data := photo(scene(24, 24, 4), appExif(exif(k, exifOptions{prefix: prefix})))
	text := k.secret(prefix+"text") + " 2021-05-04 12:13:14, 51.5007, -0.1246"
	return cat(be32(3), be32(10), []byte("image/jpeg"), be32(len(text)), []byte(text), be32(24), be32(24), be32(24), be32(0), be32(len(data)), data)
}

// encoded is a comment with a picture in it, whose secrets don't show as they are.
func encoded(k *kit) string {
	n := len(k.secrets)
	cover := flacCover(k, "encoded-")
	k.secrets = k.secrets[:n]
	text := base64.StdEncoding.EncodeToString(cover)
	k.hide([]byte(text[60:120]))
	return "METADATA_BLOCK_PICTURE=" + text
}

func cueSheet(k *kit) []byte {
	track := func(number int, isrc string) []byte {
		return cat(be64(uint64(number-1)*588), []byte{byte(number)}, field(isrc, 12), zeros(14), []byte{1}, be64(0), []byte{1}, zeros(3))
	}
	return cat(field(k.secret("catalogue"), 128), be64(88200), []byte{0x80}, field(k.secret("reserved"), 258), []byte{3}, track(1, string(k.hide([]byte("GBAYE1234567")))), track(2, ""),
		be64(6*flacBlock), []byte{170}, zeros(12), zeros(14), []byte{0})
}

var flacs = []recipe{
	{"plain", func(k *kit) []byte { return flac() }},
	{"checksum", func(k *kit) []byte {
		b := flac()
		copy(b[26:], k.secret("sum-7X9Q")) // where MD5 of the sound belongs
		clear(b[41:42])
		return b
	}},
	{"comments", func(k *kit) []byte { return flac(flacPart(4, tagged(k)), flacPart(1, zeros(64))) }},
	{"comments-last", func(k *kit) []byte { return flac(flacPart(4, tagged(k))) }},
	{"comments-none-stay", func(k *kit) []byte { return flac(flacPart(4, telling(k))) }},
	{"comments-in-one-sector", func(k *kit) []byte {
		return flac(flacPart(4, comments("", string(k.stay([]byte("ALBUM=Waves"))), "COMMENT="+k.secret("comment"))))
	}},
	{"comments-two-bytes-less", func(k *kit) []byte {
		return flac(flacPart(4, comments(string(k.hide([]byte("5678"))), string(k.stay([]byte("ALBUM=Waves"))))))
	}},
	{"comments-behind-others", func(k *kit) []byte { return flac(flacPart(1, zeros(460)), flacPart(4, tagged(k))) }},
	{"cover", func(k *kit) []byte { return flac(flacPart(6, flacCover(k, "cover-")), flacPart(4, tagged(k))) }},
	{"cover-in-comment", func(k *kit) []byte { return flac(flacPart(4, comments("", "TITLE=Cover", encoded(k)))) }},
	{"cover-no-picture", func(k *kit) []byte {
		words := k.secret("cover-words")
		return flac(flacPart(6, be32(3), be32(3), []byte("-->"), be32(0), zeros(16), be32(len(words)), []byte(words)))
	}},
	{"applications", func(k *kit) []byte {
		return flac(flacPart(2, []byte("riff"), []byte(k.secret("riff"))), flacPart(2, []byte("UITS"), []byte(k.secret("uits"))), flacPart(126, []byte(k.secret("reserved"))))
	}},
	{"padding", func(k *kit) []byte { return flac(flacPart(1, zeros(40), []byte(k.secret("padding")), zeros(700))) }},
	{"seek-table", func(k *kit) []byte {
		free := k.hide([]byte("0123456789"))
		return flac(flacPart(3, be64(0), be64(0), be16(flacBlock), be64(2*flacBlock), be64(uint64(2*len(flacFrame(0)))), be16(flacBlock), be64(1<<64-1), free))
	}},
	{"cue-sheet", func(k *kit) []byte { return flac(flacPart(5, cueSheet(k))) }},
	{"trailer", func(k *kit) []byte { return cat(flac(), []byte(k.secret("trailer")), RedStarTrailer("8295FF513293A")) }},
	{"everything", func(k *kit) []byte {
		return flac(flacPart(2, []byte("riff"), []byte(k.secret("riff"))), flacPart(4, tagged(k)), flacPart(6, flacCover(k, "cover-")), flacPart(5, cueSheet(k)), flacPart(1, []byte(k.secret("padding")), zeros(300)))
	}},
	{"hiding-behind-comments", func(k *kit) []byte { return flac(flacPart(4, comments("", "TITLE=x"), []byte(k.secret("rest")))) }},
	{"hiding-between-frames", odd(func(k *kit) []byte {
		b := flac()
		n := len(b) - 3*len(flacFrame(0))
		return cat(b[:n], []byte(fmt.Sprint(k.secret("between-frames"))), b[n:])
	})},
}
