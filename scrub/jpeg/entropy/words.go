package entropy

import (
	"bytes"

	"untag/scrub/coded"
)

// quantisers are the tables of T.81, K.1, in the order of a segment, which encoders scale.
var quantisers = [2]string{
	"\x10\x0b\x0c\x0e\x0c\x0a\x10\x0e\x0d\x0e\x12\x11\x10\x13\x18\x28\x1a\x18\x16\x16\x18\x31\x23\x25\x1d\x28\x3a\x33\x3d\x3c\x39\x33\x38\x37\x40\x48\x5c\x4e\x40\x44\x57\x45\x37\x38\x50\x6d\x51\x57\x5f\x62\x67\x68\x67\x3e\x4d\x71\x79\x70\x64\x78\x5c\x65\x67\x63",
	"\x11\x12\x12\x18\x15\x18\x2f\x1a\x1a\x2f\x63\x42\x38\x42cccccccccccccccccccccccccccccccccccccccccccccccccc",
}

// Quantiser tells whether the numbers of a quantisation table, of a byte each, hold words.
func Quantiser(b []byte) bool {
	const sentence = 16
	return coded.Spoken(b, sentence) && !scaled(b)
}

// scaled tells whether b is a table that everybody uses, scaled as libjpeg does.
func scaled(b []byte) bool {
	if len(b) != len(quantisers[0]) {
		return false
	}
	for _, table := range quantisers {
		for quality := 1; quality <= 100; quality++ {
			factor := 200 - 2*quality
			if quality < 50 {
				factor = 5000 / quality
			}
			same := true
			for i := 0; i < len(b) && same; i++ {
				same = int(b[i]) == min(255, max(1, (int(table[i])*factor+50)/100))
			}
			if same {
				return true
			}
		}
	}
	return false
}

// Symbols tells whether what a Huffman table decodes to holds words.
func Symbols(b []byte) bool {
	const word = 12
	return coded.Spoken(b, word)
}

// Tables tells of the tables that a stream without a picture consists of, between its two
// marks, whether they are sound to the last byte, and whether one holds words.
func Tables(b []byte) (sound, told bool) {
	const soi, eoi, dqt, dht = "\xff\xd8", "\xff\xd9", 0xdb, 0xc4
	if len(b) < 2 || string(b[:2]) != soi {
		return false, false
	}
	b = b[2:]
	for len(b) >= 4 && b[0] == 0xff && string(b[:2]) != eoi {
		marker, n := b[1], 2+int(b[2])<<8+int(b[3])
		if n < 4 || n > len(b) {
			return false, told
		}
		body := b[4:n]
		b = b[n:]
		for len(body) > 0 && (marker == dqt || marker == dht) {
			size := 1 + 64<<(body[0]>>4&1)
			if marker == dht {
				size = TableLength(body)
			}
			if size > len(body) {
				return false, told
			}
			told = told || marker == dht && Symbols(body[min(17, size):size]) || marker == dqt && size == 65 && Quantiser(body[1:size])
			body = body[size:]
		}
	}
	return len(b) >= 2 && string(b[:2]) == eoi && len(bytes.Trim(b[2:], "\x00")) == 0, told
}
