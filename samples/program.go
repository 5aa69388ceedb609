package samples

import (
	"encoding/binary"
	"strings"
)

// A program stream (ISO/IEC 13818-1, 2.5) is packs, each of a header and packets.

// packHead is the header of pack n, of MPEG-2.
func packHead(n int, stuffing ...byte) []byte {
	clock := 90000 + n*9000 - 4500
	b := []byte{0, 0, 1, 0xba, 0x44 | byte(clock>>27)&0x38 | byte(clock>>28)&3, byte(clock >> 20), 4 | byte(clock>>12)&0xf8 | byte(clock>>13)&3, byte(clock >> 5), 4 | byte(clock<<3), 1, 1, 0x89, 0xc3}
	return cat(b, []byte{0xf8 | byte(len(stuffing))}, stuffing)
}

var systemHead = cat([]byte{0, 0, 1, 0xbb}, be16(9), []byte{0x80, 0xc4, 0xe1, 0x04, 0xe1, 0x7f, 0xe0, 0xe0, 0xe8})

// plainPacket is a packet whose data follow its length.
func plainPacket(id byte, data []byte) []byte {
	return cat([]byte{0, 0, 1, id}, be16(len(data)), data)
}

// mpegPicture is an MPEG-2 picture of 16 by 16 grey pixels, with a sequence header, and a
// group of pictures with its time code; data are what users put there.
func mpegPicture(n int, hour byte, data ...[]byte) []byte {
	b := []byte("\x00\x00\x01\xb3\x01\x00\x10\x13\xff\xff\xe0\x18\x00\x00\x01\xb5\x14\x8a\x00\x01\x00\x00\x00\x00\x01\xb8")
	b = append(b, hour<<2, 0x08, byte(n)>>1, byte(n)<<7|0x40)
	for _, d := range data {
		b = cat(b, []byte{0, 0, 1, 0xb2}, d)
	}
	return cat(b, []byte("\x00\x00\x01\x00\x00\x0f\xff\xf8\x00\x00\x01\xb5\x8f\xff\xf3\x41\x80\x00\x00\x01\x01\x13\xf8\x7d\x29\x48\x88"))
}

// program is a stream of three packs with a picture each; more adds packets to pack n.
func program(picture func(n int) []byte, more func(n int) []byte) (b []byte) {
	for n := range 3 {
		b = cat(b, packHead(n))
		if n == 0 {
			b = cat(b, systemHead)
		}
		b = cat(b, pes(0xe0, n, 0, nil, picture(n)))
		if more != nil {
			b = cat(b, more(n))
		}
	}
	return cat(b, []byte{0, 0, 1, 0xb9})
}

func quietPicture(n int) []byte { return mpegPicture(n, 0) }

// navigation is the first pack of a unit of a DVD, with words in what is reserved there.
func navigation(owner, menu, presentation, search string) []byte {
	control := field("", 979)
	copy(control[28:], owner)
	copy(control[96+46:], menu)
	copy(control[790:], presentation)
	data := field("", 1017)
	copy(data[546:], search)
	return cat(packHead(0), plainPacket(0xbb, systemHead[6:]), plainPacket(0xbf, cat([]byte{0}, control)), plainPacket(0xbf, cat([]byte{1}, data)))
}

// disc is a film of a video CD: a pack in each sector of 2352 bytes, with its checksum.
func disc(packs ...[]byte) []byte {
	var b []byte
	for n, p := range packs {
		kind := "\x01\x01\x62\x0f"
		if n%2 == 1 {
			kind = "\x01\x01\x64\x7f"
		}
		if p == nil {
			kind = "\x01\x00\x60\x00"
		}
		s := cat([]byte("\x00"+strings.Repeat("\xff", 10)+"\x00"), []byte{0, 2, byte(n), 2}, []byte(kind+kind), p)
		s = append(s, zeros(2348-len(s))...)
		b = cat(b, s, le32(int(discSum(s[16:]))))
	}
	return cat([]byte("RIFF"), le32(len(b)+36), []byte("CDXAfmt "), le32(16), zeros(4), []byte("\x55\x11XA\x01"), zeros(7), []byte("data"), le32(len(b)), b)
}

func discSum(b []byte) (c uint32) {
	for _, x := range b {
		c ^= uint32(x)
		for range 8 {
			c = c>>1 ^ 0xd8018001*(c&1)
		}
	}
	return c
}

var programStreams = []recipe{
	{"plain", func(k *kit) []byte {
		k.streams = true
		return program(quietPicture, nil)
	}},
	{"time-codes", func(k *kit) []byte {
		k.streams = true
		return program(func(n int) []byte { return mpegPicture(n, 14, []byte(k.secret("user-data"))) }, nil)
	}},
	{"camcorder", func(k *kit) []byte {
		k.streams = true
		return program(quietPicture, func(n int) []byte {
			return cat(plainPacket(0xbf, []byte("\x42"+k.secret("recorded"))), plainPacket(0xfc, []byte(k.secret("metadata"))), pes(0xbd, n, 0, nil, []byte("\x01"+k.secret("private"))))
		})
	}},
	{"mp3-names", func(k *kit) []byte {
		k.streams = true
		sound := cat(signedMP3(k)...)
		const third = 3*417 + 105 // within a name
		k.hide([]byte(".97 (beta)"))
		return program(quietPicture, func(n int) []byte {
			return [][]byte{pes(0xc0, 0, 0, nil, sound[:third]), pes(0xc0, 1, 0, nil, sound[third:]), nil}[n]
		})
	}},
	{"hiding", func(k *kit) []byte {
		k.streams = true
		b := cat(packHead(9, k.hide([]byte("SECRET7"))...), plainPacket(0xbb, cat(systemHead[6:], []byte("\x01"+k.secret("system")))), plainPacket(0xbe, []byte(k.secret("padding"))),
			pes(0xc0, 0, 1, cat([]byte{0x80}, k.hide([]byte("PRIVATE DATA 016")), k.hide([]byte("STUFF"))), k.stay([]byte("\xff\xfd\x14\x04sound"))))
		return cat(b, program(quietPicture, nil))
	}},
	{"dvd", func(k *kit) []byte {
		k.streams = true
		unit := navigation(k.secret("isrc"), k.secret("buttons"), k.secret("pci"), k.secret("dsi"))
		return cat(unit, program(quietPicture, func(n int) []byte {
			return pes(0xbd, n, 0, nil, k.stay([]byte("\x80\x01\x00\x01\x0b\x77sound of AC-3")))
		}))
	}},
	{"surround", func(k *kit) []byte {
		k.streams = true
		return program(quietPicture, func(n int) []byte {
			return pes(0xbd, n, 0, nil, cat([]byte("\x80\x01\x00\x01"), k.stay(unhex(ac3Silence))))
		})
	}},
	{"map", func(k *kit) []byte {
		k.streams = true
		streams := cat([]byte{2, 0xe0}, be16(2+len("CANARY-stream")), psiDescriptor(0x40, k.secret("stream")))
		about := psiDescriptor(5, "ABCD"+k.secret("registered"))
		m := cat([]byte{0xe0, 0xff}, be16(len(about)), about, be16(len(streams)), streams)
		m = plainPacket(0xbc, cat(m, zeros(4)))
		binary.BigEndian.PutUint32(m[len(m)-4:], crcMPEG(m[:len(m)-4]))
		return cat(packHead(0), m, program(quietPicture, nil))
	}},
}

var discs = []recipe{
	{"plain", func(k *kit) []byte {
		k.streams = true
		sound := pes(0xc0, 0, 0, nil, []byte("\xff\xfd\x14\x04sound"))
		return disc(nil, cat(packHead(0), sound), cat(packHead(1), pes(0xe0, 0, 0, nil, quietPicture(0))), cat(packHead(2), sound), nil)
	}},
	{"words", func(k *kit) []byte {
		k.streams = true
		sound := func(gap string) []byte {
			p := cat(packHead(0), pes(0xc0, 0, 0, nil, []byte("\xff\xfd\x14\x04sound")))
			return cat(p, plainPacket(0xbe, filled(2304-len(p)-6, 0xff)), []byte(gap))
		}
		return disc(nil, sound(k.secret("gap")), cat(packHead(1), pes(0xe0, 0, 0, nil, mpegPicture(0, 20, []byte(k.secret("user-data"))))), sound(""), cat(packHead(1), plainPacket(0xbe, []byte(k.secret("padding")))))
	}},
}
