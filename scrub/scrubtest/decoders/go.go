package decoders

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	_ "image/jpeg" // the strict readers
	_ "image/png"
)

// Go returns what Go's decoders show of a JPEG, PNG or GIF picture: nothing if
// they refuse it, or if it has more pixels than most.
func Go(data []byte, most int) Shown {
	c, name, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || c.Width <= 0 || c.Height <= 0 || c.Width > most/c.Height {
		return nil
	}
	if name == "gif" {
		return goGIF(data)
	}
	m, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	return Shown{{"picture", []string{sum(m)}}}
}

func goGIF(data []byte) Shown {
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		return nil
	}
	s := Stream{Kind: "picture"}
	for i, m := range g.Image {
		s.Frames = append(s.Frames, fmt.Sprint(g.Delay[i], g.Disposal[i], sum(m)))
	}
	return Shown{s}
}

// sum is the size and a sum of the pixels, which are made the same kind for all.
func sum(m image.Image) string {
	b := m.Bounds()
	switch p := m.(type) {
	case *image.YCbCr:
		return fmt.Sprintf("%v %x", b, md5.Sum(bytes.Join([][]byte{p.Y, p.Cb, p.Cr, {byte(p.SubsampleRatio)}}, nil)))
	case *image.Gray:
		return fmt.Sprintf("%v %x", b, md5.Sum(p.Pix))
	case *image.NRGBA:
		return fmt.Sprintf("%v %x", b, md5.Sum(p.Pix))
	}
	all := image.NewNRGBA64(b)
	draw.Draw(all, b, m, b.Min, draw.Src)
	return fmt.Sprintf("%v %x", b, md5.Sum(all.Pix))
}
