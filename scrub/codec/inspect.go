package codec

import (
	"bytes"
	"encoding/binary"

	"untag/scrub"
)

// Inspect tells why a frame that can't be cleaned, n bytes at off, leaves a doubt, "" if it
// does not: Motion JPEG whose segments decoders look at, DV, and formats of cameras.
func (st *Stream) Inspect(r *scrub.Reader, off, n int64) (why string, err error) {
	switch st.Kind {
	case Fields:
		return inspectPicture(r, off, n)
	case Tape:
		return inspectTape(r, off, n)
	case Camera:
		return "frames of a camera's own format may hold metadata that is not looked at", nil
	}
	return "", nil
}

// inspectPicture doubts a frame that has segments other than those which decoders of
// Motion JPEG look at: the fields of Motion JPEG A and B, the strings of Avid.
func inspectPicture(r *scrub.Reader, off, n int64) (string, error) {
	const told = "the pictures of a video track hold metadata"
	h, err := r.Bytes(off, int(min(n, 4<<10)))
	if err != nil {
		return "", err
	}
	for at := 2; at+12 <= len(h) && h[at] == 0xff; {
		marker, size := h[at+1], int(binary.BigEndian.Uint16(h[at+2:]))
		id := string(h[at+4 : at+8])
		switch {
		case marker == 0xda:
			return "", nil
		case marker == 0xfe, marker >= 0xe2 && marker <= 0xef && marker != 0xee,
			marker == 0xe0 && id != "AVI1" && id != "JFIF",
			marker == 0xe1 && string(h[at+8:at+12]) != "mjpg":
			return told, nil
		}
		at += 2 + max(2, size)
	}
	return "", nil
}

// A frame of DV is made of blocks. What they are their first three bits say.
const (
	difBlock   = 80
	difSubcode = 1
	difVideo   = 2 // auxiliary data of video
	difAudio   = 3
)

// inspectTape doubts a frame of DV that tells when it was recorded. The packs that do so
// stand in a hundred places of each frame.
func inspectTape(r *scrub.Reader, off, n int64) (string, error) {
	b, err := r.Bytes(off, int(min(n, scrub.MaxPiece)))
	if err != nil {
		return "", err
	}
	for ; len(b) >= difBlock; b = b[difBlock:] {
		if tellsDate(b[:difBlock]) {
			return "frames of DV tell when they were recorded", nil
		}
		if kind := b[0] >> 5; int(kind) < len(difUsed) && !constant(b[difUsed[kind]:difBlock]) {
			return "frames of DV hold something where nothing is to be", nil
		}
	}
	return "", nil
}

// difUsed are how many bytes of a block of a header, of subcode and of video mean something.
var difUsed = [3]int{8, 51, 78}

func constant(b []byte) bool { return bytes.Count(b, b[:1]) == len(b) }

// tellsDate looks for packs of date and time of recording that are filled in.
func tellsDate(block []byte) bool {
	first, step, n := 3, 5, 15
	switch block[0] >> 5 {
	case difSubcode:
		first, step, n = 6, 8, 6
	case difVideo:
	case difAudio:
		n = 1
	default:
		return false
	}
	for i := range n {
		pack := block[first+step*i : first+step*i+5]
		dated := pack[0] == 0x62 || pack[0] == 0x63 || pack[0] == 0x52 || pack[0] == 0x53
		if dated && string(pack[1:]) != "\xff\xff\xff\xff" && string(pack[1:]) != "\x00\x00\x00\x00" {
			return true
		}
	}
	return false
}
