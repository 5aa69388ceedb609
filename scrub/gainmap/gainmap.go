// Package gainmap is what pictures of all formats know of HDR gain maps: how they are told from
// other pictures, and what of their metadata stays, since without it they can't be applied
// (ISO 21496-1; Ultra HDR 1.0; what ImageIO writes).
package gainmap

import (
	"encoding/binary"

	"untag/scrub"
	"untag/scrub/exif"
	"untag/scrub/xmp"
)

// Auxiliary are the types by which formats of items announce a gain map.
var Auxiliary = []string{"urn:com:apple:photo:2020:aux:hdrgainmap", "urn:com:photo:aux:hdrgainmap"}

// VersionOnly is the length of metadata that only tell their version: in a picture that has a map.
const VersionOnly = 4

// Length returns how many bytes of b metadata by ISO 21496-1, C.2, take that begin with two
// versions: flags and fractions follow. It is 0 if they don't fit.
func Length(b []byte, n int64) int64 {
	const multiChannel, commonDenominator = 0x80, 0x08
	if len(b) <= VersionOnly {
		return 0
	}
	channels, k := int64(1), int64(VersionOnly+1)
	if b[VersionOnly]&multiChannel != 0 {
		channels = 3
	}
	if b[VersionOnly]&commonDenominator != 0 {
		k += 4 + 2*4 + channels*5*4
	} else {
		k += 2*8 + channels*5*8
	}
	if k > n {
		return 0
	}
	return k
}

// Plausible tells whether the k bytes of metadata that [Length] found say what a map can say:
// a version that readers know, and fractions that are no more than light has.
func Plausible(b []byte, k int64) bool {
	const most, longest, common = 1 << 10, 1<<29 - 1, 0x08 // a longer number has room for letters
	if int64(len(b)) < k || k <= VersionOnly || binary.BigEndian.Uint16(b) != 0 || b[2] != 0 {
		return false
	}
	if b[VersionOnly]&common != 0 { // of one denominator
		return true
	}
	for b = b[VersionOnly+1 : k]; len(b) >= 8; b = b[8:] {
		n, d := int64(int32(binary.BigEndian.Uint32(b))), int64(binary.BigEndian.Uint32(b[4:]))
		if d == 0 || d > longest || max(n, -n)/d > most {
			return false
		}
	}
	return true
}

// XMP is what of a packet stays: of a picture that has a map, or is one, or has a clip that
// stays. Told says that the orientation is told elsewhere.
func XMP(has, is, told, clip bool) xmp.Keep {
	return xmp.Keep{GainMap: has, Map: is, Panorama: true, Orientation: !told, Motion: clip}
}

// EXIF is what of a block stays under a policy: of a picture that has a map, or has no profile
// of its colours.
func EXIF(goes func(scrub.Kind) bool, has, plain bool) exif.Keep {
	return exif.Keep{Goes: goes, AppleHDR: has, Color: plain}
}
