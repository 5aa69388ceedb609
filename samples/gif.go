package samples

import (
	"bytes"
	"compress/lzw"
	"strings"
)

// gif is header, screen of 32 by 24 with eight colours, blocks and trailer.
func gif(blocks ...[]byte) []byte {
	return cat([]byte("GIF89a"), le16(32), le16(24), []byte{0x92, 0, 0}, gifColours(7), zeros(3), cat(blocks...), []byte{0x3b})
}

// gifColours is n colours of which no two are the same.
func gifColours(n int) (b []byte) {
	for i := range n {
		b = append(b, byte(i*36), byte(255-i*30), byte(i*i*5))
	}
	return b
}

// gifBlocks is data in sub-blocks of n bytes, and the terminator.
func gifBlocks(data []byte, n int) (b []byte) {
	for len(data) > 0 {
		k := min(n, len(data))
		b = append(append(b, byte(k)), data[:k]...)
		data = data[k:]
	}
	return append(b, 0)
}

func gifExtension(label byte, data ...[]byte) []byte {
	return append([]byte{0x21, label}, cat(data...)...)
}

// gifProgram is the extension of a program of eleven letters.
func gifProgram(name string, data []byte) []byte {
	return gifExtension(0xff, []byte{11}, []byte(name), data)
}

// gifControl shows the next picture for a while; entry is transparent unless it is negative.
func gifControl(delay, entry int) []byte {
	flags := byte(4)
	if entry >= 0 {
		flags |= 1
	}
	return gifExtension(0xf9, []byte{4, flags}, le16(delay), []byte{byte(max(entry, 0)), 0})
}

// gifCodes is pixels of seven colours, compressed.
func gifCodes(width, height, shift int) []byte {
	var b bytes.Buffer
	z := lzw.NewWriter(&b, lzw.LSB, 3)
	for y := range height {
		row := make([]byte, width)
		for x := range row {
			row[x] = byte((x*x/9 + y*3 + shift) % 7)
		}
		_, _ = z.Write(row)
	}
	_ = z.Close()
	return b.Bytes()
}

// gifImage is a picture at a place; flags tell of colours of its own.
func gifImage(left, top, width, height int, flags byte, colours, codes []byte) []byte {
	return cat([]byte{0x2c}, le16(left), le16(top), le16(width), le16(height), []byte{flags}, colours, []byte{3}, codes)
}

func gifPicture(shift int) []byte {
	return gifImage(0, 0, 32, 24, 0, nil, gifBlocks(gifCodes(32, 24, shift), 255))
}

// gifXMP is properties that stand in no sub-blocks: bytes that lead to the end of the block
// from wherever a reader comes follow them (XMP, part 3, 1.1.2).
func gifXMP(packet []byte) []byte {
	b := append(bytes.Clone(packet), 1)
	for n := 255; n >= 0; n-- {
		b = append(b, byte(n))
	}
	return gifProgram("XMP DataXMP", append(b, 0))
}

var gifs = []recipe{
	{"plain", func(k *kit) []byte { return gif(k.stay(gifPicture(0))) }},
	{"comments", func(k *kit) []byte {
		long := strings.Repeat("somebody somewhere ", 80)
		return gif(gifExtension(0xfe, gifBlocks([]byte(k.secret("comment")), 255)), gifExtension(0xfe, gifBlocks(append([]byte(long[:1275]), k.secret("long")...), 255)), k.stay(gifPicture(1)),
			gifExtension(0xfe, gifBlocks(append([]byte(long[:1270]), k.secret("c")...), 254)), gifExtension(0xfe, []byte{0}), gifExtension(0xfe, gifBlocks([]byte(k.secret("small")), 20)),
			gifExtension(0xfe, gifBlocks([]byte(long), 3)), gifExtension(0xfe, gifBlocks([]byte(long[:256]), 255)), gifExtension(0xfe, gifBlocks([]byte(long[:257]), 1)), gifExtension(0xfe, gifBlocks([]byte("!"), 1)))
	}},
	{"xmp", func(k *kit) []byte { return gif(gifXMP(xmp(xmpIdentity(k, ""))), k.stay(gifPicture(2))) }},
	{"icc", func(k *kit) []byte {
		return gif(gifProgram("ICCRGBG1012", gifBlocks(iccProfile(k, ""), 255)), k.stay(gifPicture(3)))
	}},
	{"programs", func(k *kit) []byte {
		return gif(gifProgram("C2PA_GIF\x01\x00\x00", gifBlocks([]byte(k.secret("c2pa")), 255)), gifProgram("ImageMagick", gifBlocks([]byte("gamma=0.45"+k.secret("magick")), 255)),
			gifProgram("WhoeverItIs", gifBlocks([]byte(k.secret("unknown")), 30)), gifExtension(0x33, gifBlocks([]byte(k.secret("label")), 30)), gifProgram(k.secret("odd!"), []byte{0}), k.stay(gifPicture(4)))
	}},
	{"animation", func(k *kit) []byte {
		return gif(k.stay(gifProgram("NETSCAPE2.0", gifBlocks([]byte{1, 3, 0}, 255))), gifControl(20, -1), k.stay(gifPicture(0)), gifExtension(0xfe, gifBlocks([]byte(k.secret("between")), 255)),
			k.stay(gifControl(30, 2)), gifImage(4, 5, 20, 12, 0xc2, gifColours(8), gifBlocks(gifCodes(20, 12, 3), 40)), gifControl(10, -1), k.stay(gifPicture(5)))
	}},
	{"hiding", func(k *kit) []byte {
		// Behind the loop count, in the background, behind the end code, in colours that no picture shows.
		loop := gifProgram("NETSCAPE2.0", cat([]byte{14}, []byte{1, 0, 0}, []byte(k.secret("loop")), gifBlocks([]byte(k.secret("looped")), 13)))
		control := gifExtension(0xf9, []byte{4, 0xe8}, le16(10), []byte{0x77}, gifBlocks([]byte(k.secret("control")), 255))
		behind := append(gifCodes(32, 24, 1), k.secret("behind-end-code")...)
		codes := gifBlocks(append(behind, strings.Repeat(k.secret("sub-blocks"), 40)...), 255)
		own := cat(gifColours(7), zeros(9), field(k.secret("colours"), 18), zeros(48))
		return gif(loop, control, gifImage(0, 0, 32, 24, 0x18, nil, codes), gifControl(10, -1), gifImage(0, 0, 32, 24, 0x84, own[:96], gifBlocks(gifCodes(32, 24, 2), 100)))
	}},
	{"drawn-text", func(k *kit) []byte {
		return gif(gifPicture(0), gifExtension(0x01, []byte{12}, zeros(8), []byte{8, 8, 1, 2}, gifBlocks([]byte(k.secret("text")), 255)))
	}},
	{"trailer", func(k *kit) []byte { return cat(gif(k.stay(gifPicture(6))), redStar(k, "8295FF513293A")) }},
	{"unfinished", func(k *kit) []byte {
		k.odd, k.streams = true, true
		b := gif(gifExtension(0xfe, gifBlocks([]byte(k.secret("comment")), 255)), gifControl(20, -1), k.stay(gifPicture(0)), gifControl(20, -1), gifPicture(1))
		return b[:len(b)-40]
	}},
}
