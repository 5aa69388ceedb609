package scrubtest

import (
	"encoding/binary"
	"slices"
)

// Types returns where the types of boxes, chunks or segments of a medium stand,
// each of 4 bytes but for JPEG's, which have one. What a broken length leads to is
// not walked. It knows nothing of what the parsers know.
func Types(format string, data []byte) []int64 {
	switch format {
	case "bmff", "heif", "jp2", "jxl", "cr3":
		return boxTypes(data, 0, int64(len(data)), 0)
	case "png":
		return chunkTypes(data)
	case "avi", "wav", "webp":
		return riffTypes(data, 0, binary.LittleEndian)
	case "aiff":
		return riffTypes(data, 0, binary.BigEndian)
	case "jpeg":
		return markers(data)
	}
	return nil
}

// holders are boxes of boxes, with the bytes before the first of them.
var holders = map[string]int64{
	"moov": 0, "trak": 0, "mdia": 0, "minf": 0, "stbl": 0, "moof": 0, "traf": 0, "mvex": 0, "dinf": 0, "edts": 0, "udta": 0,
	"meta": 4, "iprp": 0, "ipco": 0, "stsd": 8, "dref": 8, "ilst": 0, "jp2h": 0, "avc1": 78, "hvc1": 78, "mp4v": 78, "mp4a": 28,
}

func boxTypes(data []byte, off, end int64, depth int) (all []int64) {
	for end-off >= 8 && depth < 12 {
		n := int64(binary.BigEndian.Uint32(data[off:]))
		head := int64(8)
		switch {
		case n == 0:
			n = end - off
		case n == 1 && end-off >= 16:
			n, head = int64(min(binary.BigEndian.Uint64(data[off+8:]), 1<<62)), 16
		}
		if n < head || n > end-off {
			return all
		}
		all = append(all, off+4)
		if skip, ok := holders[string(data[off+4:off+8])]; ok {
			all = append(all, boxTypes(data, min(off+head+skip, off+n), off+n, depth+1)...)
		}
		off += n
	}
	return all
}

func chunkTypes(data []byte) (all []int64) {
	for off := int64(8); int64(len(data))-off >= 12; {
		n := int64(binary.BigEndian.Uint32(data[off:]))
		all = append(all, off+4)
		if n > int64(len(data))-off-12 {
			break
		}
		off += 12 + n
	}
	return all
}

// markers returns the second bytes of all markers that can be told from coded data.
func markers(data []byte) (all []int64) {
	scan := false
	for off := 0; off+1 < len(data); {
		m := data[off+1]
		switch {
		case data[off] != 0xFF || scan && (m == 0 || m >= 0xD0 && m <= 0xD7):
			if !scan {
				return all
			}
			off++
			continue
		case m == 0xFF:
			off++
			continue
		}
		all = append(all, int64(off+1))
		scan = m == 0xDA
		if slices.Contains([]byte{0xD8, 0x01}, m) {
			off += 2
			continue
		}
		if m == 0xD9 || off+4 > len(data) {
			return all
		}
		off += 2 + int(binary.BigEndian.Uint16(data[off+2:]))
	}
	return all
}

// riffTypes returns where the types of chunks stand, and those of lists.
func riffTypes(data []byte, depth int, order binary.ByteOrder) (all []int64) {
	for off := 0; len(data)-off >= 8 && depth < 8; {
		all = append(all, int64(off))
		n := int64(order.Uint32(data[off+4:]))
		end := min(int64(len(data)), int64(off)+8+n)
		if id := string(data[off : off+4]); (id == "RIFF" || id == "FORM" || id == "LIST") && end-int64(off) >= 12 {
			all = append(all, int64(off)+8)
			for _, at := range riffTypes(data[off+12:end], depth+1, order) {
				all = append(all, int64(off)+12+at)
			}
		}
		off = int(min(int64(len(data)), end+n&1))
	}
	return all
}
