package png

import (
	"encoding/binary"
	"slices"
)

// Bounds on the numbers of chunks that render. Readers pass over what is beyond
// them, or no picture has it.
const (
	mostGamma  = 10_000_000  // 100: gAMA counts in 1/100000
	mostDots   = 10_000_000  // of pHYs, to a metre
	mostOffset = 1_000_000   // of oFFs
	mostLight  = 100_000_000 // 10,000 candela to a square metre, in 1/10000
)

// standard is what sRGB says in the terms of cHRM, 11.3.2.5: beside it others are
// of no effect.
var standard = [8]int64{31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000}

// sane tells whether a chunk that renders holds values that there are, 11.3.
func (h header) sane(typ string, b []byte) bool {
	u := func(i int) int64 { return be32(b, 4*i) }
	switch typ {
	case "sRGB":
		return b[0] <= 3
	case "sTER":
		return b[0] <= 1
	case "orNT":
		return b[0] <= 8
	case "cICP": // numbers of ITU-T H.273
		return b[0] <= 22 && b[1] <= 18 && b[2] <= 14 && b[3] <= 1
	case "gAMA":
		return u(0) > 0 && u(0) <= mostGamma
	case "cLLI":
		return u(0) <= mostLight && u(1) <= mostLight
	case "pHYs":
		return u(0) <= mostDots && u(1) <= mostDots && b[8] <= 1
	case "oFFs":
		return bounded(u(0)) && bounded(u(1)) && b[8] <= 1
	case "sBIT":
		return !slices.ContainsFunc(b, func(n byte) bool { return n == 0 || n > 8 && (h.colour == palette || n > h.depth) })
	case "bKGD":
		return h.background(b)
	case "mDCV":
		var p [8]int64
		for i := range p {
			p[i] = 2 * int64(binary.BigEndian.Uint16(b[2*i:]))
		}
		return slices.Contains(h.spaces, "cICP") && colours(p[6:], p[:6]) && be32(b, 16) <= mostLight && be32(b, 20) <= mostLight
	case "cHRM":
		var p [8]int64
		for i := range p {
			p[i] = u(i)
		}
		return colours(p[:2], p[2:]) && (!slices.Contains(h.spaces, "sRGB") || p == standard)
	}
	return true
}

// bounded tells whether a signed number that was read as one without sign is one
// of an offset.
func bounded(n int64) bool { return n <= mostOffset || n >= 1<<32-mostOffset }

// background tells whether bKGD holds a colour of the picture.
func (h header) background(b []byte) bool {
	if h.colour == palette {
		return int64(b[0]) < h.entries
	}
	for ; len(b) > 0; b = b[2:] {
		if int(binary.BigEndian.Uint16(b)) >= 1<<h.depth {
			return false
		}
	}
	return true
}

// colours tells whether white lies between three primaries, all in 1/100000.
func colours(white, p []int64) bool {
	side := func(a, b []int64) int64 { return (b[0]-a[0])*(white[1]-a[1]) - (b[1]-a[1])*(white[0]-a[0]) }
	for _, xy := range [][]int64{white, p[:2], p[2:4], p[4:]} {
		if xy[0]+xy[1] > 101_000 {
			return false
		}
	}
	r, g, b := side(p[:2], p[2:4]), side(p[2:4], p[4:]), side(p[4:], p[:2])
	return r > 0 && g > 0 && b > 0 || r < 0 && g < 0 && b < 0
}
