package codec

import (
	"slices"
	"strings"
)

// Names are the ways in which containers name codecs.
type Names uint8

const (
	Entry    Names = iota // sample entries of MP4 and QuickTime: four letters
	FourCC                // biCompression of AVI, ASF and RealMedia: four letters
	Matroska              // CodecID
	Type                  // stream_type of MPEG-2 systems: one byte
	FLV                   // number in a video tag, one byte, or the four letters of its extension
	Tag                   // wFormatTag of WAVEFORMATEX: two bytes, the lower one first
)

// table has the codecs by their names, between bars. Those of tapes and discs in
// QuickTime are told by what they begin with: see [Of].
var table = []struct {
	names Names
	kind  Kind
	list  string
}{
	// MP4RA, the QuickTime File Format Specification, FFmpeg's isom.c. H.264 and its successors are told by their records.
	{Entry, ProRes, "apch|apcn|apcs|apco|ap4h|ap4x"},
	{Entry, JPEG2000, "mjp2"},
	{Entry, VP9, "vp09"},
	{Entry, DNxHD, "AVdn|AVdh"},
	{Entry, Dirac, "drac"},
	{Entry, MP3, ".mp3|ms\x00U"},
	{Entry, AC3, "ac-3|sac3|ec-3|dtsc|dtsh|dtsl|dtse"},
	{Entry, Opus, "Opus"},
	{Entry, FLAC, "fLaC"},
	{Entry, ALAC, "alac"},
	{Entry, Plain, "vp08|s263|h263|H263|vc-1|SVQ1|SVQ3"},
	{Entry, MPEG12, "mp1v|mp2v|mpeg|mpg1|mpg2|m1v |m2v1"},
	{Entry, MPEG4, "XVID|xvid|DIVX|divx|DX50|FMP4|3IV2|3iv2|3IVD|MP4S|mp4v"},
	{Entry, Pictures, "jpeg|png |PNG |MPNG|gif |tiff"},
	{Entry, Fields, "mjpa|mjpb|mjpg|MJPG|AVDJ|dmb1"},
	{Entry, Tape, "dvc |dvcp|dvpp|dvp |dv5n|dv5p|dvh1|dvh2|dvh3|dvh4|dvh5|dvh6|dvhp|dvhq|AVdv|AVd1|dvsd|DVSD"},
	{Entry, Camera, "CFHD|aprn|aprh|brhq|brst|br64|brxq|brvn|brs2|brxh"},
	// FFmpeg's riff.c and rm.c; in capitals.
	{FourCC, H264, "H264|X264|AVC1|DAVC|VSSH|Q264|V264|GAVC|UMSV|TSHD|INMC|SMV2"},
	{FourCC, H265, "HEVC|H265|HVC1|HEV1|HM10"},
	{FourCC, H266, "VVC1|VVI1"},
	{FourCC, AV1, "AV01"},
	{FourCC, MPEG12, "MPG1|MPG2|MPEG|PIM1|PIM2|VCR2|MMES|LMP2|SLIF|EM2V|MP2V|\x01\x00\x00\x10|\x02\x00\x00\x10"},
	{FourCC, MPEG4, "FMP4|DIVX|DX50|XVID|MP4S|M4S2|MP4V|RMP4|DM4V|DXGM|WV1F|3IV2|3IVX|BLZ0|SEDG|FVFW|UMP4|PM4V|SMP4|XVIX|EPHV|GEOX|NDIG|SIPP|DCOD|SN40|FFDS|GEOV|M4CC|MVXM|VIDM|DYM4|\x04\x00\x00\x00"},
	{FourCC, ProRes, "APCH|APCN|APCS|APCO|AP4H|AP4X"},
	{FourCC, JPEG2000, "MJ2C|LJ2C|LJ2K|IPJ2|MJP2"},
	{FourCC, VP9, "VP90|VP09"},
	{FourCC, DNxHD, "AVDN|AVDH"},
	{FourCC, Dirac, "DRAC|BBCD"},
	{FourCC, Plain, "VP80|H263|X263|T263|L263|VX1K|ZYGO|M263|LSVM|I263|H261|U263|FLV1|S263|VP30|VP31|VP50|VP60|VP61|VP62|VP6F|VP6A|VP70|DIV1|DIV2|DIV3|DIV4|DIV5|DIV6|MP41|MP42|MP43|MPG3|MPG4|AP41|COL0|COL1|DVX3|WMV1|WMV2|WMV3|WVC1|WMVA|WMVP|WVP2|RV10|RV13|RV20|RV30|RV40|RVTR|CVID|IV31|IV32|IV41|IV50|SVQ1|SVQ3|CRAM|MSVC|WHAM|TSCC|MSS1|MSS2"},
	{FourCC, Plain, "\x00\x00\x00\x00|\x01\x00\x00\x00|\x02\x00\x00\x00|\x03\x00\x00\x00|RGB |YUY2|UYVY|YV12|I420|IYUV|YUV2|YVYU|V210|Y800|Y41P|HFYU|FFVH|FFV1|ULRG|ULRA|ULY0|ULY2|ULY4|ULH0|ULH2|MAGY|LAGS|ZLIB|MSZH|MRLE|8BPS"},
	{FourCC, Plain, "RGB\x0f|RGB\x10|RGB\x18|BGR\x0f|BGR\x10|BGR\x18|RGBA|BGRA|ARGB|ABGR|422P|444P|411P|410P|440P|ULH4|UQY0|UQY2|UQRG|UQRA|UMRG|UMRA|UMH2|UMH4|UMY2|UMY4|M8RG|M8RA|M8G0|M8Y0|M8Y2|M8Y4|M8YA|V308|V408|V410|Y210|DIB |RAW |RLE |RPZA|SMC |SNOW|ASV1|ASV2|ZMBV|CSCD|FSV1|FSV2|FPS1|TSC2|LOCO|KMVC|QPEG|DUCK|TM20|VBLE|CLJR|VCR1"},
	{FourCC, Pictures, "MPNG|PNG1|PNG |TIFF|GIF |WEBP"},
	{FourCC, Fields, "MJPG|LJPG|JPEG|ACDV|AVRN|AVDJ|MJLS|IJPG|JPGL|SP5X|QIVG|SLMJ|CJPG|IJLV|MVJP|AVI1|AVI2|MTSJ|DMB1"},
	{FourCC, Tape, "DVSD|DVHD|DVH1|DVSL|DV25|DV50|DVCP|DV5N|DV5P|DVHP|DVHQ|CDVC|CDVH|CDV5|DVIS|PDVC|SL25|DVC |DVPP|DVCS|DVP "},
	{FourCC, Camera, "CFHD"},
	{FourCC, Theora, "THEO"},
	{FourCC, AAC, "MP4A"},
	{FourCC, Opus, "OPUS"},
	// The Matroska codec specifications.
	{Matroska, H264, "V_MPEG4/ISO/AVC"},
	{Matroska, H265, "V_MPEGH/ISO/HEVC"},
	{Matroska, H266, "V_MPEGI/ISO/VVC"},
	{Matroska, AV1, "V_AV1"},
	{Matroska, MPEG12, "V_MPEG1|V_MPEG2"},
	{Matroska, MPEG4, "V_MPEG4/ISO/SP|V_MPEG4/ISO/ASP|V_MPEG4/ISO/AP"},
	{Matroska, VP9, "V_VP9"},
	{Matroska, ProRes, "V_PRORES"},
	{Matroska, Dirac, "V_DIRAC"},
	{Matroska, Plain, "V_VP8|V_FFV1|V_UNCOMPRESSED|V_MPEG4/MS/V3|V_REAL/RV10|V_REAL/RV20|V_REAL/RV30|V_REAL/RV40|V_AVS2|V_AVS3|A_TRUEHD|A_MLP|A_MPEG/L1|A_MPEG/L2|A_PCM/INT/LIT|A_PCM/INT/BIG|A_PCM/FLOAT/IEEE|A_TTA1|A_WAVPACK4"},
	{Matroska, AC3, "A_AC3|A_AC3/BSID9|A_AC3/BSID10|A_EAC3|A_DTS|A_DTS/EXPRESS|A_DTS/LOSSLESS"},
	{Matroska, MP3, "A_MPEG/L3"},
	{Matroska, Pictures, "V_MJPEG"},
	{Matroska, VFW, "V_MS/VFW/FOURCC"},
	{Matroska, Theora, "V_THEORA"},
	{Matroska, AAC, "A_AAC|A_AAC/MPEG2/MAIN|A_AAC/MPEG2/LC|A_AAC/MPEG2/LC/SBR|A_AAC/MPEG2/SSR|A_AAC/MPEG4/MAIN|A_AAC/MPEG4/LC|A_AAC/MPEG4/LC/SBR|A_AAC/MPEG4/SSR|A_AAC/MPEG4/LTP"},
	{Matroska, Opus, "A_OPUS"},
	{Matroska, Vorbis, "A_VORBIS"},
	{Matroska, FLAC, "A_FLAC"},
	{Matroska, ALAC, "A_ALAC"},
	{Matroska, ACM, "A_MS/ACM"},
	// ISO/IEC 13818-1 table 2-34, ATSC, Blu-ray.
	{Type, MPEG12, "\x01|\x02"},
	{Type, MPEG4, "\x10"},
	{Type, H264, "\x1b|\x1f|\x20"},
	{Type, H265, "\x24|\x25"},
	{Type, H266, "\x33"},
	{Type, JPEG2000, "\x21"},
	{Type, ADTS, "\x0f"},
	{Type, LOAS, "\x11"},
	{Type, AC3, "\x81|\x82|\x84|\x85|\x87|\x8a"},
	{Type, MP3, "\x03|\x04"},
	{Type, Dirac, "\xd1"},
	{Type, Plain, "\x12|\x1c|\x1d|\x22|\x23|\x2d|\x2e|\x43|\x8b|\x88|\x89|\x42|\x80|\x83|\x86|\x90|\xa1|\xa2|\xd2|\xea"},
	// Adobe's FLV specification E.4.3, and Enhanced RTMP.
	{FLV, H264, "\x07|avc1"},
	{FLV, H265, "\x0c|hvc1"},
	{FLV, H266, "vvc1"},
	{FLV, AV1, "av01"},
	{FLV, VP9, "vp09"},
	{FLV, MPEG4, "\x09"},
	{FLV, Plain, "\x02|\x03|\x04|\x05|\x06|vp08"},
	{FLV, Pictures, "\x01"},
	// mmreg.h: PCM, ADPCM, laws, MPEG, AC-3, DTS, Windows Media; the others have extra bytes that tell how they are coded.
	{Tag, Plain, "\x01\x00|\x02\x00|\x03\x00|\x06\x00|\x07\x00|\x11\x00|\x31\x00|\x50\x00|\x60\x01|\x61\x01|\x62\x01|\x63\x01|\x0a\x00"},
	{Tag, AC3, "\x00\x20|\x01\x20"},
	{Tag, MP3, "\x55\x00"},
	{Tag, AAC, "\xff\x00|\x00\x16|\x06\x16|\x43\x41|\x10\x16"},
	{Tag, Vorbis, "\x6f\x56"},
	{Tag, FLAC, "\xac\xf1"},
}

// Of returns a stream of the codec that a container calls so; ok is false if nobody knows
// it, and then its frames are of kind [Unknown].
func Of(names Names, name string) (st Stream, ok bool) {
	if names == FourCC {
		name = strings.ToUpper(name)
	}
	for _, row := range table {
		if row.names == names && name != "" && slices.Contains(strings.Split(row.list, "|"), name) {
			st.Kind = row.kind
			return st, true
		}
	}
	if names == Entry && TapeMPEG(name) {
		st.Kind = MPEG12
		return st, true
	}
	return st, false
}

// TapeMPEG tells whether a sample entry is MPEG-2 of tapes and discs: HDV, XDCAM, IMX, Avid.
func TapeMPEG(name string) bool {
	for _, tape := range []string{"hdv", "xdv", "xd5", "xdh", "mx3", "mx4", "mx5", "AVmp"} {
		if strings.HasPrefix(name, tape) {
			return true
		}
	}
	return false
}
