package entry

import (
	"slices"
	"strings"

	"untag/scrub/bmff/box"
	"untag/scrub/codec"
)

// family is what the sample entries of some formats may hold, besides what is for
// all of their medium: types of four bytes, with a bar between them.
type family struct {
	medium  string // handler
	formats string
	needs   string // a box that its decoders need
	may     string
}

// shared are the boxes that entries of a medium may hold whatever the codec is.
var shared = map[string]string{
	"vide": "colr|pasp|clap|fiel|gama|mdcv|clli|amve|st3d|sv3d|vexu|hfov|btrt|ccst|auxi",
	"soun": "btrt|chan|srat|SA3D|wave",
	"text": "btrt",
}

const dolby = "dvcC|dvvC|dvwC"

// families are the formats that are known (the registry of MP4RA, QuickTime, and
// what FFmpeg writes). What their entries hold besides can go.
var families = []family{
	{"vide", "avc1|avc2|avc3|avc4|dva1|dvav", "avcC", dolby + "|avcE|mvcC|svcC"},
	{"vide", "hvc1|hev1|hvc2|hev2|hvc3|hev3|dvh1|dvhe", "hvcC", dolby + "|lhvC|hvcE"},
	{"vide", "lhv1|lhe1", "lhvC", "hvcC"},
	{"vide", "vvc1|vvi1", "vvcC", dolby},
	{"vide", "av01|dav1", "av1C", dolby + "|SmDm|CoLL"},
	{"vide", "vp08|vp09", "vpcC", "SmDm|CoLL"},
	{"vide", "uncv", "uncC", "cmpd|cmpC|icef|cloc"},
	{"vide", "mp4v", "esds", ""},
	{"vide", "XVID|xvid|DIVX|divx|DX50|FMP4|3IV2|3iv2|3IVD|MP4S", "", "esds"},
	{"vide", "mp1v|mp2v|mpeg|mpg1|mpg2|m1v |m2v1|AVmp", "", "esds|glbl"},
	{"vide", "s263|h263|H263", "", "d263"},
	{"vide", "jpeg|mjpg|MJPG|dmb1|png |PNG |MPNG|gif |tiff", "", ""},
	{"vide", "mjpa|mjpb", "", "mjqt|mjht"},
	{"vide", "mjp2", "", "jp2h"},
	{"vide", "apch|apcn|apcs|apco|ap4h|ap4x", "", ""},
	{"vide", "AVdn|AVdh|AVDJ|AVup|AV1x", "", "ACLR"},
	{"vide", "ai12|ai13|ai15|ai16|ai1p|ai1q|ai52|ai53|ai55|ai56|ai5p|ai5q|aivx|AVin", "", "avcC|ACLR"},
	{"vide", "dvc |dvcp|dvpp|dvp |dv5n|dv5p|dvh2|dvh3|dvh4|dvh5|dvh6|dvhp|dvhq|AVdv|AVd1|dvsd|DVSD", "", ""},
	{"vide", "rle |raw |smc |cvid|msvc|MSVC|CRAM|WRLE|8BPS|rpza|SVQ1|FLV1|FFV1|drac", "", ""},
	{"vide", "yuv2|2vuy|2Vuy|UYVY|YUY2|yuvs|v210|v308|v408|v410|v216|b16g|b48r|b64a|BGRA|ABGR|I420|YV12|yuv4", "", ""},
	{"vide", "R10k|R10g|r210", "", "DpxE"},
	{"vide", "SVQ3", "", "SMI |SVQ3"},
	{"vide", "HFYU|FFVH|M8RG|M8RA|M8G0|M8Y0|M8Y2|M8Y4|M8YA|ULRG|ULRA|ULY0|ULY2|ULH0|ULH2|theo", "", "glbl"},
	{"soun", "mp4a", "esds", ""},
	{"soun", "ac-3|sac3", "", "dac3"},
	{"soun", "ec-3", "", "dec3"},
	{"soun", "ac-4", "dac4", ""},
	{"soun", "dtsc|dtsh|dtsl|dtse", "", "ddts"},
	{"soun", "dtsx|dtsy", "udts", ""},
	{"soun", "mlpa", "dmlp", ""},
	{"soun", "alac", "alac", ""},
	{"soun", "Opus", "dOps", ""},
	{"soun", "fLaC", "dfLa", ""},
	{"soun", "samr|sawb", "", "damr"},
	{"soun", "mha1|mha2|mhm1|mhm2", "mhaC", "mhaP"},
	{"soun", "iamf", "iacb", ""},
	{"soun", "ipcm|fpcm", "pcmC", "chnl"},
	{"soun", "twos|sowt|lpcm|raw |NONE|in24|in32|fl32|fl64|ulaw|alaw|ima4|agsm|MAC3|MAC6|.mp3", "", "enda|chnl"},
	{"soun", "ms\x00\x02|ms\x00\x11|ms\x00U", "", "ms\x00\x02|ms\x00\x11|ms\x00U"},
	{"soun", "wma ", "", "wfex"},
	{"text", "tx3g|text", "", "ftab"},
	{"text", "wvtt", "", "vttC"},
	{"text", "mp4s", "", "esds"},
	{"text", "stpp|sbtt|stxt|c608|c708|tmcd", "", ""},
}

// medium is under which medium the formats of a handler stand.
func medium(handler string) string {
	switch handler {
	case "vide", "auxv", "pict":
		return "vide"
	case "soun":
		return handler
	}
	return "text"
}

// familyOf is the family of a format, nil if it is not known.
func familyOf(handler, format string) *family {
	i := slices.IndexFunc(families, func(f family) bool { return f.medium == medium(handler) && box.Has(f.formats, format) })
	if i < 0 && medium(handler) == "vide" && codec.TapeMPEG(format) {
		i = slices.IndexFunc(families, func(f family) bool { return box.Has(f.formats, "m2v1") })
	}
	if i < 0 {
		return nil
	}
	return &families[i]
}

// holds tells whether entries of the family may hold a box.
func (f *family) holds(typ string) bool {
	return f.needs == typ || box.Has(f.may, typ) || box.Has(shared[f.medium], typ)
}

// nearly tells whether a name is one bit from one of them.
func (f *family) nearly(typ string) bool {
	return !f.holds(typ) && nearly(f.needs+"|"+f.may+"|"+shared[f.medium], typ)
}

func nearly(list, typ string) bool { return box.Nearly(typ, strings.Split(list, "|")) }

// contents is what is known of an entry before its boxes are claimed.
type contents struct {
	start  int64   // of the boxes
	family *family // nil if the format is not known
	whole  bool    // it holds what its decoders need
	format string  // of the frames, once they are decrypted
	sealed bool    // it says how its samples are encrypted, whatever its name says
	clear  bool    // it is of an encrypted format, and says itself that nothing is encrypted
	// enhanced says that a second layer of Dolby Vision is there.
	enhanced bool
}

// encryptedFormats are those of entries that may be encrypted (8.12, Apple's
// FairPlay).
var encryptedFormats = []string{"encv", "enca", "enct", "encs", "encm", "encu", "encf", "drms", "drmi", "p608"}

func protected(format string) bool { return slices.Contains(encryptedFormats, format) }

// contentsOf looks at the boxes of an entry.
func (w reader) contentsOf(t *Track, e entry, start int64) (c contents, err error) {
	c = contents{start: start, format: e.Type}
	found := map[string]bool{}
	var visit func(b box.Box) error
	visit = func(b box.Box) error {
		found[b.Type] = true
		switch b.Type {
		case "wave", "sinf", "schi":
			_, err := box.Each(w.Scan, b.Body(), b.End(), visit)
			return err
		case "frma", "tenc", "dvcC", "dvvC", "dvwC":
			c.read(b.Type, w.Get(b.Body(), int(min(b.Size(), 24))))
			return nil
		}
		return nil
	}
	if _, err = box.Each(w.Scan, start, e.End(), visit); box.Damaged(err) {
		err = nil // see leftovers
	}
	if !protected(e.Type) { // QuickTime has frma there, too
		c.format = e.Type
	}
	c.family = familyOf(t.Handler, c.format)
	c.sealed = protected(e.Type) || found["sinf"]
	c.whole = c.family != nil && (c.family.needs == "" || found[c.family.needs]) && (!protected(e.Type) || found["sinf"])
	return c, err
}

// read notes what the body of a box in an entry says.
func (c *contents) read(typ string, b []byte) {
	switch {
	case typ == "frma" && len(b) >= 4:
		c.format = string(b[:4])
	case typ == "tenc" && len(b) >= 8:
		c.clear = b[6] == 0
	case len(b) >= 4:
		c.enhanced = b[3]&2 != 0
	}
}
