package codec_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/codec"
	"untag/scrub/scrubtest"
)

func TestNames(t *testing.T) {
	for _, c := range []struct {
		names codec.Names
		name  string
		kind  codec.Kind
		ok    bool
	}{
		{codec.Entry, "apcn", codec.ProRes, true},
		{codec.Entry, "xdv7", codec.MPEG12, true},
		{codec.FourCC, "xvid", codec.MPEG4, true},
		{codec.FourCC, "h264", codec.H264, true},
		{codec.FourCC, "QQQQ", codec.Unknown, false},
		{codec.FourCC, "AVC1|DAVC", codec.Unknown, false},
		{codec.FourCC, "", codec.Unknown, false},
		{codec.Matroska, "V_AV1", codec.AV1, true},
		{codec.Type, "\x02", codec.MPEG12, true},
		{codec.FLV, "\x07", codec.H264, true},
		{codec.Tag, "\xff\x00", codec.AAC, true},
	} {
		st, ok := codec.Of(c.names, c.name)
		if st.Kind != c.kind || ok != c.ok {
			t.Errorf("%q is %v, %v", c.name, st.Kind, ok)
		}
	}
}

// look has a stream looked into as a medium of its own, and holds it to the laws.
func look(t *testing.T, what func(l *codec.Look, n int64) error, data string) (p *scrub.Plan, after string) {
	t.Helper()
	e := scrub.NewEngine([]scrub.Format{{
		Name:  "stream",
		Sniff: func([]byte, int64) bool { return true },
		Parse: func(s *scrub.Scan) error { return what(&codec.Look{S: s}, s.Size()) },
	}})
	h := scrubtest.Harness{Engine: e, Streams: true, States: 60, Variants: -1}
	p = h.Laws(t, t.Name(), []byte(data))
	return p, string(scrubtest.Perform([]byte(data), p))
}

func le32(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

// vorbis are the laced headers of Vorbis.
func vorbis(vendor, comment, tail string) string {
	first, last := "\x01vorbis"+strings.Repeat("\x04", 23), "\x05vorbisBCV"
	second := "\x03vorbis" + le32(len(vendor)) + vendor + le32(1) + le32(len(comment)) + comment + "\x01" + tail
	return "\x02" + string([]byte{byte(len(first)), byte(len(second))}) + first + second + last
}

// sized is vorbis as FFmpeg writes it, each header behind its length.
func sized(vendor, comment, tail string) string {
	b := vorbis(vendor, comment, tail)
	n, m := int(b[1]), int(b[2])
	part := func(s string) string { return string([]byte{byte(len(s) >> 8), byte(len(s))}) + s }
	return part(b[3:3+n]) + part(b[3+n:3+n+m]) + part(b[3+n+m:])
}

// bitmap is a BITMAPINFOHEADER with what follows it.
func bitmap(name, config string) string {
	return le32(40) + strings.Repeat("\x02", 12) + name + strings.Repeat("\x00", 20) + config
}

const streamInfo = "\x10\x00\x10\x00\x00\x00\x0e\x00\x00\x10\x0a\xc4\x42\xf0\x00\x00\x00\x00"

func TestConfig(t *testing.T) {
	zeros, spaces := func(n int) string { return strings.Repeat("\x00", n) }, func(n int) string { return strings.Repeat(" ", n) }
	for _, c := range []struct {
		name          string
		names         codec.Names
		id            string
		before, after string // "" if it stays
		doubt         string
	}{
		{"Vorbis", codec.Matroska, "A_VORBIS", vorbis("Xiph.Org", "ARTIST=Jane", "owner"), vorbis(spaces(8), spaces(11), zeros(5)), ""},
		{"Vorbis that is damaged", codec.Matroska, "A_VORBIS", "\x02\x1e\xf0" + vorbis("Xiph.Org", "ARTIST=Jane", "")[3:], "", "can't be looked into"},
		{"Vorbis in AVI", codec.Tag, "\x6f\x56", sized("Xiph.Org", "ARTIST=Jane", "owner"), sized(spaces(8), spaces(11), zeros(5)), ""},
		{"Vorbis in AVI that is cut off", codec.Tag, "\x6f\x56", sized("Xiph.Org", "ARTIST=Jane", "owner")[:50], "", "can't be looked into"},
		{"FLAC", codec.Matroska, "A_FLAC", "fLaC\x00\x00\x00\x22" + streamInfo + strings.Repeat("S", 16) + "\x84\x00\x00\x05owner", "fLaC\x00\x00\x00\x22" + streamInfo + zeros(16) + "\x81\x00\x00\x05" + zeros(5), ""},
		{"AAC", codec.Matroska, "A_AAC", "\x12\x10owner", "\x12\x10" + zeros(5), ""},
		{"AAC with SBR", codec.Matroska, "A_AAC", "\x13\x90\x56\xe5\xa0", "", ""},
		{"Opus", codec.Matroska, "A_OPUS", "OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00owner", "OpusHead\x01\x02\x38\x01\x80\xbb\x00\x00\x00\x00\x00" + zeros(5), ""},
		{"user data of MPEG-4 in a frame of AVI", codec.Matroska, "V_MS/VFW/FOURCC", bitmap("XVID", "\x00\x00\x01\xb2the owner\x00\x00\x01\xb6\x10"), bitmap("XVID", "\x00\x00\x01\xb2"+spaces(9)+"\x00\x00\x01\xb6\x10"), ""},
		{"sound of AVI", codec.Matroska, "A_MS/ACM", "\xff\x00\x02\x00" + zeros(12) + "\x07\x00\x12\x10owner", "\xff\x00\x02\x00" + zeros(12) + "\x07\x00\x12\x10" + zeros(5), ""},
		{"words where nobody can look", codec.FourCC, "HFYU", "serial 4711", "", "can't be looked into"},
		{"H.264 that can't be read", codec.Matroska, "V_MPEG4/ISO/AVC", "\x01\x02", "", "configuration of a codec"},
		{"nothing", codec.Matroska, "V_AV1", zeros(4), "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := look(t, func(l *codec.Look, n int64) error {
				st, _ := codec.Of(c.names, c.id)
				return l.Config(&st, 0, n, "config")
			}, c.before)
			if c.after == "" {
				c.after = c.before
			}
			if doubts := strings.Join(p.Doubts, ""); after != c.after || !strings.Contains(doubts, c.doubt) || c.doubt == "" && doubts != "" {
				t.Errorf("%q became\n%q, want\n%q; doubts %q", c.before, after, c.after, p.Doubts)
			}
		})
	}
}

// unit is a NAL unit behind a start code.
func unit(head byte, body string) string { return "\x00\x00\x00\x01" + string([]byte{head}) + body }

var (
	slice   = unit(0x65, "\x88"+strings.Repeat("\x9c\x31\xf2", 20))
	message = unit(6, "\x05\x18"+"\x17\xee\x8c\x60\xf8\x4d\x11\xd9\x8c\xd6\x08\x00\x20\x0c\x9a\x66"+"MDPM\x01\x18\x02\x20"+"\x80")
	filler  = unit(6, "\x03\x18"+strings.Repeat("\xff", 24)+"\x80")
)

func TestStartCodes(t *testing.T) {
	for _, c := range []struct{ name, before, after string }{
		{"a picture", unit(9, "\x10") + slice, ""},
		{"a message", unit(9, "\x10") + message + slice, unit(9, "\x10") + filler + slice},
		{"two pictures", message + slice + "\x00\x00" + message + slice, filler + slice + "\x00\x00" + filler + slice},
		{"a unit nobody announces", unit(0x1f, "the owner") + slice + slice, unit(6, "\x03\x06"+strings.Repeat("\xff", 6)+"\x80") + slice + slice},
		{"what another frame began", "\xffrest" + message + slice, "\xffrest" + filler + slice},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, after := look(t, func(l *codec.Look, n int64) error {
				st, _ := codec.Of(codec.Type, "\x1b")
				_, err := l.Frame(&st, 0, n, 0, "frame")
				return err
			}, c.before)
			if c.after == "" {
				c.after = c.before
			}
			if len(p.Doubts) > 0 || !strings.Contains(after, slice) || after != c.after {
				t.Errorf("%q became\n%q, want\n%q; doubts %q", c.before, after, c.after, p.Doubts)
			}
		})
	}
}

func TestFramesOfPictures(t *testing.T) {
	for _, c := range []struct {
		kind  codec.Kind
		frame string
		doubt bool
	}{
		{codec.Fields, "\xff\xd8\xff\xe0\x00\x10AVI1\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xda\x00\x08", false},
		{codec.Fields, "\xff\xd8\xff\xfe\x00\x10the owner Jane", true},
		{codec.Pictures, "\xff\xd8\xff\xe0\x00\x10AVI1\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xfe\x00\x10the owner Jane", true},
		{codec.Pictures, "no picture", true},
		{codec.Camera, "CFHD", true},
		{codec.Tape, "\x1f\x07\x00\x3f\x78\x78\x78\x78Jane Doe" + strings.Repeat("\xff", 64), true},
		{codec.Tape, "\x1f\x07\x00" + strings.Repeat("\xff", 77) + "\x3f\x07\x00\xff\xff\xff\x62\xc1\x12\x03\x24" + strings.Repeat("\xff", 69), true},
		{codec.Unknown, "the owner of this is Jane Doe, 4711", true},
		{codec.Unknown, "\x00\x01\x02", false},
		{codec.MP3, "\x00\x00\x01\xb3LAME3.100", true},
		{codec.ADTS, "\x00\x00\x01\x09", true},
		{codec.ADTS, "\x00\x00\x02\x09", false},
	} {
		p, after := look(t, func(l *codec.Look, n int64) error {
			_, err := l.Frame(&codec.Stream{Kind: c.kind}, 0, n, 0, "frame")
			return err
		}, c.frame)
		if after != c.frame || (len(p.Doubts) > 0) != c.doubt {
			t.Errorf("%q became %q, doubts %q", c.frame, after, p.Doubts)
		}
	}
}

func TestMessagesAreBounded(t *testing.T) {
	var data []byte
	for range codec.MaxMessages/1024 + 1 {
		data = append(data, bytes.Repeat([]byte("\x00\x00\x01\xb2owner"), 1024)...)
	}
	e := scrub.NewEngine([]scrub.Format{{
		Name:  "stream",
		Sniff: func([]byte, int64) bool { return true },
		Parse: func(s *scrub.Scan) error {
			l := &codec.Look{S: s}
			const frame = 1024 * 9
			for off := int64(0); off < s.Size(); off += frame {
				if _, err := l.Frame(&codec.Stream{Kind: codec.MPEG12}, off, frame, 0, "frame"); err != nil {
					return err
				}
			}
			return nil
		},
	}})
	p, err := e.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil || len(p.Edits) != codec.MaxMessages || !slices.Contains(p.Doubts, "more coded frames hold messages than can be kept account of") {
		t.Errorf("%v: %d edits, doubts %q, %s", err, len(p.Edits), p.Doubts, p.Refused)
	}
}

// Where FFmpeg divides packets into pictures once more, a unit that goes becomes filler: a new
// message before a slice would pass for a picture that is missing.
func TestPicturesOfASF(t *testing.T) {
	for parsed, want := range map[bool]string{false: unit(6, "\x03\x09") + "", true: unit(12, "\xff\xff")} {
		p, after := look(t, func(l *codec.Look, n int64) error {
			st := codec.Stream{Kind: codec.VFW, Parsed: parsed}
			if err := l.Config(&st, 0, 40, "config"); err != nil {
				return err
			}
			_, err := l.Frame(&st, 40, n-40, 0, "frame")
			return err
		}, bitmap("H264", "")+unit(0x7e, "owner Jane!\x80")+slice)
		if !strings.HasPrefix(after[40:], want) || !strings.HasSuffix(after, slice) || len(p.Doubts) > 0 {
			t.Errorf("parsed %v: %q, expected %q; doubts %q", parsed, after[40:], want, p.Doubts)
		}
	}
}
