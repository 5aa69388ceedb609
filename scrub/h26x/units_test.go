package h26x_test

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/h26x"
)

func unhex(s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func text(s string) string { return hex.EncodeToString([]byte(s)) }

func ff(n int) string { return strings.Repeat("ff", n) }

const (
	uuidX264 = "dc45e9bde6d948b7962cd820d923eeef"
	uuidX265 = "2ca2de09b51747dbbb55a4fe7fc2fc4e"
	uuidMDPM = "17ee8c60f84d11d98cd60800200c9a66"
	uuidAxis = "5369676e656420566964656f2e2e2e30"
	uuidMISP = "4d4953506d6963726f73656374696d65"
)

// Units before and after, bit for bit. Where nothing is said of after, the unit
// stays.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		name          string
		codec         h26x.Codec
		before, after string
		kind          scrub.Kind
		value         string // part of what is told
	}{
		// ITU-T T.35
		{"captions", h26x.AVC, "06 04 0e b50031 47413934 03 c1ff fc9420 ff 80", "", "", ""},
		{"captions that are not valid", h26x.AVC, "06 04 11 b50031 47413934 03 c2ff fc9420 fa4142 ff 80", "06 04 11 b50031 47413934 03 c2ff fc9420 fa8080 ff 80", scrub.Hidden, ""},
		{"captions and words", h26x.AVC, "06 04 12 b50031 47413934 03 c1ff fc9420 ff" + text("cam7") + "80", "06 03 12" + ff(18) + "80", scrub.Unknown, "t.35 b50031"},
		{"captions of DirecTV", h26x.AVC, "06 04 0a b5002f 03 05 c1ff fc9420 80", "", "", ""},
		{"active format", h26x.AVC, "06 04 09 b50031 44544731 41f8 80", "", "", ""},
		{"another application of its registrant", h26x.HEVC, "4e01 04 08 b5003c 000105 0140 80", "4e01 03 08" + ff(8) + "80", scrub.Unknown, "t.35 b5003c"},
		{"another version of its registrant", h26x.HEVC, "4e01 04 06 26000400 0601 80", "4e01 03 06" + ff(6) + "80", scrub.Unknown, "t.35 260004"},
		{"Dolby where nothing announces it", h26x.HEVC, "4e01 04 05 b5003b 0101 80", "4e01 03 05" + ff(5) + "80", scrub.Unknown, "t.35 b5003b"},
		{"unknown registrant", h26x.AVC, "06 04 05 b54711 0101 80", "06 03 05" + ff(5) + "80", scrub.Unknown, "t.35 b54711"},
		{"no registrant", h26x.AVC, "06 04 00 80", "", "", ""},

		// delimiters, and messages longer than their fields
		{"delimiter", h26x.AVC, "09 f0", "", "", ""},
		{"delimiter with zeros after it", h26x.AVC, "09 f0 0000", "", "", ""},
		{"delimiter with words after it", h26x.AVC, "09 f0" + text("CANARY"), "09 f0" + ff(6), scrub.Hidden, ""},
		{"end of sequence with words after it", h26x.HEVC, "4801" + text("CANARY"), "4801" + ff(6), scrub.Hidden, ""},
		{"end of bitstream with words after it", h26x.VVC, "00b1" + text("CANARY"), "00b1" + ff(6), scrub.Hidden, ""},
		{"light level", h26x.HEVC, "4e01 90 04 03e80190 80", "", "", ""},
		{"light level and words", h26x.HEVC, "4e01 90 0a 03e80190" + text("CANARY") + "80", "4e01 03 0a" + ff(10) + "80", scrub.Unknown, "type 144"},

		// UUIDs
		{"x264", h26x.AVC,
			"06 05 34" + uuidX264 + text("x264 - core 164 r3095 - options: crf") + "80",
			"06 05 34" + uuidX264 + text("x264 - core 164"+strings.Repeat(" ", 21)) + "80", scrub.Software, "x264 - core 164 r3095 - options: crf"},
		{"x264 with a zero byte at its end", h26x.AVC,
			"06 05 22" + uuidX264 + text("x264 - core 65 hi") + "00 80",
			"06 05 22" + uuidX264 + text("x264 - core 65    ") + "80", scrub.Software, "x264 - core 65 hi"},
		{"x264 with a number for a name", h26x.AVC,
			"06 05 24" + uuidX264 + text("x264 - core 16498765") + "80",
			"06 05 24" + uuidX264 + text("x264 - core 1649    ") + "80", scrub.Software, "x264"},
		{"x264 and nothing more", h26x.AVC, "06 05 1f" + uuidX264 + text("x264 - core 164") + "80", "", "", ""},
		{"x264 without a build", h26x.AVC,
			"06 05 1e" + uuidX264 + text("x264 - private") + "80",
			"06 03 1e" + ff(30) + "80", scrub.Software, "x264: x264 - private"},
		{"x264 in H.265", h26x.HEVC,
			"4e01 05 1f" + uuidX264 + text("x264 - core 164") + "80",
			"4e01 03 1f" + ff(31) + "80", scrub.Software, "x264 - core 164"},
		{"x265", h26x.HEVC,
			"4e01 05 20" + uuidX265 + text("x265 (build 199)") + "80",
			"4e01 03 20" + ff(32) + "80", scrub.Software, "x265: x265 (build 199)"},
		{"camcorder", h26x.AVC,
			"06 05 24" + uuidMDPM + text("MDPM") + "03 18 00201201 19 26091835 e0 01030591 80",
			"06 03 24" + ff(36) + "80", scrub.MakerNote, "camcorder, 2012-01-26 09:18:35, make 0x103"},
		{"position", h26x.AVC,
			"06 05 1f" + uuidMDPM + text("MDPM") + "02 b1 4e010101 b2 05010101 80",
			"06 03 1f" + ff(31) + "80", scrub.MakerNote, "with position"},
		{"captions of a camcorder", h26x.AVC, "06 05 1a" + uuidMDPM + text("GA94") + "03c1fffc942c 80", "", "", ""},
		{"signed video", h26x.HEVC, "4e01 05 12" + uuidAxis + "0102 80", "4e01 03 12" + ff(18) + "80", scrub.Provenance, "Axis"},
		{"wall clock", h26x.AVC, "06 05 1c" + uuidMISP + "9f 0005 ff e5e4 ff e3e2 ff e1e0 80", "06 03 1c" + ff(28) + "80", scrub.Time, "ST 0604"},
		{"less than a UUID", h26x.AVC, "06 05 04" + text("cam7") + "80", "06 03 04" + ff(4) + "80", scrub.Unknown, "cam7"},

		// Other types
		{"time code", h26x.HEVC, "4e01 88 06 604011223310 80", "4e01 03 06" + ff(6) + "80", scrub.Time, "time code"},
		{"reserved", h26x.HEVC, "4e01 c8 02 aabb 80", "4e01 03 02 ffff 80", scrub.Unknown, "type 200"},
		{"reserved and empty", h26x.HEVC, "4e01 ca 00 80", "4e01 03 00 80", scrub.Unknown, "type 202"},
		{"type of two bytes", h26x.HEVC, "4e01 ff05 03 aabbcc 80", "4e01 03 04" + ff(4) + "80", scrub.Unknown, "type 260"},
		{"type of three bytes", h26x.AVC, "06 ffff05 00 80", "06 03 02 ffff 80", scrub.Unknown, "type 515"},
		{"light level", h26x.HEVC, "4e01 90 04 03e80190 80", "", "", ""},
		{"spatial video", h26x.HEVC, "4e01 b0 04 040d0020 80", "", "", ""},
		{"orientation", h26x.VVC, "00b9 2f 03 200018 80", "", "", ""},
		{"nesting", h26x.HEVC, "4e01 85 02 2080 80", "4e01 03 02 ffff 80", scrub.Unknown, "type 133"},
		{"suffix", h26x.HEVC, "5001 05 10 a8687dd4d7593758a5cef0338b6545f1 80", "5001 03 10" + ff(16) + "80", scrub.Time, ""},
		{"suffix of H.266", h26x.VVC, "00c1 05 10 a8687dd4d7593758a5cef0338b6545f1 80", "00c1 03 10" + ff(16) + "80", scrub.Time, ""},

		// Escapes
		{"an escape alone", h26x.AVC, "06 05 05 41 0000 03 01 42 80", "06 03 06" + ff(6) + "80", scrub.Unknown, ""},
		{"an escape alone in a suffix", h26x.HEVC, "5001 05 05 41 0000 03 01 42 80", "5001 03 06" + ff(6) + "80", scrub.Unknown, ""},
		{"after a message that ends in zeros", h26x.HEVC, "4e01 90 04 01010000 05 04" + text("cam7") + "80", "4e01 90 04 01010000 04 04" + ff(4) + "80", scrub.Unknown, "cam7"},
		{"filler that is escaped", h26x.HEVC, "4e01 90 04 01010000 03 03 04" + text("cam7") + "80", "4e01 90 04 01010000 03 03 04" + ff(4) + "80", scrub.Hidden, "cam7"},
		{"no trailing bits", h26x.AVC, "06 05 04" + text("cam7"), "06 03 04" + ff(4), scrub.Unknown, "cam7"},
		{"zeros after the trailing bits", h26x.AVC, "06 05 04" + text("cam7") + "80 0000", "06 03 04" + ff(4) + "80 0000", scrub.Unknown, "cam7"},

		// Filler
		{"filler", h26x.AVC, "06 03 04" + ff(4) + "80", "", "", ""},
		{"filler with content", h26x.AVC, "06 03 04" + text("cam7") + "80", "06 03 04" + ff(4) + "80", scrub.Hidden, "cam7"},
		{"filler data", h26x.AVC, "0c ffffff 80", "", "", ""},
		{"filler data with content", h26x.AVC, "0c" + text("cam7") + "80", "06 03 02 ffff 80", scrub.Hidden, ""},
		{"filler data of H.265 with content", h26x.HEVC, "4c01" + text("cam7") + "80", "4e01 03 02 ffff 80", scrub.Hidden, ""},
		{"filler data of H.266 with content", h26x.VVC, "00c9" + text("cam7") + "80", "00b9 03 02 ffff 80", scrub.Hidden, ""},
		{"filler data of a byte", h26x.AVC, "0c 41 80", "0c ff 80", scrub.Hidden, ""},

		// NAL units that are like picture
		{"delimiter", h26x.AVC, "09 f0", "", "", ""},
		{"unspecified", h26x.AVC, "00" + text("serial"), "06 03 03" + ff(3) + "80", scrub.Unknown, "type 0"},
		{"unspecified in H.265", h26x.HEVC, "6601" + text("serial"), "4e01 03 03" + ff(3) + "80", scrub.Unknown, "type 51"},
		{"layer that nothing announces", h26x.AVC, "74" + text("serial"), "06 03 03" + ff(3) + "80", scrub.Unknown, "type 20"},
		{"metadata of Dolby Vision that nothing announces", h26x.HEVC, "7c01 19080908", "4e01 03 01 ff 80", scrub.Unknown, "type 62"},
		{"empty unit that nobody knows", h26x.AVC, "1d", "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := unhex(c.before)
			after := before
			if c.after != "" {
				after = unhex(c.after)
			}
			p, got := perform(t, toy(c.codec, 4, 'f', frame(before, sliceUnit(c.codec))), true)
			unit := got[toyHead+8:][:len(before)]
			if !bytes.Equal(unit, after) {
				t.Errorf("became\n% x, want\n% x", unit, after)
			}
			kind, value := scrub.Kind(""), ""
			if len(p.Findings) > 0 {
				kind, value = p.Findings[0].Kind, p.Findings[0].Value
			}
			if kind != c.kind || !strings.Contains(value, c.value) {
				t.Errorf("found %q %q, want %q %q", kind, value, c.kind, c.value)
			}
		})
	}
}

// What tells how to show the picture stays, and nothing else may be in it.
func TestMetadataOfHDR(t *testing.T) {
	plus := append(unhex("b5003c000104 01 40000c80"), make([]byte, 11)...)
	vivid := append(unhex("2600040005 01"), make([]byte, 7)...)
	display := unhex("33c2 86c4 1d4c 0bb8 84d0 3e80 3d13 4042 00989680 00000001")
	for name, m := range map[string][]byte{"HDR10+": msg(4, plus), "HDR Vivid": msg(4, vivid), "mastering display": msg(137, display)} {
		for _, more := range []int{0, 1, 20} {
			m := bytes.Clone(m)
			m[1] += byte(more)
			m = append(m, bytes.Repeat([]byte("x"), more)...)
			unit := seiUnit(h26x.HEVC, m)
			p, after := perform(t, toy(h26x.HEVC, 4, 'f', frame(unit, sliceUnit(h26x.HEVC))), true)
			if stays := bytes.Contains(after, unit); stays != (more == 0) || len(p.Findings) == 0 != stays {
				t.Errorf("%s and %d bytes more: stays %t", name, more, stays)
			}
		}
	}
}
