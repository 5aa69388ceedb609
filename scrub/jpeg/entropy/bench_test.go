package entropy

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"testing"

	"untag/scrub"
)

// scene is a picture with edges, slopes and a little noise, as photos have.
func scene(size, quality int) []byte {
	m := image.NewRGBA(image.Rect(0, 0, size, size))
	r := uint32(1)
	for y := range size {
		for x := range size {
			r = r*1664525 + 1013904223
			v := 128 + 60*math.Sin(float64(x)/17)*math.Cos(float64(y)/23) + float64(r>>28) + float64((x/64+y/48)%2*40)
			m.Set(x, y, color.RGBA{uint8(v), uint8(v * 0.9), uint8(255 - v), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func BenchmarkScan(b *testing.B) {
	data := scene(2000, 92)
	var d *Decoder
	open := func() (header []byte, r scrub.Range) {
		for at := 2; ; {
			n := int(data[at+2])<<8 | int(data[at+3])
			body := data[at+4 : at+2+n]
			switch data[at+1] {
			case 0xC0:
				f, ok := ReadFrame(body, false, 0)
				if !ok {
					b.Fatal("no frame")
				}
				d = New(bytes.NewReader(data), f)
			case 0xC4:
				d.Tables(body, int64(at+4))
			case 0xDA:
				return body, scrub.Range{Off: int64(at + 2 + n), Len: int64(len(data) - 2 - at - 2 - n)}
			}
			at += 2 + n
		}
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		header, r := open()
		if s, err := d.Scan(header, r); err != nil || s.Lost != "" || len(s.Gaps) > 0 {
			b.Fatal(s, err)
		}
	}
}
