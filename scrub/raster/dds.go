package raster

import (
	"untag/scrub"
	"untag/scrub/chunk"
	"untag/scrub/sniff"
)

var ddsSniff = sniff.Like("DDS \x7c\x00\x00\x00")

// Lengths of blocks of 4 by 4 pixels in bytes, by their letters and by DXGI's number.
var (
	ddsBlocks = map[string]int64{"DXT1": 8, "DXT2": 16, "DXT3": 16, "DXT4": 16, "DXT5": 16, "ATI1": 8, "BC4U": 8, "BC4S": 8, "ATI2": 16, "BC5U": 16, "BC5S": 16}
	ddsFloats = map[byte]int64{36: 64, 110: 64, 111: 16, 112: 32, 113: 64, 114: 32, 115: 64, 116: 128} // Direct3D 9
	dxgi      = []struct{ from, to, block, bits int64 }{
		{1, 4, 0, 128}, {9, 22, 0, 64}, {23, 47, 0, 32}, {48, 59, 0, 16}, {60, 65, 0, 8}, {70, 72, 8, 0}, {73, 78, 16, 0}, {79, 81, 8, 0}, {82, 84, 16, 0},
		{85, 86, 0, 16}, {87, 93, 0, 32}, {94, 99, 16, 0},
	}
)

// dds: a header, and surfaces with their smaller copies (Microsoft: DDS_HEADER).
func dds(p *picture) error {
	const head, deep = 128, 20
	b, err := p.Bytes(0, int(min(head+deep, p.Size())))
	if err != nil {
		return err
	}
	if len(b) < head {
		return p.Errorf(0, "a header of %d bytes", len(b))
	}
	const most = 1 << 17
	l := chunk.Layout{chunk.Any(4), chunk.One(4, 124), chunk.Flags(4, 0x8a100f), chunk.UpTo(4, most), chunk.UpTo(4, most), chunk.Any(4), chunk.UpTo(4, most), chunk.UpTo(4, 32),
		chunk.Zero(44), chunk.One(4, 0, 32), chunk.Flags(4, 0xe0247), chunk.Any(4), chunk.UpTo(4, 128), chunk.Is(4, run), chunk.Is(4, run), chunk.Is(4, run), chunk.Is(4, run),
		chunk.Flags(4, 0x40100a), chunk.Flags(4, 0x20fe00), chunk.Zero(12)}
	block, bits, start, layers := ddsBlocks[string(b[84:88])], le32(b, 88), int64(head), int64(1)
	if n, ok := ddsFloats[b[84]]; ok && zeros(b[85:88]) {
		bits = n
	}
	if string(b[84:88]) == "DX10" && len(b) == head+deep {
		l, start = append(l, chunk.UpTo(4, 132), chunk.UpTo(4, 4), chunk.Flags(4, 4), chunk.UpTo(4, 1<<11), chunk.UpTo(4, 4)), head+deep
		layers = max(1, le32(b, head+12))
		for _, f := range dxgi {
			if n := le32(b, head); n >= f.from && n <= f.to {
				block, bits = f.block, f.bits
			}
		}
		if le32(b, head+8)&4 != 0 {
			layers *= 6
		}
	} else if cube := le32(b, 112); cube&0x200 != 0 {
		layers = 0
		for side := int64(0x400); side <= 0x8000; side <<= 1 {
			layers += cube & side / side
		}
	}
	if err := p.Record(0, start, l, "header"); err != nil {
		return err
	}
	p.use(0, start)
	if p.Careful {
		return p.leave(start)
	}
	depth := int64(1)
	if b[114]&0x20 != 0 { // a volume
		depth = max(1, le32(b, 24))
	}
	size := ddsSize(le32(b, 16), le32(b, 12), depth, max(1, le32(b, 28)), block, bits) * layers
	if size <= 0 || size > p.Left(start) {
		return p.Errorf(start, "pixels of %d bytes, %d are left", size, p.Left(start))
	}
	p.Claim(start, size, scrub.Payload, "pixels")
	p.once(start+size, (le32(b, 16)*max(bits, 8*block)+7)/8, 0, nil)
	return nil
}

// ddsSize is the length of one surface with its smaller copies.
func ddsSize(width, height, depth, copies, block, bits int64) (n int64) {
	const most = 1 << 17
	if width > most || height > most || depth > most || bits > 128 || copies > 32 || width*height > 1<<32/depth {
		return -1
	}
	for range copies {
		if block > 0 {
			n += (width + 3) / 4 * ((height + 3) / 4) * block * depth
		} else {
			n += (width*bits + 7) / 8 * height * depth
		}
		width, height, depth = max(1, width/2), max(1, height/2), max(1, depth/2)
	}
	return n
}
