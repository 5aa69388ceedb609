package formats

import (
	"strings"

	"untag/scrub"
	"untag/scrub/sniff"
)

// known are formats that untag knows by their first bytes and does not clean
// yet: a file of one is never passed over. Of two rows that agree the first counts,
// and those of other packages count before these.
var known = []struct {
	name, title, extensions string
	is                      sniff.Func
}{
	{"gxf", "GXF film", "gxf", sniff.Like("\x00\x00\x00\x00\x01\xbc????????\xe1\xe2")},
	{"y4m", "YUV4MPEG film", "y4m", sniff.Like("YUV4MPEG2 ")},
	{"r3d", "RED raw film", "r3d", sniff.Like("????RED1", "????RED2")},
	{"mlv", "Magic Lantern raw film", "mlv", sniff.Like("MLVI")},
	{"wtv", "WTV film", "wtv", sniff.Like("\xb7\xd8\x00\x20\x37\x49\xda\x11\xa6\x4e\x00\x07\xe9\x5e\xad\x8d")},
	{"riff", "other RIFF: AMV, RMID, QCP, animated cursors", "amv rmi qcp", sniff.Like("RIFF????", "RIFX????")},

	{"dtshd", "DTS-HD sound with a header", "", sniff.Like("DTSHDHDR")},
	{"truehd", "TrueHD, MLP sound", "mlp thd", sniff.Like("????\xf8\x72\x6f\xba", "????\xf8\x72\x6f\xbb")},
	{"evrc", "EVRC, SILK, AMR sound of several channels", "evrc", sniff.Like("#!AMR_MC", "#!AMR-WB_MC", "#!EVRC", "#!SILK", "\x02#!SILK")},
	{"ofr", "OptimFROG, LA, Shorten sound, TTA2", "ofr shn", sniff.Like("TTA2", "OFR ", "LA02", "LA03", "LA04", "ajkg")},
	{"dss", "DSS dictation, SPHERE sound", "dss ds2 sph", sniff.Like("\x02dss", "\x03dss", "\x03ds2", "\x07ds2", "NIST_1A\n")},
	{"oma", "Sony OpenMG sound", "oma aa3", sniff.Like("ea3\x03\x00", "EA3\x01\x00")},
	{"audible", "Audible sound", "aa", sniff.Like("????\x57\x90\x75\x36")},
	{"midi", "MIDI", "mid midi kar", sniff.Like("MThd\x00\x00\x00\x06")},
	{"tracker", "music modules: XM, IT, S3M, MOD", "xm it s3m", sniff.Like("Extended Module: ", "IMPM", sniff.Skip(44)+"SCRM", sniff.Skip(1080)+"M.K.", sniff.Skip(1080)+"M!K!", sniff.Skip(1080)+"FLT4")},
	{"sid", "SID music", "sid", sniff.Like("PSID\x00", "RSID\x00")},
	{"iff", "other IFF: ILBM, ANIM, 8SVX", "iff lbm 8svx", sniff.Like("FORM????ILBM", "FORM????PBM ", "FORM????ANIM", "FORM????8SVX")},

	{"xcf", "GIMP picture", "xcf", sniff.Like("gimp xcf ")},
	{"jxr", "JPEG XR picture", "jxr wdp hdp", sniff.Like("II\xbc\x01")},
	{"raster", "DPX, Cineon, Sun, SGI picture", "dpx cin ras sgi", sniff.Like("SDPX", "XPDS", "\x80\x2a\x5f\xd7", "\x59\xa6\x6a\x95", "\x01\xda?\x01\x00", "\x01\xda?\x02\x00")},
	{"icns", "Apple icons", "icns", sniff.Like("icns\x00")},
	{"exv", "EXV: metadata of a picture, kept by Exiv2", "exv", sniff.Like("\xff\x01Exiv2")},
	{"pict", "QuickDraw picture", "pict pct", sniff.Like(sniff.Skip(522) + "\x00\x11\x02\xff\x0c\x00")},
	{"fits", "FITS picture", "fits fts", sniff.Words("SIMPLE  =                    T")},
	{"wbmp", "WBMP picture", "wbmp", wirelessBitmap},
	{"dicom", "DICOM picture", "dcm", sniff.Like(sniff.Skip(128) + "DICM")},
	{"metafile", "Windows metafile", "wmf emf", sniff.Like("\xd7\xcd\xc6\x9a", "\x01\x00\x00\x00"+sniff.Skip(36)+" EMF")},
	{"bpg", "BPG, FLIF picture", "bpg flif", sniff.Like("BPG\xfb", "FLIF")},
	{"mng", "MNG, JNG picture", "mng jng", sniff.Like("\x8aMNG\r\n\x1a\n", "\x8bJNG\r\n\x1a\n")},

	{"ole2", "OLE2: Word, Excel, PowerPoint, Outlook, HWP, Thumbs.db", "doc xls xlt ppt pps hwp vsd mpp", sniff.Like("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")},
	{"rtf", "RTF document", "rtf", sniff.Words(`{\rtf`)},
	{"postscript", "PostScript document", "ps eps", sniff.Words("%!PS", "\x04%!PS", "\xc5\xd0\xd3\xc6")},
	{"hwp", "HWP 3 document", "", sniff.Like("HWP Document File")},
	{"chm", "Windows help", "chm", sniff.Like("ITSF\x03\x00\x00\x00")},
	{"mobi", "Mobipocket, Kindle book", "mobi azw azw3 prc", sniff.Like(sniff.Skip(60)+"BOOKMOBI", sniff.Skip(60)+"TEXtREAd")},
	{"caj", "CAJ document", "caj", sniff.Like("CAJ\x00")},
	{"gpmf", "positions of a GoPro: GPMF", "", sniff.Words("DEVC\x00\x01")},
	{"shortcut", "Windows shortcut", "lnk", sniff.Like("\x4c\x00\x00\x00\x01\x14\x02\x00")},
	{"thumbcache", "Windows thumbnails", "", sniff.Like("CMMM")},

	{"zip-part", "ZIP in parts, or empty", "", sniff.Like("PK\x05\x06", "PK\x07\x08PK")},
	{"rar", "RAR archive", "rar", sniff.Like("Rar!\x1a\x07")},
	{"7z", "7z archive", "7z", sniff.Like("7z\xbc\xaf\x27\x1c")},
	{"tar", "tar archive", "tar", sniff.Like(sniff.Skip(257) + "ustar")},
	{"gzip", "gzip archive", "gz tgz", sniff.Like("\x1f\x8b\x08")},
	{"xz", "xz archive", "xz txz", sniff.Like("\xfd7zXZ\x00")},
	{"zstd", "Zstandard, LZ4, lzip archive", "zst lz4 lz", sniff.Like("\x28\xb5\x2f\xfd", "\x04\x22\x4d\x18", "LZIP\x01")},
	{"bzip2", "bzip2 archive", "bz2 tbz2", sniff.Like("BZh?1AY&SY", "BZh?\x17rE8P\x90")},
	{"cab", "Windows cabinet, LHA archive", "cab lzh lha", sniff.Like("MSCF\x00\x00\x00\x00", "??-lh?-")},
}

func recognised() (all []scrub.Format) {
	for _, r := range known {
		all = append(all, scrub.Format{Name: r.name, Title: r.title, Extensions: strings.Fields(r.extensions), Sniff: r.is})
	}
	return all
}

// text is what people read without a program that knows of formats: it is no
// medium, and said to be there.
var text = scrub.Format{Name: "text", Title: "plain text, subtitles among it", Sniff: sniff.Text, Other: true}

// wirelessBitmap takes WBMP, which has no magic, by its size (WAP-237, 4.4): type 0, no extensions, width
// and height of seven bits a byte, and a bit a pixel. Frames of MPEG sound are soon found in one.
func wirelessBitmap(head []byte, size int64) bool {
	if len(head) < 5 || head[0] != 0 || head[1] != 0 {
		return false
	}
	at := 2
	side := func() (n int64) {
		for ; at < len(head) && at < 8; at++ {
			if n = n<<7 | int64(head[at]&0x7f); head[at] < 0x80 {
				at++
				return n
			}
		}
		return 0
	}
	width, height := side(), side()
	return width > 0 && height > 0 && int64(at)+(width+7)/8*height == size
}
