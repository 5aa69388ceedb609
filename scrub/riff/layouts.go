package riff

import "untag/scrub/chunk"

// big is more than counts and rates come to, and less than any four letters.
const big = 1 << 29

// layouts are chunks that are read field by field, by their place and name.
var layouts = map[string]chunk.Layout{
	// MPI 1.0, AVIMAINHEADER; the last four were a scale, a rate, a start and a length once.
	"hdrl/avih": {chunk.UpTo(4, big), chunk.UpTo(4, big), chunk.UpTo(4, big), chunk.UpTo(4, 0x3ffff), chunk.UpTo(4, big), chunk.UpTo(4, big), chunk.UpTo(4, maxStreams), chunk.UpTo(4, big),
		chunk.UpTo(4, 1<<16), chunk.UpTo(4, 1<<16), chunk.Zero(16)},
	"odml/dmlh": {chunk.UpTo(4, big), chunk.Zero(244)},
	"hdrl/vprp": videoProperties, "strl/vprp": videoProperties,

	"WAVE/fact": {chunk.Any(4)},
	"WAVE/ds64": {chunk.UpTo(8, 1<<48), chunk.UpTo(8, 1<<48), chunk.UpTo(8, 1<<48), chunk.UpTo(4, 0)},
	"WAVE/inst": {chunk.UpTo(1, 127), chunk.Signed(1, 100), chunk.Signed(1, 127), chunk.UpTo(1, 127), chunk.UpTo(1, 127), chunk.UpTo(1, 127), chunk.UpTo(1, 127)},
	"WAVE/acid": {chunk.UpTo(4, 31), chunk.UpTo(2, 127), chunk.One(2, 0, 0x8000), chunk.UpTo(4, loud), chunk.UpTo(4, big), chunk.UpTo(2, 64), chunk.UpTo(2, 64), chunk.Any(4)},

	"AIFF/FVER": {chunk.One(4, 0xa2805140)}, // AIFF-C draft 1991
	"AIFF/INST": append(append(chunk.Layout{chunk.UpTo(1, 127), chunk.Signed(1, 50)}, chunk.Layout{chunk.UpTo(1, 127)}.Many(4)...),
		append(chunk.Layout{chunk.Signed(2, 200)}, chunk.Layout{chunk.UpTo(2, 2), chunk.UpTo(2, 1<<12), chunk.UpTo(2, 1<<12)}.Many(2)...)...),
	"CAF/desc": {chunk.UpTo(8, 0x4200000000000000), chunk.One(4, coding("lpcm", "alac", "aac ", "aach", "aacp", "aacl", "aace", "ima4", "MAC3", "MAC6", "ulaw", "alaw", ".mp1", ".mp2", ".mp3", "ac-3", "cac3", "ec-3", "QDM2", "QDMC", "Qclp", "samr", "sawb", "ilbc", "opus", "flac", "ms\x00\x02", "ms\x00\x11", "ms\x001", "midi", "dvca", "GSM ", "agsm")...),
		chunk.UpTo(4, 0xffff), chunk.UpTo(4, 1<<16), chunk.UpTo(4, 1<<24), chunk.UpTo(4, 1024), chunk.UpTo(4, 64)},
}

// loud is more than a sample comes to, and less than any four letters, as a float.
const loud = 0x40ffffff

// animation is how the pictures of a WebP follow each other: a colour behind them, and how often
// they are shown.
var animation = chunk.Layout{chunk.Any(4), chunk.Any(2)}

// videoProperties is OpenDML 1.02, VideoPropHeader, with both fields.
var videoProperties = append(chunk.Layout{chunk.UpTo(4, 8), chunk.UpTo(4, 8), chunk.UpTo(4, 1<<16), chunk.UpTo(4, 1<<16), chunk.UpTo(4, 1<<16), chunk.UpTo(2, 1<<14), chunk.UpTo(2, 1<<14),
	chunk.UpTo(4, 1<<16), chunk.UpTo(4, 1<<16), chunk.UpTo(4, 2)}, chunk.Layout{chunk.UpTo(4, 1<<16)}.Many(16)...)

// streamHeader is MPI 1.0, AVISTREAMHEADER, behind its type and handler.
var streamHeader = chunk.Layout{chunk.UpTo(4, 0x1ffff), chunk.UpTo(2, 255), chunk.UpTo(2, 0x3fff), chunk.UpTo(4, big), chunk.UpTo(4, big), chunk.UpTo(4, big), chunk.UpTo(4, big), chunk.UpTo(4, big),
	chunk.Signed(4, big), chunk.Signed(4, 10000), chunk.UpTo(4, big), chunk.Signed(2, 1<<14), chunk.Signed(2, 1<<14), chunk.Signed(2, 1<<14), chunk.Signed(2, 1<<14)}

// bitmapInfo is BITMAPINFOHEADER behind its length, up to the codec, and from there on.
var bitmapInfo = [2]chunk.Layout{
	{chunk.Signed(4, 1<<16), chunk.Signed(4, 1<<16), chunk.UpTo(2, 1), chunk.UpTo(2, 64)},
	{chunk.UpTo(4, big), chunk.UpTo(4, 1<<24), chunk.UpTo(4, 1<<24), chunk.UpTo(4, 256), chunk.UpTo(4, 256)},
}

// waveFormat is WAVEFORMATEX up to its extra bytes, extensible those of
// WAVEFORMATEXTENSIBLE but for the GUID.
var (
	waveFormat = chunk.Layout{chunk.Any(2), chunk.UpTo(2, 1024), chunk.UpTo(4, 1<<24), chunk.UpTo(4, big), chunk.Any(2), chunk.UpTo(2, 64), chunk.Any(2)}
	extensible = chunk.Layout{chunk.UpTo(2, 64), chunk.UpTo(4, 1<<20)}
)

// Rows of tables in sound.
var (
	cuePoint = chunk.Layout{chunk.UpTo(4, big), chunk.Any(4), chunk.One(4, 0, 0x61746164, 0x746e6c73), chunk.UpTo(4, big), chunk.UpTo(4, big), chunk.Any(4)}
	playList = chunk.Layout{chunk.UpTo(4, big), chunk.Any(4), chunk.UpTo(4, 1<<16)}
	sampler  = chunk.Layout{chunk.Zero(4), chunk.Zero(4), chunk.UpTo(4, big), chunk.UpTo(4, 127), chunk.Any(4), chunk.One(4, 0, 24, 25, 29, 30), chunk.Zero(4), chunk.UpTo(4, 256), chunk.UpTo(4, 0)}
	loop     = chunk.Layout{chunk.UpTo(4, big), chunk.UpTo(4, 255), chunk.UpTo(4, big), chunk.UpTo(4, big), chunk.Any(4), chunk.UpTo(4, 1<<16)}
	peak     = chunk.Layout{chunk.UpTo(4, loud), chunk.Any(4)}
	common   = chunk.Layout{chunk.UpTo(2, 1024), chunk.Any(4), chunk.UpTo(2, 64)}
)

func coding(ids ...string) (all []uint64) {
	for _, id := range ids {
		all = append(all, uint64(id[0])<<24|uint64(id[1])<<16|uint64(id[2])<<8|uint64(id[3]))
	}
	return all
}
