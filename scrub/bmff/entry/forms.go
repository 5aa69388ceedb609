package entry

import (
	"untag/scrub/bmff/box"
)

// Forms are the descriptions in sample entries that are read to their last bit.
// Others that a family may hold are doubted.
var Forms = map[string]box.Form{
	// ISO/IEC 14496-12, 12.1; QuickTime; SMPTE ST 2086 and CTA-861.3; ISO/IEC 23000-22; Apple.
	"pasp": func(f *box.Fields) { f.UpTo(32, box.Fraction); f.UpTo(32, box.Fraction) },
	"clap": func(f *box.Fields) {
		for range 4 {
			f.Signed(32, box.Fraction)
			f.UpTo(32, box.Fraction)
		}
	},
	"fiel": func(f *box.Fields) { f.UpTo(8, 2); f.Among(8, 0, 1, 6, 9, 14) },
	"gama": func(f *box.Fields) { f.UpTo(32, 16<<16) },
	"btrt": func(f *box.Fields) { f.UpTo(32, box.Small); f.UpTo(32, box.Small); f.UpTo(32, box.Small) },
	"mdcv": func(f *box.Fields) { primaries(f, 50000); f.UpTo(32, 10000e4); f.UpTo(32, 10e4) },
	"clli": func(f *box.Fields) { f.UpTo(16, 10000); f.UpTo(16, 10000) },
	"amve": func(f *box.Fields) { f.UpTo(32, box.Small); f.UpTo(16, 50000); f.UpTo(16, 50000) },
	// Pictures that are not compressed, or by general means (ISO/IEC 23001-17).
	"cmpd": func(f *box.Fields) {
		for range min(f.UpTo(32, 64), 64) {
			if f.UpTo(16, 0x7fff) > 16 {
				f.Bad = true // a URI
			}
		}
	},
	"uncC": uncompressed,
	"cmpC": func(f *box.Fields) { f.Full(0); f.Word("zlib|defl|brot"); f.UpTo(8, 4) },
	"icef": compressedUnits,
	"cloc": func(f *box.Fields) { f.Full(0); f.UpTo(8, 6) },
	// Sequences of pictures (ISO/IEC 23008-12, 7.2.3 and 7.5.3).
	"ccst": func(f *box.Fields) { f.Full(0); f.Take(1 + 1 + 4); f.Zero(26) },
	"auxi": func(f *box.Fields) {
		f.Full(0)
		for _, urn := range []string{"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00", "urn:mpeg:hevc:2015:auxid:1\x00"} {
			if f.At/8+len(urn) <= len(f.Data) && string(f.Data[f.At/8:f.At/8+len(urn)]) == urn {
				f.At += 8 * len(urn)
				return
			}
		}
		f.Bad = true
	},
	"hfov": func(f *box.Fields) { f.UpTo(32, 360e3) },
	// AV1 and VP9 as in WebM.
	"SmDm": func(f *box.Fields) { f.Full(0); primaries(f, 1<<16); f.UpTo(32, 10000<<8); f.UpTo(32, 10<<14) },
	"CoLL": func(f *box.Fields) { f.Full(0); f.UpTo(16, 10000); f.UpTo(16, 10000) },
	"vpcC": vp9Form,
	// Dolby Vision Streams Within the ISO Base Media File Format, 3.1.
	"dvcC": dolbyVision, "dvvC": dolbyVision, "dvwC": dolbyVision,
	// 3GPP TS 26.244, 6.7 and 6.8: the first field names the vendor.
	"d263": func(f *box.Fields) { f.Zero(32); f.UpTo(8, 16); f.UpTo(8, 100); f.UpTo(8, 16) },
	"damr": func(f *box.Fields) { f.Zero(32); f.UpTo(8, 16); f.Take(16); f.UpTo(8, 32); f.UpTo(8, 32) },
	// Avid, as FFmpeg writes it.
	"ACLR": func(f *box.Fields) { f.Is("ACLR0001"); f.UpTo(32, 2); f.Zero(32) },
	"DpxE": func(f *box.Fields) { f.UpTo(32, 2) },
	// Sound.
	"alac": alacForm, "dOps": opusForm, "dec3": eac3Form, "chan": layoutForm, "SA3D": spheresForm,
	"srat": func(f *box.Fields) { f.Full(0); f.UpTo(32, box.Fraction) },
	"pcmC": func(f *box.Fields) { f.Full(0); f.Zero(7); f.Take(1); f.Among(8, 16, 24, 32, 64) },
	"dac3": func(f *box.Fields) { f.Take(2 + 5 + 3 + 3 + 1 + 5); f.Zero(5) },
	"dmlp": func(f *box.Fields) { f.Take(32 + 15); f.Zero(1 + 32) },
	"enda": func(f *box.Fields) { f.UpTo(16, 1) },
	"ddts": func(f *box.Fields) {
		f.UpTo(32, box.Fraction)
		f.UpTo(32, box.Small)
		f.UpTo(32, box.Small)
		f.Among(8, 16, 24)
		f.Take(2 + 5 + 1 + 6 + 14 + 1 + 3 + 16 + 1 + 1)
		f.Zero(1 + 5)
	},
	"mhaP": func(f *box.Fields) {
		for range f.UpTo(8, 16) {
			f.UpTo(8, 32)
		}
	},
	"ms\x00\x11": waveFormat,
	// Google's Spherical Video V2, and Apple's video extended usage.
	"st3d": func(f *box.Fields) { f.Full(0); f.UpTo(8, 4) },
	"prhd": func(f *box.Fields) { f.Full(0); f.Signed(32, 360<<16); f.Signed(32, 360<<16); f.Signed(32, 360<<16) },
	"equi": func(f *box.Fields) {
		f.Full(0)
		for range 4 { // fractions of the picture: none, or a quarter, to the last bit or without it
			f.Among(32, 0, 1<<30, 1<<30-1, 1<<31, 1<<31-1)
		}
	},
	"cbmp": func(f *box.Fields) { f.Full(0); f.UpTo(32, 16); f.UpTo(32, 1<<16-1) },
	"stri": func(f *box.Fields) { f.Full(0); f.Zero(4); f.Take(4) },
	"hero": func(f *box.Fields) { f.Full(0); f.UpTo(8, 2) },
	"blin": func(f *box.Fields) { f.Full(0); f.UpTo(32, box.Fraction) },
	"dadj": func(f *box.Fields) { f.Full(0); f.Signed(32, 10000) },
	"prji": func(f *box.Fields) { f.Full(0); f.Word("rect|equi|hequ|fish|prim|cube") },
	"pkin": func(f *box.Fields) { f.Full(0); f.Word("side|over") },
}

// chromaticities are the colours of screens and their whites, in 1/50000: BT.709,
// BT.2020, DCI-P3, SMPTE 170M, D65, DCI.
var chromaticities = [][2]int64{{32000, 16500}, {15000, 30000}, {7500, 3000}, {35400, 14600}, {8500, 39850}, {6550, 2300}, {34000, 16000}, {13250, 34500}, {31500, 17000}, {15500, 29750}, {15635, 16450}, {15700, 17550}, {0, 0}}

// primaries reads three primary colours and the white point of a screen, of which
// each is near one that is known: no screen has others.
func primaries(f *box.Fields, scale int64) {
	const near = 1500
	for range 4 {
		x, y := 50000*f.Number(16)/scale, 50000*f.Number(16)/scale
		known := false
		for _, c := range chromaticities {
			known = known || max(x-c[0], c[0]-x, y-c[1], c[1]-y) <= near
		}
		f.Bad = f.Bad || !known
	}
}

// dolbyVision is DOVIDecoderConfigurationRecord.
func dolbyVision(f *box.Fields) {
	f.UpTo(8, 3)
	f.UpTo(8, 9)
	f.UpTo(7, 20)
	f.UpTo(6, 13)
	f.Take(3 + 4 + 2)
	f.Zero(26 + 128)
}

// vp9Form is VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding),
// and its version 0. What initializes a decoder is empty for VP8 and VP9.
func vp9Form(f *box.Fields) {
	version := f.UpTo(8, 1)
	f.Zero(24)
	f.UpTo(8, 3)
	f.UpTo(8, 62)
	if version == 0 {
		f.Take(4 + 4 + 4 + 3 + 1)
	} else {
		f.Take(4 + 3 + 1)
		f.UpTo(8, 22)
		f.UpTo(8, 18)
		f.UpTo(8, 17)
	}
	f.Zero(16)
}

// opusForm is OpusSpecificBox (Encapsulation of Opus in ISOBMFF, 4.3.2).
func opusForm(f *box.Fields) {
	f.Among(8, 0)
	channels := f.Number(8)
	f.Take(16)
	f.UpTo(32, box.Fraction)
	f.Take(16)
	if f.UpTo(8, 255) == 0 {
		return
	}
	streams := f.Number(8)
	streams += f.UpTo(8, streams)
	for range channels {
		if v := f.Number(8); v >= streams && v != 255 {
			f.Bad = true
		}
	}
}

// alacForm is Apple's magic cookie.
func alacForm(f *box.Fields) {
	f.Full(0)
	f.UpTo(32, box.Fraction)
	f.Among(8, 0)
	f.UpTo(8, 32)
	f.Take(3 * 8)
	f.UpTo(8, 8)
	f.Take(16)
	f.UpTo(32, box.Small)
	f.UpTo(32, box.Small)
	f.UpTo(32, box.Fraction)
}

// eac3Form is EC3SpecificBox (ETSI TS 102 366, F.6), which may tell of objects at
// its end (TS 103 420, C.3.1).
func eac3Form(f *box.Fields) {
	f.Take(13)
	for range f.Number(3) + 1 {
		f.Take(2 + 5)
		f.Zero(1)
		f.Take(1 + 3 + 3 + 1)
		f.Zero(3)
		if f.Take(4) > 0 {
			f.Take(9)
		} else {
			f.Zero(1)
		}
	}
	if at := f.At / 8; box.ByteAt(f.Data, at)&1 == 1 {
		f.Zero(7)
		f.Take(1)
		f.UpTo(8, 16)
	}
}

// layoutForm is QuickTime's layout of channels: a number, a set of them, or a
// description of each, whose coordinates mean nothing without a flag.
func layoutForm(f *box.Fields) {
	const bySet, most = 1 << 16, 64
	f.Full(0)
	if f.UpTo(32, box.Small) == bySet {
		f.UpTo(32, box.Small)
	} else {
		f.Zero(32)
	}
	for range min(f.UpTo(32, most), most) {
		if label := f.Number(32); label > box.Fraction && label != 1<<32-1 {
			f.Bad = true
		}
		f.Among(32, 0)
		f.Zero(96)
	}
}

// spheresForm is the Spatial Audio RFC of Google: the order of ambisonics, and which
// channel is which.
func spheresForm(f *box.Fields) {
	f.Among(8, 0)
	f.Take(1)
	f.Among(7, 0)
	f.UpTo(32, 30)
	f.Among(16, 0)
	n := f.UpTo(32, 1024)
	for range min(n, 1024) {
		f.UpTo(32, n-1)
	}
}

// waveFormat is WAVEFORMATEX of IMA ADPCM, whose numbers begin with their lowest byte.
func waveFormat(f *box.Fields) {
	f.Is("\x11\x00")
	f.UpTo(8, 8)
	f.Is("\x00")
	for range 2 { // samples and bytes in a second
		f.Take(16)
		f.UpTo(8, 15)
		f.Is("\x00")
	}
	f.Take(16)
	f.Is("\x04\x00\x02\x00")
	f.Take(16)
}

// uncompressed is UncompressedFrameConfigBox (ISO/IEC 23001-17, 5.2).
func uncompressed(f *box.Fields) {
	version := f.UpTo(8, 1)
	f.Zero(24)
	if v := f.Number(32); v != 0 {
		f.Bad = f.Bad || !box.Has("gene|rgb3|rgba|abgr|2vuy|yuv2|yvyu|vyuy|yuv1|v308|v408|y210|v410|v210|i420|nv12|nv21|yu22|yv22|yv20|genr", string(box.Bytes32(uint32(v))))
	}
	if version == 1 {
		return
	}
	for range min(f.UpTo(32, 64), 64) {
		f.UpTo(16, 64) // which component
		f.UpTo(8, 255)
		f.UpTo(8, 3)
		f.UpTo(8, 64)
	}
	f.UpTo(8, 2) // how they are sampled
	f.UpTo(8, 5) // and interleaved
	f.UpTo(8, 8) // bytes of a block
	f.Take(4)    // little endian, padding, order of blocks
	f.Take(1)
	f.Zero(3)
	for range 5 { // sizes of pixels, rows and tiles, and how many tiles
		f.UpTo(32, box.Small)
	}
}

// compressedUnits is where the compressed parts of an item lie.
func compressedUnits(f *box.Fields) {
	f.Full(0)
	offset, size := [8]int{0, 16, 24, 32, 64}[f.Take(3)], [8]int{8, 16, 24, 32, 64}[f.Take(3)]
	f.Zero(2)
	for range min(f.UpTo(32, 1<<16), 1<<16) {
		f.UpTo(offset, box.Small)
		f.UpTo(size, box.Small)
		if f.Bytes() > int64(len(f.Data)) {
			return
		}
	}
}
