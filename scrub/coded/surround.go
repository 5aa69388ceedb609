package coded

import (
	"bytes"
	"encoding/binary"
)

// ac3Rates are in kbit/s (ETSI TS 102 366, table 4.13).
var ac3Rates = []int64{32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640}

// AC3Frame returns how many bytes a frame of AC-3 or, from version 11 on, of E-AC-3 (4.4.1,
// E.2.3.1) says that it has, 0 if b begins with none.
func AC3Frame(b []byte) int64 {
	const head = 6
	if len(b) < head || b[0] != 0x0b || b[1] != 0x77 || b[5]>>3 > 16 {
		return 0
	}
	if b[5]>>3 > 10 {
		return 2 * (int64(b[2]&7)<<8 | int64(b[3]) + 1)
	}
	code, rate := int64(b[4]&63), b[4]>>6
	if code >= int64(2*len(ac3Rates)) {
		return 0
	}
	switch r := ac3Rates[code/2]; rate {
	case 0:
		return 4 * r
	case 1:
		return 2 * (r*96000/44100 + code&1)
	case 2:
		return 6 * r
	}
	return 0
}

// DTSFrame returns how many bytes a frame of a core, in any of its four forms, or of an
// extension (ETSI TS 102 114, 5.3.1, 7.4.1) says that it has, 0 if b begins with none.
func DTSFrame(b []byte) int64 {
	const head = 16
	if len(b) < head || b[0] != 0x7f && b[0] != 0xfe && b[0] != 0x1f && b[0] != 0xff && b[0] != 0x64 {
		return 0
	}
	w := bytes.Clone(b[:head])
	if w[0] == 0xfe || w[0] == 0xff {
		for i := 0; i < len(w); i += 2 {
			w[i], w[i+1] = w[i+1], w[i]
		}
	}
	form := int64(8)
	if string(w[:4]) == "\x1f\xff\xe8\x00" { // words of 14 bits
		form = 7
		var bits uint64
		for i := range 4 {
			bits = bits<<14 | uint64(binary.BigEndian.Uint16(w[2*i:])&0x3fff)
		}
		binary.BigEndian.PutUint64(w, bits<<8|uint64(binary.BigEndian.Uint16(w[8:])&0x3fff>>6))
	}
	switch string(w[:4]) {
	case "\x7f\xfe\x80\x01":
		if n := int64(w[5]&3)<<12 | int64(w[6])<<4 | int64(w[7])>>4; n >= 95 {
			return (n + 1) * 8 / form
		}
	case "\x64\x58\x20\x25":
		v := binary.BigEndian.Uint64(w[5:]) << 2 // behind the number of the stream
		if v>>63 == 0 {
			return int64(v<<9>>48) + 1
		}
		return int64(v<<13>>44) + 1
	}
	return 0
}
