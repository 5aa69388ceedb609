package samples

import "encoding/hex"

// box is an ISO base media box with a 32-bit size.
func box(typ string, parts ...[]byte) []byte {
	body := cat(parts...)
	return cat(be32(8+len(body)), []byte(typ), body)
}

// fullBox is a box with version and flags.
func fullBox(typ string, version, flags int, parts ...[]byte) []byte {
	return box(typ, append([][]byte{be32(version<<24 | flags)}, parts...)...)
}

// uuidBox is a box whose type is a UUID, given in hex with or without hyphens.
func uuidBox(id string, parts ...[]byte) []byte {
	var digits []byte
	for _, c := range []byte(id) {
		if c != '-' {
			digits = append(digits, c)
		}
	}
	raw, err := hex.DecodeString(string(digits))
	if err != nil || len(raw) != 16 {
		panic("samples: not a UUID: " + id)
	}
	return box("uuid", append([][]byte{raw}, parts...)...)
}

// hdlr names a handler in the form of MP4.
func hdlr(handler, name string) []byte {
	return fullBox("hdlr", 0, 0, zeros(4), []byte(handler), zeros(12), []byte(name+"\x00"))
}

// hdlrQT names a component in the form of QuickTime.
func hdlrQT(class, handler, name string) []byte {
	return fullBox("hdlr", 0, 0, []byte(class+handler+"appl"), be32(0x10001), be32(0x01ff), []byte{byte(len(name))}, []byte(name))
}

// descriptor is an MPEG-4 descriptor of up to 127 bytes.
func descriptor(tag byte, parts ...[]byte) []byte {
	body := cat(parts...)
	return cat([]byte{tag, byte(len(body))}, body)
}

// esds describes AAC by its AudioSpecificConfig.
func esds(config []byte) []byte { return esdsOf(0x40, descriptor(5, config)) }

// esdsOf is esds for the codec of that number.
func esdsOf(object byte, config ...[]byte) []byte {
	return fullBox("esds", 0, 0, descriptor(3, be16(1), []byte{0},
		descriptor(4, []byte{object, 0x15, 0, 0, 0}, be32(64000), be32(64000), cat(config...)),
		descriptor(6, []byte{2})))
}

// visualEntry is a sample entry for video of width x height pixels.
func visualEntry(format string, width, height int, compressor string, children ...[]byte) []byte {
	return box(format, zeros(6), be16(1), zeros(16), be16(width), be16(height), be32(72<<16), be32(72<<16), zeros(4), be16(1),
		[]byte{byte(len(compressor))}, field(compressor, 31), be16(24), be16(0xffff), cat(children...))
}

// audioEntry is a sample entry for sound, version 0.
func audioEntry(format string, channels, bits, rate int, children ...[]byte) []byte {
	return box(format, zeros(6), be16(1), zeros(8), be16(channels), be16(bits), zeros(4), be32(rate<<16), cat(children...))
}

// audioEntryV1 is QuickTime's version 1 for sound in packets of one frame.
func audioEntryV1(format string, channels, bits, rate int, children ...[]byte) []byte {
	return box(format, zeros(6), be16(1), be16(1), be16(0), []byte("cnry"), be16(channels), be16(bits), zeros(4), be32(rate<<16),
		be32(1), be32(bits/8), be32(channels*bits/8), be32(bits/8), cat(children...))
}

// audioEntryV2 is QuickTime's version 2, for lpcm.
func audioEntryV2(channels, bits, rate int, rateFloat uint64) []byte {
	return box("lpcm", zeros(6), be16(1), be16(2), be16(0), zeros(4), be16(3), be16(16), be16(0xfffe), be16(0), be32(0x10000),
		be32(72), be64(rateFloat), be32(channels), be32(0x7f000000), be32(bits), be32(4|8), be32(channels*bits/8), be32(1))
}

func avcC(v avc) []byte {
	sps, pps := v.sps(), v.pps()
	return box("avcC", []byte{1, sps[1], sps[2], sps[3], 0xff, 0xe1}, be16(len(sps)), sps, []byte{1}, be16(len(pps)), pps)
}

// text is an item of user data in QuickTime's form: length, language, words.
func udtaText(typ, words string) []byte {
	return box(typ, be16(len(words)), be16(0x55c4), []byte(words))
}
