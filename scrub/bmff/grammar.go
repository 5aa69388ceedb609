package bmff

import "untag/scrub/bmff/box"

// grammar is what films say of their boxes (ISO/IEC 14496-12, 6.2.3).
var grammar = box.Grammar{
	Mandatory: map[string][]string{
		"moov": {"mvhd"}, "trak": {"tkhd", "mdia"}, "mdia": {"mdhd", "hdlr", "minf"}, "minf": {"stbl"}, "moof": {"mfhd"}, "traf": {"tfhd"},
	},
	Vital: []string{"moov", "trak", "mdia", "minf", "stbl", "moof", "traf", "mdat", "tkhd", "mdhd", "hdlr", "dinf", "stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "ctts", "stss",
		"tfhd", "trun", "tfdt", "mvhd", "mvex", "edts", "elst"},
	Siblings: []string{"moov", "trak", "mdia", "minf", "stbl", "moof", "mfhd", "traf", "mdat", "styp", "sidx", "mfra", "tkhd", "mdhd", "hdlr", "vmhd", "smhd", "nmhd", "gmhd", "dinf", "stsd", "stts", "stsc", "stsz", "stz2", "stco", "co64", "ctts", "stss",
		"tfhd", "tfdt", "trun", "trex", "mvex", "edts", "tref", "avcC", "hvcC", "esds"},
	Configs: []string{"avcC", "hvcC", "vvcC", "av1C", "vpcC", "esds", "dOps", "alac", "dac3", "dec3", "sinf", "wave"},
	Apart:   []string{"moov", "mdat", "moof", "styp", "sidx", "mfra", "trak", "mvex"},
}
