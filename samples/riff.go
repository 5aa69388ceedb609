package samples

import (
	"encoding/binary"
	"fmt"
	"math"
)

// riffChunk is a chunk of RIFF, padded with zeros.
func riffChunk(id string, body ...[]byte) []byte {
	b := cat(body...)
	return cat([]byte(id), le32(len(b)), b, zeros(len(b)&1))
}

func riffText(id, s string) []byte { return riffChunk(id, []byte(s+"\x00")) }

// riffList is a list or form of chunks.
func riffList(id, typ string, chunks ...[]byte) []byte {
	return riffChunk(id, append([][]byte{[]byte(typ)}, chunks...)...)
}

// formChunk is a chunk of AIFF.
func formChunk(id string, body ...[]byte) []byte {
	b := cat(body...)
	return cat([]byte(id), be32(len(b)), b, zeros(len(b)&1))
}

// tone is n samples of 16 bits of a sound.
func tone(n int, order binary.AppendByteOrder) (b []byte) {
	for i := range n {
		b = order.AppendUint16(b, uint16(int16(8000*math.Sin(float64(i)/9)*math.Sin(float64(i)/700))))
	}
	return b
}

// waveFormat is sound of 16 bits, one channel, 8000 times a second.
func waveFormat(extra ...[]byte) []byte {
	return riffChunk("fmt ", append([][]byte{le16(1), le16(1), le32(8000), le32(16000), le16(2), le16(16)}, extra...)...)
}

func wave(chunks ...[]byte) []byte {
	return riffList("RIFF", "WAVE", cat(waveFormat(), cat(chunks...)))
}

func sound(k *kit) []byte { return k.stay(riffChunk("data", tone(3000, binary.LittleEndian))) }

// info is what people and programs write into LIST INFO.
func info(k *kit, prefix string) []byte {
	k.stay([]byte("A Song of Tests"))
	return riffList("LIST", "INFO", riffText("INAM", "A Song of Tests"), riffText("IART", string(k.stay([]byte("Somebody")))), riffText("ICRD", "2031"), riffText("IGNR", string(k.stay([]byte{'C', 'h', 'a', 0xee, 0xed}))),
		riffText("ISFT", k.secret(prefix+"software")), riffText("ICMT", k.secret(prefix+"comment")), riffText("IENG", k.secret(prefix+"engineer")), riffText("ICRD", "2031-05-"+k.secret(prefix+"day")),
		riffText("ITRK", "S/N: "+k.secret(prefix+"serial")+"12345"), riffText("IZZZ", k.secret(prefix+"unknown")))
}

// broadcast is what recorders write into bext (EBU Tech 3285).
func broadcast(k *kit) []byte {
	return riffChunk("bext", field(k.secret("bext-description"), 256), field(k.secret("bext-originator"), 32), field(k.secret("bext-reference"), 32), field("2031-05-06", 10), field("07:08:09", 8),
		zeros(8), le16(1), field(k.secret("bext-umid"), 64), zeros(190), []byte(k.secret("bext-history")+"\r\n"))
}

func adtl(k *kit) []byte {
	return riffList("LIST", "adtl", riffChunk("labl", le32(1), []byte(string(k.stay([]byte("The second part")))+"\x00")), riffChunk("labl", le32(2), []byte(k.secret("label")+" 52.52484, 13.40022\x00")), riffChunk("note", le32(1), []byte(k.secret("note")+"\x00")))
}

var sounds = []recipe{
	{"aac-fill", func(k *kit) []byte {
		k.streams = true
		format := riffChunk("fmt ", le16(0x1600), le16(1), le32(44100), le32(16000), le16(1), le16(0), le16(0))
		return riffList("RIFF", "WAVE", cat(format, riffChunk("data", aacFrames(2), adtsFrame(aacFill(k.secret("encoder"))), aacFrames(5))))
	}},
	{"plain", func(k *kit) []byte { return wave(sound(k)) }},
	{"words", func(k *kit) []byte { return wave(info(k, ""), sound(k)) }},
	{"recorder", func(k *kit) []byte {
		return wave(riffChunk("JUNK", zeros(28)), broadcast(k), riffChunk("iXML", []byte("<BWFXML><SERIAL>"+k.secret("ixml-serial")+"</SERIAL><data>fmt </data></BWFXML>")), sound(k),
			riffChunk("guan", []byte("GUANO|Version: 1.0\nSerial: "+k.secret("guano"))), riffChunk("wamd", le16(0), le32(2), le16(1), le16(5), le32(9), []byte(k.secret("wamd"))),
			riffChunk("olym", []byte(k.secret("olym"))), riffChunk("umid", []byte(k.secret("umid"))), riffChunk("C2PA", []byte(k.secret("c2pa"))))
	}},
	{"studio", func(k *kit) []byte {
		return wave(riffChunk("fact", le32(3000)), riffChunk("PEAK", le32(1), k.hide(be32(spectre)), le32(0x3e800000), le32(14)), sound(k),
			k.stay(riffChunk("cue ", le32(2), le32(1), le32(0), []byte("data"), zeros(8), le32(0), le32(2), le32(900), []byte("data"), zeros(8), le32(900))), adtl(k),
			riffChunk("smpl", k.hide([]byte("MAKERPRO")), le32(125000), le32(60), zeros(8), zeros(4), le32(1), zeros(4), le32(1), zeros(4), le32(100), le32(2000), zeros(8)),
			riffChunk("cart", []byte("0101"+k.secret("cart"))), riffChunk("_PMX", xmp(xmpIdentity(k, ""))), riffChunk("id3 ", id3Tag(4, 0, 20, id3Frame(4, "TIT2", 0, []byte("\x03"), k.stay([]byte("Another Song"))), id3Frame(4, "TXXX", 0, []byte("\x03device\x00"+k.secret("id3"))))), riffChunk("DISP", le32(1), []byte(k.secret("disp"))))
	}},
	{"hiding", func(k *kit) []byte {
		format := waveFormat(le16(0), []byte(k.secret("format-extra")))
		odd := riffChunk("JUNK", []byte(k.secret("junk-odd")+"!"))
		return riffList("RIFF", "WAVE", cat(format, riffChunk("what", []byte(k.secret("unknown"))), sound(k), odd, riffChunk("PAD ", []byte(k.secret("pad"))), riffChunk("FLLR", field(k.secret("filler"), 700))))
	}},
	{"long", func(k *kit) []byte {
		b := riffList("RIFF", "WAVE", cat(riffChunk("ds64", zeros(28)), waveFormat(), broadcast(k), sound(k)))
		binary.LittleEndian.PutUint64(b[20:], uint64(len(b)-8))
		binary.LittleEndian.PutUint64(b[28:], 6000)
		binary.LittleEndian.PutUint64(b[36:], 3000)
		copy(b, "RF64\xff\xff\xff\xff")
		copy(b[len(b)-6004:], "\xff\xff\xff\xff")
		k.mustStay = nil // the length of the sound
		return b
	}},
	{"streamed", func(k *kit) []byte {
		k.streams = true
		b := wave(riffList("LIST", "INFO", riffText("ISFT", k.secret("software"))), riffChunk("data", tone(3000, binary.LittleEndian)))
		copy(b[4:], "\xff\xff\xff\xff")
		copy(b[len(b)-6004:], "\xff\xff\xff\xff")
		return b
	}},
	{"not-closed", func(k *kit) []byte {
		k.streams, k.odd = true, true
		b := wave(riffList("LIST", "INFO", riffText("ISFT", k.secret("software"))), riffChunk("data"))
		return cat(b, tone(3000, binary.LittleEndian))
	}},
	{"trailer", func(k *kit) []byte {
		return cat(wave(info(k, ""), sound(k)), redStar(k, "8295FF513293A"))
	}},
}

var aiffs = []recipe{
	{"plain", func(k *kit) []byte { return aiff("AIFF", aiffFormat(), aiffSound(k)) }},
	{"words", func(k *kit) []byte {
		return aiff("AIFF", aiffFormat(), formChunk("NAME", k.stay([]byte("A Song of Tests"))), formChunk("AUTH", k.stay([]byte("Somebody"))), formChunk("(c) ", []byte(k.secret("copyright"))), formChunk("ANNO", []byte(k.secret("annotation"))), aiffSound(k),
			formChunk("COMT", be16(1), k.hide(be32(spectre)), be16(0), be16(14), []byte(k.secret("comt"))), formChunk("APPL", []byte("stoc"+k.secret("appl"))), formChunk("MIDI", []byte(k.secret("midi"))),
			formChunk("MARK", be16(2), be16(1), be32(0), []byte("\x05"), k.stay([]byte("Intro")), be16(2), be32(500), pascal(k.secret("marker")+" 52.52484, 13.40022")),
			formChunk("INST", []byte{60, 0, 0, 127, 1, 127}, zeros(14)), formChunk("AESD", field(k.secret("aesd"), 24)), formChunk("ID3 ", []byte("ID3\x04\x00\x00\x00\x00\x00\x40COMM\x00\x00\x00\x18\x00\x00\x00eng"+k.secret("id3"))), formChunk("what", []byte(k.secret("unknown"))), formChunk("FLLR", field(k.secret("filler"), 99)))
	}},
	{"aifc", func(k *kit) []byte {
		format := formChunk("COMM", be16(1), be32(3000), be16(16), []byte("\x40\x0b\xfa\x00\x00\x00\x00\x00\x00\x00"), []byte("sowt"), pascal(k.secret("coding")))
		return aiff("AIFC", formChunk("FVER", be32(uint32(0xa2805140))), format, formChunk("SSND", zeros(8), k.stay(tone(3000, binary.LittleEndian))), formChunk("LGWV", []byte(k.secret("logic"))))
	}},
	{"not-closed", func(k *kit) []byte {
		k.streams, k.odd = true, true
		b := aiff("AIFF", aiffFormat(), formChunk("ANNO", []byte(k.secret("annotation"))), formChunk("SSND"))
		return cat(b, zeros(8), tone(3000, binary.BigEndian))
	}},
}

func pascal(s string) []byte {
	b := append([]byte{byte(len(s))}, s...)
	return append(b, zeros(len(b)&1)...)
}

func aiff(typ string, chunks ...[]byte) []byte {
	return formChunk("FORM", []byte(typ), cat(chunks...))
}

func aiffFormat() []byte {
	return formChunk("COMM", be16(1), be32(3000), be16(16), []byte("\x40\x0b\xfa\x00\x00\x00\x00\x00\x00\x00"))
}

func aiffSound(k *kit) []byte {
	return formChunk("SSND", zeros(8), k.stay(tone(3000, binary.BigEndian)))
}

// cafChunk is a chunk of CAF.
func cafChunk(id string, body ...[]byte) []byte {
	b := cat(body...)
	return cat([]byte(id), be64(uint64(len(b))), b)
}

func caf(k *kit, chunks ...[]byte) []byte {
	format := cafChunk("desc", be64(math.Float64bits(8000)), []byte("lpcm"), be32(2), be32(2), be32(1), be32(1), be32(16))
	return cat([]byte("caff\x00\x01\x00\x00"), format, cat(chunks...))
}

func cafSound(k *kit) []byte {
	return cafChunk("data", zeros(4), k.stay(tone(3000, binary.LittleEndian)))
}

// cafCoded is sound in CAF whose frames have those lengths each.
func cafCoded(codec string, perFrame int, frames ...[]byte) []byte {
	lengths := cat(be64(uint64(len(frames))), be64(uint64(perFrame*len(frames))), zeros(8))
	for _, f := range frames {
		if len(f) > 127 {
			lengths = append(lengths, 0x80|byte(len(f)>>7))
		}
		lengths = append(lengths, byte(len(f)&0x7f))
	}
	return cat([]byte("caff\x00\x01\x00\x00"), cafChunk("desc", be64(math.Float64bits(44100)), []byte(codec), be32(0), be32(0), be32(perFrame), be32(1), be32(0)),
		cafChunk("pakt", lengths), cafChunk("data", zeros(4), cat(frames...)))
}

var cafs = []recipe{
	{"mp3-names", func(k *kit) []byte {
		k.streams = true
		return cafCoded(".mp3", 1152, signedMP3(k)...)
	}},
	{"aac-fill", func(k *kit) []byte {
		k.streams = true
		return cafCoded("aac ", 1024, signed(k).samples...)
	}},
	{"aac-fills", func(k *kit) []byte {
		k.streams = true
		frames := signed(k).samples
		for _, n := range []int{3, len(frames) - 1} {
			frames[n] = cat([]byte(aacFill(k.secret(fmt.Sprint("encoder-", n)))), frames[n])
		}
		return cafCoded("aac ", 1024, frames...)
	}},
	{"opus-padding", func(k *kit) []byte {
		k.streams = true
		return cafCoded("opus", 960, opusSilence, paddedOpus([]byte(k.secret("padding of a packet"))), opusSilence)
	}},
	{"words", func(k *kit) []byte {
		return caf(k, cafChunk("info", be32(2), []byte("recorded date\x00"+k.secret("date")+"\x00encoding application\x00"+k.secret("program")+"\x00")), cafChunk("chan", be32(6553601), zeros(8)), cafSound(k),
			cafChunk("strg", []byte(k.secret("strings"))), cafChunk("umid", field(k.secret("umid"), 64)), cafChunk("uuid", zeros(16), []byte(k.secret("uuid"))), cafChunk("free", field(k.secret("free"), 300)), cafChunk("what", []byte(k.secret("unknown"))))
	}},
	{"speakers", func(k *kit) []byte {
		speaker := cat(be32(42), zeros(4), field(k.secret("seat"), 12))
		return caf(k, cafChunk("chan", zeros(4), k.hide([]byte("7X9Q")), be32(1), speaker, field(k.secret("row behind"), 20)), cafSound(k))
	}},
	{"music", func(k *kit) []byte {
		return caf(k, cafChunk("info", be32(3), []byte("title\x00"), k.stay([]byte("A Song of Tests\x00")), []byte("recorded date\x00"+k.secret("date")+"\x00artist\x00"+k.secret("artist")+" 52.52484, 13.40022\x00")), cafSound(k))
	}},
	{"endless", func(k *kit) []byte {
		k.streams = true
		b := cafSound(k)
		copy(b[4:], "\xff\xff\xff\xff\xff\xff\xff\xff")
		return caf(k, cafChunk("edct", be32(1), []byte(k.secret("edits"))), b)
	}},
}

// wave64Chunk is a chunk of Wave64.
func wave64Chunk(id string, body ...[]byte) []byte {
	tail := "\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"
	if id == "riff" {
		tail = "\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
	}
	b := cat(body...)
	n := 24 + len(b)
	return cat([]byte(id+tail), binary.LittleEndian.AppendUint64(nil, uint64(n)), b, zeros(-n&7))
}

var wave64s = []recipe{{"words", func(k *kit) []byte {
	title := k.hide(append(utf16le("CANARY-summary"), 0, 0))
	list := cat(le32(1), []byte("INAM"), binary.LittleEndian.AppendUint64(nil, uint64(len(title))), title)
	summary := cat(k.hide([]byte("\xbc\x94\x5f\x92\x5a\x52\xd2\x11\x86\xdc\x00\xc0\x4f\x8e\xdb\x8a")), binary.LittleEndian.AppendUint64(nil, uint64(24+len(list))), list, zeros(-len(list)&7))
	body := cat([]byte("wave\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a"), wave64Chunk("fmt ", waveFormat()[8:]), wave64Chunk("bext", broadcast(k)[8:]), wave64Chunk("data", k.stay(tone(3000, binary.LittleEndian))), summary, wave64Chunk("junk", []byte(k.secret("junk"))))
	return wave64Chunk("riff", body)
}}}

// lossless is a picture in two colours, coded as VP8L (RFC 9649, 3).
func lossless(width, height, seed int) []byte {
	w := new(Bits).Put(0x2f, 8).Put(width-1, 14).Put(height-1, 14).Put(0, 1+3+3) // no alpha, version, transforms, cache, groups
	for _, colours := range [][]int{{40, 200}, {90}, {30}, {255}, {0}} {
		w.Put(1, 1).Put(len(colours)-1, 1).Put(1, 1)
		for _, c := range colours {
			w.Put(c, 8)
		}
	}
	for y := range height {
		for x := range width {
			w.Put((x*x/(seed+7)+y*y/11)%2, 1)
		}
	}
	return riffChunk("VP8L", w.B)
}

// lossy is a picture of 48 by 32 that libvpx coded in VP8, with what stands behind the codes of
// each of its three partitions.
func lossy(k *kit, behind ...string) []byte {
	const head, first, second = 10, 57, 34
	coded := unhex("3007009d012a300020000587088585888584885d82030ed1db6af3a4998fc882ca3f18d43ee037ff52ba2abebaa8fdb0f8b20f6031357621a66acd3fa669c4d2f36b00" +
		"220000e96fbad4336cbe2b524aff5c2dae0d2fe3c3f0a117354864506b76055a8904198a001794de0349228d9bb140ec479a94b49abb73503634dcff300000")
	parts := coded[head+first+3:]
	tag := int(coded[0])&31 | (first+len(behind[0]))<<5
	return riffChunk("VP8 ", le16(tag), []byte{byte(tag >> 16)}, k.stay(coded[3:head+first]), []byte(behind[0]), le16(second+len(behind[1])), []byte{0}, k.stay(parts[:second]), []byte(behind[1]), k.stay(parts[second:]), []byte(behind[2]))
}

// webpHead says what is in a WebP of 48 by 32.
func webpHead(flags byte) []byte {
	return riffChunk("VP8X", []byte{flags, 0, 0, 0, 47, 0, 0, 31, 0, 0})
}

func webp(chunks ...[]byte) []byte { return riffList("RIFF", "WEBP", chunks...) }

// pictureFrame is one frame of an animation.
func pictureFrame(k *kit, seed int, more ...[]byte) []byte {
	return riffChunk("ANMF", zeros(6), []byte{47, 0, 0, 31, 0, 0, 100, 0, 0, 0}, k.stay(lossless(48, 32, seed)), cat(more...))
}

var webps = []recipe{
	{"plain", func(k *kit) []byte { return webp(k.stay(lossless(48, 32, 1))) }},
	{"lossy", func(k *kit) []byte {
		return webp(lossy(k, k.secret("behind-the-modes"), k.secret("between"), k.secret("behind")))
	}},
	{"words", func(k *kit) []byte {
		return webp(k.stay(lossless(48, 32, 1)), riffText("INAM", k.secret("title")), riffText("IART", k.secret("artist")), riffChunk("JUNK", []byte(k.secret("junk"))))
	}},
	{"phone", func(k *kit) []byte {
		return webp(webpHead(0x2c), riffChunk("ICCP", iccProfile(k, "")), k.stay(lossless(48, 32, 2)), riffChunk("EXIF", exif(k, exifOptions{order: little, orientation: 6})), riffChunk("XMP ", xmp(xmpIdentity(k, ""))), riffChunk("what", []byte(k.secret("unknown"))))
	}},
	{"upright", func(k *kit) []byte {
		return webp(webpHead(0x08), k.stay(lossless(48, 32, 2)), riffChunk("EXIF", []byte("Exif\x00\x00"), exif(k, exifOptions{order: big})))
	}},
	{"turned", func(k *kit) []byte {
		return webp(webpHead(0x08), k.stay(lossless(48, 32, 2)), riffChunk("EXIF", []byte("Exif\x00\x00"), exif(k, exifOptions{order: big, orientation: 8})))
	}},
	{"panorama", func(k *kit) []byte {
		shape := `xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="96" GPano:CroppedAreaImageWidthPixels="48" `
		return webp(webpHead(0x04), k.stay(lossless(48, 32, 2)), riffChunk("XMP ", xmp(string(k.stay([]byte(shape)))+`GPano:StitchingSoftware="`+k.secret("stitcher")+`"`, "")))
	}},
	{"turned-tight", func(k *kit) []byte { // no room for another directory
		name := k.secret("name")
		block := cat([]byte("II*\x00"), le32(8), le16(2), le16(0x0112), le16(3), le32(1), le32(6), le16(0x013b), le16(2), le32(len(name)), le32(38), le32(0), []byte(name))
		return webp(webpHead(0x08), k.stay(lossless(48, 32, 2)), riffChunk("EXIF", block))
	}},
	{"animated", func(k *kit) []byte {
		return webp(webpHead(0x06), k.stay(riffChunk("ANIM", []byte{9, 8, 7, 255, 0, 0})), pictureFrame(k, 1), pictureFrame(k, 2, riffChunk("what", []byte(k.secret("in-a-frame")))), pictureFrame(k, 3), riffChunk("XMP ", xmp(xmpIdentity(k, ""))))
	}},
	{"trailer", func(k *kit) []byte {
		return cat(webp(k.stay(lossless(48, 32, 1))), redStar(k, "8295FF513293A"))
	}},
}
