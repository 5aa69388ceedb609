// Package bmff parses the ISO base media file format with samples: MP4, MOV,
// M4A, M4V, 3GP, F4V, fragmented or not (ISO/IEC 14496-12 and -14, 3GPP TS
// 26.244, the QuickTime File Format specification).
//
// [Format] is the entry to the table of formats; parse.go walks the top level. What it asks is in
// packages of which none asks back: box (reading, claiming, guards), header (fields), samples
// (where they lie), entry (what they are), text (who wrote them), meta (tags), media (which bytes
// of mdat are samples, and what becomes of the others). Boxes that go are retyped to free and
// filled with zeros, so nothing moves.
package bmff

import (
	"slices"

	"untag/scrub"
	"untag/scrub/bmff/box"
)

// Format is the entry of this family in the table of formats.
var Format = scrub.Format{
	Name:       "bmff",
	Title:      "MP4, MOV, M4A, M4V, 3GP, F4V",
	Extensions: []string{"mp4", "mov", "qt", "m4a", "m4b", "m4p", "m4v", "m4r", "3gp", "3g2", "3gpp", "f4v", "f4a", "insv", "lrv", "m4s", "cmfv", "cmfa", "cmft", "ismv", "isma", "mqv", "f4p", "f4b", "3gp2", "lrf", "360"},
	Sniff:      sniff,
	Parse:      parse,
	Compact:    compact,
}

// Still is the entry of still pictures and their sequences in the table of formats.
var Still = scrub.Format{
	Name:       "heif",
	Title:      "HEIC, HEIF, AVIF picture",
	Extensions: []string{"heic", "heics", "heif", "heifs", "hif", "avif", "avifs", "avci", "avcs"},
	Sniff:      sniffStill,
	Parse: func(s *scrub.Scan) error {
		return box.Parse(s, &grammar, func(w *box.Walk) error { return newParser(w, true).parse() })
	},
}

// itemBrands are the brands of pictures made of items, and of sequences of them.
var itemBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs", "mif1", "mif2", "mif3", "msf1", "avif", "avis", "avci", "avcs", "miaf", "jpeg", "jpgs", "j2ki", "j2is", "vvic", "vvis", "1pic"}

func sniffStill(head []byte, _ int64) bool {
	return len(head) >= 12 && string(head[4:8]) == "ftyp" && (slices.Contains(itemBrands, string(head[8:12])) || compatible(head, itemsToo...))
}

// itemsToo are brands behind the first one that say that there are items.
var itemsToo = []string{"mif1", "mif2", "mif3", "msf1"}

// compatible tells whether one of brands stands behind the first one.
func compatible(head []byte, brands ...string) bool {
	const most = 64
	n := min(int(box.Uint32(head)), len(head), most)
	for at := 16; at+4 <= n; at += 4 {
		if slices.Contains(brands, string(head[at:at+4])) {
			return true
		}
	}
	return false
}

// stillBrands are major brands of media that hold items or raw pictures and
// have parsers of their own: HEIF (ISO/IEC 23008-12), AVIF, JPEG 2000, JPEG XL,
// Canon CR3.
var stillBrands = slices.Concat(itemBrands, []string{"jp2 ", "jpx ", "jpm ", "mjp2", "jxl ", "crx "})

// firstBoxes may start a file that has no ftyp: old QuickTime, and segments.
var firstBoxes = []string{"moov", "mdat", "free", "skip", "wide", "pnot", "styp", "moof", "sidx"}

func sniff(head []byte, size int64) bool {
	if len(head) < 12 {
		return false
	}
	n := int64(box.Uint32(head))
	kind := string(head[4:8])
	if kind == "ftyp" {
		return n >= 12 && !slices.Contains(stillBrands, string(head[8:12])) && !compatible(head, append(itemsToo, "crx ")...)
	}
	if !slices.Contains(firstBoxes, kind) || n > 1 && n < 8 {
		return false
	}
	// A word of chance is no movie: another box has to follow, or one that a
	// movie or fragment starts with.
	next := n
	switch {
	case kind == "mdat" || kind == "styp":
		return true
	case kind == "moov" || kind == "moof":
		next = 8
		if n == 1 {
			next = 16
		}
	}
	if next < 8 || next+8 > int64(len(head)) {
		return false
	}
	inner := head[next+4 : next+8]
	switch kind {
	case "moov":
		return slices.Contains([]string{"mvhd", "cmov", "rmra", "udta", "trak", "iods", "meta", "free"}, string(inner))
	case "moof":
		return string(inner) == "mfhd"
	}
	return box.IsType(inner)
}

// parse has a film parsed, and once more if there is doubt about it, since that may
// come up after things were done that rest on what was read before.
func parse(s *scrub.Scan) error {
	return box.Parse(s, &grammar, func(w *box.Walk) error { return newParser(w, false).parse() })
}

// grammar is what films say of their boxes (ISO/IEC 14496-12, 6.2.3).
var grammar = box.Grammar{
	Mandatory: map[string][]string{
		"moov": {"mvhd"}, "trak": {"tkhd", "mdia"}, "mdia": {"mdhd", "hdlr", "minf"}, "minf": {"stbl"}, "moof": {"mfhd"}, "traf": {"tfhd"},
	},
	Vital: []string{"moov", "trak", "mdia", "minf", "stbl", "moof", "traf", "mdat", "tkhd", "mdhd", "hdlr", "dinf", "stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "ctts", "stss",
		"tfhd", "trun", "tfdt", "mvhd", "mvex", "edts", "elst", "iinf", "iloc", "iprp", "ipco", "ipma", "pitm", "iref", "infe", "idat"},
	Siblings: []string{"moov", "trak", "mdia", "minf", "stbl", "moof", "mfhd", "traf", "mdat", "styp", "sidx", "mfra", "tkhd", "mdhd", "hdlr", "vmhd", "smhd", "nmhd", "gmhd", "dinf", "stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "ctts", "stss",
		"tfhd", "tfdt", "trun", "trex", "mvex", "edts", "tref", "avcC", "hvcC", "esds", "iinf", "iloc", "ipco", "ipma", "pitm"},
	Configs: []string{"avcC", "hvcC", "vvcC", "av1C", "vpcC", "esds", "dOps", "alac", "dac3", "dec3", "sinf", "wave"},
	Apart:   []string{"moov", "mdat", "moof", "styp", "sidx", "mfra", "trak", "mvex"},
}
