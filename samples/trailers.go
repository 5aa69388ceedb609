package samples

import (
	"crypto/des"
	"encoding/binary"
)

// RedStarTrailer is what Red Star OS appends to a medium that a machine opened:
// a record for each machine, oldest first. An id has up to 18 letters and digits.
func RedStarTrailer(ids ...string) []byte {
	block, err := des.NewCipher([]byte{7, 6, 5, 4, 3, 2, 1, 0})
	if err != nil {
		panic(err)
	}
	var b []byte
	for _, id := range ids {
		record := field("WM"+id, 24)
		for i := 0; i < 24; i += 8 {
			block.Encrypt(record[i:], record[i:])
		}
		b = append(b, record...)
	}
	return cat(b, le32(len(b)), []byte("EOF"))
}

func redStar(k *kit, ids ...string) []byte {
	t := RedStarTrailer(ids...)
	k.hide(t[len(t)-15:])
	for i := range ids {
		k.hide(t[24*i : 24*i+24])
	}
	return t
}

// insta360 is the trailer of Insta360 cameras: a record with the serial number,
// its footer, and the magic that ends the file.
func insta360(k *kit) []byte {
	serial, model := k.secret("insta-serial"), k.secret("insta-model")
	record := cat([]byte{0x0a, byte(len(serial))}, []byte(serial), []byte{0x12, byte(len(model))}, []byte(model))
	size := len(record) + 78
	return cat(record, le16(0x101), le32(len(record)), zeros(32), le32(size), le32(3),
		k.hide([]byte("8db42d694ccc418790edff439fe026bf")))
}

// samsung is the trailer of Samsung phones: blocks, their directory, SEFT.
func samsung(k *kit) []byte {
	var blocks, dir []byte
	sizes := []int{}
	add := func(typ int, name, value string) {
		b := cat(le16(0), le16(typ), le32(len(name)), []byte(name), []byte(value))
		blocks = append(blocks, b...)
		sizes = append(sizes, typ, len(b))
	}
	add(0x0a01, "Image_UTC_Data", k.secret("sef-utc"))
	add(0x0aa1, "MCC_Data", k.secret("sef-mcc"))
	left := len(blocks)
	for i := 0; i < len(sizes); i += 2 {
		dir = append(dir, cat(le16(0), le16(sizes[i]), le32(left), le32(sizes[i+1]))...)
		left -= sizes[i+1]
	}
	dir = cat([]byte("SEFH"), le32(107), le32(len(sizes)/2), dir)
	return cat(blocks, dir, le32(len(dir)), []byte("SEFT"))
}

// signed is a trailer that nobody has described, of n bytes.
func unknownTrailer(k *kit, n int) []byte {
	t := field(k.secret("trailer-start"), n)
	for i := 40; i < n-8; i += 8 {
		binary.BigEndian.PutUint64(t[i:], uint64(i)*0x9e3779b97f4a7c15)
	}
	return append(t, k.secret("trailer-end")...)
}

// NatiSign is the signature that phones of the DPRK ask for, for data of a file with the
// extension: by the key of that number, in the form of feature phones if more is not 0,
// which is how many bytes those append.
func NatiSign(data []byte, ext string, key, more int) []byte {
	head := cat(le32(0), le32(key), zeros(24), field(ext, 8), le32(len(data)), zeros(4))
	sign := field("", 260)
	for i := range sign {
		sign[i] = byte(0x9b + 61*i + i*i/7)
	}
	all := cat(scramble(head), sign, le32(320), []byte("NATISIGN"))
	if more > 0 {
		all = cat(all, field("more", more), le32(len(data)+320))
	}
	return all
}

// scramble is the self-synchronising scrambler 1 + x^14 + x^17 that is started with 0xea:
// bits of a byte from the lowest, and after 64 ones in a row a bit is inverted.
func scramble(plain []byte) []byte {
	var past uint32
	ones := 0
	out := make([]byte, len(plain)+1)
	for i, c := range cat([]byte{0xea}, plain) {
		for k := range 8 {
			bit := uint32(c)>>k&1 ^ past>>13&1 ^ past>>16&1
			if ones == 64 {
				bit, ones = bit^1, 0
			}
			past = past<<1 | bit
			if ones++; bit == 0 {
				ones = 0
			}
			out[i] |= byte(bit << k)
		}
	}
	return out[1:]
}
