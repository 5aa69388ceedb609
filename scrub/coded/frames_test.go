package coded_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/scrubtest"
)

// look has a frame looked into as a medium of its own, and holds it to the laws.
func look(t *testing.T, frame func(*scrub.Reader, int64, int64) ([]coded.Piece, error), data []byte) (p *scrub.Plan, after []byte) {
	t.Helper()
	e := scrub.NewEngine([]scrub.Format{{
		Name:  "frame",
		Sniff: func([]byte, int64) bool { return true },
		Parse: func(s *scrub.Scan) error {
			pieces, err := frame(s.Reader, 0, s.Size())
			if f := (*scrub.FormatError)(nil); errors.As(err, &f) {
				s.Doubt("%v", err)
			} else if err != nil {
				return err
			}
			coded.Report(s, 0, s.Size(), "frame", pieces)
			return nil
		},
	}})
	h := scrubtest.Harness{Engine: e, Streams: true, States: 60, Variants: -1}
	p = h.Laws(t, t.Name(), data)
	return p, scrubtest.Perform(data, p)
}

// picture is coded picture.
var picture = bytes.Repeat([]byte{0x81, 0x3c, 0xf2, 0x07}, 20)

// prores is a frame with a header of so many bytes beyond its matrices, and what
// follows its picture.
func prores(header, picture, frame string) []byte {
	data := bytes.Repeat([]byte{0x9c}, 40)
	body := slices.Concat([]byte{64, 0, 0, 0, 0, 0, 2, 0, 0, 20, 0, 20}, data, []byte(picture))
	binary.BigEndian.PutUint32(body[1:], uint32(len(body)))
	head := slices.Concat(make([]byte, 19), []byte{1}, bytes.Repeat([]byte{4}, 64), []byte(header))
	binary.BigEndian.PutUint16(head, uint16(len(head)))
	f := slices.Concat([]byte("....icpf"), head, body)
	binary.BigEndian.PutUint32(f, uint32(len(f)))
	return append(f, frame...)
}

// encoded is a frame of ProRes that says who encoded it.
func encoded(by string) []byte {
	f := prores("", "", "")
	copy(f[12:], by)
	return f
}

// units are parse units of VC-2, each a code and what follows its head.
func units(list ...string) (b []byte) {
	for _, u := range list {
		n := make([]byte, 8)
		binary.BigEndian.PutUint32(n, uint32(13+len(u)-1))
		b = slices.Concat(b, []byte("BBCD"), []byte(u[:1]), n, []byte(u[1:]))
	}
	return b
}

// aac is a frame of AAC that begins with fill of 19 bytes and these words; FFmpeg begins the
// first one so.
func aac(words string) []byte {
	b := append([]byte{0xde, 0x02, 0, 0}, words...)
	return append(append(b, make([]byte, 16-len(words))...), 0x21, 0x10, 0x05, 0x00, 0xa0, 0x1b, 0xff)
}

// aacOf is [aac] whose fill is of a kind.
func aacOf(kind byte, words string) []byte {
	b := aac(words)
	b[1], b[2] = b[1]|kind>>3, kind<<5 // behind 15 bits
	return b
}

// loudness is a frame of AAC that begins with the range of its loudness: one band.
func loudness() []byte {
	return bits("110" + "0010" + "1011" + "0000" + "10010110" + "00100001000100000000010100000000101000000001101")
}

func bits(digits string) (b []byte) {
	for i, d := range digits {
		if i%8 == 0 {
			b = append(b, 0)
		}
		b[i/8] |= byte(d&1) << (7 - i%8)
	}
	return b
}

func zeros(n int) string { return strings.Repeat("\x00", n) }

// opusOf looks into packets of so many streams of Opus.
func opusOf(streams int) func(*scrub.Reader, int64, int64) ([]coded.Piece, error) {
	return func(r *scrub.Reader, off, n int64) ([]coded.Piece, error) { return coded.Opus(r, off, n, streams) }
}

// adts is a frame of ADTS.
func adts(frame []byte) []byte {
	n := len(frame) + 7
	return append([]byte{0xff, 0xf1, 0x4c, 0x80, byte(n >> 3), byte(n<<5) | 0x1f, 0xfc}, frame...)
}

// mp3 is a frame of MP3 with words that are no sound.
func mp3(words string) []byte {
	return slices.Concat([]byte{0xff, 0xfb, 0x90, 0xc0}, picture, []byte(words), picture[:9])
}

// digits are the bits of a text.
func digits(text string) (d string) {
	for _, c := range []byte(text) {
		d += fmt.Sprintf("%08b", c)
	}
	return d
}

// ac3 is a frame of AC-3 in stereo, from its times on, and text behind these bits.
func ac3(bits, text string) []byte {
	b := []byte{0x0b, 0x77, 0x12, 0x34, 0x14, 0x40}
	const plain = "010" + "00" + "0" + "11111" + "0" + "0" + "0" + "00" // two channels, gain, rights
	d := plain + bits + digits(text) + digits(string(picture))
	for ; len(d) >= 8; d = d[8:] {
		n, _ := strconv.ParseUint(d[:8], 2, 8)
		b = append(b, byte(n))
	}
	return b
}

// eac3 is a frame of E-AC-3 in stereo, from its data of mixing on.
func eac3(bits string) []byte {
	d := "00" + "000" + "01111111111" + "00" + "11" + "010" + "0" + "10000" + "11111" + "0" + bits + digits(string(picture))
	b := []byte{0x0b, 0x77}
	for ; len(d) >= 8; d = d[8:] {
		n, _ := strconv.ParseUint(d[:8], 2, 8)
		b = append(b, byte(n))
	}
	return b
}

func owned(frame []byte) []byte {
	frame[3] |= 8
	return frame
}

// longer puts eight bytes behind the header of the picture of a frame of ProRes.
func longer(frame []byte) []byte {
	const at, header, more = 8 + 84, 8, "Jane Doe"
	f := slices.Concat(frame[:at+header], []byte(more), frame[at+header:])
	f[3] += byte(len(more))
	f[at] = (header + byte(len(more))) << 3
	f[at+4] += byte(len(more))
	return f
}

func segment(mark byte, body string) string {
	return string([]byte{0xff, mark, 0, byte(len(body) + 2)}) + body
}

// codestream is a picture of JPEG 2000 of one tile-part.
func codestream(head, tile, tail string) []byte {
	const size = "\x00\x00\x00\x20\x00\x00\x00\x20"
	data := "\xff\x93" + strings.Repeat("\x80", 30)
	sot := "\x00\x00" + "\x00\x00\x00" + string([]byte{byte(12 + len(tile) + len(data))}) + "\x00\x01"
	return []byte("\xff\x4f" + segment(0x51, "\x00\x00"+size+zeros(8)+size+zeros(8)+"\x00\x01\x07\x01\x01") + head + segment(0x90, sot) + tile + data + "\xff\xd9" + tail)
}

// tiled is a codestream with one more tile-part of five bytes, or with text in the place of the first.
func tiled(sot string) []byte {
	b := codestream("", "", "")
	if end := len(b) - 2; len(sot) == 8 {
		return slices.Concat(b[:end], []byte(segment(0x90, sot)+"\xff\x93owner"), b[end:])
	}
	copy(b[len(b)-32:], sot[:30])
	return b
}

// superframe is VP9 with an index of two frames.
func superframe(slack string) []byte {
	a, b := append([]byte{0x82}, picture[:20]...), append([]byte{0x86}, picture[:30]...)
	return slices.Concat(a, b, []byte(slack), []byte{0xc1, byte(len(a)), byte(len(b)), 0xc1})
}

// dnxhd is a frame of VC-3 of two fields, each with user data.
func dnxhd(first, second string) []byte {
	field := func(data string) []byte {
		h := append([]byte{0, 0, 2, 0x80, 1}, make([]byte, 0x16b)...)
		copy(h[0x60:], data)
		return append(h, picture...)
	}
	return append(field(first), field(second)...)
}

func TestFrames(t *testing.T) {
	comment := func(text string) string { return segment(0x64, "\x00\x01"+text) }
	style := segment(0x52, "\x00\x00\x00\x01\x01\x01\x04\x04\x00\x01")
	for _, c := range []struct {
		name   string
		frame  func(*scrub.Reader, int64, int64) ([]coded.Piece, error)
		before []byte
		after  []byte // nil if it stays
		doubt  string
	}{
		{"ProRes", coded.ProRes, prores("", "", ""), nil, ""},
		{"ProRes with zeros", coded.ProRes, prores("\x00\x00", "\x00", "\x00"), nil, ""},
		{"ProRes with a longer header", coded.ProRes, prores("owner", "", ""), prores("\x00\x00\x00\x00\x00", "", ""), ""},
		{"ProRes with bytes behind its slices", coded.ProRes, prores("", "owner", ""), nil, "no slice"},
		{"ProRes with a longer header of its picture", coded.ProRes, longer(prores("", "", "")), nil, "no slice"},
		{"ProRes with bytes behind it", coded.ProRes, prores("", "", "owner"), nil, "no slice"},
		{"ProRes whose header is damaged", coded.ProRes, slices.Concat(prores("", "", "")[:9], []byte{0x74}, prores("", "", "")[10:]), nil, "prores: "},
		{"ProRes cut off", coded.ProRes, prores("", "", "")[:100], nil, "prores: "},
		{"ProRes that says who encoded it", coded.ProRes, encoded("Lavc"), encoded("apl0"), ""},
		{"ProRes as in Matroska", coded.ProRes, encoded("arri")[8:], encoded("apl0")[8:], ""},
		{"ProRes whose name is damaged", coded.ProRes, slices.Concat(encoded("arri")[:5], []byte{'q'}, encoded("arri")[6:]), nil, "prores: "},
		{"VC-2", coded.Dirac, units("\x00sequence", "\xe8picture", "\x10"), nil, ""},
		{"VC-2 with auxiliary data", coded.Dirac, units("\x00sequence", "\x20owner", "\xe8picture", "\x30serial"), units("\x00sequence", "\x20\x00\x00\x00\x00\x00", "\xe8picture", "\x30\x00\x00\x00\x00\x00\x00"), ""},
		{"VC-2 cut off", coded.Dirac, units("\x00sequence", "\xe8picture")[:38], nil, "vc2: "},
		{"VC-2 with bytes behind it", coded.Dirac, append(units("\x00sequence", "\xe8picture"), "owner"...), nil, "behind the last"},
		{"AAC", coded.AAC, aac(""), nil, ""},
		{"AAC that begins with fill", coded.AAC, aac("Lavc59.37"), aac(""), ""},
		{"AAC that begins with fill that is no text", coded.AAC, aac("\x93\x8e\xf1\x07\xd2\xaa\x01\xfe\x99"), nil, "nobody's name"},
		{"AAC that begins with little text", coded.AAC, aac("Jane"), nil, "nobody's name"},
		{"AAC cut off", coded.AAC, aac("Lavc59.37")[:12], nil, ""},
		{"frames of ADTS", coded.AAC, append(adts(aac("")), adts(aac("serial"))...), append(adts(aac("")), adts(aac(""))...), ""},
		{"a frame of ADTS with a bit of a number", coded.AAC, owned(adts(aac(""))), nil, "number of a right"},
		{"ADTS behind the end of a frame", coded.Headed, append([]byte("\xff\xf1sound"), adts(aac("serial"))...), append([]byte("\xff\xf1sound"), adts(aac(""))...), ""},
		{"ADTS cut off", coded.Headed, adts(aac("serial"))[:30], nil, ""},
		{"AAC that begins with fill of a kind that nobody has", coded.AAC, aacOf(3, "Jane, Seoul"), aacOf(3, ""), ""},
		{"AAC that begins with words for the range of loudness", coded.AAC, aacOf(11, "Jane, Seoul"), aacOf(11, ""), ""},
		{"AAC that begins with the range of loudness", coded.AAC, loudness(), nil, ""},
		{"AAC with text behind it", coded.AAC, append(aac(""), "from Jane Doe, 5 High Street, Springfield"...), nil, "text among"},
		{"ADTS with text behind its sound", coded.AAC, adts(append(aac("serial"), "from Jane Doe, 5 High Street, Springfield"...)), adts(append(aac(""), "from Jane Doe, 5 High Street, Springfield"...)), "text among"},
		{"Opus", opusOf(1), []byte("\xf8\xff\xfe"), nil, ""},
		{"Opus with padding", opusOf(1), []byte("\xfb\x41\x04\xff\xfe\x00\x00\x00\x00"), nil, ""},
		{"Opus with words in it", opusOf(1), []byte("\xfb\x41\x0f\xff\xfeJane Doe, Seoul"), []byte("\xfb\x41\x0f\xff\xfe" + zeros(15)), ""},
		{"Opus with numbers in it", opusOf(1), []byte("\xfb\x41\x04\xff\xfe\x93\x8e\xf1\x07"), nil, "padding of Opus"},
		{"Opus with much padding", opusOf(1), []byte("\xfb\x41\xff\x02\xff\xfe" + "Jane Doe, Seoul" + zeros(241)), []byte("\xfb\x41\xff\x02\xff\xfe" + zeros(256)), ""},
		{"Opus with two frames and words", opusOf(1), []byte("\xfb\xc2\x0f\x01\xff\xfe\xfdJane Doe, Seoul"), []byte("\xfb\xc2\x0f\x01\xff\xfe\xfd" + zeros(15)), ""},
		{"Opus that is shorter than its padding", opusOf(1), []byte("\xfb\x41\x40\xff\xfeJane Doe, Seoul"), nil, ""},
		{"Opus of two streams, the first with words", opusOf(2), []byte("\xfb\x41\x0f\x02\xff\xfeJane Doe, Seoul\xf8\xff\xfe"), []byte("\xfb\x41\x0f\x02\xff\xfe" + zeros(15) + "\xf8\xff\xfe"), ""},
		{"Opus of two streams, the second with words", opusOf(2), []byte("\xf8\x02\xff\xfe\xfb\x41\x0f\xff\xfeJane Doe, Seoul"), []byte("\xf8\x02\xff\xfe\xfb\x41\x0f\xff\xfe" + zeros(15)), ""},
		{"Opus in a transport stream", opusOf(0), []byte("\x7f\xe0\x03\xf8\xff\xfe\x7f\xe0\x14\xfb\x41\x0f\xff\xfeJane Doe, Seoul"), []byte("\x7f\xe0\x03\xf8\xff\xfe\x7f\xe0\x14\xfb\x41\x0f\xff\xfe" + zeros(15)), ""},
		{"Opus that is text", opusOf(1), []byte("\xf8by Jane Doe of Springfield, Illinois"), nil, "text among"},
		{"LOAS of an unknown multiplex", new(coded.LATM).Frames, []byte("\x56\xe0\x04\x80\x12\x34\x56"), nil, "multiplexed"},
		{"MP3", coded.Layer3, mp3(""), nil, ""},
		{"MP3 with an encoder's name", coded.Layer3, mp3("LAME3.100"), mp3("LAME     "), ""},
		{"MP3 with parts of one", coded.Layer3, mp3("LAME3.10"), mp3("LAME    "), ""},
		{"MP3 with a name behind which sound reads like more of it", coded.Layer3, mp3("LAME3.1007a. LAME3.1019LAME3.99r5Lavc58.549"), mp3("LAME     7a. LAME    19LAME     5Lavc     9"), ""},
		{"MP3 with a version half emptied", coded.Layer3, mp3("LAME3  00"), mp3("LAME     "), ""},
		{"MP3 with two", coded.Layer3, mp3("LAME3.99.5UULAME3.97 (beta)"), mp3("LAME      UULAME           "), ""},
		{"MP3 with a name that is none", coded.Layer3, mp3("LAME\x013.1"), nil, ""},
		{"MP3 with a name and more", coded.Layer3, mp3("LAME3.100 of Jane Doe, Springfield, Illinois"), mp3("LAME      of Jane Doe, Springfield, Illinois"), "text among"},
		{"AC-3", coded.AC3, ac3("000", ""), nil, ""},
		{"AC-3 with a time", coded.AC3, ac3("1"+"00011110001111"+"0"+"0", ""), nil, "a time"},
		{"AC-3 without one", coded.AC3, ac3("1"+"00000000000000"+"0"+"0", ""), nil, ""},
		{"AC-3 with bytes of somebody's", coded.AC3, ac3("0"+"0"+"1"+"000111"+digits("Jane Doe"), ""), nil, "hold text"},
		{"AC-3 with numbers of its own", coded.AC3, ac3("0"+"0"+"1"+"000001"+"0000000100010000", ""), nil, ""},
		{"AC-3 with text between its bits", coded.AC3, ac3("0"+"0"+"0"+"101", "from Jane Doe, 5 High Street, Springfield, Illinois"), nil, "text among"},
		{"AC-3 with less of it", coded.AC3, ac3("0"+"0"+"0"+"101", "Jane Doe, Springfield"), nil, ""},
		{"E-AC-3", coded.AC3, eac3("000"), nil, ""},
		{"E-AC-3 with objects", coded.AC3, eac3("0" + "0" + "1" + "000001" + "0000000100010000"), nil, ""},
		{"E-AC-3 with bytes of somebody's", coded.AC3, eac3("0" + "0" + "1" + "000111" + digits("Jane Doe")), nil, "hold text"},
		{"E-AC-3 with them behind much", coded.AC3, eac3("1" + "1000100" + "0" + "01" + "00000" + "1" + "100001" + "00000" + "1" + "10000" + "0101" + "100110000" + "0" + "1" + "000111" + digits("Jane Doe")), nil, "hold text"},
		{"E-AC-3 with text among data of mixing", coded.AC3, eac3("1" + "000" + "11" + "00110" + digits("Jane Doe") + "0" + "0" + "0"), nil, "hold text"},
		{"DTS with text", coded.AC3, []byte("\x7f\xfe\x80\x01from Jane Doe, 5 High Street, Springfield"), nil, "text among"},
		{"JPEG 2000", coded.JPEG2000, codestream("", "", ""), nil, ""},
		{"JPEG 2000 with comments", coded.JPEG2000, codestream(comment("owner"), comment("serial"), ""), codestream(comment("     "), comment("      "), ""), ""},
		{"JPEG 2000 with an unknown segment", coded.JPEG2000, codestream(segment(0x7a, "owner"), "", ""), nil, "segment 0xff7a"},
		{"JPEG 2000 with its styles twice", coded.JPEG2000, codestream(style+style, "", ""), nil, "segment 0xff52"},
		{"JPEG 2000 with styles and steps", coded.JPEG2000, codestream(style+segment(0x5c, "\x20\x10\x20\x20\x20"), "", ""), nil, ""},
		{"JPEG 2000 with bytes behind it", coded.JPEG2000, codestream("", "", "owner"), nil, "behind a codestream"},
		{"JPEG 2000 with bytes before its end mark", coded.JPEG2000, slices.Concat(codestream("", "", "")[:len(codestream("", "", ""))-2], []byte("owner\xff\xd9")), nil, "behind the tiles"},
		{"JPEG 2000 with a tile too many", coded.JPEG2000, tiled("\x00\x01\x00\x00\x00\x13\x00\x01"), nil, "never be shown"},
		{"JPEG 2000 with a part of a tile too many", coded.JPEG2000, tiled("\x00\x00\x00\x00\x00\x13\x01\x01"), nil, "never be shown"},
		{"JPEG 2000 with a part of a tile twice", coded.JPEG2000, tiled("\x00\x00\x00\x00\x00\x13\x00\x00"), nil, "never be shown"},
		{"JPEG 2000 that is text", coded.JPEG2000, tiled("by Jane Doe of Springfield, Illinois"), nil, "text among"},
		{"JPEG 2000 with another order", coded.JPEG2000, codestream(segment(0x5f, "\x00\x00\x00\x01\x06\x01\x02"), "", ""), nil, ""},
		{"JPEG 2000 with an order that is none", coded.JPEG2000, codestream(segment(0x5f, "Jane Do"), "", ""), nil, "segment 0xff5f"},
		{"JPEG 2000 in a box", coded.JPEG2000, append([]byte("\x00\x00\x00\x00jp2c"), codestream(comment("owner"), "", "")...), append([]byte("\x00\x00\x00\x00jp2c"), codestream(comment("     "), "", "")...), ""},
		{"JPEG 2000 behind another box", coded.JPEG2000, append([]byte("\x00\x00\x00\x0dxml owner\x00\x00\x00\x00jp2c"), codestream("", "", "")...), nil, "box before"},
		{"JPEG 2000 cut off", coded.JPEG2000, codestream("", "", "")[:50], nil, "jpeg2000: "},
		{"DNxHD", coded.DNxHD, dnxhd("", ""), nil, ""},
		{"DNxHD with user data", coded.DNxHD, dnxhd("owner", "serial"), dnxhd("", ""), ""},
		{"VP9", coded.VP9, append([]byte{0x82}, picture...), nil, ""},
		{"VP9 that ends in text", coded.VP9, append(append([]byte{0x82}, picture...), "the owner is Jane Doe of 4711"...), nil, "text among"},
		{"superframe", coded.VP9, superframe(""), nil, ""},
		{"superframe with zeros", coded.VP9, superframe("\x00\x00"), nil, ""},
		{"superframe with more than its frames", coded.VP9, superframe("owner"), nil, "no frame"},
		{"superframe of too much", coded.VP9, []byte{0x82, 1, 2, 0xc0, 9, 0xc0}, nil, "vp9: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.after == nil {
				c.after = c.before
			}
			p, after := look(t, c.frame, c.before)
			if !bytes.Equal(after, c.after) {
				t.Errorf("became %q, want %q", after, c.after)
			}
			if doubts := strings.Join(p.Doubts, " "); (c.doubt == "") != (doubts == "") || !strings.Contains(doubts, c.doubt) {
				t.Errorf("doubts %q, want %q", doubts, c.doubt)
			}
		})
	}
}

// Text is told from picture, smooth ones included.
func TestTells(t *testing.T) {
	gradient := make([]byte, 100)
	for i := range gradient {
		gradient[i] = byte(' ' + i*3%90)
	}
	for name, c := range map[string]struct {
		data []byte
		want bool
	}{
		"text":     {[]byte("\x00\x01the owner is Jane Doe of 4711\xff"), true},
		"position": {[]byte("$GPRMC,123519,A,4807.038,N,01131.000,E"), true},
		"gradient": {gradient, false},
		"one word": {[]byte("\x00owner\x00\x00owner\x00"), false},
		"picture":  {picture, false},
		"flat":     {bytes.Repeat([]byte("ab"), 50), false},
	} {
		if got := coded.Tells(c.data, 24); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// Words in segments of all kinds.
func TestSegmentsWithoutWords(t *testing.T) {
	for mark := 0x30; mark < 0x90; mark++ {
		for _, words := range []string{"owner Jane Doe 4711", "\x00\x01owner Jane Doe 47", "\x00serial 4711"} {
			data := codestream(segment(byte(mark), words), "", "")
			if p, after := look(t, coded.JPEG2000, data); len(p.Doubts) == 0 && bytes.Contains(after, []byte(words[2:])) {
				t.Errorf("segment 0xff%02x: %q stays", mark, words)
			}
		}
	}
}

// What LAME fills frames with is no text that hides among them; a name beside it is.
func TestProse(t *testing.T) {
	noise := "\xff\xfb\x90\x64\x00\x0f\xf0\x00\x00\x69"
	fill := "LAME3.99.5UUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUUU"
	for text, tells := range map[string]bool{
		noise + fill: false,
		noise + "UUUUUUUUUUUUUUUUUUUUUUUUUUUUUULAME3.100UUUUUUUUU": false,
		noise + fill + "by Jane Doe of Springfield, Illinois":      true,
		noise + "the garden 47.376912,8.541730":                    true,
	} {
		p, _ := look(t, coded.Prose, []byte(text))
		if (p.Status() == scrub.Partly) != tells {
			t.Errorf("%q: %s %q", text, p.Status(), p.Doubts)
		}
	}
}
