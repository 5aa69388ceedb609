package ends

import (
	"bytes"
	"slices"
	"strconv"

	"untag/scrub"
)

// mpegFrame returns the length of the MPEG audio frame that starts with the
// header b (ISO/IEC 11172-3, 2.4.2.3), or 0 if it is none.
func mpegFrame(b []byte) int64 {
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

// mpegSniff takes frames in a row, with an ID3v2 tag before them that says how
// long it is.
func mpegSniff(head []byte, size int64) bool {
	if len(head) > 10 && string(head[:3]) == "ID3" {
		at := 10 + id3Size(head)
		if at >= int64(len(head)) {
			return size > at
		}
		return mpegFrame(head[at:]) > 0
	}
	at := int64(0)
	for range 3 {
		n := mpegFrame(head[min(at, int64(len(head))):])
		if n == 0 {
			return false
		}
		at += n
	}
	return true
}

func id3Size(b []byte) int64 {
	n := int64(b[6]&127)<<21 | int64(b[7]&127)<<14 | int64(b[8]&127)<<7 | int64(b[9]&127)
	if b[5]&0x10 != 0 { // a footer
		n += 10
	}
	return n
}

// mpegAudio walks the frames, and then the tags that belong to the file: APEv2,
// Lyrics3 and ID3v1, which has to be the last.
func mpegAudio(s *scrub.Scan) (end scrub.End, err error) {
	off := int64(0)
	b, err := s.Bytes(0, 10)
	if err != nil {
		return end, err
	}
	if string(b[:3]) == "ID3" {
		off = 10 + id3Size(b)
	}
	frames, last := 0, int64(0)
	for ; s.Left(off) >= 4; frames++ {
		if b, err = s.Bytes(off, 4); err != nil {
			return end, err
		}
		n := mpegFrame(b)
		if n == 0 {
			break
		}
		if n > s.Left(off) {
			return end, s.Errorf(off, "frame of %d bytes, %d are left", n, s.Left(off))
		}
		off, last = off+n, n
	}
	if frames < 3 {
		return end, s.Errorf(off, "%d frames", frames)
	}
	if off, err = audioTags(s, off); err != nil {
		return end, err
	}
	end = scrub.End{Off: off, Least: 6}
	if b, err = start(s, off); err != nil {
		return end, err
	}
	if slices.ContainsFunc([]string{"TAG", "LYRICS", "ID3", "3DI", "APETAG"}, func(word string) bool { return bytes.Contains(b, []byte(word)) }) {
		end.Doubt = "tags follow what is no frame"
	}
	end.More = func(off, n int64) (string, error) {
		b, err := s.Bytes(off, int(min(n, window)))
		if n >= last-1 && n <= last+1 || n == id3v1 || moreFrames(b) {
			return "frames or tags", err
		}
		return "", err
	}
	return end, nil
}

// audioTags returns where the tags end that follow one another from off on.
func audioTags(s *scrub.Scan, off int64) (int64, error) {
	for s.Left(off) > 0 {
		b, err := start(s, off)
		if err != nil {
			return off, err
		}
		n := audioTag(b)
		if n == 0 || n > s.Left(off) {
			break
		}
		if b[0] == 'A' { // its foot is like its head
			foot, err := s.Bytes(off+n-apeHead, len(apeMagic))
			if err != nil || string(foot) != apeMagic {
				return off, err
			}
		}
		off += n
	}
	return off, nil
}

const (
	apeMagic = "APETAGEX"
	apeHead  = 32
	id3v1    = 128
)

// audioTag returns the length of the tag that starts with b, or 0.
func audioTag(b []byte) int64 {
	switch {
	case bytes.HasPrefix(b, []byte(apeMagic)) && len(b) >= apeHead:
		return apeHead + le32(b, 12)
	case bytes.HasPrefix(b, []byte("LYRICSBEGIN")):
		end := bytes.Index(b, []byte("LYRICS200"))
		if end < 6 {
			return 0
		}
		if n, err := strconv.Atoi(string(b[end-6 : end])); err != nil || n != end-6 {
			return 0
		}
		return int64(end + len("LYRICS200"))
	case bytes.HasPrefix(b, []byte("TAG")):
		return id3v1
	}
	return 0
}

// moreFrames tells whether two frames in a row stand somewhere in b.
func moreFrames(b []byte) bool {
	for at := range b {
		n := mpegFrame(b[at:])
		if n > 0 && (n > int64(len(b)-at)-4 || mpegFrame(b[at+int(n):]) > 0) {
			return true
		}
	}
	return false
}
