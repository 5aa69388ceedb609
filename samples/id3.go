package samples

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"strings"
)

// synchsafe is a length in seven bits a byte.
func synchsafe(n int) []byte {
	return []byte{byte(n >> 21 & 127), byte(n >> 14 & 127), byte(n >> 7 & 127), byte(n & 127)}
}

// id3Frame is a frame of version 2, 3 or 4.
func id3Frame(version int, id string, flags int, body ...[]byte) []byte {
	b := cat(body...)
	switch version {
	case 2:
		return cat([]byte(id), be32(len(b))[1:], b)
	case 3:
		return cat([]byte(id), be32(len(b)), be16(flags), b)
	}
	return cat([]byte(id), synchsafe(len(b)), be16(flags), b)
}

// id3Tag is a tag of frames, with so many zeros behind them.
func id3Tag(version, flags, padding int, frames ...[]byte) []byte {
	b := cat(cat(frames...), zeros(padding))
	return cat([]byte{'I', 'D', '3', byte(version), 0, byte(flags)}, synchsafe(len(b)), b)
}

func latin(s string) []byte { return []byte("\x00" + s) }

// unsynchronised inserts zeros where a decoder might see the start of a frame.
func unsynchronised(b []byte) []byte {
	var out []byte
	for i, c := range b {
		out = append(out, c)
		if c == 0xff && (i+1 == len(b) || b[i+1] >= 0xe0 || b[i+1] == 0) {
			out = append(out, 0)
		}
	}
	return out
}

func zlibbed(b []byte) []byte {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write(b)
	w.Close()
	return out.Bytes()
}

// art is a cover that tells of its camera.
func art(k *kit, mime, about string) []byte {
	return cat([]byte("\x00"+mime+"\x00\x03"+about+"\x00"), photo(small, appExif(exif(k, exifOptions{order: little, orientation: 1, prefix: "cover-"}))))
}

// told are frames of 2.3 and 2.4 that tell of people, programs and purchases.
func told(k *kit, v int) []byte {
	secret := func(name string) []byte { return []byte(k.secret(name)) }
	f := func(id string, body ...[]byte) []byte { return id3Frame(v, id, 0, body...) }
	return cat(
		f("COMM", []byte("\x00eng\x00"), secret("comment")),
		f("TXXX", []byte("\x00purchase\x00"), secret("receipt")),
		f("PRIV", []byte("WM/UniqueFileIdentifier\x00"), secret("private")),
		f("UFID", []byte("http://example.org\x00"), secret("database")),
		f("OWNE", []byte("\x00EUR1.29\x0020310203"), secret("seller")),
		f("GEOB", []byte("\x00application/x\x00\x00\x00"), secret("object")),
		f("TENC", latin(k.secret("encoded-by"))), f("TSSE", latin(k.secret("settings"))), f("TSRC", latin(k.secret("isrc"))),
		f("WXXX", []byte("\x00\x00"), secret("page")), f("POPM", secret("user@mail"), []byte("\x00\xff\x00\x00\x00\x01")), f("MCDI", secret("disc")),
		f("UITS", secret("signed")), f("PCST", secret("podcast")), f("TDTG", latin(k.secret("tagged"))), f("ZZZZ", secret("nobody-knows")))
}

// sung are frames that people read.
func sung(k *kit, v int) []byte {
	f := func(id string, text string) []byte {
		k.stay([]byte(text))
		return id3Frame(v, id, 0, latin(text))
	}
	return cat(f("TIT2", "The Song of the Sea"), f("TPE1", "Ones & Twos"), f("TALB", "Half a Second"), f("TRCK", "3/12"),
		id3Frame(v, "USLT", 0, []byte("\x00eng\x00"), k.stay([]byte("la la la\nla"))),
		id3Frame(v, "TXXX", 0, []byte("\x00replaygain_track_gain\x00"), k.stay([]byte("-6.20 dB"))),
		id3Frame(v, "COMM", 0, []byte("\x00eng"), k.stay([]byte("iTunSMPB\x00 00000000 00000210 00000A68 0000000000050B88"))))
}

// mp3Frames are so many frames of silence, MPEG-1 layer III, 128 kbit/s, each with another
// byte where no decoder looks.
func mp3Frames(n int) (b []byte) {
	for i := range n {
		f := zeros(417)
		copy(f, "\xff\xfb\x90\xc0")
		f[300] = byte(1 + i%200)
		b = append(b, f...)
	}
	return b
}

// signedMP3 is six frames of MP3, in two of which an encoder leaves its name.
func signedMP3(k *kit) (frames [][]byte) {
	for i := range 6 {
		f := mp3Frames(1)
		if i%3 == 0 {
			copy(f[100:], "LAME"+string(k.hide([]byte("3.97 (beta)"))))
		}
		frames = append(frames, f)
	}
	return frames
}

// arc is the checksum of LAME's tag.
func arc(b []byte) (crc uint16) {
	for _, c := range b {
		crc ^= uint16(c)
		for range 8 {
			crc = crc>>1 ^ 0xa001*(crc&1)
		}
	}
	return crc
}

// infoFrame is the first frame as LAME writes it, in front of sound of n bytes.
func infoFrame(n int, encoder string) []byte {
	f := zeros(417)
	copy(f, "\xff\xfb\x90\xc0")
	at := 4 + 17
	table := zeros(100)
	for i := range table {
		table[i] = byte(i * 256 / 100)
	}
	lame := cat(field(encoder, 9), []byte{0, 0xcd}, be32(0x3f000000), be16(0x2c3e), zeros(2), []byte{0, 128, 0x24, 0x04, 0x51, 0, 0}, be16(0), be32(n+417), be16(0x1234))
	copy(f[at:], cat([]byte("Info"), be32(15), be32(n/417), be32(n+417), table, be32(57), lame))
	end := at + 120 + 34
	binary.BigEndian.PutUint16(f[end:], arc(f[:end]))
	return f
}

// id3v1 is the tag of 128 bytes.
func id3v1(title, artist, comment string) []byte {
	return cat([]byte("TAG"), field(title, 30), field(artist, 30), field("Album", 30), []byte("1999"), field(comment, 28), []byte{0, 7, 17})
}

// apeTag is APEv2 with header and footer: items of a name, a value, and flags.
func apeTag(items ...[]byte) []byte {
	body := cat(items...)
	frame := func(flags uint32) []byte {
		return cat([]byte("APETAGEX"), le32(2000), le32(len(body)+32), le32(len(items)), binary.LittleEndian.AppendUint32(nil, flags), zeros(8))
	}
	return cat(frame(0xa0000000), body, frame(0x80000000))
}

func apeItem(name, value string, flags int) []byte {
	return cat(le32(len(value)), le32(flags), []byte(name), []byte{0}, []byte(value))
}

// apeTold is an APE tag of all sorts.
func apeTold(k *kit) []byte {
	k.stay([]byte("Ones and Twos"))
	k.stay([]byte("-3.50 dB"))
	picture := "Cover Art (Front).jpg\x00" + string(photo(small, appExif(exif(k, exifOptions{order: big, orientation: 1, prefix: "ape-cover-"}))))
	return apeTag(apeItem("Title", "A Title of APE", 0), apeItem("Comment", k.secret("ape-comment"), 0), apeItem("Artist", "Ones and Twos", 0), apeItem("Year", "1999-02-03", 0),
		apeItem("REPLAYGAIN_TRACK_GAIN", "-3.50 dB", 0), apeItem("Cover Art (Front)", picture, 2), apeItem("File", k.secret("ape-file"), 0), apeItem("Buy URL", k.secret("ape-shop"), 4))
}

func lyrics3(k *kit) []byte {
	b := []byte("LYRICSBEGIN" + "IND0000210" + "AUT00014" + k.secret("lyr-aut") + "LYR00011" + string(k.stay([]byte("[00:01]la l"))) + "INF00014" + k.secret("lyr-inf"))
	return cat(b, []byte(strings.Repeat("0", 4)+itoa(len(b))+"LYRICS200"))
}

func itoa(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }

var mp3s = streams([]recipe{
	{"plain", func(k *kit) []byte { return mp3Frames(6) }},
	{"lame", func(k *kit) []byte {
		k.hide([]byte("3.100"))
		k.stay([]byte("Info\x00\x00\x00\x0f"))
		return cat(infoFrame(6*417, "LAME3.100"), mp3Frames(6))
	}},
	{"ancillary", func(k *kit) []byte {
		b := mp3Frames(6)
		const frame, slot, word = 417, 21, "main data of the next"
		copy(b[frame+slot:], "LAME3.100"+k.secret("ancillary"))
		copy(b[2*frame-len(word):], k.stay([]byte(word)))
		copy(b[2*frame+4:], "\x0a\x80\x02\xa0") // 21 bytes before its slot, and so long
		copy(b[3*frame+slot+100:], k.secret("a longer word further behind"))
		copy(b[5*frame+slot:], k.hide([]byte("LAME3.987654321")))
		return b
	}},
	{"id3v23", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 300, sung(k, 3), id3Frame(3, "APIC", 0, art(k, "image/jpeg", string(k.hide([]byte("photo@example.org"))))), told(k, 3), id3Frame(3, "TYER", 0, latin("1999"))), mp3Frames(6))
	}},
	{"id3v23-all-goes", func(k *kit) []byte { return cat(id3Tag(3, 0, 0, told(k, 3)), infoFrame(6*417, "LAME"), mp3Frames(6)) }},
	{"id3v24", func(k *kit) []byte {
		k.hide([]byte("-02-03T04:05:06"))
		extended := []byte{0, 0, 0, 12, 1, 0x20, 5, 0, 1, 2, 3, 4}
		return cat(id3Tag(4, 0x40, 50, extended, told(k, 4), id3Frame(4, "TDRC", 0, latin("1999-02-03T04:05:06")), sung(k, 4),
			id3Frame(4, "TALB", 0x09, synchsafe(12), zlibbed(latin("Half a Song"))), id3Frame(4, "APIC", 0x03, synchsafe(100), unsynchronised(cat([]byte("\x00image/jpeg\x00\x03\x00"), photo(small))))), mp3Frames(6))
	}},
	{"id3v24-footer", func(k *kit) []byte {
		tag := id3Tag(4, 0x10, 0, sung(k, 4), told(k, 4))
		return cat(tag, []byte("3DI"), tag[3:10], mp3Frames(6))
	}},
	{"id3v22", func(k *kit) []byte {
		picture := cat([]byte("\x00JPG\x03\x00"), photo(small, appExif(exif(k, exifOptions{order: little, orientation: 1, prefix: "v22-"}))))
		return cat(id3Tag(2, 0, 20, id3Frame(2, "COM", 0, []byte("\x00eng\x00"), []byte(k.secret("comment"))), id3Frame(2, "TT2", 0, latin(string(k.stay([]byte("Two Point Two"))))),
			id3Frame(2, "PIC", 0, picture), id3Frame(2, "UFI", 0, []byte("x\x00"), []byte(k.secret("id")))), mp3Frames(6))
	}},
	{"id3-unsynchronised", func(k *kit) []byte {
		wide := cat([]byte("\x01\xff\xfe"), utf16le("ÿÿ"), k.stay(utf16le("Wide Words")))
		body := cat(id3Frame(3, "TIT2", 0, wide), id3Frame(3, "PRIV", 0, []byte("\xff\xfe\xff\xe0\xff\xff"), []byte(k.secret("unsynchronised"))), id3Frame(3, "TPE1", 0, latin("Ones")))
		return cat(id3Tag(3, 0x80, 40, unsynchronised(body)), mp3Frames(6))
	}},
	{"id3-unsynchronised-cover", func(k *kit) []byte {
		k.odd = true // the cover goes
		return cat(id3Tag(3, 0x80, 40, unsynchronised(cat(id3Frame(3, "APIC", 0, art(k, "image/jpeg", "")), told(k, 3)))), mp3Frames(6))
	}},
	{"id3-legacy", func(k *kit) []byte {
		k.stay([]byte("\xc3\xf0\xf3\xef\xef\xe0 \xea\xf0\xee\xe2\xe8"))
		k.stay([]byte("\xd4\xc2\xc1\xc1\xb4\xfa\xb1\xed\xce\xd2\xb5\xc4\xd0\xc4"))
		return cat(id3Tag(3, 0, 10, id3Frame(3, "TIT2", 0, latin("\xc3\xf0\xf3\xef\xef\xe0 \xea\xf0\xee\xe2\xe8")), id3Frame(3, "TPE1", 0, latin("\xd4\xc2\xc1\xc1\xb4\xfa\xb1\xed\xce\xd2\xb5\xc4\xd0\xc4")),
			id3Frame(3, "TPE2", 0, latin(string(k.hide([]byte("\x8f\x01\x9d\xfd\x03\x04\x81 CANARY")))))), mp3Frames(6))
	}},
	{"id3-chapters", func(k *kit) []byte {
		chapter := func(id, name string) []byte {
			return id3Frame(4, "CHAP", 0, []byte(id+"\x00"), be32(0), be32(1000), be32(uint32(1<<32-1)), be32(uint32(1<<32-1)), id3Frame(4, "TIT2", 0, latin(name)), id3Frame(4, "WXXX", 0, []byte("\x00\x00"+k.secret("link-"+id))))
		}
		k.stay([]byte("The beginning"))
		return cat(id3Tag(4, 0, 0, id3Frame(4, "CTOC", 0, []byte("toc\x00\x03\x02c1\x00c2\x00"), id3Frame(4, "TIT2", 0, latin("Contents"))), chapter("c1", "The beginning"), chapter("c2", "The end")), mp3Frames(6))
	}},
	{"id3-telling", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 0, id3Frame(3, "TIT2", 0, latin(string(k.hide([]byte("Memo 52.52000, 13.40500"))))), id3Frame(3, "TPE1", 0, latin(string(k.hide([]byte("jane.doe@example.org"))))), id3Frame(3, "TALB", 0, latin(string(k.stay([]byte("Memos")))))), mp3Frames(6))
	}},
	{"id3-padding", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 0, sung(k, 3), zeros(30), []byte(k.secret("padding")), zeros(10)), zeros(100), mp3Frames(6))
	}},
	{"id3-twice", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 20, sung(k, 3)), id3Tag(4, 0, 20, told(k, 4)), mp3Frames(6), id3Tag(3, 0, 40, id3Frame(3, "COMM", 0, []byte("\x00eng\x00"+k.secret("middle")))), infoFrame(6*417, "LAME"), mp3Frames(6))
	}},
	{"id3-behind", func(k *kit) []byte {
		tag := id3Tag(4, 0x10, 0, told(k, 4))
		return cat(mp3Frames(6), tag, []byte("3DI"), tag[3:10], id3v1("Kept Title", string(k.stay([]byte("Kept Artist"))), k.secret("v1")))
	}},
	{"id3v1", func(k *kit) []byte {
		return cat(mp3Frames(6), id3v1(string(k.stay([]byte("Kept Title"))), "Kept Artist", k.secret("v1-comment")))
	}},
	{"id3v1-in-a-header", func(k *kit) []byte { // of a frame that was cut off
		k.odd = true
		return cat(mp3Frames(6), []byte("\xff\xfb\x90"), id3v1(string(k.stay([]byte("Kept Title"))), "Kept Artist", k.secret("v1-comment")))
	}},
	{"id3v1-plus", func(k *kit) []byte {
		plus := cat([]byte("TAG+"), field(string(k.stay([]byte("A Title that is longer than thirty"))), 60), field("Artist\x00\x00"+k.secret("hidden"), 60), field("", 60), []byte{1}, field("Genre", 30), []byte("000:10001:20"))
		return cat(mp3Frames(6), plus, id3v1("A Title that is longer than th", "Artist", k.secret("v1-comment")))
	}},
	{"ape", func(k *kit) []byte { return cat(mp3Frames(6), apeTold(k)) }},
	{"ape-id3v1", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 10, sung(k, 3)), mp3Frames(6), apeTold(k), id3v1("Kept Title", "Kept Artist", k.secret("v1-comment")))
	}},
	{"ape-all-goes", func(k *kit) []byte {
		return cat(mp3Frames(6), apeTag(apeItem("Comment", k.secret("ape-comment"), 0), apeItem("Tool Name", k.secret("ape-tool"), 0)))
	}},
	{"lyrics3", func(k *kit) []byte {
		return cat(mp3Frames(6), lyrics3(k), id3v1("Kept Title", "Kept Artist", k.secret("v1-comment")))
	}},
	{"middle-of-a-frame", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 10, sung(k, 3)), []byte(k.secret("leading junk"))[:19], zeros(7), mp3Frames(6))
	}},
	{"tail", func(k *kit) []byte {
		return cat(id3Tag(3, 0, 10, sung(k, 3)), mp3Frames(6), []byte(k.secret("appended")), RedStarTrailer("8295FF513293A"))
	}},
})
