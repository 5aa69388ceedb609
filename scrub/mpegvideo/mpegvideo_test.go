package mpegvideo_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"untag/scrub"
	"untag/scrub/coded"
	"untag/scrub/mpegvideo"
	"untag/scrub/scrubtest"
)

// The tests hold video to the laws inside a container that has nothing but it:
// '2' or '4' for the codec, and the stream.
var engine = scrub.NewEngine([]scrub.Format{{
	Name:  "toy",
	Sniff: func(head []byte, size int64) bool { return len(head) > 0 && (head[0] == '2' || head[0] == '4') },
	Parse: parse,
}})

func parse(s *scrub.Scan) error {
	b, err := s.Bytes(0, 1)
	if err != nil {
		return err
	}
	s.Claim(0, 1, scrub.Structure, "head")
	codec := mpegvideo.MPEG12
	if b[0] == '4' {
		codec = mpegvideo.MPEG4
	}
	pieces, err := (&mpegvideo.Stream{Codec: codec}).Frame(s.Reader, 1, s.Size()-1, 0)
	if f := (*scrub.FormatError)(nil); errors.As(err, &f) {
		s.Doubt("%v", err)
	} else if err != nil {
		return err
	}
	coded.Report(s, 1, s.Size()-1, "video", pieces)
	return nil
}

const (
	code  = "\x00\x00\x01\xb2"
	after = "\x00\x00\x01\xb6\x10\x20\xb2\x00\x00\x01"
)

// after2 is the same of MPEG-2, where the header of a sequence comes first.
const (
	before2 = "\x00\x00\x01\xb3\xf5"
	after2  = "\x00\x00\x01\x01\x10\x20\xb2\x00\x00\x01"
)

// User data before and after. Where nothing is said of after, it stays.
func TestUserData(t *testing.T) {
	for _, c := range []struct {
		name, codec, before, after string
		kind                       scrub.Kind
	}{
		{"DivX", "4", "DivX503b1393p", "", ""},
		{"DivX and more", "4", "DivX503Build1393 of cam7", "DivX503Build1393        ", scrub.Software},
		{"DivX that is packed and more", "4", "DivX503b1393pcam7", "DivX503b1393p    ", scrub.Software},
		{"XviD", "4", "XviD0064", "", ""},
		{"XviD and more", "4", "XviD0064 Cam", "XviD0064    ", scrub.Software},
		{"Lavc", "4", "Lavc59.37.100", "", ""},
		{"Lavc and more", "4", "Lavc59.37.100\x00x", "Lavc59.37.100  ", scrub.Software},
		{"FFmpeg", "4", "FFmpeg0.4.9b4718", "", ""},
		{"FFmpeg in words", "4", "FFmpeg v0.4.9 / libavcodec build: 4713", "", ""},
		{"ffmpeg", "4", "ffmpeg", "", ""},
		{"ffmpeg and more", "4", "ffmpeg by me", "            ", scrub.Unknown},
		{"camera", "4", "serial 4711", "           ", scrub.Unknown},
		{"zero bytes before the start code", "4", "serial\x00\x00", "      \x00\x00", scrub.Unknown},
		{"spaces", "4", "    ", "", ""},
		{"nothing", "4", "", "", ""},
		{"captions", "2", "GA94\x03\xc1\xff\xfc\x94\x20\xff", "", ""},
		{"captions that end in zero bytes", "2", "GA94\x03\xc1\xff\xfa\x00\x00", "", ""},
		{"captions that are not valid", "2", "GA94\x03\xc1\xff\xfaab\xff", "GA94\x03\xc1\xff\xfa\x80\x80\xff", scrub.Hidden},
		{"captions and words", "2", "GA94\x03\xc0\xff\xffcam7", strings.Repeat(" ", 12), scrub.Unknown},
		{"captions of DVD and words", "2", "CC\x01\xf8\x82\xff\x94\x20cam7", strings.Repeat(" ", 12), scrub.Unknown},
		{"captions of SCTE 20 and words", "2", "\x03\x81serial 4711", strings.Repeat(" ", 13), scrub.Unknown},
		{"captions of DVD", "2", "CC\x01\xf8\x82\xff\x94\x20\xfe\x80\x80", "", ""},
		{"captions of SCTE 20", "2", "\x03\x81\x08", "", ""},
		{"active format", "2", "DTG1\x41\xf8", "", ""},
		{"stereoscopic", "2", "JP3D\x03\x83", "", ""},
		{"captions in MPEG-4", "4", "GA94\x03\xc1\xff", "       ", scrub.Unknown},
		{"TMPGEnc", "2", "by me\x00TMPGEXS\x00here", "     \x00TMPGEXS\x00    ", scrub.Software},
		{"TMPGEnc and nothing more", "2", "\x00TMPGEXS\x00", "", ""},
		{"TMPGEnc too late", "2", "by me on a long day 1\x00TMPGEXS\x00", strings.Repeat(" ", 29) + "\x00", scrub.Unknown},
		{"not TMPGEnc", "2", "\x00TMPGEXSuper", "            ", scrub.Unknown},
		{"XviD in MPEG-2", "2", "XviD0064", "        ", scrub.Unknown},
		{"much", "2", strings.Repeat("serial", 30000), strings.Repeat(" ", 180000), scrub.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.after == "" {
				c.after = c.before
			}
			before, after := "\x00\x00\x01\xb0\xf5", after
			if c.codec == "2" {
				before, after = before2, after2
			}
			data := []byte(c.codec + before + code + c.before + after)
			h := scrubtest.Harness{Engine: engine, Sound: true, Streams: true, States: 40, Variants: -1}
			p := h.Laws(t, c.name, data)
			want := c.codec + before + code + c.after + after
			if got := scrubtest.Perform(data, p); string(got) != want {
				t.Errorf("became %q, want %q", got, want)
			}
			kind := scrub.Kind("")
			if len(p.Findings) > 0 {
				kind = p.Findings[0].Kind
			}
			if kind != c.kind {
				t.Errorf("found %q, want %q", kind, c.kind)
			}
		})
	}
}

// Start codes are found wherever windows end.
func TestWindows(t *testing.T) {
	for pad := 64<<10 - 30; pad < 64<<10+4; pad++ {
		data := []byte("4" + strings.Repeat("v", pad) + code + "serial" + code + "number" + after)
		p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
		if err != nil || len(p.Findings) != 2 {
			t.Fatalf("%d bytes before: %d findings, %v", pad, len(p.Findings), err)
		}
		if got := string(scrubtest.Perform(data, p)[1+pad:]); got != code+"      "+code+"      "+after {
			t.Fatalf("%d bytes before: became %q", pad, got)
		}
	}
}

func TestErrors(t *testing.T) {
	data := []byte("4" + strings.Repeat(code+"x", 2000))
	p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
	if err != nil || len(p.Doubts) != 1 || !strings.Contains(p.Doubts[0], "more than 1024 pieces") || len(p.Edits) > 0 {
		t.Errorf("%v %q", err, p.Doubts)
	}
}

// Streams of real encoders: the picture stays when what is planted goes.
func TestEncoders(t *testing.T) {
	for _, c := range []struct{ encoder, format, codec, start string }{
		{"mpeg4", "m4v", "4", "\x00\x00\x01\xb6"},
		{"libxvid", "m4v", "4", "\x00\x00\x01\xb6"},
		{"mpeg2video", "mpeg2video", "2", "\x00\x00\x01\x01"},
	} {
		t.Run(c.encoder, func(t *testing.T) {
			stream := encode(t, c.encoder, c.format)
			planted := bytes.Replace(stream, []byte(c.start), []byte(code+"serial 4711"+c.start), 1)
			data := append([]byte(c.codec), planted...)
			h := scrubtest.Harness{Engine: engine, Sound: true, Streams: true, States: 20, Variants: -1, Secrets: [][]byte{[]byte("serial 4711")}}
			p := h.Laws(t, c.encoder, data)
			want, got := picture(t, c.format, planted), picture(t, c.format, scrubtest.Perform(data, p)[1:])
			if got != want {
				t.Errorf("the picture is another one:\n%s, want\n%s", got, want)
			}
		})
	}
}

func encode(t *testing.T, encoder, format string) []byte {
	t.Helper()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Skip("ffmpeg is not installed")
	}
	name := filepath.Join(t.TempDir(), "out")
	out, err := exec.Command("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=160x128:r=25:d=0.4",
		"-c:v", encoder, "-f", format, name).CombinedOutput()
	if err != nil {
		t.Skipf("ffmpeg does not encode this: %s", out)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func picture(t *testing.T, format string, stream []byte) string {
	t.Helper()
	demuxer := map[string]string{"m4v": "m4v", "mpeg2video": "mpegvideo"}[format]
	cmd := exec.Command("ffmpeg", "-v", "error", "-f", demuxer, "-i", "-", "-f", "framemd5", "-")
	cmd.Stdin = bytes.NewReader(stream)
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "30720,") {
		t.Fatalf("ffmpeg: %v: %s", err, out)
	}
	return string(out)
}

func FuzzUserData(f *testing.F) {
	scrubtest.Fuzz(f, engine,
		[]byte("4"+code+"DivX503b1393p me"+after),
		[]byte("2"+code+"by me\x00TMPGEXS\x00here"+code+"GA94\x03"+after2))
}

// Time codes and extensions before and after. Where nothing is said of after, they stay.
func TestTimeCodes(t *testing.T) {
	for _, c := range []struct {
		name, before, after string
		kind                scrub.Kind
		doubts              int
	}{
		{"zero", "2\x00\x00\x01\xb8\x00\x08\x00\x40", "", "", 0},
		{"first second", "2\x00\x00\x01\xb8\x00\x08\x20\x00", "", "", 0},
		{"time of day", "2\x00\x00\x01\xb8\x4b\x6d\x24\xc0", "2\x00\x00\x01\xb8\x00\x08\x00\x40", scrub.Time, 0},
		{"drop frame", "2\x00\x00\x01\xb8\xcb\x6d\x24\x20", "2\x00\x00\x01\xb8\x00\x08\x00\x20", scrub.Time, 0},
		{"MPEG-4 from zero", "4\x00\x00\x01\xb3\x00\x10\x07", "", "", 0},
		{"MPEG-4, simple profile", "4\x00\x00\x01\xb0\x03\x00\x00\x01\xb3\x96\xda\x47", "4\x00\x00\x01\xb0\x03\x00\x00\x01\xb3\x00\x10\x07", scrub.Time, 0},
		{"MPEG-4 that may have B-VOPs", "4\x00\x00\x01\xb0\xf5\x00\x00\x01\xb3\x96\xda\x47", "", "", 1},
		{"sequence extension", "2\x00\x00\x01\xb5\x14\x82\x00\x01\x00\x08", "", "", 0},
		{"copyright extension", "2\x00\x00\x01\xb5\x48owner7", "2\x00\x00\x01\xb5" + strings.Repeat("\xff", 7), scrub.Unknown, 0},
		{"sequence extension and words", "2\x00\x00\x01\xb5\x14\x82\x00\x01owner7", "2\x00\x00\x01\xb5" + strings.Repeat("\xff", 10), scrub.Unknown, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.after == "" {
				c.after = c.before
			}
			after := after
			if c.before[0] == '2' {
				after = after2
			}
			h := scrubtest.Harness{Engine: engine, Streams: true, States: 40, Variants: -1}
			p := h.Laws(t, c.name, []byte(c.before+after))
			if got := string(scrubtest.Perform([]byte(c.before+after), p)); got != c.after+after {
				t.Errorf("became %q, want %q", got, c.after+after)
			}
			kind := scrub.Kind("")
			if len(p.Findings) > 0 {
				kind = p.Findings[0].Kind
			}
			if kind != c.kind || len(p.Doubts) != c.doubts {
				t.Errorf("found %q, doubts %q", kind, p.Doubts)
			}
		})
	}
}

// One wrong bit makes user data of a picture or of a slice: they stay, and words of others go.
func TestDamagedStartCodes(t *testing.T) {
	const slice, coded = "\x00\x00\x01\x01\x10 \xb2", "\xd0\xc0\xda\xc1\x1e\x0d\xe0\x66\xc1\x9b\xc0\x85\x94\xb8\xba\xcf\x89\x3f\x84\x9b"
	for _, c := range []struct {
		name, data string
		stays      bool
	}{
		{"the only picture of a frame", "4\x00\x00\x01\xb3\x00\x10\x07\x00\x00\x01\xb2" + coded, true},
		{"beside a picture", "4\x00\x00\x01\xb2" + coded + after, false},
		{"words", "4\x00\x00\x01\xb2" + "serial number 4711, Jane Doe", false},
		{"a slice", "2" + before2 + "\x00\x00\x01\xb2" + coded + after2, false},
		{"behind a slice", "2" + before2 + slice + "\x00\x00\x01\xb2" + coded, true},
		{"words behind a slice", "2" + before2 + slice + "\x00\x00\x01\xb2" + "serial number 4711, Jane Doe", false},
	} {
		p, got := scrubtest.Clean(t, engine, []byte(c.data), scrub.Options{})
		if stays := string(got) == c.data; stays != c.stays || stays != (len(p.Doubts) > 0) {
			t.Errorf("%s: became %q, doubts %q", c.name, got, p.Doubts)
		}
	}
}

// Words behind start codes that have no room for them, and where there is none.
func TestHeaders(t *testing.T) {
	const words = "serial 4711 of Jane Doe"
	sound := map[string]string{"2": "2" + before2 + after2, "4": "4\x00\x00\x01\xb0\xf5" + after}
	for codec, stream := range sound {
		for c := range 256 {
			for _, plant := range []string{"\x00\x00\x01" + string([]byte{byte(c)}) + words, "\x00\x00\x01" + string([]byte{byte(c)}) + "\x10\x20\x00\x00\x00" + words, words} {
				picture := codec == "2" && c >= 1 && c <= 0xaf || codec == "4" && c == 0xb6
				if picture && plant[4:] == words {
					continue
				}
				data := []byte(stream[:1] + plant + stream[1:])
				p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if len(p.Doubts) == 0 && bytes.Contains(scrubtest.Perform(data, p), []byte(words)) {
					t.Errorf("codec %s: %q stays and is clean", codec, plant)
				}
			}
		}
		p, err := engine.Plan(strings.NewReader(stream), int64(len(stream)), scrub.Options{})
		if err != nil || len(p.Doubts) > 0 {
			t.Errorf("codec %s without words: %v %q", codec, err, p.Doubts)
		}
	}
}

// Slices that lie outside of the picture, or are text, are told of.
func TestSlices(t *testing.T) {
	const header, said = "2\x00\x00\x01\xb3\x04\x00\x30\x13\xff\xff\xe0\x18", "the owner is Jane Doe of Springfield" // 64 by 48
	for _, c := range []struct{ name, data, doubt string }{
		{"the last one", header + "\x00\x00\x01\x03\x10\x20", ""},
		{"of fields", header + "\x00\x00\x01\x04\x10\x20", ""},
		{"below", header + "\x00\x00\x01\x05\x10\x20", "outside"},
		{"without a header", "2\x00\x00\x01\x05\x10\x20", ""},
		{"text", header + "\x00\x00\x01\x03\x10\x20" + said, "text among"},
		{"text in MPEG-4", "4\x00\x00\x01\xb6\x10\x20" + said, "text among"},
	} {
		h := scrubtest.Harness{Engine: engine, Streams: true, States: 40, Variants: -1}
		p := h.Laws(t, c.name, []byte(c.data))
		if doubts := strings.Join(p.Doubts, " "); (c.doubt == "") != (doubts == "") || !strings.Contains(doubts, c.doubt) {
			t.Errorf("%s: %q", c.name, doubts)
		}
	}
}

// A start code that is cut off at the end is none of the data before it.
func TestCutCode(t *testing.T) {
	const extension = "\x00\x00\x01\xb5\x14\x8a\x00\x01\x00\x00" // a sequence extension, which no film lacks
	for n := range len(code) {
		data := []byte("2" + extension + code[:n])
		if p, err := engine.Plan(bytes.NewReader(data), int64(len(data)), scrub.Options{}); err != nil || len(p.Edits) > 0 {
			t.Errorf("cut after %d bytes: %v %v", n, p.Edits, err)
		}
	}
}
