package bmff

// forms are the descriptions in sample entries that are read to their last bit.
// Others that a family may hold are doubted.
var forms = map[string]form{
	// ISO/IEC 14496-12, 12.1; QuickTime; SMPTE ST 2086 and CTA-861.3; ISO/IEC 23000-22; Apple.
	"pasp": func(f *fields) { f.upTo(32, fraction); f.upTo(32, fraction) },
	"clap": func(f *fields) {
		for range 4 {
			f.signed(32, fraction)
			f.upTo(32, fraction)
		}
	},
	"fiel": func(f *fields) { f.upTo(8, 2); f.among(8, 0, 1, 6, 9, 14) },
	"gama": func(f *fields) { f.upTo(32, 16<<16) },
	"btrt": func(f *fields) { f.upTo(32, small); f.upTo(32, small); f.upTo(32, small) },
	"mdcv": func(f *fields) { f.primaries(50000); f.upTo(32, 10000e4); f.upTo(32, 10e4) },
	"clli": func(f *fields) { f.upTo(16, 10000); f.upTo(16, 10000) },
	"amve": func(f *fields) { f.upTo(32, small); f.upTo(16, 50000); f.upTo(16, 50000) },
	"hfov": func(f *fields) { f.upTo(32, 360e3) },
	// AV1 and VP9 as in WebM.
	"SmDm": func(f *fields) { f.full(0); f.primaries(1 << 16); f.upTo(32, 10000<<8); f.upTo(32, 10<<14) },
	"CoLL": func(f *fields) { f.full(0); f.upTo(16, 10000); f.upTo(16, 10000) },
	"vpcC": vp9Form,
	// Dolby Vision Streams Within the ISO Base Media File Format, 3.1.
	"dvcC": dolbyVision, "dvvC": dolbyVision, "dvwC": dolbyVision,
	// 3GPP TS 26.244, 6.7 and 6.8: the first field names the vendor.
	"d263": func(f *fields) { f.zero(32); f.upTo(8, 16); f.upTo(8, 100); f.upTo(8, 16) },
	"damr": func(f *fields) { f.zero(32); f.upTo(8, 16); f.take(16); f.upTo(8, 32); f.upTo(8, 32) },
	// Avid, as FFmpeg writes it.
	"ACLR": func(f *fields) { f.is("ACLR0001"); f.upTo(32, 2); f.zero(32) },
	"DpxE": func(f *fields) { f.upTo(32, 2) },
	// Sound.
	"alac": alacForm, "dOps": opusForm, "dec3": eac3Form, "chan": layoutForm, "SA3D": spheresForm,
	"srat": func(f *fields) { f.full(0); f.upTo(32, fraction) },
	"pcmC": func(f *fields) { f.full(0); f.zero(7); f.take(1); f.among(8, 16, 24, 32, 64) },
	"dac3": func(f *fields) { f.take(2 + 5 + 3 + 3 + 1 + 5); f.zero(5) },
	"dmlp": func(f *fields) { f.take(32 + 15); f.zero(1 + 32) },
	"enda": func(f *fields) { f.upTo(16, 1) },
	"ddts": func(f *fields) {
		f.upTo(32, fraction)
		f.upTo(32, small)
		f.upTo(32, small)
		f.among(8, 16, 24)
		f.take(2 + 5 + 1 + 6 + 14 + 1 + 3 + 16 + 1 + 1)
		f.zero(1 + 5)
	},
	"mhaP": func(f *fields) {
		for range f.upTo(8, 16) {
			f.upTo(8, 32)
		}
	},
	"ms\x00\x11": waveFormat,
	// Google's Spherical Video V2, and Apple's video extended usage.
	"st3d": func(f *fields) { f.full(0); f.upTo(8, 4) },
	"prhd": func(f *fields) { f.full(0); f.signed(32, 360<<16); f.signed(32, 360<<16); f.signed(32, 360<<16) },
	"equi": func(f *fields) {
		f.full(0)
		for range 4 { // fractions of the picture: none, or a quarter, to the last bit or without it
			f.among(32, 0, 1<<30, 1<<30-1, 1<<31, 1<<31-1)
		}
	},
	"cbmp": func(f *fields) { f.full(0); f.upTo(32, 16); f.upTo(32, 1<<16-1) },
	"stri": func(f *fields) { f.full(0); f.zero(4); f.take(4) },
	"hero": func(f *fields) { f.full(0); f.upTo(8, 2) },
	"blin": func(f *fields) { f.full(0); f.upTo(32, fraction) },
	"dadj": func(f *fields) { f.full(0); f.signed(32, 10000) },
	"prji": func(f *fields) { f.full(0); f.word("rect|equi|hequ|fish|prim|cube") },
	"pkin": func(f *fields) { f.full(0); f.word("side|over") },
}

// word reads four letters that are one of a list.
func (f *fields) word(list string) {
	v := f.number(32)
	f.bad = f.bad || !has(list, string(put32(uint32(v))))
}

// chromaticities are the colours of screens and their whites, in 1/50000: BT.709,
// BT.2020, DCI-P3, SMPTE 170M, D65, DCI.
var chromaticities = [][2]int64{{32000, 16500}, {15000, 30000}, {7500, 3000}, {35400, 14600}, {8500, 39850}, {6550, 2300}, {34000, 16000}, {13250, 34500}, {31500, 17000}, {15500, 29750}, {15635, 16450}, {15700, 17550}, {0, 0}}

// primaries reads three primary colours and the white point of a screen, of which
// each is near one that is known: no screen has others.
func (f *fields) primaries(scale int64) {
	const near = 1500
	for range 4 {
		x, y := 50000*f.number(16)/scale, 50000*f.number(16)/scale
		known := false
		for _, c := range chromaticities {
			known = known || max(x-c[0], c[0]-x, y-c[1], c[1]-y) <= near
		}
		f.bad = f.bad || !known
	}
}

// dolbyVision is DOVIDecoderConfigurationRecord.
func dolbyVision(f *fields) {
	f.upTo(8, 3)
	f.upTo(8, 9)
	f.upTo(7, 20)
	f.upTo(6, 13)
	f.take(3 + 4 + 2)
	f.zero(26 + 128)
}

// vp9Form is VPCodecConfigurationRecord (VP Codec ISO Media File Format Binding),
// and its version 0. What initializes a decoder is empty for VP8 and VP9.
func vp9Form(f *fields) {
	version := f.upTo(8, 1)
	f.zero(24)
	f.upTo(8, 3)
	f.upTo(8, 62)
	if version == 0 {
		f.take(4 + 4 + 4 + 3 + 1)
	} else {
		f.take(4 + 3 + 1)
		f.upTo(8, 22)
		f.upTo(8, 18)
		f.upTo(8, 17)
	}
	f.zero(16)
}

// opusForm is OpusSpecificBox (Encapsulation of Opus in ISOBMFF, 4.3.2).
func opusForm(f *fields) {
	f.among(8, 0)
	channels := f.number(8)
	f.take(16)
	f.upTo(32, fraction)
	f.take(16)
	if f.upTo(8, 255) == 0 {
		return
	}
	streams := f.number(8)
	streams += f.upTo(8, streams)
	for range channels {
		if v := f.number(8); v >= streams && v != 255 {
			f.bad = true
		}
	}
}

// alacForm is Apple's magic cookie.
func alacForm(f *fields) {
	f.full(0)
	f.upTo(32, fraction)
	f.among(8, 0)
	f.upTo(8, 32)
	f.take(3 * 8)
	f.upTo(8, 8)
	f.take(16)
	f.upTo(32, small)
	f.upTo(32, small)
	f.upTo(32, fraction)
}

// eac3Form is EC3SpecificBox (ETSI TS 102 366, F.6), which may tell of objects at
// its end (TS 103 420, C.3.1).
func eac3Form(f *fields) {
	f.take(13)
	for range f.number(3) + 1 {
		f.take(2 + 5)
		f.zero(1)
		f.take(1 + 3 + 3 + 1)
		f.zero(3)
		if f.take(4) > 0 {
			f.take(9)
		} else {
			f.zero(1)
		}
	}
	if at := f.at / 8; byteAt(f.b, at)&1 == 1 {
		f.zero(7)
		f.take(1)
		f.upTo(8, 16)
	}
}

// layoutForm is QuickTime's layout of channels: a number, a set of them, or a
// description of each, whose coordinates mean nothing without a flag.
func layoutForm(f *fields) {
	const bySet, most = 1 << 16, 64
	f.full(0)
	if f.upTo(32, small) == bySet {
		f.upTo(32, small)
	} else {
		f.zero(32)
	}
	for range min(f.upTo(32, most), most) {
		if label := f.number(32); label > fraction && label != 1<<32-1 {
			f.bad = true
		}
		f.among(32, 0)
		f.zero(96)
	}
}

// spheresForm is the Spatial Audio RFC of Google: the order of ambisonics, and which
// channel is which.
func spheresForm(f *fields) {
	f.among(8, 0)
	f.take(1)
	f.among(7, 0)
	f.upTo(32, 30)
	f.among(16, 0)
	n := f.upTo(32, 1024)
	for range min(n, 1024) {
		f.upTo(32, n-1)
	}
}

// waveFormat is WAVEFORMATEX of IMA ADPCM, whose numbers begin with their lowest byte.
func waveFormat(f *fields) {
	f.is("\x11\x00")
	f.upTo(8, 8)
	f.is("\x00")
	for range 2 { // samples and bytes in a second
		f.take(16)
		f.upTo(8, 15)
		f.is("\x00")
	}
	f.take(16)
	f.is("\x04\x00\x02\x00")
	f.take(16)
}
