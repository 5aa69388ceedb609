package still

import (
	"untag/scrub/bmff/box"
	"untag/scrub/gainmap"
)

// forms are the properties that are read to their last bit, but for those that sample entries
// have, too (ISO/IEC 23008-12, 6.5; ISO/IEC 14496-12, 12.1; ISO/IEC 23001-17; AVIF, 2).
var forms = map[string]box.Form{
	"ispe": func(f *box.Fields) { f.Full(0); f.UpTo(32, box.Small); f.UpTo(32, box.Small) },
	"pixi": func(f *box.Fields) {
		f.Full(0)
		for range f.UpTo(8, 16) {
			f.UpTo(8, 64)
		}
	},
	"irot": func(f *box.Fields) { f.Zero(6); f.Take(2) },
	"imir": func(f *box.Fields) { f.Zero(7); f.Take(1) },
	"clap": func(f *box.Fields) {
		for range 4 {
			f.Signed(32, box.Small)
			f.UpTo(32, box.Small)
		}
	},
	"rloc": func(f *box.Fields) { f.Full(0); f.UpTo(32, box.Small); f.UpTo(32, box.Small) },
	"rref": func(f *box.Fields) {
		f.Full(0)
		for range f.UpTo(8, 16) {
			f.Word("auxl|base|cdsc|dimg|exbl|iloc|prem|tbas|thmb")
		}
	},
	"tols": func(f *box.Fields) { f.Full(0); f.UpTo(16, 255) },
	"lsel": func(f *box.Fields) { f.Number(16) },
	"a1op": func(f *box.Fields) { f.UpTo(8, 31) },
	"a1lx": func(f *box.Fields) {
		f.Zero(7)
		n := 16 << f.Take(1)
		for range 3 {
			f.UpTo(n, box.Small)
		}
	},
	"cclv": func(f *box.Fields) {
		f.Zero(2)
		present := f.Take(4)
		f.Zero(2)
		if present&8 != 0 {
			for range 6 {
				f.Signed(32, 5000000)
			}
		}
		for bit := 4; bit > 0; bit >>= 1 {
			if present&bit != 0 {
				f.Number(32)
			}
		}
	},
	"reve": func(f *box.Fields) {
		f.Full(0)
		f.UpTo(32, box.Small)
		for range 4 {
			f.UpTo(16, 50000)
		}
	},
	"ndwt": func(f *box.Fields) { f.Full(0); f.UpTo(32, box.Small) },
	"cmin": intrinsics, "cmex": extrinsics,
	"j2kH": wholeHeader,
}

// intrinsics are focal lengths and centre of a camera, by shifts that flags tell.
func intrinsics(f *box.Fields) {
	f.Among(8, 0)
	f.Zero(3)
	f.Take(5)
	f.Zero(3)
	f.Take(5)
	f.Zero(7)
	n := 3 + 2*f.Take(1)
	for range n {
		f.Signed(32, 1<<30)
	}
}

// extrinsics are where a camera is and how it is turned, of those parts that flags announce.
func extrinsics(f *box.Fields) {
	const most = 1 << 30
	f.Among(8, 0)
	f.Zero(18)
	flags := f.Take(6)
	for bit := 1; bit <= 4; bit <<= 1 {
		if flags&bit != 0 {
			f.Signed(32, most)
		}
	}
	if flags&8 != 0 {
		for range 3 {
			if flags&16 != 0 {
				f.Signed(32, most)
			} else {
				f.Take(16)
			}
		}
	}
	if flags&32 != 0 {
		f.UpTo(32, 1<<16)
	}
}

// wholeHeader is the header of JPEG 2000 codestreams: sub-sampling and components are told in them, too.
func wholeHeader(f *box.Fields) {
	f.Number(32)
	f.Word("cdef")
	for range f.UpTo(16, 16) {
		f.UpTo(16, 16)
		f.UpTo(16, 2)
		f.UpTo(16, 16)
	}
}

// derived are items whose few bytes say what is made of other items (ISO/IEC 23008-12, 6.6), by
// how many others there are.
var derived = map[string]func(f *box.Fields, others int){
	"iden": func(*box.Fields, int) {},
	"grid": func(f *box.Fields, others int) {
		f.Among(8, 0)
		f.Zero(7)
		n := 16 << f.Take(1)
		if rows, columns := f.Take(8)+1, f.Take(8)+1; rows*columns != others {
			f.Bad = true
		}
		f.UpTo(n, box.Small)
		f.UpTo(n, box.Small)
	},
	"iovl": func(f *box.Fields, others int) {
		f.Among(8, 0)
		f.Zero(7)
		n := 16 << f.Take(1)
		f.Number(64) // the colour of the canvas
		f.UpTo(n, box.Small)
		f.UpTo(n, box.Small)
		for range others {
			f.Signed(n, box.Small)
			f.Signed(n, box.Small)
		}
	},
	"tmap": toneMap,
	"sato": sampleTransform,
}

// sampleTransform is an expression over the samples of pictures (AVIF, 4.2.3).
func sampleTransform(f *box.Fields, others int) {
	f.Among(2, 0)
	f.Zero(4)
	n := 8 << f.Take(2)
	for range f.UpTo(8, 255) {
		switch token := f.Take(8); {
		case token == 0:
			f.Number(n)
		case token <= others, token >= 64 && token <= 67, token >= 128 && token <= 137:
		default:
			f.Bad = true
		}
	}
}

// toneMap is how a picture and its gain map make another one: a version, and the metadata of
// ISO 21496-1.
func toneMap(f *box.Fields, _ int) {
	f.Among(8, 0)
	n := int64(len(f.Data) - 1)
	if n <= 0 {
		f.Bad = true
		return
	}
	if k := gainmap.Length(f.Data[1:], n); k > 0 && gainmap.Plausible(f.Data[1:], k) {
		f.At += 8 * int(k)
		return
	}
	f.Bad = true
}
