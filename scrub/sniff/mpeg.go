package sniff

import (
	"bytes"
	"slices"
)

// MPEGFrame returns the length of the MPEG audio frame that starts with the header b
// (ISO/IEC 11172-3, 2.4.2.3; 13818-3), or 0 if it is none, or one of a free format.
func MPEGFrame(b []byte) int64 {
	if len(b) < 4 || b[0] != 0xff || b[1]&0xe0 != 0xe0 {
		return 0
	}
	version, layer := b[1]>>3&3, b[1]>>1&3 // 3 is MPEG-1, 2 is MPEG-2, 0 is MPEG-2.5; layer 1 is III
	rate, sampling, padding := int64(b[2]>>4), b[2]>>2&3, int64(b[2]>>1&1)
	if version == 1 || layer == 0 || rate == 0 || rate == 15 || sampling == 3 {
		return 0
	}
	hz := []int64{44100, 48000, 32000}[sampling]
	table := 3 - int(layer)
	if version != 3 {
		hz /= 2
		table = min(3+table, 4)
	}
	if version == 0 {
		hz /= 2
	}
	bits := mpegRates[table][rate] * 1000
	switch {
	case layer == 3:
		return (12*bits/hz + padding) * 4
	case layer == 1 && version != 3:
		return 72*bits/hz + padding
	}
	return 144*bits/hz + padding
}

// mpegRates are kbit/s: MPEG-1 layers I, II, III, then MPEG-2 layer I, and II and III.
var mpegRates = [5][15]int64{
	{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
	{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320},
	{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
	{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
}

// SameMPEG tells whether two frames may be of one stream: version, layer and sampling
// rate are the same.
func SameMPEG(a, b []byte) bool {
	return len(a) > 3 && len(b) > 3 && a[1]&0xfe == b[1]&0xfe && a[2]&0x0c == b[2]&0x0c
}

// MPEGRun counts the frames of one stream in a row that b starts with, most of them at
// the most, and tells whether the last one reaches to the end of b or beyond.
func MPEGRun(b []byte, most int) (n int, end bool) {
	for at := int64(0); n < most; n++ {
		if at >= int64(len(b))-3 {
			return n, true
		}
		k := MPEGFrame(b[at:])
		if k == 0 || !SameMPEG(b, b[at:]) {
			return n, false
		}
		at += k
	}
	return n, false
}

// MPEG takes three frames of MPEG audio in a row, or all there are, wherever in the head
// the first one stands: recordings of the radio begin in the middle of one.
func MPEG(head []byte, size int64) bool {
	for at := range head {
		if at+4 > len(head) || head[at] != 0xff {
			continue
		}
		n, end := MPEGRun(head[at:], 3)
		few := n > 1 || n == 1 && (head[1]&6 == 2 || MPEGFrame(head) == size) // UTF-16 starts like a frame of layer I
		if n == 3 || at == 0 && end && few {
			return true
		}
	}
	return false
}

var soundMagic = [][]byte{[]byte("fLaC\x00"), []byte("OggS\x00"), []byte("wvpk"), []byte("MPCK"), []byte("TTA1"), []byte("ftyp"), []byte("WAVEfmt "), []byte("\x1a\x45\xdf\xa3"),
	[]byte("\x7f\xfe\x80\x01"), []byte("#!AMR"), []byte("DSD \x1c"), []byte("FRM8"), []byte("\x30\x26\xb2\x75\x8e\x66\xcf\x11")}

// Sound tells whether frames of MPEG audio or AAC in a row, or the start of another
// medium that holds sound, stand somewhere in b.
func Sound(b []byte) bool {
	if slices.ContainsFunc(soundMagic, func(m []byte) bool { return bytes.Contains(b, m) }) || bytes.Count(b, []byte("\x0b\x77")) > 1 {
		return true
	}
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], 0xff)
		if i < 0 {
			return false
		}
		at += i
		if n, _ := MPEGRun(b[at:], 3); n == 3 || n > 1 && len(b)-at < 4096 && sameRate(b[at:]) || ADTS(b[at:], 0) {
			return true
		}
	}
}

// MPEGBegins tells whether a frame of MPEG audio begins in b behind zeros, or at its start,
// and ends behind it.
func MPEGBegins(b []byte) bool {
	for at, c := range b {
		if c != 0xff || at > 0 && b[at-1] != 0 {
			continue
		}
		rest := b[at:]
		if len(rest) < 4 {
			rest = append(bytes.Clone(rest), "\xff\xfb\x90\x00"[len(rest):]...)
		}
		if MPEGFrame(rest) > int64(len(b)-at) {
			return true
		}
	}
	return false
}

// sameRate tells whether the second frame in b has the header of the first, but for
// padding.
func sameRate(b []byte) bool {
	n := MPEGFrame(b)
	return n > 0 && n+3 < int64(len(b)) && b[2]&0xf0 == b[n+2]&0xf0 && b[3]&0xc0 == b[n+3]&0xc0
}
