package samples

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
)

// segment is a marker with its length and payload.
func segment(marker byte, payload []byte) []byte {
	return cat([]byte{0xff, marker}, be16(len(payload)+2), payload)
}

func appExif(tiff []byte) []byte { return segment(0xe1, cat([]byte("Exif\x00\x00"), tiff)) }

func appXMP(packet []byte) []byte {
	return segment(0xe1, cat([]byte("http://ns.adobe.com/xap/1.0/\x00"), packet))
}

// appICC spreads a profile over n segments.
func appICC(profile []byte, n int) (b []byte) {
	size := (len(profile) + n - 1) / n
	for i := range n {
		part := profile[i*size : min((i+1)*size, len(profile))]
		b = append(b, segment(0xe2, cat([]byte("ICC_PROFILE\x00"), []byte{byte(i + 1), byte(n)}, part))...)
	}
	return b
}

func appJFIF(thumbnail []byte, width, height int) []byte {
	return segment(0xe0, cat([]byte("JFIF\x00\x01\x02\x01"), be16(72), be16(72), []byte{byte(width), byte(height)}, thumbnail))
}

// appAdobe is Adobe's marker; extra follows what its specification knows.
func appAdobe(transform byte, extra []byte) []byte {
	return segment(0xee, cat([]byte("Adobe"), be16(101), be16(0x4321), be16(0x1234), []byte{transform}, extra))
}

// Picture draws a small scene that differs from seed to seed.
func Picture(width, height, seed int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			sky := color.RGBA{uint8(90 + y*60/height), uint8(140 + y*50/height), uint8(230 - y*80/height), 255}
			dx, dy := x-width*(1+seed%3)/4, y-height/3
			switch {
			case dx*dx+dy*dy < height*height/36:
				sky = color.RGBA{250, 220, 90, 255}
			case y > height*2/3+(x+seed*7)%(height/8+1):
				sky = color.RGBA{uint8(40 + (x*7+seed*13)%30), uint8(110 + (x+y)%40), 60, 255}
			}
			m.Set(x, y, sky)
		}
	}
	return m
}

// scene is a coded picture from its first table to EOI, without SOI.
func scene(width, height, seed int) []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, Picture(width, height, seed), &jpeg.Options{Quality: 85}); err != nil {
		panic(err) // only for sizes that JPEG has no room for
	}
	return b.Bytes()[2:]
}

// photo joins SOI, segments and a coded picture.
func photo(coded []byte, segments ...[]byte) []byte {
	return cat([]byte{0xff, 0xd8}, cat(segments...), coded)
}

// thumbnail is a small picture with secrets of its own.
func thumbnail(k *kit, name string) []byte {
	return photo(scene(32, 24, 3), segment(0xfe, []byte(k.secret(name))))
}

// picture is an image of a multi-picture file: its attribute and its bytes.
type picture struct {
	attribute int
	data      []byte
}

// MP types of CIPA DC-007 and of what came after it.
const (
	mpPrimary = 0x030000
	mpPreview = 0x010001
	mpGainMap = 0x050000
)

// multiPicture joins segments, an MP index and a coded picture, and appends the
// other pictures where the index says.
func multiPicture(k *kit, coded []byte, segments []byte, others ...picture) []byte {
	index := func(sizes []int, starts []int) []byte {
		entries := []byte(nil)
		for i, size := range sizes {
			attribute := 0x20000000 | mpPrimary
			if i > 0 {
				attribute = others[i-1].attribute
			}
			entries = append(entries, cat(be32(attribute), be32(size), be32(starts[i]), zeros(4))...)
		}
		return tiff(binary.BigEndian, ifd{
			{0xb000, tUndefined, []byte("0100")},
			{0xb001, tLong, []int{len(sizes)}},
			{0xb002, tUndefined, entries},
			{0xb003, tUndefined, []byte(field("CANARY-mp-image-uid", 33*len(sizes)))},
		})
	}
	k.hide([]byte("CANARY-mp-image-uid"))
	sizes, starts := make([]int, len(others)+1), make([]int, len(others)+1)
	mp := func() []byte { return segment(0xe2, cat([]byte("MPF\x00"), index(sizes, starts))) }
	sizes[0] = 2 + len(segments) + len(mp()) + len(coded)
	base := 2 + len(segments) + 8 // offsets count from the TIFF header
	at := sizes[0]
	for i, o := range others {
		sizes[i+1], starts[i+1] = len(o.data), at-base
		at += len(o.data)
	}
	out := photo(coded, segments, mp())
	for _, o := range others {
		out = append(out, o.data...)
	}
	return out
}
