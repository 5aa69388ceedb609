package samples

import (
	"encoding/binary"
	"fmt"
	"strconv"
)

// auSound is AU with what somebody wrote about it.
func auSound(length int, annotation string) []byte {
	return cat([]byte(".snd"), be32(24+len(annotation)), be32(length), be32(3), be32(8000), be32(1), []byte(annotation), tone(1500, binary.BigEndian))
}

var aus = []recipe{
	{"plain", func(k *kit) []byte { return auSound(3000, string(zeros(8))) }},
	{"annotation", func(k *kit) []byte { return auSound(3000, "Processed by "+k.secret("program")+"\x00") }},
	{"red-star", func(k *kit) []byte {
		return append(auSound(3000, ""), k.hide(RedStarTrailer("8295FF513293A"))...)
	}},
	{"unknown-length", streaming(func(k *kit) []byte { return auSound(-1, k.secret("program")) })},
}

func vocBlock(kind byte, parts ...[]byte) []byte {
	body := cat(parts...)
	return cat([]byte{kind}, le32(len(body))[:3], body)
}

// vocSound is VOC, with blocks before its sound.
func vocSound(before ...[]byte) []byte {
	return cat([]byte("Creative Voice File\x1a\x1a\x00\x14\x01\x1f\x11"), cat(before...), vocBlock(9, le32(8000), []byte{16, 1}, le16(4), zeros(4), tone(1500, binary.LittleEndian)))
}

var vocs = []recipe{
	{"plain", func(k *kit) []byte { return cat(vocSound(), zeros(1)) }},
	{"texts", func(k *kit) []byte {
		return cat(vocSound(vocBlock(5, []byte(k.secret("text"))), vocBlock(4, []byte("MK")), vocBlock(15, []byte(k.secret("unknown")))), vocBlock(5, []byte(k.secret("after"))), zeros(1))
	}},
	{"old", func(k *kit) []byte {
		return cat([]byte("Creative Voice File\x1a\x1a\x00\x0a\x01\x29\x11"), vocBlock(1, []byte{131, 0}, tone(1500, binary.LittleEndian)), vocBlock(3, []byte{0, 1, 131}), vocBlock(2, tone(500, binary.LittleEndian)), zeros(1))
	}},
	{"red-star", func(k *kit) []byte {
		return cat(vocSound(), zeros(1), k.hide(RedStarTrailer("8295FF513293A")))
	}},
	{"unfinished", odd(func(k *kit) []byte { return vocSound(vocBlock(5, []byte(k.secret("text")))) })},
}

// fromDigits is zeros and ones as bytes.
func fromDigits(digits string) (b []byte) {
	for len(digits)%8 > 0 {
		digits += "0"
	}
	for ; digits != ""; digits = digits[8:] {
		n, err := strconv.ParseUint(digits[:8], 2, 8)
		if err != nil {
			panic(err)
		}
		b = append(b, byte(n))
	}
	return b
}

// loasFrame is silence in LATM and LOAS, mono at 11025 Hz, behind elements of other kinds.
func loasFrame(config bool, others string) []byte {
	head := "1"
	if config {
		head = "0" + "01" + "000000" + "0000" + "000" + "00010" + "1010" + "0001" + "000" + "000" + "11111111" + "0" + "0"
	}
	raw := cat([]byte(others), unhex("01182007"))
	head += fmt.Sprintf("%08b", len(raw))
	for _, c := range raw {
		head += fmt.Sprintf("%08b", c)
	}
	b := fromDigits(head)
	return cat([]byte{0x56, 0xe0 | byte(len(b)>>8), byte(len(b))}, b)
}

func loasFrames(n int) (b []byte) {
	for range n {
		b = append(b, loasFrame(false, "")...)
	}
	return b
}

// signedLOAS has an encoder's name in its first frame.
func signedLOAS(k *kit) []byte {
	first := loasFrame(true, aacFill("CANARY-encoder in fill"))
	k.hide(first[3+7+4 : 3+7+4+16]) // shifted by some bits
	return cat(first, loasFrames(5))
}

var loas = streams([]recipe{
	{"plain", func(k *kit) []byte { return cat(loasFrame(true, ""), loasFrames(5)) }},
	{"fill", signedLOAS},
	{"tags", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 20, sung(k, 3), told(k, 3)), loasFrame(true, ""), loasFrames(5), apeTold(k))
	}},
})

// adifHead is the header of AAC that has one: a number of a right, and a comment.
func adifHead(right, comment []byte) []byte {
	digits := "1"
	for _, c := range right {
		digits += fmt.Sprintf("%08b", c)
	}
	digits += "001" + fmt.Sprintf("%023b", 64000) + "0000" + "0000" + "01" + "1010" + "0001" + "0000" + "0000" + "00" + "000" + "0000" + "000" + "00000"
	return cat([]byte("ADIF"), fromDigits(digits), []byte{byte(len(comment))}, comment)
}

// What follows is frames of silence.
var adifs = streams([]recipe{
	{"plain", func(k *kit) []byte { return cat(adifHead(zeros(9), nil), filled(24, 7)) }},
	{"comment", func(k *kit) []byte {
		head := adifHead([]byte("CANARY-ID"), []byte(k.secret("comment")))
		k.hide(head[5:12])
		return cat(head, filled(24, 7))
	}},
})

func takBlock(kind byte, body []byte) []byte {
	c := uint32(0xb704ce)
	for _, x := range body {
		c ^= uint32(x) << 16
		for range 8 {
			if c <<= 1; c&0x1000000 != 0 {
				c ^= 0x1864cfb
			}
		}
	}
	return cat([]byte{kind}, le32(len(body) + 3)[:3], body, []byte{byte(c), byte(c >> 8), byte(c >> 16)})
}

func takSound(before ...[]byte) []byte {
	frames := cat([]byte("\xff\xa0"), filled(200, 0x55))
	return cat([]byte("tBaK"), takBlock(1, unhex("0a00407d000000400000")), cat(before...), takBlock(7, cat(le32(100), zeros(1), le32(102)[:3])), zeros(4), frames)
}

var taks = []recipe{
	{"plain", func(k *kit) []byte { return takSound() }},
	{"stored", func(k *kit) []byte {
		return takSound(takBlock(3, cat(le32(40), []byte(k.secret("header")))), takBlock(4, []byte(k.secret("encoder"))), takBlock(5, []byte(k.secret("padding"))))
	}},
	{"tags", func(k *kit) []byte { return cat(takSound(), apeTold(k)) }},
}
