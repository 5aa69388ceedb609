package samples

import (
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"strings"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// adtsFrame is a frame of silence, mono at 11025 Hz, behind elements of other kinds.
func adtsFrame(others string) []byte {
	raw := cat([]byte(others), unhex("01182007"))
	n := len(raw) + 7
	return cat([]byte{0xff, 0xf1, 0x6c, 0x40 | byte(n>>11), byte(n >> 3), byte(n<<5) | 0x1f, 0xfc}, raw)
}

// aacFill is a fill element with text of 14 bytes, as FFmpeg writes its name, and a data
// element behind it; both end where bytes do.
func aacFill(text string) string {
	n := 1 + len(text) + 1                                     // four bits of type, bits up to a byte, text
	head := 6<<21 | 15<<17 | (n-14)<<9 | 0<<5                  // id, 15, rest of the count, type; 5 bits are left
	return string(be32(uint32(head << 8))[:3]) + text + "\x00" // 3+4+8+4 = 19 bits, and 5 of the first byte of fill
}

const ac3Silence = "0b7796b900402f842903fe757cf9f3e7cf9f3e7cf9f3e7cf9f3e7cf9f3e7cf8cbfba90000036b5ad6b5ad6b5ad6b5a94000000dad6b5ad6b5ad6b5ad6a500000036b5ad6b5ad6b5ad6b5a94000000dad6b5ad6b5ad6b5ad6a500000036b5ad6b5ad6b5ad6b5a94000000dad6b5ad6b5ad6b5ad6a40000000000000000000b2b0"

func aacFrames(n int) []byte { return []byte(strings.Repeat(string(adtsFrame("")), n)) }

var aacs = streams([]recipe{
	{"plain", func(k *kit) []byte { return aacFrames(5) }},
	{"fill", func(k *kit) []byte { return cat(adtsFrame(aacFill(k.secret("encoder"))), aacFrames(5)) }},
	{"tags", func(k *kit) []byte { return cat(id3Tag(3, 0, 20, sung(k, 3), told(k, 3)), aacFrames(5), apeTold(k)) }},
})

var ac3s = streams([]recipe{
	{"tags", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 20, told(k, 3)), []byte(strings.Repeat(string(unhex(ac3Silence)), 4)), id3v1("Title", "Artist", k.secret("v1")))
	}},
})

var amrs = streams([]recipe{
	{"tail", func(k *kit) []byte {
		k.odd = true // FFmpeg hears the tail
		return cat([]byte("#!AMR\n"), []byte(strings.Repeat("\x04"+string(zeros(12)), 8)), RedStarTrailer("8295FF513293A"))
	}},
	{"wide", func(k *kit) []byte {
		return cat([]byte("#!AMR-WB\n"), []byte(strings.Repeat("\x04"+string(zeros(17)), 8)))
	}},
})

// streams are sounds of which nothing tells that their end is missing.
func streams(all []recipe) []recipe {
	for i := range all {
		make := all[i].make
		all[i].make = func(k *kit) []byte {
			k.streams = true
			return make(k)
		}
	}
	return all
}

// wavHeader is that of a recorder: chunks beside format and data.
func wavHeader(k *kit, name string) []byte {
	return cat([]byte("RIFF\x00\x01\x00\x00WAVEfmt "), le32(16), unhex("01000100401f0000803e000002001000"), []byte("bext"), le32(40), field(k.secret(name), 40), []byte("data"), le32(1<<20))
}

// wavPackBlock is a block of 800 samples of silence, with more sub-blocks and a checksum.
func wavPackBlock(sum bool, more ...[]byte) []byte {
	body := cat(cat(more...), unhex("02015756430140000402"+"00ff00ff"+"0503"+"000000000000"+"090200080000"+"8a020000ff030900"))
	flags := uint32(0x00801904)
	if sum {
		flags |= 0x10000000
		body = cat(body, []byte{0x2f, 2}, zeros(4))
	}
	b := cat([]byte("wvpk"), le32(24+len(body)), le16(0x410), zeros(2), le32(800), zeros(4), le32(800), binary.LittleEndian.AppendUint32(nil, flags), unhex("3f58dd6d"), body)
	if sum {
		c := uint32(0xffffffff)
		for i := 0; i < len(b)-6; i += 2 {
			c = c*3 + uint32(binary.LittleEndian.Uint16(b[i:]))
		}
		binary.LittleEndian.PutUint32(b[len(b)-4:], c)
	}
	return b
}

// wavPackSub is a sub-block.
func wavPackSub(id byte, b []byte) []byte {
	n := (len(b) + 1) / 2
	if len(b)%2 == 1 {
		id |= 0x40
	}
	return field(string(cat([]byte{id | 0x80, byte(n), byte(n >> 8), byte(n >> 16)}, b)), 4+2*n)
}

var wavPacks = streams([]recipe{
	{"wrapper", func(k *kit) []byte {
		return cat(wavPackBlock(true, wavPackSub(0x21, wavHeader(k, "bext"))), wavPackBlock(true), wavPackBlock(true, wavPackSub(0x22, []byte(k.secret("trailer"))), wavPackSub(0x3f, []byte(k.secret("nobody-knows")))), apeTold(k))
	}},
	{"old", func(k *kit) []byte {
		return cat(wavPackBlock(false, wavPackSub(0x21, wavHeader(k, "bext"))), wavPackBlock(false))
	}},
	{"one-block", func(k *kit) []byte {
		return cat(wavPackBlock(false), []byte(k.secret("behind the only block, which is all")))
	}},
})

// monkeySound is a file of Monkey's Audio 3.99 with a stored header and trailer.
func monkeySound(k *kit) []byte {
	stored, trailer := wavHeader(k, "stored-bext"), []byte(k.secret("stored-trailer"))
	header, seek, sound := cat(le16(2000), le16(0), le32(73728), le32(800), le32(1), le16(16), le16(1), le32(8000)), le32(0), cat([]byte("\x01\x02\x03\x04"), zeros(60), []byte("end of it"))
	sum := md5.Sum(cat(stored, sound, trailer, header, seek))
	return cat([]byte("MAC "), le16(3990), zeros(2), le32(52), le32(len(header)), le32(len(seek)), le32(len(stored)), le32(len(sound)), le32(0), le32(len(trailer)), sum[:], header, seek, stored, sound, trailer)
}

var monkeys = []recipe{
	{"stored", func(k *kit) []byte { k.odd = true; return cat(monkeySound(k), apeTold(k)) }},
}

var ttas = []recipe{
	{"tags", func(k *kit) []byte {
		crc := func(b []byte) []byte { return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b)) }
		frame := crc(zeros(100))
		head := crc(cat([]byte("TTA1\x01\x00\x01\x00\x08\x00"), le32(8000), le32(800)))
		return cat(id3Tag(3, 0, 20, sung(k, 3), told(k, 3)), head, crc(le32(len(frame))), frame, apeTold(k))
	}},
}

var musepacks = []recipe{
	{"sv8", func(k *kit) []byte {
		k.odd = true // its sound is none
		packet := func(key, body string) []byte {
			return cat([]byte(key), []byte{byte(len(key) + 1 + len(body))}, []byte(body))
		}
		head := "\x08\x83\x20\x00\x1b\x00"
		sum := string(be32(crc32.ChecksumIEEE([]byte(head))))
		return cat([]byte("MPCK"), packet("SH", sum+head), packet("RG", "\x01\x00\x00\x00\x00\x00\x00\x00\x00"), packet("EI", string(k.hide([]byte("\x51\x02\x1e\x03")))), packet("AP", strings.Repeat("sound ", 9)), packet("CT", k.secret("chapter")), packet("SE", ""), apeTold(k))
	}},
	{"sv7", func(k *kit) []byte {
		k.streams, k.odd = true, true
		return cat([]byte("MP+\x07"), le32(3), zeros(16), k.hide([]byte("\x00\x00\x00\x74\x91")), zeros(3), []byte(strings.Repeat("frames", 9)), apeTold(k))
	}},
	{"sv7-all-goes", func(k *kit) []byte {
		k.streams, k.odd = true, true
		return cat([]byte("MP+\x07"), le32(3), zeros(24), []byte(strings.Repeat("frames", 9)), apeTag(apeItem("Comment", k.secret("comment"), 0)))
	}},
}

func dsfSound(tag []byte) []byte {
	end := 28 + 52 + 12 + 8192
	at := end
	if len(tag) == 0 {
		at = 0
	}
	return cat([]byte("DSD "), le64(28), le64(end+len(tag)), le64(at), []byte("fmt "), le64(52), le32(1), le32(0), le32(2), le32(2), le32(2822400), le32(1), le64(32768), le32(4096), le32(0),
		[]byte("data"), le64(12+8192), []byte(strings.Repeat("\x69", 8192)), tag)
}

var dsfs = []recipe{
	{"plain", func(k *kit) []byte { return dsfSound(nil) }},
	{"id3", func(k *kit) []byte { return dsfSound(id3Tag(3, 0, 20, sung(k, 3), told(k, 3))) }},
	{"id3-all-goes", func(k *kit) []byte { return dsfSound(id3Tag(3, 0, 20, told(k, 3))) }},
}

var dffs = []recipe{
	{"tags", func(k *kit) []byte {
		chunk := func(id string, parts ...[]byte) []byte {
			b := cat(parts...)
			return cat([]byte(id), be64(uint64(len(b))), b, zeros(len(b)%2))
		}
		text := func(s string) []byte { return cat(be32(uint32(len(s))), []byte(s)) }
		all := cat([]byte("DSD "), chunk("FVER", be32(uint32(0x01050000))), chunk("PROP", []byte("SND "), chunk("FS  ", be32(uint32(2822400))), chunk("CHNL", be16(2), []byte("SLFTSRGT")), chunk("CMPR", []byte("DSD \x0enot compressed\x00"))),
			chunk("DSD ", []byte(strings.Repeat("\x69", 4096))), chunk("COMT", be16(1), be16(2031), []byte{2, 3, 4, 5}, be16(0), be16(0), text(k.secret("dated-comment"))),
			chunk("DIIN", chunk("EMID", []byte(k.secret("master"))), chunk("DIAR", text(string(k.stay([]byte("The Artist"))))), chunk("DITI", text("2031-02-03 04:05:06"))),
			chunk("MANF", []byte(k.secret("maker"))), chunk("ID3 ", id3Tag(3, 0, 20, sung(k, 3), told(k, 3))), chunk("ZZZZ", []byte(k.secret("nobody-knows"))))
		return chunk("FRM8", all)
	}},
}
