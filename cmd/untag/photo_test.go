package main

import (
	"bytes"
	"encoding/binary"
	"image/jpeg"
	"testing"

	"untag/samples"
)

// photo is a picture as a phone takes it, with EXIF that says by what, when and
// where, and the trailer of two machines that it went through.
func photo(t *testing.T) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, samples.Picture(640, 480, 1), nil); err != nil {
		t.Fatal(err)
	}
	app1 := append([]byte("Exif\x00\x00"), tiff()...)
	head := []byte{0xff, 0xd8, 0xff, 0xe1}
	head = binary.BigEndian.AppendUint16(head, uint16(len(app1)+2))
	head = append(append(head, app1...), b.Bytes()[2:]...)
	return append(head, samples.RedStarTrailer("5VMKQ8J1", "WDWX41A2")...)
}

// field is an entry of an IFD: TIFF 6.0, section 2.
type field struct {
	tag, kind uint16
	count     uint32
	data      []byte
}

func ascii(tag uint16, s string) field {
	return field{tag, 2, uint32(len(s) + 1), append([]byte(s), 0)}
}

func rationals(tag uint16, n ...uint32) field {
	f := field{tag, 5, uint32(len(n) / 2), nil}
	for _, v := range n {
		f.data = binary.LittleEndian.AppendUint32(f.data, v)
	}
	return f
}

func short(tag, v uint16) field {
	return field{tag, 3, 1, binary.LittleEndian.AppendUint16(nil, v)}
}

func pointer(tag uint16, at int) field {
	return field{tag, 4, 1, binary.LittleEndian.AppendUint32(nil, uint32(at))}
}

// tiff lays out three IFDs, each followed by its values.
func tiff() []byte {
	exif := []field{ascii(0x9003, "2031:07:14 15:16:17"), ascii(0xa431, "CQ40917733")}
	gps := []field{
		ascii(1, "N"), rationals(2, 47, 1, 22, 1, 318, 10),
		ascii(3, "E"), rationals(4, 8, 1, 32, 1, 303, 10),
	}
	first := func(exifAt, gpsAt int) []field {
		return []field{ascii(0x010f, "Fairphone"), ascii(0x0110, "FP5"), short(0x0112, 1), pointer(0x8769, exifAt), pointer(0x8825, gpsAt)}
	}
	exifAt := 8 + len(ifd(8, first(0, 0)))
	gpsAt := exifAt + len(ifd(exifAt, exif))
	b := []byte("II*\x00\x08\x00\x00\x00")
	b = append(b, ifd(8, first(exifAt, gpsAt))...)
	b = append(b, ifd(exifAt, exif)...)
	return append(b, ifd(gpsAt, gps)...)
}

func ifd(at int, fields []field) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(nil, uint16(len(fields)))
	var values []byte
	for _, f := range fields {
		b = le.AppendUint32(le.AppendUint16(le.AppendUint16(b, f.tag), f.kind), f.count)
		if len(f.data) <= 4 {
			b = append(b, append(f.data, 0, 0, 0, 0)[:4]...)
			continue
		}
		b = le.AppendUint32(b, uint32(at+2+12*len(fields)+4+len(values)))
		values = append(values, f.data...)
		if len(values)%2 == 1 {
			values = append(values, 0)
		}
	}
	return append(append(b, 0, 0, 0, 0), values...)
}
